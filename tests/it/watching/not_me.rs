use time::Duration;

use super::{PROXY, at, attempt, recorded, sign_in, subjects};
use crate::support::{
    Authenticator, Browser, EMAIL, Options, PASSWORD, Server, USERNAME, browser::Answer,
};

const NEW: &str = "an entirely new password";

/// Has someone else sign in as Alice: the link of the letter that she gets, and their browser.
async fn warned(server: &Server) -> (String, Browser) {
    sign_in(&mut at(server, "192.0.2.1")).await;
    let mut thief = at(server, "192.0.2.99");
    sign_in(&mut thief).await;
    (server.link_to(EMAIL).await, thief)
}

/// Presses the button of the page of a link.
async fn disown(browser: &mut Browser, link: &str) -> Answer {
    let page = browser.get(link).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("id=\"not-me\"") && page.body.contains(EMAIL), "{}", page.body);
    browser.submit(&page, &[]).await
}

async fn add_passkey(browser: &mut Browser, authenticator: &mut Authenticator) -> Answer {
    let page = browser.get("/account/passkeys").await;
    let csrf = page.field("csrf").expect("a page token");
    let challenge = browser.post("/account/passkeys/challenge", &[("csrf", &csrf)]).await;
    let made = authenticator.make(&serde_json::from_str(&challenge.body).expect("JSON"));
    let form = [("csrf", csrf.as_str()), ("name", "Phone"), ("passkey", &made)];
    browser.post("/account/passkeys", &form).await
}

async fn alice(server: &Server) -> uuid::Uuid {
    let alice = signet::storage::users::find(&server.db, USERNAME).await.expect("read");
    alice.expect("there").id
}

