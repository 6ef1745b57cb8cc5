//! What a client that registered itself does with that.

use axum::{Router, routing::get};
use openidconnect::reqwest::Method;
use serde_json::{Value, json};
use signet::keys::signing::{Algorithm, SigningKey};

use super::{CALLBACK, OPEN, open, register, registered, text, with};
use crate::support::{
    CHALLENGE, SPA, Server, Tokens, VERIFIER,
    elsewhere::Elsewhere,
    flow::authorize_path,
    jwt::{es384, forged, hs256, hs384, jwt, merge, ps256, signed, twice},
    server::error,
};

/// The tokens that a client gets by the code flow, with Basic authentication.
pub async fn tokens(server: &Server, client: &Value) -> Tokens {
    let mut browser = server.browser();
    let id = text(client, "client_id");
    let changes = [("client_id", id), ("redirect_uri", CALLBACK), ("scope", "openid email")];
    let code = server.code(&mut browser, &changes).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let request = server.request(Method::POST, "/token");
    let request = request.basic_auth(id, client["client_secret"].as_str()).form(&form);
    Tokens::from(request.send().await.expect("an answer")).await
}

/// The status of `UserInfo` with a token.
pub async fn userinfo(server: &Server, token: &str) -> u16 {
    let request = server.request(Method::GET, "/userinfo").bearer_auth(token);
    request.send().await.expect("an answer").status().as_u16()
}

