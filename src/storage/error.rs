//! What can go wrong in the database, told apart by what the caller can do about it.

use std::future::Future;

/// Shorthand.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of storage.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached or is not ready: nothing was done, try again later.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A row with that key exists.
    #[error("already exists: {0}")]
    Duplicate(#[source] sqlx::Error),
    /// Anything else: a defect here or in the schema.
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
    /// What is stored is not what this version can read.
    #[error("stored {what} is unreadable: {source}")]
    Unreadable {
        /// The table and key.
        what: String,
        /// Why.
        source: serde_json::Error,
    },
}

/// SQLSTATEs of a server that is starting, stopping, full or failing over (classes 08, 53, 57P, read-only 25006).
fn is_unavailable(code: &str) -> bool {
    code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") || code == "25006"
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => match database.code().as_deref() {
                Some(code) if is_unavailable(code) => Self::Unavailable(error),
                Some("23505") => Self::Duplicate(error),
                _ => Self::Database(error),
            },
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            _ => Self::Database(error),
        }
    }
}

impl Error {
    /// Whether the statement lost against another one and may win when it is repeated: serialization failure (40001)
    /// or deadlock (40P01). Neither left anything behind.
    fn is_transient(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        matches!(error.code().as_deref(), Some("40001" | "40P01"))
    }
}

/// Repeats a statement that lost against another one, a few times.
pub async fn retry<T, F: Future<Output = Result<T>>>(
    mut statement: impl FnMut() -> F,
) -> Result<T> {
    for _ in 0..4 {
        match statement().await {
            Err(error) if error.is_transient() => tracing::debug!(%error, "statement repeated"),
            outcome => return outcome,
        }
    }
    statement().await
}
