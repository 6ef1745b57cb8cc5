//! The second step of a sign-in: one-time passwords, recovery codes, who is asked for them, and what happens between the
//! steps.

use time::Duration;
use totp_rs::{Builder, Secret};

use crate::support::{
    Browser, CALLBACK, EMAIL, Options, PASSWORD, SPA, Server, Tokens, browser::Answer,
    flow::authorize_path, server::claims,
};

/// What is between the tag that contains `start` and the next tag.
fn text_of<'a>(page: &'a Answer, start: &str) -> &'a str {
    let rest = page.body.split_once(start).unwrap_or_else(|| panic!("{start}: {}", page.body)).1;
    let rest = rest.split_once('>').expect("a tag").1;
    rest.split('<').next().expect("text").trim()
}

/// The code that an authenticator with this secret shows now.
fn code(server: &Server, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).expect("base 32");
    let totp = Builder::new().with_secret(secret).build_noncompliant();
    let now = server.clock.now().unix_timestamp().unsigned_abs();
    totp.generate(now).to_string()
}

/// Alice, with an authenticator.
struct Enrolled {
    server: Server,
    browser: Browser,
    secret: String,
    recovery: Vec<String>,
}

impl Enrolled {
    async fn start() -> Self {
        Self::on(Server::start().await).await
    }

    async fn on(server: Server) -> Self {
        let mut browser = server.signed_in().await;
        let page = browser.get("/account/authenticator").await;
        let secret = text_of(&page, "id=\"secret\"").to_owned();
        let page = browser.submit(&page, &[("code", &code(&server, &secret))]).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let recovery = codes(&page);
        assert_eq!(recovery.len(), 10, "{}", page.body);
        browser.submit(&page, &[("saved", "1")]).await;
        // The code that was shown is spent: the next one is another.
        server.advance(Duration::seconds(30));
        Self { server, browser, secret, recovery }
    }

    fn code(&self) -> String {
        code(&self.server, &self.secret)
    }

    /// A browser that is asked for the second factor.
    async fn asked(&self) -> (Browser, Answer) {
        let mut browser = self.server.browser();
        let page = browser.get("/sign-in").await;
        let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
        assert!(page.body.contains("id=\"verify-form\""), "{}", page.body);
        (browser, page)
    }

    async fn verify(&self, browser: &mut Browser, page: &Answer, code: &str) -> Answer {
        browser.submit(page, &[("kind", "totp"), ("code", code)]).await
    }
}

fn codes(page: &Answer) -> Vec<String> {
    let list = page.body.split_once("id=\"codes\"").map_or("", |(_, rest)| rest);
    let items = list.split("<li>").skip(1).filter_map(|item| item.split_once("</li>"));
    items.map(|(code, _)| code.trim().to_owned()).collect()
}

fn is_signed_in(page: &Answer) -> bool {
    page.body.contains("You are signed in") || page.body.contains("Alice Example")
}

#[tokio::test]
async fn who_has_an_authenticator_is_asked_for_a_code_and_tokens_say_so() {
    let enrolled = Enrolled::start().await;
    let server = &enrolled.server;
    let mut browser = server.browser();
    let page = browser.get(&authorize_path(&[])).await;
    let page = browser.follow(page).await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.body.contains("id=\"verify-form\""), "{}", page.body);
    let page = enrolled.verify(&mut browser, &page, &enrolled.code()).await;
    let answer = browser.submit(&page, &[("decision", "allow")]).await;
    let code = answer.callback().1["code"].clone();
    let tokens = Tokens::from(server.redeem(&code).await).await;
    let id = claims(tokens.id.as_deref().expect("an ID token"));
    assert_eq!(id["acr"], "aal2");
    assert_eq!(id["amr"], serde_json::json!(["mfa", "otp", "pwd"]));
    assert_eq!(claims(&tokens.access)["acr"], "aal2");
}

