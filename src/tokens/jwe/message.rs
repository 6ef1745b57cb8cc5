//! A compact JWE that came (RFC 7516 §3.1, §5.2): what it says of itself, and what is in it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use serde::Deserialize;
use serde_json::Value;

use super::{ContentAlg, KeyAlg, PrivateKey, content::open};

/// The longest text that is decrypted.
pub(super) const LONGEST: usize = 64 * 1024;

/// What is read of a protected header. Anything else is ignored, but for what would change the meaning. Keys that it brings
/// along (`jwk`, `jku`, `x5c`, `x5u`) are never looked at.
#[derive(Deserialize)]
pub(super) struct Header {
    pub(super) alg: KeyAlg,
    pub(super) enc: ContentAlg,
    kid: Option<String>,
    cty: Option<String>,
    pub(super) epk: Option<Ephemeral>,
    pub(super) apu: Option<String>,
    pub(super) apv: Option<String>,
    /// Compression, which tells lengths.
    zip: Option<Value>,
    /// Extensions that have to be understood; none is.
    crit: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct Ephemeral {
    pub(super) kty: String,
    pub(super) crv: String,
    pub(super) x: String,
    pub(super) y: String,
}

/// One that was read. Nothing in it is proven.
pub struct Message {
    header: Header,
    /// The header as it came, which is authenticated with the content.
    protected: String,
    encrypted_key: Vec<u8>,
    iv: Vec<u8>,
    text: Vec<u8>,
    tag: Vec<u8>,
}

impl Message {
    /// Reads one. None also if it is encrypted in a way that is not offered, compressed, or has an extension that would have
    /// to be understood.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [protected, encrypted_key, iv, text, tag] = parts[..] else { return None };
        let decode = |part: &str| BASE64.decode(part).ok();
        let header = decode(protected)?;
        let header = Some(header.as_slice()).filter(|json| json.starts_with(b"{"))?;
        let header: Header = serde_json::from_slice(header).ok()?;
        if header.zip.is_some() || header.crit.is_some() {
            return None;
        }
        Some(Self {
            header,
            protected: protected.to_owned(),
            encrypted_key: decode(encrypted_key)?,
            iv: decode(iv)?,
            text: decode(text)?,
            tag: decode(tag)?,
        })
    }

    /// How the content's key reaches the recipient.
    #[must_use]
    pub fn alg(&self) -> KeyAlg {
        self.header.alg
    }

    /// How the content is encrypted.
    #[must_use]
    pub fn enc(&self) -> ContentAlg {
        self.header.enc
    }

    /// Which key it says that it is for.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// What it says that its content is.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.header.cty.as_deref()
    }

    /// The content, if it was encrypted for one of these keys: the one that it names, or any if it names none.
    #[must_use]
    pub fn open<'k>(&self, keys: impl IntoIterator<Item = &'k PrivateKey>) -> Option<Vec<u8>> {
        let named = |key: &&PrivateKey| self.kid().is_none_or(|kid| kid == key.kid);
        keys.into_iter().filter(named).find_map(|key| {
            let key = key.unwrap(&self.header, &self.encrypted_key)?;
            open(self.enc(), &key, self.protected.as_bytes(), &self.iv, &self.text, &self.tag)
        })
    }
}
