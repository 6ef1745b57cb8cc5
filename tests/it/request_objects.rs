//! Authorization requests in JWTs (RFC 9101, OpenID Connect Core §6).

use std::sync::{Arc, Mutex};

use axum::{Router, http::header, routing::get};
use openidconnect::reqwest::Method;
use serde_json::{Value, json};
use signet::{
    admin::users,
    keys::signing::{Algorithm, SigningKey},
    storage,
};
use time::Duration;

use crate::support::{
    Browser, CALLBACK, CHALLENGE, EMAIL, Options, PASSWORD, SPA, Server, Tokens, VERIFIER,
    browser::Answer,
    elsewhere::Elsewhere,
    flow::authorize_path,
    jwt::{es384, hs256, hs384, jwt, key, merge, ps256, signed, unsigned},
};

/// A server whose usual client has registered a key.
pub async fn start(alg: Algorithm) -> (Server, SigningKey) {
    let server = Server::start().await;
    let key = key(alg);
    register(&server, &json!({ "jwks": { "keys": [key.jwk()] } })).await;
    (server, key)
}

/// Registers more of the usual client.
pub async fn register(server: &Server, changes: &Value) {
    server
        .change_client(SPA, |metadata| {
            let stored = serde_json::to_value(&*metadata).expect("JSON");
            *metadata = serde_json::from_value(merge(stored, changes)).expect("metadata");
        })
        .await;
}

/// All of a request inside, changed.
pub fn claims(server: &Server, changes: &Value) -> Value {
    let now = server.clock.now().unix_timestamp();
    let usual = json!({
        "iss": SPA, "aud": server.issuer, "exp": now + 60, "client_id": SPA, "redirect_uri": CALLBACK,
        "response_type": "code", "scope": "openid read", "state": "inside", "nonce": "the nonce",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    });
    merge(usual, changes)
}

/// Parameters beside that make the request OpenID Connect's, and nothing that the object does not have.
pub fn beside<'a>(more: &[(&'a str, &'a str)]) -> String {
    let without = [
        ("redirect_uri", ""),
        ("state", ""),
        ("nonce", ""),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ];
    let kept = without.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    let all: Vec<(&str, &str)> = kept.chain(more).copied().collect();
    authorize_path(&all)
}

/// What the answer comes to: where it went, with its code or error; or that the person was told.
pub async fn outcome(browser: &mut Browser, path: &str) -> String {
    let answer = browser.get(path).await;
    if answer.status == 400 {
        return format!("person: {}", told(&answer));
    }
    if answer.location().is_some_and(|to| to.starts_with("/interaction/")) {
        return "fine".to_owned();
    }
    let (_, parameters) = answer.callback();
    match parameters.get("error") {
        Some(error) => format!("client: {error}"),
        None => "fine".to_owned(),
    }
}

fn told(answer: &Answer) -> &'static str {
    let known = ["invalid_request_object", "invalid_request_uri", "invalid_request"];
    known.into_iter().find(|code| answer.body.contains(code)).unwrap_or("something")
}

#[tokio::test]
async fn a_signed_request_is_answered_with_what_is_inside() {
    for alg in Algorithm::ALL {
        let (server, key) = start(alg).await;
        let mut browser = server.signed_in().await;
        for typ in ["oauth-authz-req+jwt", "JWT"] {
            let object = signed(&key, &json!({ "typ": typ }), &claims(&server, &json!({})));
            let path = [("request", object.as_str())];
            let answer = server.authorize(&mut browser, &with(&path)).await;
            let (url, parameters) = answer.callback();
            assert_eq!(url, CALLBACK);
            assert_eq!(parameters["state"], "inside", "{alg} {typ}");
            let tokens = server.redeem(&parameters["code"]).await;
            assert_eq!(tokens.status(), 200);
        }
    }
}

