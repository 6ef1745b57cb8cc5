//! The one format of everything bearer-like: `prefix_` + base 62 + six characters of CRC-32.
//!
//! The prefix lets secret scanners find a leaked one, the check digits let Signet refuse a malformed one before any
//! look-up. Neither is a security measure: the random bits are.

use std::marker::PhantomData;

use zeroize::Zeroizing;

use super::{base62, digest::Digest};
use crate::entropy::Entropy;

/// Digits of the CRC-32 at the end: `62⁶ > 2³²`.
const CHECK_DIGITS: usize = 6;

/// A kind of secret, told by its prefix.
pub trait Kind {
    /// Starts every secret of this kind and ends in an underscore.
    const PREFIX: &'static str;
}

/// How long a secret with this prefix is that holds so many bytes.
pub(super) const fn length(prefix: &str, bytes: usize) -> usize {
    prefix.len() + base62::width(bytes) + CHECK_DIGITS
}

/// Writes `bytes` as a secret with this prefix.
pub(super) fn write(prefix: &str, bytes: &[u8]) -> String {
    let mut text = String::with_capacity(length(prefix, bytes.len()));
    text.push_str(prefix);
    base62::encode(bytes, &mut text);
    let check = crc32fast::hash(text.as_bytes());
    base62::encode(&check.to_be_bytes(), &mut text);
    text
}

/// Reads a secret with this prefix, or `None` if its prefix, length, alphabet or check digits are wrong.
pub(super) fn read<const N: usize>(prefix: &str, text: &str) -> Option<Zeroizing<[u8; N]>> {
    if !text.is_ascii() {
        return None;
    }
    let payload = text.strip_prefix(prefix)?;
    let (body, check) = payload.split_at_checked(base62::width(N))?;
    let expected = crc32fast::hash(&text.as_bytes()[..prefix.len() + body.len()]);
    if base62::decode(check)? != expected.to_be_bytes() {
        return None;
    }
    base62::decode(body).map(Zeroizing::new)
}

/// 256 random bits with no identity of their own: whoever presents them says by other means whose they are.
pub struct Secret<K> {
    bytes: Zeroizing<[u8; 32]>,
    kind: PhantomData<K>,
}

/// The secret of a client (RFC 6749 §2.3.1).
pub struct Client;

impl Kind for Client {
    const PREFIX: &'static str = "sgx_";
}

/// A client's secret, `sgx_…`.
pub type ClientSecret = Secret<Client>;

/// What tells one browser from another before anyone signed in.
pub struct Browser;

impl Kind for Browser {
    const PREFIX: &'static str = "sgb_";
}

/// A browser's own secret, `sgb_…`.
pub type BrowserSecret = Secret<Browser>;

impl<K: Kind> Secret<K> {
    /// Draws a new one.
    #[must_use]
    pub fn draw(entropy: &Entropy) -> Self {
        Self { bytes: Zeroizing::new(entropy.bytes()), kind: PhantomData }
    }

    /// Reads one that was presented, `None` if it is malformed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self { bytes: read(K::PREFIX, text)?, kind: PhantomData })
    }

    /// The text to hand to its owner, once.
    #[must_use]
    pub fn expose(&self) -> String {
        write(K::PREFIX, &*self.bytes)
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&*self.bytes)
    }
}

impl<K: Kind> std::fmt::Debug for Secret<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[redacted]", K::PREFIX)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// SHA-256 of the bytes 0, 1, … 31, as other implementations say.
    pub const SHA256: Digest = Digest([
        0x63, 0x0d, 0xcd, 0x29, 0x66, 0xc4, 0x33, 0x66, 0x91, 0x12, 0x54, 0x48, 0xbb, 0xb2, 0x5b,
        0x4f, 0xf4, 0x12, 0xa4, 0x9c, 0x73, 0x2d, 0xb2, 0xc8, 0xab, 0xc1, 0xb8, 0x58, 0x1b, 0xd7,
        0x10, 0xdd,
    ]);

    #[test]
    fn what_is_stored_is_the_sha256_of_the_random_bits() {
        let text = "sgx_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf3guMGQ";
        let secret = ClientSecret::parse(text).expect("the bytes 0, 1, … 31");
        assert_eq!(secret.digest(), SHA256);
        assert_eq!(secret.expose(), text);
    }

    #[test]
    fn a_secret_names_its_kind_and_nothing_else_in_debug() {
        let secret = ClientSecret::draw(&Entropy::system());
        assert_eq!(format!("{secret:?}"), "sgx_[redacted]");
    }

    #[test]
    fn a_secret_of_another_kind_is_refused() {
        let secret = ClientSecret::draw(&Entropy::system()).expose();
        assert!(BrowserSecret::parse(&secret).is_none());
        assert!(BrowserSecret::parse(&secret.replace("sgx_", "sgb_")).is_none(), "CRC covers it");
    }

    proptest! {
        #[test]
        fn any_one_wrong_character_is_noticed(at in 4usize..53, to in "[0-9A-Za-z]") {
            let text = ClientSecret::draw(&Entropy::system()).expose();
            let mut changed = text.clone();
            changed.replace_range(at..=at, &to);
            prop_assert_eq!(ClientSecret::parse(&changed).is_some(), changed == text);
        }

        #[test]
        fn no_text_breaks_the_reader(text in "(sgx_)?\\PC{0,80}") {
            let _ = ClientSecret::parse(&text);
        }
    }
}
