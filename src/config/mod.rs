//! What the operator sets: `signet.toml`, overridden by the environment, with secrets from files if so wished.
//!
//! `config/signet.toml` shows every key with its default; a test keeps it true. A key that is unknown or a value that
//! is not valid is an error that names the key and what would be valid: Signet does not start on a guess.

mod access;
mod account;
mod api_keys;
mod database;
pub mod duration;
mod dynamic_registration;
mod email;
mod fetch;
mod gate;
mod keys;
mod load;
mod logging;
mod password;
mod registration;
mod secret;
mod server;
mod sessions;
mod sign_in;
mod tokens;
mod watch;

use serde::Deserialize;

pub use access::{Access, Recorded, Zone};
pub use account::Account;
pub use api_keys::ApiKeys;
pub use database::Database;
pub use duration::Span;
pub use dynamic_registration::{
    ConsentRule, DynamicRegistration, DynamicRegistrationMode, SoftwareStatements, StatementIssuer,
};
pub use email::{Email, EmailTls};
pub use fetch::{AllowedHost, Fetch};
pub use gate::Gate;
pub use keys::Keys;
pub use load::{ConfigError, Environment};
pub use logging::{Format, Logging};
pub use password::Password;
pub use registration::{Registration, RegistrationMode};
pub use secret::SecretText;
pub use server::{Issuer, Server, Tls};
pub use sessions::Sessions;
pub use sign_in::{Mfa, SignIn};
pub use tokens::Tokens;
pub use watch::{Concern, Watch};

/// The whole configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where Signet is reached.
    pub server: Server,
    /// Its Postgres.
    pub database: Database,
    /// Signing and sealing.
    pub keys: Keys,
    /// How long tokens live.
    pub tokens: Tokens,
    /// How long browsers stay signed in.
    pub sessions: Sessions,
    /// What slows down guessing.
    pub sign_in: SignIn,
    /// How passwords are hashed.
    pub password: Password,
    /// What people do with their accounts.
    pub account: Account,
    /// Keys of services and of people's scripts.
    pub api_keys: ApiKeys,
    /// What people are told of.
    pub watch: Watch,
    /// Where messages to people go.
    pub email: Email,
    /// Who may make an account.
    pub registration: Registration,
    /// Which clients may register themselves.
    pub dynamic_registration: DynamicRegistration,
    /// What is decided by policies.
    pub access: Access,
    /// Where reverse proxies ask about requests.
    pub gate: Gate,
    /// What is fetched from addresses that others name.
    pub fetch: Fetch,
    /// What is logged.
    pub logging: Logging,
}

impl Config {
    /// Checks what no single value shows: how settings go together.
    fn validate(&self) -> Result<(), ConfigError> {
        self.server.validate()?;
        self.database.validate()?;
        self.tokens.validate()?;
        self.sessions.validate()?;
        self.sign_in.validate()?;
        self.keys.validate()?;
        self.account.validate()?;
        self.api_keys.validate()?;
        self.access.validate()?;
        self.gate.validate()?;
        self.watch.validate()?;
        self.password.validate()?;
        self.email.validate()?;
        self.dynamic_registration.validate()?;
        self.registration.validate(self.email.host.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../../config/signet.toml");

    /// Every key of the annotated file, commented out or not, with its value.
    fn uncommented() -> String {
        FILE.lines()
            .map(|line| line.strip_prefix("#= ").unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn the_annotated_file_shows_the_defaults() {
        let shown = Config::read(FILE, &Environment::default()).expect("the file is valid");
        let defaults = Config::read("", &Environment::default()).expect("defaults are valid");
        assert_eq!(format!("{shown:#?}"), format!("{defaults:#?}"));
    }

    #[test]
    fn the_annotated_file_shows_every_key() {
        let shown: toml::Table = uncommented().parse().expect("TOML");
        let keys: Vec<String> = shown
            .iter()
            .flat_map(|(section, keys)| {
                keys.as_table()
                    .into_iter()
                    .flatten()
                    .map(move |(key, _)| format!("{section}.{key}"))
            })
            .collect();
        // The debug form names every field of every section.
        let debug = format!("{:#?}", Config::default());
        let fields = debug
            .lines()
            .filter(|line| line.starts_with("        ") && !line.starts_with("         "))
            .filter_map(|line| line.trim().split_once(':'))
            .count();
        assert_eq!(keys.len(), fields, "{keys:?}\n{debug}");
        Config::read(&uncommented(), &Environment::default()).expect("each key is known");
    }
}