#[tokio::test]
async fn a_code_is_accepted_once_and_no_earlier_one_after_it() {
    let enrolled = Enrolled::start().await;
    let earlier = enrolled.code();
    enrolled.server.advance(Duration::seconds(30));
    let code = enrolled.code();
    let (mut browser, page) = enrolled.asked().await;
    assert!(is_signed_in(&enrolled.verify(&mut browser, &page, &code).await));
    for spent in [&code, &earlier] {
        let (mut browser, page) = enrolled.asked().await;
        let again = enrolled.verify(&mut browser, &page, spent).await;
        assert_eq!(again.status, 422, "{}", again.body);
        assert!(again.body.contains("role=\"alert\"") && again.body.contains("id=\"verify-form\""));
    }
    enrolled.server.advance(Duration::seconds(30));
    let (mut browser, page) = enrolled.asked().await;
    assert!(is_signed_in(&enrolled.verify(&mut browser, &page, &enrolled.code()).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_in_many_requests_on_two_replicas_is_accepted_once() {
    let enrolled = Enrolled::start().await;
    let replica = enrolled.server.replica().await;
    for kind in ["totp", "recovery-code"] {
        enrolled.server.advance(Duration::hours(1));
        let code = match kind {
            "totp" => enrolled.code(),
            _ => enrolled.recovery[0].clone(),
        };
        let mut asked = Vec::new();
        for _ in 0..32 {
            asked.push(enrolled.asked().await);
        }
        // The limit of wrong codes is another test's.
        sqlx::query("DELETE FROM throttles").execute(&enrolled.server.db).await.expect("cleared");
        let requests = asked.into_iter().enumerate().map(|(number, (mut browser, page))| {
            let url = if number % 2 == 0 { enrolled.server.url("") } else { replica.url("") };
            let (code, csrf) = (code.clone(), page.field("csrf").expect("a page token"));
            tokio::spawn(async move {
                let form = [("csrf", csrf.as_str()), ("kind", kind), ("code", &code)];
                let answer = browser.post_from(None, &format!("{url}/sign-in/verify"), &form).await;
                (answer.status, answer.location().expect("a redirect"))
            })
        });
        let requests: Vec<_> = requests.collect();
        let mut accepted = 0;
        for request in requests {
            let (status, to) = request.await.expect("an answer");
            assert_eq!(status, 303);
            accepted += usize::from(to == "/");
        }
        assert_eq!(accepted, 1, "{kind}");
    }
}

#[tokio::test]
async fn a_recovery_code_stands_in_once() {
    let enrolled = Enrolled::start().await;
    let code = enrolled.recovery[3].to_lowercase().replace('-', " ");
    let (mut browser, page) = enrolled.asked().await;
    assert!(page.body.contains("id=\"use-recovery-code\""));
    let other = browser.get("/sign-in/verify?with=recovery-code").await;
    let page = browser.submit(&other, &[("kind", "recovery-code"), ("code", &code)]).await;
    assert!(is_signed_in(&page), "{}", page.body);
    assert!(enrolled.server.events().await.contains(&"recovery_code.used".to_owned()));

    let (mut browser, page) = enrolled.asked().await;
    let again = browser.submit(&page, &[("kind", "recovery-code"), ("code", &code)]).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("not one of your recovery codes"), "{}", again.body);
    let page =
        browser.submit(&page, &[("kind", "recovery-code"), ("code", &enrolled.recovery[4])]).await;
    assert!(is_signed_in(&page), "the others work");
}

#[tokio::test]
async fn the_last_few_recovery_codes_come_with_a_warning_and_new_ones_replace_all() {
    let mut enrolled = Enrolled::start().await;
    let page = enrolled.browser.get("/account/recovery-codes").await;
    assert!(page.body.contains("You have 10 of them left") && codes(&page).is_empty());
    for code in &enrolled.recovery[..7] {
        let (mut browser, page) = enrolled.asked().await;
        let page = browser.submit(&page, &[("kind", "recovery-code"), ("code", code)]).await;
        assert!(is_signed_in(&page));
    }
    let page = enrolled.browser.get("/account/recovery-codes").await;
    assert!(page.body.contains("id=\"few\"") && page.body.contains("3 recovery codes left"));

    let page = enrolled.browser.submit(&page, &[("renew", "1")]).await;
    let renewed = codes(&page);
    assert_eq!(renewed.len(), 10, "{}", page.body);
    let file = enrolled.browser.get("/account/recovery-codes.txt").await;
    assert!(file.header("content-disposition").contains("attachment"));
    assert_eq!(file.header("cache-control"), "no-store");
    assert!(renewed.iter().all(|code| file.body.contains(code)));
    let gone = enrolled.browser.submit(&page, &[("saved", "1")]).await;
    assert_eq!(gone.status, 200);
    let page = enrolled.browser.get("/account/recovery-codes").await;
    assert!(codes(&page).is_empty(), "shown once");

    let (mut browser, page) = enrolled.asked().await;
    let old =
        browser.submit(&page, &[("kind", "recovery-code"), ("code", &enrolled.recovery[9])]).await;
    assert_eq!(old.status, 422, "the former ones are gone");
    let new = browser.submit(&page, &[("kind", "recovery-code"), ("code", &renewed[0])]).await;
    assert!(is_signed_in(&new));
}

#[tokio::test]
async fn guesses_of_a_code_are_slowed_on_every_replica_and_the_owner_gets_in_later() {
    let enrolled = Enrolled::start().await;
    let replica = enrolled.server.replica().await;
    let (mut browser, page) = enrolled.asked().await;
    let csrf = page.field("csrf").expect("a page token");
    for number in 0..10 {
        let server = if number % 2 == 0 { &enrolled.server } else { &replica };
        let form = [("csrf", csrf.as_str()), ("kind", "totp"), ("code", "000000")];
        let wrong = browser.post_from(None, &server.url("/sign-in/verify"), &form).await;
        let wrong = browser.follow(wrong).await;
        assert_eq!(wrong.status, 422, "{number}");
    }
    let form = [("csrf", csrf.as_str()), ("kind", "totp"), ("code", &enrolled.code())];
    let refused = browser.post_from(None, &replica.url("/sign-in/verify"), &form).await;
    let refused = browser.follow(refused).await;
    assert_eq!(refused.status, 429, "also a right one");
    assert!(!refused.header("retry-after").is_empty());
    assert!(enrolled.server.events().await.contains(&"sign_in.throttled".to_owned()));
    enrolled.server.advance(Duration::minutes(16));
    let (mut browser, page) = enrolled.asked().await;
    assert!(is_signed_in(&enrolled.verify(&mut browser, &page, &enrolled.code()).await));
}

#[tokio::test]
async fn whoever_guesses_codes_elsewhere_does_not_lock_the_owner_out_of_a_known_browser() {
    let enrolled = Enrolled::start().await;
    // Thieves with the password, in browsers that no one signed in with: they share a counter.
    for number in 0..11 {
        let (mut thief, page) = enrolled.asked().await;
        let wrong = enrolled.verify(&mut thief, &page, "000000").await;
        assert_eq!(wrong.status, if number < 10 { 422 } else { 429 }, "{number}");
    }
    let code = enrolled.code();
    let mut browser = enrolled.browser.clone();
    browser.cookies.retain(|name, _| name.ends_with("device"));
    assert_eq!(browser.cookies.len(), 1, "what is left of the sign-in before");
    let page = browser.get("/sign-in").await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.body.contains("id=\"verify-form\""), "{}", page.body);
    let wrong = browser.submit(&page, &[("kind", "recovery-code"), ("code", "nonsense")]).await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    assert!(is_signed_in(&enrolled.verify(&mut browser, &page, &code).await));

    // Guesses in a known browser have an end too.
    let mut throttled = 0;
    for number in 0..11 {
        browser.cookies.retain(|name, _| name.ends_with("device"));
        let page = browser.get("/sign-in").await;
        let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
        let wrong = enrolled.verify(&mut browser, &page, "000000").await;
        throttled += usize::from(wrong.status == 429);
        assert!([422, 429].contains(&wrong.status), "{number}: {}", wrong.body);
    }
    assert!(throttled > 0);
}

#[tokio::test]
async fn between_the_steps_there_is_no_session() {
    let enrolled = Enrolled::start().await;
    let (mut browser, page) = enrolled.asked().await;
    assert!(!browser.cookies.contains_key("signet_session"));
    let none = browser.get(&authorize_path(&[("prompt", "none")])).await;
    assert_eq!(none.callback().1["error"], "login_required");
    for path in ["/account/authenticator", "/account/recovery-codes", "/account/recovery-codes.txt"]
    {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.location().expect("a redirect").starts_with("/sign-in"), "{path}");
    }
    // Nor can what is owed be passed by.
    let enrol = browser.get("/sign-in/enrol").await;
    assert_eq!(enrol.location().as_deref(), Some("/sign-in/verify"));

    // Its page is this browser's alone, and for a while.
    let mut thief = enrolled.server.browser();
    let csrf = page.field("csrf").expect("a page token");
    let form = [("csrf", csrf.as_str()), ("kind", "totp"), ("code", &enrolled.code())];
    let answer = thief.post("/sign-in/verify", &form).await;
    assert_eq!(answer.location().as_deref(), Some("/sign-in"));
    enrolled.server.advance(Duration::minutes(16));
    let late = browser.post("/sign-in/verify", &form).await;
    assert_eq!(late.location().as_deref(), Some("/sign-in"), "it took too long");
}

