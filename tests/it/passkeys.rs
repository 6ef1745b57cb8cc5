//! Passkeys: added and removed, to sign in with, as a second factor; and every answer that is not right.

use serde_json::{Value, json};
use time::Duration;

use crate::support::{
    Authenticator, Browser, EMAIL, Options, PASSWORD, Server, browser::Answer,
    flow::authorize_path, server,
};

const PAGE: &str = "/account/passkeys";
const TYPED: [(&str, &str); 2] = [("identifier", EMAIL), ("password", PASSWORD)];
const BOB: [(&str, &str); 2] =
    [("identifier", "bob@example.com"), ("password", "another good password")];
const REFUSED: &str = "That passkey did not work here";

/// What the script of a page asks for.
async fn challenge(browser: &mut Browser, page: &Answer, path: &str) -> Value {
    let csrf = page.field("csrf").expect("a page token");
    let answer = browser.post(path, &[("csrf", &csrf)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    serde_json::from_str(&answer.body).expect("JSON")
}

/// Adds a passkey under a name.
async fn add_as(browser: &mut Browser, authenticator: &mut Authenticator, name: &str) -> Answer {
    let page = browser.get(PAGE).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let challenge = challenge(browser, &page, "/account/passkeys/challenge").await;
    let made = authenticator.make(&challenge);
    let csrf = page.field("csrf").expect("a page token");
    let answer = browser.post(PAGE, &[("csrf", &csrf), ("name", name), ("passkey", &made)]).await;
    browser.follow(answer).await
}

/// An authenticator with a passkey of Alice, and the browser in which she added it.
async fn added(server: &Server) -> (Browser, Authenticator) {
    let mut browser = server.signed_in().await;
    let mut authenticator = Authenticator::new(&server.issuer);
    let page = add_as(&mut browser, &mut authenticator, "Phone").await;
    assert_eq!(page.status, 200, "{}", page.body);
    (browser, authenticator)
}

/// The sign-in form, and the challenge that its script got.
async fn begin(browser: &mut Browser) -> (Answer, Value) {
    let page = browser.get("/sign-in").await;
    let challenge = challenge(browser, &page, "/sign-in/passkey").await;
    (page, challenge)
}

/// Signs in with a passkey alone.
async fn sign_in(browser: &mut Browser, authenticator: &mut Authenticator) -> Answer {
    let (page, challenge) = begin(browser).await;
    let answer = authenticator.answer(&challenge);
    browser.submit(&page, &[("passkey", &answer)]).await
}

/// Someone was told that their passkey did not work, and it is the `nth` time that this is on record.
async fn assert_refused(server: &Server, browser: &Browser, answer: &Answer, nth: usize) {
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains(REFUSED), "{}", answer.body);
    assert!(!browser.cookies.contains_key("signet_session"));
    assert_eq!(recorded(server, "sign_in.failed").await, nth);
}

/// How often something is on record.
async fn recorded(server: &Server, kind: &str) -> usize {
    server.events().await.into_iter().filter(|event| event == kind).count()
}

async fn value(server: &Server, sql: &'static str) -> Value {
    sqlx::query_scalar(sql).fetch_one(&server.db).await.expect("a value")
}

#[tokio::test]
async fn a_passkey_that_was_added_is_on_its_persons_page() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let mut authenticator = Authenticator::new(&server.issuer);
    (authenticator.eligible, authenticator.backed_up) = (true, true);
    let codes = add_as(&mut browser, &mut authenticator, " My <phone> ").await;
    assert!(codes.body.contains("Save your recovery codes"), "{}", codes.body);
    let page = browser.get(PAGE).await;
    assert!(page.body.contains("My &#60;phone&#62;"), "{}", page.body);
    assert!(page.body.contains("1 January 2030"));
    assert!(page.body.contains("Not used yet"));
    assert!(page.body.contains("Kept by your password manager"));
    assert!(server.events().await.contains(&"factor.added".to_owned()));
    let kept = value(&server, "SELECT credential FROM passkeys").await;
    assert_eq!(kept["user_verified"], json!(true), "what the authenticator said");
    assert_eq!(kept["registration_policy"], json!("preferred"));

    let mut second = Authenticator::new(&server.issuer);
    let page = add_as(&mut browser, &mut second, "Key").await;
    assert!(page.body.contains("Key"), "there are codes already: {}", page.body);
}

