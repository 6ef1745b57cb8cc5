//! `[account]`: what people do with their accounts.

use serde::Deserialize;

use super::{ConfigError, Span, duration};

/// `[account]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Account {
    /// How long after its person asked for it an account is removed. Signing in before that has it stay.
    pub deletion_grace: Span,
}

impl Default for Account {
    fn default() -> Self {
        Self { deletion_grace: Span::days(14) }
    }
}

impl Account {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let key = "account.deletion_grace";
        duration::within(key, self.deletion_grace, Span::seconds(0), Span::days(365))
    }
}