#[tokio::test]
async fn step_up_asks_for_the_missing_factor_and_for_no_other() {
    let options = Options { config: "[sign_in]\nmfa = \"never\"", ..Options::default() };
    let enrolled = Enrolled::on(Server::with(options).await).await;
    let server = &enrolled.server;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    assert_eq!(claims(&tokens.access)["acr"], "aal1", "never means never");

    let stronger = [("acr_values", "aal3 aal2"), ("prompt", "none")];
    let none = browser.get(&authorize_path(&stronger)).await;
    assert_eq!(none.callback().1["error"], "login_required");
    let page = browser.get(&authorize_path(&[("acr_values", "aal3 aal2")])).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("id=\"verify-form\"") && !page.body.contains("id=\"password\""));
    let answer = enrolled.verify(&mut browser, &page, &enrolled.code()).await;
    let code = answer.callback().1["code"].clone();
    let tokens = Tokens::from(server.redeem(&code).await).await;
    assert_eq!(claims(&tokens.access)["acr"], "aal2");
    assert_eq!(claims(&tokens.access)["amr"], serde_json::json!(["mfa", "otp", "pwd"]));
    // Now it is there, also for those who ask for nothing.
    let code = server.code(&mut browser, &stronger).await;
    assert_eq!(claims(&Tokens::from(server.redeem(&code).await).await.access)["acr"], "aal2");
}

