//! Choosing a password: one's own, and one in place of another's choice.

use axum::{
    Router,
    routing::{MethodRouter, get},
};
use http::{HeaderMap, StatusCode};
use signet::{
    admin::users::{self, Choice, Profile},
    storage,
};

use crate::support::{
    Browser, EMAIL, Options, PASSWORD, Server, browser::Answer, elsewhere::Elsewhere,
    flow::authorize_path,
};

const NEW: &str = "seven purple umbrellas sing";

/// What the form of a new password is sent with.
fn form<'a>(current: &'a str, new: &'a str) -> [(&'a str, &'a str); 3] {
    [("current", current), ("new", new), ("repeat", new)]
}

async fn change(browser: &mut Browser, current: &str, new: &str) -> Answer {
    let page = browser.get("/account/password").await;
    browser.submit(&page, &form(current, new)).await
}

async fn signs_in(server: &Server, password: &str) -> bool {
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    browser.submit(&page, &[("identifier", EMAIL), ("password", password)]).await;
    browser.cookies.contains_key("signet_session")
}

/// Has someone else choose Alice's password.
async fn expire(server: &Server) -> String {
    let chosen = "chosen by someone else";
    let alice = storage::users::find(&server.db, "alice").await.expect("read").expect("Alice");
    let profile = Profile {
        email: EMAIL.to_owned(),
        email_verified: true,
        username: alice.username,
        name: alice.name,
    };
    let new = users::check_password(&server.app, &profile, chosen).await.expect("it will do");
    users::set_password(&server.app, alice.id, new, Choice::Temporary).await.expect("set");
    chosen.to_owned()
}

#[tokio::test]
async fn a_changed_password_signs_out_everywhere_else() {
    let server = Server::start().await;
    let mut other = server.signed_in().await;
    let bound = server.tokens(&mut other, &[]).await;
    let offline = server.tokens(&mut other, &[("scope", "openid read offline_access")]).await;
    let mut browser = server.signed_in().await;
    let own = server.tokens(&mut browser, &[]).await;

    let done = change(&mut browser, PASSWORD, NEW).await;
    assert!(done.body.contains("Your password is changed"), "{}", done.body);
    assert!(!other.get("/").await.body.contains("Alice"));
    assert!(!server.is_active(&bound.access).await);
    assert!(!server.is_active(&own.access).await);
    assert!(server.is_active(&offline.access).await);
    assert!(!signs_in(&server, PASSWORD).await);
    assert!(signs_in(&server, NEW).await);
    let events = server.events().await;
    for kind in ["password.changed", "sessions.ended"] {
        assert!(events.contains(&kind.to_owned()), "{kind}: {events:?}");
    }
}

#[tokio::test]
async fn what_will_not_do_changes_nothing_and_says_why() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let long = "x y ".repeat(65);
    for (current, new, words) in [
        ("not it at all", NEW, "not your present password"),
        ("", NEW, "not your present password"),
        (PASSWORD, "", "Enter a new password"),
        (PASSWORD, "short", "at least 8 characters"),
        (PASSWORD, long.as_str(), "at most 256 characters"),
        (PASSWORD, "iloveyou", "known from breaches"),
        (PASSWORD, "alice@example.com", "too easy to guess"),
        (PASSWORD, "abcdefghijkl", "too easy to guess"),
        (PASSWORD, PASSWORD, "have or had that password"),
    ] {
        let page = change(&mut browser, current, new).await;
        assert_eq!(page.status, 422, "{new}: {}", page.body);
        assert!(page.body.contains(words), "{new}: {}", page.body);
    }
    let page = browser.get("/account/password").await;
    let fields = [("current", PASSWORD), ("new", NEW), ("repeat", "another")];
    let page = browser.submit(&page, &fields).await;
    assert!(page.body.contains("are not the same"), "{}", page.body);
    assert!(signs_in(&server, PASSWORD).await);
    assert!(!server.events().await.contains(&"password.changed".to_owned()));
}

#[tokio::test]
async fn the_present_password_cannot_be_guessed_in_an_open_browser() {
    let config = "[sign_in]\naccount_attempts = 2";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let mut browser = server.signed_in().await;
    for _ in 0..2 {
        assert_eq!(change(&mut browser, "a guess", NEW).await.status, 422);
    }
    assert_eq!(change(&mut browser, PASSWORD, NEW).await.status, 429, "not even the right one");
    server.advance(time::Duration::minutes(16));
    let page = browser.get("/sign-in?next=%2Faccount%2Fpassword").await;
    browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(change(&mut browser, PASSWORD, NEW).await.body.contains("Your password is changed"));
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_proved_lately_who_they_are() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/password").await;
    server.advance(time::Duration::minutes(11));
    let answer = browser.get("/account/password").await;
    assert_eq!(answer.location().as_deref(), Some("/sign-in?next=%2Faccount%2Fpassword"));
    let form_again = browser.submit(&page, &form(PASSWORD, NEW)).await;
    assert!(form_again.body.contains("Confirm it’s you"), "{}", form_again.body);
    let forged = browser.post("/account/password", &form(PASSWORD, NEW)).await;
    assert_eq!(forged.status, 303);
    assert!(signs_in(&server, PASSWORD).await);
}

