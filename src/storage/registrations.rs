//! `client_registrations`: clients that registered themselves, and by which token each may change that.

use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, initial_access_tokens::Presented, keys::Sealed, pool};
use crate::clock::Timestamp;

/// A secret of a client to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewSecret<'a> {
    /// Names it.
    pub id: Uuid,
    /// Digest of it.
    pub hash: &'a [u8],
    /// It itself, sealed for the row of this id, if the client signs with it.
    pub sealed: Option<&'a Sealed>,
}

/// A client that registers itself.
#[derive(Debug)]
pub struct NewRegistration<'a> {
    /// Its id.
    pub client_id: &'a str,
    /// Its metadata, see `registry::client`.
    pub metadata: &'a serde_json::Value,
    /// Its secret, if it has one.
    pub secret: Option<NewSecret<'a>>,
    /// Digest of its registration access token's secret.
    pub token_hash: &'a [u8],
    /// The initial access token that is used up by it, if it needs one.
    pub permit: Option<Presented<'a>>,
}

/// What is known of a registration.
#[derive(Clone, Debug)]
pub struct RegistrationRow {
    /// The client's metadata, see `registry::client`.
    pub metadata: serde_json::Value,
    /// Digests of its live secrets.
    pub secrets: Vec<Vec<u8>>,
    /// Since when.
    pub registered_at: Timestamp,
    /// When the client last changed it.
    pub changed_at: Timestamp,
}

/// Who a client came by.
#[derive(Clone, Debug)]
pub struct OriginRow {
    /// The initial access token, if it needed one.
    pub permitted_by: Option<Uuid>,
    /// When.
    pub registered_at: Timestamp,
    /// When it last changed its registration.
    pub changed_at: Timestamp,
}

/// Registers a client, in one statement with the use of its initial access token: of many requests with the last use of
/// one, one gets it. Whether the token was good; without one it always is. All replicas are told: one of them may remember
/// that there is no such client.
pub async fn insert(db: &PgPool, new: &NewRegistration<'_>, now: Timestamp) -> Result<bool> {
    let registered = sqlx::query_scalar!(
        r#"WITH permitted AS (
            UPDATE initial_access_tokens SET used = used + 1
            WHERE id = $3 AND secret_hash = $4 AND expires_at > $8 AND used < most
            RETURNING id
        ), allowed AS (
            SELECT id FROM permitted UNION ALL SELECT NULL::uuid WHERE $3::uuid IS NULL
        ), client AS (
            INSERT INTO clients (client_id, metadata, created_at, updated_at) SELECT $1, $2, $8, $8 FROM allowed
        ), secret AS (
            INSERT INTO client_secrets (id, client_id, secret_hash, created_at, sealed, sealed_with)
            SELECT $5, $1, $6, $8, $9, $10 FROM allowed WHERE $5::uuid IS NOT NULL
        ), registration AS (
            INSERT INTO client_registrations (client_id, permitted_by, token_current, registered_at, changed_at, seen_at)
            SELECT $1, id, $7, $8, $8, $8 FROM allowed
        ), told AS (
            INSERT INTO changes (kind, key, at) SELECT 'client', $1, $8 FROM allowed
        )
        SELECT count(*) AS "count!" FROM allowed"#,
        new.client_id,
        new.metadata,
        new.permit.map(|permit| permit.id),
        new.permit.map(|permit| permit.secret_hash),
        new.secret.map(|secret| secret.id),
        new.secret.map(|secret| secret.hash),
        new.token_hash,
        now,
        new.secret.and_then(|secret| secret.sealed).map(|sealed| sealed.bytes.as_slice()),
        new.secret.and_then(|secret| secret.sealed).map(|sealed| sealed.with.as_str()),
    )
    .fetch_one(db)
    .await?;
    Ok(registered > 0)
}

/// The registration that a token is for: the current one, or its successor, which takes its place by being used.
pub async fn open(
    db: &PgPool,
    client_id: &str,
    token_hash: &[u8],
) -> Result<Option<RegistrationRow>> {
    let found = sqlx::query!(
        r#"SELECT c.metadata, r.registered_at, r.changed_at,
                  coalesce(r.token_successor = $2, false) AS "successor!",
                  ARRAY(SELECT secret_hash FROM client_secrets s WHERE s.client_id = c.client_id) AS "secrets!"
           FROM client_registrations r JOIN clients c USING (client_id)
           WHERE r.client_id = $1 AND (r.token_current = $2 OR r.token_successor = $2)"#,
        client_id,
        token_hash,
    )
    .fetch_optional(db)
    .await?;
    let Some(found) = found else { return Ok(None) };
    if found.successor {
        sqlx::query!(
            "UPDATE client_registrations SET token_current = $2, token_successor = NULL
             WHERE client_id = $1 AND token_successor = $2",
            client_id,
            token_hash,
        )
        .execute(db)
        .await?;
    }
    Ok(Some(RegistrationRow {
        metadata: found.metadata,
        secrets: found.secrets,
        registered_at: found.registered_at,
        changed_at: found.changed_at,
    }))
}

/// What becomes of a client's secrets.
#[derive(Clone, Copy, Debug)]
pub enum SecretChange<'a> {
    /// They stay.
    Keep,
    /// It has none any more.
    Drop,
    /// It gets one.
    Add {
        /// Which.
        secret: NewSecret<'a>,
        /// Whether the one before it stays good, until the next one is added.
        former: bool,
    },
}