#[tokio::test]
async fn a_passkey_is_added_on_our_own_page_in_the_same_browser_and_in_time() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get(PAGE).await;
    let csrf = page.field("csrf").expect("a page token");
    let path = "/account/passkeys/challenge";

    let elsewhere = challenge(&mut browser, &page, path).await;
    let mut other = server.signed_in().await;
    let others_page = other.get(PAGE).await;
    let others = challenge(&mut other, &others_page, path).await;
    let late = challenge(&mut browser, &page, path).await;
    let answers = [
        Authenticator::new("https://evil.example").make(&elsewhere),
        Authenticator::new(&server.issuer).make(&others),
        Authenticator::new(&server.issuer).make(&late),
    ];
    for (at, answer) in answers.iter().enumerate() {
        if at == 2 {
            server.advance(Duration::minutes(5));
        }
        let refused = browser.post(PAGE, &[("csrf", &csrf), ("passkey", answer)]).await;
        let refused = browser.follow(refused).await;
        assert_eq!(refused.status, 422, "{at}: {}", refused.body);
        assert!(refused.body.contains("was not added"), "{at}: {}", refused.body);
    }
    assert_eq!(recorded(&server, "factor.added").await, 0);
    assert_eq!(recorded(&server, "passkey.refused").await, 3);
}

#[tokio::test]
async fn a_passkey_is_asked_for_as_it_is_meant_to_be() {
    let server = Server::start().await;
    let (mut browser, authenticator) = added(&server).await;
    let page = browser.get(PAGE).await;
    let register = challenge(&mut browser, &page, "/account/passkeys/challenge").await;
    let options = &register["publicKey"];
    assert_eq!(options["rp"]["id"], json!("127.0.0.1"), "the issuer's host");
    assert_eq!(options["user"]["name"], json!(EMAIL));
    assert_eq!(options["attestation"], json!("none"));
    let wanted = &options["authenticatorSelection"];
    assert_eq!(wanted["userVerification"], json!("preferred"));
    assert_eq!(wanted["residentKey"], json!("preferred"));
    assert_eq!(options["excludeCredentials"].as_array().map(Vec::len), Some(1));
    assert!(authenticator.user.is_some());

    let (_, discover) = begin(&mut server.browser()).await;
    assert_eq!(discover["publicKey"]["userVerification"], json!("required"));
    assert_eq!(discover["publicKey"]["allowCredentials"], json!([]));
    assert_eq!(discover["publicKey"]["rpId"], json!("127.0.0.1"));
}

#[tokio::test]
async fn a_person_signs_in_with_a_passkey_alone() {
    let server = Server::start().await;
    let (_, mut authenticator) = added(&server).await;
    let mut browser = server.browser();
    let home = sign_in(&mut browser, &mut authenticator).await;
    assert!(home.body.contains("Alice Example"), "{}", home.body);
    let session = value(
        &server,
        "SELECT jsonb_build_object('amr', amr, 'acr', acr) FROM sessions WHERE 'pwd' <> ALL (amr)",
    );
    assert_eq!(session.await, json!({ "acr": "aal2", "amr": ["mfa", "swk", "user"] }));
    let page = browser.get(PAGE).await;
    assert!(page.body.contains("Last used on"), "{}", page.body);
    let kept = value(&server, "SELECT credential FROM passkeys").await;
    assert_eq!(kept["counter"], json!(2), "the counter is kept");
}

#[tokio::test]
async fn a_sign_in_by_passkey_leads_on_to_the_client() {
    let server = Server::start().await;
    let (_, mut authenticator) = added(&server).await;
    let mut browser = server.browser();
    let page = browser.get(&authorize_path(&[("acr_values", "aal2")])).await;
    let page = browser.follow(page).await;
    let challenge = challenge(&mut browser, &page, "/sign-in/passkey").await;
    let answer = authenticator.answer(&challenge);
    let consent = browser.submit(&page, &[("passkey", &answer)]).await;
    assert!(consent.body.contains("id=\"allow\""), "{}", consent.body);
    let code = server.code(&mut browser, &[]).await;
    let tokens = crate::support::Tokens::from(server.redeem(&code).await).await;
    let claims = server::claims(&tokens.id.expect("an ID token"));
    assert_eq!(claims["acr"], json!("aal2"));
}

