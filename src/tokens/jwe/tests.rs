//! Against the examples of RFC 7520 §5 and RFC 7518 appendix C, and what is wrong.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeyPairComponents, KeySize},
    signature::KeyPair as _,
};

use proptest::prelude::*;

use super::{message::LONGEST, *};

fn bytes(jwk: &Value, member: &str) -> Vec<u8> {
    BASE64.decode(jwk[member].as_str().expect("a text")).expect("base64url")
}

/// The private key of a JWK.
fn private(jwk: &Value) -> PrivateKey {
    let kid = jwk["kid"].as_str().expect("a kid");
    let own = |member: &str| bytes(jwk, member);
    if jwk["kty"] == "RSA" {
        let components = KeyPairComponents {
            public_key: PublicKeyComponents { n: own("n"), e: own("e") },
            d: own("d"),
            p: own("p"),
            q: own("q"),
            dP: own("dp"),
            dQ: own("dq"),
            qInv: own("qi"),
        };
        let pair = KeyPair::from_components(&components).expect("a key");
        return PrivateKey::rsa(kid, pair.as_der().expect("DER").as_ref()).expect("a key");
    }
    let key = agreement::PrivateKey::from_private_key(&ECDH_P256, &own("d")).expect("a key");
    let der: Pkcs8V1Der<'_> = key.as_der().expect("DER");
    PrivateKey::p256(kid, der.as_ref()).expect("a key")
}

fn public(jwk: &Value) -> Option<PublicKey> {
    PublicKey::read(jwk.as_object().expect("an object"))
}

fn examples() -> Vec<Value> {
    serde_json::from_str(include_str!("rfc7520.json")).expect("JSON")
}

fn example(section: &str) -> (PrivateKey, String, Value) {
    let examples = examples();
    let found = examples.iter().find(|example| example["section"] == section).expect("there");
    let compact = found["compact"].as_str().expect("a text").to_owned();
    (private(&found["key"]), compact, found.clone())
}

#[test]
fn the_examples_of_rfc_7520_open() {
    for section in ["5.2", "5.5"] {
        let (key, compact, example) = example(section);
        let opened = decrypt(&[key], &compact).expect(section);
        assert_eq!(String::from_utf8(opened).expect("text"), example["plaintext"], "{section}");
    }
    // RSA1_5 is not offered, whoever has the key.
    let (key, compact, _) = example("5.1");
    assert_eq!(decrypt(&[key], &compact), None);
}

#[test]
fn the_key_of_rfc_7518_appendix_c_is_agreed_on() {
    let alice = json!({
        "kid": "a", "kty": "EC", "crv": "P-256",
        "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0", "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
        "d": "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo",
    });
    let bob = point(
        "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
        "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
    )
    .expect("a point");
    let Private::P256(alice) = private(&alice).key else { panic!("of P-256") };
    let agreed = agree(&alice, &bob, KeyAlg::EcdhEs, ContentAlg::A128Gcm, (b"Alice", b"Bob"));
    assert_eq!(BASE64.encode(&*agreed.expect("agreed")), "VqqN6vgjbSBcIijNcacQGg");
}

/// A key pair for each kind of key.
fn pairs() -> Vec<(PrivateKey, Value)> {
    let rsa = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let components = PublicKeyComponents::<Vec<u8>>::from(rsa.public_key());
    let rsa_jwk = json!({
        "kty": "RSA", "use": "enc", "kid": "r", "n": BASE64.encode(components.n), "e": BASE64.encode(components.e),
    });
    let ec = agreement::PrivateKey::generate(&ECDH_P256).expect("a key");
    let point = ec.compute_public_key().expect("a point").as_ref().to_vec();
    let ec_jwk = json!({
        "kty": "EC", "crv": "P-256", "kid": "e",
        "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..]),
    });
    let der: Pkcs8V1Der<'_> = ec.as_der().expect("DER");
    vec![
        (PrivateKey::rsa("r", rsa.as_der().expect("DER").as_ref()).expect("a key"), rsa_jwk),
        (PrivateKey::p256("e", der.as_ref()).expect("a key"), ec_jwk),
    ]
}

