//! `credentials` and `password_history`: passwords, and those that were before them.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{
    Result, pool, retry,
    sessions::{Others, end_with_grants},
};
use crate::clock::Timestamp;

/// What goes on under a new password; all else that its person began ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kept {
    /// A sign-in that is going on.
    pub sign_in: Option<Uuid>,
    /// A session, without what was granted in it.
    pub session: Option<Uuid>,
}

/// A password to be stored.
#[derive(Debug)]
pub struct Change<'a> {
    /// The row's id, if there is none yet.
    pub id: Uuid,
    /// The person.
    pub user: Uuid,
    /// A PHC string.
    pub phc: &'a str,
    /// Whether it is another's choice, to be replaced at the next sign-in.
    pub expired: bool,
    /// How many former ones are remembered.
    pub history: i64,
    /// What goes on.
    pub kept: Kept,
    /// When the last access token that was issued by now ends.
    pub tokens_end: Timestamp,
}

/// Sets or replaces a password, and ends the person's sign-ins and sessions with the grants that were bound to them: which
/// sessions, and which grants. All at once, or nothing, so that no one stays signed in by the former password. Rows are
/// locked in the order of [`super::users::disable`].
pub async fn replace(
    db: &PgPool,
    change: &Change<'_>,
    now: Timestamp,
) -> Result<(Vec<Uuid>, Vec<Uuid>)> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        // The person's row first, as everywhere: two changes come one after the other.
        sqlx::query!(
            "UPDATE users SET password_expired = $2, password_set_at = $3 WHERE id = $1",
            change.user,
            change.expired,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        remember(&mut transaction, change.user, change.history, now).await?;
        sqlx::query!(
            "INSERT INTO credentials (id, user_id, kind, secret, created_at, updated_at)
             VALUES ($1, $2, 'password', $3, $4, $4)
             ON CONFLICT (user_id, kind) DO UPDATE SET
                 secret = EXCLUDED.secret, updated_at = EXCLUDED.updated_at, revoked_at = NULL",
            change.id,
            change.user,
            change.phc,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!(
            "DELETE FROM sign_ins WHERE user_id = $1 AND id IS DISTINCT FROM $2",
            change.user,
            change.kept.sign_in,
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!(
            "UPDATE sign_ins SET password_set_at = $2 WHERE id = $1",
            change.kept.sign_in,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        let others = Others { keep: change.kept.session, own_grants: true };
        let ended =
            end_with_grants(&mut transaction, change.user, others, now, change.tokens_end).await?;
        // Whoever knew the former one may have begun it.
        sqlx::query!(
            "DELETE FROM links WHERE user_id = $1 AND purpose = 'change_email'",
            change.user
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(ended)
    })
    .await
}

/// Remembers the present password of a person, revoked or not, before it is replaced as part of a larger change; and forgets
/// those for which there is no room.
pub(super) async fn remember(
    connection: &mut PgConnection,
    user: Uuid,
    history: i64,
    now: Timestamp,
) -> Result<()> {
    if history > 0 {
        sqlx::query!(
            "INSERT INTO password_history (user_id, secret, replaced_at)
             SELECT user_id, secret, $2 FROM credentials WHERE user_id = $1 AND kind = 'password'
             ON CONFLICT (user_id, replaced_at) DO UPDATE SET secret = EXCLUDED.secret",
            user,
            now,
        )
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query!(
        "DELETE FROM password_history WHERE user_id = $1 AND replaced_at NOT IN (
            SELECT replaced_at FROM password_history WHERE user_id = $1
            ORDER BY replaced_at DESC LIMIT $2)",
        user,
        history,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The present password of a person, revoked or not, and the last `history` before it: PHC strings.
pub async fn former(db: &PgPool, user: Uuid, history: i64) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"(SELECT secret AS "secret!" FROM credentials WHERE user_id = $1 AND kind = 'password')
           UNION ALL
           (SELECT secret FROM password_history WHERE user_id = $1 ORDER BY replaced_at DESC LIMIT $2)"#,
        user,
        history,
    )
    .fetch_all(db)
    .await?)
}

/// The present password of a person, unless it is revoked: a PHC string.
pub async fn get(db: &PgPool, user: Uuid) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT secret FROM credentials WHERE user_id = $1 AND kind = 'password' AND revoked_at IS NULL",
        user,
    )
    .fetch_optional(db)
    .await?)
}
