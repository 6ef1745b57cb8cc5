//! Token introspection (RFC 7662).

use insta::assert_json_snapshot;
use serde_json::json;
use signet::admin::clients;
use time::Duration;

use crate::support::{
    RESOURCE_SERVER, SERVICE, SPA, STRANGER, Server, Tokens, VAULT, server::error,
};

async fn service_token(server: &Server) -> String {
    let form = [("grant_type", "client_credentials"), ("scope", "read")];
    Tokens::from(server.post_as(SERVICE, "/token", &form).await).await.access
}

#[tokio::test]
async fn a_resource_server_learns_about_tokens_meant_for_it() {
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    let seen = server.introspect_as(RESOURCE_SERVER, &tokens.access).await;
    assert_json_snapshot!("introspection", seen, {
        ".iss" => "[issuer]", ".aud[1]" => "[issuer]", ".sub" => "[user]", ".jti" => "[jti]",
    });
}

#[tokio::test]
async fn others_learn_nothing() {
    let server = Server::start().await;
    let token = service_token(&server).await;
    assert_eq!(server.introspect_as(STRANGER, &token).await, json!({ "active": false }));
    let answer = server.post("/introspect", &[("client_id", SPA), ("token", &token)]).await;
    assert_eq!(error(answer).await.1, "unauthorized_client");
    let answer = server.post("/introspect", &[("token", &token)]).await;
    assert_eq!(error(answer).await, (401, "invalid_client".to_owned()));
    // RFC 6749 §3.2: parameters are there, and once.
    let twice = [("token", token.as_str()), ("token", token.as_str())];
    let hints = [twice[0], ("token_type_hint", "a"), ("token_type_hint", "b")];
    for form in [&[][..], &twice, &hints] {
        let answer = server.post_as(RESOURCE_SERVER, "/introspect", form).await;
        assert_eq!(error(answer).await, (400, "invalid_request".to_owned()), "{form:?}");
    }
}

#[tokio::test]
async fn a_token_that_ended_or_was_tampered_with_is_inactive() {
    let server = Server::start().await;
    let token = service_token(&server).await;
    assert!(server.is_active(&token).await);
    let (head, signature) = token.rsplit_once('.').expect("a JWT");
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    for bad in [
        format!("{head}.{flipped}{}", &signature[1..]),
        format!("{head}."),
        "nonsense".to_owned(),
        "a.b.c".to_owned(),
        "sga_nonsense".to_owned(),
    ] {
        assert!(!server.is_active(&bad).await, "{bad}");
    }
    server.advance(Duration::minutes(16));
    assert!(!server.is_active(&token).await, "also when its signature was checked before");
}

#[tokio::test]
async fn an_id_token_is_no_access_token() {
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    assert!(!server.is_active(tokens.id.as_deref().expect("an ID token")).await);
}

#[tokio::test]
async fn tokens_by_other_keys_and_algorithms_are_inactive() {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    let server = Server::start().await;
    let token = service_token(&server).await;
    let claims = crate::support::server::claims(&token);
    let kid = crate::support::server::header(&token)["kid"].as_str().expect("a kid").to_owned();
    let with = |alg, key: &EncodingKey| {
        let mut header = Header::new(alg);
        header.kid = Some(kid.clone());
        header.typ = Some("at+jwt".to_owned());
        encode(&header, &claims, key).expect("signed")
    };
    // HS256 with the public key as the secret, for which the verifier must not fall.
    let jwks = server.get("/jwks").await.text().await.expect("text");
    let confused = with(Algorithm::HS256, &EncodingKey::from_secret(jwks.as_bytes()));
    let other =
        signet::keys::signing::SigningKey::generate(signet::keys::signing::Algorithm::Es256);
    let foreign = with(Algorithm::ES256, &EncodingKey::from_ec_der(&other.expect("a key")));
    let payload = token.split('.').nth(1).expect("a JWT");
    let head = format!(r#"{{"alg":"none","typ":"at+jwt","kid":"{kid}"}}"#);
    let none = format!("{}.{payload}.", BASE64_URL_SAFE_NO_PAD.encode(head));
    for bad in [confused, foreign, none] {
        assert!(!server.is_active(&bad).await, "{bad}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_its_own_clients_business() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let callback = "https://shop.example/callback";
    let code = server.code(&mut browser, &[("client_id", "web"), ("redirect_uri", callback)]).await;
    let mut form = crate::support::flow::redemption(&code).to_vec();
    form[1].1 = "web";
    form[2].1 = callback;
    form.push(("client_secret", server.secret("web")));
    let tokens = Tokens::from(server.post("/token", &form).await).await;
    let ask = |id, secret, token| [("client_id", id), ("client_secret", secret), ("token", token)];
    let own = ask("web", server.secret("web"), tokens.refresh());
    let seen: serde_json::Value =
        server.post("/introspect", &own).await.json().await.expect("JSON");
    assert_eq!(seen["active"], true);
    assert_eq!(
        server.introspect_as(RESOURCE_SERVER, tokens.refresh()).await,
        json!({ "active": false })
    );
}

#[tokio::test]
async fn tokens_of_a_client_that_was_disabled_or_deleted_are_inactive() {
    let server = Server::start().await;
    let jwt = service_token(&server).await;
    let form = [("grant_type", "client_credentials"), ("resource", VAULT)];
    let opaque = Tokens::from(server.post_as(SERVICE, "/token", &form).await).await.access;
    for (disabled, active) in [(true, false), (false, true)] {
        clients::set_disabled(&server.app, SERVICE, disabled).await.expect("stored");
        server.catch_up().await;
        assert_eq!(server.is_active(&jwt).await, active);
        assert_eq!(server.is_active(&opaque).await, active);
    }
    clients::delete(&server.app, SERVICE).await.expect("deleted");
    server.catch_up().await;
    assert!(!server.is_active(&jwt).await);
    assert!(!server.is_active(&opaque).await);
}
