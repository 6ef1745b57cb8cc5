//! The server's own secrets: made once by whichever replica comes first, sealed, the same for all.

use std::collections::HashMap;

use sqlx::PgPool;
use uuid::Uuid;

use super::master::{MasterKeyError, MasterKeys};
use crate::{
    clock::Timestamp,
    entropy::Entropy,
    storage::{self, keys::Sealed},
    tokens::refresh::DerivationKey,
};

/// Derives refresh tokens' successors; `K` of [`crate::tokens::refresh`].
const REFRESH: &str = "refresh";
/// Authenticates what pages and cookies carry: CSRF tokens and known browsers.
const PAGES: &str = "pages";
/// Derives pairwise subjects. Another one would make everyone a stranger to those clients.
const PAIRWISE: &str = "pairwise";

/// Every server secret's name, for resealing.
pub const NAMES: [&str; 3] = [REFRESH, PAGES, PAIRWISE];

/// The server's secrets, open.
pub struct ServerSecrets {
    /// Derives refresh tokens.
    pub refresh: DerivationKey,
    /// HMAC-SHA-256 over page tokens and device cookies.
    pub pages: aws_lc_rs::hmac::Key,
    /// HMAC-SHA-256 over sector and person (OpenID Connect Core §8.1).
    pub pairwise: aws_lc_rs::hmac::Key,
}

/// The place a server secret is sealed for.
#[must_use]
pub fn place(name: &str) -> String {
    format!("server_secrets:{name}")
}

/// The place that the secret of a person's authenticator is sealed for.
#[must_use]
pub fn totp_place(user: Uuid) -> String {
    format!("totp:{user}")
}

/// The place that a client's secret is sealed for.
#[must_use]
pub fn client_secret_place(id: Uuid) -> String {
    format!("client_secret:{id}")
}

/// The place that a message which waits to be sent is sealed for.
#[must_use]
pub fn message_place(id: Uuid) -> String {
    format!("message:{id}")
}

impl ServerSecrets {
    /// Loads them, making what is not there yet.
    pub async fn load(
        db: &PgPool,
        master: &MasterKeys,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Result<Self, SecretsError> {
        let mut stored = storage::keys::server_secrets(db).await?;
        let missing: Vec<&str> =
            NAMES.into_iter().filter(|name| !stored.contains_key(*name)).collect();
        for name in &missing {
            let sealed = master.seal(&place(name), &entropy.bytes::<32>());
            storage::keys::insert_server_secret(db, name, &sealed, now).await?;
        }
        if !missing.is_empty() {
            // What is there now may be another replica's.
            stored = storage::keys::server_secrets(db).await?;
        }
        Self::open(&stored, master)
    }

    /// Opens what is stored.
    pub fn open(
        stored: &HashMap<String, Sealed>,
        master: &MasterKeys,
    ) -> Result<Self, SecretsError> {
        let open = |name: &'static str| {
            let sealed = stored.get(name).ok_or(SecretsError::Missing(name))?;
            Ok::<_, SecretsError>(master.open(&place(name), sealed)?)
        };
        Ok(Self {
            refresh: DerivationKey::new(&open(REFRESH)?),
            pages: aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &open(PAGES)?),
            pairwise: aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &open(PAIRWISE)?),
        })
    }
}

/// Why keys or secrets could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// The master key.
    #[error(transparent)]
    Master(#[from] MasterKeyError),
    /// A key that signs, or that others encrypt for.
    #[error("key {kid}: {source}")]
    Key {
        /// Which.
        kid: String,
        /// Why.
        source: super::signing::KeyError,
    },
    /// Made at the first start, and gone.
    #[error("the server secret {0:?} is missing from the database")]
    Missing(&'static str),
}
