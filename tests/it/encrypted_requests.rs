//! Request objects that are encrypted for us (RFC 9101 §6.1, OpenID Connect Core §6.3.1, §10.2), and the keys for that.

use std::{
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};
use signet::{
    entropy::Entropy,
    keys::{
        MasterKeys,
        encryption::EncryptionAlg,
        signing::{Algorithm, SigningKey},
    },
    registry::client::Metadata,
    storage,
    tokens::jwe::{ContentAlg, KeyAlg, PublicKey},
};
use time::Duration;

use crate::{
    request_objects::{beside, claims, outcome, publish, register, start},
    support::{
        Browser, CALLBACK, Options, SPA, Server,
        database::MASTER_KEY,
        jwe::sealed,
        jwt::{jwt, key, merge, signed, unsigned},
        server::{claims as claims_of, header},
    },
};

/// The key that is published for this.
async fn published(server: &Server, alg: EncryptionAlg) -> Value {
    let jwks: Value = server.get("/jwks").await.json().await.expect("JSON");
    let keys = jwks["keys"].as_array().expect("keys").clone();
    let mut found = keys.into_iter().filter(|key| key["use"] == "enc" && key["alg"] == alg.name());
    let key = found.next().expect("there is one");
    assert_eq!(found.next(), None, "and no other");
    key
}

/// Encrypts a JWT for a public key.
fn encrypt(jwk: &Value, alg: EncryptionAlg, enc: ContentAlg, content: &str) -> String {
    let public = PublicKey::read(jwk.as_object().expect("an object")).expect("a key");
    let sealed =
        public.encrypt(KeyAlg::from(alg), enc, Some("JWT"), content.as_bytes(), &Entropy::system());
    sealed.expect("it fits")
}

/// By RSA, as clients mostly do.
async fn usual(server: &Server, content: &str) -> String {
    let alg = EncryptionAlg::RsaOaep256;
    encrypt(&published(server, alg).await, alg, ContentAlg::A128CbcHs256, content)
}

/// What comes of a request object by value: the error with what is said of it, or `fine`.
async fn answered(browser: &mut Browser, object: &str) -> String {
    let answer = browser.get(&beside(&[("request", object), ("redirect_uri", CALLBACK)])).await;
    if answer.location().is_some_and(|to| to.starts_with("/interaction/")) {
        return "fine".to_owned();
    }
    let (_, parameters) = answer.callback();
    match parameters.get("error") {
        Some(error) => format!("{error}: {}", parameters["error_description"]),
        None => "fine".to_owned(),
    }
}

const CLOSED: &str = "invalid_request_object: the request object cannot be decrypted";

#[tokio::test]
async fn an_encrypted_request_is_answered_with_what_is_inside() {
    let (server, key) = start(Algorithm::Es256).await;
    let mut browser = server.signed_in().await;
    for alg in EncryptionAlg::ALL {
        let jwk = published(&server, alg).await;
        for enc in ContentAlg::ALL {
            let inside = signed(&key, &json!({}), &claims(&server, &json!({})));
            let object = encrypt(&jwk, alg, enc, &inside);
            let without = ["redirect_uri", "state", "nonce", "code_challenge"];
            let mut more: Vec<(&str, &str)> = without.map(|name| (name, "")).to_vec();
            more.extend([("code_challenge_method", ""), ("request", object.as_str())]);
            let answer = server.authorize(&mut browser, &more).await;
            let (url, parameters) = answer.callback();
            assert_eq!((&*url, &*parameters["state"]), (CALLBACK, "inside"), "{alg} {enc:?}");
            assert_eq!(server.redeem(&parameters["code"]).await.status(), 200);
        }
    }
}

#[tokio::test]
async fn an_encrypted_request_is_fetched() {
    // RFC 9101 §5.2, OpenID Connect Core §6.2.
    let text = Arc::new(Mutex::new(String::new()));
    let elsewhere = publish(&text, "no-store").await;
    let config = elsewhere.config();
    let server = Server::with(Options { config: &config, ..Options::default() }).await;
    let key = key(Algorithm::EdDsa);
    let uri = elsewhere.url("/request");
    register(&server, &json!({ "jwks": { "keys": [key.jwk()] }, "request_uris": [uri] })).await;
    let mut browser = server.browser();
    let path = beside(&[("request_uri", &uri)]);
    for alg in EncryptionAlg::ALL {
        let jwk = published(&server, alg).await;
        let inside = signed(&key, &json!({}), &claims(&server, &json!({ "prompt": "none" })));
        let object = encrypt(&jwk, alg, ContentAlg::A256Gcm, &inside);
        *text.lock().expect("a lock") = format!("{object}\n");
        assert_eq!(outcome(&mut browser, &path).await, "client: login_required", "{alg}");
        let (cut, _) = object.rsplit_once('.').expect("five parts");
        *text.lock().expect("a lock") = format!("{cut}.{}", BASE64.encode([0; 16]));
        let told = outcome(&mut browser, &path).await;
        assert_eq!(told, "person: invalid_request_object", "{alg}");
    }
}

