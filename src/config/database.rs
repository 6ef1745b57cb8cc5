//! `[database]`: the Postgres behind Signet.

use serde::Deserialize;

use super::{SecretText, Span};

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
