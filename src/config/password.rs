//! `[password]`: what may be a password, and the cost of its hash (argon2id, RFC 9106).

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use super::ConfigError;

/// `[password]`. Raising a cost rehashes each password at its owner's next sign-in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Password {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
    /// Threads that hash, each with its own memory; 0 for half the cores.
    pub threads: usize,
    /// How hard a new password has to be to guess, from 0 to 4 by zxcvbn.
    pub minimum_score: u8,
    /// Passwords that are refused, as sorted SHA-1 hashes.
    pub breached_file: Option<PathBuf>,
    /// A service that is asked about new passwords by the first five digits of their SHA-1.
    pub breached_range_url: Option<Url>,
    /// How many former passwords a person may not choose again.
    pub history: u8,
}

impl Default for Password {
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
            threads: 0,
            minimum_score: 3,
            breached_file: None,
            breached_range_url: None,
            history: 0,
        }
    }
}

impl Password {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let least = |key: &str, value: u32, least: u32, most: u32| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            Err(ConfigError::invalid(
                &format!("password.{key}"),
                format!("{value} must be between {least} and {most}"),
            ))
        };
        // The least that OWASP's password storage advice accepts for argon2id.
        least("memory_kib", self.memory_kib, 19_456, 4 * 1024 * 1024)?;
        least("iterations", self.iterations, 2, 100)?;
        least("parallelism", self.parallelism, 1, 16)?;
        // Each has memory of its own: more than this is a slip.
        let threads = u32::try_from(self.threads).unwrap_or(u32::MAX);
        least("threads", threads, 0, 1024)?;
        if let Some(url) = &self.breached_range_url
            && !(url.path().ends_with('/') && url.query().is_none() && url.fragment().is_none())
        {
            return Err(ConfigError::invalid(
                "password.breached_range_url",
                format!("\"{url}\" must end in a slash, behind which five digits are put"),
            ));
        }
        least("minimum_score", self.minimum_score.into(), 0, 4)?;
        // Each costs a hash when a password is changed.
        least("history", self.history.into(), 0, 24)
    }
}
