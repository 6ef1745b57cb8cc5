//! `throttles`: attempts counted across replicas.

use sqlx::PgPool;

use super::{Result, retry};
use crate::clock::Timestamp;

/// One counter to raise: its key and how many attempts it allows within the window.
#[derive(Clone, Debug)]
pub struct Counter {
    /// A digest of what is counted.
    pub key: Vec<u8>,
    /// Attempts within the window.
    pub limit: i32,
    /// Whether it counts attempts on one account, of which its person may be told.
    pub account: bool,
}

/// What came of counting an attempt.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// Until when it is refused, if a counter is above its limit now.
    pub until: Option<Timestamp>,
    /// What the counters of an account stand at now.
    pub account: Vec<i32>,
}

/// Counts an attempt against every counter. What is counted before the password is looked at cannot be outrun by many
/// requests at once.
pub async fn count(
    db: &PgPool,
    counters: &[Counter],
    window: time::Duration,
    now: Timestamp,
) -> Result<Counted> {
    // Sorted, so that two requests lock the same counters in the same order.
    let mut counters = counters.to_vec();
    counters.sort_by(|a, b| a.key.cmp(&b.key));
    let keys: Vec<Vec<u8>> = counters.iter().map(|counter| counter.key.clone()).collect();
    let rows = retry(|| async {
        Ok(sqlx::query!(
            "INSERT INTO throttles AS t (key, attempts, window_start)
             SELECT key, 1, $2 FROM unnest($1::bytea[]) AS k (key)
             ON CONFLICT (key) DO UPDATE SET
                 attempts = CASE WHEN t.window_start <= $3 THEN 1 ELSE least(t.attempts, 1000000) + 1 END,
                 window_start = CASE WHEN t.window_start <= $3 THEN EXCLUDED.window_start ELSE t.window_start END
             RETURNING t.key, t.attempts, t.window_start",
            &keys,
            now,
            now - window,
        )
        .fetch_all(db)
        .await?)
    })
    .await?;
    let mut all = Counted::default();
    for row in rows {
        let Some(counter) = counters.iter().find(|counter| counter.key == row.key) else {
            continue;
        };
        if row.attempts > counter.limit {
            all.until = all.until.max(Some(row.window_start + window));
        }
        if counter.account {
            all.account.push(row.attempts);
        }
    }
    Ok(all)
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
