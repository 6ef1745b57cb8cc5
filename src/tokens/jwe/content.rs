//! How the content of a JWE is encrypted (RFC 7518 §5): AES in GCM mode, or in CBC mode with HMAC.

use aws_lc_rs::{
    aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, Nonce, RandomizedNonceKey},
    cipher::{
        AES_128, DecryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
        UnboundCipherKey,
    },
    constant_time::verify_slices_are_equal,
    error::Unspecified,
    hmac,
    iv::FixedLength,
};
use serde::{Deserialize, Serialize};

/// The length of every authentication tag here, in bytes.
const TAG: usize = 16;
/// How the content is encrypted (RFC 7518 §5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentAlg {
    /// AES-128 in CBC mode with HMAC-SHA-256. The default of OpenID Connect Registration §2.
    #[default]
    #[serde(rename = "A128CBC-HS256")]
    A128CbcHs256,
    /// AES-128 in GCM mode.
    #[serde(rename = "A128GCM")]
    A128Gcm,
    /// AES-256 in GCM mode.
    #[serde(rename = "A256GCM")]
    A256Gcm,
}

impl ContentAlg {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::A128CbcHs256, Self::A128Gcm, Self::A256Gcm];

    /// The registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A128Gcm => "A128GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// The length of its key, in bytes.
    pub(super) const fn key_length(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A128CbcHs256 | Self::A256Gcm => 32,
        }
    }

    fn gcm(self) -> Option<&'static Algorithm> {
        match self {
            Self::A128CbcHs256 => None,
            Self::A128Gcm => Some(&AES_128_GCM),
            Self::A256Gcm => Some(&AES_256_GCM),
        }
    }
}

/// Initialization vector, ciphertext, tag.
pub(super) type Sealed = (Vec<u8>, Vec<u8>, Vec<u8>);

pub(super) fn seal(
    enc: ContentAlg,
    key: &[u8],
    aad: &[u8],
    content: &[u8],
) -> Result<Sealed, Unspecified> {
    let mut text = content.to_vec();
    if let Some(algorithm) = enc.gcm() {
        let key = RandomizedNonceKey::new(algorithm, key)?;
        let nonce = key.seal_in_place_append_tag(Aad::from(aad), &mut text)?;
        let tag = text.split_off(text.len() - TAG);
        return Ok((nonce.as_ref().to_vec(), text, tag));
    }
    // RFC 7518 §5.2.2.1.
    let (mac, key) = key.split_at(16);
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_128, key)?)?;
    let vector = key.encrypt(&mut text)?;
    let iv = <&[u8]>::try_from(&vector).map_err(|_| Unspecified)?.to_vec();
    let tag = cbc_tag(mac, aad, &iv, &text);
    Ok((iv, text, tag))
}

pub(super) fn open(
    enc: ContentAlg,
    key: &[u8],
    aad: &[u8],
    iv: &[u8],
    text: &[u8],
    tag: &[u8],
) -> Option<Vec<u8>> {
    if tag.len() != TAG {
        return None;
    }
    let mut content = text.to_vec();
    if let Some(algorithm) = enc.gcm() {
        let nonce = Nonce::try_assume_unique_for_key(iv).ok()?;
        content.extend(tag);
        let key = RandomizedNonceKey::new(algorithm, key).ok()?;
        let length = key.open_in_place(nonce, Aad::from(aad), &mut content).ok()?.len();
        content.truncate(length);
        return Some(content);
    }
    // RFC 7518 §5.2.2.2: nothing is decrypted before its tag was found right.
    let (mac, key) = key.split_at_checked(16)?;
    verify_slices_are_equal(&cbc_tag(mac, aad, iv, text), tag).ok()?;
    let vector = DecryptionContext::Iv128(FixedLength::try_from(iv).ok()?);
    let key = UnboundCipherKey::new(&AES_128, key).ok()?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
    let length = key.decrypt(&mut content, vector).ok()?.len();
    content.truncate(length);
    Some(content)
}

fn cbc_tag(key: &[u8], aad: &[u8], iv: &[u8], text: &[u8]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    context.update(aad);
    context.update(iv);
    context.update(text);
    context.update(&(aad.len() as u64 * 8).to_be_bytes());
    context.sign().as_ref()[..TAG].to_vec()
}