#[tokio::test]
async fn former_passwords_are_remembered_as_long_as_is_configured() {
    let config = "[password]\nhistory = 2";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let mut browser = server.signed_in().await;
    let words = ["first umbrella of them", "second umbrella of them", "third umbrella of them"];
    let mut current = PASSWORD;
    for new in words {
        server.advance(time::Duration::seconds(1));
        assert!(change(&mut browser, current, new).await.body.contains("is changed"), "{new}");
        current = new;
    }
    for former in words {
        let page = change(&mut browser, current, former).await;
        assert!(page.body.contains("have or had"), "{former}: {}", page.body);
    }
    assert!(change(&mut browser, current, PASSWORD).await.body.contains("is changed"), "forgotten");
}

#[tokio::test]
async fn a_password_on_the_operators_list_is_refused() {
    // The SHA-1 of NEW.
    let digest = "1354984C02DFDFD117B1ADAF9DD56A739AA89FCA";
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), format!("{digest}:17\r\n")).expect("written");
    let config = format!("[password]\nbreached_file = {:?}", file.path());
    let server = Server::with(Options { config: &config, ..Options::default() }).await;
    let mut browser = server.signed_in().await;
    let page = change(&mut browser, PASSWORD, NEW).await;
    assert!(page.body.contains("known from breaches"), "{}", page.body);
    assert!(
        change(&mut browser, PASSWORD, "six purple umbrellas sing")
            .await
            .body
            .contains("is changed")
    );
}

/// A service that knows breached passwords, and what it answers about those that begin like [`NEW`].
async fn range_service(answer: MethodRouter) -> (Elsewhere, Server) {
    let elsewhere = Elsewhere::start(Router::new().route("/range/13549", answer)).await;
    let fetch = elsewhere.config();
    let url = elsewhere.url("/range/");
    let config = format!("{fetch}[password]\nbreached_range_url = \"{url}\"");
    let server = Server::with(Options { config: &config, ..Options::default() }).await;
    (elsewhere, server)
}

#[tokio::test]
async fn a_password_that_a_service_knows_is_refused() {
    let answer = get(|headers: HeaderMap| async move {
        assert_eq!(headers["add-padding"], "true");
        "84C02DFDFD117B1ADAF9DD56A739AA89FCB:0\r\n84C02DFDFD117B1ADAF9DD56A739AA89FCA:2"
    });
    let (elsewhere, server) = range_service(answer).await;
    let mut browser = server.signed_in().await;
    let page = change(&mut browser, PASSWORD, NEW).await;
    assert!(page.body.contains("known from breaches"), "{}", page.body);
    assert_eq!(elsewhere.connections(), 1);
    let page = change(&mut browser, PASSWORD, "iloveyou").await;
    assert!(page.body.contains("known from breaches"), "{}", page.body);
    assert_eq!(elsewhere.connections(), 1, "what is refused anyway is not asked about");
}

#[tokio::test]
async fn padding_is_no_breach() {
    let answer = get(|| async { "84C02DFDFD117B1ADAF9DD56A739AA89FCA:0" });
    let (elsewhere, server) = range_service(answer).await;
    let page = change(&mut server.signed_in().await, PASSWORD, NEW).await;
    assert!(page.body.contains("is changed"), "{}", page.body);
    assert_eq!(elsewhere.connections(), 1);
}

#[tokio::test]
async fn a_service_that_fails_keeps_no_one_from_choosing_a_password() {
    for answer in [
        get(|| async { StatusCode::SERVICE_UNAVAILABLE }),
        get(|| async { "<html>Sign in to the network</html>" }),
        get(std::future::pending::<()>),
    ] {
        let (elsewhere, server) = range_service(answer).await;
        let page = change(&mut server.signed_in().await, PASSWORD, NEW).await;
        assert!(page.body.contains("is changed"), "{}", page.body);
        assert_eq!(elsewhere.connections(), 1);
    }
}

#[tokio::test]
async fn a_password_of_anothers_choice_is_replaced_on_the_way_in() {
    let server = Server::start().await;
    let chosen = expire(&server).await;
    let mut browser = server.browser();
    let answer = browser.get(&authorize_path(&[])).await;
    let page = browser.follow(answer).await;
    let fields = [("identifier", EMAIL), ("password", chosen.as_str())];
    let page = browser.submit(&page, &fields).await;
    assert!(page.body.contains("Choose a password"), "{}", page.body);
    assert!(!browser.cookies.contains_key("signet_session"), "not signed in yet");
    assert!(!browser.get("/").await.body.contains("Alice"));

    for (new, words) in [(chosen.as_str(), "have or had"), ("iloveyou", "known from breaches")] {
        let page = browser.submit(&page, &[("new", new), ("repeat", new)]).await;
        assert!(page.body.contains(words), "{new}: {}", page.body);
    }
    let consent = browser.submit(&page, &[("new", NEW), ("repeat", NEW)]).await;
    assert!(consent.body.contains("id=\"allow\""), "where it led: {}", consent.body);
    assert!(browser.cookies.contains_key("signet_session"));
    assert!(!signs_in(&server, &chosen).await);
    assert!(signs_in(&server, NEW).await, "and it is asked for once");
}

