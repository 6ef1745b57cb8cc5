//! Time as a dependency: whoever needs the hour is handed a [`Clock`], so that tests own it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use time::OffsetDateTime;
use uuid::Uuid;

use crate::entropy::Entropy;

/// A point in time, in UTC.
pub type Timestamp = OffsetDateTime;

/// Where the time comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The operating system's clock.
    #[default]
    System,
    /// A clock that stands still until it is told otherwise: microseconds since 1970.
    Fake(Arc<AtomicI64>),
}

impl Clock {
    /// A fake clock that shows `start`.
    #[must_use]
    pub fn fake(start: Timestamp) -> Self {
        Self::Fake(Arc::new(AtomicI64::new(micros(start))))
    }

    /// The time now, in whole microseconds as Postgres keeps them.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
                let now = OffsetDateTime::now_utc();
                now.replace_nanosecond(now.microsecond() * 1_000).unwrap_or(now)
            }
            Self::Fake(at) => from_micros(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fake clock forward. The system's clock is left alone.
    pub fn advance(&self, by: time::Duration) {
        if let Self::Fake(at) = self {
            let micros = i64::try_from(by.whole_microseconds()).unwrap_or(i64::MAX);
            at.fetch_add(micros, Ordering::SeqCst);
        }
    }

    /// A new UUIDv7 (RFC 9562 §5.7) that carries this clock's time.
    #[must_use]
    pub fn uuid(&self, entropy: &Entropy) -> Uuid {
        uuid_at(self.now(), entropy)
    }
}

/// A UUIDv7 for `at`.
#[must_use]
pub fn uuid_at(at: Timestamp, entropy: &Entropy) -> Uuid {
    let millis = u64::try_from(micros(at) / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &entropy.bytes()).into_uuid()
}

/// The least UUIDv7 of the millisecond `at`: where a partition begins.
#[must_use]
pub fn uuid_floor(at: Timestamp) -> Uuid {
    let millis = u128::try_from(micros(at) / 1_000).unwrap_or(0);
    Uuid::from_u128(millis << 80)
}

fn micros(at: Timestamp) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

fn from_micros(micros: i64) -> Timestamp {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