#[tokio::test]
async fn what_is_inside_is_held_to_the_same_rules() {
    let (server, key) = start(Algorithm::Es256).await;
    let other = self::key(Algorithm::Es256);
    let mut browser = server.browser();
    let all = claims(&server, &json!({}));
    let inside = signed(&key, &json!({}), &all);
    let bare = unsigned(&all);
    let past = signed(&key, &json!({}), &merge(all.clone(), &json!({ "exp": 1 })));
    let refused = "invalid_request_object";
    for (what, content, expected) in [
        ("signed", inside.clone(), "fine"),
        // RFC 9101 §6.2.
        ("by another key", signed(&other, &json!({}), &all), refused),
        // RFC 9101 §10.1.
        ("not signed", bare.clone(), "request_not_supported"),
        // RFC 9101 §4: signed, then encrypted.
        ("claims alone", all.to_string(), refused),
        ("encrypted twice", usual(&server, &inside).await, refused),
        ("nothing", String::new(), refused),
        ("no text", "\u{0}".to_owned(), refused),
        ("past", past, refused),
    ] {
        let object = usual(&server, &content).await;
        let told = answered(&mut browser, &object).await;
        assert_eq!(told.split(':').next(), Some(expected), "{what}: {told}");
    }
    register(&server, &json!({ "request_object_signing_alg": "none" })).await;
    assert_eq!(answered(&mut browser, &usual(&server, &bare).await).await, "fine");
    let told = answered(&mut browser, &usual(&server, &inside).await).await;
    assert!(told.starts_with(refused), "{told}");
}

#[tokio::test]
async fn whatever_is_wrong_with_the_encryption_the_answer_is_the_same() {
    let (server, key) = start(Algorithm::Es256).await;
    let mut browser = server.browser();
    let inside = signed(&key, &json!({}), &claims(&server, &json!({})));
    let ours = published(&server, EncryptionAlg::RsaOaep256).await;
    let jwks: Value = server.get("/jwks").await.json().await.expect("JSON");
    let signing = jwks["keys"].as_array().expect("keys").iter().find(|key| key["alg"] == "RS256");
    let signing = signing.expect("a key that signs");
    let with = |changes: Value| sealed(&ours, &changes, &inside);
    let (right, other) = (with(json!({})), with(json!({})));
    assert_eq!(answered(&mut browser, &right).await, "fine", "the tool itself is right");
    let parts: Vec<&str> = right.split('.').collect();
    let others: Vec<&str> = other.split('.').collect();
    let note = with(json!({ "note": 1 }));
    let (noted, _) = note.split_once('.').expect("five parts");
    let changed = |at: usize, part: &str| {
        let mut all = parts.clone();
        all[at] = part;
        all.join(".")
    };
    let flipped = |at: usize| {
        let mut bytes = BASE64.decode(parts[at]).expect("base64url");
        bytes[0] ^= 1;
        changed(at, &BASE64.encode(bytes))
    };
    let wrong = [
        // RFC 7516 §5.2: header, key, vector, text and tag go together.
        ("another header", changed(0, noted)),
        ("another one's key", changed(1, others[1])),
        ("a key that does not open", flipped(1)),
        ("no key", changed(1, "")),
        ("a short key", changed(1, "AAAA")),
        ("vector", flipped(2)),
        ("no vector", changed(2, "")),
        ("text", flipped(3)),
        ("no text", changed(3, "")),
        ("tag", flipped(4)),
        ("a short tag", changed(4, &parts[4][..8])),
        ("no tag", changed(4, "")),
        ("no base64url", changed(3, "!")),
        ("nothing", "....".to_owned()),
        // RFC 7516 §4.1.6, §5.2: no key but one of ours that is for this.
        ("kid", with(json!({ "kid": "another" }))),
        ("a signing key's kid", with(json!({ "kid": signing["kid"] }))),
        ("for a signing key", sealed(signing, &json!({}), &inside)),
        ("for a signing key, unnamed", sealed(signing, &json!({ "kid": null }), &inside)),
        // RFC 7518 §4, §5: what is not offered.
        ("RSA1_5", with(json!({ "alg": "RSA1_5" }))),
        ("RSA-OAEP", with(json!({ "alg": "RSA-OAEP" }))),
        ("dir", with(json!({ "alg": "dir" }))),
        ("A256KW", with(json!({ "alg": "A256KW" }))),
        ("no alg", with(json!({ "alg": null }))),
        ("another kind of key", with(json!({ "alg": "ECDH-ES" }))),
        ("another enc", with(json!({ "enc": "A192GCM" }))),
        ("an enc that it is not", with(json!({ "enc": "A128CBC-HS256" }))),
        // RFC 7516 §4.1.3, §4.1.13.
        ("zip", with(json!({ "zip": "DEF" }))),
        ("crit", with(json!({ "crit": ["exp"] }))),
        // RFC 7519 §5.2.
        ("cty", with(json!({ "cty": "json" }))),
    ];
    for (what, object) in wrong {
        assert_eq!(answered(&mut browser, &object).await, CLOSED, "{what}");
    }
    // RFC 7516 §4.1.4, §4.1.5: keys that it brings along are not looked at.
    let mine = self::key(Algorithm::Rs256);
    for fine in [
        json!({ "kid": null }),
        json!({ "cty": null }),
        json!({ "cty": "jwt" }),
        json!({ "jwk": mine.jwk() }),
        json!({ "jku": "https://evil.example/jwks", "x5u": "https://evil.example/x5u" }),
    ] {
        assert_eq!(answered(&mut browser, &with(fine.clone())).await, "fine", "{fine}");
    }
    let mine = mine.jwk();
    let object = sealed(mine, &json!({ "jwk": mine, "kid": null }), &inside);
    assert_eq!(answered(&mut browser, &object).await, CLOSED);
}

