//! Who may set a second factor up or take one away, and what a sign-in that builds on a session is worth without it.

use signet::clock::Timestamp;
use sqlx::AssertSqlSafe;
use time::Duration;
use totp_rs::{Builder, Secret};

use crate::support::{
    Browser, EMAIL, Options, PASSWORD, Server, Tokens, browser::Answer, flow::authorize_path,
    server::claims,
};

const AUTHENTICATOR: &str = "/account/authenticator";
const TYPED: [(&str, &str); 2] = [("identifier", EMAIL), ("password", PASSWORD)];
const STRONGER: [(&str, &str); 1] = [("acr_values", "aal2")];
const NEVER: &str = "[sign_in]\nmfa = \"never\"";

async fn configured(config: &str) -> Server {
    Server::with(Options { config, ..Options::default() }).await
}

/// The secret that a page shows.
fn secret(page: &Answer) -> String {
    let rest = page.body.split_once("id=\"secret\"").unwrap_or_else(|| panic!("{}", page.body)).1;
    let text = rest.split_once('>').and_then(|(_, rest)| rest.split_once('<')).expect("a secret").0;
    text.trim().to_owned()
}

/// What an authenticator with this secret shows now.
fn code(server: &Server, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).expect("base 32");
    let totp = Builder::new().with_secret(secret).build_noncompliant();
    totp.generate(server.clock.now().unix_timestamp().unsigned_abs()).to_string()
}

async fn count(server: &Server, of: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {of}");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&server.db).await.expect("a number")
}

/// Sets an authenticator up in this browser: its secret, none of whose codes of now is unused.
async fn enrol(server: &Server, browser: &mut Browser) -> String {
    let page = browser.get(AUTHENTICATOR).await;
    let secret = secret(&page);
    let page = browser.submit(&page, &[("code", &code(server, &secret))]).await;
    assert!(page.body.contains("id=\"codes\""), "{}", page.body);
    server.advance(Duration::seconds(30));
    secret
}

/// What a link of Signet's own or of a client leads to.
async fn open(browser: &mut Browser, path: &str) -> Answer {
    let answer = browser.get(path).await;
    browser.follow(answer).await
}

#[tokio::test]
async fn a_secret_is_confirmed_where_it_was_drawn_and_nowhere_else() {
    let server = configured("[sessions]\nsensitive_age = \"1h\"").await;
    let (mut thief, mut owner) = (server.signed_in().await, server.signed_in().await);
    let known = thief.get(AUTHENTICATOR).await;
    let page = owner.get(AUTHENTICATOR).await;
    assert_ne!(secret(&page), secret(&known));
    assert_eq!(secret(&owner.get(AUTHENTICATOR).await), secret(&page), "scanned once is enough");
    for drawn in [&known, &page] {
        let refused = thief.submit(&known, &[("code", &code(&server, &secret(drawn)))]).await;
        assert!(!refused.body.contains("id=\"codes\""), "{}", refused.body);
    }
    assert_eq!(count(&server, "totp WHERE confirmed_at IS NOT NULL").await, 0);

    let page = owner.get(AUTHENTICATOR).await;
    server.advance(Duration::minutes(16));
    let late = owner.submit(&page, &[("code", &code(&server, &secret(&page)))]).await;
    assert!(!late.body.contains("id=\"codes\""), "{}", late.body);
    assert_ne!(secret(&owner.get(AUTHENTICATOR).await), secret(&page));
    enrol(&server, &mut owner).await;
}

#[tokio::test]
async fn a_secret_that_was_drawn_goes_with_the_password_and_with_other_sessions() {
    let server = Server::start().await;
    let mut owner = server.signed_in().await;
    server.signed_in().await.get(AUTHENTICATOR).await;
    assert_eq!(count(&server, "totp").await, 1);
    let page = owner.get("/account/sessions").await;
    let csrf = page.field("csrf").expect("a page token");
    owner.post("/account/sessions", &[("csrf", &csrf), ("others", "1")]).await;
    assert_eq!(count(&server, "totp").await, 0);

    server.signed_in().await.get(AUTHENTICATOR).await;
    let user = sqlx::query_scalar("SELECT id FROM users WHERE email = $1").bind(EMAIL);
    let user = user.fetch_one(&server.db).await.expect("Alice");
    let change = signet::storage::passwords::Change {
        id: server.app.uuid(),
        user,
        phc: "",
        expired: false,
        history: 0,
        kept: signet::storage::passwords::Kept::default(),
        tokens_end: server.app.tokens_end(server.clock.now()),
    };
    let replaced = signet::storage::passwords::replace(&server.db, &change, server.clock.now());
    replaced.await.expect("replaced");
    assert_eq!(count(&server, "totp").await, 0);
}