#[tokio::test]
async fn claims_are_told_in_the_language_that_is_asked_for_inside() {
    let (server, key) = start(Algorithm::Es256).await;
    let user = storage::users::find(&server.db, EMAIL).await.expect("read").expect("her");
    let said = [("family_name#ja-Kana-JP".to_owned(), "ヤマダ".to_owned())];
    users::change_profile(&server.app, user.id, &said).await.expect("said");
    let inside = json!({ "scope": "openid profile", "claims_locales": "ja-Kana-JP" });
    let object = signed(&key, &json!({}), &claims(&server, &inside));
    // What is beside does not count where it is inside.
    let path = [("request", object.as_str()), ("claims_locales", "fr")];
    let answer = server.authorize(&mut server.signed_in().await, &with(&path)).await;
    let tokens = Tokens::from(server.redeem(&answer.callback().1["code"]).await).await;
    let request = server.request(Method::GET, "/userinfo").bearer_auth(&tokens.access);
    let seen: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(seen["family_name"], json!("ヤマダ"), "{seen}");
}

/// The same parameters that [`beside`] has, for the helper that follows pages.
fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let without = ["redirect_uri", "state", "nonce", "code_challenge", "code_challenge_method"];
    without.into_iter().map(|name| (name, "")).chain(more.iter().copied()).collect()
}

#[tokio::test]
async fn the_language_that_an_object_names_comes_before_the_one_beside_it() {
    let (server, key) = start(Algorithm::Es256).await;
    for (inside, outside, expected) in [
        (json!("tlh de-AT ja"), "fr", "de"),
        (json!("de"), "", "de"),
        (json!("tlh"), "fr", "fr"),
        (Value::Null, "fr", "fr"),
        (Value::Null, "", "es"),
    ] {
        let mut browser = server.browser();
        browser.languages = Some("es");
        let object = claims(&server, &json!({ "ui_locales": inside }));
        let object = signed(&key, &json!({}), &object);
        let path = beside(&[("request", object.as_str()), ("ui_locales", outside)]);
        let sign_in = browser.get(&path).await;
        let sign_in = browser.follow(sign_in).await;
        assert!(sign_in.body.contains("id=\"sign-in\""), "{}", sign_in.body);
        let fields = [("identifier", EMAIL), ("password", PASSWORD)];
        let consent = browser.submit(&sign_in, &fields).await;
        assert!(consent.body.contains("id=\"allow\""), "{}", consent.body);
        let language = format!("<html lang=\"{expected}\"");
        for page in [sign_in, consent] {
            assert!(page.body.contains(&language), "{inside} {outside}: {}", page.body);
        }
        // What it asks for was not proven to be the client's while its signature is not checked.
        let foreign =
            signed(&self::key(Algorithm::Es256), &json!({}), &json!({ "ui_locales": "ar" }));
        let path = authorize_path(&[("request", &foreign), ("redirect_uri", "")]);
        let mut browser = server.browser();
        let told = browser.get(&path).await;
        assert!(told.status == 400 && told.body.contains("<html lang=\"en\""), "{}", told.body);
    }
    // The person is told in it what is wrong with the request inside.
    let object = json!({ "ui_locales": "de", "redirect_uri": "https://evil.example/" });
    let object = signed(&key, &json!({}), &claims(&server, &object));
    let told = server.browser().get(&beside(&[("request", object.as_str())])).await;
    assert!(told.status == 400 && told.body.contains("<html lang=\"de\""), "{}", told.body);
}

