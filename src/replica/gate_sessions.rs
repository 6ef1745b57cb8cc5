//! Sessions at sites behind the gate, remembered when they are first presented; and their last uses, until those are written.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use sqlx::PgPool;
use uuid::Uuid;

use super::{Replica, memory::Memory};
use crate::{
    clock::Timestamp,
    storage::{self, Result, gate_sessions::GateSessionRow},
};

/// How many are remembered.
const CAPACITY: usize = 64 * 1024;
/// How often a use is noted: a session that is used all the time is written once in as long.
const NOTED: Duration = Duration::from_mins(1);

/// A session at a site.
#[derive(Debug)]
pub struct GateSession {
    /// As stored.
    pub row: GateSessionRow,
    /// Seconds since 1970 (UTC).
    last_seen: AtomicI64,
}

impl GateSession {
    /// Whether it lives: those that were last used longer ago than `idle` do not.
    #[must_use]
    pub fn is_live(&self, idle: Duration, now: Timestamp) -> bool {
        let unused = now.unix_timestamp() - self.last_seen.load(Ordering::Relaxed);
        // It may have been used by a replica whose clock is a little ahead.
        let unused = u64::try_from(unused.max(0)).unwrap_or(u64::MAX);
        self.row.expires_at > now && unused <= idle.as_secs()
    }
}

/// Those that are remembered.
pub struct GateSessions {
    memory: Memory<Uuid, Arc<GateSession>>,
    used: Mutex<Vec<(Uuid, Timestamp)>>,
}

impl Default for GateSessions {
    fn default() -> Self {
        Self { memory: Memory::new(CAPACITY), used: Mutex::default() }
    }
}

impl GateSessions {
    /// The session of that id, if it is remembered.
    pub fn remembered(&self, id: Uuid) -> Option<Arc<GateSession>> {
        self.memory.get(&id)
    }

    /// The session of that id, as stored now.
    pub async fn read(
        &self,
        db: &PgPool,
        id: Uuid,
        now: Timestamp,
    ) -> Result<Option<Arc<GateSession>>> {
        let mark = self.memory.mark();
        let Some(row) = storage::gate_sessions::get(db, id, now).await? else {
            self.memory.forget(&id);
            return Ok(None);
        };
        let last_seen = AtomicI64::new(row.last_seen_at.unix_timestamp());
        let session = Arc::new(GateSession { row, last_seen });
        self.memory.remember(mark, &id, Arc::clone(&session));
        Ok(Some(session))
    }

    /// Forgets a session whose grant was revoked.
    pub fn forget(&self, id: Uuid) {
        self.memory.forget(&id);
    }

    /// Forgets all of them.
    pub fn forget_all(&self) {
        self.memory.forget_all();
    }

    /// Notes a use.
    pub fn used(&self, session: &GateSession, at: Timestamp) {
        let before = session.last_seen.load(Ordering::Relaxed);
        let passed = at.unix_timestamp().saturating_sub(before);
        if u64::try_from(passed).is_ok_and(|passed| passed >= NOTED.as_secs()) {
            session.last_seen.store(at.unix_timestamp(), Ordering::Relaxed);
            self.uses().push((session.row.id, at));
        }
    }

    /// Writes the uses that were noted. If that fails they are written another time: sessions live by them.
    pub async fn write_uses(&self, db: &PgPool) -> Result<()> {
        let used = std::mem::take(&mut *self.uses());
        if used.is_empty() {
            return Ok(());
        }
        let (ids, at): (Vec<Uuid>, Vec<Timestamp>) = used.iter().copied().unzip();
        let written = storage::gate_sessions::seen(db, &ids, &at).await;
        if written.is_err() {
            let mut newer = self.uses();
            // While the database is away, no more than can be remembered.
            if newer.len() + used.len() <= CAPACITY {
                newer.extend(used);
            }
        }
        written
    }

    fn uses(&self) -> std::sync::MutexGuard<'_, Vec<(Uuid, Timestamp)>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Replica {
    /// The session of that id at a site, from memory if it is there, unless it is over, was unused for longer than `idle`, or
    /// its grant was revoked.
    pub async fn gate_session(
        &self,
        id: Uuid,
        idle: Duration,
        now: Timestamp,
    ) -> Result<Option<Arc<GateSession>>> {
        let remembered = self.gate_sessions.remembered(id).filter(|_| self.feed.is_current());
        let session = match remembered {
            // Another replica may have seen it since.
            Some(session) if session.is_live(idle, now) => Some(session),
            _ => self.gate_sessions.read(&self.db, id, now).await?,
        };
        // A revocation by this replica itself is known before the feed has it.
        Ok(session.filter(|session| session.is_live(idle, now) && !self.revocations.any(&[id])))
    }

    /// Notes that a session at a site was used.
    pub fn gate_session_used(&self, session: &GateSession, at: Timestamp) {
        self.gate_sessions.used(session, at);
    }

    /// Writes the uses of sessions at sites that were noted.
    pub async fn write_gate_session_uses(&self) -> Result<()> {
        self.gate_sessions.write_uses(&self.db).await
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration as Span, macros::datetime};

    use super::*;

    #[test]
    fn a_session_lives_until_it_ends_or_was_unused_for_too_long() {
        let seen = datetime!(2030-01-01 12:00 UTC);
        let row = GateSessionRow {
            id: Uuid::nil(),
            secret_hash: Vec::new(),
            origin: "https://wiki.example".to_owned(),
            last_seen_at: seen,
            expires_at: seen + Span::hours(3),
            client_id: "wiki".to_owned(),
            user_id: Uuid::nil(),
            session_id: Uuid::nil(),
            scopes: Vec::new(),
            auth_time: seen,
            amr: Vec::new(),
            acr: "aal1".to_owned(),
        };
        let session = GateSession { row, last_seen: AtomicI64::new(seen.unix_timestamp()) };
        let idle = Duration::from_hours(1);
        for (at, lives) in [(-1, true), (0, true), (3_600, true), (3_601, false), (10_800, false)] {
            assert_eq!(session.is_live(idle, seen + Span::seconds(at)), lives, "{at}");
        }
        let sessions = GateSessions::default();
        sessions.used(&session, seen + Span::seconds(59));
        assert!(sessions.uses().is_empty(), "once a minute is enough");
        sessions.used(&session, seen + Span::seconds(3_600));
        assert_eq!(sessions.uses().len(), 1);
        assert!(session.is_live(idle, seen + Span::seconds(7_200)));
        assert!(!session.is_live(idle, seen + Span::hours(3)), "it ends at all");
    }
}
