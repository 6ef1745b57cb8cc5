//! `initial_access_tokens`: by which clients may register themselves.

use sqlx::PgPool;
use uuid::Uuid;

use super::Result;
use crate::clock::Timestamp;

/// A token as stored, without its secret.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Names it.
    pub id: Uuid,
    /// An operator's words about whom it is for.
    pub note: String,
    /// How many clients may be registered with it.
    pub most: i32,
    /// How many were.
    pub used: i32,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A token as it was presented.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// Its row.
    pub id: Uuid,
    /// Digest of its secret.
    pub secret_hash: &'a [u8],
}

/// Adds one.
pub async fn insert(db: &PgPool, row: &TokenRow, secret_hash: &[u8], now: Timestamp) -> Result<()> {
    sqlx::query!(
        "INSERT INTO initial_access_tokens (id, secret_hash, note, most, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        row.id,
        secret_hash,
        row.note,
        row.most,
        now,
        row.expires_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All of them, oldest first.
pub async fn list(db: &PgPool) -> Result<Vec<TokenRow>> {
    Ok(sqlx::query_as!(
        TokenRow,
        "SELECT id, note, most, used, expires_at FROM initial_access_tokens ORDER BY id"
    )
    .fetch_all(db)
    .await?)
}

/// Removes one. Clients that came by it stay.
pub async fn remove(db: &PgPool, id: Uuid) -> Result<bool> {
    let done =
        sqlx::query!("DELETE FROM initial_access_tokens WHERE id = $1", id).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

/// Whether a client may be registered with it now. It is used up by `registrations::insert` alone.
pub async fn is_good(db: &PgPool, token: Presented<'_>, now: Timestamp) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (
            SELECT FROM initial_access_tokens
            WHERE id = $1 AND secret_hash = $2 AND expires_at > $3 AND used < most
        ) AS "good!""#,
        token.id,
        token.secret_hash,
        now,
    )
    .fetch_one(db)
    .await?)
}
