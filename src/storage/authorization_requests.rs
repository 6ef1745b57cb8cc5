//! `authorization_requests`: requests that wait for a person.

use sqlx::PgPool;
use uuid::Uuid;

use super::Result;
use crate::clock::{Timestamp, uuid_floor};

/// A waiting request.
#[derive(Clone, Debug)]
pub struct RequestRow {
    /// Its id, in the address of its pages.
    pub id: Uuid,
    /// The validated request, see `oauth::authorize`.
    pub request: serde_json::Value,
    /// When it arrived.
    pub created_at: Timestamp,
    /// The session in which an account was chosen for it.
    pub selected_by: Option<Uuid>,
    /// The session in which consent was given to it.
    pub consented_by: Option<Uuid>,
    /// When the client got its answer.
    pub completed_at: Option<Timestamp>,
}

/// Stores a request for the browser with that secret.
pub async fn insert(
    db: &PgPool,
    id: Uuid,
    browser_hash: &[u8],
    client_id: &str,
    request: &serde_json::Value,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO authorization_requests (id, browser_hash, client_id, request, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        browser_hash,
        client_id,
        request,
        now,
        expires_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The request of that id, if this browser began it and it still waits.
pub async fn get(
    db: &PgPool,
    id: Uuid,
    browser_hash: &[u8],
    now: Timestamp,
) -> Result<Option<RequestRow>> {
    Ok(sqlx::query_as!(
        RequestRow,
        "SELECT id, request, created_at, selected_by, consented_by, completed_at
         FROM authorization_requests WHERE id = $1 AND browser_hash = $2 AND expires_at > $3",
        id,
        browser_hash,
        now,
    )
    .fetch_optional(db)
    .await?)
}

/// Notes that an account was chosen.
pub async fn set_selected(db: &PgPool, id: Uuid, session: Uuid) -> Result<()> {
    sqlx::query!("UPDATE authorization_requests SET selected_by = $2 WHERE id = $1", id, session)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes that consent was given.
pub async fn set_consented(db: &PgPool, id: Uuid, session: Uuid) -> Result<()> {
    sqlx::query!("UPDATE authorization_requests SET consented_by = $2 WHERE id = $1", id, session)
        .execute(db)
        .await?;
    Ok(())
}

/// Opens a request again that was answered before.
pub async fn reopen(db: &PgPool, id: Uuid) -> Result<()> {
    sqlx::query!("UPDATE authorization_requests SET completed_at = NULL WHERE id = $1", id)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes that the client gets its answer.
pub async fn complete(db: &PgPool, id: Uuid, now: Timestamp) -> Result<()> {
    sqlx::query!("UPDATE authorization_requests SET completed_at = $2 WHERE id = $1", id, now)
        .execute(db)
        .await?;
    Ok(())
}

/// Removes some of those that have ended, of which no one knows any more: how many. Those that began after `began` have not.
///
/// A partition is dropped when its day is over; until then, what anyone can have written would fill it.
pub async fn sweep(db: &PgPool, began: Timestamp, now: Timestamp) -> Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM authorization_requests WHERE id IN (
            SELECT id FROM authorization_requests WHERE id < $1 AND expires_at <= $2
            ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
         )",
        uuid_floor(began),
        now,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
