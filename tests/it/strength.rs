//! How strong a password is while it is typed: what the pages' script is told, and that it is told to no one else.

use serde_json::Value;

use crate::support::{Browser, EMAIL, PASSWORD, Server, browser::Answer};

const NEW: &str = "seven purple umbrellas sing";
const OPEN: &str =
    "[email]\nhost = \"localhost\"\nfrom = \"a@example.com\"\n[registration]\nmode = \"open\"\n";

/// What the script of a page asks.
async fn ask(
    browser: &mut Browser,
    page: &Answer,
    password: &str,
    more: &[(&str, &str)],
) -> Answer {
    let (csrf, action) = (page.field("csrf").expect("a token"), page.action().expect("a form"));
    let mut form = vec![("csrf", csrf.as_str()), ("page", &action), ("password", password)];
    form.extend_from_slice(more);
    browser.post("/password-strength", &form).await
}

fn read(answer: &Answer) -> (u64, bool, String) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let told: Value = serde_json::from_str(&answer.body).expect("JSON");
    let words = told["words"].as_str().expect("words").to_owned();
    (told["score"].as_u64().expect("a score"), told["accepted"] == true, words)
}

#[tokio::test]
async fn what_is_told_is_what_the_form_decides() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/password").await;
    let (long, fitting) = ("x y ".repeat(65), "🦀🐙🦑🐡🐠🐬🐳🦈🐢".to_owned());
    for password in
        ["short", &long, "iloveyou", "alice@example.com", "Alice Example 1", "abcdefghijkl"]
    {
        let (score, accepted, words) = read(&ask(&mut browser, &page, password, &[]).await);
        assert!(!accepted && score < 3, "{password}: {score} {words}");
        let fields = [("current", PASSWORD), ("new", password), ("repeat", password)];
        let form = browser.submit(&page, &fields).await;
        assert_eq!(form.status, 422, "{password}");
        assert!(form.body.contains(&words), "{password}: {words}: {}", form.body);
    }
    for (password, current) in [(NEW, PASSWORD), (fitting.as_str(), NEW)] {
        let (score, accepted, words) = read(&ask(&mut browser, &page, password, &[]).await);
        assert!(accepted && score >= 3 && words.contains("ard to guess"), "{password}: {words}");
        let fields = [("current", current), ("new", password), ("repeat", password)];
        let done = browser.submit(&page, &fields).await;
        assert!(done.body.contains("Your password is changed"), "{}", done.body);
    }
}

#[tokio::test]
async fn each_page_on_which_a_password_is_chosen_knows_whose_it_is() {
    let server = Server::catching(OPEN).await;
    let mut pages = Vec::new();

    let mut browser = server.browser();
    let forgot = browser.get("/forgot").await;
    browser.submit(&forgot, &[("identifier", EMAIL)]).await;
    let reset = browser.get(&server.link_to(EMAIL).await).await;
    pages.push((browser, reset, EMAIL));

    let mut browser = server.browser();
    let register = browser.get("/register").await;
    browser.submit(&register, &[("email", "carol.quicksilver@example.org")]).await;
    let link = server.link_to("carol.quicksilver@example.org").await;
    let account = browser.get(&link).await;
    let (_, accepted, _) = read(&ask(&mut browser, &account, "Wolpertinger Zwiebel", &[]).await);
    assert!(accepted, "no one's name yet");
    let name = [("name", " Wolpertinger Zwiebel ")];
    let (_, accepted, _) = read(&ask(&mut browser, &account, "Wolpertinger Zwiebel", &name).await);
    assert!(!accepted, "the name that is typed beside it");
    pages.push((browser, account, "carol.quicksilver@example.org"));

    sqlx::query("UPDATE users SET password_expired = true")
        .execute(&server.db)
        .await
        .expect("expired");
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    let forced = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(forced.body.contains("Choose a password"), "{}", forced.body);
    pages.push((browser, forced, EMAIL));

    for (mut browser, page, own) in pages {
        assert!(page.body.contains("data-strength=\"/password-strength\""), "{}", page.body);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self'; connect-src 'self'"), "{policy}");
        assert!(!read(&ask(&mut browser, &page, own, &[]).await).1, "{own}");
        assert!(read(&ask(&mut browser, &page, NEW, &[]).await).1);
        let again = browser.get(&page.action().expect("a form")).await;
        assert_eq!(again.status, 200, "nothing is used up by asking");
    }
}

#[tokio::test]
async fn no_one_asks_but_the_holder_of_such_a_page() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/password").await;
    let csrf = page.field("csrf").expect("a token");
    let own = [("csrf", csrf.as_str()), ("page", "/account/password"), ("password", NEW)];
    for origin in ["https://evil.example", "null"] {
        let answer = browser.post_from(Some(origin), "/password-strength", &own).await;
        assert_eq!(answer.status, 403, "{origin}");
    }
    let before = browser.get("/sign-in").await.field("csrf").expect("a token");
    for (token, path, status) in [
        ("", "/account/password", 403),
        (before.as_str(), "/account/password", 403),
        (csrf.as_str(), "/sign-in/password", 403),
        (csrf.as_str(), "/reset-password?link=sgl_x", 403),
        (before.as_str(), "/reset-password?link=sgl_x", 410),
        (before.as_str(), "/", 410),
        (before.as_str(), "/register/account?link=sgl_x", 410),
    ] {
        let form = [("csrf", token), ("page", path), ("password", NEW)];
        let answer = browser.post("/password-strength", &form).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
    let stranger = server.browser().post("/password-strength", &own).await;
    assert_eq!(stranger.status, 403);
    assert_eq!(browser.get("/password-strength").await.status, 405);
}

#[tokio::test]
async fn what_is_too_long_is_told_so_or_not_read() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/password").await;
    let told = read(&ask(&mut browser, &page, &"x y ".repeat(1_000), &[]).await);
    assert!(!told.1 && told.2.contains("too long"), "{told:?}");
    assert_eq!(ask(&mut browser, &page, &"x".repeat(20_000), &[]).await.status, 400);
    assert_eq!(ask(&mut browser, &page, &"x".repeat(100_000), &[]).await.status, 413);
    assert_eq!(ask(&mut browser, &page, "a\0password of mine", &[]).await.status, 400);
}

#[tokio::test]
async fn a_flood_is_told_to_come_back_and_leaves_the_form_as_it_was() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/password").await;
    let places = server.app.judging.available_permits();
    let all = u32::try_from(places).expect("a few");
    let taken = server.app.judging.try_acquire_many(all).expect("free");
    let answer = ask(&mut browser, &page, NEW, &[]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"));
    let fields = [("current", PASSWORD), ("new", NEW), ("repeat", NEW)];
    assert!(browser.submit(&page, &fields).await.body.contains("Your password is changed"));
    drop(taken);
    assert!(read(&ask(&mut browser, &page, NEW, &[]).await).1);
    assert_eq!(server.app.judging.available_permits(), places, "each place is given back");
}
