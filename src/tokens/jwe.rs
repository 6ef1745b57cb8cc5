//! JWE compact serialization (RFC 7516 §3.1, §5) with the algorithms of RFC 7518 §4 and §5 that are offered here, put together
//! from the primitives of AWS-LC. No compression, no `RSA1_5`, no passwords (docs/decisions/0018). Whatever is wrong with what
//! is to be decrypted, the answer is the same: none.

mod content;
mod message;

use aws_lc_rs::{
    agreement::{self, ECDH_P256, ParsedPublicKey, UnparsedPublicKey},
    error::Unspecified,
    kdf::{SskdfDigestAlgorithmId, get_sskdf_digest_algorithm, sskdf_digest},
    key_wrap::{AES_256, AesKek, KeyWrap},
    rsa::{
        OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
        OaepPublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey, PublicKeyComponents,
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

pub use self::{content::ContentAlg, message::Message};
use self::{content::seal, message::Header};
use crate::entropy::Entropy;

/// The length of a coordinate on P-256, in bytes.
const COORDINATE: usize = 32;

/// How the content's key reaches the recipient (RFC 7518 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyAlg {
    /// RSAES-OAEP with SHA-256.
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    /// RSAES-OAEP with SHA-1, which is not weak there.
    #[serde(rename = "RSA-OAEP")]
    RsaOaep,
    /// Agreed on, on P-256.
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
    /// Wrapped under a key that is agreed on, on P-256.
    #[serde(rename = "ECDH-ES+A256KW")]
    EcdhEsA256Kw,
}

impl KeyAlg {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::RsaOaep256, Self::RsaOaep, Self::EcdhEs, Self::EcdhEsA256Kw];

    /// The registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::RsaOaep => "RSA-OAEP",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }

    fn oaep(self) -> Option<&'static OaepAlgorithm> {
        match self {
            Self::RsaOaep256 => Some(&OAEP_SHA256_MGF1SHA256),
            Self::RsaOaep => Some(&OAEP_SHA1_MGF1SHA1),
            Self::EcdhEs | Self::EcdhEsA256Kw => None,
        }
    }
}

#[derive(Clone, Debug)]
enum Material {
    Rsa(PublicEncryptingKey),
    /// The uncompressed point (SEC 1 §2.3.3), which is on the curve.
    P256(Vec<u8>),
}

/// A recipient's public key.
#[derive(Clone, Debug)]
pub struct PublicKey {
    kid: Option<String>,
    /// The one algorithm that it is for, if it says so.
    alg: Option<String>,
    material: Material,
}

impl PublicKey {
    /// Reads a JWK (RFC 7517 §4); none if it is not for encryption, or cannot be used for it here.
    #[must_use]
    pub fn read(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let may = |operation: &Value| {
            ["encrypt", "wrapKey", "deriveKey", "deriveBits"].iter().any(|name| operation == name)
        };
        let allowed = jwk.get("key_ops").is_none_or(|operations| {
            operations.as_array().is_some_and(|operations| operations.iter().any(may))
        });
        let alg = text("alg");
        let named = alg.is_none_or(|alg| KeyAlg::ALL.iter().any(|own| own.name() == alg));
        if !allowed || !named || text("use").is_some_and(|purpose| purpose != "enc") {
            return None;
        }
        let material = match (text("kty")?, text("crv")) {
            ("RSA", _) => {
                let (n, e) = (BASE64.decode(text("n")?).ok()?, BASE64.decode(text("e")?).ok()?);
                Material::Rsa(PublicKeyComponents { n, e }.try_into().ok()?)
            }
            ("EC", Some("P-256")) => Material::P256(point(text("x")?, text("y")?)?),
            _ => return None,
        };
        let own = |text: Option<&str>| text.map(str::to_owned);
        Some(Self { kid: own(text("kid")), alg: own(alg), material })
    }

    /// Whether it can be used with this algorithm.
    #[must_use]
    pub fn fits(&self, alg: KeyAlg) -> bool {
        let rsa = matches!(self.material, Material::Rsa(_));
        rsa == alg.oaep().is_some() && self.alg.as_ref().is_none_or(|own| own == alg.name())
    }

    /// Encrypts; `content_type` is `JWT` where the content is one (RFC 7519 §5.2). None if the key does not fit.
    #[must_use]
    pub fn encrypt(
        &self,
        alg: KeyAlg,
        enc: ContentAlg,
        content_type: Option<&str>,
        content: &[u8],
        entropy: &Entropy,
    ) -> Option<String> {
        let mut header = json!({ "alg": alg.name(), "enc": enc.name() });
        if let Some(kid) = &self.kid {
            header["kid"] = kid.as_str().into();
        }
        if let Some(content_type) = content_type {
            header["cty"] = content_type.into();
        }
        let drawn = Zeroizing::new(entropy.bytes::<32>());
        let mut key = Zeroizing::new(drawn[..enc.key_length()].to_vec());
        let mut encrypted_key = Vec::new();
        match &self.material {
            _ if !self.fits(alg) => return None,
            Material::Rsa(public) => {
                let public = OaepPublicEncryptingKey::new(public.clone()).ok()?;
                encrypted_key = vec![0; public.ciphertext_size()];
                let written = public.encrypt(alg.oaep()?, &key, &mut encrypted_key, None).ok()?;
                let length = written.len();
                encrypted_key.truncate(length);
            }
            Material::P256(point) => {
                let ephemeral = agreement::PrivateKey::generate(&ECDH_P256).ok()?;
                let public = ephemeral.compute_public_key().ok()?;
                let (x, y) = public.as_ref().get(1..)?.split_at_checked(COORDINATE)?;
                header["epk"] = json!({
                    "kty": "EC", "crv": "P-256", "x": BASE64.encode(x), "y": BASE64.encode(y),
                });
                let agreed = agree(&ephemeral, point, alg, enc, (&[], &[])).ok()?;
                if alg == KeyAlg::EcdhEsA256Kw {
                    encrypted_key = vec![0; key.len() + 8];
                    let kek = AesKek::new(&AES_256, &agreed).ok()?;
                    kek.wrap(&key, &mut encrypted_key).ok()?;
                } else {
                    key = agreed;
                }
            }
        }
        let header = BASE64.encode(header.to_string());
        let (iv, text, tag) = seal(enc, &key, header.as_bytes(), content).ok()?;
        let rest = [encrypted_key, iv, text, tag].map(|part| BASE64.encode(part));
        Some(format!("{header}.{}", rest.join(".")))
    }
}

