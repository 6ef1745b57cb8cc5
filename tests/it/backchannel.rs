//! Applications that are told behind the browser that a session ended (OpenID Connect Back-Channel Logout 1.0).

use std::sync::Arc;

use serde_json::{Value, json};
use signet::{
    audit::Origin,
    identity::session,
    keys::signing::Type,
    oauth::logout::{deliver_due, deliver_forever},
    storage::{self, logouts::Limits, sessions::Others},
    tokens::jws,
};
use time::Duration;
use uuid::Uuid;

use crate::support::{
    Browser, Options, SPA, Server, Tokens, VERIFIER, WEB,
    party::{NEVER, Party, REACHABLE},
    server::{claims, header},
};

async fn start() -> Server {
    Server::with(Options { config: REACHABLE, ..Options::default() }).await
}

/// A second replica, with the same clock.
async fn replica(server: &Server) -> Server {
    let clock = Some(server.clock.clone());
    let options = Options { config: REACHABLE, clock, ..Options::default() };
    Server::on(Arc::clone(&server.database), options).await
}

fn id_token(tokens: &Tokens) -> &str {
    tokens.id.as_deref().expect("an ID token")
}

fn text(claims: &Value, name: &str) -> String {
    claims[name].as_str().unwrap_or_else(|| panic!("{name}: {claims}")).to_owned()
}

async fn waiting(server: &Server) -> i64 {
    let sql = "SELECT count(*) FROM logouts";
    sqlx::query_scalar(sql).fetch_one(&server.db).await.expect("a count")
}

async fn sign_out(browser: &mut Browser) {
    let page = browser.get("/sign-out").await;
    let page = browser.submit(&page, &[]).await;
    assert!(page.body.contains("You are signed out"), "{}", page.body);
}

async fn deliver(server: &Server) {
    deliver_due(&server.app).await.expect("delivered");
}

const WAYS: [&str; 8] = [
    "sign-out",
    "logout",
    "another browser",
    "all others",
    "disabled",
    "deletion",
    "deleted",
    "expiry",
];

