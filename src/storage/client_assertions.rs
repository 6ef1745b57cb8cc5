//! `client_assertions`: what clients authenticated with, each once.

use sqlx::PgPool;

use super::Result;
use crate::clock::Timestamp;

/// Uses an assertion. Whether it was not used before, on whichever replica: the primary key lets one of them in.
pub async fn spend(
    db: &PgPool,
    client_id: &str,
    jti_hash: &[u8],
    expires_at: Timestamp,
) -> Result<bool> {
    let inserted = sqlx::query!(
        "INSERT INTO client_assertions (client_id, jti_hash, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        client_id,
        jti_hash,
        expires_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Removes those that are over.
pub async fn sweep(db: &PgPool, now: Timestamp) -> Result<u64> {
    let swept = sqlx::query!("DELETE FROM client_assertions WHERE expires_at <= $1", now)
        .execute(db)
        .await?;
    Ok(swept.rows_affected())
}
