//! The address of an account: proven by a link, changed by two.

use crate::support::{Browser, EMAIL, Server, browser::Answer};

const NEW: &str = "alice@example.net";
const BOB: &str = "bob@example.com";

async fn ask(browser: &mut Browser, email: &str) -> Answer {
    let page = browser.get("/account/email").await;
    assert_eq!(page.status, 200, "{:?} {}", page.location(), page.body);
    browser.submit(&page, &[("email", email)]).await
}

async fn follow(server: &Server, link: &str) -> Answer {
    let mut browser = server.browser();
    let page = browser.get(link).await;
    assert_eq!(page.status, 200, "{}", page.body);
    browser.submit(&page, &[]).await
}

/// The address of a person and whether it is proven.
async fn address(server: &Server, key: &str) -> Option<(String, bool)> {
    let found = signet::storage::users::find(&server.db, key).await.expect("read");
    found.map(|user| (user.email, user.email_verified))
}

async fn signed_in_as_bob(server: &Server) -> Browser {
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    let fields = [("identifier", BOB), ("password", "another good password")];
    browser.submit(&page, &fields).await;
    browser
}

#[tokio::test]
async fn an_address_changes_once_both_have_confirmed_it_in_any_order() {
    for new_first in [true, false] {
        let server = Server::catching("").await;
        let mut browser = server.signed_in().await;
        let sent = ask(&mut browser, NEW).await;
        assert!(sent.body.contains("Check your mail"), "{}", sent.body);
        let (old, new) = (server.link_to(EMAIL).await, server.link_to(NEW).await);
        let [first, second] = if new_first { [&new, &old] } else { [&old, &new] };
        let half = follow(&server, first).await;
        assert!(half.body.contains("Half done"), "{}", half.body);
        assert_eq!(server.browser().get(first).await.status, 410, "good once");
        assert_eq!(address(&server, EMAIL).await, Some((EMAIL.to_owned(), true)));
        let done = follow(&server, second).await;
        assert!(done.body.contains("was changed"), "{}", done.body);
        assert_eq!(address(&server, NEW).await, Some((NEW.to_owned(), true)));
        assert_eq!(address(&server, EMAIL).await, None);
        let told = &server.mail().await[0];
        assert_eq!(told.to.as_deref(), Some(EMAIL), "the former address is told");
        assert!(server.events().await.contains(&"email.changed".to_owned()));
    }
}

#[tokio::test]
async fn a_later_change_takes_the_former_one_back() {
    let server = Server::catching("").await;
    let mut browser = server.signed_in().await;
    ask(&mut browser, "first@example.net").await;
    let (old, first) = (server.link_to(EMAIL).await, server.link_to("first@example.net").await);
    follow(&server, &old).await;
    ask(&mut browser, NEW).await;
    assert_eq!(server.browser().get(&first).await.status, 410);
    follow(&server, &server.link_to(NEW).await).await;
    assert_eq!(address(&server, NEW).await, None, "what was confirmed was another change");
}

#[tokio::test]
async fn what_was_sent_to_the_former_address_is_good_no_more() {
    let server = Server::catching("").await;
    let mut other = server.browser();
    let page = other.get("/forgot").await;
    other.submit(&page, &[("identifier", EMAIL)]).await;
    let reset = server.link_to(EMAIL).await;
    let mut browser = server.signed_in().await;
    ask(&mut browser, NEW).await;
    let (old, new) = (server.link_to(EMAIL).await, server.link_to(NEW).await);
    follow(&server, &old).await;
    follow(&server, &new).await;
    assert_eq!(other.get(&reset).await.status, 410);
}

#[tokio::test]
async fn whoever_asks_for_anothers_address_does_not_learn_that_it_is_one() {
    let server = Server::catching("").await;
    let mut browser = server.signed_in().await;
    let free = ask(&mut browser, NEW).await;
    let taken = ask(&mut browser, BOB).await;
    assert_eq!((free.status, free.body), (taken.status, taken.body));
    let messages = server.mail().await;
    let to_bob = messages.iter().find(|message| message.to.as_deref() == Some(BOB));
    let text = &to_bob.expect("a message").text;
    assert!(!text.contains("/change-email"), "{text}");
    follow(&server, &server.link_to(EMAIL).await).await;
    assert_eq!(address(&server, EMAIL).await, Some((EMAIL.to_owned(), true)));
}

#[tokio::test]
async fn an_address_that_was_taken_meanwhile_changes_nothing() {
    let server = Server::catching("").await;
    let mut browser = server.signed_in().await;
    ask(&mut browser, NEW).await;
    let (old, new) = (server.link_to(EMAIL).await, server.link_to(NEW).await);
    server.apply("[[user]]\nemail = \"alice@example.net\"").await;
    follow(&server, &old).await;
    let refused = follow(&server, &new).await;
    assert_eq!(refused.status, 409);
    assert_eq!(address(&server, EMAIL).await, Some((EMAIL.to_owned(), true)));
}

#[tokio::test]
async fn an_address_that_an_operator_entered_is_proven_by_a_link() {
    let server = Server::catching("").await;
    let mut browser = signed_in_as_bob(&server).await;
    let page = browser.get("/account/email").await;
    assert!(page.body.contains("id=\"unverified\""), "{}", page.body);
    let sent = browser.submit(&page, &[("verify", "1")]).await;
    assert!(sent.body.contains("Check your mail"), "{}", sent.body);
    let link = server.link_to(BOB).await;
    assert_eq!(address(&server, BOB).await, Some((BOB.to_owned(), false)));
    assert!(follow(&server, &link).await.body.contains("is confirmed"));
    assert_eq!(address(&server, BOB).await, Some((BOB.to_owned(), true)));
    assert!(!browser.get("/account/email").await.body.contains("id=\"unverified\""));
}

