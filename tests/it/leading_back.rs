//! A form that fails leads back to its page by a redirect (docs/decisions/0013), so that no page in the history sends
//! anything again.

use crate::support::{Browser, EMAIL, PASSWORD, Server, browser::Answer};

const OPEN: &str = "[email]\nhost = \"localhost\"\nfrom = \"a@example.com\"\nrequests_per_recipient = 1\n\
                    [registration]\nmode = \"open\"\n";

/// Sends the form of a page: it leads back to `own`, which says `words` once, and then is as it was.
async fn leads_back(
    browser: &mut Browser,
    page: &Answer,
    own: &str,
    fields: &[(&str, &str)],
    status: u16,
    words: &str,
) {
    let csrf = page.field("csrf").expect("a token");
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend_from_slice(fields);
    let action = page.action().expect("a form");
    let answer = browser.post(&action, &form).await;
    assert_eq!(answer.status, 303, "{action}: {}", answer.body);
    assert_eq!(answer.location().as_deref(), Some(own), "{action}");
    let other = browser.get("/sign-in").await;
    assert!(!other.body.contains("id=\"form-error\""), "another page: {}", other.body);
    let shown = browser.get(own).await;
    assert_eq!(shown.status, status, "{own}: {}", shown.body);
    assert!(shown.body.contains(words), "{own}: {words}: {}", shown.body);
    assert_eq!(shown.header("retry-after").is_empty(), status != 429, "{own}");
    let again = browser.get(own).await;
    assert_eq!(again.status, 200, "{own}: once");
    assert!(!again.body.contains("id=\"form-error\""), "{own}: {}", again.body);
}

#[tokio::test]
async fn every_form_of_an_account() {
    let server = Server::catching(OPEN).await;
    server
        .apply("[[resource]]\nidentifier = \"urn:a\"\nname = \"A\"\nscopes = [{ name = \"see\" }]\napi_keys = \"people\"")
        .await;
    let mut browser = server.signed_in().await;
    for (path, fields, words) in [
        (
            "/account/password",
            vec![("current", "a guess"), ("new", "x y z v"), ("repeat", "x y z v")],
            "not your present",
        ),
        ("/account/email", vec![("email", "nothing")], "Enter an e-mail address"),
        ("/account/email", vec![("email", EMAIL)], "your address already"),
        ("/account/delete", vec![("email", "bob@example.com")], "not the e-mail address"),
        ("/account/passkeys", vec![("name", "Key"), ("passkey", "{}")], "was not added"),
        ("/account/authenticator", vec![("code", "000000")], "not right"),
        ("/account/api-keys", vec![("days", "30"), ("name", "")], "Give it a name"),
    ] {
        let page = browser.get(path).await;
        leads_back(&mut browser, &page, path, &fields, 422, words).await;
    }
    let page = browser.get("/account/email").await;
    let fields = [("email", "new@example.org")];
    browser.submit(&page, &fields).await;
    leads_back(&mut browser, &page, "/account/email", &fields, 429, "Several messages").await;
}

#[tokio::test]
async fn every_form_before_an_account() {
    let server = Server::catching(OPEN).await;
    let mut browser = server.browser();
    for (path, field, wrong) in [
        ("/forgot?next=%2Faccount", "identifier", "Enter your e-mail or user name."),
        ("/register?next=%2Faccount", "email", "Enter an e-mail address"),
    ] {
        let page = browser.get(path).await;
        leads_back(&mut browser, &page, path, &[(field, "")], 422, wrong).await;
        let fields = [(field, "someone@example.org")];
        if field == "identifier" {
            browser.submit(&page, &fields).await;
        }
        leads_back(&mut browser, &page, path, &fields, 429, "Several messages").await;
    }
}

#[tokio::test]
async fn every_form_behind_a_link_or_within_a_sign_in() {
    let server = Server::catching(OPEN).await;
    let mut browser = server.browser();
    let page = browser.get("/forgot").await;
    browser.submit(&page, &[("identifier", EMAIL)]).await;
    let page = browser.get("/register").await;
    browser.submit(&page, &[("email", "carol@example.org")]).await;
    for (to, fields) in [
        (EMAIL, vec![("password", "iloveyou")]),
        ("carol@example.org", vec![("name", "Carol"), ("password", "iloveyou")]),
    ] {
        let link = server.link_to(to).await;
        let own = link.strip_prefix(&server.issuer).expect("within Signet").to_owned();
        let page = browser.get(&link).await;
        leads_back(&mut browser, &page, &own, &fields, 422, "known from breaches").await;
    }

    let expired = sqlx::query("UPDATE users SET password_expired = true");
    expired.execute(&server.db).await.expect("expired");
    let page = browser.get("/sign-in").await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    let fields = [("new", "one of them"), ("repeat", "another one")];
    leads_back(&mut browser, &page, "/sign-in/password", &fields, 422, "not the same").await;
}

#[tokio::test]
async fn no_one_else_puts_words_into_a_page() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    browser.post("/sign-in", &[("csrf", &page.field("csrf").expect("a token"))]).await;
    let sealed = browser.cookies["signet_notice"].clone();
    // As it is, it is shown; changed in any place, it is nothing.
    for at in [0, sealed.len() / 2] {
        let mut forged = sealed.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).expect("ASCII");
        browser.cookies.insert("signet_notice".to_owned(), forged);
        assert_eq!(browser.get("/sign-in").await.status, 200, "{at}");
    }
    browser.cookies.insert("signet_notice".to_owned(), sealed);
    assert_eq!(browser.get("/sign-in").await.status, 422);
}
