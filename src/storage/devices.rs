//! `devices`: browsers that a person signed in from.

use ipnet::IpNet;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, retry};
use crate::clock::Timestamp;

/// A browser that someone signs in from.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The person.
    pub user: Uuid,
    /// The browser's id in its cookie.
    pub device: Uuid,
    /// From where.
    pub address: Option<IpNet>,
    /// Its own words about itself.
    pub user_agent: Option<&'a str>,
}

/// Notes that a person signed in from a browser: whether they never had from this one, but had from others.
pub async fn see(db: &PgPool, seen: &Seen<'_>, now: Timestamp) -> Result<bool> {
    retry(|| async {
        Ok(sqlx::query_scalar!(
            r#"WITH noted AS (
                INSERT INTO devices (user_id, device_id, address, user_agent, first_seen_at, last_seen_at)
                SELECT id, $2, $3, $4, $5, $5 FROM users WHERE id = $1
                ON CONFLICT (user_id, device_id) DO UPDATE SET
                    address = EXCLUDED.address, user_agent = EXCLUDED.user_agent,
                    last_seen_at = EXCLUDED.last_seen_at
            )
            -- Devices as they were before.
            SELECT EXISTS (SELECT FROM devices WHERE user_id = $1)
                   AND NOT EXISTS (SELECT FROM devices WHERE user_id = $1 AND device_id = $2) AS "new!""#,
            seen.user,
            seen.device,
            seen.address,
            seen.user_agent,
            now,
        )
        .fetch_one(db)
        .await?)
    })
    .await
}

/// Removes those that were not seen since `before`.
pub async fn sweep(db: &PgPool, before: Timestamp) -> Result<u64> {
    let done =
        sqlx::query!("DELETE FROM devices WHERE last_seen_at < $1", before).execute(db).await?;
    Ok(done.rows_affected())
}
