//! What links do to accounts: each uses its link up and has its effect in one transaction, or neither.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{
    Result,
    grants::revoke_of_user,
    links::{self, Presented},
    passwords, pool, retry,
    sessions::end_of_user,
    users::NewUser,
};
use crate::clock::Timestamp;

/// A password to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewPassword<'a> {
    /// The credential's id, if there is none yet.
    pub id: Uuid,
    /// A PHC string.
    pub phc: &'a str,
}

/// What came of a new password.
#[derive(Debug)]
pub struct Reset {
    /// Whose it is.
    pub user_id: Uuid,
    /// Whether they had not proven to read mail there before.
    pub verified: bool,
    /// The grants that were revoked.
    pub grants: Vec<Uuid>,
}

/// Sets the password of whoever a link was sent to, remembers the last `history` before it, ends their sessions and
/// sign-ins, revokes their grants, and takes back a change of address that was begun. None if the link is not good, or they
/// have another address since. Rows are locked in the order of [`super::users::disable`].
pub async fn reset_password(
    db: &PgPool,
    link: Presented<'_>,
    password: NewPassword<'_>,
    history: i64,
    now: Timestamp,
    tokens_end: Timestamp,
) -> Result<Option<Reset>> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        links::lock_person(&mut transaction, link).await?;
        let Some(row) = links::consume(&mut transaction, link, now).await? else { return Ok(None) };
        let Some(user) = row.user_id else { return Ok(None) };
        // Whoever has the link reads the mail of that address.
        let verified = sqlx::query_scalar!(
            r#"WITH before AS (SELECT id, email_verified FROM users WHERE id = $1 FOR UPDATE)
             UPDATE users u SET password_expired = false, password_set_at = $3, email_verified = true, updated_at = $3
             FROM before b
             WHERE u.id = b.id AND u.email_key = $2 AND u.disabled_at IS NULL
             RETURNING NOT b.email_verified AS "verified!""#,
            user,
            row.detail["email_key"].as_str(),
            now,
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(verified) = verified else { return Ok(None) };
        super::standings::changed(&mut transaction, user, now).await?;
        passwords::remember(&mut transaction, user, history, now).await?;
        set_password(&mut transaction, user, password, now).await?;
        end_of_user(&mut transaction, user, None, now).await?;
        // What was proven by the former password is proven no more.
        sqlx::query!("DELETE FROM sign_ins WHERE user_id = $1", user)
            .execute(&mut *transaction)
            .await?;
        sqlx::query!(
            "DELETE FROM links WHERE user_id = $1 AND (purpose = $2 AND used_at IS NULL OR purpose = 'change_email')",
            user,
            link.purpose,
        )
        .execute(&mut *transaction)
        .await?;
        let grants = revoke_of_user(&mut transaction, user, now, tokens_end).await?;
        transaction.commit().await?;
        Ok(Some(Reset { user_id: user, verified, grants }))
    })
    .await
}

/// Makes the account that a link is for: whether it was good. [`super::Error::Duplicate`] if there is one by now.
pub async fn register(
    db: &PgPool,
    link: Presented<'_>,
    user: &NewUser<'_>,
    password: NewPassword<'_>,
    now: Timestamp,
) -> Result<bool> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        if links::consume(&mut transaction, link, now).await?.is_none() {
            return Ok(false);
        }
        sqlx::query!(
            "INSERT INTO users (id, email, email_key, email_verified, name, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6)",
            user.id,
            user.email,
            user.email_key,
            user.email_verified,
            user.name,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        set_password(&mut transaction, user.id, password, now).await?;
        transaction.commit().await?;
        Ok(true)
    })
    .await
}

/// Counts a person's address as proven, by a link that was sent there: whose. None if the link is not good, or they have
/// another address since.
pub async fn verify_email(
    db: &PgPool,
    link: Presented<'_>,
    now: Timestamp,
) -> Result<Option<Uuid>> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        links::lock_person(&mut transaction, link).await?;
        let Some(row) = links::consume(&mut transaction, link, now).await? else { return Ok(None) };
        let done = sqlx::query!(
            "UPDATE users SET email_verified = true, updated_at = $3 WHERE id = $1 AND email_key = $2",
            row.user_id,
            row.detail["email_key"].as_str(),
            now,
        )
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        if let Some(user) = row.user_id {
            super::standings::changed(&mut transaction, user, now).await?;
        }
        transaction.commit().await?;
        Ok(row.user_id)
    })
    .await
}

async fn set_password(
    connection: &mut PgConnection,
    user: Uuid,
    password: NewPassword<'_>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO credentials (id, user_id, kind, secret, created_at, updated_at)
         VALUES ($1, $2, 'password', $3, $4, $4)
         ON CONFLICT (user_id, kind) DO UPDATE SET
             secret = EXCLUDED.secret, updated_at = EXCLUDED.updated_at, revoked_at = NULL",
        password.id,
        user,
        password.phc,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}
