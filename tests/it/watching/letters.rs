use signet::{
    admin,
    web::{language::Language, surroundings::Surroundings},
};
use totp_rs::{Builder, Secret};

use super::{FIREFOX, PROXY, again, at, letter, recorded, sign_in, subjects};
use crate::support::{Authenticator, Browser, EMAIL, PASSWORD, Server, USERNAME, browser::Answer};

const ADDRESS: &str = "192.0.2.1";

#[tokio::test]
async fn a_letter_says_what_happened_when_from_where_and_what_can_be_done() {
    let server = Server::catching(PROXY).await;
    let mut first = at(&server, ADDRESS);
    sign_in(&mut first).await;
    assert_eq!(subjects(&server).await.len(), 0, "there is none to compare it with");
    let mut second = at(&server, "2001:db8::1");
    sign_in(&mut second).await;
    let letter = letter(&server).await;
    assert_eq!(letter.subject, "A new sign-in at Signet");
    for said in [
        "You had not signed in from this browser before.",
        "When: 1 January 2030, 12:00 UTC\nBrowser: Firefox on Linux\nAddress: 2001:db8::1\n\n",
        "This was not me:\n",
        "/not-me?link=sgl_",
        "The link works once, within 7 days.",
    ] {
        assert!(letter.text.contains(said), "{said}: {}", letter.text);
    }
    for said in [">Firefox on Linux<", ">2001:db8::1<", "/not-me?link=sgl_"] {
        assert!(letter.html.contains(said), "{said}: {}", letter.html);
    }
    again(&mut second).await;
    again(&mut first).await;
    assert_eq!(subjects(&server).await.len(), 1, "both are known");
}

#[tokio::test]
async fn what_a_browser_says_of_itself_is_never_in_a_letter() {
    let server = Server::catching(PROXY).await;
    sign_in(&mut at(&server, ADDRESS)).await;
    let mut hostile = at(&server, ADDRESS);
    hostile.user_agent = Some("Firefox <a href=\"https://evil.example\">Linux</a>");
    sign_in(&mut hostile).await;
    let letter = letter(&server).await;
    assert!(letter.text.contains("Browser: Firefox on Linux\n"), "{}", letter.text);
    assert!(!letter.text.contains("evil") && !letter.html.contains("evil"));
}

fn text_of<'a>(page: &'a Answer, start: &str) -> &'a str {
    let rest = page.body.split_once(start).unwrap_or_else(|| panic!("{start}: {}", page.body)).1;
    let rest = rest.split_once('>').expect("a tag").1;
    rest.split('<').next().expect("text").trim()
}

/// Sets an authenticator up: its recovery codes.
async fn enrol(server: &Server, browser: &mut Browser) -> Vec<String> {
    let page = browser.get("/account/authenticator").await;
    let secret = text_of(&page, "id=\"secret\"").replace(' ', "");
    let secret = Secret::try_from_base32(secret).expect("base 32");
    let totp = Builder::new().with_secret(secret).build_noncompliant();
    let code = totp.generate(server.clock.now().unix_timestamp().unsigned_abs()).to_string();
    let page = browser.submit(&page, &[("code", &code)]).await;
    let list = page.body.split_once("id=\"codes\"").expect("codes").1;
    let items = list.split("<li>").skip(1).filter_map(|item| item.split_once("</li>"));
    items.map(|(code, _)| code.trim().to_owned()).collect()
}

#[tokio::test]
async fn a_person_is_told_of_all_that_becomes_of_their_second_factors() {
    let server = Server::catching("").await;
    let mut browser = server.signed_in().await;
    let codes = enrol(&server, &mut browser).await;
    let mut told = vec!["An authenticator was added to your account at Signet"];
    assert_eq!(subjects(&server).await, told);

    let mut asked = browser.clone();
    asked.cookies.remove("signet_session");
    let page = asked.get("/sign-in").await;
    let page = asked.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    let page = asked.submit(&page, &[("kind", "recovery-code"), ("code", &codes[0])]).await;
    assert!(page.body.contains("Alice Example"), "{}", page.body);
    told.push("A recovery code was used at Signet");
    assert_eq!(subjects(&server).await, told);
    assert!(letter(&server).await.text.contains("9 are left"));

    let page = browser.get("/account/recovery-codes").await;
    browser.submit(&page, &[("renew", "1")]).await;
    told.push("New recovery codes at Signet");
    assert_eq!(subjects(&server).await, told);

    let page = browser.get("/account/authenticator").await;
    browser.submit(&page, &[("remove", "1")]).await;
    told.push("An authenticator was removed from your account at Signet");
    assert_eq!(subjects(&server).await, told);
}