#[tokio::test]
async fn a_passkey_is_a_second_factor() {
    for (verifies, amr) in [
        (true, json!(["mfa", "pwd", "swk", "user"])),
        (false, json!(["mfa", "pwd", "swk", "user"])),
    ] {
        let server = Server::start().await;
        let mut browser = server.signed_in().await;
        let mut authenticator = Authenticator::new(&server.issuer);
        authenticator.verifies = verifies;
        add_as(&mut browser, &mut authenticator, "Key").await;

        let mut browser = server.browser();
        let page = browser.get("/sign-in").await;
        let page = browser.submit(&page, &TYPED).await;
        assert!(page.body.contains("id=\"verify-passkey\""), "{}", page.body);
        assert!(!browser.cookies.contains_key("signet_session"));
        let asked = challenge(&mut browser, &page, "/sign-in/verify/passkey").await;
        assert_eq!(asked["publicKey"]["userVerification"], json!("preferred"));
        assert_eq!(asked["publicKey"]["allowCredentials"].as_array().map(Vec::len), Some(1));
        let answer = authenticator.answer(&asked);
        let home = browser.submit(&page, &[("kind", "passkey"), ("passkey", &answer)]).await;
        assert!(home.body.contains("Alice Example"), "{}", home.body);
        let session = value(
            &server,
            "SELECT jsonb_build_object('amr', amr, 'proofs', proofs) FROM sessions WHERE acr = 'aal2'",
        );
        let session = session.await;
        assert_eq!(session["amr"], amr);
        let factor = if verifies { "passkey" } else { "security_key" };
        assert!(session["proofs"][factor].is_i64(), "{session}");
    }
}

#[tokio::test]
async fn a_security_key_that_verifies_no_one_does_not_replace_the_password() {
    let server = Server::start().await;
    let (_, mut authenticator) = added(&server).await;
    authenticator.verifies = false;
    let mut browser = server.browser();
    let answer = sign_in(&mut browser, &mut authenticator).await;
    assert_refused(&server, &browser, &answer, 1).await;
}

#[tokio::test]
async fn an_answer_is_accepted_once() {
    let server = Server::start().await;
    let (_, mut authenticator) = added(&server).await;
    let mut browser = server.browser();
    let (page, challenge) = begin(&mut browser).await;
    let answer = authenticator.answer(&challenge);
    browser.submit(&page, &[("passkey", &answer)]).await;
    browser.cookies.remove("signet_session").expect("a session");
    let again = browser.submit(&page, &[("passkey", &answer)]).await;
    assert_refused(&server, &browser, &again, 1).await;
}

#[tokio::test]
async fn of_many_uses_of_an_answer_at_once_one_is_accepted() {
    let server = Server::start().await;
    let (_, mut authenticator) = added(&server).await;
    let mut browser = server.browser();
    let (page, challenge) = begin(&mut browser).await;
    let answer = authenticator.answer(&challenge);
    let attempts = (0..16).map(|_| {
        let (mut browser, page, answer) = (browser.clone(), &page, &answer);
        async move {
            browser.submit(page, &[("passkey", answer)]).await;
            browser.cookies.contains_key("signet_session")
        }
    });
    let accepted = futures_util::future::join_all(attempts).await;
    assert_eq!(accepted.into_iter().filter(|accepted| *accepted).count(), 1);
}

#[tokio::test]
async fn an_answer_of_another_origin_is_refused() {
    let server = Server::start().await;
    let (_, mut authenticator) = added(&server).await;
    let origins = ["https://evil.example", "http://127.0.0.1:1", "http://127.0.0.1.evil.example"];
    for (at, origin) in origins.into_iter().enumerate() {
        authenticator.origin = origin.to_owned();
        let mut browser = server.browser();
        let answer = sign_in(&mut browser, &mut authenticator).await;
        assert_refused(&server, &browser, &answer, at + 1).await;
    }
}

