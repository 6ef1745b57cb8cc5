//! `UserInfo` (OpenID Connect Core §5.3, RFC 6750).

use openidconnect::reqwest::{Method, Response, header};
use serde_json::{Value, json};

use crate::support::{
    SERVICE, Server, Tokens,
    server::{claims, error},
};

async fn userinfo(server: &Server, token: &str) -> Response {
    server.request(Method::GET, "/userinfo").bearer_auth(token).send().await.expect("an answer")
}

#[tokio::test]
async fn scopes_open_claims() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &[("scope", "openid")]).await;
    let sub = claims(&tokens.access)["sub"].clone();
    let seen: Value = userinfo(&server, &tokens.access).await.json().await.expect("JSON");
    assert_eq!(seen, json!({ "sub": sub }));
    let tokens = server.tokens(&mut browser, &[("scope", "openid profile email")]).await;
    let seen: Value = userinfo(&server, &tokens.access).await.json().await.expect("JSON");
    assert_eq!(
        seen,
        json!({
            "sub": sub, "name": "Alice Example", "preferred_username": "alice", "updated_at": 1_893_499_200,
            "email": "alice@example.com", "email_verified": true,
        })
    );
    let by_post = server.post("/userinfo", &[("access_token", &tokens.access)]).await;
    assert_eq!(by_post.json::<Value>().await.expect("JSON"), seen);
    let opaque = server
        .tokens(
            &mut browser,
            &[("scope", "openid open"), ("resource", "https://vault.example.com")],
        )
        .await;
    assert!(opaque.access.starts_with("sga_"));
    assert_eq!(userinfo(&server, &opaque.access).await.status(), 200);
}

#[tokio::test]
async fn the_challenge_says_what_is_wrong() {
    let server = Server::start().await;
    let challenge = |answer: &Response| {
        answer.headers()[header::WWW_AUTHENTICATE].to_str().expect("ASCII").to_owned()
    };
    let missing = server.get("/userinfo").await;
    assert_eq!(
        (missing.status().as_u16(), challenge(&missing).as_str()),
        (401, "Bearer realm=\"signet\"")
    );
    let wrong = userinfo(&server, "nonsense").await;
    assert_eq!(wrong.status(), 401);
    assert!(challenge(&wrong).contains("error=\"invalid_token\""));
    let in_query = server.get("/userinfo?access_token=x").await;
    assert_eq!(in_query.status(), 401);
    let service = server.post_as(SERVICE, "/token", &[("grant_type", "client_credentials")]).await;
    let service = Tokens::from(service).await.access;
    let refused = userinfo(&server, &service).await;
    assert_eq!(refused.status(), 403);
    assert!(challenge(&refused).contains("error=\"insufficient_scope\""));
}

#[tokio::test]
async fn a_token_that_ended_or_was_revoked_opens_nothing() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &[]).await;
    server.post("/revoke", &[("client_id", "spa"), ("token", &tokens.access)]).await;
    assert_eq!(userinfo(&server, &tokens.access).await.status(), 401);
    let tokens = server.tokens(&mut browser, &[]).await;
    assert_eq!(userinfo(&server, &tokens.access).await.status(), 200);
    server.advance(time::Duration::minutes(16));
    assert_eq!(userinfo(&server, &tokens.access).await.status(), 401);
}

#[tokio::test]
async fn a_token_of_a_disabled_client_opens_nothing() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let jwt = server.tokens(&mut browser, &[]).await.access;
    let vault = [("scope", "openid open"), ("resource", crate::support::VAULT)];
    let opaque = server.tokens(&mut browser, &vault).await.access;
    signet::admin::clients::set_disabled(&server.app, "spa", true).await.expect("stored");
    server.catch_up().await;
    assert_eq!(userinfo(&server, &jwt).await.status(), 401);
    assert_eq!(userinfo(&server, &opaque).await.status(), 401);
}

#[tokio::test]
async fn a_token_is_there_once_and_in_one_place() {
    // RFC 6750 §2, §3.1.
    let server = Server::start().await;
    let token = server.tokens(&mut server.browser(), &[]).await.access;
    let in_body = ("access_token", token.as_str());
    let request = || server.request(Method::POST, "/userinfo");
    for (what, request) in [
        ("in header and body", request().bearer_auth(&token).form(&[in_body])),
        ("another in the body", request().bearer_auth(&token).form(&[("access_token", "x")])),
        ("twice in the body", request().form(&[in_body, in_body])),
        ("twice in the header", request().bearer_auth(&token).bearer_auth(&token)),
        ("something else twice", request().form(&[in_body, ("a", "1"), ("a", "2")])),
        ("JSON", request().json(&json!({ "access_token": token }))),
    ] {
        let answer = request.send().await.expect("an answer");
        assert_eq!(error(answer).await, (400, "invalid_request".to_owned()), "{what}");
    }
}
