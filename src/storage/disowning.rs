//! What a person did not do themself: all that it may have begun ends at once.

use sqlx::PgPool;
use uuid::Uuid;

use super::{
    Result,
    grants::revoke_of_user,
    links::{self, NewLink, Presented},
    pool, retry,
    sessions::end_of_user,
};
use crate::clock::Timestamp;

/// What ended.
#[derive(Debug)]
pub struct Disowned {
    /// The sessions.
    pub sessions: Vec<Uuid>,
    /// The grants that were revoked.
    pub grants: Vec<Uuid>,
}

/// Uses up the link by which `user` says that something was not them: ends their sessions and sign-ins, revokes their grants
/// and their password, takes back every link that was sent to them, and adds the one by which they set a new password. None
/// if the link is not good, or they have another address since.
///
/// The person's row is locked first and links after it, so that two such links at once come one after the other. All else
/// is in the order of [`super::users::disable`].
pub async fn disown(
    db: &PgPool,
    user: Uuid,
    link: Presented<'_>,
    reset: &NewLink<'_>,
    now: Timestamp,
    tokens_end: Timestamp,
) -> Result<Option<Disowned>> {
    retry(|| async {
        let mut transaction = pool::begin(db).await?;
        let person = sqlx::query!("SELECT email_key FROM users WHERE id = $1 FOR UPDATE", user)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(person) = person else { return Ok(None) };
        let Some(row) = links::consume(&mut transaction, link, now).await? else { return Ok(None) };
        let sent_to = row.detail["email_key"].as_str();
        if row.user_id != Some(user) || sent_to != Some(&person.email_key) {
            return Ok(None);
        }
        // A sign-in whose password was looked at before finds that it is another one now.
        sqlx::query!("UPDATE users SET password_set_at = $2, updated_at = $2 WHERE id = $1", user, now)
            .execute(&mut *transaction)
            .await?;
        sqlx::query!(
            "UPDATE credentials SET revoked_at = $2, updated_at = $2 WHERE user_id = $1 AND kind = 'password'",
            user,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!("DELETE FROM sign_ins WHERE user_id = $1", user)
            .execute(&mut *transaction)
            .await?;
        let sessions = end_of_user(&mut transaction, user, None, now).await?;
        let grants = revoke_of_user(&mut transaction, user, now, tokens_end).await?;
        sqlx::query!("DELETE FROM links WHERE user_id = $1 AND (used_at IS NULL OR purpose = 'change_email')", user)
            .execute(&mut *transaction)
            .await?;
        links::add(&mut transaction, reset, now).await?;
        transaction.commit().await?;
        Ok(Some(Disowned { sessions, grants }))
    })
    .await
}