#[tokio::test]
async fn what_is_registered_is_not_the_only_way() {
    // OpenID Connect Registration §2: the client may use others, or none.
    let (server, key) = start(Algorithm::EdDsa).await;
    let metadata = json!({
        "request_object_encryption_alg": "ECDH-ES", "request_object_encryption_enc": "A256GCM",
    });
    register(&server, &metadata).await;
    let mut browser = server.browser();
    let inside = signed(&key, &json!({}), &claims(&server, &json!({})));
    assert_eq!(answered(&mut browser, &inside).await, "fine");
    for (alg, enc) in [
        (EncryptionAlg::EcdhEs, ContentAlg::A256Gcm),
        (EncryptionAlg::EcdhEs, ContentAlg::A128CbcHs256),
        (EncryptionAlg::RsaOaep256, ContentAlg::A256Gcm),
    ] {
        let object = encrypt(&published(&server, alg).await, alg, enc, &inside);
        assert_eq!(answered(&mut browser, &object).await, "fine", "{alg:?} {enc:?}");
    }
}

#[tokio::test]
async fn what_is_too_long_is_not_decrypted() {
    let text = Arc::new(Mutex::new(String::new()));
    let elsewhere = publish(&text, "no-store").await;
    let config = elsewhere.config();
    let server = Server::with(Options { config: &config, ..Options::default() }).await;
    let key = key(Algorithm::EdDsa);
    let uri = elsewhere.url("/request");
    register(&server, &json!({ "jwks": { "keys": [key.jwk()] }, "request_uris": [uri] })).await;
    let mut browser = server.browser();
    // By what is inside, which gets longer twice.
    for (length, by_value, by_reference) in [
        (6 * 1024, "fine", "fine"),
        (12 * 1024, "person: invalid_request", "fine"),
        (24 * 1024, "person: invalid_request", "person: invalid_request_uri"),
    ] {
        let long = "a".repeat(length);
        let inside = signed(&key, &json!({}), &claims(&server, &json!({ "padding": long })));
        let object = usual(&server, &inside).await;
        let told = outcome(&mut browser, &beside(&[("request", &object)])).await;
        assert_eq!(told, by_value, "{length}");
        *text.lock().expect("a lock") = object;
        let told = outcome(&mut browser, &beside(&[("request_uri", &uri)])).await;
        assert_eq!(told, by_reference, "{length}");
    }
}

