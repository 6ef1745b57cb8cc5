//! `[email]`: the mail server that messages to people are handed to.

use std::path::PathBuf;

use lettre::message::Mailbox;
use serde::Deserialize;

use super::{ConfigError, SecretText};

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailTls {
    /// TLS from the first byte on (RFC 8314 §3.3).
    Implicit,
    /// Plain at first, and TLS before anything is said; no TLS, no mail (RFC 3207).
    Starttls,
    /// Not at all: whoever is on the way reads links that reset passwords.
    InsecurePlaintext,
}

/// `[email]`. Without a `host` nothing is sent, and what needs e-mail is off.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Email {
    /// The mail server.
    pub host: Option<String>,
    /// Its port; without one that of `tls`.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: EmailTls,
    /// A certificate authority that the server's certificate is from, beside those that browsers trust. PEM.
    pub ca_certificate: Option<PathBuf>,
    /// With what user name Signet signs in there.
    pub user: Option<String>,
    /// With what password.
    pub password: Option<SecretText>,
    /// Whom messages are from.
    pub from: Option<String>,
    /// What the service is called in them.
    pub product_name: String,
    /// Messages that one person can be sent on request within `sign_in.window`.
    pub requests_per_recipient: i32,
    /// Messages that can be asked for from one address (one /64 of IPv6) within it.
    pub requests_per_address: i32,
}

impl Default for Email {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            tls: EmailTls::Starttls,
            ca_certificate: None,
            user: None,
            password: None,
            from: None,
            product_name: "Signet".to_owned(),
            requests_per_recipient: 5,
            requests_per_address: 30,
        }
    }
}

impl Email {
    /// The port: the one that is set, or the one that is usual.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            EmailTls::Implicit => 465,
            EmailTls::Starttls => 587,
            EmailTls::InsecurePlaintext => 25,
        })
    }

    /// Whom messages are from, if that is set.
    #[must_use]
    pub fn sender(&self) -> Option<Mailbox> {
        self.from.as_ref()?.parse().ok()
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if let Some(from) = &self.from
            && let Err(error) = from.parse::<Mailbox>()
        {
            let problem =
                format!("{from:?} is not like \"Example <no-reply@example.com>\": {error}");
            return Err(ConfigError::invalid("email.from", problem));
        }
        if self.host.is_some() && self.from.is_none() {
            return Err(ConfigError::invalid("email.from", "missing: messages need a sender"));
        }
        if self.user.is_some() != self.password.is_some() {
            let missing = if self.user.is_none() { "user" } else { "password" };
            return Err(ConfigError::invalid(
                &format!("email.{missing}"),
                "a user and their password go together: set both or neither",
            ));
        }
        if self.tls == EmailTls::InsecurePlaintext && self.password.is_some() {
            return Err(ConfigError::invalid(
                "email.tls",
                "a password is not sent in plain text: choose \"starttls\" or \"implicit\"",
            ));
        }
        let name = &self.product_name;
        if name.trim().is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control)
        {
            let problem = format!("{name:?} must be 1 to 64 characters on one line");
            return Err(ConfigError::invalid("email.product_name", problem));
        }
        for (key, requests) in [
            ("requests_per_recipient", self.requests_per_recipient),
            ("requests_per_address", self.requests_per_address),
        ] {
            if requests < 1 {
                let problem = format!("{requests} must be at least 1, or no one could ask");
                return Err(ConfigError::invalid(&format!("email.{key}"), problem));
            }
        }
        Ok(())
    }
}