#[tokio::test]
async fn a_client_may_demand_a_second_factor_and_who_has_none_sets_one_up() {
    let server = Server::start().await;
    server.change_client(SPA, |metadata| metadata.mfa = Some(signet::config::Mfa::Always)).await;
    let mut browser = server.signed_in().await;
    let page = browser.get(&authorize_path(&[])).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("id=\"enrol-form\""), "{}", page.body);
    assert!(!page.body.contains("id=\"cancel\""), "there is no way round it");
    let secret = text_of(&page, "id=\"secret\"").to_owned();
    let again = browser.get("/sign-in/enrol").await;
    assert_eq!(text_of(&again, "id=\"secret\""), secret, "scanned once is enough");
    let wrong = browser.submit(&page, &[("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    let page = browser.submit(&wrong, &[("code", &code(&server, &secret))]).await;
    assert_eq!(codes(&page).len(), 10, "{}", page.body);
    let next = page.field("next").expect("the request goes on");
    let page = browser.submit(&page, &[("saved", "1"), ("next", &next)]).await;
    let answer = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(answer.callback().0.starts_with(CALLBACK));
    assert!(answer.callback().1.contains_key("code"));
}

#[tokio::test]
async fn of_administrators_a_second_factor_is_always_demanded() {
    let options = Options { config: "[sign_in]\nmfa = \"never\"", ..Options::default() };
    let server = Server::with(options).await;
    sqlx::query("UPDATE users SET administrator = true, mfa = 'never' WHERE email = $1")
        .bind(EMAIL)
        .execute(&server.db)
        .await
        .expect("set");
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.body.contains("id=\"enrol-form\""), "{}", page.body);
}

#[tokio::test]
async fn what_protects_an_account_is_changed_only_soon_after_a_sign_in() {
    let mut enrolled = Enrolled::start().await;
    let page = enrolled.browser.get("/account/authenticator").await;
    assert!(page.body.contains("id=\"remove\""), "{}", page.body);
    enrolled.server.advance(Duration::minutes(11));
    let late = enrolled.browser.submit(&page, &[("remove", "1")]).await;
    assert!(late.body.contains("Confirm it’s you"), "{}", late.body);
    let confirmed =
        enrolled.browser.submit(&late, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    let code = enrolled.code();
    let page = enrolled.browser.submit(&confirmed, &[("kind", "totp"), ("code", &code)]).await;
    assert!(page.body.contains("id=\"remove\""), "back where it was wanted: {}", page.body);
    let page = enrolled.browser.submit(&page, &[("remove", "1")]).await;
    assert!(page.body.contains("id=\"enrol-form\""), "{}", page.body);
    assert!(enrolled.server.events().await.contains(&"factor.removed".to_owned()));

    let mut browser = enrolled.server.browser();
    let page = browser.get("/sign-in").await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(is_signed_in(&page), "and is not asked for any more");
}

#[tokio::test]
async fn an_authenticator_counts_for_nothing_before_a_code_was_shown() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/authenticator").await;
    assert!(page.body.contains("id=\"qr\"") && page.body.contains("otpauth://totp/"));
    let mut other = server.browser();
    let page = other.get("/sign-in").await;
    let page = other.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(is_signed_in(&page), "{}", page.body);
}

#[tokio::test]
async fn the_secret_and_the_codes_are_not_in_the_database() {
    let enrolled = Enrolled::start().await;
    let secret = Secret::try_from_base32(enrolled.secret.replace(' ', "")).expect("base 32");
    let hex = |bytes: &[u8]| {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect::<String>()
    };
    let secret = hex(secret.as_ref());
    let mut rows: Vec<String> = sqlx::query_scalar("SELECT t::text FROM totp t")
        .fetch_all(&enrolled.server.db)
        .await
        .expect("rows");
    let more: Vec<String> = sqlx::query_scalar("SELECT r::text FROM recovery_codes r")
        .fetch_all(&enrolled.server.db)
        .await
        .expect("rows");
    assert_eq!((rows.len(), more.len()), (1, 10));
    rows.extend(more);
    for row in &rows {
        assert!(!row.contains(&secret));
        for code in &enrolled.recovery {
            let plain = code.replace('-', "");
            assert!(!row.contains(&plain) && !row.contains(&hex(plain.as_bytes())));
        }
    }
}

#[tokio::test]
async fn no_forged_post_changes_a_factor() {
    let mut enrolled = Enrolled::start().await;
    let (mut other, page) = enrolled.asked().await;
    let foreign = page.field("csrf").expect("a page token");
    for path in ["/account/authenticator", "/account/recovery-codes"] {
        let form = [("csrf", foreign.as_str()), ("remove", "1"), ("renew", "1")];
        assert_eq!(enrolled.browser.post(path, &form).await.status, 403, "{path}");
        let own = enrolled.browser.get(path).await.field("csrf").expect("a page token");
        let form = [("csrf", own.as_str()), ("remove", "1"), ("renew", "1")];
        let evil = Some("https://evil.example");
        assert_eq!(enrolled.browser.post_from(evil, path, &form).await.status, 403, "{path}");
    }
    let form = [("csrf", ""), ("kind", "totp"), ("code", &enrolled.code())];
    assert_eq!(other.post("/sign-in/verify", &form).await.status, 403);
}

#[tokio::test]
async fn a_page_to_go_on_to_is_one_of_our_own() {
    let server = Server::start().await;
    for (next, expected) in [
        ("/account/authenticator", "/account/authenticator"),
        ("https%3A%2F%2Fevil.example", "/"),
        ("%2F%2Fevil.example", "/"),
        ("%2Faccount%2F%2Fevil.example", "/"),
    ] {
        let mut browser = server.browser();
        let page = browser.get(&format!("/sign-in?next={next}")).await;
        let csrf = page.field("csrf").expect("a page token");
        let form = [("csrf", csrf.as_str()), ("identifier", EMAIL), ("password", PASSWORD)];
        let answer = browser.post(&page.action().expect("a form"), &form).await;
        assert_eq!(answer.location().as_deref(), Some(expected), "{next}");
    }
}
