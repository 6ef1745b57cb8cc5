//! API keys as they are handed out and presented: `sgk_live_…` and `sgk_test_…`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    digest::Digest,
    handle::{Handle, LiveKey, TestKey},
};
use crate::entropy::Entropy;

/// How every key begins, whatever follows.
const PREFIX: &str = "sgk_";

/// What a key is for. Signet treats both alike; resource servers are told which one it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// The real thing.
    #[default]
    Live,
    /// Trying things out.
    Test,
}

impl Environment {
    /// Its name in keys, tokens and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

/// A key's secret.
#[derive(Debug)]
pub enum ApiKeySecret {
    /// `sgk_live_…`.
    Live(Handle<LiveKey>),
    /// `sgk_test_…`.
    Test(Handle<TestKey>),
}

impl ApiKeySecret {
    /// Draws one for the row `id`.
    #[must_use]
    pub fn draw(id: Uuid, environment: Environment, entropy: &Entropy) -> Self {
        match environment {
            Environment::Live => Self::Live(Handle::draw(id, entropy)),
            Environment::Test => Self::Test(Handle::draw(id, entropy)),
        }
    }

    /// Whether this can only be meant as a key, well-formed or not.
    #[must_use]
    pub fn looks_like(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// Reads one that was presented, `None` if it is malformed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let live = || Handle::parse(text).map(Self::Live);
        live().or_else(|| Handle::parse(text).map(Self::Test))
    }

    /// Those that are somewhere in a text, whatever is around them.
    pub fn within(text: &str) -> impl Iterator<Item = Self> + '_ {
        text.match_indices(PREFIX).filter_map(|(at, _)| {
            let rest = &text[at..];
            let live = || Handle::at_start(rest).map(Self::Live);
            live().or_else(|| Handle::at_start(rest).map(Self::Test))
        })
    }

    /// What it says it is for.
    #[must_use]
    pub const fn environment(&self) -> Environment {
        match self {
            Self::Live(_) => Environment::Live,
            Self::Test(_) => Environment::Test,
        }
    }

    /// The key's id.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        match self {
            Self::Live(handle) => handle.id,
            Self::Test(handle) => handle.id,
        }
    }

    /// The text to hand to its owner, once.
    #[must_use]
    pub fn expose(&self) -> String {
        match self {
            Self::Live(handle) => handle.expose(),
            Self::Test(handle) => handle.expose(),
        }
    }

    /// What the row holds of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        match self {
            Self::Live(handle) => handle.digest(),
            Self::Test(handle) => handle.digest(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_says_what_it_is_for_and_its_check_digits_cover_that() {
        for environment in [Environment::Live, Environment::Test] {
            let key = ApiKeySecret::draw(Uuid::from_u128(7), environment, &Entropy::system());
            let text = key.expose();
            assert!(text.starts_with(&format!("sgk_{}_", environment.name())), "{text}");
            let read = ApiKeySecret::parse(&text).expect("its own text");
            assert_eq!(
                (read.id(), read.environment(), read.digest()),
                (key.id(), environment, key.digest())
            );
            let other =
                text.replace("live", "TEST").replace("test", "live").replace("TEST", "test");
            assert!(ApiKeySecret::parse(&other).is_none());
            assert!(!format!("{key:?}").contains(&text[9..]));
        }
    }

    #[test]
    fn keys_are_found_in_whatever_text_they_are() {
        let draw = |id, environment| {
            ApiKeySecret::draw(Uuid::from_u128(id), environment, &Entropy::system()).expose()
        };
        let (live, test) = (draw(1, Environment::Live), draw(2, Environment::Test));
        let ids = |text: &str| -> Vec<u128> {
            ApiKeySecret::within(text).map(|key| key.id().as_u128()).collect()
        };
        assert_eq!(ids(&live), [1]);
        assert_eq!(ids(&format!("a/b.py:12:KEY = \"{live}\" # \u{e4}{test}ä")), [1, 2]);
        assert_eq!(ids(&format!("sgk_live_{live}{test}{test}")), [1, 2, 2]);
        let broken = live.replace("live", "test");
        for none in ["", "sgk_", "sgk_live_", "sgk_live_ä", &live[..live.len() - 1], &broken] {
            assert_eq!(ids(none), [0; 0], "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "(sgk_(live|test)_)?\\PC{0,90}") {
            let _ = ApiKeySecret::parse(&text);
            let _ = ApiKeySecret::within(&text).count();
        }
    }
}
