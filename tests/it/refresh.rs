//! Refresh tokens: rotation, forgiveness and theft (RFC 6749 §6, RFC 9700 §4.14).

use time::Duration;

use crate::support::{
    Browser, Options, SPA, Server, Tokens, VAULT, VERIFIER, WEB,
    server::{claims, error},
};

const OFFLINE: [(&str, &str); 1] = [("scope", "openid read offline_access")];

async fn start() -> (Server, Browser, Tokens) {
    let server = Server::start().await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &[]).await;
    (server, browser, tokens)
}

async fn refused(server: &Server, token: &str) -> String {
    let (status, code) = error(server.refresh(token, &[]).await).await;
    assert_eq!(status, 400);
    code
}

#[tokio::test]
async fn each_refresh_gives_a_new_token_of_each_kind() {
    let (server, _, first) = start().await;
    let second = Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    let third = Tokens::from(server.refresh(second.refresh(), &[]).await).await;
    assert_ne!(first.refresh(), second.refresh());
    assert_ne!(second.refresh(), third.refresh());
    assert!(server.is_active(&first.access).await, "former access tokens live on");
    let id = claims(third.id.as_deref().expect("an ID token"));
    assert_eq!(id.get("nonce"), None, "Core §12.2");
    assert_eq!(id["sub"], claims(first.id.as_deref().expect("an ID token"))["sub"]);
    assert_eq!(id["auth_time"], claims(first.id.as_deref().expect("an ID token"))["auth_time"]);
}

#[tokio::test]
async fn a_lost_answer_is_given_again() {
    let (server, _, first) = start().await;
    let second = Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    server.advance(Duration::seconds(50));
    let again = Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    assert_eq!(second.refresh(), again.refresh(), "the same successor: nothing forks");
    Tokens::from(server.refresh(again.refresh(), &[]).await).await;
    assert!(server.events().await.contains(&"refresh.retried".to_owned()));
}

#[tokio::test]
async fn after_the_window_it_is_reuse_and_everything_ends() {
    let (server, _, first) = start().await;
    let second = Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    server.advance(Duration::seconds(61));
    assert_eq!(refused(&server, first.refresh()).await, "invalid_grant");
    assert_eq!(refused(&server, second.refresh()).await, "invalid_grant");
    assert!(!server.is_active(&second.access).await);
    assert!(server.events().await.contains(&"reuse.detected".to_owned()));
}

#[tokio::test]
async fn a_token_two_rotations_old_is_reuse_at_once() {
    let (server, _, first) = start().await;
    let second = Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    let third = Tokens::from(server.refresh(second.refresh(), &[]).await).await;
    assert_eq!(refused(&server, first.refresh()).await, "invalid_grant");
    assert_eq!(refused(&server, third.refresh()).await, "invalid_grant");
}

#[tokio::test]
async fn retries_are_counted_once_the_race_is_over() {
    let (server, _, first) = start().await;
    let second = Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    for _ in 0..10 {
        Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    }
    server.advance(Duration::seconds(10));
    for _ in 0..3 {
        Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    }
    assert_eq!(refused(&server, first.refresh()).await, "invalid_grant", "the fourth");
    assert_eq!(refused(&server, second.refresh()).await, "invalid_grant");
}

#[tokio::test]
async fn a_client_may_have_no_window_at_all() {
    let server = Server::start().await;
    server.change_client(SPA, |metadata| metadata.refresh_retry_window = Some(0)).await;
    let first = server.tokens(&mut server.browser(), &[]).await;
    let second = Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    assert_eq!(refused(&server, first.refresh()).await, "invalid_grant");
    assert_eq!(refused(&server, second.refresh()).await, "invalid_grant");

    // The server's window is as it was, for everyone else.
    let callback = "https://shop.example/callback";
    let other = [("client_id", WEB), ("redirect_uri", callback)];
    let code = server.code(&mut server.browser(), &other).await;
    let secret = server.secret(WEB);
    let redemption = [
        ("grant_type", "authorization_code"),
        ("client_id", WEB),
        ("client_secret", secret),
        ("redirect_uri", callback),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let first = Tokens::from(server.post("/token", &redemption).await).await;
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", WEB),
        ("client_secret", secret),
        ("refresh_token", first.refresh()),
    ];
    let second = Tokens::from(server.post("/token", &refresh).await).await;
    server.advance(Duration::seconds(50));
    let again = Tokens::from(server.post("/token", &refresh).await).await;
    assert_eq!(second.refresh(), again.refresh());
}

