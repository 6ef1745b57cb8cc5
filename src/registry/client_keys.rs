//! A client's public keys (RFC 7517), as it registers them or publishes them at its `jwks_uri`, and which of them a
//! signature is checked with.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::tokens::jwe;

/// The most keys of a client: two generations of each algorithm, and some to spare.
pub const MOST: usize = 20;
/// The longest `kid`, in bytes.
const LONGEST_KID: usize = 256;
/// Sizes of RSA keys in bits: those that are not weak, and that do not take long to check by.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Members that no public key has (RFC 7518 §6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// What a client signs with (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SigningAlg {
    /// Ed25519.
    #[serde(rename = "EdDSA", alias = "Ed25519")]
    EdDsa,
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// ECDSA with P-384 and SHA-384.
    #[serde(rename = "ES384")]
    Es384,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// HMAC with SHA-256, by the client's secret.
    #[serde(rename = "HS256")]
    Hs256,
    /// HMAC with SHA-384, by the client's secret.
    #[serde(rename = "HS384")]
    Hs384,
}

impl SigningAlg {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::EdDsa, Self::Es256, Self::Es384, Self::Ps256, Self::Rs256, Self::Hs256, Self::Hs384];

    /// The registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
        }
    }

    /// Whether it is by a secret that both sides have.
    #[must_use]
    pub const fn is_symmetric(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384)
    }

    /// The one of that name, if it is offered. Ed25519 also has a name of its own (RFC 9864 §2.2).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = if name == "Ed25519" { "EdDSA" } else { name };
        Self::ALL.into_iter().find(|own| own.name() == name)
    }
}

impl From<SigningAlg> for jsonwebtoken::Algorithm {
    fn from(alg: SigningAlg) -> Self {
        match alg {
            SigningAlg::EdDsa => Self::EdDSA,
            SigningAlg::Es256 => Self::ES256,
            SigningAlg::Es384 => Self::ES384,
            SigningAlg::Ps256 => Self::PS256,
            SigningAlg::Rs256 => Self::RS256,
            SigningAlg::Hs256 => Self::HS256,
            SigningAlg::Hs384 => Self::HS384,
        }
    }
}

/// What kind of key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Ed25519,
    P256,
    P384,
    Rsa,
}

/// A public key that signatures can be checked with.
#[derive(Clone)]
pub struct ClientKey {
    kid: Option<String>,
    /// The one algorithm that it is for, if it says so.
    alg: Option<String>,
    kind: Kind,
    verifier: DecodingKey,
}

impl ClientKey {
    /// Whether signatures of this algorithm may be checked with it.
    fn fits(&self, alg: SigningAlg) -> bool {
        let kind = match alg {
            SigningAlg::EdDsa => Kind::Ed25519,
            SigningAlg::Es256 => Kind::P256,
            SigningAlg::Es384 => Kind::P384,
            SigningAlg::Ps256 | SigningAlg::Rs256 => Kind::Rsa,
            SigningAlg::Hs256 | SigningAlg::Hs384 => return false,
        };
        self.kind == kind && self.alg.as_ref().is_none_or(|own| SigningAlg::named(own) == Some(alg))
    }

    /// Whether a signature that names its key could mean either. Alternatives of another type or for another algorithm may
    /// have the same `kid` (RFC 7517 §4.5).
    fn is_confused_with(&self, other: &Self) -> bool {
        let alg = |key: &Self| key.alg.as_deref().map(SigningAlg::named);
        self.kid.is_some()
            && self.kid == other.kid
            && self.kind == other.kind
            && (alg(self).is_none() || alg(other).is_none() || alg(self) == alg(other))
    }

    /// What checks signatures.
    #[must_use]
    pub fn verifier(&self) -> &DecodingKey {
        &self.verifier
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientKey({:?} {:?})", self.kind, self.kid)
    }
}

/// The keys of a client: those that its signatures are checked with, and those that it is encrypted for.
#[derive(Clone, Debug, Default)]
pub struct ClientKeys(Vec<ClientKey>, Vec<jwe::PublicKey>);

