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
/// How long everything may take to be read. What is remembered is not trusted meanwhile.
pub const ANEW: Duration = Duration::from_mins(5);
/// After this long without a reading, everything is read again. Changes are kept for much longer.
const LOST: Duration = Duration::from_hours(1);
/// How many changes are read and acted on at a time: much fewer than take as long as [`TRUST`].
const CHUNK: i64 = 1000;

pub struct Feed {
    state: Mutex<State>,
    began: Instant,
    /// Milliseconds from `began` to the start of the last reading that succeeded.
    current_at: AtomicU64,
}

struct State {
    /// All changes by transactions below were acted on.
    horizon: i64,
    reading: Option<Reading>,
    /// Changes from the horizon on that were acted on already.
    seen: HashSet<Change>,
}

/// A reading of all changes from the horizon on, a chunk at a time. When it is interrupted it goes on where it was, so
/// that it ends however much there is to be read.
struct Reading {
    started: Instant,
    /// The horizon afterwards: that of the first chunk.
    next: i64,
    /// The last change that was acted on.
    position: Change,
}

/// A part of a reading.
#[derive(Debug)]
pub struct Chunk {
    /// The changes that were not acted on yet.
    pub changes: Vec<Change>,
    /// The last change of the chunk, if there is another chunk behind it.
    more: Option<Change>,
}

impl Feed {
    /// Begins at a horizon that was read just now.
    pub fn at(horizon: i64) -> Self {
        Self {
            state: Mutex::new(State::at(horizon)),
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
        *self.state() = State::at(horizon);
        self.note(started);
    }

    /// The next chunk, or none if the database is behind us: it lost transactions that we had read, so that new ones
    /// bear their numbers.
    pub async fn read(&self, db: &PgPool) -> Result<Option<Chunk>> {
        let started = Instant::now();
        let position = self.state().position();
        let (horizon, changes) = storage::changes::after(db, &position, CHUNK).await?;
        Ok(self.state().read(horizon, changes, started, CHUNK))
    }

    /// Notes that a chunk was acted on. Whether it was the last one of its reading.
    pub fn followed(&self, chunk: Chunk) -> bool {
        let Some(started) = self.state().followed(chunk) else { return false };
        self.note(started);
        true
    }

    fn note(&self, started: Instant) {
        let millis = started.duration_since(self.began).as_millis();
        self.current_at.store(u64::try_from(millis).unwrap_or(u64::MAX), Ordering::Release);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn at(horizon: i64) -> Self {
        Self { horizon, reading: None, seen: HashSet::new() }
    }

    fn position(&self) -> Change {
        match &self.reading {
            Some(reading) => reading.position.clone(),
            None => Change::before(self.horizon),
        }
    }

    /// Takes up to `limit` changes after the position, which were read when `horizon` was the oldest transaction.
    fn read(
        &mut self,
        horizon: i64,
        mut changes: Vec<Change>,
        started: Instant,
        limit: i64,
    ) -> Option<Chunk> {
        if horizon < self.horizon {
            return None;
        }
        let position = self.position();
        self.reading.get_or_insert(Reading { started, next: horizon, position });
        let is_full = i64::try_from(changes.len()).is_ok_and(|count| count >= limit);
        let more = if is_full { changes.last().cloned() } else { None };
        changes.retain(|change| !self.seen.contains(change));
        Some(Chunk { changes, more })
    }

    /// When the reading started, if this chunk was its last one.
    fn followed(&mut self, chunk: Chunk) -> Option<Instant> {
        let mut reading = self.reading.take()?;
        // What is below the next horizon is not read again.
        self.seen.extend(chunk.changes.into_iter().filter(|change| change.txid >= reading.next));
        if let Some(position) = chunk.more {
            reading.position = position;
            self.reading = Some(reading);
            return None;
        }
        self.horizon = reading.next;
        self.seen.retain(|change| change.txid >= reading.next);
        Some(reading.started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(txid: i64, key: &str) -> Change {
        Change { txid, kind: "client".to_owned(), key: key.to_owned() }
    }

    #[test]
    fn a_reading_in_chunks_ends_at_the_horizon_of_its_first_one() {
        let (mut state, now) = (State::at(5), Instant::now());
        assert_eq!(state.position(), Change::before(5));
        let first = vec![change(5, "a"), change(5, "b")];
        let chunk = state.read(8, first, now, 2).expect("a chunk");
        assert!(state.followed(chunk).is_none(), "there is more");
        assert_eq!(state.position(), change(5, "b"));
        // Interrupted here, it goes on from there. The horizon has moved meanwhile, which is no matter.
        let second = vec![change(9, "c")];
        let chunk = state.read(12, second.clone(), now, 2).expect("a chunk");
        assert_eq!(chunk.changes, second);
        assert!(state.followed(chunk).is_some());
        assert_eq!(state.position(), Change::before(8));
        // What is above the horizon comes again, and was seen.
        let chunk = state.read(12, vec![change(8, "late"), change(9, "c")], now, 3);
        let chunk = chunk.expect("a chunk");
        assert_eq!(chunk.changes, [change(8, "late")]);
        state.followed(chunk);
        assert_eq!(state.position(), Change::before(12));
        assert!(state.seen.is_empty());
    }

    #[test]
    fn a_database_that_is_behind_us_is_not_followed() {
        let (mut state, now) = (State::at(5), Instant::now());
        assert!(state.read(4, vec![], now, 2).is_none());
        let chunk = state.read(5, vec![change(5, "a"), change(6, "a")], now, 2).expect("a chunk");
        state.followed(chunk);
        assert!(state.read(4, vec![], now, 2).is_none(), "also in the middle of a reading");
    }
}