#[tokio::test]
async fn who_was_signed_in_long_ago_proves_it_before_setting_a_factor_up() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    server.advance(Duration::minutes(11));
    let page = open(&mut browser, &authorize_path(&STRONGER)).await;
    assert!(page.body.contains("Confirm it’s you"), "{}", page.body);
    assert_eq!(count(&server, "totp").await, 0);
    let page = browser.submit(&page, &TYPED).await;
    assert!(page.body.contains("id=\"enrol-form\""), "{}", page.body);
    let page = browser.submit(&page, &[("code", &code(&server, &secret(&page)))]).await;
    assert!(page.body.contains("id=\"codes\""), "{}", page.body);
}

#[tokio::test]
async fn no_one_takes_a_factor_away_or_gets_at_the_account_without_one() {
    let server = configured(NEVER).await;
    let mut owner = server.signed_in().await;
    let known = enrol(&server, &mut owner).await;
    assert_eq!(owner.get(AUTHENTICATOR).await.status, 200, "it was just shown here");

    let mut thief = server.signed_in().await;
    for page in [
        AUTHENTICATOR,
        "/account/passkeys",
        "/account/recovery-codes",
        "/account/recovery-codes.txt",
        "/account/password",
        "/account/delete",
        "/account/export",
        "/account/api-keys",
    ] {
        let answer = thief.get(page).await;
        assert_eq!(answer.location().as_deref(), Some("/sign-in/verify"), "{page}");
    }
    let csrf = owner.get(AUTHENTICATOR).await.field("csrf").expect("a page token");
    thief.post(AUTHENTICATOR, &[("csrf", &csrf), ("remove", "1")]).await;
    assert_eq!(count(&server, "totp WHERE confirmed_at IS NOT NULL").await, 1);

    // A code leads to the page that was wanted, and on no longer way round.
    let page = open(&mut thief, AUTHENTICATOR).await;
    let page = thief.submit(&page, &[("kind", "totp"), ("code", &code(&server, &known))]).await;
    assert!(page.body.contains("id=\"remove\""), "{}", page.body);
    server.advance(Duration::minutes(11));
    let page = open(&mut thief, AUTHENTICATOR).await;
    let page = thief.submit(&page, &TYPED).await;
    assert!(page.body.contains("id=\"verify-form\""), "{}", page.body);
    let page = thief.submit(&page, &[("kind", "totp"), ("code", &code(&server, &known))]).await;
    let page = thief.submit(&page, &[("remove", "1")]).await;
    assert!(page.body.contains("id=\"enrol-form\""), "{}", page.body);
    assert_eq!(count(&server, "totp WHERE confirmed_at IS NOT NULL").await, 0);

    // Recovery codes that are left over are no factor: they are not asked for.
    assert!(count(&server, "recovery_codes").await > 0);
    let mut browser = server.signed_in().await;
    assert_eq!(browser.get("/account/recovery-codes").await.status, 200);
}

#[tokio::test]
async fn a_step_up_ends_with_the_session_that_it_builds_on() {
    let server = configured(NEVER).await;
    let known = enrol(&server, &mut server.signed_in().await).await;
    for way in ["one", "all"] {
        let mut browser = server.signed_in().await;
        let page = open(&mut browser, &authorize_path(&STRONGER)).await;
        assert!(page.body.contains("id=\"verify-form\""), "{}", page.body);
        if way == "one" {
            let mut other = browser.clone();
            let list = other.get("/account/sessions").await;
            let own = list.body.split_once("name=\"end\" value=\"").expect("a session").1;
            let own = own.split('"').next().expect("an id");
            let csrf = list.field("csrf").expect("a page token");
            other.post("/account/sessions", &[("csrf", &csrf), ("end", own)]).await;
            assert!(!other.cookies.contains_key("signet_sign_in"), "forgotten here");
            assert_eq!(count(&server, "sign_ins").await, 0);
        } else {
            // As a step-up that was begun while the sessions ended.
            let sql = "UPDATE sessions SET ended_at = now() WHERE ended_at IS NULL";
            sqlx::query(sql).execute(&server.db).await.expect("ended");
        }
        let code = code(&server, &known);
        let answer = browser.submit(&page, &[("kind", "totp"), ("code", &code)]).await;
        assert!(!answer.body.contains("id=\"allow\""), "{way}: {}", answer.body);
        let live = count(&server, "sessions WHERE ended_at IS NULL AND acr = 'aal2'").await;
        assert_eq!(live, i64::from(way == "one"), "{way}: only the one that was enrolled in");
    }
}