#[tokio::test]
async fn only_what_can_be_right_takes_a_place_among_those_that_are_decrypted() {
    let (server, key) = start(Algorithm::EdDsa).await;
    let mut browser = server.browser();
    let inside = signed(&key, &json!({}), &claims(&server, &json!({})));
    let ours = published(&server, EncryptionAlg::RsaOaep256).await;
    let right = sealed(&ours, &json!({}), &inside);
    let all = u32::try_from(server.app.decrypting.available_permits()).expect("few");
    let taken = server.app.decrypting.acquire_many(all).await.expect("open");
    assert_eq!(answered(&mut browser, &inside).await, "fine", "there is nothing to decrypt");
    for changes in [json!({ "kid": "another" }), json!({ "alg": "RSA-OAEP" }), json!({ "zip": "" })]
    {
        let object = sealed(&ours, &changes, &inside);
        assert_eq!(answered(&mut browser, &object).await, CLOSED, "{changes}");
    }
    let unknown = beside(&[("client_id", "nobody"), ("request", &right)]);
    assert!(outcome(&mut browser, &unknown).await.starts_with("person: "));
    let busy = answered(&mut browser, &right).await;
    assert!(busy.starts_with("temporarily_unavailable"), "{busy}");
    drop(taken);
    assert_eq!(answered(&mut browser, &right).await, "fine");
}

#[tokio::test]
async fn a_former_key_opens_until_its_end_and_is_then_removed() {
    // OpenID Connect Core §10.2.1.
    let (server, key) = start(Algorithm::EdDsa).await;
    let mut browser = server.browser();
    let alg = EncryptionAlg::RsaOaep256;
    let former = published(&server, alg).await;
    let kids = async || {
        let kids = sqlx::query_scalar("SELECT kid FROM encryption_keys WHERE alg = 'RSA-OAEP-256'");
        let kids: Vec<String> = kids.fetch_all(&server.db).await.expect("keys");
        kids
    };
    let opens = async |browser: &mut Browser, jwk: &Value| {
        let inside = signed(&key, &json!({}), &claims(&server, &json!({})));
        let named = answered(browser, &sealed(jwk, &json!({}), &inside)).await;
        let unnamed = answered(browser, &sealed(jwk, &json!({ "kid": null }), &inside)).await;
        assert_eq!(named, unnamed);
        named
    };
    server.advance(Duration::days(89));
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(kids().await.len(), 2, "the next one is made");
    assert_eq!(published(&server, alg).await, former, "and is not published yet");
    server.advance(Duration::days(1));
    let next = published(&server, alg).await;
    assert_ne!(next, former);
    assert_eq!(opens(&mut browser, &next).await, "fine");
    // A day for what keeps the JWKS, and one for what was made by it.
    server.advance(Duration::days(2) - Duration::SECOND);
    assert_eq!(opens(&mut browser, &former).await, "fine");
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(kids().await.len(), 2);
    server.advance(Duration::SECOND);
    assert_eq!(opens(&mut browser, &former).await, CLOSED);
    server.advance(Duration::minutes(1));
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(kids().await, [next["kid"].as_str().expect("a kid")]);
    assert!(server.app.keys.encryption().by_kid(former["kid"].as_str().expect("a kid")).is_none());
    assert_eq!(opens(&mut browser, &next).await, "fine");
}

#[tokio::test]
async fn every_replica_opens_what_one_published_and_forgets_what_one_removed() {
    let (one, key) = start(Algorithm::EdDsa).await;
    let two = one.replica().await;
    let alg = EncryptionAlg::EcdhEs;
    let former = published(&one, alg).await;
    let now = one.clock.now();
    let made = one.app.keys.add_encryption(&one.db, alg, true, now).await.expect("made");
    let kid = made.expect("new");
    assert_eq!(published(&one, alg).await, former, "not before others can know it");
    two.follow().await;
    one.advance(Duration::seconds(5));
    let (here, there) = (published(&one, alg).await, published(&two, alg).await);
    assert_eq!((&here, here["kid"].as_str()), (&there, Some(kid.as_str())));
    let inside = signed(&key, &json!({}), &claims(&two, &json!({})));
    let object = encrypt(&here, alg, ContentAlg::A128Gcm, &inside);
    assert_eq!(answered(&mut two.browser(), &object).await, "fine");
    one.advance(Duration::days(3));
    assert_eq!(one.app.keys.remove_over(&one.db, one.clock.now()).await.expect("removed"), 1);
    two.follow().await;
    let former = former["kid"].as_str().expect("a kid");
    assert!(two.app.keys.encryption().by_kid(former).is_none());
}

