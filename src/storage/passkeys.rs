//! `passkeys`: what people sign in with in place of a password, or beside it.

use serde_json::Value;
use sqlx::{PgPool, PgTransaction};
use uuid::Uuid;

use super::{Result, retry};
use crate::clock::Timestamp;

/// A passkey.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    /// Its id, of our own making.
    pub id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// Public key, signature counter, backup state.
    pub credential: Value,
    /// What its person calls it.
    pub name: String,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// When it was last signed in with.
    pub last_used_at: Option<Timestamp>,
}

/// A passkey to be stored.
#[derive(Debug)]
pub struct NewPasskey<'a> {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// By what authenticators know it.
    pub credential_id: &'a [u8],
    /// Public key, signature counter, backup state.
    pub credential: &'a Value,
    /// What its person calls it.
    pub name: &'a str,
    /// Whether it is a way in by itself.
    pub passwordless: bool,
}

/// What became of a passkey that was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is there.
    Done,
    /// Its person has as many as there may be.
    TooMany,
    /// There is one by that credential id.
    Taken,
}

/// What became of a passkey that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is gone.
    Done,
    /// It stays: without it, there is no way in.
    LastWayIn,
    /// There is no such passkey of this person.
    Unknown,
}

/// Those of a person, the oldest first.
pub async fn list(db: &PgPool, user: Uuid) -> Result<Vec<PasskeyRow>> {
    Ok(sqlx::query_as!(
        PasskeyRow,
        "SELECT id, user_id, credential, name, created_at, last_used_at FROM passkeys
         WHERE user_id = $1 ORDER BY created_at, id",
        user,
    )
    .fetch_all(db)
    .await?)
}

/// The one with this credential id, if its person may sign in.
pub async fn find(db: &PgPool, credential_id: &[u8]) -> Result<Option<PasskeyRow>> {
    Ok(sqlx::query_as!(
        PasskeyRow,
        "SELECT p.id, p.user_id, p.credential, p.name, p.created_at, p.last_used_at
         FROM passkeys p JOIN users u ON u.id = p.user_id
         WHERE p.credential_id = $1 AND u.disabled_at IS NULL",
        credential_id,
    )
    .fetch_optional(db)
    .await?)
}

/// Stores one, unless its person has `most` already.
pub async fn insert(db: &PgPool, new: &NewPasskey<'_>, most: i64, now: Timestamp) -> Result<Added> {
    retry(|| async {
        let mut transaction = super::pool::begin(db).await?;
        // Of two at once, the second one counts the first.
        lock_person(&mut transaction, new.user_id).await?;
        let there = sqlx::query_scalar!(
            r#"SELECT count(*) AS "there!" FROM passkeys WHERE user_id = $1"#,
            new.user_id
        )
        .fetch_one(&mut *transaction)
        .await?;
        if there >= most {
            return Ok(Added::TooMany);
        }
        let done = sqlx::query!(
            "INSERT INTO passkeys (id, user_id, credential_id, credential, name, passwordless, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential_id) DO NOTHING",
            new.id,
            new.user_id,
            new.credential_id,
            new.credential,
            new.name,
            new.passwordless,
            now,
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(if done.rows_affected() > 0 { Added::Done } else { Added::Taken })
    })
    .await
}

/// Notes a use: whether nothing else changed the credential since `old` was read. With `passwordless`, it was a way in
/// by itself.
pub async fn used(
    db: &PgPool,
    id: Uuid,
    old: &Value,
    new: &Value,
    passwordless: bool,
    now: Timestamp,
) -> Result<bool> {
    retry(|| async {
        let done = sqlx::query!(
            "UPDATE passkeys SET credential = $3, passwordless = passwordless OR $4, last_used_at = $5
             WHERE id = $1 AND credential = $2",
            id,
            old,
            new,
            passwordless,
            now,
        )
        .execute(db)
        .await?;
        Ok(done.rows_affected() > 0)
    })
    .await
}

/// Gives one another name: whether this person has it.
pub async fn rename(db: &PgPool, user: Uuid, id: Uuid, name: &str) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE passkeys SET name = $3 WHERE id = $1 AND user_id = $2",
        id,
        user,
        name
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Removes one, unless it is its person's last way in: they have no password, and no other passkey that is a way in by
/// itself.
pub async fn delete(db: &PgPool, user: Uuid, id: Uuid) -> Result<Removed> {
    retry(|| async {
        let mut transaction = super::pool::begin(db).await?;
        // Of the last two, two removals at once would each find the other one.
        lock_person(&mut transaction, user).await?;
        let there = sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM passkeys WHERE id = $1 AND user_id = $2) AS "there!""#,
            id,
            user
        )
        .fetch_one(&mut *transaction)
        .await?;
        if !there {
            return Ok(Removed::Unknown);
        }
        let done = sqlx::query!(
            "DELETE FROM passkeys p
             WHERE p.id = $1 AND p.user_id = $2 AND (
                 EXISTS (SELECT FROM credentials c
                         WHERE c.user_id = $2 AND c.kind = 'password' AND c.revoked_at IS NULL)
                 OR EXISTS (SELECT FROM passkeys other
                            WHERE other.user_id = $2 AND other.id <> $1 AND (other.passwordless OR NOT p.passwordless)))",
            id,
            user,
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(if done.rows_affected() > 0 { Removed::Done } else { Removed::LastWayIn })
    })
    .await
}

async fn lock_person(transaction: &mut PgTransaction<'static>, user: Uuid) -> Result<()> {
    sqlx::query!("SELECT id FROM users WHERE id = $1 FOR UPDATE", user)
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(())
}
