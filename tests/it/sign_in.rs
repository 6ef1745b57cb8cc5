//! Sign-in, sign-out, sessions, and what slows down guessing.

use time::Duration;

use crate::support::{
    Browser, EMAIL, Options, PASSWORD, Server, USERNAME, browser::Answer, flow::authorize_path,
};

async fn attempt(browser: &mut Browser, identifier: &str, password: &str) -> Answer {
    let page = browser.get("/sign-in").await;
    browser.submit(&page, &[("identifier", identifier), ("password", password)]).await
}

#[tokio::test]
async fn e_mail_and_user_name_both_do_in_any_case() {
    let server = Server::start().await;
    for identifier in [EMAIL, USERNAME, " ALICE@Example.COM ", "Alice"] {
        let mut browser = server.browser();
        let home = attempt(&mut browser, identifier, PASSWORD).await;
        assert!(home.body.contains("Alice Example"), "{identifier}: {}", home.body);
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_look_the_same() {
    let server = Server::start().await;
    let strip = |answer: &Answer| {
        let mut body = answer.body.clone();
        for changing in [answer.field("csrf"), answer.field("identifier")].into_iter().flatten() {
            body = body.replace(&changing, "");
        }
        body
    };
    let wrong = attempt(&mut server.browser(), EMAIL, "wrong").await;
    let unknown = attempt(&mut server.browser(), "nobody@example.com", "wrong").await;
    let long = attempt(&mut server.browser(), EMAIL, &"a".repeat(5000)).await;
    assert_eq!((wrong.status, unknown.status, long.status), (422, 422, 422));
    assert_eq!(strip(&wrong), strip(&unknown));
    assert_eq!(strip(&wrong), strip(&long));
    assert_eq!(wrong.field("identifier").as_deref(), Some(EMAIL), "what was typed stays");
    assert!(wrong.body.contains("role=\"alert\"") && wrong.body.contains("aria-invalid=\"true\""));
    assert_eq!(server.events().await, ["sign_in.failed"; 3]);
}

#[tokio::test]
async fn the_session_cookie_is_new_at_each_sign_in_and_worthless_after_sign_out() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let first = browser.cookies["signet_session"].clone();
    attempt(&mut browser, EMAIL, PASSWORD).await;
    assert_ne!(browser.cookies["signet_session"], first);
    let mut thief = server.browser();
    thief.cookies.insert("signet_session".to_owned(), first);
    assert!(!thief.get("/").await.body.contains("Alice"), "the former secret is worthless");

    thief.cookies = browser.cookies.clone();
    let page = browser.get("/sign-out").await;
    let page = browser.submit(&page, &[]).await;
    assert!(page.body.contains("signed out") || page.body.contains("Signed out"), "{}", page.body);
    assert!(!browser.cookies.contains_key("signet_session"));
    assert!(!thief.get("/").await.body.contains("Alice"));
}

#[tokio::test]
async fn cookies_are_kept_from_scripts_and_other_sites() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    let csrf = page.field("csrf").expect("a page token");
    let form = [("csrf", csrf.as_str()), ("identifier", EMAIL), ("password", PASSWORD)];
    let answer = browser.post("/sign-in", &form).await;
    let cookies: Vec<&str> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().expect("ASCII"))
        .collect();
    assert_eq!(cookies.len(), 3);
    // Applications' scripts compare a digest of that one: it is told apart in the tests of logout.
    for cookie in cookies.into_iter().filter(|cookie| !cookie.starts_with("signet_browser_state="))
    {
        assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    }
}

#[tokio::test]
async fn a_session_has_an_idle_and_an_absolute_lifetime() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    for _ in 0..65 {
        server.advance(Duration::hours(11));
        let home = browser.get("/").await;
        assert!(home.body.contains("Alice"), "in use");
    }
    server.advance(Duration::hours(11));
    assert!(!browser.get("/").await.body.contains("Alice"), "after 30 days");
    let mut browser = server.signed_in().await;
    server.advance(Duration::hours(12));
    assert!(!browser.get("/").await.body.contains("Alice"), "after 12 idle hours");
}

#[tokio::test]
async fn a_forged_post_changes_nothing() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get("/sign-out").await;
    let csrf = page.field("csrf").expect("a page token");
    let mut other = server.browser();
    let foreign = other.get("/sign-in").await.field("csrf").expect("a page token");
    for (origin, token) in [
        (Some("https://evil.example"), csrf.as_str()),
        (Some("null"), csrf.as_str()),
        (Some(server.issuer.as_str()), foreign.as_str()),
        (Some(server.issuer.as_str()), ""),
        (None, "nonsense"),
    ] {
        let answer = browser.post_from(origin, "/sign-out", &[("csrf", token)]).await;
        assert_eq!(answer.status, 403, "{origin:?} {token}");
    }
    assert!(browser.get("/").await.body.contains("Alice"), "still signed in");
    let form = [("csrf", csrf.as_str()), ("identifier", EMAIL), ("password", PASSWORD)];
    assert_eq!(other.post("/sign-in", &form).await.status, 403, "another browser's token");
    let own = browser.post("/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(own.status, 303);
}

