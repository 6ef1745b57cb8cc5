//! What operators do to clients, resources, people, roles, policies, API keys and keys: the same functions for the command line and manifests.

pub mod api_keys;
pub mod attributes;
pub mod clients;
mod entries;
pub mod manifest;
pub mod policies;
pub mod registration_tokens;
pub mod roles;
pub mod users;

use crate::{
    app::App,
    audit::{Event, Origin},
    identity::{hashing::HashError, passwords::Refused},
    storage,
};

/// What stands for a request's id in events of the command line, and for a name where there is none.
const COMMAND_LINE: &str = "command-line";

/// Puts on record what an operator did, and who that was: waits until it is committed.
pub async fn record(app: &App, event: Event) -> storage::Result<()> {
    app.audit.record(event.actor(actor()), &origin()).await
}

/// Where an operator's deeds come from.
fn origin() -> Origin {
    Origin { address: None, request_id: Some(COMMAND_LINE.to_owned()) }
}

/// The operating system's name for whoever runs this process, behind `sudo` the one who called it.
fn actor() -> String {
    let names = ["SUDO_USER", "USER", "LOGNAME"].into_iter();
    let mut names = names.filter_map(|name| std::env::var(name).ok());
    names.find(|name| !name.is_empty()).unwrap_or_else(|| COMMAND_LINE.to_owned())
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was asked is not valid.
    #[error("{0}")]
    Invalid(String),
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// Passwords cannot be hashed right now.
    #[error(transparent)]
    Hashing(#[from] HashError),
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Hashing(error) => error.into(),
            Refused::Storage(error) => error.into(),
            other @ (Refused::Weak(_) | Refused::List(_)) => Self::Invalid(other.to_string()),
        }
    }
}

impl From<String> for Error {
    fn from(problem: String) -> Self {
        Self::Invalid(problem)
    }
}
