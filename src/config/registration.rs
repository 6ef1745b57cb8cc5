//! `[registration]`: who may make an account.

use serde::Deserialize;

use super::ConfigError;

/// Who may make an account for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationMode {
    /// No one: operators add people.
    Off,
    /// Whoever was invited by an operator.
    Invited,
    /// Everyone whose e-mail address is of an allowed domain.
    Open,
}

/// `[registration]`. It takes `[email]`, since an account begins with a proven address.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Registration {
    /// Who may.
    pub mode: RegistrationMode,
    /// Domains of e-mail addresses that may, subdomains not included; none for all. Who was invited may in any case.
    pub allowed_domains: Vec<String>,
}

impl Default for Registration {
    fn default() -> Self {
        Self { mode: RegistrationMode::Off, allowed_domains: Vec::new() }
    }
}

impl Registration {
    /// Whether people with an address at this domain may.
    #[must_use]
    pub fn allows(&self, domain: &str) -> bool {
        self.allowed_domains.is_empty()
            || self.allowed_domains.iter().any(|allowed| allowed.eq_ignore_ascii_case(domain))
    }

    pub(super) fn validate(&self, email: bool) -> Result<(), ConfigError> {
        for domain in &self.allowed_domains {
            let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
            if domain.is_empty() || !domain.chars().all(plain) || domain.starts_with('.') {
                let problem = format!("{domain:?} is no domain such as \"example.com\"");
                return Err(ConfigError::invalid("registration.allowed_domains", problem));
            }
        }
        if self.mode != RegistrationMode::Off && !email {
            return Err(ConfigError::invalid(
                "registration.mode",
                "an account begins with a proven e-mail address: set email.host and email.from, or \"off\"",
            ));
        }
        Ok(())
    }
}