impl ClientKeys {
    /// Reads a JWK Set that is registered: everything in it must be in order, and one key be of use.
    pub fn registered(jwks: &Value) -> Result<Self, String> {
        let keys = Self::read(jwks, |problem| Err(problem.to_owned()))?;
        if keys.0.is_empty() && keys.1.is_empty() {
            return Err("there is no key that is of use here".to_owned());
        }
        Ok(keys)
    }

    /// Reads a JWK Set that was fetched: what cannot be used in it is left out.
    pub fn fetched(jwks: &Value) -> Result<Self, String> {
        Self::read(jwks, |_| Ok(()))
    }

    fn read(jwks: &Value, refuse: impl Fn(&str) -> Result<(), String>) -> Result<Self, String> {
        let list = jwks.get("keys").and_then(Value::as_array);
        let list = list.ok_or("it is no JWK Set: an object with the list \"keys\"")?;
        if list.len() > MOST {
            return Err(format!("there are more than {MOST} keys"));
        }
        let mut keys: Vec<ClientKey> = Vec::new();
        let encryption = list.iter().filter_map(Value::as_object).filter_map(jwe::PublicKey::read);
        for jwk in list {
            match read_key(jwk) {
                Ok(Some(key)) if keys.iter().any(|other| key.is_confused_with(other)) => {
                    refuse("two keys have the same kid")?;
                }
                Ok(Some(key)) => keys.push(key),
                Ok(None) => {}
                Err(problem) => refuse(problem)?,
            }
        }
        Ok(Self(keys, encryption.collect()))
    }

    /// The first key that fits for encrypting.
    #[must_use]
    pub fn for_encryption(&self, alg: jwe::KeyAlg) -> Option<&jwe::PublicKey> {
        self.1.iter().find(|key| key.fits(alg))
    }

    /// The key that a signature is checked with: the one of that `kid`, and without one the only one that fits (OpenID
    /// Connect Core §10.1). It is for signatures and for this algorithm by its type and by what it says of itself.
    #[must_use]
    pub fn choose(&self, kid: Option<&str>, alg: SigningAlg) -> Option<&ClientKey> {
        let mut fitting = self
            .0
            .iter()
            .filter(|key| key.fits(alg) && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid)));
        let key = fitting.next()?;
        fitting.next().is_none().then_some(key)
    }
}

/// One key; none if it is not for checking signatures, or of a kind that Signet does not know.
fn read_key(jwk: &Value) -> Result<Option<ClientKey>, &'static str> {
    let jwk = jwk.as_object().ok_or("a key is no object")?;
    let text = |name: &str| match jwk.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err("a member of a key is no string"),
    };
    if PRIVATE.iter().any(|member| jwk.contains_key(*member)) {
        return Err("a key has a private member: register public keys only");
    }
    let kty = text("kty")?.ok_or("a key has no kty")?;
    if kty == "oct" {
        return Err("a key is symmetric: register public keys only");
    }
    let kid = text("kid")?;
    if kid.is_some_and(|kid| kid.is_empty() || kid.len() > LONGEST_KID) {
        return Err("a kid must have 1 to 256 characters");
    }
    if text("use")?.is_some_and(|purpose| purpose != "sig") || !may_verify(jwk)? {
        return Ok(None);
    }
    let (shape, verifier) = match (kty, text("crv")?) {
        ("RSA", _) => (Kind::Rsa, rsa(text("n")?, text("e")?)?),
        ("EC", Some("P-256")) => (Kind::P256, point(text("x")?, text("y")?, 32)?),
        ("EC", Some("P-384")) => (Kind::P384, point(text("x")?, text("y")?, 48)?),
        ("OKP", Some("Ed25519")) => {
            (Kind::Ed25519, DecodingKey::from_ed_der(&coordinate(text("x")?, 32)?))
        }
        _ => return Ok(None),
    };
    let own = |text: Option<&str>| text.map(str::to_owned);
    Ok(Some(ClientKey { kid: own(kid), alg: own(text("alg")?), kind: shape, verifier }))
}

