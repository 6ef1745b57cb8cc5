use time::Duration;

use super::{PROXY, at, attempt, letter, recorded, sign_in, subjects};
use crate::support::{EMAIL, Options, PASSWORD, Server, USERNAME, proxy::Proxy};

const SUBJECT: &str = "Failed attempts to sign in at Signet";

/// Fails so many times, from an address of its own each.
async fn fail(server: &Server, identifier: &str, times: usize) {
    for number in 0..times {
        let address = format!("198.51.{}.{}", number / 250, number % 250);
        let answer = attempt(&mut at(server, &address), identifier, "wrong").await;
        assert!([422, 429].contains(&answer.status), "{}", answer.body);
    }
}

async fn waiting(server: &Server) -> (i64, i64) {
    sqlx::query_as("SELECT (SELECT count(*) FROM links), (SELECT count(*) FROM messages)")
        .fetch_one(&server.db)
        .await
        .expect("counted")
}

#[tokio::test]
async fn many_failed_attempts_are_told_once_a_day() {
    let server = Server::catching(PROXY).await;
    fail(&server, EMAIL, 9).await;
    assert_eq!(subjects(&server).await.len(), 0);
    fail(&server, EMAIL, 12).await;
    assert_eq!(subjects(&server).await, [SUBJECT]);
    assert_eq!(recorded(&server, "sign_in.many_failures").await, 1, "one a window");
    let letter = letter(&server).await;
    assert!(letter.text.contains("There were 10 failed attempts"), "{}", letter.text);
    assert!(letter.text.contains("Address: 198.51.0.0"), "{}", letter.text);

    // Neither in another window of that day, nor by the other name.
    server.advance(Duration::minutes(15));
    assert!(server.app.maintain().await.is_empty());
    fail(&server, EMAIL, 11).await;
    fail(&server, USERNAME, 11).await;
    assert_eq!(recorded(&server, "sign_in.many_failures").await, 3);
    assert_eq!(subjects(&server).await.len(), 1);
    server.advance(Duration::hours(24));
    fail(&server, EMAIL, 11).await;
    assert_eq!(subjects(&server).await.len(), 2);
}

#[tokio::test]
async fn what_an_attempt_costs_tells_no_one_whether_there_is_an_account() {
    let plain = Server::start().await;
    let proxy = Proxy::before(&plain.database.url).await;
    let options = Options {
        config: PROXY,
        database_url: Some(proxy.url.clone()),
        catches_mail: true,
        ..Options::default()
    };
    let server = Server::on(std::sync::Arc::clone(&plain.database), options).await;
    let mut costs = Vec::new();
    // The same person's other name, and a disabled person, are told of no more than no one is.
    let bob = signet::storage::users::find(&plain.db, "bob@example.com").await.expect("read");
    let bob = bob.expect("there").id;
    signet::admin::users::set_disabled(&plain.app, bob, true).await.expect("disabled");
    for name in [EMAIL, USERNAME, "nobody@example.com", "bob@example.com"] {
        let mut steps = Vec::new();
        for _ in 0..12 {
            let mut browser = at(&server, "192.0.2.1");
            let page = browser.get("/sign-in").await;
            let csrf = page.field("csrf").expect("a page token");
            server.app.audit.flush().await;
            let before = proxy.count();
            let form = [("csrf", csrf.as_str()), ("identifier", name), ("password", "wrong")];
            browser.post("/sign-in", &form).await;
            steps.push(proxy.since(before));
        }
        assert!(steps[9].len() > steps[8].len(), "{:#?}", steps[9]);
        assert_eq!(steps[10].len(), steps[11].len());
        costs.push(steps);
        sqlx::query("DELETE FROM throttles WHERE attempts > 20")
            .execute(&plain.db)
            .await
            .expect("ok");
    }
    for other in &costs[1..] {
        assert_eq!(&costs[0], other);
    }
    assert_eq!(waiting(&server).await, (4, 4), "the same work");
    assert_eq!(server.mail().await.len(), 1, "and one message");
    assert_eq!(waiting(&server).await.1, 0);
}

