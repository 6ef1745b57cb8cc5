//! `[sign_in]`: what slows down guessing.

use serde::Deserialize;

use super::Span;

/// `[sign_in]`. Attempts are counted before the password is looked at, and given back when it was right.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignIn {
    /// Failed attempts with one e-mail or user name within the window before others must wait; five times as many are
    /// allowed to all browsers together that signed in to an account before.
    pub account_attempts: i32,
    /// Failed attempts from one address (one /64 of IPv6) within the window.
    pub address_attempts: i32,
    /// Failed attempts from a browser that signed in to this account before: counted apart, so that a stranger's
    /// attempts never lock its owner out.
    pub known_browser_attempts: i32,
    /// The window.
    pub window: Span,
    /// How long a person waits for the password check before further ones are answered 503.
    pub max_wait: Span,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            account_attempts: 10,
            address_attempts: 100,
            known_browser_attempts: 10,
            window: Span::minutes(15),
            max_wait: Span::seconds(2),
        }
    }
}
