//! Hostile input where people type secrets: each is told clearly, changes nothing, and is on record where it was a guess.

use openidconnect::reqwest::{Method, header};
use time::Duration;
use totp_rs::{Builder, Secret};

use crate::support::{Browser, EMAIL, PASSWORD, Server, browser::Answer, flow::authorize_path};

const TOO_LARGE: &str = "the request is too large";
const OPEN: &str =
    "[email]\nhost = \"localhost\"\nfrom = \"a@example.com\"\n[registration]\nmode = \"open\"\n";

/// Sends a body as it is to where a page's form goes: the status and the page.
async fn send(server: &Server, browser: &Browser, page: &Answer, body: String) -> (u16, String) {
    let cookies: Vec<String> =
        browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let csrf = page.field("csrf").expect("a token");
    let answer = server
        .request(Method::POST, &page.action().expect("a form"))
        .header(header::COOKIE, cookies.join("; "))
        .header(header::ORIGIN, &server.issuer)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(format!("csrf={csrf}&{body}"))
        .send()
        .await;
    match answer {
        Ok(answer) => {
            (answer.status().as_u16(), answer.text().await.unwrap_or_else(|_| TOO_LARGE.to_owned()))
        }
        // The answer came before all was sent, and the connection ended with it.
        Err(error) => {
            assert!(error.is_request() || error.is_body(), "{error}");
            (413, TOO_LARGE.to_owned())
        }
    }
}

/// Every page with a form that takes a password, in a browser of its own, with all else that its form takes.
async fn pages(server: &Server) -> Vec<(Browser, Answer, String)> {
    let mut pages = Vec::new();
    let typed = |new: &str| format!("{new}=");

    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    pages.push((browser, page, format!("identifier=alice&{}", typed("password"))));

    let mut browser = server.browser();
    let answer = browser.get(&authorize_path(&[])).await;
    let page = browser.follow(answer).await;
    pages.push((browser, page, format!("identifier=alice&{}", typed("password"))));

    let mut browser = server.signed_in().await;
    let page = browser.get("/account/password").await;
    pages.push((browser.clone(), page, format!("new=x&repeat=x&{}", typed("current"))));
    let page = browser.get("/account/password").await;
    pages.push((browser, page, typed("new")));

    let mut browser = server.browser();
    let forgot = browser.get("/forgot").await;
    browser.submit(&forgot, &[("identifier", EMAIL)]).await;
    let page = browser.get(&server.link_to(EMAIL).await).await;
    pages.push((browser, page, typed("password")));

    let mut browser = server.browser();
    let register = browser.get("/register").await;
    browser.submit(&register, &[("email", "carol@example.org")]).await;
    let page = browser.get(&server.link_to("carol@example.org").await).await;
    pages.push((browser, page, format!("name=Carol&{}", typed("password"))));

    let expire = "UPDATE users SET password_expired = true WHERE email = 'bob@example.com'";
    sqlx::query(expire).execute(&server.db).await.expect("expired");
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    let bob = [("identifier", "bob@example.com"), ("password", "another good password")];
    let page = browser.submit(&page, &bob).await;
    assert!(page.body.contains("Choose a password"), "{}", page.body);
    pages.push((browser, page, typed("new")));
    pages
}

/// All that a password opens or is.
async fn standing(server: &Server) -> (i64, i64, Option<String>) {
    let count = |what: &'static str| sqlx::query_scalar::<_, i64>(what).fetch_one(&server.db);
    (
        count("SELECT count(*) FROM users").await.expect("counted"),
        count("SELECT count(*) FROM sessions").await.expect("counted"),
        sqlx::query_scalar("SELECT string_agg(u::text, '' ORDER BY id) FROM (SELECT id, password_expired, password_set_at FROM users) u")
            .fetch_one(&server.db)
            .await
            .expect("read"),
    )
}

