//! Following `changes`: where we are, what we saw, and whether we can still be trusted.

use std::{
    collections::HashSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sqlx::PgPool;
use tokio::time::Instant;

use crate::storage::{self, Result, changes::Change};

/// How often changes are read: the bound on how late a replica is.
pub const INTERVAL: Duration = Duration::from_millis(200);
/// For how long after a reading what is remembered is trusted.
pub const TRUST: Duration = Duration::from_secs(2);
/// After this long without a reading, everything is read again. Changes are kept for much longer.
const LOST: Duration = Duration::from_hours(1);

pub struct Feed {
    state: Mutex<State>,
    began: Instant,
    /// Milliseconds from `began` to the start of the last reading that succeeded.
    current_at: AtomicU64,
}

struct State {
    horizon: i64,
    next: i64,
    /// Changes above the horizon that were acted on already.
    seen: HashSet<Change>,
}

impl Feed {
    /// Begins at a horizon that was read just now.
    pub fn at(horizon: i64) -> Self {
        Self {
            state: Mutex::new(State { horizon, next: horizon, seen: HashSet::new() }),
            began: Instant::now(),
            current_at: AtomicU64::new(0),
        }
    }

    /// Whether the last reading is recent enough.
    pub fn is_current(&self) -> bool {
        self.age() < TRUST
    }

    /// Whether the last reading is so old that there may be changes that no one can read any more.
    pub fn is_lost(&self) -> bool {
        self.age() > LOST
    }

    fn age(&self) -> Duration {
        (self.began + Duration::from_millis(self.current_at.load(Ordering::Acquire))).elapsed()
    }

    /// Goes on from another horizon, read at `started`.
    pub fn restart(&self, horizon: i64, started: Instant) {
        let mut state = self.state();
        *state = State { horizon, next: horizon, seen: HashSet::new() };
        self.note(started);
    }

    /// The changes that were not acted on yet.
    pub async fn read(&self, db: &PgPool) -> Result<Vec<Change>> {
        let horizon = self.state().horizon;
        let (next, changes) = storage::changes::since(db, horizon).await?;
        let mut state = self.state();
        state.next = next;
        Ok(changes.into_iter().filter(|change| !state.seen.contains(change)).collect())
    }

    /// Notes that these, read at `started`, were acted on.
    pub fn followed(&self, changes: &[Change], started: Instant) {
        let mut state = self.state();
        state.seen.extend(changes.iter().cloned());
        state.horizon = state.next;
        let horizon = state.horizon;
        state.seen.retain(|change| change.txid >= horizon);
        self.note(started);
    }

    fn note(&self, started: Instant) {
        let millis = started.duration_since(self.began).as_millis();
        self.current_at.store(u64::try_from(millis).unwrap_or(u64::MAX), Ordering::Release);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
