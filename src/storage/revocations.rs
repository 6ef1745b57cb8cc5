//! `revocations`: grants and single tokens that must no longer be accepted.

use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, retry};
use crate::clock::Timestamp;

/// A revoked grant or token.
#[derive(Clone, Copy, Debug)]
pub struct RevocationRow {
    /// The grant's id, or the unique part of the token's `jti`.
    pub subject: Uuid,
    /// When no token that it concerns can live any longer.
    pub expires_at: Timestamp,
}

/// Revokes a single token and tells all replicas. Whether it was not revoked before.
pub async fn insert(
    db: &PgPool,
    subject: Uuid,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool> {
    retry(|| async {
        let told = sqlx::query!(
            "WITH listed AS (
                INSERT INTO revocations (subject, revoked_at, expires_at) VALUES ($1, $2, $3)
                ON CONFLICT DO NOTHING RETURNING subject
            )
            INSERT INTO changes (kind, key, at) SELECT 'revocation', subject::text, $2 FROM listed",
            subject,
            now,
            expires_at,
        )
        .execute(db)
        .await?;
        Ok(told.rows_affected() > 0)
    })
    .await
}

/// Whether any of these is revoked.
pub async fn any(db: &PgPool, subjects: &[Uuid]) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM revocations WHERE subject = ANY ($1)) AS "revoked!""#,
        subjects,
    )
    .fetch_one(db)
    .await?)
}

/// All that still matter.
pub async fn list(db: &PgPool, now: Timestamp) -> Result<Vec<RevocationRow>> {
    Ok(sqlx::query_as!(
        RevocationRow,
        "SELECT subject, expires_at FROM revocations WHERE expires_at > $1",
        now,
    )
    .fetch_all(db)
    .await?)
}

/// Those among `subjects`.
pub async fn get(db: &PgPool, subjects: &[Uuid]) -> Result<Vec<RevocationRow>> {
    Ok(sqlx::query_as!(
        RevocationRow,
        "SELECT subject, expires_at FROM revocations WHERE subject = ANY ($1)",
        subjects,
    )
    .fetch_all(db)
    .await?)
}

/// Removes those that no longer matter.
pub async fn sweep(db: &PgPool, now: Timestamp) -> Result<u64> {
    Ok(sqlx::query!("DELETE FROM revocations WHERE expires_at <= $1", now)
        .execute(db)
        .await?
        .rows_affected())
}
