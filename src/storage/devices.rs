//! `devices` and `countries`: browsers that a person signed in from, and where those were.

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
    /// In which country that is (ISO 3166-1), if it is known.
    pub country: Option<&'a str>,
    /// The language that it was answered in.
    pub language: &'a str,
    /// Its own words about itself.
    pub user_agent: Option<&'a str>,
}

/// What was known before a sign-in.
#[derive(Clone, Debug)]
pub struct Before {
    /// They had signed in before, but never from this browser.
    pub new_device: bool,
    /// It is known of a sign-in before where it was, and none was in this country.
    pub new_country: bool,
    /// From where they signed in last.
    pub address: Option<IpNet>,
    /// When that was.
    pub at: Option<Timestamp>,
}

/// Notes that a person signed in from a browser, and its language if it was known or is their first one, and returns what
/// was known before. One statement, since every sign-in
/// takes it.
pub async fn see(db: &PgPool, seen: &Seen<'_>, now: Timestamp) -> Result<Before> {
    retry(|| async {
        Ok(sqlx::query_as!(
            Before,
            r#"WITH noted AS (
                INSERT INTO devices (user_id, device_id, address, user_agent, first_seen_at, last_seen_at)
                SELECT id, $2, $3, $4, $5, $5 FROM users WHERE id = $1
                ON CONFLICT (user_id, device_id) DO UPDATE SET
                    address = EXCLUDED.address, user_agent = EXCLUDED.user_agent,
                    last_seen_at = EXCLUDED.last_seen_at
            ), visited AS (
                INSERT INTO countries AS c (user_id, country, first_seen_at, last_seen_at)
                SELECT id, $6, $5, $5 FROM users WHERE id = $1 AND $6::text IS NOT NULL
                ON CONFLICT (user_id, country) DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at
                    WHERE c.last_seen_at < EXCLUDED.last_seen_at - interval '1 day'
            ), spoken AS (
                -- A stranger's first sign-in does not choose what its own letter is written in.
                UPDATE users SET language = $7
                WHERE id = $1 AND language IS DISTINCT FROM $7
                  AND (EXISTS (SELECT FROM devices WHERE user_id = $1 AND device_id = $2)
                       OR NOT EXISTS (SELECT FROM devices WHERE user_id = $1))
            )
            -- Devices and countries as they were before.
            SELECT EXISTS (SELECT FROM devices WHERE user_id = $1)
                   AND NOT EXISTS (SELECT FROM devices WHERE user_id = $1 AND device_id = $2) AS "new_device!",
                   $6::text IS NOT NULL AND EXISTS (SELECT FROM countries WHERE user_id = $1)
                   AND NOT EXISTS (SELECT FROM countries WHERE user_id = $1 AND country = $6) AS "new_country!",
                   last.address AS "address?", last.last_seen_at AS "at?"
            FROM (SELECT) AS once LEFT JOIN LATERAL (
                SELECT address, last_seen_at FROM devices WHERE user_id = $1 ORDER BY last_seen_at DESC LIMIT 1
            ) AS last ON true"#,
            seen.user,
            seen.device,
            seen.address,
            seen.user_agent,
            now,
            seen.country,
            seen.language,
        )
        .fetch_one(db)
        .await?)
    })
    .await
}

/// Removes what was not seen since `before`.
pub async fn sweep(db: &PgPool, before: Timestamp) -> Result<u64> {
    let done = sqlx::query!(
        "WITH gone AS (DELETE FROM countries WHERE last_seen_at < $1)
         DELETE FROM devices WHERE last_seen_at < $1",
        before,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