#[tokio::test]
async fn a_password_that_is_replaced_on_the_way_in_ends_all_other_sessions() {
    let server = Server::start().await;
    let mut other = server.signed_in().await;
    let bound = server.tokens(&mut other, &[]).await;
    let offline = server.tokens(&mut other, &[("scope", "openid read offline_access")]).await;
    let expired = sqlx::query("UPDATE users SET password_expired = true WHERE email = $1");
    expired.bind(EMAIL).execute(&server.db).await.expect("as by hand");
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    let page = browser.submit(&page, &[("new", NEW), ("repeat", NEW)]).await;
    assert!(page.body.contains("Alice"), "{}", page.body);
    assert!(!other.get("/").await.body.contains("Alice"));
    assert!(!server.is_active(&bound.access).await);
    assert!(server.is_active(&offline.access).await);
    assert!(server.events().await.contains(&"sessions.ended".to_owned()));
}

#[tokio::test]
async fn a_password_is_not_replaced_if_sessions_cannot_be_ended() {
    let server = Server::start().await;
    let mut other = server.signed_in().await;
    let mut browser = server.signed_in().await;
    for statement in [
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'out of order'; END $$",
        "CREATE TRIGGER fail BEFORE UPDATE OF ended_at ON sessions EXECUTE FUNCTION fail()",
    ] {
        sqlx::query(statement).execute(&server.db).await.expect(statement);
    }
    assert_eq!(change(&mut browser, PASSWORD, NEW).await.status, 500);
    let alice = storage::users::find(&server.db, "alice").await.expect("read").expect("Alice");
    let profile =
        Profile { email: EMAIL.to_owned(), email_verified: true, username: None, name: None };
    let new = users::check_password(&server.app, &profile, NEW).await.expect("it will do");
    users::set_password(&server.app, alice.id, new, Choice::Lasting).await.expect_err("refused");
    assert!(other.get("/").await.body.contains("Alice"));
    assert!(!signs_in(&server, NEW).await);
    assert!(signs_in(&server, PASSWORD).await);

    sqlx::query("DROP TRIGGER fail ON sessions").execute(&server.db).await.expect("mended");
    assert!(change(&mut browser, PASSWORD, NEW).await.body.contains("is changed"));
    assert!(!other.get("/").await.body.contains("Alice"));
}

#[tokio::test]
async fn a_sign_in_that_proved_the_former_password_ends_with_it() {
    let server = Server::start().await;
    let chosen = expire(&server).await;
    let mut thief = server.browser();
    let page = thief.get("/sign-in").await;
    let page_of_thief = thief.submit(&page, &[("identifier", EMAIL), ("password", &chosen)]).await;
    assert!(page_of_thief.body.contains("Choose a password"));
    let mut owner = server.browser();
    let page = owner.get("/sign-in").await;
    let page = owner.submit(&page, &[("identifier", EMAIL), ("password", &chosen)]).await;
    owner.submit(&page, &[("new", NEW), ("repeat", NEW)]).await;
    let refused = thief
        .submit(
            &page_of_thief,
            &[("new", "mine alone umbrella"), ("repeat", "mine alone umbrella")],
        )
        .await;
    assert!(refused.body.contains("id=\"sign-in\""), "it begins again: {}", refused.body);
    assert!(signs_in(&server, NEW).await);
}

#[tokio::test]
async fn a_manifest_with_a_password_that_will_not_do_changes_nothing() {
    let server = Server::start().await;
    let manifest = "[[user]]\nemail = \"new@example.com\"\npassword = \"umbrellas sing in may\"\n\
                    [[user]]\nemail = \"weak@example.com\"\npassword = \"password\"";
    let manifest = signet::admin::manifest::Manifest::parse(manifest).expect("a manifest");
    let plan = signet::admin::manifest::plan(&server.db, &manifest).await.expect("a plan");
    let problem = signet::admin::manifest::apply(&server.app, plan).await.expect_err("refused");
    assert!(problem.to_string().contains("user weak@example.com"), "{problem}");
    let new = storage::users::find(&server.db, "new@example.com").await.expect("read");
    assert!(new.is_none());
}

#[tokio::test]
async fn who_replaces_a_password_on_the_way_in_is_signed_in() {
    let server = Server::start().await;
    sqlx::query("UPDATE users SET password_expired = true, password_set_at = $1")
        .bind(server.clock.now())
        .execute(&server.db)
        .await
        .expect("expired");
    server.advance(time::Duration::minutes(1));
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    let page = browser.submit(&page, &[("new", NEW), ("repeat", NEW)]).await;
    assert!(page.body.contains("Alice Example"), "{}", page.body);
}