#[tokio::test]
async fn the_operator_says_how_many_are_many() {
    let server = Server::catching(&format!("{PROXY}[watch]\nfailures = 15")).await;
    fail(&server, EMAIL, 14).await;
    assert_eq!(subjects(&server).await.len(), 0);
    fail(&server, EMAIL, 1).await;
    assert_eq!(subjects(&server).await, [SUBJECT], "those that are refused unseen count too");
}

#[tokio::test]
async fn failures_in_a_known_browser_are_told_too() {
    let server = Server::catching(PROXY).await;
    let mut known = at(&server, "192.0.2.1");
    sign_in(&mut known).await;
    known.cookies.remove("signet_session");
    for _ in 0..11 {
        attempt(&mut known, EMAIL, "wrong").await;
    }
    assert_eq!(subjects(&server).await, [SUBJECT]);
}

#[tokio::test]
async fn who_guesses_codes_knows_the_password_and_that_is_said() {
    let server = Server::catching(&format!("{PROXY}[sign_in]\nmfa = \"always\"")).await;
    let mut thief = at(&server, "192.0.2.1");
    let page = attempt(&mut thief, EMAIL, PASSWORD).await;
    assert!(page.body.contains("id=\"enrol-form\""), "{}", page.body);
    for _ in 0..11 {
        let page = thief.get("/sign-in/enrol").await;
        thief.submit(&page, &[("code", "000000")]).await;
    }
    assert_eq!(subjects(&server).await, [SUBJECT]);
    let letter = letter(&server).await;
    assert!(
        letter.text.contains("Someone who knows your password failed 10 times"),
        "{}",
        letter.text
    );
    // Strangers' guesses have a letter of their own: they do not use that one up.
    fail(&server, EMAIL, 11).await;
    assert_eq!(subjects(&server).await.len(), 2);
}

#[tokio::test]
async fn one_account_from_many_places_must_wait_and_its_owner_need_not() {
    let server = Server::catching(PROXY).await;
    let mut owner = at(&server, "192.0.2.1");
    sign_in(&mut owner).await;
    owner.cookies.remove("signet_session");
    fail(&server, EMAIL, 10).await;
    let elsewhere = attempt(&mut at(&server, "203.0.113.200"), EMAIL, PASSWORD).await;
    assert_eq!(elsewhere.status, 429, "wherever it comes from");
    sign_in(&mut owner).await;
}

#[tokio::test]
async fn many_accounts_from_one_place_must_wait_and_those_who_are_known_there_need_not() {
    let config = format!("{PROXY}[sign_in]\naddress_attempts = 3");
    let server = Server::catching(&config).await;
    let mut owner = at(&server, "192.0.2.1");
    sign_in(&mut owner).await;
    owner.cookies.remove("signet_session");
    for (account, status) in [("a", 422), ("b", 422), ("c", 422), ("d", 429)] {
        let answer = attempt(&mut at(&server, "192.0.2.1"), account, "wrong").await;
        assert_eq!(answer.status, status, "{account}");
    }
    let elsewhere = attempt(&mut at(&server, "192.0.2.2"), "e", "wrong").await;
    assert_eq!(elsewhere.status, 422, "another place is another");
    sign_in(&mut owner).await;
}

#[tokio::test]
async fn a_network_of_ipv6_has_an_end() {
    let config = format!("{PROXY}[sign_in]\naddress_attempts = 2");
    let server = Server::catching(&config).await;
    for number in 0..20 {
        let address = format!("2001:db8:7:{number:x}::1");
        let answer = attempt(&mut at(&server, &address), &format!("u{number}"), "wrong").await;
        assert_eq!(answer.status, 422, "{address}");
    }
    let next = attempt(&mut at(&server, "2001:db8:7:ffff::1"), "other", "wrong").await;
    assert_eq!(next.status, 429, "ten times as many as a /64");
    let beyond = attempt(&mut at(&server, "2001:db8:8::1"), "another", "wrong").await;
    assert_eq!(beyond.status, 422);
}