#[tokio::test]
async fn a_person_is_told_of_passkeys_that_come_go_and_were_copied() {
    let server = Server::catching("").await;
    let mut browser = server.signed_in().await;
    let mut authenticator = Authenticator::new(&server.issuer);
    let page = browser.get("/account/passkeys").await;
    let csrf = page.field("csrf").expect("a page token");
    let challenge = browser.post("/account/passkeys/challenge", &[("csrf", &csrf)]).await;
    let challenge = serde_json::from_str(&challenge.body).expect("JSON");
    let made = authenticator.make(&challenge);
    let form = [("csrf", csrf.as_str()), ("name", "Phone"), ("passkey", &made)];
    assert_eq!(browser.post("/account/passkeys", &form).await.status, 303);
    let mut told = vec!["A passkey was added to your account at Signet"];
    assert_eq!(subjects(&server).await, told);

    // A copy counts by itself: its count is behind.
    for step in [5, -3] {
        authenticator.step = step;
        let mut other = browser.clone();
        other.cookies.remove("signet_session");
        let page = other.get("/sign-in").await;
        let csrf = page.field("csrf").expect("a page token");
        let challenge = other.post("/sign-in/passkey", &[("csrf", &csrf)]).await;
        let challenge = serde_json::from_str(&challenge.body).expect("JSON");
        let answer = authenticator.answer(&challenge);
        other.submit(&page, &[("passkey", &answer)]).await;
    }
    told.push("A passkey at Signet may have been copied");
    assert_eq!(subjects(&server).await, told);

    let id: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM passkeys").fetch_one(&server.db).await.expect("one");
    let csrf = browser.get("/account/passkeys").await.field("csrf").expect("a page token");
    browser.post(&format!("/account/passkeys/{id}"), &[("csrf", &csrf), ("remove", "1")]).await;
    told.push("A passkey was removed from your account at Signet");
    assert_eq!(subjects(&server).await, told);
}

#[tokio::test]
async fn a_person_is_told_of_a_new_password_however_it_was_set() {
    let server = Server::catching("").await;
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/password").await;
    let new = "an entirely new password";
    let form = [("current", PASSWORD), ("new", new), ("repeat", new)];
    browser.submit(&page, &form).await;
    assert_eq!(subjects(&server).await, ["Your password at Signet was changed"]);
    assert_eq!(recorded(&server, "password.changed").await, 1);
    assert!(letter(&server).await.text.contains("/not-me?link="));
}

#[tokio::test]
async fn an_operator_who_removes_second_factors_does_not_do_so_in_secret() {
    let server = Server::catching("").await;
    let mut browser = server.signed_in().await;
    let alice = signet::storage::users::find(&server.db, USERNAME).await.expect("read");
    let alice = alice.expect("there").id;
    admin::users::reset_factors(&server.app, alice).await.expect("reset");
    assert_eq!(subjects(&server).await.len(), 0, "there was none");
    enrol(&server, &mut server.signed_in().await).await;
    browser.get("/").await;
    // The language of the operator's browser is no one else's.
    let operator = Surroundings { language: Language::Arabic, ..Surroundings::default() };
    let reset = Box::pin(admin::users::reset_factors(&server.app, alice));
    operator.surround(reset).await.expect("reset");
    let letter = letter(&server).await;
    assert_eq!(letter.subject, "Your second factors at Signet were removed");
    assert!(letter.html.contains("<html lang=\"en\" dir=\"ltr\">"), "{}", letter.html);
    assert!(
        letter.text.contains("When: ") && !letter.text.contains("Address: "),
        "{}",
        letter.text
    );
}

#[tokio::test]
async fn letters_that_the_operator_turned_off_are_not_sent_and_all_is_on_record() {
    let server = Server::catching("[watch]\nletters = [\"factor_removed\"]").await;
    server.signed_in().await;
    let mut browser = server.signed_in().await;
    enrol(&server, &mut browser).await;
    assert_eq!(subjects(&server).await.len(), 0);
    let page = browser.get("/account/authenticator").await;
    browser.submit(&page, &[("remove", "1")]).await;
    assert_eq!(subjects(&server).await.len(), 1);
    for kind in ["sign_in.new_device", "factor.added", "factor.removed"] {
        assert_eq!(recorded(&server, kind).await, 1, "{kind}");
    }
}

#[tokio::test]
async fn without_e_mail_nothing_is_queued() {
    let server = Server::start().await;
    server.signed_in().await;
    let mut browser = server.browser();
    browser.user_agent = Some(FIREFOX);
    sign_in(&mut browser).await;
    enrol(&server, &mut browser).await;
    for sql in ["SELECT count(*) FROM messages", "SELECT count(*) FROM links"] {
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&server.db).await.expect("counted");
        assert_eq!(count, 0, "{sql}");
    }
}