#[test]
fn what_is_encrypted_opens_and_what_was_changed_does_not() {
    let entropy = Entropy::system();
    let content = "what is said, of some length ä".repeat(9);
    for (private, jwk) in pairs() {
        let public = public(&jwk).expect("a key");
        let keys = [private];
        for alg in KeyAlg::ALL {
            for enc in ContentAlg::ALL {
                let sealed = public.encrypt(alg, enc, Some("JWT"), content.as_bytes(), &entropy);
                assert_eq!(sealed.is_some(), public.fits(alg), "{alg:?}");
                let Some(sealed) = sealed else { continue };
                assert_eq!(decrypt(&keys, &sealed).as_deref(), Some(content.as_bytes()));
                let again = public.encrypt(alg, enc, Some("JWT"), content.as_bytes(), &entropy);
                assert_ne!(again.as_ref(), Some(&sealed), "never the same twice");
                let parts: Vec<&str> = sealed.split('.').collect();
                for at in 0..5 {
                    for change in ["", "A", "AAAAAAAAAAAAAAAAAAAAAA", "!"] {
                        let mut changed = parts.clone();
                        changed[at] = change;
                        if changed[at] != parts[at] {
                            assert_eq!(decrypt(&keys, &changed.join(".")), None, "{at} {change}");
                        }
                    }
                    let Ok(mut bytes) = BASE64.decode(parts[at]) else { continue };
                    if let Some(last) = bytes.last_mut() {
                        *last ^= 1;
                        let flipped = BASE64.encode(bytes);
                        let mut changed = parts.clone();
                        changed[at] = &flipped;
                        assert_eq!(decrypt(&keys, &changed.join(".")), None, "{at}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_header_that_changes_the_meaning_is_refused() {
    let (key, compact, _) = example("5.5");
    let keys = [key];
    let (protected, rest) = compact.split_once('.').expect("parts");
    let header: Value =
        serde_json::from_slice(&BASE64.decode(protected).expect("base64url")).expect("JSON");
    for (member, value) in [
        ("zip", json!("DEF")),
        ("crit", json!(["x"])),
        ("alg", json!("dir")),
        ("alg", json!("RSA1_5")),
        ("alg", json!("PBES2-HS256+A128KW")),
        ("alg", json!("RSA-OAEP")),
        ("enc", json!("A128GCM")),
        ("kid", json!("another")),
        ("epk", json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" })),
        // Not on the curve.
        (
            "epk",
            json!({ "kty": "EC", "crv": "P-256", "x": BASE64.encode([1; 32]), "y": BASE64.encode([1; 32]) }),
        ),
        ("epk", Value::Null),
    ] {
        let mut changed = header.clone();
        changed[member] = value;
        let text = format!("{}.{rest}", BASE64.encode(changed.to_string()));
        assert_eq!(decrypt(&keys, &text), None, "{member}");
    }
    for text in ["", "....", "a.b.c", &"a".repeat(LONGEST + 1), &format!("{compact}.")] {
        assert_eq!(decrypt(&keys, text), None);
    }
}

proptest! {
    /// Whatever comes is read or not, and opens with no key of ours; nothing panics.
    #[test]
    fn what_no_one_encrypted_does_not_open(
        header in prop::sample::select(vec![
            json!({ "alg": "ECDH-ES", "enc": "A256GCM", "epk": {} }),
            json!({ "alg": "ECDH-ES", "enc": "A128CBC-HS256", "epk": { "kty": "EC", "crv": "P-256", "x": "", "y": "" } }),
            json!({ "alg": "RSA-OAEP-256", "enc": "A128GCM" }),
            json!({ "alg": "RSA-OAEP-256", "enc": "A128CBC-HS256", "kid": 1 }),
            json!([]),
        ]),
        parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6),
        text in ".{0,40}",
    ) {
        static KEYS: std::sync::LazyLock<Vec<PrivateKey>> =
            std::sync::LazyLock::new(|| pairs().into_iter().map(|(private, _)| private).collect());
        let rest: Vec<String> = parts.iter().map(|part| BASE64.encode(part)).collect();
        let made = format!("{}.{}", BASE64.encode(header.to_string()), rest.join("."));
        prop_assert_eq!(decrypt(&KEYS, &made), None);
        prop_assert_eq!(decrypt(&KEYS, &text), None);
    }
}

#[test]
fn a_key_is_for_encryption_or_left_out() {
    let (_, rsa) = pairs().remove(0);
    for (member, value, fits) in [
        ("use", json!("enc"), true),
        ("use", json!("sig"), false),
        ("alg", json!("RSA-OAEP-256"), true),
        ("alg", json!("RS256"), false),
        ("alg", json!("RSA1_5"), false),
        ("key_ops", json!(["wrapKey"]), true),
        ("key_ops", json!(["verify"]), false),
        ("n", json!(BASE64.encode([0xc3; 128])), false),
        ("kty", json!("oct"), false),
    ] {
        let mut jwk = rsa.clone();
        jwk[member] = value.clone();
        let found = public(&jwk).is_some_and(|key| key.fits(KeyAlg::RsaOaep256));
        assert_eq!(found, fits, "{member} {value}");
    }
}