async fn end(server: &Server, way: &str, browser: &mut Browser, tokens: &Tokens) {
    let token = claims(id_token(tokens));
    let user: Uuid = text(&token, "sub").parse().expect("an id");
    let sid = text(&token, "sid");
    let now = server.clock.now();
    let tokens_end = now + Duration::DAY;
    match way {
        "sign-out" => sign_out(browser).await,
        "logout" => {
            let answer = browser.get(&format!("/logout?id_token_hint={}", id_token(tokens))).await;
            assert_eq!(answer.status, 303);
        }
        "another browser" => {
            let mut other = server.signed_in().await;
            let page = other.get("/account/sessions").await;
            other.submit(&page, &[("end", &sid)]).await;
        }
        "all others" => {
            let which = Others { keep: None, own_grants: true };
            session::end_others(&server.app, user, which, &Origin::default()).await.expect("ended");
        }
        "disabled" => {
            storage::users::disable(&server.db, user, now, tokens_end).await.expect("disabled");
        }
        "deletion" => {
            let at = now + Duration::DAY;
            let done = storage::deletion::schedule(&server.db, user, at, now, tokens_end).await;
            done.expect("scheduled");
        }
        "deleted" => {
            sqlx::query("UPDATE users SET delete_at = $2 WHERE id = $1")
                .bind(user)
                .bind(now)
                .execute(&server.db)
                .await
                .expect("due");
            assert!(server.app.maintain().await.is_empty());
        }
        "expiry" => {
            server.advance(Duration::days(30) + Duration::SECOND);
            assert!(server.app.maintain().await.is_empty());
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_end_of_a_session_is_told() {
    for way in WAYS {
        let server = start().await;
        let party = Party::of(&server, SPA).await;
        let mut browser = server.signed_in().await;
        let tokens = server.tokens(&mut browser, &[]).await;
        // One that took no part is not told.
        let stranger = Party::of(&server, WEB).await;
        end(&server, way, &mut browser, &tokens).await;
        assert_eq!(waiting(&server).await, 1, "{way}");
        deliver(&server).await;
        let told = party.tokens();
        assert_eq!(told.len(), 1, "{way}");
        assert_eq!(stranger.tokens().len(), 0, "{way}");
        let (logout, id) = (claims(&told[0]), claims(id_token(&tokens)));
        assert_eq!((&logout["sid"], &logout["sub"]), (&id["sid"], &id["sub"]), "{way}");
        assert_eq!(waiting(&server).await, 0, "{way}");
    }
}

#[tokio::test]
async fn a_password_set_by_a_link_ends_sessions_and_is_told() {
    let config = REACHABLE;
    let options = Options { config, catches_mail: true, ..Options::default() };
    let server = Server::with(options).await;
    let party = Party::of(&server, SPA).await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    let mut other = server.browser();
    let page = other.get("/forgot").await;
    other.submit(&page, &[("identifier", crate::support::EMAIL)]).await;
    let link = server.link_to(crate::support::EMAIL).await;
    let page = other.get(&link).await;
    let page = other.follow(page).await;
    let new = "a brand new horse battery";
    other.submit(&page, &[("password", new)]).await;
    assert!(!browser.get("/").await.body.contains("Alice"), "the session ended");
    deliver(&server).await;
    assert_eq!(party.tokens().len(), 1);
}

#[tokio::test]
async fn a_logout_token_says_what_the_specification_wants() {
    let server = start().await;
    let party = Party::of(&server, SPA).await;
    server
        .change_client(SPA, |it| {
            it.id_token_signed_response_alg = signet::keys::signing::Algorithm::EdDsa;
        })
        .await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    sign_out(&mut browser).await;
    deliver(&server).await;
    let token = party.tokens().remove(0);
    let head = header(&token);
    assert_eq!((&head["typ"], &head["alg"]), (&json!("logout+jwt"), &json!("EdDSA")));
    let keys = server.app.keys.set();
    let read = jws::verify::<Value>(&keys, &server.issuer, Type::Logout, &token);
    let (read, _) = read.expect("signed by a key of ours");
    assert!(jws::verify::<Value>(&keys, &server.issuer, Type::Id, &token).is_none());
    let id = claims(id_token(&tokens));
    let event = "http://schemas.openid.net/event/backchannel-logout";
    assert_eq!(read["events"], json!({ event: {} }));
    assert_eq!(read["aud"], SPA);
    assert_eq!(read["sid"], id["sid"]);
    assert_eq!(read["exp"].as_i64().expect("exp") - read["iat"].as_i64().expect("iat"), 120);
    assert!(read.get("nonce").is_none() && read["jti"].is_string());
    // It is no ID token, so it is no hint.
    let answer = browser.get(&format!("/logout?id_token_hint={token}")).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn an_application_that_is_away_is_told_later_with_a_fresh_token() {
    let server = start().await;
    let party = Party::of(&server, SPA).await;
    party.answer(503);
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    sign_out(&mut browser).await;
    deliver(&server).await;
    deliver(&server).await;
    assert_eq!(party.tokens().len(), 1, "not at once again");
    server.advance(Duration::seconds(10));
    deliver(&server).await;
    server.advance(Duration::seconds(10));
    deliver(&server).await;
    assert_eq!(party.tokens().len(), 2, "the delay grows");
    party.answer(204);
    server.advance(Duration::hours(1));
    deliver(&server).await;
    let tokens = party.tokens();
    assert_eq!((tokens.len(), waiting(&server).await), (3, 0));
    let (first, last) = (claims(&tokens[0]), claims(&tokens[2]));
    assert_ne!(first["jti"], last["jti"]);
    assert_eq!(last["iat"].as_i64(), Some(server.clock.now().unix_timestamp()));
    assert!(!server.events().await.contains(&"logout.undelivered".to_owned()));
}

#[tokio::test]
async fn an_application_that_refuses_is_given_up_and_that_is_on_record() {
    let server = start().await;
    let party = Party::of(&server, SPA).await;
    party.answer(400);
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    sign_out(&mut browser).await;
    for _ in 0..20 {
        deliver(&server).await;
        server.advance(Duration::minutes(2));
    }
    assert_eq!(waiting(&server).await, 0);
    let count = party.tokens().len();
    assert!((2..=6).contains(&count), "{count}");
    server.app.audit.flush().await;
    let sql = "SELECT client_id, session_id::text, detail ->> 'failure' FROM audit_events WHERE kind = 'logout.undelivered'";
    let rows: Vec<(String, String, String)> =
        sqlx::query_as(sql).fetch_all(&server.db).await.expect("events");
    let [(client_id, session, failure)] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(client_id, SPA);
    assert_eq!(*session, text(&claims(id_token(&tokens)), "sid"));
    assert!(failure.contains("400"), "{failure}");
}

#[tokio::test]
async fn one_that_hangs_holds_up_no_other() {
    let server = start().await;
    let (slow, fast) = (Party::of(&server, SPA).await, Party::of(&server, WEB).await);
    slow.answer(NEVER);
    let app = Arc::clone(&server.app);
    let task = tokio::spawn(async move { deliver_forever(&app).await });
    for round in 1..=2 {
        let mut browser = server.signed_in().await;
        server.tokens(&mut browser, &[]).await;
        web_grant(&server, &mut browser).await;
        sign_out(&mut browser).await;
        fast.told(round).await;
        slow.told(1).await;
    }
    assert_eq!(waiting(&server).await.min(2), 2, "what the slow one was not told of waits");
    task.abort();
}

/// Signs the person of this browser in to the other client too.
async fn web_grant(server: &Server, browser: &mut Browser) {
    let callback = "https://shop.example/callback";
    let changes = [("client_id", WEB), ("redirect_uri", callback), ("scope", "openid")];
    let code = server.code(browser, &changes).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", WEB),
        ("client_secret", server.secret(WEB)),
        ("redirect_uri", callback),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    Tokens::from(server.post("/token", &form).await).await;
}

#[tokio::test]
async fn what_waits_outlives_the_process() {
    let server = start().await;
    let party = Party::of(&server, SPA).await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    sign_out(&mut browser).await;
    assert_eq!(party.tokens().len(), 0);
    let next = replica(&server).await;
    drop(server);
    deliver(&next).await;
    assert_eq!(party.tokens().len(), 1);
}

#[tokio::test]
async fn what_a_replica_took_and_did_not_do_is_done_after_its_lease() {
    let server = start().await;
    let party = Party::of(&server, SPA).await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    sign_out(&mut browser).await;
    let now = server.clock.now();
    let limits = Limits { clients: 10, each: 10 };
    let lease_end = now + Duration::MINUTE;
    let taken = storage::logouts::claim(&server.db, limits, &[], now, lease_end).await;
    assert_eq!(taken.expect("taken").len(), 1);
    deliver(&server).await;
    assert_eq!(party.tokens().len(), 0, "it is someone else's");
    server.advance(Duration::MINUTE);
    deliver(&server).await;
    assert_eq!(party.tokens().len(), 1);
}

#[tokio::test]
async fn two_replicas_tell_once() {
    let server = start().await;
    let other = replica(&server).await;
    let party = Party::of(&server, SPA).await;
    for _ in 0..10 {
        let mut browser = server.signed_in().await;
        server.tokens(&mut browser, &[]).await;
        sign_out(&mut browser).await;
    }
    other.follow().await;
    tokio::join!(deliver(&server), deliver(&other));
    let mut sessions: Vec<String> =
        party.tokens().iter().map(|token| text(&claims(token), "sid")).collect();
    sessions.sort();
    sessions.dedup();
    assert_eq!((party.tokens().len(), sessions.len()), (10, 10));
}

#[tokio::test]
async fn offline_access_outlives_the_session_and_is_told_all_the_same() {
    let server = start().await;
    let party = Party::of(&server, SPA).await;
    let mut browser = server.signed_in().await;
    let bound = server.tokens(&mut browser, &[("scope", "openid read")]).await;
    let scope = "openid read offline_access";
    let offline = server.tokens(&mut browser, &[("scope", scope), ("prompt", "consent")]).await;
    sign_out(&mut browser).await;
    deliver(&server).await;
    assert_eq!(party.tokens().len(), 1, "once for both grants");
    assert_eq!(server.refresh(bound.refresh(), &[]).await.status(), 400);
    assert_eq!(server.refresh(offline.refresh(), &[]).await.status(), 200);
}

#[tokio::test]
async fn one_that_no_longer_wants_to_be_told_is_not() {
    let server = start().await;
    let party = Party::of(&server, SPA).await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    sign_out(&mut browser).await;
    server.change_client(SPA, |it| it.sessions.backchannel_logout_uri = None).await;
    deliver(&server).await;
    assert_eq!((party.tokens().len(), waiting(&server).await), (0, 0));
}

#[tokio::test]
async fn one_that_is_disabled_is_told_nothing() {
    let server = start().await;
    let party = Party::of(&server, SPA).await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    sign_out(&mut browser).await;
    assert_eq!(waiting(&server).await, 1);
    signet::admin::clients::set_disabled(&server.app, SPA, true).await.expect("disabled");
    server.follow().await;
    deliver(&server).await;
    assert_eq!((party.tokens().len(), waiting(&server).await), (0, 0));
}

#[tokio::test]
async fn an_address_inside_is_never_called() {
    // Back-Channel Logout §4: whoever registers a client chooses what is called.
    let server = Server::start().await;
    let party = Party::of(&server, SPA).await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    sign_out(&mut browser).await;
    assert_eq!(waiting(&server).await, 1);
    for _ in 0..50 {
        deliver(&server).await;
        server.advance(Duration::hours(1));
    }
    assert_eq!((party.tokens().len(), waiting(&server).await), (0, 0));
    assert!(server.events().await.contains(&"logout.undelivered".to_owned()));
}

#[tokio::test]
async fn a_logout_token_has_the_subject_that_its_client_knows() {
    // Back-Channel Logout §2.4, OpenID Connect Core §8.1.
    let server = start().await;
    let party = Party::of(&server, SPA).await;
    server
        .change_client(SPA, |spa| {
            spa.subject_type = signet::registry::sector::SubjectType::Pairwise;
            spa.sector_identifier_uri = Some("https://a.example/redirects.json".to_owned());
        })
        .await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    sign_out(&mut browser).await;
    deliver(&server).await;
    let (told, known) = (claims(&party.tokens()[0]), claims(id_token(&tokens)));
    assert_eq!((&told["sub"], &told["sid"]), (&known["sub"], &known["sid"]));
    assert_eq!(text(&told, "sub").len(), 43);
}
