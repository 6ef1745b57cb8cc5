//! JWTs as others write them, right or wrong.

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    hmac,
    rand::SystemRandom,
    rsa::PublicEncryptingKey,
    signature::{
        ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PSS_SHA256, RsaKeyPair,
    },
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use signet::keys::signing::{Algorithm, SigningKey};

use super::server::{claims, header};

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

/// An HMAC with SHA-384.
pub fn hs384(secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA384, secret), message).as_ref().to_vec()
}

/// What signs.
pub type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A new key for ES384, which none of our own has: its public half as a JWK, and what signs with it.
pub fn es384() -> (Value, Sign) {
    let key = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).expect("a key");
    let point = key.public_key().as_ref().to_vec();
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let jwk = json!({
        "kty": "EC", "crv": "P-384", "x": encode(&point[1..49]), "y": encode(&point[49..]),
    });
    let sign = move |message: &[u8]| {
        key.sign(&SystemRandom::new(), message).expect("signed").as_ref().to_vec()
    };
    (jwk, Box::new(sign))
}

/// The same for PS256.
pub fn ps256() -> (Value, Sign) {
    let pkcs8 = SigningKey::generate(Algorithm::Rs256).expect("a key");
    let jwk = SigningKey::from_pkcs8(Algorithm::Rs256, &pkcs8).expect("its own bytes");
    let jwk = merge(jwk.jwk().clone(), &json!({ "alg": "PS256" }));
    let key = RsaKeyPair::from_pkcs8(&pkcs8).expect("its own bytes");
    let sign = move |message: &[u8]| {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut signature).expect("signed");
        signature
    };
    (jwk, Box::new(sign))
}

/// The same JWT with this member once more in its header (0) or its claims (1), before those that it has.
pub fn twice(right: &str, part: usize, member: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let mut parts: Vec<String> = right.split('.').take(2).map(str::to_owned).collect();
    let text = BASE64_URL_SAFE_NO_PAD.decode(&parts[part]).expect("base64url");
    let text = String::from_utf8(text).expect("JSON");
    parts[part] = BASE64_URL_SAFE_NO_PAD.encode(format!("{{{member},{}", &text[1..]));
    let message = parts.join(".");
    let signature = BASE64_URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// A JWT that is right, and the same in every wrong way that a header or a signature can be (RFC 8725 §2). `public` is the
/// key that checks it, as others know it; `sign` is what signed it.
pub fn forged(
    right: &str,
    public: &Value,
    sign: &dyn Fn(&[u8]) -> Vec<u8>,
) -> Vec<(&'static str, String)> {
    let (head, said) = (header(right), claims(right));
    let stranger = key(Algorithm::Es256);
    let (message, signature) = right.rsplit_once('.').expect("a JWT");
    let under = |changes: Value, signer: &SigningKey| {
        jwt(&merge(head.clone(), &changes), &said, |message| signer.sign(message))
    };
    let by_mac = |secret: Vec<u8>| {
        jwt(&merge(head.clone(), &json!({ "alg": "HS256" })), &said, |m| hs256(&secret, m))
    };
    let none =
        |name: &str| jwt(&merge(head.clone(), &json!({ "alg": name })), &said, |_| Vec::new());
    let with = |signature: &[u8]| format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature));
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let raw = ["x", "n"].iter().find_map(|member| public[member].as_str()).unwrap_or_default();
    let jwk = stranger.jwk();
    let tampered = {
        let more = merge(said.clone(), &json!({ "extra": true }));
        let payload = BASE64_URL_SAFE_NO_PAD.encode(more.to_string());
        let first = right.split('.').next().expect("a header");
        format!("{first}.{payload}.{signature}")
    };
    let der = spki(public);
    let lines: Vec<String> = BASE64_STANDARD
        .encode(&der)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", lines.join("\n"));
    vec![
        ("none", none("none")),
        ("None", none("None")),
        ("NONE", none("NONE")),
        ("no alg", none("")),
        ("no signature", format!("{message}.")),
        ("two parts", message.to_owned()),
        ("tampered", tampered),
        ("a signature without its end", with(&bytes[..bytes.len() - 1])),
        ("half a signature", with(&bytes[..bytes.len() / 2])),
        ("a signature and more", with(&[&bytes[..], &[0]].concat())),
        ("HS256 by the JWK", by_mac(public.to_string().into_bytes())),
        ("HS256 by its number", by_mac(raw.as_bytes().to_vec())),
        ("HS256 by its bytes", by_mac(BASE64_URL_SAFE_NO_PAD.decode(raw).expect("base64url"))),
        ("HS256 by the DER", by_mac(der)),
        ("HS256 by the PEM", by_mac(pem.clone().into_bytes())),
        ("HS256 by the PEM and a newline", by_mac(format!("{pem}\n").into_bytes())),
        ("HS256 by nothing", by_mac(Vec::new())),
        ("another key of that kid", under(json!({ "alg": "ES256" }), &stranger)),
        (
            "a kid that is not known",
            under(json!({ "alg": "ES256", "kid": stranger.kid }), &stranger),
        ),
        ("no kid", under(json!({ "alg": "ES256", "kid": null }), &stranger)),
        ("jwk", under(json!({ "alg": "ES256", "jwk": jwk }), &stranger)),
        ("jwk alone", under(json!({ "alg": "ES256", "kid": null, "jwk": jwk }), &stranger)),
        ("jku", under(json!({ "alg": "ES256", "jku": "https://evil.example/jwks" }), &stranger)),
        ("x5u", under(json!({ "alg": "ES256", "x5u": "https://evil.example/x5u" }), &stranger)),
        ("x5c", under(json!({ "alg": "ES256", "x5c": ["AAAA"] }), &stranger)),
        // RFC 7515 §4: names are there once, or a parser may read another one than its neighbour.
        ("alg twice", twice(right, 0, "\"alg\":\"none\"", sign)),
        ("alg twice, the same", twice(right, 0, &format!("\"alg\":{}", head["alg"]), sign)),
    ]
}