#[tokio::test]
async fn a_server_may_have_no_window_and_a_client_its_own() {
    let server = Server::with(Options {
        config: "[tokens]\nrefresh_retry_window = \"0s\"",
        ..Options::default()
    })
    .await;
    server.change_client(SPA, |metadata| metadata.refresh_retry_window = Some(30)).await;
    let first = server.tokens(&mut server.browser(), &[]).await;
    let second = Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    server.advance(Duration::seconds(29));
    let again = Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    assert_eq!(second.refresh(), again.refresh());
    server.change_client(SPA, |metadata| metadata.refresh_retry_window = None).await;
    let first = server.tokens(&mut server.browser(), &[]).await;
    let second = Tokens::from(server.refresh(first.refresh(), &[]).await).await;
    assert_eq!(refused(&server, first.refresh()).await, "invalid_grant");
    assert_eq!(refused(&server, second.refresh()).await, "invalid_grant");
}

#[tokio::test]
async fn a_token_that_was_never_issued_harms_no_one() {
    let (server, _, first) = start().await;
    let grant = claims(&first.access)["jti"]
        .as_str()
        .expect("a jti")
        .split('.')
        .next()
        .expect("a grant")
        .to_owned();
    let key = signet::tokens::refresh::DerivationKey::new(&[7; 32]);
    let forged = signet::tokens::refresh::RefreshToken::draw(
        grant.parse().expect("a UUID"),
        &signet::entropy::Entropy::system(),
    );
    assert_eq!(refused(&server, &forged.expose(&key)).await, "invalid_grant");
    Tokens::from(server.refresh(first.refresh(), &[]).await).await;
}

#[tokio::test]
async fn another_client_that_presents_it_is_a_thief() {
    let (server, _, first) = start().await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "web"),
        ("client_secret", server.secret("web")),
        ("refresh_token", first.refresh()),
    ];
    assert_eq!(error(server.post("/token", &form).await).await.1, "invalid_grant");
    assert_eq!(refused(&server, first.refresh()).await, "invalid_grant");
}

#[tokio::test]
async fn a_narrower_scope_is_honoured_for_one_token_and_a_wider_one_refused() {
    let (server, _, first) = start().await;
    let wider = server.refresh(first.refresh(), &[("scope", "openid read write")]).await;
    assert_eq!(error(wider).await, (400, "invalid_scope".to_owned()));
    let narrow = Tokens::from(server.refresh(first.refresh(), &[("scope", "read")]).await).await;
    assert_eq!(narrow.body["scope"], "read");
    assert_eq!(narrow.id, None);
    let whole = Tokens::from(server.refresh(narrow.refresh(), &[]).await).await;
    assert_eq!(whole.body["scope"], "openid read");
    let other = server.refresh(whole.refresh(), &[("resource", VAULT)]).await;
    assert_eq!(error(other).await.1, "invalid_target");
    Tokens::from(server.refresh(whole.refresh(), &[]).await).await;
}

#[tokio::test]
async fn a_grant_ends_with_its_session() {
    let (server, mut browser, tokens) = start().await;
    let page = browser.get("/sign-out").await;
    browser.submit(&page, &[]).await;
    assert_eq!(refused(&server, tokens.refresh()).await, "invalid_grant");
    assert!(!server.is_active(&tokens.access).await);
}