#[tokio::test]
async fn what_is_wrong_with_an_object_goes_to_a_registered_redirect_uri_beside_it_or_to_the_person()
{
    let (server, key) = start(Algorithm::Es256).await;
    let other = self::key(Algorithm::Es256);
    let mut browser = server.browser();
    let now = server.clock.now().unix_timestamp();
    let good = claims(&server, &json!({}));
    let inside = |changes: Value| signed(&key, &json!({}), &merge(good.clone(), &changes));
    let header = |changes: Value| signed(&key, &changes, &good);
    let public = key.jwk().to_string();
    let with_public = json!({ "alg": "HS256", "kid": key.kid });
    for (what, object) in [
        ("another key", signed(&other, &json!({}), &good)),
        ("another key of that name", signed(&other, &json!({ "kid": key.kid }), &good)),
        ("a key in the header", signed(&other, &json!({ "jwk": other.jwk() }), &good)),
        ("jku", signed(&other, &json!({ "jku": "https://evil.example/jwks" }), &good)),
        ("x5u", signed(&other, &json!({ "x5u": "https://evil.example/x5u" }), &good)),
        ("HS256 with the public key", jwt(&with_public, &good, |m| hs256(public.as_bytes(), m))),
        ("none with a signature", jwt(&json!({ "alg": "none" }), &good, |m| key.sign(m))),
        ("crit", header(json!({ "crit": ["exp"] }))),
        ("a type", header(json!({ "typ": "at+jwt" }))),
        ("an assertion's type", header(json!({ "typ": "client-authentication+jwt" }))),
        ("five parts", format!("{}.a.b", inside(json!({})))),
        ("not a JWT", "eyJ".to_owned()),
        ("iss", inside(json!({ "iss": "another" }))),
        ("iss is ours", inside(json!({ "iss": server.issuer }))),
        ("sub", inside(json!({ "sub": SPA }))),
        ("aud", inside(json!({ "aud": "https://other.example" }))),
        ("no aud", inside(json!({ "aud": [] }))),
        ("exp", inside(json!({ "exp": now - 60 }))),
        ("exp is text", inside(json!({ "exp": "soon" }))),
        ("nbf", inside(json!({ "nbf": now + 60 }))),
        ("iat", inside(json!({ "iat": now + 60 }))),
        ("client_id", inside(json!({ "client_id": "web" }))),
        ("request", inside(json!({ "request": "a" }))),
        ("request_uri", inside(json!({ "request_uri": "https://app.example/" }))),
        ("response_type", inside(json!({ "response_type": "token" }))),
        ("a list", inside(json!({ "scope": ["openid"] }))),
    ] {
        let redirect = ("redirect_uri", CALLBACK);
        let request = ("request", object.as_str());
        let told = outcome(&mut browser, &beside(&[request, redirect])).await;
        assert_eq!(told, "client: invalid_request_object", "{what}");
        let told = outcome(&mut browser, &beside(&[request])).await;
        assert_eq!(told, "person: invalid_request_object", "{what}");
        let evil = ("redirect_uri", "https://evil.example/");
        let told = outcome(&mut browser, &beside(&[request, evil])).await;
        assert_eq!(told, "person: invalid_request_object", "{what}");
    }
    for fine in [
        json!({ "aud": [server.issuer, "https://other.example"] }),
        json!({ "iss": null, "aud": null, "exp": null }),
        json!({ "nbf": now, "iat": now, "jti": "1" }),
        json!({ "max_age": 60, "claims": { "userinfo": { "name": null } } }),
    ] {
        let object = inside(fine.clone());
        assert_eq!(outcome(&mut browser, &beside(&[("request", &object)])).await, "fine", "{fine}");
    }
    // Once it is proven, its own redirect URI is where errors go, if it is registered.
    let object = inside(json!({ "scope": "nonsense" }));
    let path = beside(&[("request", &object), ("scope", "openid")]);
    assert_eq!(outcome(&mut browser, &path).await, "client: invalid_scope");
    let object = inside(json!({ "redirect_uri": "https://evil.example/" }));
    let path = beside(&[("request", &object), ("redirect_uri", CALLBACK)]);
    assert_eq!(outcome(&mut browser, &path).await, "person: invalid_request");
}

#[tokio::test]
async fn parameters_beside_count_for_openid_connect_alone() {
    let (server, key) = start(Algorithm::EdDsa).await;
    let mut browser = server.browser();
    let little = claims(&server, &json!({ "code_challenge": null, "nonce": null }));
    let plain = signed(&key, &json!({}), &little);
    let strict = signed(&key, &json!({ "typ": "oauth-authz-req+jwt" }), &little);
    let more = |object: &str, scope: &str| {
        beside(&[("request", object), ("scope", scope), ("code_challenge", CHALLENGE)])
    };
    assert_eq!(outcome(&mut browser, &more(&plain, "openid")).await, "fine");
    // RFC 9101 §6.3: what is not inside is not there.
    for path in [more(&strict, "openid"), more(&plain, "read"), more(&plain, "")] {
        assert_eq!(outcome(&mut browser, &path).await, "client: invalid_request");
    }
    // What is inside has the last word.
    let object = signed(&key, &json!({}), &claims(&server, &json!({ "prompt": "none" })));
    let path = beside(&[("request", &object), ("prompt", "login"), ("state", "outside")]);
    let (_, parameters) = browser.get(&path).await.callback();
    assert_eq!((&*parameters["error"], &*parameters["state"]), ("login_required", "inside"));
    // Twice, or both.
    let twice =
        format!("{}&request=b", beside(&[("request", &object), ("redirect_uri", CALLBACK)]));
    assert_eq!(outcome(&mut browser, &twice).await, "client: invalid_request");
    let both = beside(&[
        ("request", &object),
        ("request_uri", "https://app.example/r"),
        ("redirect_uri", CALLBACK),
    ]);
    assert_eq!(outcome(&mut browser, &both).await, "client: invalid_request");
}

