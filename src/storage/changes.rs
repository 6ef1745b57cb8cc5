//! `changes`: what replicas must know soon, followed by transaction horizon.
//!
//! A reader remembers the horizon of its last reading, the oldest transaction that was still running then. Everything
//! below it had been committed and was seen; so reading from there on misses nothing, whatever the order of commits.
//!
//! A reading may take several statements. Its horizon is that of the first one: what the later ones do not see, because
//! it sorts before where they begin, was committed after the first one and is not below that horizon.

use sqlx::PgPool;

use super::Result;
use crate::clock::Timestamp;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    /// The transaction that did it.
    pub txid: i64,
    /// `client`, `resource`, `signing_keys`, `encryption_keys`, `revocation`, `api_key`, `standing`, `role` or `policies`.
    pub kind: String,
    /// Which.
    pub key: String,
}

impl Change {
    /// What sorts before every change from this transaction on.
    #[must_use]
    pub const fn before(txid: i64) -> Self {
        Self { txid, kind: String::new(), key: String::new() }
    }
}

/// The oldest transaction that is still running, and the first `limit` changes after `position`, in the order of
/// transactions. Changes by transactions that were running at the last reading come again: the caller tells by `txid`
/// what it saw before.
pub async fn after(db: &PgPool, position: &Change, limit: i64) -> Result<(i64, Vec<Change>)> {
    let rows = sqlx::query!(
        r#"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS "horizon!",
                  c.txid::text::bigint AS "txid?", c.kind AS "kind?", c.key AS "key?"
           FROM (SELECT) AS one LEFT JOIN (
               SELECT txid, kind, key FROM changes
               WHERE (txid, kind, key) > ($1::bigint::text::xid8, $2::text, $3::text)
               ORDER BY txid, kind, key LIMIT $4
           ) c ON true
           ORDER BY c.txid, c.kind, c.key"#,
        position.txid,
        position.kind,
        position.key,
        limit,
    )
    .fetch_all(db)
    .await?;
    let horizon = rows.first().map_or(position.txid, |row| row.horizon);
    let changes = rows
        .into_iter()
        .filter_map(|row| Some(Change { txid: row.txid?, kind: row.kind?, key: row.key? }))
        .collect();
    Ok((horizon, changes))
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