/// A client's change of its own registration.
#[derive(Debug)]
pub struct Replacement<'a> {
    /// The client.
    pub client_id: &'a str,
    /// Its metadata from now on. Whether it is disabled stays as it is.
    pub metadata: &'a serde_json::Value,
    /// What becomes of its secrets.
    pub secret: SecretChange<'a>,
    /// Digest of the token that it presented.
    pub token_hash: &'a [u8],
    /// Digest of the one that it is given.
    pub successor_hash: &'a [u8],
}

/// Changes a registration if the token is still good for it and no operator took the client over, and tells all replicas.
/// Both tokens are good until the successor is used. An operator's change that comes in between stands: the row is looked
/// at again when its lock is had.
pub async fn replace(db: &PgPool, new: &Replacement<'_>, now: Timestamp) -> Result<bool> {
    let mut transaction = pool::begin(db).await?;
    let changed = sqlx::query_scalar!(
        r#"WITH renewed AS (
            UPDATE client_registrations
            SET token_current = $3, token_successor = $4, changed_at = $5, seen_at = greatest(seen_at, $5)
            WHERE client_id = $1 AND (token_current = $3 OR token_successor = $3)
            RETURNING client_id
        ), changed AS (
            UPDATE clients c SET
                metadata = jsonb_set($2, '{disabled}', coalesce(c.metadata -> 'disabled', 'false')),
                updated_at = $5
            FROM renewed r
            WHERE c.client_id = r.client_id AND c.metadata ->> 'registered_by' = 'itself'
            RETURNING c.client_id
        ), told AS (
            INSERT INTO changes (kind, key, at) SELECT 'client', client_id, $5 FROM changed
        )
        SELECT count(*) AS "count!" FROM changed"#,
        new.client_id,
        new.metadata,
        new.token_hash,
        new.successor_hash,
        now,
    )
    .fetch_one(&mut *transaction)
    .await?;
    if changed == 0 {
        return Ok(false);
    }
    let (drop, former) = match new.secret {
        SecretChange::Keep => (false, true),
        SecretChange::Drop => (true, false),
        SecretChange::Add { former, .. } => (true, former),
    };
    if drop {
        sqlx::query!(
            "DELETE FROM client_secrets
             WHERE client_id = $1 AND NOT ($2 AND id = (
                SELECT id FROM client_secrets WHERE client_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1))",
            new.client_id,
            former,
        )
        .execute(&mut *transaction)
        .await?;
    }
    if let SecretChange::Add { secret, .. } = new.secret {
        sqlx::query!(
            "INSERT INTO client_secrets (id, client_id, secret_hash, created_at, sealed, sealed_with)
             VALUES ($1, $2, $3, $4, $5, $6)",
            secret.id,
            new.client_id,
            secret.hash,
            now,
            secret.sealed.map(|sealed| sealed.bytes.as_slice()),
            secret.sealed.map(|sealed| sealed.with.as_str()),
        )
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(true)
}

/// How a client came here, if it registered itself.
pub async fn origin(db: &PgPool, client_id: &str) -> Result<Option<OriginRow>> {
    Ok(sqlx::query_as!(
        OriginRow,
        "SELECT permitted_by, registered_at, changed_at FROM client_registrations WHERE client_id = $1",
        client_id,
    )
    .fetch_optional(db)
    .await?)
}

/// Some clients whose registration was last changed before this. Those that an operator took over are no longer among them.
pub async fn older_than(db: &PgPool, before: Timestamp) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT r.client_id FROM client_registrations r JOIN clients c USING (client_id)
         WHERE r.changed_at < $1 AND c.metadata ->> 'registered_by' = 'itself'
         ORDER BY r.changed_at LIMIT 100",
        before,
    )
    .fetch_all(db)
    .await?)
}

/// Some clients that are not known to have been used since `before`, and were not. Those that were are known to from now
/// on, so that each is looked for once in that time.
///
/// Only the code flow leaves grants behind: clients that may do more are left alone, and so are those that an operator took
/// over.
pub async fn unused_since(db: &PgPool, before: Timestamp, now: Timestamp) -> Result<Vec<String>> {
    let candidates = sqlx::query_scalar!(
        r#"SELECT r.client_id FROM client_registrations r JOIN clients c USING (client_id)
           WHERE r.seen_at < $1
             AND c.metadata ->> 'registered_by' = 'itself'
             AND c.metadata -> 'grant_types' <@ '["authorization_code", "refresh_token"]'::jsonb
           ORDER BY r.seen_at LIMIT 100"#,
        before,
    )
    .fetch_all(db)
    .await?;
    if candidates.is_empty() {
        return Ok(candidates);
    }
    let used = sqlx::query_scalar!(
        "WITH used AS (
            SELECT DISTINCT client_id FROM grants
            WHERE md5(client_id) IN (SELECT md5(candidate) FROM unnest($1::text[]) AS c (candidate))
              AND client_id = ANY ($1)
              AND (rotated_at >= $2 OR (revoked_at IS NULL AND expires_at > $3))
        )
        UPDATE client_registrations SET seen_at = $3
        WHERE client_id IN (SELECT client_id FROM used)
        RETURNING client_id",
        &candidates,
        before,
        now,
    )
    .fetch_all(db)
    .await?;
    Ok(candidates.into_iter().filter(|candidate| !used.contains(candidate)).collect())
}