/// A public key as certificates have it (RFC 5280 §4.1), in DER.
fn spki(public: &Value) -> Vec<u8> {
    let part = |name: &str| {
        let text = public[name].as_str().unwrap_or_default();
        BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64url")
    };
    // Of the algorithms: id-ecPublicKey with prime256v1, id-Ed25519, rsaEncryption.
    let (algorithm, key): (&[u8], Vec<u8>) = match public["kty"].as_str() {
        Some("EC") => (
            b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
            [&[4], &part("x")[..], &part("y")].concat(),
        ),
        Some("OKP") => (b"\x30\x05\x06\x03\x2b\x65\x70", part("x")),
        Some("RSA") => (
            b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00",
            der(0x30, &["n", "e"].map(|name| der(2, &unsigned_number(part(name)))).concat()),
        ),
        _ => return Vec::new(),
    };
    der(0x30, &[algorithm, &der(3, &[&[0], &key[..]].concat())].concat())
}

fn unsigned_number(bytes: Vec<u8>) -> Vec<u8> {
    if bytes.first().is_some_and(|first| *first >= 0x80) {
        return [&[0], &bytes[..]].concat();
    }
    bytes
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("short").to_be_bytes();
    let head = match content.len() {
        0..128 => vec![tag, length[1]],
        128..256 => vec![tag, 0x81, length[1]],
        _ => vec![tag, 0x82, length[0], length[1]],
    };
    [head, content.to_vec()].concat()
}

#[test]
fn a_key_is_written_as_others_write_it() {
    for alg in Algorithm::ALL {
        let own = key(alg);
        let read: Vec<u8> = match alg {
            Algorithm::Rs256 => {
                let key = PublicEncryptingKey::from_der(&spki(own.jwk())).expect("a key");
                let der: PublicKeyX509Der<'_> = key.as_der().expect("DER");
                der.as_ref().to_vec()
            }
            // Ours begin as RFC 8410 §10.1 and RFC 5480 §2 have them, and have the length that they say.
            Algorithm::EdDsa | Algorithm::Es256 => {
                let der = spki(own.jwk());
                assert_eq!(usize::from(der[1]), der.len() - 2);
                der
            }
        };
        assert_eq!(spki(own.jwk()), read, "{alg}");
    }
}
