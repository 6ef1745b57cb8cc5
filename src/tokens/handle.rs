//! Secrets that carry the id of their row: `id ‖ 256 random bits`, so that a look-up is by primary key and the row
//! holds nothing but the secret's digest.

use std::marker::PhantomData;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    digest::Digest,
    refresh::DerivationKey,
    secret::{self, Kind},
};
use crate::entropy::Entropy;

/// Bytes of a UUID and of the secret behind it.
const LENGTH: usize = 16 + 32;

/// A bearer secret that names its row.
pub struct Handle<K> {
    /// The row's id. Not secret.
    pub id: Uuid,
    secret: Zeroizing<[u8; 32]>,
    kind: PhantomData<K>,
}

/// The cookie of a browser session, `sgs_…`.
pub struct Session;
/// The cookie of a sign-in between its steps, `sgi_…`.
pub struct SignIn;
/// An authorization code (RFC 6749 §1.3.1), `sgc_…`.
pub struct Code;
/// An opaque access token, `sga_…`.
pub struct Access;
/// A link that is sent by e-mail, `sgl_…`.
pub struct Link;
/// An initial access token (RFC 7591 §1.2), `sgn_…`.
pub struct InitialAccess;
/// A registration access token (RFC 7592 §1.2), `sgm_…`.
pub struct RegistrationAccess;
/// The cookie of a session at a site behind the gate, `sgg_…`.
pub struct Gate;
/// An API key, `sgk_live_…`.
pub struct LiveKey;
/// An API key for trying things out, `sgk_test_…`.
pub struct TestKey;

impl Kind for Session {
    const PREFIX: &'static str = "sgs_";
}
impl Kind for SignIn {
    const PREFIX: &'static str = "sgi_";
}
impl Kind for Code {
    const PREFIX: &'static str = "sgc_";
}
impl Kind for Gate {
    const PREFIX: &'static str = "sgg_";
}
impl Kind for Access {
    const PREFIX: &'static str = "sga_";
}

impl Kind for Link {
    const PREFIX: &'static str = "sgl_";
}
impl Kind for InitialAccess {
    const PREFIX: &'static str = "sgn_";
}
impl Kind for RegistrationAccess {
    const PREFIX: &'static str = "sgm_";
}

impl Kind for LiveKey {
    const PREFIX: &'static str = "sgk_live_";
}
impl Kind for TestKey {
    const PREFIX: &'static str = "sgk_test_";
}

impl<K: Kind> Handle<K> {
    /// Draws a secret for the row `id`.
    #[must_use]
    pub fn draw(id: Uuid, entropy: &Entropy) -> Self {
        Self { id, secret: Zeroizing::new(entropy.bytes()), kind: PhantomData }
    }

    /// Reads one that was presented, `None` if it is malformed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = secret::read::<LENGTH>(K::PREFIX, text)?;
        let (id, rest) = bytes.split_at(16);
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(rest);
        Some(Self { id: Uuid::from_slice(id).ok()?, secret, kind: PhantomData })
    }

    /// Reads the one that a text begins with, whatever follows it.
    #[must_use]
    pub fn at_start(text: &str) -> Option<Self> {
        Self::parse(text.get(..secret::length(K::PREFIX, LENGTH))?)
    }

    /// The text to hand to its owner.
    #[must_use]
    pub fn expose(&self) -> String {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        bytes[..16].copy_from_slice(self.id.as_bytes());
        bytes[16..].copy_from_slice(&*self.secret);
        secret::write(K::PREFIX, &*bytes)
    }

    /// What the row holds of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&*self.secret)
    }
}

impl Handle<RegistrationAccess> {
    /// The token that replaces this one. Always the same, so that a client which lost the answer gets it again.
    #[must_use]
    pub fn successor(&self, key: &DerivationKey) -> Self {
        let secret = Zeroizing::new(key.derive(b"registration", self.id, &self.secret));
        Self { id: self.id, secret, kind: PhantomData }
    }
}

impl<K: Kind> std::fmt::Debug for Handle<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[redacted]", K::PREFIX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_row_holds_the_sha256_of_the_secret_behind_the_id() {
        // The id 0198c0de-0000-7000-8000-000000000001 before the bytes 0, 1, … 31.
        let text = "sgc_02wtpjACeDSCol0TthELAEBBqq6hER9S7P8hislGhGJ84LXWwGSOmDqV7asmp2B5T0igBrM";
        let code = Handle::<Code>::parse(text).expect("a code");
        assert_eq!(code.id, uuid::uuid!("0198c0de-0000-7000-8000-000000000001"));
        assert_eq!(code.digest(), secret::tests::SHA256);
        assert_eq!(code.expose(), text);
    }

    #[test]
    fn a_registration_access_token_has_one_successor_under_a_key() {
        let id = Uuid::from_u128(1);
        let token = Handle::<RegistrationAccess>::draw(id, &Entropy::system());
        let key = DerivationKey::new(&[1; 32]);
        let next = token.successor(&key);
        assert_eq!(next.expose(), token.successor(&key).expose());
        assert_eq!(next.id, id);
        assert_ne!(next.digest(), token.digest());
        assert_ne!(next.digest(), token.successor(&DerivationKey::new(&[2; 32])).digest());
    }

    proptest! {
        #[test]
        fn what_is_exposed_is_parsed_to_the_same_row_and_digest(id: u128) {
            let handle = Handle::<Code>::draw(Uuid::from_u128(id), &Entropy::system());
            let parsed = Handle::<Code>::parse(&handle.expose()).expect("its own text");
            prop_assert_eq!(parsed.id, handle.id);
            prop_assert_eq!(parsed.digest(), handle.digest());
            prop_assert!(Handle::<Session>::parse(&handle.expose()).is_none());
        }

        #[test]
        fn no_text_breaks_the_reader(text in "(sgc_)?\\PC{0,90}") {
            let _ = Handle::<Code>::parse(&text);
        }
    }
}