#[tokio::test]
async fn too_many_attempts_on_an_account_must_wait_even_with_the_right_password() {
    let server = Server::start().await;
    for _ in 0..10 {
        assert_eq!(attempt(&mut server.browser(), EMAIL, "wrong").await.status, 422);
    }
    let refused = attempt(&mut server.browser(), EMAIL, PASSWORD).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), "900");
    assert!(refused.body.contains("15 minutes"), "{}", refused.body);
    server.advance(Duration::minutes(15));
    let home = attempt(&mut server.browser(), EMAIL, PASSWORD).await;
    assert!(home.body.contains("Alice Example"));
    assert!(server.events().await.contains(&"sign_in.throttled".to_owned()));
}

#[tokio::test]
async fn throttling_does_not_tell_whether_two_names_are_of_one_account() {
    let config = "[sign_in]\naccount_attempts = 2";
    let server = Server::with(Options { config, ..Options::default() }).await;
    for [one, other] in [[EMAIL, USERNAME], ["nobody@example.com", "nobody"]] {
        for expected in [422, 422, 429] {
            assert_eq!(attempt(&mut server.browser(), one, "wrong").await.status, expected);
        }
        assert_eq!(attempt(&mut server.browser(), other, "wrong").await.status, 422, "{other}");
    }
}

#[tokio::test]
async fn known_browsers_together_have_a_limit_too() {
    let config = "[sign_in]\naccount_attempts = 2\nknown_browser_attempts = 4";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let mut browsers = Vec::new();
    for _ in 0..4 {
        browsers.push(server.signed_in().await);
    }
    // A browser's refused attempts are not held against the others.
    for expected in [422, 422, 422, 422, 429, 429, 429, 429, 429, 429, 429] {
        assert_eq!(attempt(&mut browsers[0], EMAIL, "wrong").await.status, expected);
    }
    let mut looked_at = 4;
    for browser in &mut browsers[1..] {
        for _ in 0..4 {
            if attempt(browser, EMAIL, "wrong").await.status == 422 {
                looked_at += 1;
            }
        }
    }
    assert_eq!(looked_at, 10);
    let stranger = attempt(&mut server.browser(), EMAIL, PASSWORD).await;
    assert!(stranger.body.contains("Alice Example"), "strangers are counted apart");
}

#[tokio::test]
async fn a_post_from_elsewhere_signs_no_one_out() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    // SameSite=Lax keeps the cookie back from a cross-site post. What the answer sets would be kept all the same.
    let mut without = server.browser();
    let answer = without.post_from(Some("https://evil.example"), "/sign-out", &[]).await;
    assert_eq!(answer.status, 403);
    assert!(answer.headers.get("set-cookie").is_none());
    let answer = without.post("/sign-out", &[]).await;
    assert_eq!(answer.status, 303);
    assert!(answer.headers.get("set-cookie").is_none(), "there is nothing to remove");
    browser.cookies.insert("signet_session".to_owned(), "over".to_owned());
    browser.post("/sign-out", &[]).await;
    assert!(!browser.cookies.contains_key("signet_session"));
}

#[tokio::test]
async fn an_owner_gets_past_a_locked_account_from_a_known_browser() {
    let server = Server::start().await;
    let mut known = server.signed_in().await;
    let page = known.get("/sign-out").await;
    known.submit(&page, &[]).await;
    for _ in 0..11 {
        attempt(&mut server.browser(), EMAIL, "wrong").await;
    }
    assert_eq!(attempt(&mut server.browser(), EMAIL, PASSWORD).await.status, 429);
    let home = attempt(&mut known, EMAIL, PASSWORD).await;
    assert!(home.body.contains("Alice Example"), "{}", home.body);
    // Knowing the browser is no licence to guess from it.
    for _ in 0..10 {
        assert_eq!(attempt(&mut known, EMAIL, "wrong").await.status, 422);
    }
    assert_eq!(attempt(&mut known, EMAIL, "wrong").await.status, 429);
}

#[tokio::test]
async fn many_accounts_from_one_address_must_wait() {
    let config = "[sign_in]\naddress_attempts = 3";
    let server = Server::with(Options { config, ..Options::default() }).await;
    for account in ["a", "b", "c"] {
        assert_eq!(attempt(&mut server.browser(), account, "wrong").await.status, 422);
    }
    assert_eq!(attempt(&mut server.browser(), "d", "wrong").await.status, 429);
}

#[tokio::test]
async fn an_address_that_must_wait_locks_no_one_elsewhere_out() {
    let config = "[server]\ntrusted_proxies = [\"127.0.0.0/8\"]\n\
                  [sign_in]\naddress_attempts = 3\naccount_attempts = 3";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let at = |address: &str| {
        let mut browser = server.browser();
        browser.address = Some(address.to_owned());
        browser
    };
    for number in 0..3 {
        let name = format!("nobody{number}");
        assert_eq!(attempt(&mut at("192.0.2.99"), &name, "wrong").await.status, 422);
    }
    for _ in 0..4 {
        for account in [EMAIL, USERNAME, "bob@example.com"] {
            assert_eq!(attempt(&mut at("192.0.2.99"), account, "wrong").await.status, 429);
        }
    }
    let page = attempt(&mut at("192.0.2.1"), EMAIL, PASSWORD).await;
    assert!(page.body.contains("Alice Example"), "{}", page.body);
}