#[tokio::test]
async fn a_client_that_signs_its_requests_makes_no_others() {
    let (server, key) = start(Algorithm::EdDsa).await;
    register(&server, &json!({ "require_signed_request_object": true })).await;
    let mut browser = server.browser();
    assert_eq!(outcome(&mut browser, &authorize_path(&[])).await, "client: invalid_request");
    let all = claims(&server, &json!({}));
    let beside = |object: &str| beside(&[("request", object), ("redirect_uri", CALLBACK)]);
    let none = outcome(&mut browser, &beside(&unsigned(&all))).await;
    assert_eq!(none, "client: invalid_request_object");
    assert_eq!(outcome(&mut browser, &beside(&signed(&key, &json!({}), &all))).await, "fine");
    let little = signed(&key, &json!({}), &claims(&server, &json!({ "code_challenge": null })));
    assert_eq!(outcome(&mut browser, &beside(&little)).await, "client: invalid_request");
}

#[tokio::test]
async fn the_registered_algorithm_is_the_only_one() {
    let (server, key) = start(Algorithm::Es256).await;
    let mut browser = server.browser();
    let all = claims(&server, &json!({}));
    let bare = unsigned(&all);
    let beside = |object: &str| beside(&[("request", object), ("redirect_uri", CALLBACK)]);
    assert_eq!(outcome(&mut browser, &beside(&bare)).await, "client: request_not_supported");
    register(&server, &json!({ "request_object_signing_alg": "none" })).await;
    assert_eq!(outcome(&mut browser, &beside(&bare)).await, "fine");
    let by_key = signed(&key, &json!({}), &all);
    let refused = "client: invalid_request_object";
    assert_eq!(outcome(&mut browser, &beside(&by_key)).await, refused);
    register(&server, &json!({ "request_object_signing_alg": "EdDSA" })).await;
    assert_eq!(outcome(&mut browser, &beside(&by_key)).await, refused);
    assert_eq!(outcome(&mut browser, &beside(&bare)).await, refused);
    register(&server, &json!({ "request_object_signing_alg": "ES256" })).await;
    assert_eq!(outcome(&mut browser, &beside(&by_key)).await, "fine");
}

#[tokio::test]
async fn a_request_is_signed_with_a_secret_that_is_kept_for_that() {
    let server = Server::start().await;
    let secrets = server
        .apply(
            r#"
            [[client]]
            client_id = "signer"
            client_name = "Signer"
            token_endpoint_auth_method = "client_secret_jwt"
            grant_types = ["authorization_code"]
            redirect_uris = ["https://signer.example/cb"]
            scopes = ["openid"]
            "#,
        )
        .await;
    let secret = &secrets.iter().find(|(id, _)| id == "signer").expect("drawn").1;
    let mut browser = server.browser();
    let all = merge(
        claims(&server, &json!({ "iss": "signer", "client_id": "signer", "scope": "openid" })),
        &json!({ "redirect_uri": "https://signer.example/cb" }),
    );
    for (secret, expected) in
        [(secret.as_str(), "fine"), ("another", "person: invalid_request_object")]
    {
        let header = json!({ "alg": "HS256" });
        let object = jwt(&header, &all, |message| hs256(secret.as_bytes(), message));
        let path = beside(&[("client_id", "signer"), ("request", &object)]);
        assert_eq!(outcome(&mut browser, &path).await, expected);
    }
}