/// The status of a refresh.
pub async fn refresh(server: &Server, client: &Value, token: &str) -> u16 {
    let request = server.request(Method::POST, "/token");
    let request = request.basic_auth(text(client, "client_id"), client["client_secret"].as_str());
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    request.form(&form).send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn it_signs_people_in_who_are_told_that_no_one_knows_it() {
    let server = open().await;
    let client = registered(
        &server,
        json!({
            "client_name": "Newcomer", "policy_uri": "https://new.example/policy",
            "tos_uri": "https://new.example/terms", "grant_types": ["authorization_code", "refresh_token"],
        }),
    )
    .await;
    let mut browser = server.signed_in().await;
    let id = text(&client, "client_id");
    let page = browser
        .get(&authorize_path(&[("client_id", id), ("redirect_uri", CALLBACK), ("scope", "openid")]))
        .await;
    let page = browser.follow(page).await;
    for shown in [
        "Newcomer",
        "id=\"client-unchecked\"",
        "href=\"https://new.example/policy\"",
        "href=\"https://new.example/terms\"",
        "new.example",
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    let tokens = tokens(&server, &client).await;
    assert_eq!(userinfo(&server, &tokens.access).await, 200);
    assert_eq!(refresh(&server, &client, tokens.refresh()).await, 200);
    // One of an operator's is not said to be unknown.
    let page = browser.get(&authorize_path(&[])).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("id=\"allow\"") && !page.body.contains("client-unchecked"));
}

#[tokio::test]
async fn people_are_asked_each_time_if_the_operator_so_wishes() {
    for (config, asked_again) in
        [(OPEN.to_owned(), false), (format!("{OPEN}consent = \"each_time\"\n"), true)]
    {
        let server = with(&config).await;
        let client = registered(&server, json!({})).await;
        let id = text(&client, "client_id");
        let mut browser = server.browser();
        let changes = [("client_id", id), ("redirect_uri", CALLBACK), ("scope", "openid")];
        server.code(&mut browser, &changes).await;
        let page = browser.get(&authorize_path(&changes)).await;
        let page = browser.follow(page).await;
        assert_eq!(page.body.contains("id=\"allow\""), asked_again, "{config}");
    }
}

#[tokio::test]
async fn pkce_is_left_out_by_confidential_clients_alone_and_only_where_that_is_allowed() {
    let lax = format!("{OPEN}unsafe_confidential_without_pkce = true\n");
    for (config, method, allowed) in [
        (OPEN, "client_secret_basic", false),
        (&lax, "client_secret_basic", true),
        (&lax, "none", false),
    ] {
        let server = with(config).await;
        let client = registered(&server, json!({ "token_endpoint_auth_method": method })).await;
        let mut browser = server.browser();
        let without = [
            ("client_id", text(&client, "client_id")),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("code_challenge", ""),
            ("code_challenge_method", ""),
            ("nonce", ""),
        ];
        let answer = browser.get(&authorize_path(&without)).await;
        let refused = answer.location().is_some_and(|to| to.contains("error=invalid_request"));
        assert_eq!(refused, !allowed, "{method}");
        if allowed {
            let code = server.code(&mut browser, &without).await;
            let form =
                [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code", &code)];
            let request = server.request(Method::POST, "/token").form(&form);
            let request =
                request.basic_auth(text(&client, "client_id"), client["client_secret"].as_str());
            Tokens::from(request.send().await.expect("an answer")).await;
            // One that uses it is held to it.
            let with = [without[0], without[1], without[2], ("code_challenge", CHALLENGE)];
            let code = server.code(&mut browser, &with).await;
            let form =
                [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code", &code)];
            let request = server.request(Method::POST, "/token").form(&form);
            let request =
                request.basic_auth(text(&client, "client_id"), client["client_secret"].as_str());
            let answer = error(request.send().await.expect("an answer")).await;
            assert_eq!(answer, (400, "invalid_grant".to_owned()));
        }
    }
}

/// A statement signed by a key, with this header's `alg`.
pub fn statement(key: &jsonwebtoken::EncodingKey, kid: &str, claims: &Value) -> String {
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, claims, key).expect("signed")
}

/// A key for statements, and its public half.
pub fn signing_key() -> (jsonwebtoken::EncodingKey, Value) {
    let pkcs8 = SigningKey::generate(Algorithm::Es256).expect("a key");
    let key = SigningKey::from_pkcs8(Algorithm::Es256, &pkcs8).expect("its bytes");
    let jwk = key.jwk().clone();
    (jsonwebtoken::EncodingKey::from_ec_der(&pkcs8), jwk)
}

#[tokio::test]
async fn what_a_trusted_software_statement_says_has_the_last_word() {
    // RFC 7591 §2.3, §3.1.1, §3.2.1, §3.2.2.
    let (key, jwk) = signing_key();
    let (foreign, _) = signing_key();
    let kid = text(&jwk, "kid").to_owned();
    let jwks = json!({ "keys": [jwk] }).to_string();
    let site =
        Elsewhere::start(Router::new().route("/jwks", get(move || async move { jwks }))).await;
    let server = with(&format!(
        "{OPEN}software_statement_issuers = [{{ issuer = \"https://trust.example\", jwks_uri = \"{}\" }}]\n{}",
        site.url("/jwks"),
        site.config(),
    ))
    .await;
    let now = server.clock.now().unix_timestamp();
    let claims = |more: Value| {
        let mut claims = json!({
            "iss": "https://trust.example", "client_name": "Vouched for", "software_id": "app",
            "client_id": "chosen", "sub": "x",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        claims
    };
    let good = statement(&key, &kid, &claims(json!({ "exp": now + 60 })));
    let body = registered(
        &server,
        json!({ "client_name": "Says so itself", "software_statement": good, "contacts": ["a@b.example"] }),
    )
    .await;
    assert_eq!(body["client_name"], "Vouched for");
    assert_eq!(body["software_id"], "app");
    assert_eq!(body["contacts"], json!(["a@b.example"]));
    assert_eq!(body["software_statement"], good);
    assert_ne!(body["client_id"], "chosen");

    let unsigned = format!("{}.", good.rsplit_once('.').expect("a JWT").0);
    for (wrong, code) in [
        (statement(&foreign, &kid, &claims(json!({}))), "invalid_software_statement"),
        (statement(&key, "other", &claims(json!({}))), "invalid_software_statement"),
        (statement(&key, &kid, &claims(json!({ "exp": now - 60 }))), "invalid_software_statement"),
        (statement(&key, &kid, &claims(json!({ "nbf": now + 60 }))), "invalid_software_statement"),
        (unsigned, "invalid_software_statement"),
        (good.replace('.', ""), "invalid_software_statement"),
        (
            statement(&key, &kid, &claims(json!({ "iss": "https://other.example" }))),
            "unapproved_software_statement",
        ),
        (statement(&key, &kid, &claims(json!({ "client_name": 1 }))), "invalid_client_metadata"),
        (
            statement(&key, &kid, &claims(json!({ "redirect_uris": ["http://a.example"] }))),
            "invalid_redirect_uri",
        ),
        (statement(&key, &kid, &claims(json!({ "tos_uri": "a\u{0}" }))), "invalid_client_metadata"),
    ] {
        let answer = register(&server, json!({ "software_statement": wrong })).await;
        assert_eq!(error(answer).await, (400, code.to_owned()), "{wrong}");
    }
    let answer = register(&server, json!({ "software_statement": 1 })).await;
    assert_eq!(error(answer).await, (400, "invalid_software_statement".to_owned()));
}

#[tokio::test]
async fn what_it_registered_stands_in_for_what_its_requests_leave_out() {
    // OpenID Connect Registration §2: default_max_age, require_auth_time, default_acr_values.
    let server = open().await;
    let client = registered(
        &server,
        json!({ "default_max_age": 60, "require_auth_time": true, "default_acr_values": ["gold", "aal1"] }),
    )
    .await;
    let started = server.clock.now().unix_timestamp();
    let id_token = tokens(&server, &client).await.id.expect("an ID token");
    let said = crate::support::server::claims(&id_token);
    assert_eq!((&said["auth_time"], &said["acr"]), (&json!(started), &json!("aal1")));
    let mut browser = server.browser();
    let asks = async |browser: &mut crate::support::Browser, client: &Value, more: (&str, &str)| {
        let id = text(client, "client_id");
        let path = [
            ("client_id", id),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("prompt", "none"),
            more,
        ];
        let answer = browser.get(&authorize_path(&path)).await.callback().1;
        answer.get("error").cloned().unwrap_or_else(|| "fine".to_owned())
    };
    let usual = [
        ("client_id", text(&client, "client_id")),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
    ];
    server.code(&mut browser, &usual).await;
    server.advance(time::Duration::seconds(59));
    assert_eq!(asks(&mut browser, &client, ("state", "s")).await, "fine");
    server.advance(time::Duration::seconds(2));
    assert_eq!(asks(&mut browser, &client, ("state", "s")).await, "login_required");
    assert_eq!(asks(&mut browser, &client, ("max_age", "3600")).await, "fine");
    let stronger = registered(&server, json!({ "default_acr_values": ["aal2"] })).await;
    assert_eq!(asks(&mut browser, &stronger, ("state", "s")).await, "login_required");
    assert_eq!(asks(&mut browser, &stronger, ("acr_values", "aal1")).await, "consent_required");
}

#[tokio::test]
async fn one_that_signs_registers_with_what_and_is_held_to_it() {
    // OpenID Connect Registration §2, RFC 7523 §2.2.
    let server = with(&format!("{OPEN}clients_per_address = 100\n")).await;
    let mut browser = server.signed_in().await;
    let now = server.clock.now().unix_timestamp();
    for alg in ["HS256", "HS384", "ES384", "PS256"] {
        let foreign = match alg {
            "ES384" => Some(es384()),
            "PS256" => Some(ps256()),
            _ => None,
        };
        let client = match &foreign {
            Some((jwk, _)) => json!({
                "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [jwk] },
                "token_endpoint_auth_signing_alg": alg,
            }),
            None => json!({
                "token_endpoint_auth_method": "client_secret_jwt",
                "token_endpoint_auth_signing_alg": alg,
            }),
        };
        let client = registered(&server, client).await;
        assert_eq!(client["token_endpoint_auth_signing_alg"], alg);
        assert_eq!(client.get("client_secret").is_some(), foreign.is_none(), "{client}");
        let id = text(&client, "client_id");
        let secret = client["client_secret"].as_str().unwrap_or_default().as_bytes();
        let changes = [("client_id", id), ("redirect_uri", CALLBACK), ("scope", "openid")];
        let code = server.code(&mut browser, &changes).await;
        let said = json!({
            "iss": id, "sub": id, "aud": server.issuer, "jti": alg, "exp": now + 60,
        });
        let right = jwt(&json!({ "alg": alg }), &said, |message| match (&foreign, alg) {
            (Some((_, sign)), _) => sign(message),
            (None, "HS384") => hs384(secret, message),
            (None, _) => hs256(secret, message),
        });
        let other = if alg == "HS384" { "HS256" } else { "HS384" };
        let wrong = jwt(&json!({ "alg": other }), &said, |message| match other {
            "HS384" => hs384(secret, message),
            _ => hs256(secret, message),
        });
        for (assertion, status) in [(&wrong, 401), (&right, 200)] {
            let form = [
                ("grant_type", "authorization_code"),
                ("redirect_uri", CALLBACK),
                ("code", &code),
                ("code_verifier", VERIFIER),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", assertion),
            ];
            assert_eq!(server.post("/token", &form).await.status(), status, "{alg}");
        }
    }
}

#[tokio::test]
async fn a_software_statement_counts_if_its_issuer_signed_it_as_one_and_for_us() {
    // RFC 7591 §2.3, RFC 7519 §4.1, RFC 8725 §3.11, RFC 7515 §4.1.11.
    let key = crate::support::jwt::key(Algorithm::Es256);
    let jwks = json!({ "keys": [key.jwk()] }).to_string();
    let site =
        Elsewhere::start(Router::new().route("/jwks", get(move || async move { jwks }))).await;
    let server = with(&format!(
        "{OPEN}clients_per_address = 1000\nsoftware_statement_issuers = [{{ issuer = \"https://trust.example\", jwks_uri = \"{}\" }}]\n{}",
        site.url("/jwks"),
        site.config(),
    ))
    .await;
    let now = server.clock.now().unix_timestamp();
    let said = json!({ "iss": "https://trust.example", "client_name": "Vouched for" });
    let made = |head: Value, more: Value| signed(&key, &head, &merge(said.clone(), &more));
    let none = json!({});
    let endpoint = server.url("/connect/register");
    let sign = |message: &[u8]| key.sign(message);
    let right = made(none.clone(), none.clone());
    for fine in [
        right.clone(),
        made(json!({ "typ": "JWT" }), json!({ "aud": server.issuer, "iat": now, "nbf": now })),
        made(json!({ "typ": "application/software-statement+jwt" }), json!({ "aud": endpoint })),
        made(none.clone(), json!({ "aud": ["https://other.example", server.issuer] })),
        // RFC 7519 §4: of claims that are there twice the last one counts.
        twice(&right, 1, "\"client_name\":\"Another\"", sign),
    ] {
        let body = registered(&server, json!({ "software_statement": fine })).await;
        assert_eq!(body["client_name"], "Vouched for");
    }
    let mut wrong = forged(&right, key.jwk(), &sign);
    wrong.extend([
        ("aud", made(none.clone(), json!({ "aud": "https://other.example" }))),
        ("aud is an endpoint", made(none.clone(), json!({ "aud": server.url("/token") }))),
        ("aud is a client", made(none.clone(), json!({ "aud": SPA, "sub": "someone" }))),
        ("no aud at all", made(none.clone(), json!({ "aud": [] }))),
        ("nonce", made(none.clone(), json!({ "nonce": "n" }))),
        ("iat", made(none.clone(), json!({ "iat": now + 60 }))),
        ("nbf", made(none.clone(), json!({ "nbf": now + 60 }))),
        ("exp", made(none.clone(), json!({ "exp": now - 60 }))),
        ("an access token", made(json!({ "typ": "at+jwt" }), none.clone())),
        ("a logout token", made(json!({ "typ": "logout+jwt" }), none.clone())),
        ("a request", made(json!({ "typ": "oauth-authz-req+jwt" }), none.clone())),
        ("no type", made(json!({ "typ": "" }), none.clone())),
        ("crit", made(json!({ "crit": ["exp"] }), none.clone())),
        ("too long", made(none.clone(), json!({ "more": "x".repeat(9000) }))),
    ]);
    // The helper takes null for leaving out.
    let null = |text: &str, part| twice(&right, part, text, sign);
    wrong.extend([
        ("crit is null", null("\"crit\":null", 0)),
        ("aud is null", null("\"aud\":null", 1)),
    ]);
    for (what, statement) in wrong {
        let answer = register(&server, json!({ "software_statement": statement })).await;
        assert_eq!(error(answer).await, (400, "invalid_software_statement".to_owned()), "{what}");
    }
}
