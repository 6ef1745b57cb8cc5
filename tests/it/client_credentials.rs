//! Client credentials (RFC 6749 §4.4) and what the token endpoint says of malformed requests.

use insta::assert_json_snapshot;
use openidconnect::reqwest::{Method, header};

use crate::support::{
    API, SERVICE, SPA, Server, Tokens, VAULT, WEB,
    server::{claims, error},
};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn a_service_gets_a_token_for_its_default_resource() {
    let server = Server::start().await;
    let answer = server.post_as(SERVICE, "/token", &[GRANT]).await;
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    let tokens = Tokens::from(answer).await;
    assert_json_snapshot!("client_credentials_response", tokens.body, { ".access_token" => "[jwt]" });
    assert_json_snapshot!("client_credentials_claims", claims(&tokens.access), {
        ".iss" => "[issuer]", ".jti" => "[jti]",
    });
}

#[tokio::test]
async fn a_resource_may_choose_opaque_tokens() {
    let server = Server::start().await;
    let tokens =
        Tokens::from(server.post_as(SERVICE, "/token", &[GRANT, ("resource", VAULT)]).await).await;
    assert!(tokens.access.starts_with("sga_"));
    assert_eq!(tokens.body["expires_in"], 300);
    assert!(server.is_active(&tokens.access).await);
    server.advance(time::Duration::seconds(301));
    assert!(!server.is_active(&tokens.access).await);
}

#[tokio::test]
async fn what_is_wrong_has_its_error() {
    let server = Server::start().await;
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[], "invalid_request"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (&[("grant_type", "authorization_code")], "unauthorized_client"),
        (&[GRANT, ("scope", "nonsense")], "invalid_scope"),
        (&[GRANT, ("scope", "openid")], "invalid_scope"),
        (&[GRANT, ("resource", "https://nowhere.example")], "invalid_target"),
        (&[GRANT, GRANT], "invalid_request"),
    ];
    for (form, expected) in cases {
        let (status, code) = error(server.post_as(SERVICE, "/token", form).await).await;
        assert_eq!((status, code.as_str()), (400, expected), "{form:?}");
    }
    let secret = server.secret(WEB);
    let other = [GRANT, ("client_id", WEB), ("client_secret", secret)];
    assert_eq!(error(server.post("/token", &other).await).await.1, "unauthorized_client");
    let public = [GRANT, ("client_id", SPA)];
    assert_eq!(error(server.post("/token", &public).await).await.1, "unauthorized_client");
}

#[tokio::test]
async fn parameters_are_taken_from_a_form_body_alone() {
    let server = Server::start().await;
    let secret = server.secret(SERVICE);
    let request = |path| server.request(Method::POST, path).basic_auth(SERVICE, Some(secret));
    let in_query = request("/token?grant_type=client_credentials").form(&[("a", "b")]);
    assert_eq!(error(in_query.send().await.expect("an answer")).await.1, "invalid_request");
    let json = request("/token")
        .header(header::CONTENT_TYPE, "application/json")
        .body(r#"{"grant_type":"client_credentials"}"#);
    assert_eq!(error(json.send().await.expect("an answer")).await.1, "invalid_request");
    assert_eq!(server.get("/token").await.status(), 405);
    let large = request("/token").form(&[("grant_type", "a".repeat(70_000).as_str())]);
    assert_eq!(large.send().await.expect("an answer").status(), 413);
}

#[tokio::test]
async fn several_resources_share_a_token_only_if_all_are_asked_for() {
    let server = Server::start().await;
    let form = [GRANT, ("resource", API), ("resource", VAULT), ("scope", "read open")];
    let tokens = Tokens::from(server.post_as(SERVICE, "/token", &form).await).await;
    let seen = server.introspect_as("resource-server", &tokens.access).await;
    assert_eq!(seen["aud"], serde_json::json!([API, VAULT]));
}
