//! `[access]`: what is decided by policies.

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, de::Error};

use super::{ConfigError, Span, duration};

/// `[access]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// Which decisions are recorded.
    pub record_decisions: Recorded,
    /// How long at least.
    pub keep_decisions: Span,
    /// In which time zone policies are told the weekday and the minute of the day.
    pub time_zone: Zone,
}

/// Which decisions are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recorded {
    /// None.
    None,
    /// Those that do not permit.
    Denied,
    /// Every one.
    All,
}

/// A time zone by its IANA name.
#[derive(Clone)]
pub struct Zone(pub TimeZone);

impl Zone {
    /// The zone of that name, of those that this release knows.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }
}

impl std::fmt::Debug for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| {
            D::Error::custom(format!("{name:?} is no time zone such as \"Europe/Berlin\""))
        })
    }
}

impl Default for Access {
    fn default() -> Self {
        Self {
            record_decisions: Recorded::Denied,
            keep_decisions: Span::days(30),
            time_zone: Zone(TimeZone::UTC),
        }
    }
}

impl Access {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let key = "access.keep_decisions";
        duration::within(key, self.keep_decisions, Span::hours(1), Span::days(400))
    }
}
