//! `ceremonies`: WebAuthn challenges that wait for their answer.

use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::Result;
use crate::clock::Timestamp;

/// A challenge to be kept.
#[derive(Debug)]
pub struct NewCeremony<'a> {
    /// Its id.
    pub id: Uuid,
    /// Digest of the secret of the browser that is challenged.
    pub browser_hash: &'a [u8],
    /// Whose passkey is made or asked for; none where any person's will do.
    pub user_id: Option<Uuid>,
    /// 'register', 'authenticate' or 'discover'.
    pub kind: &'a str,
    /// What is needed to check the answer.
    pub state: &'a Value,
    /// When it is too late for one.
    pub expires_at: Timestamp,
}

/// A challenge that is answered.
#[derive(Clone, Debug)]
pub struct CeremonyRow {
    /// Whose passkey is made or asked for.
    pub user_id: Option<Uuid>,
    /// What is needed to check the answer.
    pub state: Value,
}

/// Keeps one.
pub async fn insert(db: &PgPool, new: &NewCeremony<'_>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO ceremonies (id, browser_hash, user_id, kind, state, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        new.id,
        new.browser_hash,
        new.user_id,
        new.kind,
        new.state,
        new.expires_at,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes one away to check its answer, right or wrong: of several answers, one finds it. None if there is no such
/// challenge for this browser any more.
pub async fn take(
    db: &PgPool,
    id: Uuid,
    browser_hash: &[u8],
    kind: &str,
    now: Timestamp,
) -> Result<Option<CeremonyRow>> {
    Ok(sqlx::query_as!(
        CeremonyRow,
        "DELETE FROM ceremonies WHERE id = $1 AND browser_hash = $2 AND kind = $3 AND expires_at > $4
         RETURNING user_id, state",
        id,
        browser_hash,
        kind,
        now,
    )
    .fetch_optional(db)
    .await?)
}

/// Removes those that were not answered until `now`.
pub async fn sweep(db: &PgPool, now: Timestamp) -> Result<u64> {
    let done =
        sqlx::query!("DELETE FROM ceremonies WHERE expires_at <= $1", now).execute(db).await?;
    Ok(done.rows_affected())
}