#[tokio::test]
async fn an_answer_to_another_browsers_challenge_is_refused_and_leaves_it() {
    let server = Server::start().await;
    let (_, mut authenticator) = added(&server).await;
    let mut own = server.browser();
    let (page, challenge) = begin(&mut own).await;
    let answer = authenticator.answer(&challenge);
    let mut other = server.browser();
    let others = other.get("/sign-in").await;
    let refused = other.submit(&others, &[("passkey", &answer)]).await;
    assert_refused(&server, &other, &refused, 1).await;
    let home = own.submit(&page, &[("passkey", &answer)]).await;
    assert!(home.body.contains("Alice Example"), "{}", home.body);
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_refused() {
    let server = Server::start().await;
    let (_, mut authenticator) = added(&server).await;
    let mut browser = server.browser();
    let (page, challenge) = begin(&mut browser).await;
    let answer = authenticator.answer(&challenge);
    server.advance(Duration::minutes(5));
    let late = browser.submit(&page, &[("passkey", &answer)]).await;
    assert_refused(&server, &browser, &late, 1).await;
}

#[tokio::test]
async fn an_unknown_passkey_and_one_of_a_disabled_person_are_refused_alike() {
    let server = Server::start().await;
    let (_, mut authenticator) = added(&server).await;
    let mut unknown = Authenticator::new(&server.issuer);
    unknown.user.clone_from(&authenticator.user);
    let mut browser = server.browser();
    let stranger = sign_in(&mut browser, &mut unknown).await;
    assert_refused(&server, &browser, &stranger, 1).await;

    sqlx::query("UPDATE users SET disabled_at = now() WHERE email = $1")
        .bind(EMAIL)
        .execute(&server.db)
        .await
        .expect("disabled");
    let mut browser = server.browser();
    let disabled = sign_in(&mut browser, &mut authenticator).await;
    assert_refused(&server, &browser, &disabled, 2).await;
    let kept = value(&server, "SELECT credential FROM passkeys").await;
    assert_eq!(kept["counter"], json!(1), "nothing changed");
}

#[tokio::test]
async fn what_is_no_answer_is_refused() {
    let server = Server::start().await;
    let texts = ["nonsense", "{}", "[]", "{\"ceremony\":1,\"credential\":null}"];
    for (at, nonsense) in texts.into_iter().enumerate() {
        let mut browser = server.browser();
        let page = browser.get("/sign-in").await;
        let answer = browser.submit(&page, &[("passkey", nonsense)]).await;
        assert_refused(&server, &browser, &answer, at + 1).await;
    }
}

#[tokio::test]
async fn the_passkey_of_another_person_is_no_second_factor() {
    let server = Server::start().await;
    let (_, mut alices) = added(&server).await;
    // Bob has one too.
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    browser.submit(&page, &BOB).await;
    let mut bobs = Authenticator::new(&server.issuer);
    add_as(&mut browser, &mut bobs, "Bob's").await;

    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    let page = browser.submit(&page, &TYPED).await;
    let asked = challenge(&mut browser, &page, "/sign-in/verify/passkey").await;
    let answer = bobs.answer(&asked);
    let refused = browser.submit(&page, &[("kind", "passkey"), ("passkey", &answer)]).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.contains("That passkey did not work"), "{}", refused.body);
    assert!(!browser.cookies.contains_key("signet_session"));

    // A challenge for anyone is none for a second factor, nor is the answer to one.
    let (_, anyone) = begin(&mut browser).await;
    let answer = alices.answer(&anyone);
    let refused = browser.submit(&page, &[("kind", "passkey"), ("passkey", &answer)]).await;
    assert_eq!(refused.status, 422, "{}", refused.body);

    // Bob's challenge, in the same browser, is not Alice's.
    let mut second = browser.clone();
    let bobs_page = second.get("/sign-in").await;
    let bobs_page = second.submit(&bobs_page, &BOB).await;
    let asked = challenge(&mut second, &bobs_page, "/sign-in/verify/passkey").await;
    let answer = alices.answer(&asked);
    let refused = browser.submit(&page, &[("kind", "passkey"), ("passkey", &answer)]).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
}

#[tokio::test]
async fn a_signature_counter_that_goes_back_is_recorded_and_refused() {
    let server = Server::start().await;
    let (_, mut authenticator) = added(&server).await;
    authenticator.counter = 9;
    let mut browser = server.browser();
    sign_in(&mut browser, &mut authenticator).await;
    for (at, before) in [2, 9].into_iter().enumerate() {
        authenticator.counter = before;
        let mut browser = server.browser();
        let answer = sign_in(&mut browser, &mut authenticator).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.body.contains(REFUSED));
        assert!(!browser.cookies.contains_key("signet_session"));
        assert_eq!(recorded(&server, "passkey.cloned").await, at + 1);
    }
    let kept = value(&server, "SELECT credential FROM passkeys").await;
    assert_eq!(kept["counter"], json!(10), "what was kept stays");
}

