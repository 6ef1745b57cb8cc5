//! `[logging]`: what is written to standard error.

use serde::Deserialize;

/// `[logging]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logging {
    /// A filter such as `info` or `signet=debug,sqlx=warn`.
    pub filter: String,
    /// How a line looks.
    pub format: Format,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

impl Default for Logging {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: Format::default() }
    }
}
