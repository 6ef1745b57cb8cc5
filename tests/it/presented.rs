//! JWTs that are presented: none counts but by the key, the algorithm and for the purpose that it is taken for (RFC 8725).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use openidconnect::reqwest::Method;
use serde_json::{Value, json};
use signet::keys::signing::{Algorithm, SigningKey};

use crate::support::{
    SPA, Server, Tokens,
    flow::authorize_path,
    jwt::{hs256, jwt, key, merge, signed},
    server::{claims, header},
};

/// A token that is right, and the same in every wrong way that a header or a signature can be. `public` is the key that
/// checks it, as others know it.
fn forged(right: &str, public: &Value) -> Vec<(&'static str, String)> {
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
    let raw = ["x", "n"].iter().find_map(|member| public[member].as_str()).unwrap_or_default();
    let jwk = stranger.jwk();
    let tampered = {
        let more = merge(said.clone(), &json!({ "extra": true }));
        let payload = BASE64_URL_SAFE_NO_PAD.encode(more.to_string());
        let first = right.split('.').next().expect("a header");
        format!("{first}.{payload}.{signature}")
    };
    vec![
        ("none", none("none")),
        ("None", none("None")),
        ("NONE", none("NONE")),
        ("no alg", none("")),
        ("no signature", format!("{message}.")),
        ("two parts", message.to_owned()),
        ("tampered", tampered),
        ("HS256 by the JWK", by_mac(public.to_string().into_bytes())),
        ("HS256 by its number", by_mac(raw.as_bytes().to_vec())),
        ("HS256 by its bytes", by_mac(BASE64_URL_SAFE_NO_PAD.decode(raw).expect("base64url"))),
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
    ]
}

/// The same claims changed, by a key of our own.
fn ours(server: &Server, right: &str, head: &Value, changes: &Value) -> String {
    let set = server.app.keys.set();
    let kid = header(right)["kid"].as_str().expect("a kid").to_owned();
    let entry = set.by_kid(&kid).expect("our own");
    let head = merge(header(right), head);
    jwt(&head, &merge(claims(right), changes), |message| entry.key.sign(message))
}

fn public(server: &Server, right: &str) -> Value {
    let kid = header(right)["kid"].as_str().expect("a kid").to_owned();
    server.app.keys.set().by_kid(&kid).expect("our own").key.jwk().clone()
}

async fn tokens(server: &Server) -> Tokens {
    server.tokens(&mut server.browser(), &[("scope", "openid read")]).await
}

#[tokio::test]
async fn an_id_token_hint_counts_if_it_is_one_of_ours_for_this_client() {
    let server = Server::start().await;
    let tokens = tokens(&server).await;
    let right = tokens.id.expect("an ID token");
    let mut browser = server.browser();
    let told = async |browser: &mut crate::support::Browser, hint: &str| {
        let path = authorize_path(&[("id_token_hint", hint), ("prompt", "none")]);
        browser.get(&path).await.callback().1["error"].clone()
    };
    assert_eq!(told(&mut browser, &right).await, "login_required");
    let same = ours(&server, &right, &json!({}), &json!({}));
    assert_eq!(told(&mut browser, &same).await, "login_required", "the tool itself is right");
    let mut wrong = forged(&right, &public(&server, &right));
    wrong.extend([
        ("aud", ours(&server, &right, &json!({}), &json!({ "aud": "web" }))),
        ("iss", ours(&server, &right, &json!({}), &json!({ "iss": "https://evil.example" }))),
        ("crit", ours(&server, &right, &json!({ "crit": ["exp"] }), &json!({}))),
        ("typ", ours(&server, &right, &json!({ "typ": "at+jwt" }), &json!({}))),
        ("an access token", tokens.access),
    ]);
    for (what, hint) in wrong {
        assert_eq!(told(&mut browser, &hint).await, "invalid_request", "{what}");
    }
}

