//! Lengths of time as people write them: `15m`, `90days`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};

use super::ConfigError;

/// A length of time, read from text such as `90s`, `15m` or `1h 30m`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl Span {
    /// So many seconds.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// So many minutes.
    #[must_use]
    pub const fn minutes(minutes: u64) -> Self {
        Self::seconds(minutes * 60)
    }

    /// So many hours.
    #[must_use]
    pub const fn hours(hours: u64) -> Self {
        Self::minutes(hours * 60)
    }

    /// So many days.
    #[must_use]
    pub const fn days(days: u64) -> Self {
        Self::hours(days * 24)
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", humantime::format_duration(self.0))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        humantime::parse_duration(&text).map(Self).map_err(|error| {
            D::Error::custom(format!("{text:?} is no length of time such as \"15m\": {error}"))
        })
    }
}

/// The longest that anything lives: so that no time plus a setting is past what a timestamp can say.
pub(super) const LONGEST: Span = Span::days(3650);

/// Refuses a length of time for `key` outside of these.
pub(super) fn within(key: &str, span: Span, least: Span, most: Span) -> Result<(), ConfigError> {
    if (least..=most).contains(&span) {
        return Ok(());
    }
    Err(ConfigError::invalid(key, format!("{span:?} must be between {least:?} and {most:?}")))
}
