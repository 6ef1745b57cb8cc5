//! One key of our own that clients encrypt request objects for (OpenID Connect Core §6.1): RSA-OAEP-256 or ECDH-ES (RFC 7518
//! §4), parsed once and kept. It is of another type than a key that signs: neither can be taken for the other.

use std::{fmt, str::FromStr};

use aws_lc_rs::{
    agreement::{self, ECDH_P256},
    encoding::{AsDer, Pkcs8V1Der},
    error::Unspecified,
    rsa::KeySize,
    signature::{KeyPair, RsaKeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::signing::{KeyError, thumbprint};
use crate::tokens::jwe::{KeyAlg, PrivateKey};

/// A JWE algorithm that Signet has keys of its own for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EncryptionAlg {
    /// RSAES-OAEP with SHA-256, 2048 bits.
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    /// Agreed on, on P-256.
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
}

impl EncryptionAlg {
    /// All of them: one key each is made at first start.
    pub const ALL: [Self; 2] = [Self::RsaOaep256, Self::EcdhEs];

    /// The registered name (RFC 7518 §4.1).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
        }
    }

    /// The one that is this, if there are keys for it.
    #[must_use]
    pub const fn of(alg: KeyAlg) -> Option<Self> {
        match alg {
            KeyAlg::RsaOaep256 => Some(Self::RsaOaep256),
            KeyAlg::EcdhEs => Some(Self::EcdhEs),
            KeyAlg::RsaOaep | KeyAlg::EcdhEsA256Kw => None,
        }
    }
}

impl From<EncryptionAlg> for KeyAlg {
    fn from(alg: EncryptionAlg) -> Self {
        match alg {
            EncryptionAlg::RsaOaep256 => Self::RsaOaep256,
            EncryptionAlg::EcdhEs => Self::EcdhEs,
        }
    }
}

impl fmt::Display for EncryptionAlg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EncryptionAlg {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Self, KeyError> {
        Self::ALL.into_iter().find(|alg| alg.name() == name).ok_or(KeyError::UnknownAlgorithm)
    }
}

/// A private key with all that is derived from it.
pub struct EncryptionKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// What it is for, and nothing else.
    pub alg: EncryptionAlg,
    private: PrivateKey,
    jwk: Value,
}

impl EncryptionKey {
    /// Makes a key and returns it as PKCS#8.
    pub fn generate(alg: EncryptionAlg) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let der: Result<Pkcs8V1Der<'_>, Unspecified> = match alg {
            EncryptionAlg::RsaOaep256 => {
                RsaKeyPair::generate(KeySize::Rsa2048).and_then(|pair| pair.as_der())
            }
            EncryptionAlg::EcdhEs => {
                agreement::PrivateKey::generate(&ECDH_P256).and_then(|key| key.as_der())
            }
        };
        let der = der.map_err(|_| KeyError::Generation)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    /// Reads a PKCS#8 key.
    pub fn from_pkcs8(alg: EncryptionAlg, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let members = public_members(alg, pkcs8).ok_or(KeyError::Malformed)?;
        let kid = thumbprint(&members);
        let private = match alg {
            EncryptionAlg::RsaOaep256 => PrivateKey::rsa(&kid, pkcs8),
            EncryptionAlg::EcdhEs => PrivateKey::p256(&kid, pkcs8),
        };
        let private = private.ok_or(KeyError::Malformed)?;
        let own = [("use", "enc"), ("alg", alg.name()), ("kid", &kid)];
        let jwk: Map<String, Value> = members
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(own)
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        Ok(Self { alg, private, jwk: Value::Object(jwk), kid })
    }

    /// The public key as a JWK (RFC 7517).
    #[must_use]
    pub fn jwk(&self) -> &Value {
        &self.jwk
    }

    /// What opens.
    #[must_use]
    pub fn private(&self) -> &PrivateKey {
        &self.private
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionKey({} {})", self.alg, self.kid)
    }
}

/// The members that make up the public key, in the order of RFC 7638 §3.2.
fn public_members(alg: EncryptionAlg, pkcs8: &[u8]) -> Option<Vec<(&'static str, String)>> {
    Some(match alg {
        EncryptionAlg::RsaOaep256 => {
            let pair = RsaKeyPair::from_pkcs8(pkcs8).ok()?;
            let public = pair.public_key();
            vec![
                ("e", BASE64.encode(public.exponent().big_endian_without_leading_zero())),
                ("kty", "RSA".to_owned()),
                ("n", BASE64.encode(public.modulus().big_endian_without_leading_zero())),
            ]
        }
        EncryptionAlg::EcdhEs => {
            let key = agreement::PrivateKey::from_private_key_der(&ECDH_P256, pkcs8).ok()?;
            let public = key.compute_public_key().ok()?;
            // SEC 1 §2.3.3: 0x04 ‖ x ‖ y.
            let (x, y) = public.as_ref().get(1..)?.split_at_checked(32)?;
            vec![
                ("crv", "P-256".to_owned()),
                ("kty", "EC".to_owned()),
                ("x", BASE64.encode(x)),
                ("y", BASE64.encode(y)),
            ]
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        entropy::Entropy,
        keys::signing::{Algorithm, SigningKey},
        tokens::jwe::{ContentAlg, PublicKey, decrypt},
    };

    #[test]
    fn what_is_encrypted_for_the_jwk_of_a_key_opens_with_it() {
        for alg in EncryptionAlg::ALL {
            let pkcs8 = EncryptionKey::generate(alg).expect("a key");
            let key = EncryptionKey::from_pkcs8(alg, &pkcs8).expect("its own bytes");
            let jwk = key.jwk().as_object().expect("an object");
            assert_eq!((&jwk["use"], &jwk["alg"]), (&"enc".into(), &alg.name().into()));
            assert!(["d", "p", "q", "dp", "dq", "qi"].iter().all(|name| !jwk.contains_key(*name)));
            let public = PublicKey::read(jwk).expect("a key");
            let by = KeyAlg::ALL.into_iter().filter(|own| public.fits(*own));
            assert_eq!(by.map(EncryptionAlg::of).collect::<Vec<_>>(), [Some(alg)]);
            let alg = KeyAlg::ALL.into_iter().find(|own| public.fits(*own)).expect("one");
            let entropy = Entropy::system();
            let sealed = public.encrypt(alg, ContentAlg::A256Gcm, None, b"text", &entropy);
            let sealed = sealed.expect("encrypted");
            let opened = decrypt(std::slice::from_ref(key.private()), &sealed);
            assert_eq!(opened.as_deref(), Some(&b"text"[..]));
        }
    }

    #[test]
    fn the_bytes_of_another_kind_of_key_are_none_of_this() {
        let rsa = EncryptionKey::generate(EncryptionAlg::RsaOaep256).expect("a key");
        let ec = EncryptionKey::generate(EncryptionAlg::EcdhEs).expect("a key");
        assert!(EncryptionKey::from_pkcs8(EncryptionAlg::EcdhEs, &rsa).is_err());
        assert!(EncryptionKey::from_pkcs8(EncryptionAlg::RsaOaep256, &ec).is_err());
        let ed = SigningKey::generate(Algorithm::EdDsa).expect("a key");
        assert!(EncryptionKey::from_pkcs8(EncryptionAlg::EcdhEs, &ed).is_err());
    }
}