#[tokio::test]
async fn a_password_of_ten_megabytes_is_not_read() {
    let server = Server::catching(OPEN).await;
    let pages = pages(&server).await;
    let before = standing(&server).await;
    let large = "x".repeat(10_000_000);
    for (browser, page, form) in &pages {
        let (status, words) = send(&server, browser, page, format!("{form}{large}")).await;
        assert_eq!(status, 413, "{:?}", page.action());
        assert!(words.contains(TOO_LARGE), "{words}");
    }
    assert_eq!(standing(&server).await, before);
}

#[tokio::test]
async fn what_is_no_text_is_no_password() {
    let server = Server::catching(OPEN).await;
    let pages = pages(&server).await;
    let before = standing(&server).await;
    // NUL, a lone surrogate in UTF-8, half of a surrogate pair, an overlong NUL, half of a character.
    for bytes in ["%00", "%ED%A0%80", "%ED%BF%BF", "%C0%80", "%F0%9F%A6", "a%00b%00c%00d%00"] {
        for (browser, page, form) in &pages {
            let body = format!("{form}long+enough+{bytes}+and+hard+to+guess");
            let (status, words) = send(&server, browser, page, body).await;
            assert_eq!(status, 400, "{bytes}: {:?}", page.action());
            assert!(words.contains("This form could not be read"), "{words}");
        }
    }
    assert_eq!(standing(&server).await, before);
}

#[tokio::test]
async fn controls_in_a_password_are_characters_like_others() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let strange = "\u{1}\u{7f}\u{1b}[31m\r\n\u{202e}\u{fffe} \u{85}";
    let page = browser.get("/account/password").await;
    let fields = [("current", PASSWORD), ("new", strange), ("repeat", strange)];
    let done = browser.submit(&page, &fields).await;
    assert!(done.body.contains("Your password is changed"), "{}", done.body);
    for (password, right) in [(strange, true), (&strange[1..], false)] {
        let mut browser = server.browser();
        let page = browser.get("/sign-in").await;
        let answer = browser.submit(&page, &[("identifier", EMAIL), ("password", password)]).await;
        assert_eq!(answer.status, if right { 200 } else { 422 }, "{}", answer.body);
    }
    let failed = server.events().await.into_iter().filter(|kind| kind == "sign_in.failed");
    assert_eq!(failed.count(), 1);
}

/// Alice, who has an authenticator now: its secret.
async fn enrol(server: &Server) -> String {
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/authenticator").await;
    let secret = page.body.split_once("id=\"secret\"").expect("a secret").1;
    let secret = secret.split_once('>').expect("a tag").1.split('<').next().expect("text");
    let secret = secret.replace(' ', "").trim().to_owned();
    let answer = browser.submit(&page, &[("code", &code(server, &secret))]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    server.advance(Duration::seconds(30));
    secret
}

fn code(server: &Server, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).expect("base 32");
    let now = server.clock.now().unix_timestamp().unsigned_abs();
    Builder::new().with_secret(secret).build_noncompliant().generate(now).to_string()
}

/// A browser at the second step.
async fn second_step(server: &Server) -> (Browser, Answer) {
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.body.contains("id=\"verify-form\""), "{}", page.body);
    (browser, page)
}

#[tokio::test]
async fn a_code_is_ascii_digits_with_whatever_space_people_put_between_them() {
    let server = Server::start().await;
    let secret = enrol(&server).await;
    let right = code(&server, &secret);
    let shifted = |zero: u32| -> String {
        let digit = |c: char| char::from_u32(zero + c.to_digit(10).expect("a digit"));
        right.chars().filter_map(digit).collect()
    };
    let (mut browser, page) = second_step(&server).await;
    let longer = format!("{right}0");
    let wrong = [
        shifted(0xff10),
        shifted(0x0660),
        shifted(0x0966),
        format!("{right}\u{1}"),
        format!("+{right}"),
        longer,
        right.repeat(2_000),
        String::new(),
        "not a code at all".to_owned(),
    ];
    for wrong in &wrong {
        // Each is counted: only so many may follow each other.
        sqlx::query("DELETE FROM throttles").execute(&server.db).await.expect("forgotten");
        let answer = browser.submit(&page, &[("kind", "totp"), ("code", wrong)]).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
        assert!(answer.body.contains("That code is not right"), "{}", answer.body);
        assert!(!browser.cookies.contains_key("signet_session"), "{wrong}");
    }
    let failed = server.events().await.into_iter().filter(|kind| kind == "sign_in.failed");
    assert_eq!(failed.count(), wrong.len(), "each is on record");
    let spaced = format!(" {}\u{a0}-{}\t", &right[..3], &right[3..]);
    browser.submit(&page, &[("kind", "totp"), ("code", &spaced)]).await;
    assert!(browser.cookies.contains_key("signet_session"), "as people write it");
}