/// A key of ours that others encrypt for.
pub struct PrivateKey {
    kid: String,
    key: Private,
}

enum Private {
    Rsa(OaepPrivateDecryptingKey),
    P256(agreement::PrivateKey),
}

impl PrivateKey {
    /// Reads an RSA key in PKCS#8.
    #[must_use]
    pub fn rsa(kid: &str, pkcs8: &[u8]) -> Option<Self> {
        let key = PrivateDecryptingKey::from_pkcs8(pkcs8).ok()?;
        let key = Private::Rsa(OaepPrivateDecryptingKey::new(key).ok()?);
        Some(Self { kid: kid.to_owned(), key })
    }

    /// Reads a key on P-256, in PKCS#8 or SEC 1.
    #[must_use]
    pub fn p256(kid: &str, der: &[u8]) -> Option<Self> {
        let key = agreement::PrivateKey::from_private_key_der(&ECDH_P256, der).ok()?;
        Some(Self { kid: kid.to_owned(), key: Private::P256(key) })
    }

    /// The content's key; for RSA another one, if there is none (RFC 7516 §11.5): that it does not fit shows later, as with any
    /// other text.
    fn unwrap(&self, header: &Header, encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let length = header.enc.key_length();
        match &self.key {
            Private::Rsa(private) => {
                let mut drawn = Zeroizing::new(vec![0; length]);
                aws_lc_rs::rand::fill(&mut drawn).ok()?;
                let mut room = Zeroizing::new(vec![0; private.min_output_size()]);
                let opened = private.decrypt(header.alg.oaep()?, encrypted, &mut room, None);
                match opened {
                    Ok(key) if key.len() == length => Some(Zeroizing::new(key.to_vec())),
                    _ => Some(drawn),
                }
            }
            Private::P256(private) => {
                if header.alg.oaep().is_some() {
                    return None;
                }
                let epk =
                    header.epk.as_ref().filter(|epk| epk.kty == "EC" && epk.crv == "P-256")?;
                let public = point(&epk.x, &epk.y)?;
                let party = |text: &Option<String>| match text {
                    Some(text) => BASE64.decode(text).ok(),
                    None => Some(Vec::new()),
                };
                let (apu, apv) = (party(&header.apu)?, party(&header.apv)?);
                let agreed = agree(private, &public, header.alg, header.enc, (&apu, &apv)).ok()?;
                if header.alg == KeyAlg::EcdhEs {
                    return encrypted.is_empty().then_some(agreed);
                }
                if encrypted.len() != length + 8 {
                    return None;
                }
                let mut key = Zeroizing::new(vec![0; length]);
                AesKek::new(&AES_256, &agreed).ok()?.unwrap(encrypted, &mut key).ok()?;
                Some(key)
            }
        }
    }
}

/// Decrypts what was encrypted for one of these keys: the one that it names, or any if it names none.
#[must_use]
pub fn decrypt(keys: &[PrivateKey], text: &str) -> Option<Vec<u8>> {
    Message::read(text)?.open(keys)
}

/// An uncompressed point of P-256, if it is one.
fn point(x: &str, y: &str) -> Option<Vec<u8>> {
    let (x, y) = (BASE64.decode(x).ok()?, BASE64.decode(y).ok()?);
    if x.len() != COORDINATE || y.len() != COORDINATE {
        return None;
    }
    let point = [&[4], x.as_slice(), &y].concat();
    ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, &point)).is_ok().then_some(point)
}

/// RFC 7518 §4.6: the key that both sides come to, for the content or for wrapping the content's key.
fn agree(
    private: &agreement::PrivateKey,
    public: &[u8],
    alg: KeyAlg,
    enc: ContentAlg,
    parties: (&[u8], &[u8]),
) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let (name, length) = match alg {
        KeyAlg::EcdhEs => (enc.name(), enc.key_length()),
        _ => (alg.name(), 32),
    };
    let public = UnparsedPublicKey::new(&ECDH_P256, public);
    agreement::agree(private, public, Unspecified, |secret| {
        derive(secret, name.as_bytes(), parties, length)
    })
}

/// The Concat KDF of NIST SP 800-56A as RFC 7518 §4.6.2 has it.
fn derive(
    secret: &[u8],
    name: &[u8],
    (apu, apv): (&[u8], &[u8]),
    length: usize,
) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let mut info = Vec::new();
    for part in [name, apu, apv] {
        info.extend(u32::try_from(part.len()).map_err(|_| Unspecified)?.to_be_bytes());
        info.extend(part);
    }
    info.extend(u32::try_from(length * 8).map_err(|_| Unspecified)?.to_be_bytes());
    let sha256 = get_sskdf_digest_algorithm(SskdfDigestAlgorithmId::Sha256).ok_or(Unspecified)?;
    let mut key = Zeroizing::new(vec![0; length]);
    sskdf_digest(sha256, secret, &info, &mut key)?;
    Ok(key)
}

#[cfg(test)]
mod tests;
