//! `[sessions]`: how long a browser stays signed in.

use serde::Deserialize;

use super::{ConfigError, Span, duration};

/// `[sessions]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sessions {
    /// How long a session lives without use.
    pub idle_lifetime: Span,
    /// How long it lives at all.
    pub absolute_lifetime: Span,
    /// How long after someone proved who they are they may change what protects their account.
    pub sensitive_age: Span,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            idle_lifetime: Span::hours(12),
            absolute_lifetime: Span::days(30),
            sensitive_age: Span::minutes(10),
        }
    }
}

impl Sessions {
    /// Use is noted this coarsely, so that reading a session seldom writes.
    pub const TOUCH: Span = Span::minutes(1);

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let (key, least) = ("sessions.absolute_lifetime", Span::minutes(2));
        duration::within(key, self.absolute_lifetime, least, duration::LONGEST)?;
        let (key, least) = ("sessions.sensitive_age", Span::minutes(1));
        duration::within(key, self.sensitive_age, least, Span::hours(12))?;
        if self.idle_lifetime < Span::minutes(2) || self.idle_lifetime > self.absolute_lifetime {
            return Err(ConfigError::invalid(
                "sessions.idle_lifetime",
                format!(
                    "{:?} must be between 2m and sessions.absolute_lifetime ({:?})",
                    self.idle_lifetime, self.absolute_lifetime
                ),
            ));
        }
        Ok(())
    }
}
