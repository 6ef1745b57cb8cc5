//! `changes`: what replicas must know soon, followed by transaction horizon.
//!
//! A reader remembers the horizon of its last reading, the oldest transaction that was still running then. Everything
//! below it had been committed and was seen; so reading from there on misses nothing, whatever the order of commits.

use sqlx::PgPool;

use super::Result;
use crate::clock::Timestamp;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    /// The transaction that did it.
    pub txid: i64,
    /// `client`, `resource`, `signing_keys` or `revocation`.
    pub kind: String,
    /// Which.
    pub key: String,
}

/// The changes since a horizon, and the horizon to ask from next time. Changes by transactions that were running then
/// come again: the caller tells by `txid` what it saw before.
pub async fn since(db: &PgPool, horizon: i64) -> Result<(i64, Vec<Change>)> {
    let rows = sqlx::query!(
        r#"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS "horizon!",
                  c.txid::text::bigint AS "txid?", c.kind AS "kind?", c.key AS "key?"
           FROM (SELECT) AS one LEFT JOIN changes c ON c.txid >= $1::bigint::text::xid8"#,
        horizon,
    )
    .fetch_all(db)
    .await?;
    let next = rows.first().map_or(horizon, |row| row.horizon);
    let changes = rows
        .into_iter()
        .filter_map(|row| Some(Change { txid: row.txid?, kind: row.kind?, key: row.key? }))
        .collect();
    Ok((next, changes))
}

/// Where to begin to follow.
pub async fn horizon(db: &PgPool) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS "horizon!""#
    )
    .fetch_one(db)
    .await?)
}

/// Removes changes that every replica has read, or has been without for so long that it begins anew.
pub async fn sweep(db: &PgPool, before: Timestamp) -> Result<u64> {
    Ok(sqlx::query!("DELETE FROM changes WHERE at < $1", before).execute(db).await?.rows_affected())
}