/// A web server with one request object at `/request`, and how long it says that it stays.
pub async fn publish(text: &Arc<Mutex<String>>, cache: &'static str) -> Elsewhere {
    let text = Arc::clone(text);
    let answer = get(move || {
        let text = text.lock().expect("a lock").clone();
        std::future::ready(([(header::CACHE_CONTROL, cache)], text))
    });
    Elsewhere::start(Router::new().route("/request", answer)).await
}

#[tokio::test]
async fn a_registered_request_is_fetched_and_remembered_as_its_answer_allows() {
    let text = Arc::new(Mutex::new(String::new()));
    let elsewhere = publish(&text, "max-age=20").await;
    let config = elsewhere.config();
    let server = Server::with(Options { config: &config, ..Options::default() }).await;
    let key = key(Algorithm::EdDsa);
    let uri = elsewhere.url("/request");
    let registered = json!({ "jwks": { "keys": [key.jwk()] }, "request_uris": [uri] });
    register(&server, &registered).await;
    let put = |changes: Value| {
        *text.lock().expect("a lock") = signed(&key, &json!({}), &claims(&server, &changes));
    };
    let mut browser = server.browser();
    put(json!({ "prompt": "none" }));
    let path = beside(&[("request_uri", &uri)]);
    assert_eq!(outcome(&mut browser, &path).await, "client: login_required");
    put(json!({}));
    assert_eq!(outcome(&mut browser, &path).await, "client: login_required", "remembered");
    assert_eq!(elsewhere.connections(), 1);
    // OpenID Connect Core §6.2: another fragment is another version.
    let versioned = format!("{uri}#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM");
    let other = beside(&[("request_uri", &versioned)]);
    assert_eq!(outcome(&mut browser, &other).await, "fine");
    server.advance(Duration::seconds(21));
    assert_eq!(outcome(&mut browser, &path).await, "fine");
    assert_eq!(elsewhere.connections(), 3);
    // What is there is held to the same rules.
    server.advance(Duration::seconds(21));
    *text.lock().expect("a lock") = "no JWT".to_owned();
    assert_eq!(outcome(&mut browser, &path).await, "person: invalid_request_object");
}

#[tokio::test]
async fn nothing_is_fetched_that_is_not_registered_or_inside() {
    let text = Arc::new(Mutex::new("x".repeat(33 * 1024)));
    let elsewhere = publish(&text, "no-store").await;
    let config = elsewhere.config();
    let server = Server::with(Options { config: &config, ..Options::default() }).await;
    let uri = elsewhere.url("/request");
    let gone = elsewhere.url("/gone");
    let inside = "https://127.0.0.1/request";
    register(&server, &json!({ "request_uris": [uri, gone, inside] })).await;
    let mut browser = server.browser();
    let asked = |uri: &str| beside(&[("request_uri", uri), ("redirect_uri", CALLBACK)]);
    for other in [
        elsewhere.url("/request/"),
        elsewhere.url("/request?a=b"),
        "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c".to_owned(),
        format!("{uri}#{}", "a".repeat(512)),
        "nonsense".to_owned(),
    ] {
        let told = outcome(&mut browser, &asked(&other)).await;
        assert_eq!(told, "client: invalid_request_uri", "{other}");
    }
    assert_eq!(elsewhere.connections(), 0);
    for troubled in [uri.as_str(), &gone, inside] {
        let told = outcome(&mut browser, &asked(troubled)).await;
        assert_eq!(told, "client: invalid_request_uri", "{troubled}");
    }
    assert_eq!(elsewhere.connections(), 2);
    // Not again at once.
    outcome(&mut browser, &asked(&gone)).await;
    outcome(&mut browser, &asked(&format!("{gone}#2"))).await;
    assert_eq!(elsewhere.connections(), 2);
    server.advance(Duration::seconds(6));
    outcome(&mut browser, &asked(&gone)).await;
    assert_eq!(elsewhere.connections(), 3);
}

