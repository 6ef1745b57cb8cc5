//! The master key: seals what must not be read from a leaked database (AES-256-GCM, NIST SP 800-38D).
//!
//! It comes from the environment or a file, never from the database, as one or more `id:base64` entries. The first
//! seals; all of them open, so that a new one can be put in front and `signet key reseal` moves everything to it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use zeroize::Zeroizing;

use crate::entropy::Entropy;
pub use crate::storage::keys::Sealed;

const NONCE: usize = 12;

/// Why a master key cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MasterKeyError {
    /// The text is not `id:base64`.
    #[error(
        "a master key is `id:base64 of 32 bytes` (several separated by commas, the first one seals); \
         make one with `signet key generate-master`"
    )]
    Malformed,
    /// Two entries share an id.
    #[error("two master keys have the id {0:?}")]
    Duplicate(String),
    /// Sealed with a key that is not here.
    #[error(
        "sealed with master key {0:?}, which is not among those given: add it behind the current one"
    )]
    Unknown(String),
    /// The ciphertext does not belong to this key or place.
    #[error("sealed with master key {0:?}, but it does not open: the key or the row was changed")]
    Refused(String),
}

struct MasterKey {
    id: String,
    key: RandomizedNonceKey,
}

/// The master keys given to this server, the sealing one first.
pub struct MasterKeys(Vec<MasterKey>);

impl MasterKeys {
    /// Reads `id:base64[,id:base64…]`; white space around entries is ignored.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for entry in text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()) {
            let key = parse_entry(entry).ok_or(MasterKeyError::Malformed)?;
            if keys.iter().any(|other| other.id == key.id) {
                return Err(MasterKeyError::Duplicate(key.id));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(MasterKeyError::Malformed);
        }
        Ok(Self(keys))
    }

    /// A new entry as it goes into the environment.
    #[must_use]
    pub fn generate(id: &str, entropy: &Entropy) -> Zeroizing<String> {
        let bytes = Zeroizing::new(entropy.bytes::<32>());
        Zeroizing::new(format!("{id}:{}", BASE64_STANDARD.encode(*bytes)))
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn current(&self) -> &str {
        &self.0[0].id
    }

    /// Whether a key of this id is among them.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|key| key.id == id)
    }

    /// Seals `plain` for `place`, the table and row it goes to: it opens nowhere else.
    ///
    /// # Panics
    /// Only for plaintexts of many gigabytes.
    #[must_use]
    pub fn seal(&self, place: &str, plain: &[u8]) -> Sealed {
        let MasterKey { id, key } = &self.0[0];
        let mut text = plain.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut text)
            .expect("AES-GCM seals anything shorter than 64 GiB");
        let mut bytes = nonce.as_ref().to_vec();
        bytes.append(&mut text);
        Sealed { bytes, with: id.clone() }
    }

    /// Opens what was sealed for `place`.
    pub fn open(&self, place: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, MasterKeyError> {
        let key = self
            .0
            .iter()
            .find(|key| key.id == sealed.with)
            .ok_or_else(|| MasterKeyError::Unknown(sealed.with.clone()))?;
        let refused = || MasterKeyError::Refused(sealed.with.clone());
        let (nonce, text) = sealed.bytes.split_at_checked(NONCE).ok_or_else(refused)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| refused())?;
        let mut plain = Zeroizing::new(text.to_vec());
        let length = key
            .key
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut plain)
            .map_err(|_| refused())?
            .len();
        plain.truncate(length);
        Ok(plain)
    }
}

impl MasterKeys {
    /// The same as [`Self::seal`], as text of URLs and cookies.
    #[must_use]
    pub fn seal_text(&self, place: &str, plain: &[u8]) -> String {
        let Sealed { bytes, with } = self.seal(place, plain);
        format!("{with}.{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Opens what [`Self::seal_text`] sealed for `place`; none if that is not it.
    #[must_use]
    pub fn open_text(&self, place: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (with, bytes) = text.rsplit_once('.')?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(bytes).ok()?;
        self.open(place, &Sealed { bytes, with: with.to_owned() }).ok()
    }
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.id)).finish()
    }
}

fn parse_entry(entry: &str) -> Option<MasterKey> {
    let (id, text) = entry.split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || id.len() > 32 || !id.chars().all(plain) {
        return None;
    }
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(text).ok()?);
    let key = RandomizedNonceKey::new(&AES_256_GCM, &bytes).ok()?;
    Some(MasterKey { id: id.to_owned(), key })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ids: &[&str]) -> MasterKeys {
        let entries: Vec<String> = ids
            .iter()
            .map(|id| format!("{id}:{}", BASE64_STANDARD.encode([id.as_bytes()[0]; 32])))
            .collect();
        MasterKeys::parse(&entries.join(",")).expect("well-formed")
    }

    #[test]
    fn what_is_sealed_opens_only_in_its_place() {
        let keys = keys(&["a"]);
        let sealed = keys.seal("table:1", b"secret");
        assert_eq!(keys.open("table:1", &sealed).expect("opens").as_slice(), b"secret");
        assert_eq!(
            keys.open("table:2", &sealed).expect_err("moved to another row"),
            MasterKeyError::Refused("a".to_owned())
        );
    }

    #[test]
    fn a_former_key_still_opens_and_no_longer_seals() {
        let sealed = keys(&["a"]).seal("table:1", b"secret");
        let rotated = keys(&["b", "a"]);
        assert!(rotated.open("table:1", &sealed).is_ok());
        assert_eq!(rotated.seal("table:1", b"secret").with, "b");
        assert_eq!(
            keys(&["b"]).open("table:1", &sealed).expect_err("the key is gone"),
            MasterKeyError::Unknown("a".to_owned())
        );
    }

    #[test]
    fn malformed_keys_are_refused() {
        for text in ["", "a", "a:", "a:AAAA", ":AAAA", "a b:AAAA", "a:AAAA,b"] {
            assert_eq!(MasterKeys::parse(text).expect_err(text), MasterKeyError::Malformed);
        }
        let twice = MasterKeys::generate("a", &Entropy::system());
        assert_eq!(
            MasterKeys::parse(&format!("{},{}", *twice, *twice)).expect_err("twice"),
            MasterKeyError::Duplicate("a".to_owned())
        );
    }

    #[test]
    fn a_flipped_bit_anywhere_is_noticed() {
        let keys = keys(&["a"]);
        let sealed = keys.seal("p", b"secret");
        for at in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[at] ^= 1;
            assert!(keys.open("p", &changed).is_err());
        }
    }
}
