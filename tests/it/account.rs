//! `/account`: who one is, where one is signed in, and what one allowed to whom.

use time::Duration;

use crate::support::{Browser, SPA, Server, VAULT, WEB, flow::authorize_path};

async fn signed_in_as_bob(server: &Server) -> Browser {
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    let fields = [("identifier", "bob@example.com"), ("password", "another good password")];
    browser.submit(&page, &fields).await;
    browser
}

/// The ids of the sessions that a page lists, in its order.
fn sessions(body: &str) -> Vec<String> {
    let ids = body.split("name=\"end\" value=\"").skip(1);
    ids.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[tokio::test]
async fn each_page_leads_to_the_sign_in_and_back() {
    let server = Server::start().await;
    for page in ["/account", "/account/sessions", "/account/applications"] {
        let mut browser = server.browser();
        let answer = browser.get(page).await;
        let next = page.replace('/', "%2F");
        assert_eq!(answer.location(), Some(format!("/sign-in?next={next}")));
        let form = browser.follow(answer).await;
        let fields =
            [("identifier", crate::support::EMAIL), ("password", crate::support::PASSWORD)];
        let there = browser.submit(&form, &fields).await;
        assert_eq!(there.status, 200);
        assert_eq!(browser.get(page).await.status, 200, "{page}");
    }
}

#[tokio::test]
async fn the_first_page_says_who_one_is_and_leads_on() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    assert!(browser.get("/").await.body.contains("href=\"/account\""));
    let page = browser.get("/account").await.body;
    for text in ["Alice Example", "alice@example.com", "Only here", "href=\"/sign-out\""] {
        assert!(page.contains(text), "{text}: {page}");
    }
    for end in ["password", "passkeys", "authenticator", "email", "sessions", "applications"] {
        assert!(page.contains(&format!("href=\"/account/{end}\"")), "{end}");
    }
}

#[tokio::test]
async fn a_browser_is_signed_out_from_another_one_with_what_was_granted_in_it() {
    let server = Server::start().await;
    let mut phone = server.signed_in().await;
    let bound = server.tokens(&mut phone, &[]).await;
    let offline = server.tokens(&mut phone, &[("scope", "openid read offline_access")]).await;
    server.advance(Duration::minutes(2));
    let mut laptop = server.signed_in().await;
    let own = server.tokens(&mut laptop, &[]).await;

    let page = laptop.get("/account/sessions").await;
    let listed = sessions(&page.body);
    assert_eq!(listed.len(), 2);
    let (here, _) = page.body.split_once(&listed[1]).expect("listed");
    assert!(here.contains("This browser"), "this one comes first: {}", page.body);
    assert!(page.body.contains("2 minutes ago"), "{}", page.body);

    let page = laptop.submit(&page, &[("end", &listed[1])]).await;
    assert_eq!(sessions(&page.body).len(), 1);
    assert!(!phone.get("/").await.body.contains("Alice"));
    assert!(!server.is_active(&bound.access).await);
    assert!(server.is_active(&offline.access).await, "it outlives the session");
    assert!(server.is_active(&own.access).await);
    assert!(server.events().await.contains(&"signed_out".to_owned()));
}

#[tokio::test]
async fn all_other_browsers_are_signed_out_at_once() {
    let server = Server::start().await;
    let mut others = [server.signed_in().await, server.signed_in().await];
    let mut bob = signed_in_as_bob(&server).await;
    let tokens = server.tokens(&mut others[0], &[]).await;
    let mut here = server.signed_in().await;
    let own = server.tokens(&mut here, &[]).await;
    let page = here.get("/account/sessions").await;
    let page = here.submit(&page, &[("others", "1")]).await;
    assert_eq!(sessions(&page.body).len(), 1);
    assert!(!page.body.contains("id=\"end-others\""), "there are no others");
    for other in &mut others {
        assert!(!other.get("/").await.body.contains("Alice"));
    }
    assert!(!server.is_active(&tokens.access).await);
    assert!(server.is_active(&own.access).await);
    assert!(bob.get("/").await.body.contains("bob@example.com"), "another person's stay");
    assert!(server.events().await.contains(&"sessions.ended".to_owned()));
}