/// RFC 7517 §4.3: what a key may be used for, if it says.
fn may_verify(jwk: &Map<String, Value>) -> Result<bool, &'static str> {
    match jwk.get("key_ops") {
        None => Ok(true),
        Some(Value::Array(operations)) => Ok(operations.iter().any(|name| name == "verify")),
        Some(_) => Err("key_ops is no list"),
    }
}

fn decode(text: Option<&str>) -> Result<Vec<u8>, &'static str> {
    let text = text.ok_or("a key lacks a member")?;
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| "a member of a key is no base64url")
}

fn coordinate(text: Option<&str>, length: usize) -> Result<Vec<u8>, &'static str> {
    let bytes = decode(text)?;
    if bytes.len() == length { Ok(bytes) } else { Err("a coordinate has the wrong length") }
}

/// SEC 1 §2.3.3: 0x04 ‖ x ‖ y. Whether it is on the curve is seen when it is used.
fn point(x: Option<&str>, y: Option<&str>, length: usize) -> Result<DecodingKey, &'static str> {
    let mut point = vec![4];
    point.extend(coordinate(x, length)?);
    point.extend(coordinate(y, length)?);
    Ok(DecodingKey::from_ec_der(&point))
}

fn rsa(n: Option<&str>, e: Option<&str>) -> Result<DecodingKey, &'static str> {
    let (n, e) = (decode(n)?, decode(e)?);
    let strip = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        bytes[zeros..].to_vec()
    };
    let (n, e) = (strip(&n), strip(&e));
    let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if !RSA_BITS.contains(&bits) {
        return Err("an RSA key must have 2048 to 8192 bits");
    }
    // 1 would have any text sign itself.
    if e.len() > 4 || e.last().is_none_or(|last| last & 1 == 0) || e == [1] {
        return Err("an RSA key has an exponent that is of no use");
    }
    Ok(DecodingKey::from_rsa_raw_components(&n, &e))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ed(kid: &str) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })
    }

    fn rsa(bits: usize, e: &str) -> Value {
        let n = BASE64_URL_SAFE_NO_PAD.encode(vec![0xc3; bits / 8]);
        json!({ "kty": "RSA", "n": n, "e": e })
    }

    fn with(mut jwk: Value, member: &str, value: Value) -> Value {
        jwk[member] = value;
        jwk
    }

    fn registered(keys: &Value) -> Result<ClientKeys, String> {
        ClientKeys::registered(&json!({ "keys": keys }))
    }

    #[test]
    fn keys_that_are_no_public_ones_or_weak_are_refused() {
        let p256 = json!({
            "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        });
        let many: Vec<Value> = (0..=MOST).map(|at| ed(&at.to_string())).collect();
        for (wrong, named) in [
            (json!([with(ed("a"), "d", json!("AAAA"))]), "private"),
            (json!([with(p256.clone(), "d", json!("AAAA"))]), "private"),
            (json!([with(rsa(2048, "AQAB"), "p", json!("AAAA"))]), "private"),
            (json!([{ "kty": "oct", "k": "c2VjcmV0" }]), "private"),
            (json!([{ "kty": "oct" }]), "symmetric"),
            (json!([rsa(1024, "AQAB")]), "2048"),
            (json!([rsa(2040, "AQAB")]), "2048"),
            (json!([rsa(16384, "AQAB")]), "8192"),
            (json!([rsa(2048, "AQ")]), "exponent"),
            (json!([rsa(2048, "AAEA")]), "exponent"),
            (json!([rsa(2048, "")]), "exponent"),
            (json!([rsa(2048, "AQAAAAAB")]), "exponent"),
            (json!([ed("a"), ed("a")]), "kid"),
            (json!([ed("")]), "kid"),
            (json!([ed(&"a".repeat(257))]), "kid"),
            (json!([with(ed("a"), "kid", json!(7))]), "string"),
            (json!([with(ed("a"), "x", json!("AAAA"))]), "length"),
            (json!([with(ed("a"), "x", json!("!"))]), "base64url"),
            (json!([with(p256, "y", Value::Null)]), "string"),
            (json!([{ "crv": "P-256" }]), "kty"),
            (json!([with(ed("a"), "key_ops", json!("verify"))]), "key_ops"),
            (json!(["key"]), "object"),
            (json!([with(ed("a"), "use", json!("enc"))]), "no key"),
            (json!([]), "no key"),
            (json!(many), "more than"),
            (json!("keys"), "JWK Set"),
        ] {
            let problem = registered(&wrong).expect_err(named);
            assert!(problem.contains(named), "{wrong}: {problem}");
        }
        assert!(registered(&json!([ed("a"), ed("b"), rsa(2048, "AQAB")])).is_ok());
    }

    #[test]
    fn what_cannot_be_used_of_a_fetched_set_is_left_out() {
        let set = json!({ "keys": [
            rsa(1024, "AQAB"), { "kty": "oct", "k": "AAAA" }, { "kty": "new" }, 7, ed("a"),
            with(rsa(2048, "AQAB"), "kid", json!("a")), ed("a"),
        ]});
        let keys = ClientKeys::fetched(&set).expect("a set");
        assert_eq!(keys.0.len(), 2, "{keys:?}");
        assert!(ClientKeys::fetched(&json!({ "error": "gone" })).is_err());
    }

    #[test]
    fn a_key_is_chosen_by_what_it_is_for() {
        let chosen = |keys: &Value, kid: Option<&str>, alg| {
            let keys = registered(keys).expect("a set");
            keys.choose(kid, alg).map(|key| key.kid.clone().unwrap_or_default())
        };
        let (a, b) = (Some("a".to_owned()), Some("b".to_owned()));
        let two = json!([ed("a"), ed("b")]);
        assert_eq!(chosen(&two, Some("b"), SigningAlg::EdDsa), b);
        assert_eq!(chosen(&two, Some("c"), SigningAlg::EdDsa), None, "unknown");
        assert_eq!(chosen(&two, None, SigningAlg::EdDsa), None, "which of both?");
        assert_eq!(chosen(&two, Some("a"), SigningAlg::Rs256), None, "of another type");
        let mixed = json!([ed("a"), with(rsa(2048, "AQAB"), "kid", json!("b"))]);
        assert_eq!(chosen(&mixed, None, SigningAlg::EdDsa), a);
        assert_eq!(chosen(&mixed, None, SigningAlg::Ps256), b);
        for symmetric in [SigningAlg::Hs256, SigningAlg::Hs384] {
            assert_eq!(chosen(&mixed, Some("b"), symmetric), None, "never by a public key");
        }
        let bound_rsa =
            |alg: &str| with(with(rsa(2048, "AQAB"), "kid", json!("a")), "alg", json!(alg));
        let alternatives = json!([ed("a"), bound_rsa("PS256"), bound_rsa("RS256")]);
        for alg in [SigningAlg::EdDsa, SigningAlg::Ps256, SigningAlg::Rs256] {
            assert_eq!(chosen(&alternatives, Some("a"), alg), a, "RFC 7517 section 4.5: {alg:?}");
        }
        assert!(registered(&json!([bound_rsa("PS256"), bound_rsa("PS256")])).is_err());
        assert!(registered(&json!([ed("a"), with(ed("a"), "alg", json!("EdDSA"))])).is_err());
        let bound =
            json!([with(with(rsa(2048, "AQAB"), "kid", json!("b")), "alg", json!("PS256"))]);
        assert_eq!(chosen(&bound, Some("b"), SigningAlg::Ps256), b);
        assert_eq!(chosen(&bound, Some("b"), SigningAlg::Rs256), None, "it names another one");
        let purposes = json!([
            ed("a"),
            with(ed("c"), "use", json!("enc")),
            with(ed("d"), "key_ops", json!(["encrypt"])),
        ]);
        assert_eq!(chosen(&purposes, Some("c"), SigningAlg::EdDsa), None);
        assert_eq!(chosen(&purposes, Some("d"), SigningAlg::EdDsa), None);
        assert_eq!(chosen(&purposes, None, SigningAlg::EdDsa), a);
    }
}
