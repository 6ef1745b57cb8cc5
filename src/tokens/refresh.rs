//! Refresh tokens (RFC 6749 §1.5): `grant id ‖ secret ‖ tag`, whose successor is derived and not drawn.
//!
//! With the derivation key `K`, which is sealed with the server's keys:
//!
//! - the successor's secret is `HMAC-SHA-256(K, "next" ‖ grant id ‖ secret)`, so the hash to store and the token to
//!   return are known before the database is asked, and a lost answer can be given again word for word;
//! - the tag is the first half of `HMAC-SHA-256(K, "tag" ‖ grant id ‖ secret)`, so that what was never issued is told
//!   from what was issued once: only the latter is reuse. Without it, anyone who reads a grant's id in a `jti` could
//!   have the grant revoked with a token that he made up.

use aws_lc_rs::{constant_time, hmac};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{digest::Digest, secret};
use crate::entropy::Entropy;

const PREFIX: &str = "sgr_";
const TAG: usize = 16;
const LENGTH: usize = 16 + 32 + TAG;

/// The key `K` of this file.
pub struct DerivationKey(hmac::Key);

impl DerivationKey {
    /// From 32 random bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// 32 bytes for a purpose, from a row's id and the secret that goes with it.
    pub(super) fn derive(&self, purpose: &[u8], grant: Uuid, secret: &[u8; 32]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(purpose);
        context.update(grant.as_bytes());
        context.update(secret);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.sign().as_ref());
        bytes
    }
}

/// A refresh token that this server issued: parsing checks the tag.
pub struct RefreshToken {
    /// The grant it belongs to.
    pub grant: Uuid,
    secret: Zeroizing<[u8; 32]>,
}

impl RefreshToken {
    /// Draws the first one of a grant.
    #[must_use]
    pub fn draw(grant: Uuid, entropy: &Entropy) -> Self {
        Self { grant, secret: Zeroizing::new(entropy.bytes()) }
    }

    /// Reads one that was presented; `None` if it is malformed or was never issued under `key`.
    #[must_use]
    pub fn parse(key: &DerivationKey, text: &str) -> Option<Self> {
        let bytes = secret::read::<LENGTH>(PREFIX, text)?;
        let (id, rest) = bytes.split_at(16);
        let (secret_bytes, tag) = rest.split_at(32);
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(secret_bytes);
        let token = Self { grant: Uuid::from_slice(id).ok()?, secret };
        constant_time::verify_slices_are_equal(&token.tag(key), tag).ok()?;
        Some(token)
    }

    /// Whether `text` claims to be a refresh token.
    #[must_use]
    pub fn looks_like(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// The text to hand to the client.
    #[must_use]
    pub fn expose(&self, key: &DerivationKey) -> String {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        bytes[..16].copy_from_slice(self.grant.as_bytes());
        bytes[16..48].copy_from_slice(&*self.secret);
        bytes[48..].copy_from_slice(&self.tag(key));
        secret::write(PREFIX, &*bytes)
    }

    /// The token that replaces this one. Always the same.
    #[must_use]
    pub fn successor(&self, key: &DerivationKey) -> Self {
        let secret = Zeroizing::new(key.derive(b"next", self.grant, &self.secret));
        Self { grant: self.grant, secret }
    }

    /// What the grant's row holds of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&*self.secret)
    }

    fn tag(&self, key: &DerivationKey) -> [u8; TAG] {
        let mut tag = [0; TAG];
        tag.copy_from_slice(&key.derive(b"tag", self.grant, &self.secret)[..TAG]);
        tag
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{PREFIX}[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tag_and_successor_are_hmacs_of_the_derivation_key() {
        // The grant 0198c0de-0000-7000-8000-000000000001 and the bytes 0, 1, … 31, under 32 times the byte 7.
        let key = DerivationKey::new(&[7; 32]);
        let text = "sgr_0Mz2s7724F0j2UjlUXFrm9217WanyHzRfFzLnfjBIqjIGFfhFvff9GZzZJtPzjViU3EZOa110xxs9NCadL3o2b3dHOAd";
        let token = RefreshToken::parse(&key, text).expect("a token");
        assert_eq!(token.digest(), secret::tests::SHA256);
        assert_eq!(
            token.successor(&key).expose(&key),
            "sgr_0Mz2s7724F0j2UjlUXFrmF3ETbAPjVceBybcT7bELeJUlH2zKYqc7AV20w1z0ChXyaQDpXQoN26gusuXDQG8rG4AolRd"
        );
    }

    proptest! {
        #[test]
        fn the_successor_is_always_the_same_and_another(grant: u128, key: [u8; 32]) {
            let key = DerivationKey::new(&key);
            let token = RefreshToken::draw(Uuid::from_u128(grant), &Entropy::system());
            let parsed = RefreshToken::parse(&key, &token.expose(&key)).expect("its own text");
            let (one, two) = (token.successor(&key), parsed.successor(&key));
            prop_assert_eq!(one.expose(&key), two.expose(&key));
            prop_assert!(one.digest() != token.digest());
            prop_assert!(RefreshToken::parse(&key, &one.expose(&key)).is_some());
        }

        #[test]
        fn a_token_made_up_around_a_known_grant_id_is_refused(grant: u128, key: [u8; 32], other: [u8; 32]) {
            prop_assume!(key != other);
            let (key, other) = (DerivationKey::new(&key), DerivationKey::new(&other));
            let forged = RefreshToken::draw(Uuid::from_u128(grant), &Entropy::system());
            prop_assert!(RefreshToken::parse(&key, &forged.expose(&other)).is_none());
        }

        #[test]
        fn no_text_breaks_the_reader(text in "(sgr_)?\\PC{0,110}") {
            let _ = RefreshToken::parse(&DerivationKey::new(&[0; 32]), &text);
        }
    }
}
