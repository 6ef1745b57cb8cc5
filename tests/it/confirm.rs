//! "Confirm it's you": whoever is signed in proves who they are again, and no one else will do.

use serde_json::Value;
use time::Duration;

use crate::support::{
    Authenticator, Browser, EMAIL, Options, PASSWORD, Server, browser::Answer, flow::authorize_path,
};

const ALICE: [(&str, &str); 2] = [("identifier", EMAIL), ("password", PASSWORD)];
const BOB: [(&str, &str); 2] =
    [("identifier", "bob@example.com"), ("password", "another good password")];

/// Alice's browser, in which she signed in a while ago, and the page that asks her to confirm.
async fn asked(server: &Server) -> (Browser, Answer) {
    let mut browser = server.signed_in().await;
    server.advance(Duration::minutes(11));
    let answer = browser.get("/account/password").await;
    let page = browser.follow(answer).await;
    assert!(page.body.contains("Confirm it’s you"), "{}", page.body);
    assert!(!page.body.contains("id=\"switch-account\""), "{}", page.body);
    (browser, page)
}

async fn is_alice(browser: &mut Browser) -> bool {
    browser.get("/").await.body.contains("Alice Example")
}

/// The persons of those who failed to sign in, in order.
async fn failed(server: &Server) -> Vec<String> {
    server.app.audit.flush().await;
    let rows = sqlx::query_scalar(
        "SELECT u.email FROM audit_events e JOIN users u ON u.id = e.user_id
         WHERE e.kind = 'sign_in.failed' ORDER BY e.at, e.id",
    );
    rows.fetch_all(&server.db).await.expect("read")
}

#[tokio::test]
async fn anothers_password_is_a_wrong_one_and_counted_as_one() {
    let config = "[sign_in]\naccount_attempts = 2";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let (mut browser, page) = asked(&server).await;
    let session = browser.cookies["signet_session"].clone();
    for status in [422, 422, 429] {
        let refused = browser.submit(&page, &BOB).await;
        assert_eq!(refused.status, status, "{}", refused.body);
        assert!(refused.body.contains("Confirm it’s you"), "{}", refused.body);
    }
    assert_eq!(failed(&server).await, ["bob@example.com"; 2]);
    assert_eq!(browser.cookies["signet_session"], session);
    assert!(is_alice(&mut browser).await);
    let confirmed = browser.submit(&page, &ALICE).await;
    assert!(confirmed.body.contains("Change your password"), "{}", confirmed.body);
}

#[tokio::test]
async fn anothers_passkey_is_a_wrong_one() {
    let server = Server::start().await;
    let mut bob = server.browser();
    let page = bob.get("/sign-in").await;
    bob.submit(&page, &BOB).await;
    let mut authenticator = Authenticator::new(&server.issuer);
    let page = bob.get("/account/passkeys").await;
    let made = authenticator.make(&challenge(&mut bob, &page, "/account/passkeys/challenge").await);
    bob.submit(&page, &[("name", "Key"), ("passkey", &made)]).await;

    let (mut browser, page) = asked(&server).await;
    let answer = authenticator.answer(&challenge(&mut browser, &page, "/sign-in/passkey").await);
    let refused = browser.submit(&page, &[("passkey", &answer)]).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.contains("That passkey did not work here"), "{}", refused.body);
    assert_eq!(failed(&server).await, [EMAIL], "in whose session it was tried");
    assert!(is_alice(&mut browser).await);

    let mut anyone = server.browser();
    let page = anyone.get("/sign-in").await;
    let answer = authenticator.answer(&challenge(&mut anyone, &page, "/sign-in/passkey").await);
    anyone.submit(&page, &[("passkey", &answer)]).await;
    assert!(anyone.cookies.contains_key("signet_session"), "it is good elsewhere");
}

async fn challenge(browser: &mut Browser, page: &Answer, path: &str) -> Value {
    let csrf = page.field("csrf").expect("a page token");
    serde_json::from_str(&browser.post(path, &[("csrf", &csrf)]).await.body).expect("JSON")
}

#[tokio::test]
async fn a_request_that_asks_again_takes_another_account_by_its_link_alone() {
    for more in [("prompt", "login"), ("max_age", "60")] {
        let server = Server::start().await;
        let mut browser = server.signed_in().await;
        server.advance(Duration::minutes(5));
        let answer = browser.get(&authorize_path(&[more])).await;
        let page = browser.follow(answer).await;
        assert!(page.body.contains("Confirm it’s you"), "{more:?}: {}", page.body);
        let refused = browser.submit(&page, &BOB).await;
        assert_eq!(refused.status, 422, "{more:?}: {}", refused.body);
        assert!(is_alice(&mut browser).await, "{more:?}");
        let open = browser.submit(&page, &[("switch", "1")]).await;
        assert!(!open.body.contains("Confirm it’s you"), "{more:?}: {}", open.body);
        let consent = browser.submit(&open, &BOB).await;
        assert!(consent.body.contains("id=\"allow\""), "{more:?}: {}", consent.body);
        assert!(consent.body.contains("bob@example.com"), "{more:?}: {}", consent.body);
    }
}

#[tokio::test]
async fn a_request_that_asks_again_is_confirmed_by_its_person() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    server.advance(Duration::minutes(5));
    let answer = browser.get(&authorize_path(&[("prompt", "login")])).await;
    let page = browser.follow(answer).await;
    let consent = browser.submit(&page, &ALICE).await;
    assert!(consent.body.contains("id=\"allow\""), "{}", consent.body);
}
