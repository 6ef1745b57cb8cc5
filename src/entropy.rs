//! Randomness as a dependency: [`Entropy`] is handed to whoever draws, so that tests can make it fail or repeat.

use std::sync::Arc;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// Fills bytes, and says whether it could.
type Fill = dyn Fn(&mut [u8]) -> bool + Send + Sync;

/// A source of unpredictable bytes.
#[derive(Clone)]
pub struct Entropy(Arc<Fill>);

impl Entropy {
    /// The operating system's generator, through AWS-LC.
    #[must_use]
    pub fn system() -> Self {
        let random = SystemRandom::new();
        Self::of(move |bytes| random.fill(bytes).is_ok())
    }

    /// Whatever `fill` writes. It says whether it could.
    #[must_use]
    pub fn of(fill: impl Fn(&mut [u8]) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// `N` fresh bytes.
    ///
    /// # Panics
    /// When the generator fails: nothing safe can be done without randomness, and a request that panics answers 500.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        assert!((self.0)(&mut bytes), "the system's random generator works");
        bytes
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entropy")
    }
}