#[tokio::test]
async fn a_step_up_counts_in_the_session_that_it_builds_on_and_in_no_other() {
    let server = configured(NEVER).await;
    let known = enrol(&server, &mut server.signed_in().await).await;
    let mut browser = server.signed_in().await;
    let page = open(&mut browser, &authorize_path(&STRONGER)).await;
    browser.cookies.remove("signet_session");
    browser.submit(&page, &[("kind", "totp"), ("code", &code(&server, &known))]).await;
    assert!(!browser.cookies.contains_key("signet_session"));
    let live = count(&server, "sessions WHERE ended_at IS NULL AND acr = 'aal2'").await;
    assert_eq!(live, 1, "the one that was enrolled in");
}

/// A browser whose person signed in long ago by a password alone, and the secret of the authenticator that they set up
/// elsewhere since.
async fn left_open(server: &Server) -> (Browser, String) {
    let browser = server.signed_in().await;
    server.advance(Duration::minutes(11));
    let known = enrol(server, &mut server.signed_in().await).await;
    (browser, known)
}

#[tokio::test]
async fn a_code_alone_makes_no_old_sign_in_a_fresh_one() {
    let server = configured(NEVER).await;
    let began = server.clock.now().unix_timestamp();
    let (mut browser, known) = left_open(&server).await;
    let ends = || sqlx::query_scalar::<_, Timestamp>("SELECT min(expires_at) FROM sessions");
    let end = ends().fetch_one(&server.db).await.expect("its end");

    // A request that waits for a sign-in, in another tab.
    let waits = browser.get(&authorize_path(&[("prompt", "login")])).await;
    let waits = waits.location().expect("its page");
    let page = open(&mut browser, &authorize_path(&STRONGER)).await;
    assert!(page.body.contains("id=\"verify-form\""), "{}", page.body);
    let page = browser.submit(&page, &[("kind", "totp"), ("code", &code(&server, &known))]).await;
    let (_, parameters) = browser.submit(&page, &[("decision", "allow")]).await.callback();
    let tokens = Tokens::from(server.redeem(&parameters["code"]).await).await;
    let id = claims(tokens.id.as_deref().expect("an ID token"));
    assert_eq!((&id["acr"], id["auth_time"].as_i64()), (&"aal2".into(), Some(began)));
    assert_eq!(ends().fetch_one(&server.db).await.expect("its end"), end, "as it would have");

    for page in [AUTHENTICATOR, "/account/passkeys", "/account/password"] {
        let to = browser.get(page).await.location().expect("elsewhere");
        assert!(to.starts_with("/sign-in?next="), "{page}: {to}");
    }
    assert!(browser.get(&waits).await.body.contains("id=\"password\""), "it waits still");
    let recent = [("prompt", "none"), ("max_age", "60")];
    let answer = browser.get(&authorize_path(&recent)).await;
    assert_eq!(answer.callback().1["error"], "login_required");
}

#[tokio::test]
async fn a_step_up_that_wants_a_recent_sign_in_begins_with_the_password() {
    let server = configured(NEVER).await;
    let (mut browser, known) = left_open(&server).await;
    let asked = [("acr_values", "aal2"), ("max_age", "60")];
    let page = open(&mut browser, &authorize_path(&asked)).await;
    assert!(page.body.contains("id=\"password\""), "{}", page.body);
    let page = browser.submit(&page, &TYPED).await;
    assert!(page.body.contains("id=\"verify-form\""), "{}", page.body);
    let page = browser.submit(&page, &[("kind", "totp"), ("code", &code(&server, &known))]).await;
    let (_, parameters) = browser.submit(&page, &[("decision", "allow")]).await.callback();
    let tokens = Tokens::from(server.redeem(&parameters["code"]).await).await;
    let id = claims(tokens.id.as_deref().expect("an ID token"));
    assert_eq!(id["auth_time"].as_i64(), Some(server.clock.now().unix_timestamp()));
    assert_eq!(browser.get("/account/passkeys").await.status, 200);
}
