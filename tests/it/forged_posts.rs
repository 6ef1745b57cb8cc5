//! Posts that another site, or another person's page, had the browser send (RFC 9700 §4.7): no form takes them.

use crate::support::{
    Browser, EMAIL, PASSWORD, Server,
    browser::Answer,
    flow::{authorize_path, redemption},
};

const TYPED: [(&str, &str); 2] = [("identifier", EMAIL), ("password", PASSWORD)];

/// Page tokens of someone else: one of a page before sign-in, and one of a page after it.
async fn tokens_of_another(server: &Server) -> [String; 2] {
    let mut other = server.browser();
    let before = other.get("/sign-in").await;
    let fields = [("identifier", "bob@example.com"), ("password", "another good password")];
    other.submit(&before, &fields).await;
    let after = other.get("/sign-out").await;
    [before, after].map(|page| page.field("csrf").expect("a page token"))
}

/// Sends the form of a page with these fields in every way that a forger could. The page still stands afterwards, with
/// the page token that it had.
async fn assert_refused(
    server: &Server,
    browser: &mut Browser,
    page: &Answer,
    fields: &[(&str, &str)],
) {
    let action = page.action().expect("a form");
    let own = page.field("csrf").expect("a page token");
    let [before, after] = tokens_of_another(server).await;
    let issuer = server.issuer.as_str();
    let at_issuer = ("origin", issuer);
    let from_elsewhere = [
        (vec![("origin", "https://evil.example")], own.as_str()),
        (vec![("origin", "null")], own.as_str()),
        (vec![("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], own.as_str()),
        (vec![("sec-fetch-site", "cross-site")], own.as_str()),
        (vec![("sec-fetch-site", "same-site")], own.as_str()),
    ];
    let with_a_wrong_token =
        ["", "nonsense", &before, &after].map(|token| (vec![at_issuer], token));
    for (headers, token) in from_elsewhere.into_iter().chain(with_a_wrong_token) {
        let mut form = vec![("csrf", token)];
        form.extend_from_slice(fields);
        let answer = browser.post_saying(&headers, &action, &form).await;
        assert_eq!(answer.status, 403, "{action}: {headers:?} {token:?}");
        assert!(answer.body.contains("Nothing was changed"), "{action}");
    }
    let without_token = browser.post_saying(&[at_issuer], &action, fields).await;
    assert_eq!(without_token.status, 403, "{action} without a token");
}

/// The first page of an authorization request.
async fn begin(browser: &mut Browser, changes: &[(&str, &str)]) -> (String, Answer) {
    let answer = browser.get(&authorize_path(changes)).await;
    let path = answer.location().expect("a page");
    let page = browser.get(&path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    (path, page)
}

#[tokio::test]
async fn no_one_is_signed_in_by_a_forged_post() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    assert_refused(&server, &mut browser, &page, &TYPED).await;
    assert!(!browser.cookies.contains_key("signet_session"));

    let (_, waiting) = begin(&mut browser, &[]).await;
    assert_refused(&server, &mut browser, &waiting, &TYPED).await;
    assert!(!browser.cookies.contains_key("signet_session"));
    let consent = browser.submit(&waiting, &TYPED).await;
    assert!(consent.body.contains("id=\"allow\""), "the form itself works: {}", consent.body);
}

#[tokio::test]
async fn no_request_is_cancelled_by_a_forged_post() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let (path, page) = begin(&mut browser, &[]).await;
    assert_refused(&server, &mut browser, &page, &[("cancel", "1")]).await;
    assert!(browser.get(&path).await.body.contains("id=\"sign-in\""), "it still waits");
    let cancelled = browser.submit(&page, &[("cancel", "1")]).await;
    assert_eq!(cancelled.callback().1["error"], "access_denied");
}

#[tokio::test]
async fn nothing_is_allowed_or_denied_by_a_forged_post() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let (path, page) = begin(&mut browser, &[]).await;
    for decision in ["allow", "deny", "switch"] {
        assert_refused(&server, &mut browser, &page, &[("decision", decision)]).await;
        let still = browser.get(&path).await;
        assert!(still.body.contains("id=\"allow\""), "{decision}: {}", still.body);
    }
    let consents: i64 = sqlx::query_scalar("SELECT count(*) FROM consents")
        .fetch_one(&server.db)
        .await
        .expect("counted");
    assert_eq!(consents, 0);
    let allowed = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(allowed.callback().1.contains_key("code"));
}

#[tokio::test]
async fn no_account_is_chosen_or_left_by_a_forged_post() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    // Whoever signs in for a request has chosen the account.
    server.advance(time::Duration::seconds(5));
    let (path, page) = begin(&mut browser, &[("prompt", "select_account")]).await;
    for decision in ["continue", "other"] {
        assert_refused(&server, &mut browser, &page, &[("decision", decision)]).await;
        let still = browser.get(&path).await;
        assert!(still.body.contains("id=\"continue-as\""), "{decision}: {}", still.body);
    }
    let chosen = browser.submit(&page, &[("decision", "continue")]).await;
    assert!(chosen.body.contains("id=\"allow\""), "{}", chosen.body);
}