#[tokio::test]
async fn an_access_token_opens_what_it_is_for_if_it_is_one_of_ours() {
    let server = Server::start().await;
    let tokens = tokens(&server).await;
    let right = &tokens.access;
    let opens = async |token: &str| {
        let request = server.request(Method::GET, "/userinfo").bearer_auth(token);
        let answer = request.send().await.expect("an answer").status().as_u16();
        (answer, server.is_active(token).await)
    };
    assert_eq!(opens(right).await, (200, true));
    let same = ours(&server, right, &json!({}), &json!({}));
    assert_eq!(opens(&same).await, (200, true), "the tool itself is right");
    let now = server.clock.now().unix_timestamp();
    let mut wrong = forged(right, &public(&server, right));
    wrong.extend([
        ("iss", ours(&server, right, &json!({}), &json!({ "iss": "https://evil.example" }))),
        ("exp", ours(&server, right, &json!({}), &json!({ "exp": now - 1, "iat": now - 60 }))),
        ("no exp", ours(&server, right, &json!({}), &json!({ "exp": null }))),
        ("crit", ours(&server, right, &json!({ "crit": ["exp"] }), &json!({}))),
        ("typ", ours(&server, right, &json!({ "typ": "JWT" }), &json!({}))),
        ("no typ", ours(&server, right, &json!({ "typ": null }), &json!({}))),
        ("an ID token", tokens.id.clone().expect("an ID token")),
    ]);
    for (what, token) in wrong {
        assert_eq!(opens(&token).await, (401, false), "{what}");
    }
    let elsewhere = ours(&server, right, &json!({}), &json!({ "aud": "https://other.example" }));
    assert!(!opens(&elsewhere).await.1, "it is for another resource");
}

#[tokio::test]
async fn a_client_proves_itself_and_its_requests_by_its_own_keys_alone() {
    let server = Server::start().await;
    let own = key(Algorithm::Es256);
    server
        .change_client(SPA, |metadata| metadata.jwks = Some(json!({ "keys": [own.jwk()] })))
        .await;
    let now = server.clock.now().unix_timestamp();
    let machine = json!({
        "client_name": "Machine", "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["client_credentials"], "scopes": ["read"],
        "resources": [crate::support::API], "jwks": { "keys": [own.jwk()] },
    });
    let machine = serde_json::from_value(machine).expect("metadata");
    signet::admin::clients::put(&server.app, "machine", &machine).await.expect("registered");
    server.follow().await;

    let authenticates = async |assertion: &str| {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", kind),
            ("client_assertion", assertion),
        ];
        server.post("/token", &form).await.status().as_u16()
    };
    let assertion = |changes: Value| {
        let usual = json!({
            "iss": "machine", "sub": "machine", "aud": server.issuer, "jti": server.app.uuid(),
            "iat": now, "exp": now + 60,
        });
        signed(&own, &json!({}), &merge(usual, &changes))
    };
    assert_eq!(authenticates(&assertion(json!({}))).await, 200);
    let mut wrong = forged(&assertion(json!({})), own.jwk());
    wrong.extend([
        ("aud", assertion(json!({ "aud": "https://other.example" }))),
        ("iss", assertion(json!({ "iss": SPA }))),
        ("exp", assertion(json!({ "exp": now - 60 }))),
        ("no exp", assertion(json!({ "exp": null }))),
        ("our own token", tokens(&server).await.access),
    ]);
    for (what, assertion) in wrong {
        assert_eq!(authenticates(&assertion).await, 401, "{what}");
    }

    let mut browser = server.browser();
    let request = |changes: Value| {
        let usual = json!({ "iss": SPA, "aud": server.issuer, "exp": now + 60, "state": "inside" });
        signed(&own, &json!({}), &merge(usual, &changes))
    };
    let told = async |browser: &mut crate::support::Browser, object: &str| {
        let path = authorize_path(&[("request", object), ("prompt", "none")]);
        browser.get(&path).await.callback().1["error"].clone()
    };
    assert_eq!(told(&mut browser, &request(json!({}))).await, "login_required");
    let mut wrong = forged(&request(json!({})), own.jwk());
    // Nothing is wrong with that one but that it is not offered to this client.
    wrong.retain(|(what, _)| *what != "none");
    let spa = tokens(&server).await;
    wrong.extend([
        ("aud", request(json!({ "aud": "https://other.example" }))),
        ("iss", request(json!({ "iss": "machine" }))),
        ("exp", request(json!({ "exp": now - 60 }))),
        ("an assertion", request(json!({ "sub": SPA }))),
        ("an ID token", spa.id.expect("an ID token")),
        ("an access token", spa.access),
    ]);
    for (what, object) in wrong {
        assert_eq!(told(&mut browser, &object).await, "invalid_request_object", "{what}");
    }
    let bare = jwt(&json!({ "alg": "none" }), &claims(&request(json!({}))), |_| Vec::new());
    assert_eq!(told(&mut browser, &bare).await, "request_not_supported");
}