#[tokio::test]
async fn a_passkey_without_a_counter_is_used_again_and_its_backup_is_noted() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let mut authenticator = Authenticator::new(&server.issuer);
    (authenticator.step, authenticator.eligible) = (0, true);
    add_as(&mut browser, &mut authenticator, "Phone").await;
    for backed_up in [false, true] {
        authenticator.backed_up = backed_up;
        let mut browser = server.browser();
        let home = sign_in(&mut browser, &mut authenticator).await;
        assert!(home.body.contains("Alice Example"), "{}", home.body);
        let kept = value(&server, "SELECT credential FROM passkeys").await;
        assert_eq!(kept["backup_state"], json!(backed_up));
    }
}

#[tokio::test]
async fn the_last_way_in_is_not_removed() {
    let server = Server::start().await;
    let (mut browser, _) = added(&server).await;
    sqlx::query("DELETE FROM credentials").execute(&server.db).await.expect("no passwords");
    let page = browser.get(PAGE).await;
    let csrf = page.field("csrf").expect("a page token");
    let id: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM passkeys").fetch_one(&server.db).await.expect("one");
    let form = [("csrf", csrf.as_str()), ("remove", "1")];
    let kept = browser.post(&format!("{PAGE}/{id}"), &form).await;
    let kept = browser.follow(kept).await;
    assert_eq!(kept.status, 422, "{}", kept.body);
    assert!(kept.body.contains("your only way in"), "{}", kept.body);

    // One that verifies no one is a second factor and no way in.
    let mut key = Authenticator::new(&server.issuer);
    key.verifies = false;
    add_as(&mut browser, &mut key, "Key").await;
    let kept = browser.post(&format!("{PAGE}/{id}"), &form).await;
    let kept = browser.follow(kept).await;
    assert_eq!(kept.status, 422, "{}", kept.body);

    let mut other = Authenticator::new(&server.issuer);
    add_as(&mut browser, &mut other, "Other phone").await;
    let removed = browser.post(&format!("{PAGE}/{id}"), &form).await;
    assert_eq!(removed.status, 303, "{}", removed.body);
    assert_eq!(recorded(&server, "factor.removed").await, 1);
    let page = browser.get(PAGE).await;
    assert!(!page.body.contains(&id.to_string()), "{}", page.body);
}

#[tokio::test]
async fn a_passkey_that_was_removed_signs_no_one_in() {
    let server = Server::start().await;
    let (mut browser, mut authenticator) = added(&server).await;
    let mut other = server.browser();
    let (form, challenge) = begin(&mut other).await;
    let answer = authenticator.answer(&challenge);
    let id: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM passkeys").fetch_one(&server.db).await.expect("one");
    let page = browser.get(PAGE).await;
    let csrf = page.field("csrf").expect("a page token");
    browser.post(&format!("{PAGE}/{id}"), &[("csrf", &csrf), ("remove", "1")]).await;
    let refused = other.submit(&form, &[("passkey", &answer)]).await;
    assert_refused(&server, &other, &refused, 1).await;
}

#[tokio::test]
async fn a_passkey_is_renamed_by_its_person_alone() {
    let server = Server::start().await;
    let (mut browser, _) = added(&server).await;
    let id: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM passkeys").fetch_one(&server.db).await.expect("one");
    let path = format!("{PAGE}/{id}");
    let page = browser.get(PAGE).await;
    let csrf = page.field("csrf").expect("a page token");
    for (name, status) in
        [("Tablet", 200), ("", 422), ("   ", 422), ("a\nb", 422), (&"x".repeat(65), 422)]
    {
        let answer = browser.post(&path, &[("csrf", &csrf), ("name", name)]).await;
        assert_eq!(browser.follow(answer).await.status, status, "{name:?}");
    }
    assert!(browser.get(PAGE).await.body.contains("Tablet"));

    let mut bob = server.browser();
    let form = bob.get("/sign-in").await;
    bob.submit(&form, &BOB).await;
    let page = bob.get(PAGE).await;
    let csrf = page.field("csrf").expect("a page token");
    bob.post(&path, &[("csrf", &csrf), ("name", "Bob's")]).await;
    bob.post(&path, &[("csrf", &csrf), ("remove", "1")]).await;
    assert!(browser.get(PAGE).await.body.contains("Tablet"), "still there, still Alice's");
}

