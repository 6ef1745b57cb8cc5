//! `messages`: e-mail that waits to be sent.

use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, keys::Sealed, retry};
use crate::clock::Timestamp;

/// A message that is being sent.
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// Its id.
    pub id: Uuid,
    /// The message, sealed.
    pub sealed: Sealed,
    /// Since when it waits.
    pub created_at: Timestamp,
    /// How often it was tried, this time included.
    pub attempts: i32,
}

/// Adds a message, to be sent at once.
pub async fn insert(db: &PgPool, id: Uuid, sealed: &Sealed, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "INSERT INTO messages (id, sealed, sealed_with, created_at, due_at) VALUES ($1, $2, $3, $4, $4)",
        id,
        sealed.bytes,
        sealed.with,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes some messages that are due, the oldest first. Until `lease_end` no one else takes them; then they are due again,
/// should whoever took them have died over it.
pub async fn claim(
    db: &PgPool,
    limit: i64,
    now: Timestamp,
    lease_end: Timestamp,
) -> Result<Vec<MessageRow>> {
    let rows = retry(|| async {
        Ok(sqlx::query!(
            "UPDATE messages SET attempts = attempts + 1, due_at = $3
             WHERE id IN (
                -- Others pass by what one replica has taken.
                SELECT id FROM messages WHERE due_at <= $2 ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
             )
             RETURNING id, sealed, sealed_with, created_at, attempts",
            limit,
            now,
            lease_end,
        )
        .fetch_all(db)
        .await?)
    })
    .await?;
    let message = |(id, bytes, with, created_at, attempts)| MessageRow {
        id,
        sealed: Sealed { bytes, with },
        created_at,
        attempts,
    };
    Ok(rows
        .into_iter()
        .map(|row| message((row.id, row.sealed, row.sealed_with, row.created_at, row.attempts)))
        .collect())
}

/// Puts a message off.
pub async fn put_off(db: &PgPool, id: Uuid, due_at: Timestamp) -> Result<()> {
    sqlx::query!("UPDATE messages SET due_at = $2 WHERE id = $1", id, due_at).execute(db).await?;
    Ok(())
}

/// Removes a message that was sent, or that no one waits for any more.
pub async fn delete(db: &PgPool, id: Uuid) -> Result<()> {
    sqlx::query!("DELETE FROM messages WHERE id = $1", id).execute(db).await?;
    Ok(())
}

/// All messages that wait, sealed.
pub async fn all_sealed(db: &PgPool) -> Result<Vec<(Uuid, Sealed)>> {
    let rows = sqlx::query!("SELECT id, sealed, sealed_with FROM messages").fetch_all(db).await?;
    let sealed = |bytes, with| Sealed { bytes, with };
    Ok(rows.into_iter().map(|row| (row.id, sealed(row.sealed, row.sealed_with))).collect())
}

/// Replaces the seal of a message.
pub async fn reseal(db: &PgPool, id: Uuid, sealed: &Sealed) -> Result<()> {
    sqlx::query!(
        "UPDATE messages SET sealed = $2, sealed_with = $3 WHERE id = $1",
        id,
        sealed.bytes,
        sealed.with,
    )
    .execute(db)
    .await?;
    Ok(())
}
