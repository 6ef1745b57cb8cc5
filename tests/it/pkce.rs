//! PKCE (RFC 7636), and the clients that an operator exempted from it.

use crate::support::{
    CHALLENGE, Server, Tokens, VERIFIER, WEB, flow::authorize_path, server::error,
};

const CALLBACK: &str = "https://legacy.example/callback";
const LEGACY: &str = r#"
[[client]]
client_id = "legacy"
client_name = "Legacy"
token_endpoint_auth_method = "client_secret_post"
grant_types = ["authorization_code"]
redirect_uris = ["https://legacy.example/callback"]
scopes = ["openid", "read"]
resources = ["https://api.example.com"]
first_party = true
unsafe_without_pkce = true
"#;
/// An authorization request of that client without PKCE.
const WITHOUT: [(&str, &str); 4] = [
    ("client_id", "legacy"),
    ("redirect_uri", CALLBACK),
    ("code_challenge", ""),
    ("code_challenge_method", ""),
];

/// A server that knows the client, and the client's secret.
async fn start() -> (Server, String) {
    let server = Server::start().await;
    let secret = server.apply(LEGACY).await.remove(0).1;
    (server, secret)
}

/// What the token endpoint says to a code of that client, with `more` beside it.
async fn redeem(
    server: &Server,
    secret: &str,
    code: &str,
    more: &[(&str, &str)],
) -> openidconnect::reqwest::Response {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "legacy"),
        ("client_secret", secret),
        ("code", code),
    ];
    form.extend_from_slice(more);
    server.post("/token", &form).await
}

#[tokio::test]
async fn an_exempt_client_redeems_a_code_without_a_challenge() {
    let (server, secret) = start().await;
    let code = server.code(&mut server.signed_in().await, &WITHOUT).await;
    let answer = redeem(&server, &secret, &code, &[("redirect_uri", CALLBACK)]).await;
    let tokens = Tokens::from(answer).await;
    assert!(server.is_active(&tokens.access).await);
}

#[tokio::test]
async fn a_verifier_for_a_code_without_a_challenge_is_a_downgrade() {
    let (server, secret) = start().await;
    let code = server.code(&mut server.signed_in().await, &WITHOUT).await;
    let with = [("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    let refused = redeem(&server, &secret, &code, &with).await;
    assert_eq!(error(refused).await, (400, "invalid_grant".to_owned()));
    let honest = redeem(&server, &secret, &code, &[("redirect_uri", CALLBACK)]).await;
    assert_eq!(honest.status(), 200, "that did not spend it");
}

#[tokio::test]
async fn an_exempt_client_that_uses_pkce_is_held_to_it() {
    let (server, secret) = start().await;
    let mut browser = server.signed_in().await;
    let with = [("client_id", "legacy"), ("redirect_uri", CALLBACK), ("code_challenge", CHALLENGE)];
    let code = server.code(&mut browser, &with).await;
    let without = redeem(&server, &secret, &code, &[("redirect_uri", CALLBACK)]).await;
    assert_eq!(error(without).await, (400, "invalid_grant".to_owned()));
    let verifier = [("code_verifier", VERIFIER)];
    assert_eq!(redeem(&server, &secret, &code, &verifier).await.status(), 200);
}

#[tokio::test]
async fn a_redirect_uri_that_was_named_is_repeated_where_pkce_does_not_stand_in() {
    let (server, secret) = start().await;
    let mut browser = server.signed_in().await;
    let code = server.code(&mut browser, &WITHOUT).await;
    for more in [&[][..], &[("redirect_uri", "https://legacy.example/other")]] {
        let refused = redeem(&server, &secret, &code, more).await;
        assert_eq!(error(refused).await, (400, "invalid_grant".to_owned()), "{more:?}");
    }
    assert_eq!(redeem(&server, &secret, &code, &[("redirect_uri", CALLBACK)]).await.status(), 200);

    let mut unnamed = WITHOUT.to_vec();
    unnamed.retain(|(name, _)| *name != "redirect_uri");
    unnamed.extend([("redirect_uri", ""), ("scope", "read")]);
    let code = server.code(&mut browser, &unnamed).await;
    assert_eq!(redeem(&server, &secret, &code, &[]).await.status(), 200, "it was never named");
}

#[tokio::test]
async fn a_confidential_client_without_the_exemption_needs_pkce() {
    let server = Server::start().await;
    let mut changes = WITHOUT.to_vec();
    changes.retain(|(name, _)| name.starts_with("code_challenge"));
    changes.extend([("client_id", WEB), ("redirect_uri", "https://shop.example/callback")]);
    let answer = server.browser().get(&authorize_path(&changes)).await;
    assert_eq!(answer.callback().1["error"], "invalid_request");
}
