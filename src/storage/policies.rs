//! `policy_versions` and `policy_activations`: policies as a whole, a row a version.

use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::Result;
use crate::clock::Timestamp;

/// A version as it is kept.
#[derive(Clone, Debug)]
pub struct VersionRow {
    /// Which.
    pub id: Uuid,
    /// The schema, in Cedar's schema language.
    pub schema: String,
    /// Policies and templates, in Cedar.
    pub policies: String,
    /// Links of templates, see `access::source::Link`.
    pub links: Value,
    /// What policies know of besides people and clients, in Cedar's JSON.
    pub entities: Value,
    /// What its author says of it.
    pub comment: String,
    /// Who saved it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// Keeps a version, and has it decide from now on: all replicas are told. The activation of the highest id counts.
pub async fn save(db: &PgPool, version: &VersionRow, activation: Uuid) -> Result<()> {
    sqlx::query!(
        "WITH saved AS (
            INSERT INTO policy_versions (id, schema, policies, links, entities, comment, created_by, created_at)
            VALUES ($1, $2, $3, $4, $9, $5, $6, $7)
        ), activated AS (
            -- The reference is checked at the end of the statement.
            INSERT INTO policy_activations (id, version, activated_by, activated_at) VALUES ($8, $1, $6, $7)
        )
        INSERT INTO changes (kind, key, at) VALUES ('policies', $1::uuid::text, $7)",
        version.id,
        version.schema,
        version.policies,
        version.links,
        version.comment,
        version.created_by,
        version.created_at,
        activation,
        version.entities,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has a version that was kept decide from now on, and tells all replicas. Whether there is one of that id.
pub async fn activate(
    db: &PgPool,
    version: Uuid,
    activation: Uuid,
    by: &str,
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query!(
        "WITH activated AS (
            INSERT INTO policy_activations (id, version, activated_by, activated_at)
            SELECT $2, id, $3, $4 FROM policy_versions WHERE id = $1
            RETURNING version
        )
        INSERT INTO changes (kind, key, at) SELECT 'policies', version::text, $4 FROM activated",
        version,
        activation,
        by,
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The version that decides, if any was ever saved.
pub async fn current(db: &PgPool) -> Result<Option<VersionRow>> {
    Ok(sqlx::query_as!(
        VersionRow,
        "SELECT v.id, v.schema, v.policies, v.links, v.entities, v.comment, v.created_by, v.created_at
         FROM policy_activations a JOIN policy_versions v ON v.id = a.version
         ORDER BY a.id DESC LIMIT 1"
    )
    .fetch_optional(db)
    .await?)
}

/// The last activation, if there was one.
pub async fn last_activation(db: &PgPool) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!("SELECT id FROM policy_activations ORDER BY id DESC LIMIT 1")
        .fetch_optional(db)
        .await?)
}

/// A version that was kept.
pub async fn get(db: &PgPool, id: Uuid) -> Result<Option<VersionRow>> {
    Ok(sqlx::query_as!(
        VersionRow,
        "SELECT id, schema, policies, links, entities, comment, created_by, created_at FROM policy_versions WHERE id = $1",
        id,
    )
    .fetch_optional(db)
    .await?)
}

/// A version, as a list shows it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which.
    pub id: Uuid,
    /// What its author says of it.
    pub comment: String,
    /// Who saved it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it began to decide for the last time; none if it never did.
    pub activated_at: Option<Timestamp>,
}

/// The last versions, the newest first.
pub async fn list(db: &PgPool, limit: i64) -> Result<Vec<Entry>> {
    Ok(sqlx::query_as!(
        Entry,
        "SELECT id, comment, created_by, created_at,
                (SELECT max(activated_at) FROM policy_activations a WHERE a.version = v.id) AS activated_at
         FROM policy_versions v ORDER BY id DESC LIMIT $1",
        limit,
    )
    .fetch_all(db)
    .await?)
}
