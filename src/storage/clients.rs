//! `clients`.

use sqlx::PgPool;

use super::Result;
use crate::clock::Timestamp;

/// A client as stored.
#[derive(Clone, Debug)]
pub struct ClientRow {
    /// Its id.
    pub client_id: String,
    /// Its metadata, see `registry::client`.
    pub metadata: serde_json::Value,
    /// Digests of its live secrets.
    pub secrets: Vec<Vec<u8>>,
}

/// The client of that id.
pub async fn get(db: &PgPool, client_id: &str) -> Result<Option<ClientRow>> {
    Ok(sqlx::query_as!(
        ClientRow,
        r#"SELECT client_id, metadata,
                  ARRAY(SELECT secret_hash FROM client_secrets s WHERE s.client_id = c.client_id) AS "secrets!"
           FROM clients c WHERE client_id = $1"#,
        client_id,
    )
    .fetch_optional(db)
    .await?)
}

/// Every client, by id.
pub async fn list(db: &PgPool) -> Result<Vec<ClientRow>> {
    Ok(sqlx::query_as!(
        ClientRow,
        r#"SELECT client_id, metadata,
                  ARRAY(SELECT secret_hash FROM client_secrets s WHERE s.client_id = c.client_id) AS "secrets!"
           FROM clients c ORDER BY client_id"#,
    )
    .fetch_all(db)
    .await?)
}

/// The sites behind the gate: each client with each of its origins.
pub async fn sites(db: &PgPool) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        r#"SELECT client_id, origin AS "origin!"
           FROM clients, jsonb_array_elements_text(metadata #> '{gate,origins}') AS origin
           WHERE metadata ? 'gate' ORDER BY client_id"#,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.client_id, row.origin)).collect())
}

/// Adds or replaces a client and tells all replicas. Whether one that is there is disabled stays as it is. Secrets stay
/// sealed only for as long as it signs with them.
pub async fn put(
    db: &PgPool,
    client_id: &str,
    metadata: &serde_json::Value,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "WITH stored AS (
            INSERT INTO clients (client_id, metadata, created_at, updated_at) VALUES ($1, $2, $3, $3)
            ON CONFLICT (client_id) DO UPDATE SET
                metadata = jsonb_set(EXCLUDED.metadata, '{disabled}', coalesce(clients.metadata -> 'disabled', 'false')),
                updated_at = EXCLUDED.updated_at
        ), unsealed AS (
            UPDATE client_secrets SET sealed = NULL, sealed_with = NULL
            WHERE client_id = $1 AND sealed IS NOT NULL
              AND $2 ->> 'token_endpoint_auth_method' IS DISTINCT FROM 'client_secret_jwt'
        )
        INSERT INTO changes (kind, key, at) VALUES ('client', $1, $3)",
        client_id,
        metadata,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Sets whether a client is disabled, and nothing else of it, and tells all replicas. Whether there is such a client.
pub async fn set_disabled(
    db: &PgPool,
    client_id: &str,
    disabled: bool,
    now: Timestamp,
) -> Result<bool> {
    let changed = sqlx::query_scalar!(
        r#"WITH changed AS (
            UPDATE clients SET metadata = jsonb_set(metadata, '{disabled}', to_jsonb($2::boolean)), updated_at = $3
            WHERE client_id = $1
            RETURNING client_id
        ), told AS (
            INSERT INTO changes (kind, key, at) SELECT 'client', client_id, $3 FROM changed
        )
        SELECT count(*) AS "count!" FROM changed"#,
        client_id,
        disabled,
        now,
    )
    .fetch_one(db)
    .await?;
    Ok(changed > 0)
}

/// Which clients a removal is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removable {
    /// Any: an operator asks.
    Any,
    /// Those that registered themselves and that no operator took over, as of the moment of removal.
    RegisteredItself,
}

/// Removes a client, revokes what it was granted, and tells all replicas of the grants that were used since `tokens_began`
/// and so may have live tokens. A refresh of the others finds them revoked: it asks the database in any case.
pub async fn delete(
    db: &PgPool,
    client_id: &str,
    which: Removable,
    now: Timestamp,
    tokens_began: Timestamp,
    tokens_end: Timestamp,
) -> Result<bool> {
    let deleted = sqlx::query_scalar!(
        r#"WITH deleted AS (
            DELETE FROM clients
            WHERE client_id = $1 AND ($5 OR metadata ->> 'registered_by' = 'itself')
            RETURNING client_id
        ), revoked AS (
            UPDATE grants SET revoked_at = $2
            WHERE md5(client_id) = md5($1) AND client_id IN (SELECT client_id FROM deleted) AND revoked_at IS NULL
            RETURNING id, rotated_at
        ), used AS (
            SELECT id FROM revoked WHERE rotated_at > $3
        ), forgotten AS (
            DELETE FROM consents
            WHERE md5(client_id) = md5($1) AND client_id IN (SELECT client_id FROM deleted)
        ), unassigned AS (
            -- Whoever is registered by the same id later is another one.
            DELETE FROM role_assignments
            WHERE subject_kind = 'client' AND subject IN (SELECT client_id FROM deleted)
        ), listed AS (
            INSERT INTO revocations (subject, revoked_at, expires_at) SELECT id, $2, $4 FROM used
            ON CONFLICT DO NOTHING
        ), told AS (
            INSERT INTO changes (kind, key, at)
            SELECT 'client', client_id, $2 FROM deleted
            UNION ALL SELECT 'revocation', id::text, $2 FROM used
        )
        SELECT count(*) AS "count!" FROM deleted"#,
        client_id,
        now,
        tokens_began,
        tokens_end,
        which == Removable::Any,
    )
    .fetch_one(db)
    .await?;
    Ok(deleted > 0)
}
