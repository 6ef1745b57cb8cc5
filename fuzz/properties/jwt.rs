//! JWTs that are presented: none but our own verifies, however a real one is bent.

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use signet::{
    clock::Timestamp,
    keys::{
        Entry, KeySet,
        signing::{Algorithm, SigningKey, Type},
    },
    tokens::jws,
};

const ISSUER: &str = "https://id.example";

static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let pkcs8 = SigningKey::generate(Algorithm::EdDsa).expect("a key");
    let key = SigningKey::from_pkcs8(Algorithm::EdDsa, &pkcs8).expect("its bytes");
    let entry = Entry { key: Arc::new(key), generation: 1, active_from: Timestamp::UNIX_EPOCH };
    KeySet::new(vec![entry])
});

static TOKEN: LazyLock<String> = LazyLock::new(|| {
    let key = &KEYS.entries()[0].key;
    jws::sign(key, Type::Access, &json!({ "iss": ISSUER, "sub": "someone" }))
});

/// Panics if `text` verifies, or a real token in which `text` stands at `at`, and is not the real one after all.
pub fn holds(at: usize, text: &str) {
    let verify = |token: &str| jws::verify::<Value>(&KEYS, ISSUER, Type::Access, token);
    assert!(verify(text).is_none(), "made up");
    let mut bent = TOKEN.clone();
    let at = at % (bent.len() + 1);
    bent.replace_range(at..(at + text.len()).min(bent.len()), text);
    if bent != *TOKEN {
        assert!(verify(&bent).is_none(), "bent");
    }
    assert!(verify(&TOKEN).is_some());
}
