//! One signing key: EdDSA (RFC 8037), ES256 or RS256 (RFC 7518), parsed once and kept.

use std::{fmt, str::FromStr};

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RsaKeyPair,
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::tokens::digest::Digest;

/// A JWS algorithm that Signet signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits.
    #[serde(rename = "RS256")]
    Rs256,
}

impl Algorithm {
    /// All of them: one key each is made at first start.
    pub const ALL: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Rs256];

    /// The registered name (RFC 7518 §3.1, RFC 8037 §3.1).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Self, KeyError> {
        Self::ALL.into_iter().find(|alg| alg.name() == name).ok_or(KeyError::UnknownAlgorithm)
    }
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(alg: Algorithm) -> Self {
        match alg {
            Algorithm::EdDsa => Self::EdDSA,
            Algorithm::Es256 => Self::ES256,
            Algorithm::Rs256 => Self::RS256,
        }
    }
}

/// What a JWT is for, told by its `typ` header so that one kind is never taken for another (RFC 8725 §3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `at+jwt`: an access token (RFC 9068 §2.1).
    Access,
    /// `JWT`: an ID token.
    Id,
    /// `logout+jwt`: a logout token (OpenID Connect Back-Channel Logout §2.4).
    Logout,
}

impl Type {
    const ALL: [Self; 3] = [Self::Access, Self::Id, Self::Logout];

    const fn name(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Id => "JWT",
            Self::Logout => "logout+jwt",
        }
    }

    /// Whether a `typ` header means this, with or without `application/` (RFC 7515 §4.1.9).
    #[must_use]
    pub fn is_named(self, typ: &str) -> bool {
        let bare = typ.get(..12).filter(|prefix| prefix.eq_ignore_ascii_case("application/"));
        typ[bare.map_or(0, str::len)..].eq_ignore_ascii_case(self.name())
    }
}

/// Why a key cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not one that there are keys for.
    #[error("unknown algorithm")]
    UnknownAlgorithm,
    /// The key generator failed.
    #[error("no key could be made")]
    Generation,
    /// The stored bytes are no key of that algorithm.
    #[error("not a PKCS#8 key of this algorithm")]
    Malformed,
}

enum Pair {
    EdDsa(Ed25519KeyPair),
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

/// A private key with all that is derived from it.
pub struct SigningKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs with.
    pub alg: Algorithm,
    pair: Pair,
    verifier: DecodingKey,
    jwk: serde_json::Value,
    /// The encoded protected header for each [`Type`].
    headers: [String; 3],
    random: SystemRandom,
}

impl SigningKey {
    /// Makes a key and returns it as PKCS#8.
    pub fn generate(alg: Algorithm) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let random = SystemRandom::new();
        let bytes = match alg {
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random)
                .map_err(|_| KeyError::Generation)?
                .as_ref()
                .to_vec(),
            Algorithm::Es256 => {
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
                    .map_err(|_| KeyError::Generation)?
                    .as_ref()
                    .to_vec()
            }
            Algorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048)
                .and_then(|pair| pair.as_der())
                .map_err(|_| KeyError::Generation)?
                .as_ref()
                .to_vec(),
        };
        Ok(Zeroizing::new(bytes))
    }

    /// Reads a PKCS#8 key.
    pub fn from_pkcs8(alg: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let malformed = |_| KeyError::Malformed;
        let pair = match alg {
            Algorithm::EdDsa => Pair::EdDsa(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(malformed)?),
            Algorithm::Es256 => Pair::Es256(
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .map_err(malformed)?,
            ),
            Algorithm::Rs256 => Pair::Rs256(RsaKeyPair::from_pkcs8(pkcs8).map_err(malformed)?),
        };
        let members = pair.public_members();
        let kid = thumbprint(&members);
        let header = |typ: Type| {
            let header = format!(r#"{{"alg":"{alg}","typ":"{}","kid":"{kid}"}}"#, typ.name());
            BASE64_URL_SAFE_NO_PAD.encode(header)
        };
        let headers = Type::ALL.map(header);
        let mut jwk = serde_json::Map::new();
        for (name, value) in members {
            jwk.insert(name.to_owned(), value.into());
        }
        jwk.insert("use".to_owned(), "sig".into());
        jwk.insert("alg".to_owned(), alg.name().into());
        jwk.insert("kid".to_owned(), kid.clone().into());
        let jwk = serde_json::Value::Object(jwk);
        let verifier = serde_json::from_value(jwk.clone())
            .ok()
            .and_then(|jwk| DecodingKey::from_jwk(&jwk).ok())
            .ok_or(KeyError::Malformed)?;
        Ok(Self { kid, alg, pair, verifier, jwk, headers, random: SystemRandom::new() })
    }

    /// The public key as a JWK (RFC 7517).
    #[must_use]
    pub fn jwk(&self) -> &serde_json::Value {
        &self.jwk
    }

    /// What checks this key's signatures.
    #[must_use]
    pub fn verifier(&self) -> &DecodingKey {
        &self.verifier
    }

    /// The encoded protected header of a token of this type.
    #[must_use]
    pub fn header(&self, typ: Type) -> &str {
        &self.headers[typ as usize]
    }

    /// Signs a JWS signing input.
    ///
    /// # Panics
    /// When the system's random generator fails.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Es256(pair) => pair
                .sign(&self.random, message)
                .expect("signing fails only without randomness")
                .as_ref()
                .to_vec(),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, message, &mut signature)
                    .expect("a 2048-bit key has room for a SHA-256 signature");
                signature
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.alg, self.kid)
    }
}