#[tokio::test]
async fn another_persons_session_is_not_found() {
    let server = Server::start().await;
    let mut alice = server.signed_in().await;
    let hers = sessions(&alice.get("/account/sessions").await.body).remove(0);
    let mut bob = signed_in_as_bob(&server).await;
    let page = bob.get("/account/sessions").await;
    assert!(!page.body.contains(&hers));
    let unknown = uuid::Uuid::from_u128(7).to_string();
    let answers = [
        bob.submit(&page, &[("end", &hers)]).await,
        bob.submit(&page, &[("end", &unknown)]).await,
        bob.submit(&page, &[("end", "nonsense")]).await,
    ];
    for answer in &answers {
        assert_eq!(answer.status, 404);
    }
    assert!(alice.get("/").await.body.contains("Alice"));
}

#[tokio::test]
async fn signing_this_browser_out_ends_at_the_page_that_says_so() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/sessions").await;
    let own = sessions(&page.body).remove(0);
    let page = browser.submit(&page, &[("end", &own)]).await;
    assert!(page.body.contains("signed out") || page.body.contains("Signed out"), "{}", page.body);
    assert!(!browser.cookies.contains_key("signet_session"));
}

#[tokio::test]
async fn an_application_is_shown_in_words_and_cut_off_at_once() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    assert!(browser.get("/account/applications").await.body.contains("id=\"none\""));
    let scope = ("scope", "openid email read offline_access");
    let tokens = server.tokens(&mut browser, &[scope]).await;
    let opaque = server.tokens(&mut browser, &[("scope", "open"), ("resource", VAULT)]).await;
    let waiting = server.code(&mut browser, &[]).await;
    let replica = server.replica().await;
    assert!(replica.is_active(&opaque.access).await);
    let mut bob = signed_in_as_bob(&server).await;
    let bobs = server.tokens(&mut bob, &[]).await;

    let page = browser.get("/account/applications").await;
    for text in [
        "Single-page application",
        "See your e-mail address",
        "See things",
        "Open the vault",
        "stays connected",
        "1 January 2030",
        "just now",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(!page.body.contains("<code></code>"), "each scope has a name: {}", page.body);
    let page = browser.submit(&page, &[("revoke", SPA)]).await;
    assert!(page.body.contains("id=\"none\""), "{}", page.body);
    for token in [&tokens.access, &opaque.access] {
        assert!(!server.is_active(token).await);
    }
    replica.catch_up().await;
    assert!(!replica.is_active(&opaque.access).await, "elsewhere too");
    assert_eq!(server.refresh(tokens.refresh(), &[]).await.status(), 400);
    assert_eq!(server.redeem(&waiting).await.status(), 400, "a code that was on its way");
    assert!(server.is_active(&bobs.access).await, "another person's stay");
    assert!(server.events().await.contains(&"application.revoked".to_owned()));

    let answer = browser.get(&authorize_path(&[])).await;
    let asked = browser.follow(answer).await;
    assert!(asked.body.contains("id=\"allow\""), "it has to ask again: {}", asked.body);
}

#[tokio::test]
async fn an_application_that_need_not_ask_is_shown_too() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let callback = ("redirect_uri", "https://shop.example/callback");
    let code =
        server.code(&mut browser, &[("client_id", WEB), callback, ("scope", "openid")]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", WEB),
        ("client_secret", server.secret(WEB)),
        callback,
        ("code", &code),
        ("code_verifier", crate::support::VERIFIER),
    ];
    assert_eq!(server.post("/token", &form).await.status(), 200);
    let page = browser.get("/account/applications").await;
    assert!(page.body.contains("Web shop"), "{}", page.body);
    let page = browser.submit(&page, &[("revoke", WEB)]).await;
    assert!(page.body.contains("id=\"none\""), "{}", page.body);
}

#[tokio::test]
async fn nothing_of_an_account_is_changed_by_a_forged_post() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    let own = sessions(&browser.get("/account/sessions").await.body).remove(0);
    for (page, field) in
        [("/account/sessions", ("end", own.as_str())), ("/account/applications", ("revoke", SPA))]
    {
        let forged = browser.post(page, &[("csrf", "nonsense"), field]).await;
        assert_eq!(forged.status, 403, "{page}");
        let csrf = browser.get(page).await.field("csrf").expect("a page token");
        let elsewhere = Some("https://evil.example");
        let forged = browser.post_from(elsewhere, page, &[("csrf", &csrf), field]).await;
        assert_eq!(forged.status, 403, "{page}");
    }
    assert!(browser.get("/account/applications").await.body.contains("Single-page"));
}