#[tokio::test]
async fn an_address_that_was_never_proven_need_not_confirm_that_it_is_left() {
    let server = Server::catching("").await;
    let mut browser = signed_in_as_bob(&server).await;
    ask(&mut browser, "bob@example.net").await;
    assert!(
        follow(&server, &server.link_to("bob@example.net").await).await.body.contains("changed")
    );
    assert_eq!(
        address(&server, "bob@example.net").await,
        Some(("bob@example.net".to_owned(), true))
    );
}

#[tokio::test]
async fn changing_it_takes_a_recent_sign_in_and_a_real_form() {
    let server = Server::catching("").await;
    assert!(server.browser().get("/account/email").await.location().is_some(), "signed out");
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/email").await;
    for wrong in ["", "nonsense", "a@example.com\r\nBcc: b@example.com", EMAIL] {
        assert_eq!(browser.submit(&page, &[("email", wrong)]).await.status, 422, "{wrong}");
    }
    let forged = [("csrf", "nonsense"), ("email", NEW)];
    assert_eq!(browser.post("/account/email", &forged).await.status, 403);
    server.advance(time::Duration::minutes(11));
    let to = browser.get("/account/email").await.location().expect("a redirect");
    assert_eq!(to, "/sign-in?next=%2Faccount%2Femail");
    assert!(server.mail().await.is_empty());
}

#[tokio::test]
async fn a_link_that_is_not_there_confirms_nothing() {
    let server = Server::catching("").await;
    let mut browser = server.signed_in().await;
    ask(&mut browser, NEW).await;
    let new = server.link_to(NEW).await;
    let sql = "DELETE FROM links WHERE detail ->> 'side' = 'leaving'";
    let done = sqlx::query(sql).execute(&server.db).await.expect("deleted");
    assert_eq!(done.rows_affected(), 1);
    let half = follow(&server, &new).await;
    assert!(half.body.contains("Half done"), "{}", half.body);
    assert_eq!(address(&server, EMAIL).await, Some((EMAIL.to_owned(), true)));
}

#[tokio::test]
async fn an_address_that_was_proven_meanwhile_has_to_be_asked() {
    let server = Server::catching("").await;
    let mut browser = signed_in_as_bob(&server).await;
    let page = browser.get("/account/email").await;
    browser.submit(&page, &[("verify", "1")]).await;
    let own = server.link_to(BOB).await;
    ask(&mut browser, "bob@example.net").await;
    let new = server.link_to("bob@example.net").await;
    assert!(follow(&server, &own).await.body.contains("is confirmed"));
    assert_eq!(follow(&server, &new).await.status, 410);
    assert_eq!(address(&server, BOB).await, Some((BOB.to_owned(), true)));
}

/// Whoever was in the account may have asked for it.
#[tokio::test]
async fn a_new_password_takes_a_change_back() {
    let server = Server::catching("").await;
    let mut thief = signed_in_as_bob(&server).await;
    ask(&mut thief, "bob@example.net").await;
    let new = server.link_to("bob@example.net").await;
    let mut bob = server.browser();
    let page = bob.get("/forgot").await;
    bob.submit(&page, &[("identifier", BOB)]).await;
    let reset = server.link_to(BOB).await;
    let page = bob.get(&reset).await;
    let fields = [("password", "a password of bob alone")];
    assert!(bob.submit(&page, &fields).await.status < 400);
    assert_eq!(server.browser().get(&new).await.status, 410);

    let mut thief = server.signed_in().await;
    ask(&mut thief, NEW).await;
    let links = [server.link_to(EMAIL).await, server.link_to(NEW).await];
    let alice = signet::storage::users::find(&server.db, EMAIL).await.expect("read");
    let change = signet::storage::passwords::Change {
        id: server.app.uuid(),
        user: alice.expect("alice").id,
        phc: "$argon2id$",
        expired: false,
        history: 0,
        kept: signet::storage::passwords::Kept::default(),
        tokens_end: server.app.tokens_end(server.clock.now()),
    };
    let now = server.clock.now();
    signet::storage::passwords::replace(&server.db, &change, now).await.expect("replaced");
    for link in links {
        assert_eq!(server.browser().get(&link).await.status, 410);
    }
}

/// What was asked for in a session that ends while the answer is on its way.
#[tokio::test]
async fn no_change_begins_in_a_session_that_has_ended() {
    use signet::storage::{email_changes, sessions, users};
    let server = Server::catching("").await;
    let mut browser = server.signed_in().await;
    ask(&mut browser, NEW).await;
    let links = [server.link_to(EMAIL).await, server.link_to(NEW).await];
    let alice = users::find(&server.db, EMAIL).await.expect("read").expect("alice").id;
    let session: uuid::Uuid = sqlx::query_scalar("SELECT id FROM sessions WHERE user_id = $1")
        .bind(alice)
        .fetch_one(&server.db)
        .await
        .expect("a session");
    let now = server.clock.now();
    let asked =
        email_changes::Asked { user: alice, session, from_key: EMAIL, verified: true, links: &[] };
    let early = time::OffsetDateTime::UNIX_EPOCH;
    let all = sessions::Others { keep: None, own_grants: true };
    sessions::end_others(&server.db, alice, all, now, now).await.expect("ended");
    assert!(!email_changes::begin(&server.db, &asked, early).await.expect("answered"));
    for link in links {
        assert_eq!(server.browser().get(&link).await.status, 410, "with the session");
    }
}
