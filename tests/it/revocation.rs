//! Token revocation (RFC 7009).

use time::Duration;
use uuid::Uuid;

use crate::support::{
    RESOURCE_SERVER, SERVICE, SPA, STRANGER, Server, Tokens, VAULT, WEB, server::error,
};

#[tokio::test]
async fn revoking_a_refresh_token_ends_its_grant() {
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    let form = [("client_id", SPA), ("token", tokens.refresh())];
    assert_eq!(server.post("/revoke", &form).await.status(), 200);
    assert!(!server.is_active(&tokens.access).await);
    assert_eq!(error(server.refresh(tokens.refresh(), &[]).await).await.1, "invalid_grant");
    let events = server.events().await;
    assert!(events.contains(&"revoked".to_owned()));
    assert!(!events.contains(&"reuse.detected".to_owned()));
}

#[tokio::test]
async fn revoking_an_access_token_ends_it_alone() {
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    let form = [
        ("client_id", SPA),
        ("token", tokens.access.as_str()),
        ("token_type_hint", "refresh_token"),
    ];
    assert_eq!(server.post("/revoke", &form).await.status(), 200);
    assert!(!server.is_active(&tokens.access).await);
    let next = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert!(server.is_active(&next.access).await);
}

#[tokio::test]
async fn opaque_tokens_can_be_revoked_too() {
    let server = Server::start().await;
    let form = [("grant_type", "client_credentials"), ("resource", VAULT)];
    let token = Tokens::from(server.post_as(SERVICE, "/token", &form).await).await.access;
    assert!(server.is_active(&token).await);
    assert_eq!(server.post_as(SERVICE, "/revoke", &[("token", &token)]).await.status(), 200);
    assert!(!server.is_active(&token).await);
}

#[tokio::test]
async fn what_was_revoked_before_is_not_put_on_record_again() {
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    let vault = [("scope", "open"), ("resource", VAULT)];
    let opaque = server.tokens(&mut server.browser(), &vault).await;
    for (token, expected) in [
        (tokens.access.as_str(), 1),
        (tokens.access.as_str(), 1),
        (tokens.refresh(), 2),
        (tokens.refresh(), 2),
        (opaque.access.as_str(), 3),
        (opaque.access.as_str(), 3),
        (opaque.refresh(), 4),
        // Its grant is over.
        (opaque.access.as_str(), 4),
    ] {
        let form = [("client_id", SPA), ("token", token)];
        assert_eq!(server.post("/revoke", &form).await.status(), 200);
        let events = server.events().await;
        assert_eq!(events.iter().filter(|kind| *kind == "revoked").count(), expected, "{token}");
    }
    let next = server.tokens(&mut server.browser(), &[]).await;
    for (token, expected) in [(next.refresh(), 5), (next.access.as_str(), 5)] {
        server.post("/revoke", &[("client_id", SPA), ("token", token)]).await;
        let events = server.events().await;
        assert_eq!(events.iter().filter(|kind| *kind == "revoked").count(), expected, "{token}");
    }
}

#[tokio::test]
async fn only_its_own_client_can_revoke_a_token_and_no_one_learns_whether_it_exists() {
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    for token in [tokens.access.as_str(), tokens.refresh(), "nonsense", "sgr_nonsense"] {
        let answer = server.post_as(STRANGER, "/revoke", &[("token", token)]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.expect("text"), "");
    }
    assert!(server.is_active(&tokens.access).await);
    assert_eq!(server.refresh(tokens.refresh(), &[]).await.status(), 200);
    let unauthenticated = server.post("/revoke", &[("client_id", SERVICE), ("token", "x")]).await;
    assert_eq!(error(unauthenticated).await.0, 401);
}

#[tokio::test]
async fn deleting_a_client_revokes_all_grants_and_tells_of_those_with_live_tokens() {
    let server = Server::start().await;
    let offline = [("scope", "openid offline_access read")];
    let old = server.tokens(&mut server.browser(), &offline).await;
    server.advance(Duration::hours(25));
    let new = server.tokens(&mut server.browser(), &offline).await;
    assert!(server.is_active(&new.access).await);
    signet::admin::clients::delete(&server.app, SPA).await.expect("deleted");
    let sql = "SELECT id, revoked_at IS NOT NULL FROM grants ORDER BY id";
    let grants: Vec<(Uuid, bool)> =
        sqlx::query_as(sql).fetch_all(&server.db).await.expect("grants");
    assert!(grants.iter().all(|(_, revoked)| *revoked), "{grants:?}");
    let sql = "SELECT subject FROM revocations";
    let told: Vec<Uuid> = sqlx::query_scalar(sql).fetch_all(&server.db).await.expect("revocations");
    assert_eq!(told, [grants[1].0]);
    let sql = "SELECT key FROM changes WHERE kind = 'revocation'";
    let told: Vec<String> = sqlx::query_scalar(sql).fetch_all(&server.db).await.expect("changes");
    assert_eq!(told, [grants[1].0.to_string()]);
    for token in [old, new] {
        let found = server.introspect_as(RESOURCE_SERVER, token.refresh()).await;
        assert_eq!(found["active"], false);
    }
}

#[tokio::test]
async fn a_client_revokes_by_its_secret_in_the_body() {
    // RFC 7009 §2.1, RFC 6749 §2.3.1.
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let callback = "https://shop.example/callback";
    let code = server.code(&mut browser, &[("client_id", WEB), ("redirect_uri", callback)]).await;
    let mut form = crate::support::flow::redemption(&code).to_vec();
    form[1].1 = WEB;
    form[2].1 = callback;
    form.push(("client_secret", server.secret(WEB)));
    let tokens = Tokens::from(server.post("/token", &form).await).await;
    for (secret, status) in [(None, 401), (Some("wrong"), 401), (Some(server.secret(WEB)), 200)] {
        let mut form = vec![("client_id", WEB), ("token", tokens.refresh())];
        form.extend(secret.map(|secret| ("client_secret", secret)));
        assert_eq!(server.post("/revoke", &form).await.status(), status, "{secret:?}");
        assert_eq!(server.is_active(&tokens.access).await, status != 200, "{secret:?}");
    }
}

#[tokio::test]
async fn what_is_there_twice_revokes_nothing() {
    // RFC 6749 §3.2: parameters are there once.
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    let token = ("token", tokens.access.as_str());
    for form in [
        vec![("client_id", SPA), token, token],
        vec![("client_id", SPA), ("client_id", SPA), token],
        vec![("client_id", SPA), token, ("token_type_hint", "a"), ("token_type_hint", "b")],
    ] {
        let answer = error(server.post("/revoke", &form).await).await;
        assert_eq!(answer, (400, "invalid_request".to_owned()), "{form:?}");
    }
    assert!(server.is_active(&tokens.access).await);
}
