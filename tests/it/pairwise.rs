//! Pairwise subjects (OpenID Connect Core §8).

use openidconnect::reqwest::Method;
use serde_json::{Value, json};
use signet::{
    oauth::logout::deliver_due,
    registry::{redirect_uri::Registered, sector::SubjectType},
};
use uuid::Uuid;

use crate::support::{
    Options, RESOURCE_SERVER, SPA, Server, Tokens, VAULT,
    flow::authorize_path,
    party::{Party, REACHABLE},
    server::claims,
};

/// A server whose usual client has pairwise subjects in this sector.
async fn start(sector: &str) -> Server {
    let server = Server::start().await;
    in_sector(&server, sector).await;
    server
}

async fn in_sector(server: &Server, sector: &str) {
    let uri = format!("https://{sector}/redirects.json");
    server
        .change_client(SPA, |spa| {
            spa.subject_type = SubjectType::Pairwise;
            spa.sector_identifier_uri = Some(uri);
        })
        .await;
}

async fn at_userinfo(server: &Server, token: &str) -> String {
    let request = server.request(Method::GET, "/userinfo").bearer_auth(token);
    let seen: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    seen["sub"].as_str().unwrap_or_else(|| panic!("{seen}")).to_owned()
}

#[tokio::test]
async fn a_client_is_told_one_subject_everywhere_and_never_the_id() {
    let server = start("a.example").await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &[]).await;
    let sub =
        claims(tokens.id.as_ref().expect("an ID token"))["sub"].as_str().expect("a sub").to_owned();
    assert_eq!(sub.len(), 43);
    assert_eq!(claims(&tokens.access)["sub"], json!(sub));
    assert_eq!(at_userinfo(&server, &tokens.access).await, sub);
    assert_eq!(server.introspect_as(RESOURCE_SERVER, &tokens.access).await["sub"], json!(sub));
    let refreshed = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert_eq!(claims(&refreshed.id.expect("an ID token"))["sub"], json!(sub));
    let vault = [("scope", "openid open"), ("resource", VAULT)];
    let opaque = server.tokens(&mut browser, &vault).await;
    assert_eq!(claims(&opaque.id.expect("an ID token"))["sub"], json!(sub));
    assert_eq!(at_userinfo(&server, &opaque.access).await, sub);
    assert_eq!(server.introspect_as(RESOURCE_SERVER, &opaque.access).await["sub"], json!(sub));
    // Revoking needs no id in the token.
    server.post("/revoke", &[("client_id", SPA), ("token", &refreshed.access)]).await;
    assert!(!server.is_active(&refreshed.access).await);
    let whose: Option<uuid::Uuid> =
        sqlx::query_scalar("SELECT user_id FROM audit_events WHERE kind = 'revoked'")
            .fetch_one(&server.db)
            .await
            .expect("on record");
    assert!(whose.is_some(), "the log knows the person whom the client does not");
}

#[tokio::test]
async fn another_sector_knows_another_subject_and_the_same_one_the_same() {
    let server = start("a.example").await;
    let mut browser = server.browser();
    let mut subs = Vec::new();
    for sector in ["a.example", "b.example", "a.example"] {
        in_sector(&server, sector).await;
        let tokens = server.tokens(&mut browser, &[]).await;
        subs.push(claims(&tokens.access)["sub"].clone());
    }
    assert_ne!(subs[0], subs[1]);
    assert_eq!(subs[0], subs[2]);
}

#[tokio::test]
async fn a_pairwise_subject_is_understood_when_it_comes_back() {
    let server = start("a.example").await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    let id = tokens.id.expect("an ID token");
    let user = signet::storage::users::find(&server.db, crate::support::EMAIL).await;
    let user = user.expect("read").expect("her").id.to_string();
    let sub = claims(&id)["sub"].as_str().expect("a sub").to_owned();
    let asked = |sub: &str| json!({ "id_token": { "sub": { "value": sub } } }).to_string();
    for (changes, fine) in [
        (("id_token_hint", id.clone()), true),
        (("claims", asked(&sub)), true),
        // The id that it stands for is no subject here.
        (("claims", asked(&user)), false),
    ] {
        let path = authorize_path(&[(changes.0, changes.1.as_str()), ("prompt", "none")]);
        let answer = browser.get(&path).await.callback().1;
        assert_eq!(answer.contains_key("code"), fine, "{answer:?}");
    }
    in_sector(&server, "b.example").await;
    let path = authorize_path(&[("id_token_hint", &id), ("prompt", "none")]);
    assert_eq!(browser.get(&path).await.callback().1["error"], "login_required");
}

/// OpenID Connect Front-Channel Logout §3, Back-Channel Logout §2.1: the same `sid` everywhere would tell clients whether they
/// know the same person.
#[tokio::test]
async fn each_sector_knows_a_session_by_another_name_and_the_same_one_throughout() {
    let server = Server::with(Options { config: REACHABLE, ..Options::default() }).await;
    let party = Party::of(&server, SPA).await;
    let frame = Registered::parse("https://app.example/frame").expect("a URI");
    server.change_client(SPA, |spa| spa.sessions.frontchannel_logout_uri = Some(frame)).await;
    let mut browser = server.signed_in().await;
    let mut sids = vec![sid(&server.tokens(&mut browser, &[]).await)];
    let session: Uuid = sids[0].parse().expect("public: the id");
    for sector in ["a.example", "b.example"] {
        in_sector(&server, sector).await;
        sids.push(sid(&server.tokens(&mut browser, &[]).await));
    }
    in_sector(&server, "a.example").await;
    let tokens = server.tokens(&mut browser, &[]).await;
    assert_eq!(sid(&tokens), sids[1]);
    sids.sort();
    sids.dedup();
    assert_eq!(sids.len(), 3);

    // It is understood as a hint, told in the frame, and behind the browser.
    let hint = tokens.id.as_deref().expect("an ID token");
    let answer = browser.get(&format!("/logout?id_token_hint={hint}")).await;
    assert_eq!(answer.status, 303, "no question");
    let page = browser.follow(answer).await;
    assert!(page.body.contains(&format!("sid={}", sid(&tokens))), "{}", page.body);
    assert!(!page.body.contains(&session.to_string()));
    deliver_due(&server.app).await.expect("delivered");
    let told: Vec<Value> = party.tokens().iter().map(|token| claims(token)).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["sid"], sid(&tokens));
    assert_eq!(told[0]["sub"], claims(hint)["sub"]);
}

#[tokio::test]
async fn a_hint_of_another_sector_does_not_sign_anyone_out() {
    let server = start("a.example").await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    in_sector(&server, "b.example").await;
    let hint = tokens.id.expect("an ID token");
    let answer = browser.get(&format!("/logout?id_token_hint={hint}")).await;
    assert_eq!(answer.status, 200, "the person is asked");
}

fn sid(tokens: &Tokens) -> String {
    let claims = claims(tokens.id.as_deref().expect("an ID token"));
    claims["sid"].as_str().expect("a sid").to_owned()
}
