//! JWTs as others write them, right or wrong.

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use signet::keys::signing::{Algorithm, SigningKey};

/// A new key.
pub fn key(alg: Algorithm) -> SigningKey {
    let pkcs8 = SigningKey::generate(alg).expect("a key");
    SigningKey::from_pkcs8(alg, &pkcs8).expect("its own bytes")
}

/// `into` with these members replaced; null takes one away.
pub fn merge(mut into: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().into_iter().flatten() {
        if value.is_null() {
            into.as_object_mut().expect("an object").remove(name);
        } else {
            into[name] = value.clone();
        }
    }
    into
}

/// A JWT with this signature.
pub fn jwt(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let encode = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// One by a key, with the header changed.
pub fn signed(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let usual = json!({ "alg": key.alg.name(), "kid": key.kid });
    jwt(&merge(usual, header), claims, |message| key.sign(message))
}

/// One that is not signed.
pub fn unsigned(claims: &Value) -> String {
    jwt(&json!({ "alg": "none" }), claims, |_| Vec::new())
}

/// An HMAC with SHA-256.
pub fn hs256(secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
}