#[tokio::test]
async fn attempts_that_succeed_are_not_held_against_anyone() {
    let config = "[sign_in]\naddress_attempts = 3\naccount_attempts = 3";
    let server = Server::with(Options { config, ..Options::default() }).await;
    for _ in 0..8 {
        let home = attempt(&mut server.browser(), EMAIL, PASSWORD).await;
        assert!(home.body.contains("Alice Example"));
    }
}

#[tokio::test]
async fn guesses_at_once_are_counted_as_well_as_one_after_the_other() {
    let server = Server::start().await;
    let attempts = (0..40).map(|_| {
        let mut browser = server.browser();
        tokio::spawn(async move { attempt(&mut browser, EMAIL, "wrong").await.status })
    });
    let attempts: Vec<_> = attempts.collect();
    let mut looked_at = 0;
    for attempt in attempts {
        match attempt.await.expect("answered") {
            422 => looked_at += 1,
            429 => {}
            other => panic!("{other}"),
        }
    }
    assert_eq!(looked_at, 10);
}

#[tokio::test]
async fn a_flood_is_turned_away_and_the_rest_goes_on() {
    let config =
        "[sign_in]\nmax_wait = \"200ms\"\naddress_attempts = 100000\n[password]\nthreads = 1";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let attempts: Vec<_> = (0..60)
        .map(|number| {
            let mut browser = server.browser();
            tokio::spawn(
                async move { attempt(&mut browser, &format!("user{number}"), "wrong").await },
            )
        })
        .collect();
    let token = server.post_as("service", "/token", &[("grant_type", "client_credentials")]).await;
    assert_eq!(token.status(), 200, "other requests are answered meanwhile");
    let mut busy = 0;
    for attempt in attempts {
        let answer = attempt.await.expect("answered");
        if answer.status == 503 {
            assert!(!answer.header("retry-after").is_empty());
            busy += 1;
        } else {
            assert_eq!(answer.status, 422);
        }
    }
    assert!((1..60).contains(&busy), "{busy} of 60 were turned away");
}

#[tokio::test]
async fn a_password_is_hashed_anew_when_the_cost_was_raised() {
    let server = Server::start().await;
    let options = Options { config: "[password]\niterations = 3", ..Options::default() };
    let dearer = Server::on(std::sync::Arc::clone(&server.database), options).await;
    let stored = || async {
        let sql = "SELECT secret FROM credentials c JOIN users u ON u.id = user_id WHERE email = 'alice@example.com'";
        sqlx::query_scalar::<_, String>(sql).fetch_one(&server.db).await.expect("a password")
    };
    assert!(stored().await.contains("t=2"));
    dearer.signed_in().await;
    assert!(stored().await.contains("t=3"));
    dearer.signed_in().await;
}

#[tokio::test]
async fn another_account_can_sign_in_where_one_is_to_prove_itself_again() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    server.advance(Duration::seconds(5));
    let page = browser.get(&authorize_path(&[("prompt", "login")])).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("Confirm it’s you"), "{}", page.body);
    let (confirm, switch) = (page.body.find("id=\"sign-in\""), page.body.find("name=\"switch\""));
    assert!(confirm < switch, "Enter presses the first button of a form");
    let plain = browser.submit(&page, &[("switch", "1")]).await;
    assert!(
        !plain.body.contains("Confirm it’s you") && !plain.body.contains(EMAIL),
        "{}",
        plain.body
    );
    assert!(browser.get("/").await.body.contains("Alice"), "her session goes on");

    let wrong = [("identifier", "bob@example.com"), ("password", "wrong")];
    let plain = browser.submit(&plain, &wrong).await;
    assert_eq!(plain.status, 422, "{}", plain.body);
    assert_eq!(plain.field("identifier").as_deref(), Some("bob@example.com"), "still for another");
    assert!(browser.get("/").await.body.contains("Alice"), "her session goes on");
    let right = [("identifier", "bob@example.com"), ("password", "another good password")];
    let before = browser.cookies.clone();
    let consent = browser.submit(&plain, &right).await;
    assert!(consent.body.contains("id=\"allow\"") && consent.body.contains("bob@example.com"));
    let mut former = server.browser();
    former.cookies = before;
    assert!(!former.get("/").await.body.contains("Alice"), "now it has ended");
}

#[tokio::test]
async fn there_is_no_other_account_for_an_application_that_named_the_person() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let hint = server.tokens(&mut browser, &[]).await.id.expect("an ID token");
    server.advance(Duration::seconds(5));
    let path = authorize_path(&[("prompt", "login"), ("id_token_hint", &hint)]);
    let page = browser.get(&path).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("Confirm it’s you"), "{}", page.body);
    assert!(!page.body.contains("name=\"switch\""));
}