#[tokio::test]
async fn a_request_by_every_key_that_a_client_may_have_ends_in_tokens() {
    // RFC 9101 §6.2, RFC 7518 §3.1.
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    for (alg, (jwk, sign)) in [("ES384", es384()), ("PS256", ps256())] {
        register(&server, &json!({ "jwks": { "keys": [jwk] }, "request_object_signing_alg": alg }))
            .await;
        let all = claims(&server, &json!({ "state": alg }));
        let object = jwt(&json!({ "alg": alg }), &all, &sign);
        let answer = server.authorize(&mut browser, &with(&[("request", &object)])).await;
        let (_, parameters) = answer.callback();
        assert_eq!(parameters["state"], alg);
        assert_eq!(server.redeem(&parameters["code"]).await.status(), 200, "{alg}");
        let renamed = jwt(&json!({ "alg": "ES256" }), &all, &sign);
        let path = beside(&[("request", &renamed), ("redirect_uri", CALLBACK)]);
        assert_eq!(outcome(&mut browser, &path).await, "client: invalid_request_object", "{alg}");
    }
}

#[tokio::test]
async fn a_request_by_a_secret_ends_in_tokens() {
    // OpenID Connect Core §6.1, RFC 7518 §3.2.
    let server = Server::start().await;
    let signer = json!({
        "client_name": "Signer", "token_endpoint_auth_method": "client_secret_jwt",
        "grant_types": ["authorization_code"], "redirect_uris": ["https://signer.example/cb"],
        "scopes": ["openid"],
    });
    let signer = serde_json::from_value(signer).expect("metadata");
    signet::admin::clients::put(&server.app, "signer", &signer).await.expect("registered");
    let secret = signet::admin::clients::add_secret(&server.app, "signer", None).await;
    let secret = secret.expect("added");
    server.follow().await;
    let mut browser = server.signed_in().await;
    let all = claims(
        &server,
        &json!({
            "iss": "signer", "client_id": "signer", "scope": "openid",
            "redirect_uri": "https://signer.example/cb",
        }),
    );
    let now = server.clock.now().unix_timestamp();
    for alg in ["HS256", "HS384"] {
        let sign = |message: &[u8]| match alg {
            "HS256" => hs256(secret.as_bytes(), message),
            _ => hs384(secret.as_bytes(), message),
        };
        let object = jwt(&json!({ "alg": alg }), &all, sign);
        let changes = with(&[("client_id", "signer"), ("request", &object), ("scope", "openid")]);
        let code = server.code(&mut browser, &changes).await;
        let assertion = json!({
            "iss": "signer", "sub": "signer", "aud": server.issuer, "jti": alg, "exp": now + 60,
        });
        let assertion = jwt(&json!({ "alg": alg }), &assertion, sign);
        let form = [
            ("grant_type", "authorization_code"),
            ("redirect_uri", "https://signer.example/cb"),
            ("code", &code),
            ("code_verifier", VERIFIER),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        assert_eq!(server.post("/token", &form).await.status(), 200, "{alg}");
    }
}

#[tokio::test]
async fn what_is_fetched_is_signed_unless_the_client_registered_that_it_is_not() {
    // OpenID Connect Core §6.1, §6.2.
    let text = Arc::new(Mutex::new(String::new()));
    let elsewhere = publish(&text, "no-store").await;
    let config = elsewhere.config();
    let server = Server::with(Options { config: &config, ..Options::default() }).await;
    let uri = elsewhere.url("/request");
    let key = key(Algorithm::EdDsa);
    let registered = json!({ "jwks": { "keys": [key.jwk()] }, "request_uris": [uri] });
    register(&server, &registered).await;
    let bare = unsigned(&claims(&server, &json!({})));
    text.lock().expect("a lock").clone_from(&bare);
    let mut browser = server.browser();
    let path = beside(&[("request_uri", &uri), ("redirect_uri", CALLBACK)]);
    assert_eq!(outcome(&mut browser, &path).await, "client: request_uri_not_supported");
    register(&server, &json!({ "request_object_signing_alg": "none" })).await;
    server.advance(Duration::seconds(6));
    text.lock().expect("a lock").clone_from(&unsigned(&claims(&server, &json!({}))));
    assert_eq!(outcome(&mut browser, &path).await, "fine");
    assert_eq!(elsewhere.connections(), 2);
}