#[tokio::test]
async fn all_that_someone_else_began_ends_and_a_new_password_is_set() {
    let server = Server::catching(PROXY).await;
    let replica = server.replica().await;
    let (link, mut thief) = warned(&server).await;
    let tokens = server.tokens(&mut thief, &[("scope", "openid offline_access read")]).await;
    let mut owner = server.browser();
    let reset = disown(&mut owner, &link).await;
    assert!(reset.body.contains("id=\"new-password-form\""), "{}", reset.body);
    assert!(!owner.cookies.contains_key("signet_session"), "a mailbox signs no one in");
    assert!(!thief.get("/").await.body.contains("Alice"));
    assert!(!server.is_active(&tokens.access).await);
    assert_eq!(server.refresh(tokens.refresh(), &[]).await.status(), 400);
    replica.catch_up().await;
    let claims = crate::support::server::claims(&tokens.access);
    let id = serde_json::from_value(claims["jti"].clone()).expect("a jti");
    assert!(replica.app.replica.is_revoked(&id).await.expect("it knows"));
    for browser in [&mut thief, &mut server.browser()] {
        let refused = attempt(browser, EMAIL, PASSWORD).await;
        assert_eq!(refused.status, 422, "the former password opens nothing: {}", refused.body);
    }
    assert_eq!(recorded(&server, "account.disowned").await, 1);

    let refused = owner.submit(&reset, &[("password", PASSWORD)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("You have or had that password before"), "{}", refused.body);
    let account = owner.submit(&refused, &[("password", NEW)]).await;
    assert!(account.body.contains("Alice Example"), "{}", account.body);
    assert!(
        account.body.contains("/account/passkeys"),
        "to look at what is there: {}",
        account.body
    );
    assert!(attempt(&mut server.browser(), EMAIL, NEW).await.body.contains("Alice Example"));
}

#[tokio::test]
async fn opening_the_link_changes_nothing_and_using_it_twice_does_nothing() {
    let server = Server::catching(PROXY).await;
    let (link, mut thief) = warned(&server).await;
    for _ in 0..5 {
        assert_eq!(server.browser().get(&link).await.status, 200, "a scanner");
    }
    assert!(thief.get("/").await.body.contains("Alice"), "nothing has happened");
    let mut owner = server.browser();
    let page = owner.get(&link).await;
    let csrf = page.field("csrf").expect("a page token");
    let path = page.action().expect("a form");
    let mut other = server.browser();
    other.get(&link).await;
    assert_eq!(other.post(&path, &[("csrf", &csrf)]).await.status, 403, "another browser's page");
    let evil = Some("https://evil.example");
    assert_eq!(owner.post_from(evil, &path, &[("csrf", &csrf)]).await.status, 403);
    assert!(thief.get("/").await.body.contains("Alice"), "still nothing");
    let reset = owner.submit(&page, &[]).await;
    owner.submit(&reset, &[("password", NEW)]).await;
    let again = owner.post(&path, &[("csrf", &csrf)]).await;
    assert_eq!(again.status, 410);
    assert!(again.body.contains("does not work any more"), "{}", again.body);
    assert_eq!(owner.get(&link).await.status, 410);
    assert!(owner.get("/").await.body.contains("Alice"), "she is still signed in");
    assert_eq!(recorded(&server, "account.disowned").await, 1);
}

#[tokio::test]
async fn any_browser_will_do_and_the_link_has_an_end() {
    let server = Server::catching(PROXY).await;
    let (link, _) = warned(&server).await;
    server.advance(Duration::days(7) - Duration::seconds(1));
    assert_eq!(at(&server, "203.0.113.1").get(&link).await.status, 200);
    server.advance(Duration::seconds(1));
    let over = server.browser().get(&link).await;
    assert_eq!(over.status, 410);
    assert!(over.body.contains("href=\"/forgot\""), "{}", over.body);
    for path in ["/not-me", "/not-me?link=", "/not-me?link=sgl_nonsense"] {
        assert_eq!(server.browser().get(path).await.status, 410, "{path}");
    }
    // No link is good for what another one is for.
    let handle = link.split_once("link=").expect("a link").1.to_owned();
    let path = format!("/reset-password?link={handle}");
    assert_eq!(server.browser().get(&path).await.status, 410);
}

#[tokio::test]
async fn of_many_posts_at_once_on_two_replicas_one_uses_the_link() {
    let server = Server::catching(PROXY).await;
    let options =
        Options { clock: Some(server.clock.clone()), catches_mail: true, ..Options::default() };
    let replica = Server::on(std::sync::Arc::clone(&server.database), options).await;
    let (link, _) = warned(&server).await;
    let path = link.strip_prefix(&server.issuer).expect("its own").to_owned();
    let mut ready = Vec::new();
    for number in 0..32 {
        let mut browser = if number % 2 == 0 { server.browser() } else { replica.browser() };
        let page = browser.get(&path).await;
        ready.push((browser, page));
    }
    let requests = ready.into_iter().map(|(mut browser, page)| {
        tokio::spawn(async move {
            let csrf = page.field("csrf").expect("a page token");
            let answer = browser.post(&page.action().expect("a form"), &[("csrf", &csrf)]).await;
            (answer.status, answer.location())
        })
    });
    let mut done = Vec::new();
    for request in requests.collect::<Vec<_>>() {
        match request.await.expect("an answer") {
            (303, to) => done.push(to.expect("a page")),
            (status, _) => assert!([410, 503].contains(&status), "{status}"),
        }
    }
    assert_eq!(done.len(), 1);
    assert_eq!(recorded(&server, "account.disowned").await, 1);
    let page = server.browser().get(&done[0]).await;
    assert!(page.body.contains("id=\"new-password-form\""), "{}", page.body);
}

#[tokio::test]
async fn every_other_link_ends_with_it_and_so_does_a_sign_in_that_is_going_on() {
    let server = Server::catching(&format!("{PROXY}[sign_in]\nmfa = \"never\"")).await;
    let (first, _) = warned(&server).await;
    sign_in(&mut at(&server, "192.0.2.100")).await;
    let second = server.link_to(EMAIL).await;
    assert_ne!(first, second);
    let mut asker = server.browser();
    let page = asker.get("/forgot").await;
    asker.submit(&page, &[("identifier", EMAIL)]).await;
    let forgot = server.link_to(EMAIL).await;
    disown(&mut server.browser(), &second).await;
    for link in [first, forgot] {
        assert_eq!(server.browser().get(&link).await.status, 410, "{link}");
    }
}

#[tokio::test]
async fn two_links_at_once_come_one_after_the_other() {
    let server = Server::catching(PROXY).await;
    let (first, _) = warned(&server).await;
    sign_in(&mut at(&server, "192.0.2.100")).await;
    let second = server.link_to(EMAIL).await;
    let press = |link: String| {
        let mut browser = server.browser();
        async move {
            let page = browser.get(&link).await;
            let csrf = page.field("csrf").expect("a page token");
            browser.post(&page.action().expect("a form"), &[("csrf", &csrf)]).await.status
        }
    };
    let (one, other) = tokio::join!(press(first), press(second));
    let mut statuses = [one, other];
    statuses.sort_unstable();
    assert!(statuses[0] == 303 && [303, 410].contains(&statuses[1]), "{statuses:?}");
}

#[tokio::test]
async fn a_person_who_is_disabled_or_has_another_address_has_no_such_link() {
    let server = Server::catching(PROXY).await;
    let (link, _) = warned(&server).await;
    let mut owner = server.browser();
    let page = owner.get(&link).await;
    let id = alice(&server).await;
    signet::admin::users::set_disabled(&server.app, id, true).await.expect("disabled");
    assert_eq!(owner.submit(&page, &[]).await.status, 410);
    assert_eq!(owner.get(&link).await.status, 410);
    signet::admin::users::set_disabled(&server.app, id, false).await.expect("enabled");
    assert_eq!(owner.get(&link).await.status, 200);
    let sql =
        "UPDATE users SET email = 'else@example.com', email_key = 'else@example.com' WHERE id = $1";
    sqlx::query(sql).bind(id).execute(&server.db).await.expect("moved");
    assert_eq!(owner.submit(&page, &[]).await.status, 410, "the mailbox is not theirs any more");
    assert_eq!(recorded(&server, "account.disowned").await, 0);
}

#[tokio::test]
async fn second_factors_stay_and_a_passkey_still_signs_in() {
    let server = Server::catching(PROXY).await;
    let (link, _) = warned(&server).await;
    let mut browser = server.signed_in().await;
    let mut authenticator = Authenticator::new(&server.issuer);
    add_passkey(&mut browser, &mut authenticator).await;
    disown(&mut server.browser(), &link).await;

    let mut other = server.browser();
    let page = other.get("/sign-in").await;
    let csrf = page.field("csrf").expect("a page token");
    let challenge = other.post("/sign-in/passkey", &[("csrf", &csrf)]).await;
    let answer = authenticator.answer(&serde_json::from_str(&challenge.body).expect("JSON"));
    let home = other.submit(&page, &[("passkey", &answer)]).await;
    assert!(home.body.contains("Alice Example"), "{}", home.body);
    // The password that opens nothing is not asked for where a new one is chosen, and is no way in beside the last passkey.
    let page = other.get("/account/password").await;
    assert!(!page.body.contains("name=\"current\""), "{}", page.body);
    let id: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM passkeys").fetch_one(&server.db).await.expect("one");
    let csrf = other.get("/account/passkeys").await.field("csrf").expect("a page token");
    let kept =
        other.post(&format!("/account/passkeys/{id}"), &[("csrf", &csrf), ("remove", "1")]).await;
    let kept = other.follow(kept).await;
    assert_eq!(kept.status, 422, "{}", kept.body);
    let form = [("new", NEW), ("repeat", NEW)];
    other.submit(&page, &form).await;
    assert!(subjects(&server).await.last().expect("told").contains("password"));
}

#[tokio::test]
async fn a_password_that_was_looked_at_before_opens_nothing_after() {
    let server = Server::catching(PROXY).await;
    let (link, _) = warned(&server).await;
    let id = alice(&server).await;
    let account = signet::storage::users::account(&server.db, EMAIL).await.expect("read");
    let set_at = account.expect("there").password_set_at;
    server.advance(Duration::seconds(1));
    disown(&mut server.browser(), &link).await;
    let new = signet::storage::sign_ins::NewSignIn {
        id: server.app.uuid(),
        secret_hash: b"secret",
        user_id: id,
        proofs: &serde_json::json!({}),
        acr: "aal1",
        return_to: "/",
        password: Some(signet::storage::sessions::Password { set_at }),
        session: None,
        expires_at: server.clock.now() + Duration::HOUR,
    };
    let now = server.clock.now();
    assert!(!signet::storage::sign_ins::insert(&server.db, &new, now).await.expect("asked"));
}

/// Has a thief who knows Alice's password add a passkey: their browser, and the letter's link.
async fn passkey_of_a_thief(server: &Server) -> (Browser, String) {
    let mut thief = at(server, "192.0.2.99");
    sign_in(&mut thief).await;
    let mut theirs = Authenticator::new(&server.issuer);
    let shown = add_passkey(&mut thief, &mut theirs).await;
    assert_eq!(shown.status, 303, "{}", shown.body);
    thief.follow(shown).await;
    let told = subjects(server).await;
    assert!(told.last().expect("a letter").contains("passkey was added"), "{told:?}");
    (thief, server.link_to(EMAIL).await)
}

#[tokio::test]
async fn what_a_thief_added_goes_and_its_owner_is_let_in() {
    let server = Server::catching(PROXY).await;
    let (_, link) = passkey_of_a_thief(&server).await;
    let count = async || {
        let sql = "SELECT (SELECT count(*) FROM passkeys), (SELECT count(*) FROM recovery_codes)";
        sqlx::query_as::<_, (i64, i64)>(sql).fetch_one(&server.db).await.expect("counted")
    };
    assert_eq!(count().await, (1, 10));
    let mut owner = server.browser();
    let reset = disown(&mut owner, &link).await;
    assert_eq!(count().await, (0, 0), "the passkey, and the codes that were made with it");
    assert_eq!(recorded(&server, "factor.removed").await, 1);
    let account = owner.submit(&reset, &[("password", NEW)]).await;
    assert!(account.body.contains("Alice Example"), "nothing else is asked: {}", account.body);
}

#[tokio::test]
async fn each_of_several_that_a_thief_added_goes_by_its_own_letter() {
    let server = Server::catching(PROXY).await;
    let (mut thief, first) = passkey_of_a_thief(&server).await;
    let mut another = Authenticator::new(&server.issuer);
    add_passkey(&mut thief, &mut another).await;
    let second = server.link_to(EMAIL).await;
    let mut owner = server.browser();
    disown(&mut owner, &first).await;
    let left = async || {
        let sql = "SELECT count(*) FROM passkeys";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&server.db).await.expect("counted")
    };
    assert_eq!(left().await, 1, "a letter removes no other factor than its own");
    let reset = disown(&mut owner, &second).await;
    assert_eq!(left().await, 0);
    let account = owner.submit(&reset, &[("password", NEW)]).await;
    assert!(account.body.contains("Alice Example"), "{}", account.body);
}

