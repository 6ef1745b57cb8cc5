//! `gate_sessions`: people at sites behind the gate.

use sqlx::PgPool;
use uuid::Uuid;

use super::Result;
use crate::clock::Timestamp;

/// A session at a site, with the grant that it stands on.
#[derive(Clone, Debug)]
pub struct GateSessionRow {
    /// The grant, and the session.
    pub id: Uuid,
    /// Digest of the cookie's secret.
    pub secret_hash: Vec<u8>,
    /// Where it is good.
    pub origin: String,
    /// When it was last used, some seconds late.
    pub last_seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The site.
    pub client_id: String,
    /// The person.
    pub user_id: Uuid,
    /// The session at Signet that it was begun in.
    pub session_id: Uuid,
    /// What was granted.
    pub scopes: Vec<String>,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// By which means.
    pub amr: Vec<String>,
    /// How surely.
    pub acr: String,
}

/// Begins a session on a grant that was just made, for no longer than the session at Signet lasts: when it ends. None if the
/// grant was revoked meanwhile.
pub async fn begin(
    db: &PgPool,
    id: Uuid,
    secret_hash: &[u8],
    origin: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<Option<Timestamp>> {
    Ok(sqlx::query_scalar!(
        "INSERT INTO gate_sessions (id, secret_hash, origin, created_at, last_seen_at, expires_at)
         SELECT g.id, $2, $3, $4, $4, least($5, s.expires_at)
         FROM grants g JOIN sessions s ON s.id = g.session_id
         WHERE g.id = $1 AND g.revoked_at IS NULL AND s.ended_at IS NULL
         RETURNING expires_at",
        id,
        secret_hash,
        origin,
        now,
        expires_at,
    )
    .fetch_optional(db)
    .await?)
}

/// The session of that id, unless it is over or its grant was revoked.
pub async fn get(db: &PgPool, id: Uuid, now: Timestamp) -> Result<Option<GateSessionRow>> {
    Ok(sqlx::query_as!(
        GateSessionRow,
        "SELECT s.id, s.secret_hash, s.origin, s.last_seen_at, s.expires_at, g.client_id, g.user_id, g.session_id, g.scopes,
                g.auth_time, g.amr, g.acr
         FROM gate_sessions s JOIN grants g ON g.id = s.id
         WHERE s.id = $1 AND s.expires_at > $2 AND g.revoked_at IS NULL",
        id,
        now,
    )
    .fetch_optional(db)
    .await?)
}

/// Notes that sessions were used. What another replica noted later stays.
pub async fn seen(db: &PgPool, ids: &[Uuid], at: &[Timestamp]) -> Result<()> {
    sqlx::query!(
        "UPDATE gate_sessions s SET last_seen_at = used.at
         FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at)
         WHERE s.id = used.id AND s.last_seen_at < used.at",
        ids,
        at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes sessions that are over, some at a time.
pub async fn sweep(db: &PgPool, now: Timestamp) -> Result<u64> {
    Ok(sqlx::query!(
        "DELETE FROM gate_sessions WHERE id IN (SELECT id FROM gate_sessions WHERE expires_at < $1 LIMIT 5000)",
        now,
    )
    .execute(db)
    .await?
    .rows_affected())
}
