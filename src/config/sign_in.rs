//! `[sign_in]`: what slows down guessing.

use serde::{Deserialize, Serialize};

use super::{ConfigError, Span, duration};

/// Whether a second factor is demanded. In the order of strictness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mfa {
    /// Not even of those who have one.
    Never,
    /// Of those who have one.
    WhenEnrolled,
    /// Of everyone: whoever has none has to set one up.
    Always,
}

impl Mfa {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Never, Self::WhenEnrolled, Self::Always];

    /// Its name in settings and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::WhenEnrolled => "when_enrolled",
            Self::Always => "always",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mfa| mfa.name() == name)
    }
}

/// `[sign_in]`. Attempts are counted before the password is looked at, and given back when it was right.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignIn {
    /// Failed attempts with one e-mail or user name within the window before others must wait; five times as many are
    /// allowed to all browsers together that signed in to an account before.
    pub account_attempts: i32,
    /// Failed attempts from one address (one /64 of IPv6) within the window.
    pub address_attempts: i32,
    /// Authorization requests from one address (one /64 of IPv6) within the window that wait for someone to sign in.
    pub address_requests: i32,
    /// Failed attempts from a browser that signed in to this account before: counted apart, so that a stranger's
    /// attempts never lock its owner out.
    pub known_browser_attempts: i32,
    /// The window.
    pub window: Span,
    /// Whether a second factor is demanded of people for whom nothing else is set. Of administrators it always is.
    pub mfa: Mfa,
    /// Wrong answers to the second step within the window before further ones must wait: for each person, from all browsers
    /// that are not known for them, and from each that is.
    pub code_attempts: i32,
    /// How long a person waits for the password check before further ones are answered 503.
    pub max_wait: Span,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            account_attempts: 10,
            address_attempts: 100,
            address_requests: 300,
            known_browser_attempts: 10,
            window: Span::minutes(15),
            mfa: Mfa::WhenEnrolled,
            code_attempts: 10,
            max_wait: Span::seconds(2),
        }
    }
}

impl SignIn {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        for (key, attempts) in [
            ("account_attempts", self.account_attempts),
            ("address_attempts", self.address_attempts),
            ("address_requests", self.address_requests),
            ("known_browser_attempts", self.known_browser_attempts),
            ("code_attempts", self.code_attempts),
        ] {
            if attempts < 1 {
                let problem = format!("{attempts} must be at least 1, or no one could sign in");
                return Err(ConfigError::invalid(&format!("sign_in.{key}"), problem));
            }
        }
        duration::within("sign_in.window", self.window, Span::seconds(1), Span::days(30))?;
        duration::within("sign_in.max_wait", self.max_wait, Span::seconds(0), Span::minutes(5))
    }
}
