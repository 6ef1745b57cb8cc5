//! Randomness as a dependency: [`Entropy`] is handed to whoever draws, so that tests can make it fail or repeat.

use std::sync::Arc;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// A source of unpredictable bytes.
#[derive(Clone)]
pub struct Entropy(Arc<dyn SecureRandom + Send + Sync>);

impl Entropy {
    /// The operating system's generator, through AWS-LC.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(SystemRandom::new()))
    }

    /// `N` fresh bytes.
    ///
    /// # Panics
    /// When the generator fails: nothing safe can be done without randomness, and a request that panics answers 500.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes).expect("the system's random generator works");
        bytes
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entropy")
    }
}
