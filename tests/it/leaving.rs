//! Leaving: an account that is to be removed, one that stays after all, and what is left of one that is gone.

use serde_json::Value;
use sqlx::AssertSqlSafe;
use time::Duration;

use crate::support::{Browser, EMAIL, PASSWORD, Server, browser::Answer, flow::authorize_path};

async fn leave(browser: &mut Browser, typed: &str) -> Answer {
    let page = browser.get("/account/delete").await;
    browser.submit(&page, &[("email", typed)]).await
}

async fn maintain(server: &Server) {
    let failed = server.app.maintain().await;
    assert!(failed.is_empty(), "{failed:?}");
}

#[tokio::test]
async fn whoever_leaves_is_signed_out_and_every_application_is_cut_off() {
    let server = Server::start().await;
    let mut other = server.signed_in().await;
    let mut browser = server.signed_in().await;
    let offline = ("scope", "openid read offline_access");
    let tokens = server.tokens(&mut browser, &[offline]).await;
    let page = browser.get("/account/delete").await;
    assert!(page.body.contains("15 January 2030"), "{}", page.body);

    let wrong = leave(&mut browser, "bob@example.com").await;
    assert_eq!(wrong.status, 422);
    assert!(browser.get("/").await.body.contains("Alice"));

    let gone = leave(&mut browser, " Alice@Example.com ").await;
    assert!(gone.body.contains("will be deleted"), "{}", gone.body);
    assert!(!browser.cookies.contains_key("signet_session"));
    assert!(!other.get("/").await.body.contains("Alice"));
    assert!(!server.is_active(&tokens.access).await);
    assert_eq!(server.refresh(tokens.refresh(), &[]).await.status(), 400);
    assert!(server.events().await.contains(&"deletion.requested".to_owned()));
}

#[tokio::test]
async fn signing_in_before_the_time_has_the_account_stay() {
    let server = Server::start().await;
    leave(&mut server.signed_in().await, EMAIL).await;
    server.advance(Duration::days(13));
    maintain(&server).await;

    let mut browser = server.browser();
    let answer = browser.get(&authorize_path(&[])).await;
    let page = browser.follow(answer).await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.body.contains("Your account stays"), "{}", page.body);
    let (_, next) = page.body.split_once("id=\"continue\" href=\"").expect("a way on");
    let next = next.split('"').next().expect("a path").to_owned();
    let consent = browser.get(&next).await;
    assert!(consent.body.contains("id=\"allow\""), "{next}: {}", consent.body);

    server.advance(Duration::days(30));
    maintain(&server).await;
    let mut again = server.browser();
    let page = again.get("/sign-in").await;
    let page = again.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.body.contains("Alice Example"), "it is there, and says so once: {}", page.body);
    assert!(server.events().await.contains(&"deletion.cancelled".to_owned()));
}

#[tokio::test]
async fn nothing_is_left_of_a_person_but_ids_in_the_log() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[("scope", "openid read offline_access")]).await;
    server.events().await;
    let id: uuid::Uuid = sqlx::query_scalar("SELECT id FROM users WHERE username = 'alice'")
        .fetch_one(&server.db)
        .await
        .expect("Alice");
    leave(&mut browser, EMAIL).await;
    server.advance(Duration::days(14));
    maintain(&server).await;

    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.table_name::text FROM information_schema.columns c
         JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE c.table_schema = 'public' AND c.column_name = 'user_id' AND t.table_type = 'BASE TABLE'
           AND c.table_name !~ '_(default|p[0-9]+)$'",
    )
    .fetch_all(&server.db)
    .await
    .expect("tables");
    assert!(tables.len() > 8, "{tables:?}");
    // Codes go with their partitions.
    for table in tables.iter().filter(|table| *table != "audit_events" && *table != "codes") {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {table} WHERE user_id = $1"));
        let count: i64 =
            sqlx::query_scalar(sql).bind(id).fetch_one(&server.db).await.expect("counted");
        assert_eq!(count, 0, "{table}");
    }
    assert!(
        !browser.get("/sign-in").await.body.contains("Alice")
            && signet::storage::users::get(&server.db, id).await.expect("read").is_none()
    );
    let (events, addresses): (i64, i64) =
        sqlx::query_as("SELECT count(*), count(address) FROM audit_events WHERE user_id = $1")
            .bind(id)
            .fetch_one(&server.db)
            .await
            .expect("counted");
    assert!(events > 3);
    assert_eq!(addresses, 0);
    assert!(server.events().await.contains(&"account.deleted".to_owned()));
    let bob = signet::storage::users::find(&server.db, "bob@example.com").await.expect("read");
    assert!(bob.is_some(), "others stay");
}

#[tokio::test]
async fn the_log_takes_no_other_change_than_an_address_that_is_forgotten() {
    let server = Server::start().await;
    server.signed_in().await;
    server.events().await;
    for sql in [
        "UPDATE audit_events SET address = NULL, kind = 'other'",
        "UPDATE audit_events SET address = '192.0.2.1'",
        "UPDATE audit_events SET user_id = NULL",
        "DELETE FROM audit_events",
    ] {
        let error = sqlx::query(sql).execute(&server.db).await.expect_err(sql);
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
    }
    sqlx::query("UPDATE audit_events SET address = NULL")
        .execute(&server.db)
        .await
        .expect("forgotten");
}

#[tokio::test]
async fn what_is_kept_of_a_person_is_theirs_to_download() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    server.events().await;
    let answer = browser.get("/account/export").await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-disposition").contains("attachment"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let all: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(all["account"]["email"], EMAIL);
    assert_eq!(all["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(all["devices"].as_array().map(Vec::len), Some(1));
    assert_eq!(all["consents"][0]["client_id"], "spa");
    assert_eq!(all["grants"][0]["client_id"], "spa");
    let events = all["events"].as_array().expect("events");
    assert!(events.iter().any(|event| event["kind"] == "data.exported"));
    for secret in ["argon2", "secret", "hash", "bob@example.com"] {
        assert!(!answer.body.contains(secret), "{secret}");
    }
    server.advance(Duration::minutes(11));
    assert_eq!(browser.get("/account/export").await.status, 303, "by whoever proved it lately");
    assert_eq!(browser.get("/account/delete").await.status, 303);
}

#[tokio::test]
async fn a_browser_that_is_new_for_a_person_is_put_on_record() {
    let server = Server::start().await;
    let count = async || {
        let events = server.events().await;
        events.iter().filter(|kind| *kind == "sign_in.new_device").count()
    };
    let sign_in = async |browser: &mut Browser| {
        let page = browser.get("/sign-in").await;
        browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    };
    let mut first = server.browser();
    sign_in(&mut first).await;
    assert_eq!(count().await, 0, "there is none to compare it with");
    sign_in(&mut first).await;
    assert_eq!(count().await, 0, "it is known");
    let mut second = server.browser();
    sign_in(&mut second).await;
    assert_eq!(count().await, 1);
    second.cookies.remove("signet_session");
    sign_in(&mut second).await;
    assert_eq!(count().await, 1, "known by now");
    // Unless it is not seen for a year.
    server.advance(Duration::days(366));
    sign_in(&mut first).await;
    maintain(&server).await;
    sign_in(&mut second).await;
    assert_eq!(count().await, 2);
}
