//! A forgotten password: the link, what it does, and what no one learns by asking for one.

use signet::storage;
use time::Duration;

use crate::support::{Browser, EMAIL, PASSWORD, Server, USERNAME, browser::Answer, database::Held};

const NEW: &str = "an entirely new password";

async fn ask(browser: &mut Browser, identifier: &str) -> Answer {
    let page = browser.get("/forgot").await;
    browser.submit(&page, &[("identifier", identifier)]).await
}

async fn sign_in(server: &Server, password: &str) -> (Browser, Answer) {
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    let answer = browser.submit(&page, &[("identifier", EMAIL), ("password", password)]).await;
    (browser, answer)
}

/// A password set by a link: the answer.
async fn set(browser: &mut Browser, link: &str, password: &str) -> Answer {
    let page = browser.get(link).await;
    assert_eq!(page.status, 200, "{}", page.body);
    browser.submit(&page, &[("password", password)]).await
}

#[tokio::test]
async fn a_link_sets_a_new_password_and_signs_in() {
    let server = Server::catching("").await;
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    assert!(page.body.contains("href=\"/forgot\""), "{}", page.body);
    let sent = ask(&mut browser, USERNAME).await;
    assert!(sent.body.contains("Check your mail"), "{}", sent.body);
    let link = server.link_to(EMAIL).await;
    let home = set(&mut browser, &link, NEW).await;
    assert!(home.body.contains("Alice Example"), "{}", home.body);
    assert!(sign_in(&server, NEW).await.1.body.contains("Alice Example"));
    assert_eq!(sign_in(&server, PASSWORD).await.1.status, 422);
    let mut mail = server.mail().await.into_iter();
    let told = mail.find(|letter| letter.subject.contains("was changed")).expect("she is told");
    assert_eq!(told.to.as_deref(), Some(EMAIL));
    let events = server.events().await;
    for event in ["password.reset_requested", "password.changed"] {
        assert_eq!(events.iter().filter(|name| *name == event).count(), 1, "{events:?}");
    }
}

#[tokio::test]
async fn all_that_the_former_password_began_ends() {
    let server = Server::catching("").await;
    let mut thief = server.browser();
    let tokens = server.tokens(&mut thief, &[("scope", "openid offline_access read")]).await;
    assert!(thief.get("/").await.body.contains("Alice Example"));
    ask(&mut server.browser(), EMAIL).await;
    set(&mut server.browser(), &server.link_to(EMAIL).await, NEW).await;
    assert!(!thief.get("/").await.body.contains("Alice Example"));
    assert!(!server.is_active(&tokens.access).await);
    assert_eq!(server.refresh(tokens.refresh(), &[]).await.status(), 400);
}

#[tokio::test]
async fn a_password_that_was_replaced_by_a_link_is_remembered() {
    for revoked in [false, true] {
        let server = Server::catching("[password]\nhistory = 1").await;
        if revoked {
            let revoke =
                sqlx::query("UPDATE credentials SET revoked_at = $1 WHERE kind = 'password'");
            revoke.bind(server.clock.now()).execute(&server.db).await.expect("as “not me” does");
        }
        let mut browser = server.browser();
        ask(&mut browser, EMAIL).await;
        set(&mut browser, &server.link_to(EMAIL).await, NEW).await;
        server.advance(Duration::seconds(1));
        let third = "yet another umbrella";
        for (new, words) in [(PASSWORD, "have or had"), (third, "is changed"), (NEW, "have or had")]
        {
            let current = if new == NEW { third } else { NEW };
            let page = browser.get("/account/password").await;
            let form = [("current", current), ("new", new), ("repeat", new)];
            let page = browser.submit(&page, &form).await;
            assert!(page.body.contains(words), "{revoked}, {new}: {}", page.body);
        }
    }
}

#[tokio::test]
async fn a_sign_in_between_its_steps_does_not_outlive_the_password() {
    let server = Server::catching("[sign_in]\nmfa = \"always\"").await;
    let (mut thief, page) = sign_in(&server, PASSWORD).await;
    assert!(page.body.contains("id=\"enrol-form\""), "{}", page.body);
    ask(&mut server.browser(), EMAIL).await;
    let mut owner = server.browser();
    let page = set(&mut owner, &server.link_to(EMAIL).await, NEW).await;
    assert!(page.body.contains("id=\"enrol-form\""), "a second factor still holds: {}", page.body);
    assert!(!owner.cookies.contains_key("signet_session"));
    let page = thief.get("/sign-in/enrol").await;
    assert_eq!(page.location().as_deref(), Some("/sign-in"));
}

