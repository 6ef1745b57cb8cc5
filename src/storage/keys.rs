//! `signing_keys`, `encryption_keys` and `server_secrets`.

use std::collections::HashMap;

use sqlx::PgPool;

use super::Result;
use crate::clock::Timestamp;

/// Something that only the holder of the master key can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// `nonce ‖ ciphertext ‖ tag`.
    pub bytes: Vec<u8>,
    /// The id of the master key it is sealed with.
    pub with: String,
}

/// A key as stored: one that signs, or one that others encrypt for.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// The JWS or JWE algorithm.
    pub alg: String,
    /// Its number among the keys of that algorithm.
    pub generation: i32,
    /// PKCS#8, sealed.
    pub sealed: Sealed,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it begins to sign, or is published.
    pub active_from: Timestamp,
}

/// A key as both tables have it.
struct Stored {
    kid: String,
    alg: String,
    generation: i32,
    sealed: Vec<u8>,
    sealed_with: String,
    created_at: Timestamp,
    active_from: Timestamp,
}

impl From<Stored> for KeyRow {
    fn from(row: Stored) -> Self {
        Self {
            kid: row.kid,
            alg: row.alg,
            generation: row.generation,
            sealed: Sealed { bytes: row.sealed, with: row.sealed_with },
            created_at: row.created_at,
            active_from: row.active_from,
        }
    }
}

/// Every signing key.
pub async fn signing_keys(db: &PgPool) -> Result<Vec<KeyRow>> {
    let rows = sqlx::query_as!(
        Stored,
        "SELECT kid, alg, generation, sealed, sealed_with, created_at, active_from
         FROM signing_keys ORDER BY alg, generation"
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(KeyRow::from).collect())
}

/// Adds a key, unless another replica already added one of that generation, and tells all replicas.
pub async fn insert_signing_key(
    db: &PgPool,
    key: &KeyRow,
    public_jwk: &serde_json::Value,
) -> Result<bool> {
    let inserted = sqlx::query_scalar!(
        r#"WITH added AS (
            INSERT INTO signing_keys (kid, alg, generation, public_jwk, sealed, sealed_with, created_at, active_from)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT DO NOTHING
            RETURNING kid
        ), told AS (
            INSERT INTO changes (kind, key, at) SELECT 'signing_keys', kid, $7 FROM added
        )
        SELECT count(*) AS "count!" FROM added"#,
        key.kid,
        key.alg,
        key.generation,
        public_jwk,
        key.sealed.bytes,
        key.sealed.with,
        key.created_at,
        key.active_from,
    )
    .fetch_one(db)
    .await?;
    Ok(inserted > 0)
}

/// Replaces how a key is sealed.
pub async fn reseal_signing_key(db: &PgPool, kid: &str, sealed: &Sealed) -> Result<()> {
    sqlx::query!(
        "UPDATE signing_keys SET sealed = $2, sealed_with = $3 WHERE kid = $1",
        kid,
        sealed.bytes,
        sealed.with,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Every key that others encrypt for.
pub async fn encryption_keys(db: &PgPool) -> Result<Vec<KeyRow>> {
    let rows = sqlx::query_as!(
        Stored,
        "SELECT kid, alg, generation, sealed, sealed_with, created_at, active_from
         FROM encryption_keys ORDER BY alg, generation"
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(KeyRow::from).collect())
}

/// Adds a key that others encrypt for, as [`insert_signing_key`] adds one that signs.
pub async fn insert_encryption_key(db: &PgPool, key: &KeyRow) -> Result<bool> {
    let inserted = sqlx::query_scalar!(
        r#"WITH added AS (
            INSERT INTO encryption_keys (kid, alg, generation, sealed, sealed_with, created_at, active_from)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT DO NOTHING
            RETURNING kid
        ), told AS (
            INSERT INTO changes (kind, key, at) SELECT 'encryption_keys', kid, $6 FROM added
        )
        SELECT count(*) AS "count!" FROM added"#,
        key.kid,
        key.alg,
        key.generation,
        key.sealed.bytes,
        key.sealed.with,
        key.created_at,
        key.active_from,
    )
    .fetch_one(db)
    .await?;
    Ok(inserted > 0)
}

/// Replaces how a key that others encrypt for is sealed.
pub async fn reseal_encryption_key(db: &PgPool, kid: &str, sealed: &Sealed) -> Result<()> {
    sqlx::query!(
        "UPDATE encryption_keys SET sealed = $2, sealed_with = $3 WHERE kid = $1",
        kid,
        sealed.bytes,
        sealed.with,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes keys that others encrypted for, and tells all replicas to forget them. Returns how many it were.
pub async fn delete_encryption_keys(db: &PgPool, kids: &[String], now: Timestamp) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"WITH removed AS (
            DELETE FROM encryption_keys WHERE kid = ANY($1) RETURNING kid
        ), told AS (
            INSERT INTO changes (kind, key, at) SELECT 'encryption_keys', kid, $2 FROM removed
        )
        SELECT count(*) AS "count!" FROM removed"#,
        kids,
        now,
    )
    .fetch_one(db)
    .await?)
}

/// The server's secrets by name.
pub async fn server_secrets(db: &PgPool) -> Result<HashMap<String, Sealed>> {
    let rows =
        sqlx::query!("SELECT name, sealed, sealed_with FROM server_secrets").fetch_all(db).await?;
    let rows =
        rows.into_iter().map(|row| (row.name, Sealed { bytes: row.sealed, with: row.sealed_with }));
    Ok(rows.collect())
}

/// Adds a secret, unless there is one of that name.
pub async fn insert_server_secret(
    db: &PgPool,
    name: &str,
    sealed: &Sealed,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO server_secrets (name, sealed, sealed_with, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        name,
        sealed.bytes,
        sealed.with,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Replaces how a secret is sealed.
pub async fn reseal_server_secret(db: &PgPool, name: &str, sealed: &Sealed) -> Result<()> {
    sqlx::query!(
        "UPDATE server_secrets SET sealed = $2, sealed_with = $3 WHERE name = $1",
        name,
        sealed.bytes,
        sealed.with,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How much of what people left here is sealed with a master key.
#[derive(Debug, PartialEq, Eq)]
pub struct SealedCount {
    /// Its id.
    pub with: String,
    /// Authenticators.
    pub authenticators: i64,
    /// Messages that wait.
    pub messages: i64,
}

/// By master key, what is sealed with another one than `current`. Keys and secrets are few and read as they are.
pub async fn sealed_with_others(db: &PgPool, current: &str) -> Result<Vec<SealedCount>> {
    Ok(sqlx::query_as!(
        SealedCount,
        r#"SELECT sealed_with AS "with!",
               count(*) FILTER (WHERE authenticator) AS "authenticators!",
               count(*) FILTER (WHERE NOT authenticator) AS "messages!"
           FROM (
               SELECT sealed_with, true AS authenticator FROM totp
               UNION ALL
               SELECT sealed_with, false FROM messages
           ) AS sealed
           WHERE sealed_with <> $1
           GROUP BY sealed_with ORDER BY sealed_with"#,
        current,
    )
    .fetch_all(db)
    .await?)
}