#[tokio::test]
async fn no_answered_request_is_opened_again_by_a_forged_post() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let (path, page) = begin(&mut browser, &[]).await;
    let answer = browser.submit(&page, &[("decision", "allow")]).await;
    let code = answer.callback().1["code"].clone();
    assert_eq!(server.post("/token", &redemption(&code)).await.status(), 200);
    let page = browser.get(&path).await;
    assert!(page.body.contains("id=\"continue\""), "{}", page.body);
    assert_refused(&server, &mut browser, &page, &[]).await;
    assert!(browser.get(&path).await.body.contains("id=\"continue\""), "still answered");
    let again = browser.submit(&page, &[]).await;
    assert!(again.callback().1.contains_key("code"));
}

#[tokio::test]
async fn no_one_is_signed_out_by_a_forged_post() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get("/sign-out").await;
    assert_refused(&server, &mut browser, &page, &[]).await;
    assert!(browser.get("/").await.body.contains("Alice Example"), "still signed in");
    browser.submit(&page, &[]).await;
    assert!(!browser.get("/").await.body.contains("Alice Example"));
}

const OPEN: &str =
    "[email]\nhost = \"localhost\"\nfrom = \"a@example.com\"\n[registration]\nmode = \"open\"";

#[tokio::test]
async fn no_message_is_asked_for_by_a_forged_post() {
    // Signing in is not what is to send nothing here.
    let server = Server::catching(&format!("{OPEN}\n[watch]\nletters = []")).await;
    let mut browser = server.browser();
    for (path, field, value) in
        [("/forgot", "identifier", EMAIL), ("/register", "email", "carol@example.org")]
    {
        let page = browser.get(path).await;
        assert_refused(&server, &mut browser, &page, &[(field, value)]).await;
    }
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/email").await;
    assert_refused(&server, &mut browser, &page, &[("email", "alice@example.net")]).await;
    assert!(server.mail().await.is_empty());
}

#[tokio::test]
async fn no_link_is_used_up_by_a_forged_post() {
    let server = Server::catching(OPEN).await;
    let mut browser = server.browser();
    let page = browser.get("/forgot").await;
    browser.submit(&page, &[("identifier", EMAIL)]).await;
    let page = browser.get("/register").await;
    browser.submit(&page, &[("email", "carol@example.org")]).await;
    let mut alice = server.signed_in().await;
    let page = alice.get("/account/email").await;
    alice.submit(&page, &[("email", "alice@example.net")]).await;
    let fields = [("name", "Carol"), ("password", "chosen by someone else")];
    for to in [EMAIL, "carol@example.org", "alice@example.net"] {
        let link = server.link_to(to).await;
        let page = browser.get(&link).await;
        assert_refused(&server, &mut browser, &page, &fields).await;
        assert_eq!(browser.get(&link).await.status, 200, "{to}");
    }
    // In another browser, which she is told of.
    server.signed_in().await;
    let link = server.link_to(EMAIL).await;
    let page = browser.get(&link).await;
    assert!(page.body.contains("id=\"not-me\""), "{}", page.body);
    assert_refused(&server, &mut browser, &page, &[]).await;
    assert!(alice.get("/").await.body.contains("Alice Example"), "still signed in");
}
