//! `[database]`: the Postgres behind Signet.

use serde::Deserialize;

use super::{ConfigError, SecretText, Span, duration};

/// `[database]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `postgres://user:password@host/database`.
    pub url: Option<SecretText>,
    /// Connections that are kept at most.
    pub max_connections: u32,
    /// How long a request waits for a connection before it is answered 503.
    pub acquire_timeout: Span,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: None, max_connections: 16, acquire_timeout: Span::seconds(3) }
    }
}

impl Database {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.max_connections < 2 {
            return Err(ConfigError::invalid(
                "database.max_connections",
                format!(
                    "{} must be at least 2: one for requests, and one to follow changes and write the audit log",
                    self.max_connections
                ),
            ));
        }
        let (key, most) = ("database.acquire_timeout", Span::hours(1));
        duration::within(key, self.acquire_timeout, Span::seconds(1), most)
    }
}
