//! `throttles`: attempts counted across replicas.

use sqlx::PgPool;
use uuid::Uuid;

use super::{Result, retry};
use crate::clock::Timestamp;

/// One counter to raise: its key and how many attempts it allows within the window.
#[derive(Clone, Debug)]
pub struct Counter {
    /// A digest of what is counted.
    pub key: Vec<u8>,
    /// Attempts within the window.
    pub limit: i32,
}

/// A person as sign-in needs to know it, beside what the counters say.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Whether a counter is above its limit, counting this attempt, and when the latest such window ends.
    pub refused_until: Option<Timestamp>,
    /// The person and the password's hash, if there are such.
    pub account: Option<Account>,
}

/// An account and its password hash.
#[derive(Clone, Debug)]
pub struct Account {
    /// The person.
    pub user_id: Uuid,
    /// A PHC string.
    pub password: Option<String>,
    /// Whether sign-in is refused.
    pub disabled: bool,
}

/// Counts an attempt against every counter and looks up the account, in one statement: what is counted before the
/// password is looked at cannot be outrun by many requests at once. `window_start` is the start of a window that
/// ends now.
pub async fn attempt(
    db: &PgPool,
    counters: &[Counter],
    identifier: &str,
    window: time::Duration,
    now: Timestamp,
) -> Result<Attempt> {
    // Sorted, so that two requests lock the same counters in the same order.
    let mut counters = counters.to_vec();
    counters.sort_by(|a, b| a.key.cmp(&b.key));
    let keys: Vec<Vec<u8>> = counters.iter().map(|counter| counter.key.clone()).collect();
    let limits: Vec<i32> = counters.iter().map(|counter| counter.limit).collect();
    let row = retry(|| async {
        Ok(sqlx::query!(
            r#"WITH counted AS (
                INSERT INTO throttles AS t (key, attempts, window_start)
                SELECT key, 1, $4 FROM unnest($1::bytea[]) AS k (key)
                ON CONFLICT (key) DO UPDATE SET
                    attempts = CASE WHEN t.window_start <= $5 THEN 1 ELSE least(t.attempts, 1000000) + 1 END,
                    window_start = CASE WHEN t.window_start <= $5 THEN EXCLUDED.window_start ELSE t.window_start END
                RETURNING t.key, t.attempts, t.window_start
            ), refused AS (
                SELECT max(c.window_start) AS since
                FROM counted c JOIN unnest($1::bytea[], $2::int[]) AS l (key, allowed) USING (key)
                WHERE c.attempts > l.allowed
            )
            SELECT r.since, u.id AS "user_id?", u.disabled_at, c.secret AS "secret?"
            FROM refused r
            LEFT JOIN users u ON u.email_key = $3 OR u.username_key = $3
            LEFT JOIN credentials c ON c.user_id = u.id AND c.kind = 'password'"#,
            &keys,
            &limits,
            identifier,
            now,
            now - window,
        )
        .fetch_one(db)
        .await?)
    })
    .await?;
    Ok(Attempt {
        refused_until: row.since.map(|since| since + window),
        account: row.user_id.map(|user_id| Account {
            user_id,
            password: row.secret,
            disabled: row.disabled_at.is_some(),
        }),
    })
}

/// Gives an attempt back: it was no guess.
pub async fn forgive(db: &PgPool, keys: &[Vec<u8>]) -> Result<()> {
    let mut keys = keys.to_vec();
    keys.sort();
    retry(|| async {
        sqlx::query!(
            "UPDATE throttles SET attempts = greatest(attempts - 1, 0)
             WHERE key IN (SELECT key FROM throttles WHERE key = ANY ($1) ORDER BY key FOR UPDATE)",
            &keys,
        )
        .execute(db)
        .await?;
        Ok(())
    })
    .await
}

/// Removes counters whose window is over.
pub async fn sweep(db: &PgPool, before: Timestamp) -> Result<u64> {
    Ok(sqlx::query!("DELETE FROM throttles WHERE window_start < $1", before)
        .execute(db)
        .await?
        .rows_affected())
}
