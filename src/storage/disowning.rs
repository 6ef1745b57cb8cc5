//! What a person did not do themself: all that it may have begun ends at once.

use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{
    Result, api_keys,
    grants::revoke_of_user,
    links::{self, NewLink, Presented},
    pool, retry,
    sessions::end_of_user,
};
use crate::clock::Timestamp;

/// A second factor that was added, as the link of the letter about it knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Which.
    pub factor: Factor,
    /// Whether recovery codes were made with it.
    pub codes: bool,
}

/// A second factor that cannot be taken for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A passkey, by its id.
    Passkey(Uuid),
    /// An authenticator, by when it was set up: its person has one at most.
    Authenticator(#[serde(with = "time::serde::rfc3339")] Timestamp),
}

/// When a person set up the authenticator that they have.
pub async fn authenticator_since(db: &PgPool, user: Uuid) -> Result<Option<Timestamp>> {
    Ok(sqlx::query_scalar!("SELECT created_at FROM totp WHERE user_id = $1", user)
        .fetch_optional(db)
        .await?)
}

/// What ended.
#[derive(Debug)]
pub struct Disowned {
    /// The sessions.
    pub sessions: Vec<Uuid>,
    /// The grants and API keys that were revoked.
    pub grants: Vec<Uuid>,
    /// The second factor that was removed.
    pub factor: Option<Added>,
}

/// Uses up the link by which `user` says that something was not them: ends their sessions and sign-ins, revokes their grants,
/// API keys and password, takes back the links that were sent to them, and adds the one by which they set a new password. None
/// if the link is not good, or they have another address since.
///
/// The link of a letter about a second factor that was added removes that one too. Such links stay good, since of several
/// factors that someone else added each has a letter of its own.
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
        let mut grants = revoke_of_user(&mut transaction, user, now, tokens_end).await?;
        grants.extend(api_keys::revoke_of_user(&mut transaction, user, now, tokens_end).await?);
        sqlx::query!("DELETE FROM links WHERE user_id = $1 AND (used_at IS NULL AND NOT detail ? 'added' OR purpose = 'change_email')", user)
            .execute(&mut *transaction)
            .await?;
        let added = serde_json::from_value(row.detail["added"].clone()).ok();
        let factor = match added {
            Some(added) if remove(&mut transaction, user, added).await? => Some(added),
            _ => None,
        };
        links::add(&mut transaction, reset, now).await?;
        transaction.commit().await?;
        Ok(Some(Disowned { sessions, grants, factor }))
    })
    .await
}

/// Removes that very factor, with the recovery codes that were made with it or since: whether it was there.
async fn remove(connection: &mut PgConnection, user: Uuid, added: Added) -> Result<bool> {
    let since = match added.factor {
        Factor::Passkey(id) => {
            sqlx::query_scalar!(
                "DELETE FROM passkeys WHERE id = $1 AND user_id = $2 RETURNING created_at",
                id,
                user,
            )
            .fetch_optional(&mut *connection)
            .await?
        }
        Factor::Authenticator(since) => {
            sqlx::query_scalar!(
                "DELETE FROM totp WHERE user_id = $1 AND created_at = $2 RETURNING created_at",
                user,
                since,
            )
            .fetch_optional(&mut *connection)
            .await?
        }
    };
    let Some(since) = since else { return Ok(false) };
    if added.codes {
        sqlx::query!(
            "DELETE FROM recovery_codes WHERE user_id = $1 AND created_at >= $2",
            user,
            since
        )
        .execute(connection)
        .await?;
    }
    Ok(true)
}
