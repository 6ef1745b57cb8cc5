//! What a request is called, in the log, in answers and in the audit log.

use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;
use uuid::Uuid;

use crate::entropy::Entropy;

/// Names requests: never twice in a process, and by a number that no other process is likely to have. The names tell
/// nothing, neither how many there were nor which came first; they are no secrets either, and need no cryptography for
/// each of them.
pub struct RequestIds {
    process: u16,
    next: AtomicU64,
}

impl RequestIds {
    /// Begins at a random number.
    #[must_use]
    pub fn new(entropy: &Entropy) -> Self {
        let process = u16::from_be_bytes(entropy.bytes());
        Self { process, next: AtomicU64::new(u64::from_be_bytes(entropy.bytes())) }
    }

    /// The next name.
    #[must_use]
    pub fn next(&self) -> RequestId {
        let number = scatter(self.next.fetch_add(1, Ordering::Relaxed));
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&self.process.to_be_bytes());
        bytes[2..10].copy_from_slice(&number.to_be_bytes());
        let mut buffer = Uuid::encode_buffer();
        let digits = Uuid::from_bytes(bytes).simple().encode_lower(&mut buffer);
        let mut id = RequestId([0; 20]);
        id.0.copy_from_slice(&digits.as_bytes()[..20]);
        id
    }
}

/// The name of a request: 20 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId([u8; 20]);

impl RequestId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The same for a header.
    ///
    /// # Panics
    /// Never: digits are visible ASCII.
    #[must_use]
    pub fn value(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).expect("hexadecimal digits")
    }
}

/// Maps each number to another one, and none to the same (the finalizer of `SplitMix64`).
const fn scatter(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_requests_have_one_name() {
        let ids = RequestIds::new(&Entropy::system());
        let names: HashSet<RequestId> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(names.len(), 10_000);
        assert!(names.iter().all(|name| name.value() == name.as_str()));
    }
}
