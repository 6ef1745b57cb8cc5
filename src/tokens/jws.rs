//! JWS compact serialization (RFC 7515 §3.1, §5): what is signed here, and what is read of what comes back (RFC 7519
//! §7.2).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{TokenData, Validation};
use serde::{Serialize, de::DeserializeOwned};

use crate::keys::{
    Entry, KeySet,
    signing::{SigningKey, Type},
};

/// Longer than any token that Signet signs; more is refused unread.
const MAX_LENGTH: usize = 16 * 1024;

/// Signs `claims` with `key` under the given `typ`.
///
/// # Panics
/// Claims are structs of strings, numbers and lists, which always serialize.
#[must_use]
pub fn sign(key: &SigningKey, typ: Type, claims: &impl Serialize) -> String {
    let payload = serde_json::to_vec(claims).expect("claims serialize");
    let mut token = String::with_capacity(payload.len() * 4 / 3 + 512);
    token.push_str(key.header(typ));
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(&payload, &mut token);
    let signature = key.sign(token.as_bytes());
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
    token
}

/// Checks signature, algorithm, `typ` and `iss` of a token that says it is ours; `None` if any is wrong. With the claims
/// comes the key that signed them.
///
/// The key is chosen by `kid` among our own, and the algorithm is the key's: nothing in the token chooses either
/// (RFC 8725 §3.1), and key material named by a header (`jwk`, `jku`, `x5c`, `x5u`) is never looked at. Times are
/// the caller's to check, against its own clock.
#[must_use]
pub fn verify<'k, C: DeserializeOwned>(
    keys: &'k KeySet,
    issuer: &str,
    typ: Type,
    token: &str,
) -> Option<(C, &'k Entry)> {
    if token.len() > MAX_LENGTH {
        return None;
    }
    let header = jsonwebtoken::decode_header(token).ok()?;
    if !header.typ.as_deref().is_some_and(|name| typ.is_named(name)) || header.crit.is_some() {
        return None;
    }
    let entry = keys.by_kid(header.kid.as_deref()?)?;
    let mut validation = Validation::new(entry.key.alg.into());
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["iss"]);
    validation.validate_aud = false;
    validation.validate_exp = false;
    let TokenData { claims, .. } =
        jsonwebtoken::decode(token, entry.key.verifier(), &validation).ok()?;
    Some((claims, entry))
}
