//! Making an account: the address first, then a name and a password.

use signet::{admin, clock::Clock};

use crate::support::{
    Browser, EMAIL, Options, Server,
    browser::Answer,
    process::{command, run},
};

const CAROL: &str = "carol@example.org";
const PASSWORD: &str = "a password of some length";
const OPEN: &str =
    "[email]\nhost = \"localhost\"\nfrom = \"a@example.com\"\n[registration]\nmode = \"open\"\n";

async fn ask(browser: &mut Browser, email: &str) -> Answer {
    let page = browser.get("/register").await;
    assert_eq!(page.status, 200, "{}", page.body);
    browser.submit(&page, &[("email", email)]).await
}

async fn make(browser: &mut Browser, link: &str, name: &str) -> Answer {
    let page = browser.get(link).await;
    assert_eq!(page.status, 200, "{}", page.body);
    browser.submit(&page, &[("name", name), ("password", PASSWORD)]).await
}

async fn people(server: &Server) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&server.db).await;
    count.expect("counted")
}

#[tokio::test]
async fn someone_new_registers_and_is_signed_in() {
    let server = Server::catching(OPEN).await;
    let before = people(&server).await;
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    assert!(page.body.contains("href=\"/register\""), "{}", page.body);
    let sent = ask(&mut browser, " Carol@Example.org ").await;
    assert!(sent.body.contains("Check your mail"), "{}", sent.body);
    assert_eq!(people(&server).await, before, "none before the address is proven");
    let link = server.link_to("Carol@Example.org").await;
    let home = make(&mut browser, &link, "Carol <b>").await;
    assert!(home.body.contains("Carol &#60;b&#62;"), "{}", home.body);
    let carol = signet::storage::users::find(&server.db, CAROL).await.expect("read");
    let carol = carol.expect("an account");
    assert!(carol.email_verified);
    assert_eq!(carol.email, "Carol@Example.org");
    assert!(server.events().await.contains(&"user.registered".to_owned()));
    let again = browser.get(&link).await;
    assert_eq!(again.status, 410);
}

#[tokio::test]
async fn whoever_enters_an_address_does_not_learn_whether_it_has_an_account() {
    let server = Server::catching(OPEN).await;
    let unknown = ask(&mut server.browser(), CAROL).await;
    let known = ask(&mut server.browser(), "ALICE@example.com").await;
    assert_eq!((unknown.status, unknown.body), (known.status, known.body));
    let messages = server.mail().await;
    let to_alice = messages.iter().find(|m| m.to.as_deref() == Some("ALICE@example.com"));
    let text = &to_alice.expect("a message").text;
    assert!(text.contains("You have one already") && !text.contains("/register/"), "{text}");
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM links")
        .fetch_one(&server.db)
        .await
        .expect("counted");
    assert_eq!(rows, 2, "the same work");
}

#[tokio::test]
async fn a_mistake_is_said_and_leaves_the_link_as_it_was() {
    let server = Server::catching(OPEN).await;
    let mut browser = server.browser();
    for wrong in ["", "carol", "carol@example.org, dave@example.org", "carol@localhost"] {
        assert_eq!(ask(&mut browser, wrong).await.status, 422, "{wrong}");
    }
    assert!(server.mail().await.is_empty());
    ask(&mut browser, CAROL).await;
    let link = server.link_to(CAROL).await;
    let page = browser.get(&link).await;
    for (name, password) in [("", PASSWORD), ("Carol", "short"), (&"x".repeat(101), PASSWORD)] {
        let answer = browser.submit(&page, &[("name", name), ("password", password)]).await;
        assert_eq!(answer.status, 422, "{name} {password}");
        assert!(answer.body.contains("role=\"alert\""));
    }
    assert!(make(&mut browser, &link, "Carol").await.body.contains("You are signed in"));
}

#[tokio::test]
async fn two_links_to_one_address_make_one_account() {
    let server = Server::catching(OPEN).await;
    ask(&mut server.browser(), CAROL).await;
    let first = server.link_to(CAROL).await;
    ask(&mut server.browser(), CAROL).await;
    let second = server.link_to(CAROL).await;
    make(&mut server.browser(), &first, "Carol").await;
    let answer = make(&mut server.browser(), &second, "Carol").await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("You have an account already"), "{}", answer.body);
}

#[tokio::test]
async fn only_allowed_domains_may_register() {
    let config = format!("{OPEN}allowed_domains = [\"example.org\"]");
    let server = Server::catching(&config).await;
    for wrong in ["carol@example.com", "carol@sub.example.org", "carol@example.org.evil.example"] {
        let answer = ask(&mut server.browser(), wrong).await;
        assert_eq!(answer.status, 422, "{wrong}");
        assert!(answer.body.contains("Use an address of example.org"), "{}", answer.body);
    }
    assert_eq!(ask(&mut server.browser(), "carol@EXAMPLE.org").await.status, 200);
}

#[tokio::test]
async fn whoever_is_invited_registers_where_others_may_not() {
    let config = OPEN.replace("open", "invited");
    let server = Server::catching(&config).await;
    let mut browser = server.browser();
    assert!(!browser.get("/sign-in").await.body.contains("/register"));
    assert_eq!(browser.get("/register").await.status, 404);
    admin::users::invite(&server.app, CAROL).await.expect("invited");
    let error = admin::users::invite(&server.app, EMAIL).await.expect_err("has an account");
    assert!(error.to_string().contains("has an account"), "{error}");
    server.advance(time::Duration::days(6));
    let home = make(&mut browser, &server.link_to(CAROL).await, "Carol").await;
    assert!(home.body.contains("You are signed in"), "{}", home.body);
}

#[tokio::test]
async fn a_link_of_before_is_worthless_where_registration_was_turned_off() {
    let server = Server::catching(OPEN).await;
    ask(&mut server.browser(), CAROL).await;
    let link = server.link_to(CAROL).await;
    let path = link.strip_prefix(&server.issuer).expect("our own");
    let options = Options { clock: Some(server.clock.clone()), ..Options::default() };
    let off = Server::on(std::sync::Arc::clone(&server.database), options).await;
    assert_eq!(off.browser().get(path).await.status, 404);
    assert_eq!(off.browser().get("/register").await.status, 404);
    let error = admin::users::invite(&off.app, CAROL).await.expect_err("off");
    assert!(error.to_string().contains("e-mail was not set up"), "{error}");
}

#[tokio::test]
async fn an_operator_invites_by_command_and_a_running_server_sends_it() {
    let options = Options {
        config: OPEN,
        // The command has no other.
        clock: Some(Clock::System),
        catches_mail: true,
        ..Options::default()
    };
    let server = Server::with(options).await;
    let mut invite = command(&server.database.url);
    invite.args(["user", "invite", CAROL]).env("SIGNET_SERVER__ISSUER", &server.issuer);
    let (code, _, errors) = run(&mut invite).await;
    assert_eq!(code, 1);
    assert!(errors.contains("e-mail was not set up"), "{errors}");
    invite
        .env("SIGNET_EMAIL__HOST", "localhost")
        .env("SIGNET_EMAIL__FROM", "a@example.com")
        .env("SIGNET_REGISTRATION__MODE", "invited");
    let (code, _, errors) = run(&mut invite).await;
    assert_eq!(code, 0, "{errors}");
    let home = make(&mut server.browser(), &server.link_to(CAROL).await, "Carol").await;
    assert!(home.body.contains("You are signed in"), "{}", home.body);
}