#[tokio::test]
async fn a_key_that_clients_encrypt_for_signs_nothing() {
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[("scope", "openid read")]).await;
    assert!(server.is_active(&tokens.access).await);
    let master = MasterKeys::parse(MASTER_KEY).expect("a master key");
    for row in storage::keys::encryption_keys(&server.db).await.expect("keys") {
        let place = format!("encryption_keys:{}", row.kid);
        let pkcs8 = master.open(&place, &row.sealed).expect("it opens");
        let place = format!("signing_keys:{}", row.kid);
        assert!(master.open(&place, &row.sealed).is_err(), "in its own place alone");
        let alg = if row.alg == "ECDH-ES" { Algorithm::Es256 } else { Algorithm::Rs256 };
        let key = SigningKey::from_pkcs8(alg, &pkcs8).expect("the same kind of key");
        assert_eq!(key.kid, row.kid);
        assert!(server.app.keys.set().by_kid(&row.kid).is_none());
        let forged = |right: &str| {
            let head = merge(header(right), &json!({ "alg": alg.name(), "kid": key.kid }));
            jwt(&head, &claims_of(right), |message| key.sign(message))
        };
        assert!(!server.is_active(&forged(&tokens.access)).await, "{alg}");
        let hint = forged(tokens.id.as_deref().expect("an ID token"));
        let path = crate::support::flow::authorize_path(&[("id_token_hint", &hint)]);
        assert_eq!(outcome(&mut server.browser(), &path).await, "client: invalid_request");
    }
}

#[tokio::test]
async fn a_manifest_says_how_requests_are_encrypted_and_only_what_there_is() {
    let server = Server::start().await;
    let manifest = |more: &str| {
        format!(
            "[[client]]\nclient_id = \"signer\"\nclient_name = \"Signer\"\n\
             token_endpoint_auth_method = \"none\"\ngrant_types = [\"authorization_code\"]\n\
             redirect_uris = [\"https://signer.example/cb\"]\nscopes = [\"openid\"]\n{more}"
        )
    };
    let right = "request_object_encryption_alg = \"RSA-OAEP-256\"\n\
                 request_object_encryption_enc = \"A128GCM\"";
    server.apply(&manifest(right)).await;
    let row = storage::clients::get(&server.db, "signer").await.expect("read").expect("there");
    let stored: Metadata = serde_json::from_value(row.metadata).expect("metadata");
    assert_eq!(stored.requests.request_object_encryption_alg, Some(EncryptionAlg::RsaOaep256));
    assert_eq!(stored.requests.request_object_encryption_enc, Some(ContentAlg::A128Gcm));
    // OpenID Connect Registration §2, and what is not offered.
    for wrong in [
        "request_object_encryption_alg = \"RSA-OAEP\"",
        "request_object_encryption_alg = \"dir\"",
        "request_object_encryption_alg = \"none\"",
        "request_object_encryption_enc = \"A128GCM\"",
    ] {
        use signet::admin::manifest::{self, Manifest};
        let refused = match Manifest::parse(&manifest(wrong)) {
            Ok(parsed) => manifest::plan(&server.db, &parsed).await.is_err(),
            Err(_) => true,
        };
        assert!(refused, "{wrong}");
    }
    // What is registered otherwise stays as it was.
    let row = storage::clients::get(&server.db, SPA).await.expect("read").expect("there");
    assert!(row.metadata.get("request_object_encryption_alg").is_none());
}

/// Has a program of another language sign a request and encrypt it for what it finds at our `jwks_uri`.
async fn made_by(program: &str, script: &str, env: &[(&str, &str)]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
    let output = tokio::process::Command::new(program)
        .arg(folder.join(script))
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap_or_else(|error| panic!("{program}: {error}; `make test` installs what it needs"));
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_jose_of_npm_and_joserfc_of_pypi_encrypt_is_read() {
    let server = Server::start().await;
    let pkcs8 = SigningKey::generate(Algorithm::Es256).expect("a key");
    let key = SigningKey::from_pkcs8(Algorithm::Es256, &pkcs8).expect("its own bytes");
    register(&server, &json!({ "jwks": { "keys": [key.jwk()] } })).await;
    let private = base64::prelude::BASE64_STANDARD.encode(&*pkcs8);
    let inside = claims(&server, &json!({})).to_string();
    let mut browser = server.browser();
    let python = crate::foreign::python();
    for (program, script) in [
        ("node", "node/request_object_jose.mjs"),
        (python.as_str(), "python/request_object_joserfc.py"),
    ] {
        for alg in EncryptionAlg::ALL {
            for enc in ContentAlg::ALL {
                let env = [
                    ("ISSUER", server.issuer.as_str()),
                    ("CLIENT_KEY", private.as_str()),
                    ("CLIENT_KID", key.kid.as_str()),
                    ("CLAIMS", inside.as_str()),
                    ("ALG", alg.name()),
                    ("ENC", enc.name()),
                ];
                let object = made_by(program, script, &env).await;
                assert_eq!(header(&object)["alg"], alg.name());
                let told = answered(&mut browser, &object).await;
                assert_eq!(told, "fine", "{script} {alg} {enc:?}");
            }
        }
    }
}