#[tokio::test]
async fn a_link_is_good_once_and_opening_it_uses_nothing_up() {
    let server = Server::catching("").await;
    ask(&mut server.browser(), EMAIL).await;
    let link = server.link_to(EMAIL).await;
    for _ in 0..3 {
        assert_eq!(server.browser().get(&link).await.status, 200, "a scanner");
    }
    let mut browser = server.browser();
    let page = browser.get(&link).await;
    let refused = browser.submit(&page, &[("password", "short")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("at least 8 characters"), "{}", refused.body);
    set(&mut browser, &link, NEW).await;
    let csrf = page.field("csrf").expect("a page token");
    let path = page.action().expect("a form");
    let again = browser.post(&path, &[("csrf", &csrf), ("password", "yet another one")]).await;
    assert_eq!(again.status, 410);
    assert!(again.body.contains("does not work any more"), "{}", again.body);
    assert_eq!(browser.get(&link).await.status, 410);
    assert_eq!(sign_in(&server, "yet another one").await.1.status, 422);
}

#[tokio::test]
async fn of_many_requests_at_once_one_uses_the_link() {
    let server = Server::catching("").await;
    ask(&mut server.browser(), EMAIL).await;
    let link = server.link_to(EMAIL).await;
    let mut ready = Vec::new();
    for at in 0..8 {
        let mut browser = server.browser();
        let page = browser.get(&link).await;
        ready.push((at, browser, page));
    }
    let requests = ready.into_iter().map(|(at, mut browser, page)| {
        tokio::spawn(async move {
            let csrf = page.field("csrf").expect("a page token");
            let password = format!("password number {at}");
            let path = page.action().expect("a form");
            browser.post(&path, &[("csrf", &csrf), ("password", &password)]).await.status
        })
    });
    let mut done = 0;
    for request in requests.collect::<Vec<_>>() {
        match request.await.expect("an answer") {
            303 => done += 1,
            other => assert!([410, 503].contains(&other), "{other}"),
        }
    }
    assert_eq!(done, 1);
}

#[tokio::test]
async fn expired_unknown_and_foreign_links_are_refused_alike() {
    let server = Server::catching(
        "[registration]\nmode = \"open\"\n[email]\nhost = \"localhost\"\nfrom = \"a@example.com\"",
    )
    .await;
    ask(&mut server.browser(), EMAIL).await;
    let link = server.link_to(EMAIL).await;
    let handle = link.split_once("link=").expect("a link").1.to_owned();
    for path in [
        "/reset-password".to_owned(),
        "/reset-password?link=".to_owned(),
        "/reset-password?link=sgl_nonsense".to_owned(),
        format!("/reset-password?link={}", &handle[..handle.len() - 1]),
        format!("/verify-email?link={handle}"),
        format!("/change-email?link={handle}"),
        format!("/register/account?link={handle}"),
    ] {
        let answer = server.browser().get(&path).await;
        assert_eq!(answer.status, 410, "{path}");
        assert!(answer.body.contains("does not work any more"), "{path}");
    }
    server.advance(Duration::minutes(59));
    assert_eq!(server.browser().get(&link).await.status, 200);
    server.advance(Duration::minutes(1));
    assert_eq!(server.browser().get(&link).await.status, 410);
}

#[tokio::test]
async fn a_new_link_set_in_motion_makes_the_former_ones_worthless_once_used() {
    let server = Server::catching("").await;
    ask(&mut server.browser(), EMAIL).await;
    let first = server.link_to(EMAIL).await;
    ask(&mut server.browser(), EMAIL).await;
    let second = server.link_to(EMAIL).await;
    assert_ne!(first, second);
    set(&mut server.browser(), &second, NEW).await;
    assert_eq!(server.browser().get(&first).await.status, 410);
}

#[tokio::test]
async fn no_one_learns_whether_there_is_an_account() {
    let server = Server::catching("").await;
    let known = ask(&mut server.browser(), EMAIL).await;
    let messages = server.mail().await.len();
    let unknown = ask(&mut server.browser(), "nobody@example.com").await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    let rows: (i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM links), (SELECT count(*) FROM messages)")
            .fetch_one(&server.db)
            .await
            .expect("counted");
    assert_eq!(rows, (2, 1), "the same work");
    assert_eq!(server.mail().await.len(), messages, "and no message");
    let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM messages")
        .fetch_one(&server.db)
        .await
        .expect("counted");
    assert_eq!(waiting, 0, "nothing is left of it");
}

#[tokio::test]
async fn whoever_asks_too_often_has_to_wait_be_there_an_account_or_not() {
    let server = Server::catching("").await;
    for identifier in [EMAIL, "nobody@example.com"] {
        for _ in 0..5 {
            assert_eq!(ask(&mut server.browser(), identifier).await.status, 200);
        }
        let refused = ask(&mut server.browser(), identifier).await;
        assert_eq!(refused.status, 429);
        assert_eq!(refused.header("retry-after"), "900");
        assert!(refused.body.contains("15 minutes"), "{}", refused.body);
    }
    assert_eq!(server.mail().await.len(), 5);
    server.advance(Duration::minutes(15));
    assert_eq!(ask(&mut server.browser(), EMAIL).await.status, 200);
}

#[tokio::test]
async fn one_address_asks_for_so_many_messages_and_no_more() {
    let server = Server::catching("[email]\nrequests_per_address = 3").await;
    for at in 0..3 {
        assert_eq!(
            ask(&mut server.browser(), &format!("person{at}@example.com")).await.status,
            200
        );
    }
    assert_eq!(ask(&mut server.browser(), EMAIL).await.status, 429);
    assert_eq!(server.mail().await.len(), 0);
}

#[tokio::test]
async fn a_disabled_person_gets_no_link_and_one_sent_before_is_worthless() {
    let server = Server::catching("").await;
    ask(&mut server.browser(), EMAIL).await;
    let link = server.link_to(EMAIL).await;
    let alice =
        signet::storage::users::find(&server.db, EMAIL).await.expect("read").expect("there");
    signet::admin::users::set_disabled(&server.app, alice.id, true).await.expect("disabled");
    assert_eq!(server.browser().get(&link).await.status, 410);
    ask(&mut server.browser(), EMAIL).await;
    assert_eq!(server.mail().await.len(), 1);
}

#[tokio::test]
async fn the_link_leads_on_to_where_the_person_came_from_in_their_own_browser() {
    let server = Server::catching("").await;
    let path = crate::support::flow::authorize_path(&[]);
    for own in [true, false] {
        let mut browser = server.browser();
        let page = browser.get(&path).await;
        let page = browser.follow(page).await;
        let forgot = page.body.split("href=\"").find(|part| part.starts_with("/forgot"));
        let forgot = forgot.expect("a link").split('"').next().expect("its end").to_owned();
        assert!(forgot.contains("next=%2Finteraction%2F"), "{forgot}");
        let page = browser.get(&forgot).await;
        browser.submit(&page, &[("identifier", EMAIL)]).await;
        let link = server.link_to(EMAIL).await;
        let mut other = server.browser();
        let new = format!("{NEW} {own}");
        let page = set(if own { &mut browser } else { &mut other }, &link, &new).await;
        assert_eq!(page.body.contains("id=\"allow\""), own, "{}", page.body);
        assert_eq!(page.body.contains("You are signed in"), !own, "{}", page.body);
    }
}

#[tokio::test]
async fn without_e_mail_there_is_no_such_page() {
    let server = Server::start().await;
    let mut browser = server.browser();
    assert!(!browser.get("/sign-in").await.body.contains("/forgot"));
    assert_eq!(browser.get("/forgot").await.status, 404);
    let csrf = browser.get("/sign-in").await.field("csrf").expect("a page token");
    let form = [("csrf", csrf.as_str()), ("identifier", EMAIL)];
    assert_eq!(browser.post("/forgot", &form).await.status, 404);
}

#[tokio::test]
async fn a_password_that_is_replaced_before_its_link_signs_in_signs_no_one_in() {
    let server = Server::catching("").await;
    let mut browser = server.browser();
    ask(&mut browser, EMAIL).await;
    let page = browser.get(&server.link_to(EMAIL).await).await;
    server.advance(Duration::SECOND);
    let user = storage::users::find(&server.db, "alice").await.expect("read").expect("Alice").id;
    // The link's password is set by now, and its record waits.
    let held = Held::begin(&server.database.url).await;
    sqlx::query("LOCK TABLE audit_events").execute(held.db()).await.expect("locked");
    let csrf = page.field("csrf").expect("a page token");
    let path = page.action().expect("a form");
    let form = [("csrf", csrf.as_str()), ("password", NEW)];
    let meanwhile = async {
        let set = async || {
            let account = storage::users::account(&server.db, "alice").await.expect("read");
            account.expect("Alice").password_set_at == Some(server.clock.now())
        };
        while !set().await {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let change = storage::passwords::Change {
            id: server.app.uuid(),
            user,
            phc: "another",
            expired: false,
            history: 0,
            kept: storage::passwords::Kept::default(),
            tokens_end: server.app.tokens_end(server.clock.now()),
        };
        let later = server.clock.now() + Duration::SECOND;
        storage::passwords::replace(&server.db, &change, later).await.expect("replaced");
        held.commit().await;
    };
    let (answer, ()) = tokio::join!(browser.post(&path, &form), meanwhile);
    assert_eq!(answer.location().as_deref(), Some("/sign-in"), "{}", answer.body);
    assert!(!browser.cookies.contains_key("signet_session"));
}
