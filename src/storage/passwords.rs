//! `credentials` and `password_history`: passwords, and those that were before them.

use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, factors, pool, retry};
use crate::clock::Timestamp;

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
    /// The sign-in that goes on; all others end.
    pub keep: Option<Uuid>,
}

/// Sets or replaces a password. All at once, or nothing.
pub async fn replace(db: &PgPool, change: &Change<'_>, now: Timestamp) -> Result<()> {
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
        if change.history > 0 {
            sqlx::query!(
                "INSERT INTO password_history (user_id, secret, replaced_at)
                 SELECT user_id, secret, $2 FROM credentials WHERE user_id = $1 AND kind = 'password'
                 ON CONFLICT (user_id, replaced_at) DO UPDATE SET secret = EXCLUDED.secret",
                change.user,
                now,
            )
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query!(
            "DELETE FROM password_history WHERE user_id = $1 AND replaced_at NOT IN (
                SELECT replaced_at FROM password_history WHERE user_id = $1
                ORDER BY replaced_at DESC LIMIT $2)",
            change.user,
            change.history,
        )
        .execute(&mut *transaction)
        .await?;
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
            change.keep,
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!("UPDATE sign_ins SET password_set_at = $2 WHERE id = $1", change.keep, now)
            .execute(&mut *transaction)
            .await?;
        factors::delete_pending(&mut transaction, change.user).await?;
        transaction.commit().await?;
        Ok(())
    })
    .await
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