#[tokio::test]
async fn an_authenticator_goes_by_its_letter_and_no_later_one_does() {
    use signet::storage::{
        disowning::{self, Added, Factor},
        keys::Sealed,
        links::{NewLink, Presented},
    };
    let server = Server::catching(PROXY).await;
    let user = alice(&server).await;
    let sealed = Sealed { bytes: b"sealed".to_vec(), with: "key".to_owned() };
    let end = server.clock.now() + Duration::HOUR;
    for (old, removed) in [(true, false), (false, true)] {
        server.advance(Duration::seconds(1));
        let before = server.clock.now();
        let insert = "INSERT INTO totp (user_id, sealed, sealed_with, created_at, confirmed_at)
                      VALUES ($1, $2, $3, $4, $4) ON CONFLICT (user_id) DO UPDATE SET created_at = $4";
        let set_up = before + Duration::microseconds(if old { 7 } else { 0 });
        let query = sqlx::query(insert).bind(user).bind(&sealed.bytes).bind(&sealed.with);
        query.bind(set_up).execute(&server.db).await.expect("an authenticator");
        let added = Added { factor: Factor::Authenticator(before), codes: true };
        let detail = serde_json::json!({ "email_key": EMAIL, "added": added });
        let (id, reset) = (server.app.uuid(), server.app.uuid());
        let link = Presented { id, secret_hash: b"a", purpose: "not_me" };
        let row = NewLink { link, user_id: Some(user), detail: &detail, expires_at: end };
        signet::storage::links::insert(&server.db, &row, before).await.expect("a link");
        let new = Presented { id: reset, secret_hash: b"b", purpose: "reset_password" };
        let new = NewLink { link: new, user_id: Some(user), detail: &detail, expires_at: end };
        let done = disowning::disown(&server.db, user, link, &new, before, end).await;
        let done = done.expect("asked").expect("good");
        assert_eq!(done.factor.is_some(), removed);
        let there = disowning::authenticator_since(&server.db, user).await.expect("read");
        assert_eq!(there.is_none(), removed);
    }
}
