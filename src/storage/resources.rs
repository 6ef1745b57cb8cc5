//! `resources`: the APIs that tokens are for.

use sqlx::PgPool;

use super::Result;
use crate::clock::Timestamp;

/// A resource as stored.
#[derive(Clone, Debug)]
pub struct ResourceRow {
    /// Its resource indicator.
    pub identifier: String,
    /// Its metadata, see `registry::resource`.
    pub metadata: serde_json::Value,
}

/// Every resource, by identifier.
pub async fn list(db: &PgPool) -> Result<Vec<ResourceRow>> {
    Ok(sqlx::query_as!(
        ResourceRow,
        "SELECT identifier, metadata FROM resources ORDER BY identifier"
    )
    .fetch_all(db)
    .await?)
}

/// Adds or replaces a resource and tells all replicas.
pub async fn put(
    db: &PgPool,
    identifier: &str,
    metadata: &serde_json::Value,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "WITH stored AS (
            INSERT INTO resources (identifier, metadata, created_at, updated_at) VALUES ($1, $2, $3, $3)
            ON CONFLICT (identifier) DO UPDATE SET metadata = EXCLUDED.metadata, updated_at = EXCLUDED.updated_at
        )
        INSERT INTO changes (kind, key, at) VALUES ('resource', $1, $3)",
        identifier,
        metadata,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}
