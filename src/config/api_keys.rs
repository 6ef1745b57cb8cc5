//! `[api_keys]`: keys of services and of people's scripts.

use serde::Deserialize;

use super::{ConfigError, Span, duration};

/// `[api_keys]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiKeys {
    /// The longest life of a key that a person makes for themself.
    pub longest_lifetime: Span,
    /// How long a key stays good beside the one that takes its place, where nothing else is said.
    pub transition: Span,
}

impl Default for ApiKeys {
    fn default() -> Self {
        Self { longest_lifetime: Span::days(365), transition: Span::days(7) }
    }
}

impl ApiKeys {
    /// No key stays good beside its successor for longer.
    pub const LONGEST_TRANSITION: Span = Span::days(90);

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let key = "api_keys.longest_lifetime";
        duration::within(key, self.longest_lifetime, Span::days(1), Span::days(3650))?;
        let key = "api_keys.transition";
        duration::within(key, self.transition, Span::seconds(0), Self::LONGEST_TRANSITION)
    }
}
