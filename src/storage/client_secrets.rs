//! `client_secrets`: digests, and for clients that sign with their secret also the secret, sealed.

use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, pool};
use crate::{clock::Timestamp, storage::keys::Sealed};

/// A client's secret, without the secret.
#[derive(Clone, Debug)]
pub struct SecretRow {
    /// Names it on the command line.
    pub id: Uuid,
    /// Since when.
    pub created_at: Timestamp,
}

/// A client's secrets, oldest first.
pub async fn list(db: &PgPool, client_id: &str) -> Result<Vec<SecretRow>> {
    Ok(sqlx::query_as!(
        SecretRow,
        "SELECT id, created_at FROM client_secrets WHERE client_id = $1 ORDER BY created_at, id",
        client_id,
    )
    .fetch_all(db)
    .await?)
}

/// A secret to be added.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub client_id: &'a str,
    /// Its digest.
    pub secret_hash: &'a [u8],
    /// It itself, sealed for the row of this id, if the client signs with it.
    pub sealed: Option<&'a Sealed>,
}

/// Adds a secret unless the client has `most` already, and tells all replicas.
///
/// Two statements, since the second has to see what was committed while the first waited: another secret that was being
/// added.
pub async fn add(db: &PgPool, new: New<'_>, most: i64, now: Timestamp) -> Result<bool> {
    let mut transaction = pool::begin(db).await?;
    sqlx::query!("SELECT FROM clients WHERE client_id = $1 FOR UPDATE", new.client_id)
        .execute(&mut *transaction)
        .await?;
    let added = sqlx::query_scalar!(
        r#"WITH replaced AS (
            -- One that was kept as a digest alone, and is brought again to sign with.
            DELETE FROM client_secrets
            WHERE client_id = $2 AND secret_hash = $3 AND sealed IS NULL AND $6::bytea IS NOT NULL
            RETURNING id
        ), added AS (
            INSERT INTO client_secrets (id, client_id, secret_hash, created_at, sealed, sealed_with)
            SELECT $1, client_id, $3, $5, $6, $7 FROM clients
            WHERE client_id = $2
              AND (SELECT count(*) FROM client_secrets s WHERE s.client_id = $2)
                - (SELECT count(*) FROM replaced) < $4
            RETURNING client_id
        ), told AS (
            INSERT INTO changes (kind, key, at) SELECT 'client', client_id, $5 FROM added
        )
        SELECT count(*) AS "count!" FROM added"#,
        new.id,
        new.client_id,
        new.secret_hash,
        most,
        now,
        new.sealed.map(|sealed| sealed.bytes.as_slice()),
        new.sealed.map(|sealed| sealed.with.as_str()),
    )
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(added > 0)
}

/// Removes a secret and tells all replicas.
pub async fn remove(db: &PgPool, client_id: &str, id: Uuid, now: Timestamp) -> Result<bool> {
    let removed = sqlx::query_scalar!(
        r#"WITH removed AS (
            DELETE FROM client_secrets WHERE id = $1 AND client_id = $2 RETURNING client_id
        ), told AS (
            INSERT INTO changes (kind, key, at) SELECT 'client', client_id, $3 FROM removed
        )
        SELECT count(*) AS "count!" FROM removed"#,
        id,
        client_id,
        now,
    )
    .fetch_one(db)
    .await?;
    Ok(removed > 0)
}

/// The sealed secrets of a client, by their rows' ids.
pub async fn sealed(db: &PgPool, client_id: &str) -> Result<Vec<(Uuid, Sealed)>> {
    let rows = sqlx::query!(
        r#"SELECT id, sealed AS "sealed!", sealed_with AS "sealed_with!" FROM client_secrets
           WHERE client_id = $1 AND sealed IS NOT NULL ORDER BY created_at DESC, id DESC"#,
        client_id,
    )
    .fetch_all(db)
    .await?;
    let sealed = |bytes, with| Sealed { bytes, with };
    Ok(rows.into_iter().map(|row| (row.id, sealed(row.sealed, row.sealed_with))).collect())
}

/// Whether a client's secret of this digest is kept sealed too.
pub async fn is_sealed(db: &PgPool, client_id: &str, secret_hash: &[u8]) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (
            SELECT FROM client_secrets WHERE client_id = $1 AND secret_hash = $2 AND sealed IS NOT NULL
           ) AS "found!""#,
        client_id,
        secret_hash,
    )
    .fetch_one(db)
    .await?)
}

/// The sealed secrets of all clients.
pub async fn all_sealed(db: &PgPool) -> Result<Vec<(Uuid, Sealed)>> {
    let rows = sqlx::query!(
        r#"SELECT id, sealed AS "sealed!", sealed_with AS "sealed_with!" FROM client_secrets
           WHERE sealed IS NOT NULL"#,
    )
    .fetch_all(db)
    .await?;
    let sealed = |bytes, with| Sealed { bytes, with };
    Ok(rows.into_iter().map(|row| (row.id, sealed(row.sealed, row.sealed_with))).collect())
}

/// Replaces the seal of a secret, which is never another one.
pub async fn reseal(db: &PgPool, id: Uuid, new: &Sealed) -> Result<()> {
    sqlx::query!(
        "UPDATE client_secrets SET sealed = $2, sealed_with = $3 WHERE id = $1 AND sealed IS NOT NULL",
        id,
        new.bytes,
        new.with,
    )
    .execute(db)
    .await?;
    Ok(())
}
