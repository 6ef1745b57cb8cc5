//! `[keys]`: the master key and the life of keys.

use serde::Deserialize;

use super::{ConfigError, SecretText, Span, Tokens, duration};
use crate::keys::Lifetimes;

/// `[keys]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// `id:base64` of 32 bytes; several separated by commas, the first one seals.
    pub master_key: Option<SecretText>,
    /// How long a key signs, or clients encrypt for it, before the next one takes over.
    pub rotation: Span,
    /// How long a key that signs is published before it does.
    pub publish_lead: Span,
}

impl Default for Keys {
    fn default() -> Self {
        Self { master_key: None, rotation: Span::days(90), publish_lead: Span::days(1) }
    }
}

impl Keys {
    /// Twice as long as clients are told that they may keep the JWKS, so that none meets a key that it does not know.
    const SHORTEST_LEAD: Span = Span::minutes(10);

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        duration::within("keys.rotation", self.rotation, Self::SHORTEST_LEAD, duration::LONGEST)?;
        let (key, lead) = ("keys.publish_lead", self.publish_lead);
        duration::within(key, lead, Self::SHORTEST_LEAD, duration::LONGEST)?;
        if self.publish_lead >= self.rotation {
            return Err(ConfigError::invalid(
                "keys.publish_lead",
                format!("must be shorter than keys.rotation ({:?})", self.rotation),
            ));
        }
        Ok(())
    }

    /// The lives of keys that sign tokens as long as `tokens` allows.
    #[must_use]
    pub fn lifetimes(&self, tokens: &Tokens) -> Lifetimes {
        let token = Tokens::LONGEST_ACCESS_TOKEN.0.max(tokens.id_token_lifetime.0);
        Lifetimes { rotation: self.rotation.0, lead: self.publish_lead.0, token }
    }
}