impl Pair {
    /// The members that make up the public key, in the order of RFC 7638 §3.2.
    fn public_members(&self) -> Vec<(&'static str, String)> {
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::EdDsa(pair) => vec![
                ("crv", "Ed25519".to_owned()),
                ("kty", "OKP".to_owned()),
                ("x", encode(pair.public_key().as_ref())),
            ],
            Self::Es256(pair) => {
                // SEC 1 §2.3.3: 0x04 ‖ x ‖ y.
                let point = pair.public_key().as_ref();
                let (x, y) = point[1..].split_at(32);
                vec![
                    ("crv", "P-256".to_owned()),
                    ("kty", "EC".to_owned()),
                    ("x", encode(x)),
                    ("y", encode(y)),
                ]
            }
            Self::Rs256(pair) => {
                let public = pair.public_key();
                vec![
                    ("e", encode(public.exponent().big_endian_without_leading_zero())),
                    ("kty", "RSA".to_owned()),
                    ("n", encode(public.modulus().big_endian_without_leading_zero())),
                ]
            }
        }
    }
}

/// RFC 7638 §3: the digest of the required members in lexicographic order.
pub(super) fn thumbprint(members: &[(&'static str, String)]) -> String {
    let json: Vec<String> =
        members.iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
    Digest::of(format!("{{{}}}", json.join(",")).as_bytes()).base64url()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_the_one_of_the_specification() {
        // RFC 7638 §3.1.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let members = [("e", "AQAB".to_owned()), ("kty", "RSA".to_owned()), ("n", n.to_owned())];
        assert_eq!(thumbprint(&members), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn every_algorithm_signs_what_its_jwk_verifies() {
        for alg in Algorithm::ALL {
            let pkcs8 = SigningKey::generate(alg).expect("a key");
            let key = SigningKey::from_pkcs8(alg, &pkcs8).expect("its own bytes");
            let signature = BASE64_URL_SAFE_NO_PAD.encode(key.sign(b"header.payload"));
            let check = |message: &[u8]| {
                jsonwebtoken::crypto::verify(&signature, message, key.verifier(), alg.into())
                    .expect("verifies or not")
            };
            assert!(check(b"header.payload"), "{alg}");
            assert!(!check(b"header.payloae"), "{alg}");
            assert!(key.jwk().get("d").is_none(), "no private member");
        }
    }

    #[test]
    fn a_type_is_told_with_and_without_its_prefix() {
        assert!(Type::Access.is_named("at+jwt"));
        assert!(Type::Access.is_named("application/AT+JWT"));
        for other in ["JWT", "", "application/", "äpplication/at+jwt", "at+jwtx"] {
            assert!(!Type::Access.is_named(other), "{other}");
        }
    }
}