#[tokio::test]
async fn a_person_has_twenty_passkeys_at_the_most_and_each_once() {
    let server = Server::start().await;
    let (mut browser, mut first) = added(&server).await;
    let page = browser.get(PAGE).await;
    let again = challenge(&mut browser, &page, "/account/passkeys/challenge").await;
    let csrf = page.field("csrf").expect("a page token");
    let made = first.make(&again);
    let answer = browser.post(PAGE, &[("csrf", &csrf), ("passkey", &made)]).await;
    let answer = browser.follow(answer).await;
    assert_eq!(answer.status, 422, "{}", answer.body);

    let late = challenge(&mut browser, &page, "/account/passkeys/challenge").await;
    for at in 2..=20 {
        let mut next = Authenticator::new(&server.issuer);
        let page = add_as(&mut browser, &mut next, &format!("Number {at}")).await;
        assert_eq!(page.status, 200, "{at}: {}", page.body);
    }
    let full = browser.get(PAGE).await;
    assert!(full.body.contains("as many as there may be"), "{}", full.body);
    let made = Authenticator::new(&server.issuer).make(&late);
    let answer = browser.post(PAGE, &[("csrf", &csrf), ("passkey", &made)]).await;
    let answer = browser.follow(answer).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains("Remove one first"), "{}", answer.body);
}

#[tokio::test]
async fn passkeys_are_changed_only_shortly_after_a_sign_in() {
    let server = Server::start().await;
    let (mut browser, _) = added(&server).await;
    let page = browser.get(PAGE).await;
    let csrf = page.field("csrf").expect("a page token");
    server.advance(Duration::hours(1));
    let away = browser.get(PAGE).await;
    assert_eq!(away.location().as_deref(), Some("/sign-in?next=%2Faccount%2Fpasskeys"));
    let away = browser.post(PAGE, &[("csrf", &csrf), ("passkey", "{}")]).await;
    assert_eq!(away.location().as_deref(), Some("/sign-in?next=%2Faccount%2Fpasskeys"));
    let refused = browser.post("/account/passkeys/challenge", &[("csrf", &csrf)]).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn a_challenge_is_for_the_holder_of_its_page() {
    let server = Server::start().await;
    let (mut browser, _) = added(&server).await;
    for path in ["/sign-in/passkey", "/sign-in/verify/passkey", "/account/passkeys/challenge"] {
        let refused = browser.post(path, &[("csrf", "nonsense")]).await;
        assert_eq!(refused.status, 403, "{path}");
    }
    let rows = value(&server, "SELECT to_jsonb(count(*)) FROM ceremonies").await;
    assert_eq!(rows, json!(0), "and what was answered is gone");
}

#[tokio::test]
async fn answers_are_counted_by_address() {
    let config = "[sign_in]\naddress_attempts = 3";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let (_, mut authenticator) = added(&server).await;
    for _ in 0..3 {
        let mut browser = server.browser();
        let page = browser.get("/sign-in").await;
        let answer = browser.submit(&page, &[("passkey", "nonsense")]).await;
        assert_eq!(answer.status, 422);
    }
    let mut browser = server.browser();
    let answer = sign_in(&mut browser, &mut authenticator).await;
    assert_eq!(answer.status, 429, "{}", answer.body);
    assert_eq!(recorded(&server, "sign_in.throttled").await, 1);
}

#[tokio::test]
async fn challenges_are_counted_by_address_apart_from_answers() {
    let config = "[sign_in]\naddress_attempts = 1";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    for _ in 0..10 {
        challenge(&mut browser, &page, "/sign-in/passkey").await;
    }
    let csrf = page.field("csrf").expect("a page token");
    let refused = browser.post("/sign-in/passkey", &[("csrf", &csrf)]).await;
    assert_eq!(refused.status, 429, "{}", refused.body);
    assert_eq!(refused.header("retry-after"), "900");
    assert!(refused.body.contains("Try again in 15 minutes"), "{}", refused.body);
    let rows = value(&server, "SELECT to_jsonb(count(*)) FROM ceremonies").await;
    assert_eq!(rows, json!(10), "none was kept for it");
    let page = browser.submit(&page, &TYPED).await;
    assert!(page.body.contains("Alice"), "a password is none of them: {}", page.body);
    server.advance(Duration::minutes(15));
    begin(&mut server.browser()).await;
}

#[tokio::test]
async fn challenges_that_no_one_answers_are_swept() {
    let server = Server::start().await;
    begin(&mut server.browser()).await;
    let count = "SELECT to_jsonb(count(*)) FROM ceremonies";
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(value(&server, count).await, json!(1));
    server.advance(Duration::minutes(5));
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(value(&server, count).await, json!(0));
}
