//! ID tokens and `UserInfo` answers that are signed and encrypted for a client (OpenID Connect Core §5.3.2, §10.2), and
//! encryption held against a library of another language.

use std::{path::Path, process::Stdio};

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey as Agreement},
    encoding::{AsDer, Pkcs8V1Der},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use openidconnect::reqwest::{Method, header};
use serde_json::{Value, json};
use signet::{
    admin,
    entropy::Entropy,
    keys::signing::Algorithm,
    registry::client::Metadata,
    tokens::jwe::{ContentAlg, KeyAlg, PrivateKey, PublicKey, decrypt},
};

use crate::support::{
    SPA, Server,
    server::{claims, header as jose_header},
};

/// A key on P-256, with its public half as a JWK Set.
fn pair() -> ([PrivateKey; 1], Value) {
    let key = Agreement::generate(&ECDH_P256).expect("a key");
    let point = key.compute_public_key().expect("a point").as_ref().to_vec();
    let der: Pkcs8V1Der<'_> = key.as_der().expect("DER");
    let jwk = json!({
        "kty": "EC", "crv": "P-256", "use": "enc", "kid": "k",
        "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..]),
    });
    ([PrivateKey::p256("k", der.as_ref()).expect("a key")], json!({ "keys": [jwk] }))
}

async fn userinfo(server: &Server, token: &str) -> (String, String) {
    let request = server.request(Method::GET, "/userinfo").bearer_auth(token);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()[header::CONTENT_TYPE].to_str().expect("ASCII").to_owned();
    (kind, answer.text().await.expect("text"))
}

/// Whether a JWT is signed by the key of its `kid` at `/jwks`, as others check it.
async fn is_signed_by_what_is_published(server: &Server, jwt: &str) -> bool {
    let jwks: jsonwebtoken::jwk::JwkSet =
        server.get("/jwks").await.json().await.expect("a JWK Set");
    let head = jsonwebtoken::decode_header(jwt).expect("a header");
    let jwk = jwks.find(head.kid.as_deref().expect("a kid")).expect("published");
    let key = jsonwebtoken::DecodingKey::from_jwk(jwk).expect("a key");
    let mut validation = jsonwebtoken::Validation::new(head.alg);
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    validation.set_audience(&[SPA]);
    validation.set_issuer(&[&server.issuer]);
    jsonwebtoken::decode::<Value>(jwt, &key, &validation).is_ok()
}

#[tokio::test]
async fn userinfo_is_signed_encrypted_or_both_as_its_client_registered() {
    let server = Server::start().await;
    let (keys, jwks) = pair();
    let tokens = server.tokens(&mut server.browser(), &[("scope", "openid email")]).await;
    let (kind, plain) = userinfo(&server, &tokens.access).await;
    assert_eq!(kind, "application/json");
    let plain: Value = serde_json::from_str(&plain).expect("JSON");
    let signed_for = |claims: &Value| {
        let mut expected = plain.clone();
        expected["iss"] = server.issuer.as_str().into();
        expected["aud"] = SPA.into();
        assert_eq!(*claims, expected);
    };
    for alg in Algorithm::ALL {
        server.change_client(SPA, |spa| spa.userinfo_signed_response_alg = Some(alg)).await;
        let (kind, jwt) = userinfo(&server, &tokens.access).await;
        assert_eq!(kind, "application/jwt");
        assert_eq!(jose_header(&jwt)["alg"], alg.name());
        assert!(is_signed_by_what_is_published(&server, &jwt).await, "{alg}");
        let (message, _) = jwt.rsplit_once('.').expect("a JWT");
        assert!(!is_signed_by_what_is_published(&server, &format!("{message}.AAAA")).await);
        signed_for(&claims(&jwt));
        let by_post = server.post("/userinfo", &[("access_token", &tokens.access)]).await;
        assert_eq!(by_post.headers()[header::CONTENT_TYPE], "application/jwt");
    }
    server
        .change_client(SPA, |spa| {
            spa.jwks = Some(jwks);
            spa.userinfo_encrypted_response_alg = Some(KeyAlg::EcdhEs);
        })
        .await;
    let (kind, jwe) = userinfo(&server, &tokens.access).await;
    assert_eq!(kind, "application/jwt");
    let head = jose_header(&jwe);
    assert_eq!((&head["cty"], &head["kid"]), (&json!("JWT"), &json!("k")));
    assert_eq!(head["enc"], "A128CBC-HS256", "the default of Registration §2");
    let nested = String::from_utf8(decrypt(&keys, &jwe).expect("opens")).expect("text");
    signed_for(&claims(&nested));
    server.change_client(SPA, |spa| spa.userinfo_signed_response_alg = None).await;
    let (kind, jwe) = userinfo(&server, &tokens.access).await;
    assert_eq!(kind, "application/jwt");
    assert!(jose_header(&jwe).get("cty").is_none());
    let opened = decrypt(&keys, &jwe).expect("opens");
    assert_eq!(serde_json::from_slice::<Value>(&opened).expect("JSON"), plain);
}

