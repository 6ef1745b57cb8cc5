//! `[api_keys]`: keys of services and of people's scripts.

use serde::Deserialize;
use url::Url;

use super::{ConfigError, Span, duration};

/// Whether GitHub may tell of keys that it found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretScanning {
    /// No: nothing listens.
    #[default]
    Off,
    /// Yes.
    On,
}

impl SecretScanning {
    /// Whether it may.
    #[must_use]
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}

/// `[api_keys]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiKeys {
    /// The longest life of a key that a person makes for themself.
    pub longest_lifetime: Span,
    /// How long a key stays good beside the one that takes its place, where nothing else is said.
    pub transition: Span,
    /// Whether GitHub may tell of keys that it found.
    pub secret_scanning: SecretScanning,
    /// Where it publishes what it signs that with.
    pub secret_scanning_keys: Url,
}

impl Default for ApiKeys {
    fn default() -> Self {
        let keys = Url::parse("https://api.github.com/meta/public_keys/secret_scanning");
        Self {
            longest_lifetime: Span::days(365),
            transition: Span::days(7),
            secret_scanning: SecretScanning::Off,
            secret_scanning_keys: keys.expect("a URL"),
        }
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