#[tokio::test]
async fn of_two_tabs_at_the_second_step_the_later_one_begins_nothing() {
    let server = Server::start().await;
    let secret = enrol(&server).await;
    let (mut browser, first) = second_step(&server).await;
    let recovery = browser.get("/sign-in/verify?with=recovery-code").await;
    assert!(recovery.body.contains("recovery"), "{}", recovery.body);
    let right = code(&server, &secret);
    browser.submit(&first, &[("kind", "totp"), ("code", &right)]).await;
    let session = browser.cookies["signet_session"].clone();
    for (page, fields) in [
        (&recovery, [("kind", "recovery-code"), ("code", "0123-4567-89AB-CDEF")]),
        (&first, [("kind", "totp"), ("code", right.as_str())]),
    ] {
        let answer = browser.submit(page, &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(answer.body.contains("id=\"sign-in\""), "it begins again: {}", answer.body);
        assert_eq!(browser.cookies["signet_session"], session);
    }

    // A tab of a sign-in that another one replaced.
    let (mut browser, former) = second_step(&server).await;
    let page = browser.get("/sign-in").await;
    browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    server.advance(Duration::seconds(30));
    let fields = [("kind", "totp"), ("code", &code(&server, &secret))];
    let answer = browser.submit(&former, &fields).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(answer.body.contains("Nothing was changed"), "{}", answer.body);
    assert!(!browser.cookies.contains_key("signet_session"));
}

#[tokio::test]
async fn a_session_that_was_ended_opens_no_page_of_the_account_and_changes_nothing() {
    let server = Server::catching(OPEN).await;
    let mut browser = server.signed_in().await;
    let mut shown = Vec::new();
    for path in [
        "/account",
        "/account/password",
        "/account/email",
        "/account/delete",
        "/account/sessions",
        "/account/applications",
        "/account/authenticator",
        "/account/recovery-codes",
        "/account/passkeys",
        "/account/api-keys",
        "/account/export",
        "/account/recovery-codes.txt",
    ] {
        let page = browser.get(path).await;
        assert!([200, 303].contains(&page.status), "{path}");
        shown.push((path, page));
    }
    sqlx::query("UPDATE sessions SET ended_at = $1")
        .bind(server.clock.now())
        .execute(&server.db)
        .await
        .expect("ended");
    let before = standing(&server).await;
    let events = server.events().await;
    for (path, page) in shown {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        assert!(answer.location().is_some_and(|to| to.starts_with("/sign-in?next=")), "{path}");
        let (Some(csrf), Some(action)) = (page.field("csrf"), page.action()) else { continue };
        let form = [
            ("csrf", csrf.as_str()),
            ("current", PASSWORD),
            ("new", "seven purple umbrellas sing"),
            ("repeat", "seven purple umbrellas sing"),
            ("email", EMAIL),
            ("others", "1"),
            ("remove", "1"),
        ];
        let answer = browser.post(&action, &form).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        assert!(answer.location().is_some_and(|to| to.starts_with("/sign-in?next=")), "{path}");
    }
    assert_eq!(standing(&server).await, before);
    assert_eq!(server.events().await, events, "nothing was done");
}
