//! `[tokens]`: how long what Signet issues lives, and how refresh tokens forgive.

use serde::Deserialize;

use super::{ConfigError, Span, duration};
use crate::keys::signing::Algorithm;

/// `[tokens]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tokens {
    /// How long an access token lives where its resource says nothing else.
    pub access_token_lifetime: Span,
    /// What access tokens are signed with where their resource says nothing else.
    pub access_token_alg: Algorithm,
    /// How long an ID token lives.
    pub id_token_lifetime: Span,
    /// How long an authorization code waits to be redeemed.
    pub code_lifetime: Span,
    /// How long a person has for signing in and consenting.
    pub authorization_lifetime: Span,
    /// How long a refresh token may go unused.
    pub refresh_idle_lifetime: Span,
    /// How long a grant can be refreshed at all.
    pub refresh_absolute_lifetime: Span,
    /// For how long after a rotation the former refresh token gets the same answer again.
    pub refresh_retry_window: Span,
    /// How often it does, once the first seconds are over.
    pub refresh_retries: i16,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            access_token_lifetime: Span::minutes(15),
            access_token_alg: Algorithm::Es256,
            id_token_lifetime: Span::minutes(15),
            code_lifetime: Span::seconds(60),
            authorization_lifetime: Span::minutes(30),
            refresh_idle_lifetime: Span::days(14),
            refresh_absolute_lifetime: Span::days(90),
            refresh_retry_window: Span::seconds(60),
            refresh_retries: 3,
        }
    }
}

impl Tokens {
    /// No resource may ask for longer: revocations and retired keys are kept this long.
    pub const LONGEST_ACCESS_TOKEN: Span = Span::hours(24);

    /// No one may set a longer retry window, for all clients or for one.
    pub const LONGEST_RETRY_WINDOW: Span = Span::minutes(10);

    /// Requests that race with a rotation arrive within this time of it. They all get the successor and are not
    /// counted: nothing forks, so counting them would only sign people out.
    pub const REFRESH_RACE: Span = Span::seconds(5);

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let within = |key: &str, span, least, most| {
            duration::within(&format!("tokens.{key}"), span, least, most)
        };
        let (second, minute) = (Span::seconds(1), Span::minutes(1));
        let longest = Self::LONGEST_ACCESS_TOKEN;
        within("access_token_lifetime", self.access_token_lifetime, minute, longest)?;
        within("id_token_lifetime", self.id_token_lifetime, minute, longest)?;
        within("code_lifetime", self.code_lifetime, second, Span::minutes(10))?;
        within("authorization_lifetime", self.authorization_lifetime, minute, Span::hours(12))?;
        within(
            "refresh_retry_window",
            self.refresh_retry_window,
            Span::seconds(0),
            Self::LONGEST_RETRY_WINDOW,
        )?;
        let absolute = self.refresh_absolute_lifetime;
        within("refresh_absolute_lifetime", absolute, minute, duration::LONGEST)?;
        within("refresh_idle_lifetime", self.refresh_idle_lifetime, minute, absolute)?;
        if self.refresh_retries < 0 {
            return Err(ConfigError::invalid("tokens.refresh_retries", "must not be negative"));
        }
        Ok(())
    }
}