#[tokio::test]
async fn a_grant_with_offline_access_outlives_its_session() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &OFFLINE).await;
    let page = browser.get("/sign-out").await;
    browser.submit(&page, &[]).await;
    let next = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert!(server.is_active(&next.access).await);
}

#[tokio::test]
async fn a_grant_ends_with_its_idle_and_its_absolute_lifetime() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &OFFLINE).await;
    server.advance(Duration::days(15));
    assert_eq!(refused(&server, tokens.refresh()).await, "invalid_grant", "idle for too long");

    let mut tokens = server.tokens(&mut server.browser(), &OFFLINE).await;
    for _ in 0..8 {
        server.advance(Duration::days(10));
        tokens = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    }
    server.advance(Duration::days(11));
    assert_eq!(refused(&server, tokens.refresh()).await, "invalid_grant", "91 days");
}

#[tokio::test]
async fn refreshing_keeps_the_person_signed_in() {
    let (server, mut browser, mut tokens) = start().await;
    for _ in 0..4 {
        server.advance(Duration::hours(10));
        tokens = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    }
    assert!(browser.get("/").await.body.contains("Alice Example"));
    server.advance(Duration::hours(13));
    assert_eq!(refused(&server, tokens.refresh()).await, "invalid_grant", "the session idled out");
    assert!(!browser.get("/").await.body.contains("Alice Example"));
}

#[tokio::test]
async fn an_idle_session_ends_no_more_than_what_was_bound_to_it() {
    let (server, _, tokens) = start().await;
    server.advance(Duration::hours(13));
    assert_eq!(refused(&server, tokens.refresh()).await, "invalid_grant");
    assert!(!server.events().await.contains(&"reuse.detected".to_owned()), "that is no theft");
}

#[tokio::test]
async fn a_client_without_the_grant_type_gets_no_refresh_token() {
    let server = Server::start().await;
    let without = |metadata: &mut signet::registry::client::Metadata| {
        metadata.grant_types.retain(|grant| grant.name() != "refresh_token");
    };
    server.change_client(SPA, without).await;
    let tokens = server.tokens(&mut server.browser(), &OFFLINE).await;
    assert_eq!(tokens.refresh, None);
    assert_eq!(tokens.body["scope"], "openid read");
}

#[tokio::test]
async fn a_sessions_absolute_end_ends_what_was_granted_in_it_however_much_it_is_used() {
    let config = "[sessions]\nabsolute_lifetime = \"2days\"";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let mut tokens = server.tokens(&mut server.browser(), &[]).await;
    let offline = server.tokens(&mut server.browser(), &OFFLINE).await;
    for _ in 0..4 {
        server.advance(Duration::hours(11));
        tokens = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    }
    server.advance(Duration::hours(5));
    assert_eq!(refused(&server, tokens.refresh()).await, "invalid_grant", "after 49 hours");
    assert!(!server.events().await.contains(&"reuse.detected".to_owned()));
    Tokens::from(server.refresh(offline.refresh(), &[]).await).await;
}

#[tokio::test]
async fn a_retry_is_recorded_with_whose_it_was_and_from_where() {
    let (server, _, first) = start().await;
    server.refresh(first.refresh(), &[]).await;
    let events = || async {
        server.app.audit.flush().await;
        sqlx::query_as::<_, (Option<String>, Option<String>, bool, bool, bool)>(
            "SELECT host(address), client_id, user_id IS NOT NULL, grant_id IS NOT NULL, request_id IS NOT NULL
             FROM audit_events WHERE kind = 'refresh.retried'",
        )
        .fetch_all(&server.db)
        .await
        .expect("events")
    };
    assert_eq!(events().await, []);
    let again = server.refresh(first.refresh(), &[]).await;
    assert_eq!(again.status(), 200);
    let expected = (Some("127.0.0.1".to_owned()), Some(SPA.to_owned()), true, true, true);
    assert_eq!(events().await, [expected]);
}
