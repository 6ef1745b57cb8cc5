//! What a client that registered itself does with that.

use axum::{Router, routing::get};
use openidconnect::reqwest::Method;
use serde_json::{Value, json};
use signet::keys::signing::{Algorithm, SigningKey};

use super::{CALLBACK, OPEN, open, register, registered, text, with};
use crate::support::{
    CHALLENGE, Server, Tokens, VERIFIER, elsewhere::Elsewhere, flow::authorize_path, server::error,
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