#[tokio::test]
async fn an_id_token_is_signed_and_then_encrypted() {
    let server = Server::start().await;
    let (keys, jwks) = pair();
    for (alg, enc) in [
        (KeyAlg::EcdhEs, ContentAlg::A128Gcm),
        (KeyAlg::EcdhEsA256Kw, ContentAlg::A256Gcm),
        (KeyAlg::EcdhEsA256Kw, ContentAlg::A128CbcHs256),
    ] {
        let jwks = Some(jwks.clone());
        server
            .change_client(SPA, |spa| {
                spa.jwks = jwks;
                spa.id_token_encrypted_response_alg = Some(alg);
                spa.id_token_encrypted_response_enc = Some(enc);
            })
            .await;
        let tokens = server.tokens(&mut server.browser(), &[]).await;
        let id = tokens.id.expect("an ID token");
        let head = jose_header(&id);
        assert_eq!((&head["alg"], &head["enc"]), (&json!(alg.name()), &json!(enc.name())));
        let signed = String::from_utf8(decrypt(&keys, &id).expect("opens")).expect("text");
        assert_eq!(jose_header(&signed)["alg"], "RS256");
        assert_eq!(claims(&signed)["sub"], claims(&tokens.access)["sub"]);
        let (others, _) = pair();
        assert_eq!(decrypt(&others, &id), None);
    }
}

#[tokio::test]
async fn what_is_encrypted_needs_a_key_that_fits() {
    let server = Server::start().await;
    let (_, jwks) = pair();
    let refused = async |change: &dyn Fn(&mut Metadata)| {
        let row = signet::storage::clients::get(&server.db, SPA).await.expect("read");
        let mut client =
            signet::registry::client::Client::from_row(row.expect("there")).expect("a client");
        change(&mut client.metadata);
        admin::clients::put(&server.app, SPA, &client.metadata)
            .await
            .expect_err("refused")
            .to_string()
    };
    let problem = refused(&|spa| spa.id_token_encrypted_response_alg = Some(KeyAlg::EcdhEs)).await;
    assert!(problem.contains("no key for ECDH-ES"), "{problem}");
    let problem = refused(&|spa| {
        spa.jwks = Some(jwks.clone());
        spa.userinfo_encrypted_response_alg = Some(KeyAlg::RsaOaep256);
    })
    .await;
    assert!(problem.contains("no key for RSA-OAEP-256"), "{problem}");
    let problem =
        refused(&|spa| spa.userinfo_encrypted_response_enc = Some(ContentAlg::A256Gcm)).await;
    assert!(problem.contains("needs userinfo_encrypted_response_alg"), "{problem}");
}

