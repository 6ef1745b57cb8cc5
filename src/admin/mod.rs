//! What operators do to clients, resources, people and keys: the same functions for the command line and manifests.

pub mod clients;
pub mod manifest;
pub mod users;

use crate::audit::Origin;

/// The origin of what is done on the command line.
#[must_use]
pub fn operator() -> Origin {
    Origin { address: None, request_id: Some("command-line".to_owned()) }
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was asked is not valid.
    #[error("{0}")]
    Invalid(String),
    /// The database.
    #[error(transparent)]
    Storage(#[from] crate::storage::Error),
    /// Passwords cannot be hashed right now.
    #[error(transparent)]
    Hashing(#[from] crate::identity::hashing::HashError),
}

impl From<String> for Error {
    fn from(problem: String) -> Self {
        Self::Invalid(problem)
    }
}