async fn node(env: &[(&str, &str)]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/node/encrypt_jose.mjs");
    let output = tokio::process::Command::new("node")
        .arg(script)
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .await
        .expect("node; `make test` installs what it needs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[tokio::test]
async fn jose_of_npm_opens_what_we_encrypt_and_we_what_it_does() {
    let examples = include_str!("../../src/tokens/jwe/rfc7520.json");
    let examples: Vec<Value> = serde_json::from_str(examples).expect("JSON");
    let content = "said by one and understood by another: ä";
    for example in &examples[1..] {
        let mut jwk = example["key"].clone();
        jwk.as_object_mut().expect("an object").remove("alg");
        let public = PublicKey::read(jwk.as_object().expect("an object")).expect("a key");
        for alg in KeyAlg::ALL.into_iter().filter(|alg| public.fits(*alg)) {
            for enc in ContentAlg::ALL {
                let entropy = Entropy::system();
                let sealed = public.encrypt(alg, enc, None, content.as_bytes(), &entropy);
                let sealed = sealed.expect("encrypted");
                let key = jwk.to_string();
                let opened = node(&[
                    ("KEY", key.as_str()),
                    ("ALG", alg.name()),
                    ("DECRYPT", sealed.as_str()),
                ])
                .await;
                assert_eq!(opened, content, "{alg:?} {enc:?}");
                if jwk["kty"] == "EC" {
                    let text = node(&[
                        ("KEY", key.as_str()),
                        ("ALG", alg.name()),
                        ("ENC", enc.name()),
                        ("ENCRYPT", content),
                    ])
                    .await;
                    let bytes = BASE64.decode(jwk["d"].as_str().expect("d")).expect("base64url");
                    let private = Agreement::from_private_key(&ECDH_P256, &bytes).expect("a key");
                    let der: Pkcs8V1Der<'_> = private.as_der().expect("DER");
                    let keys = [PrivateKey::p256("k", der.as_ref()).expect("a key")];
                    let opened = decrypt(&keys, &text);
                    assert_eq!(opened.as_deref(), Some(content.as_bytes()), "{alg:?} {enc:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_code_is_not_spent_on_an_id_token_that_cannot_be_encrypted() {
    let server = Server::start().await;
    let (_, jwks) = pair();
    let mut browser = server.browser();
    let code = server.code(&mut browser, &[]).await;
    server
        .change_client(SPA, |spa| {
            spa.jwks_uri = Some("https://keys.invalid/jwks".to_owned());
            spa.id_token_encrypted_response_alg = Some(KeyAlg::EcdhEs);
        })
        .await;
    let answer = server.redeem(&code).await;
    assert_eq!(
        crate::support::server::error(answer).await,
        (503, "temporarily_unavailable".to_owned())
    );
    server
        .change_client(SPA, |spa| {
            spa.jwks_uri = None;
            spa.jwks = Some(jwks);
        })
        .await;
    assert_eq!(server.redeem(&code).await.status(), 200, "the same code, once the key is there");
    assert!(!server.events().await.contains(&"reuse.detected".to_owned()));
}

#[tokio::test]
async fn every_way_to_encrypt_is_one_that_the_endpoints_have() {
    // OpenID Connect Registration §2, Core §5.3.2, §10.2, by keys of RFC 7520 whose private halves are known.
    let server = Server::start().await;
    let mut browser = server.browser();
    let examples = include_str!("../../src/tokens/jwe/rfc7520.json");
    let examples: Vec<Value> = serde_json::from_str(examples).expect("JSON");
    let mut seen = 0;
    for alg in KeyAlg::ALL {
        let fits = |example: &&Value| {
            PublicKey::read(example["key"].as_object().expect("an object"))
                .is_some_and(|key| key.fits(alg))
        };
        let mut private = examples.iter().find(fits).expect("a key")["key"].clone();
        private.as_object_mut().expect("an object").remove("alg");
        let mut public = private.clone();
        for part in ["d", "p", "q", "dp", "dq", "qi"] {
            public.as_object_mut().expect("an object").remove(part);
        }
        public["use"] = "enc".into();
        let private = private.to_string();
        for enc in ContentAlg::ALL {
            let jwks = Some(json!({ "keys": [public] }));
            server
                .change_client(SPA, |spa| {
                    spa.jwks = jwks;
                    spa.id_token_encrypted_response_alg = Some(alg);
                    spa.id_token_encrypted_response_enc = Some(enc);
                    spa.userinfo_signed_response_alg = Some(Algorithm::Es256);
                    spa.userinfo_encrypted_response_alg = Some(alg);
                    spa.userinfo_encrypted_response_enc = Some(enc);
                })
                .await;
            let tokens = server.tokens(&mut browser, &[]).await;
            let (_, answer) = userinfo(&server, &tokens.access).await;
            for jwe in [tokens.id.expect("an ID token"), answer] {
                let head = jose_header(&jwe);
                let said = (head["alg"].as_str(), head["enc"].as_str(), head["cty"].as_str());
                assert_eq!(said, (Some(alg.name()), Some(enc.name()), Some("JWT")));
                let env = [("KEY", private.as_str()), ("ALG", alg.name()), ("DECRYPT", &jwe)];
                let signed = node(&env).await;
                assert!(is_signed_by_what_is_published(&server, &signed).await, "{alg:?} {enc:?}");
                assert_eq!(claims(&signed)["sub"], claims(&tokens.access)["sub"]);
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 2 * KeyAlg::ALL.len() * ContentAlg::ALL.len());
}
