//! What cannot be answered now: requests that take too long, and a database that is away.

use std::{sync::Arc, time::Duration};

use openidconnect::reqwest::header;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::{
    Options, Server,
    flow::{authorize_path, redemption},
    proxy::Proxy,
};

/// Keeps everyone else out of a table until the connection is dropped.
pub async fn lock(server: &Server, table: &str) -> PgConnection {
    let mut connection = PgConnection::connect(&server.database.url).await.expect("connected");
    let sql = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("locked");
    connection
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let config = "[server]\nrequest_timeout = \"1s\"";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let code = server.code(&mut server.browser(), &[]).await;
    let codes = lock(&server, "codes").await;
    let requests = lock(&server, "authorization_requests").await;
    let mut browser = server.browser();
    let path = authorize_path(&[]);
    let form = redemption(&code);
    let (token, page) = tokio::join!(server.post("/token", &form), browser.get(&path));

    assert_eq!(token.status(), 503);
    assert!(token.headers().contains_key(header::RETRY_AFTER));
    assert_eq!(token.headers()[header::CACHE_CONTROL], "no-store");
    let body: Value = token.json().await.expect("JSON for a client");
    assert_eq!(body["error"], "temporarily_unavailable");

    assert_eq!(page.status, 503);
    assert!(!page.header("retry-after").is_empty());
    assert!(page.header("content-type").starts_with("text/html"), "a page for a person");
    assert!(page.body.contains("took too long"), "{}", page.body);
    assert!(page.body.contains(page.header("x-request-id")));

    drop((codes, requests));
    assert_eq!(server.redeem(&code).await.status(), 200, "the code was not spent");
}

#[tokio::test]
async fn the_authorization_endpoint_says_that_the_database_is_away() {
    let behind = Server::start().await;
    let proxy = Proxy::before(&behind.database.url).await;
    let options = Options {
        config: "[database]\nacquire_timeout = \"1s\"",
        database_url: Some(proxy.url.clone()),
        ..Options::default()
    };
    let server = Server::on(Arc::clone(&behind.database), options).await;
    let mut browser = server.signed_in().await;
    proxy.cut();
    // A client that was never asked for is not remembered; one that was is not, either, once changes go unseen.
    for client in ["web", "spa"] {
        let page = browser.get(&authorize_path(&[("client_id", client)])).await;
        assert_eq!(page.status, 503, "{client}");
        assert!(!page.header("retry-after").is_empty());
        assert!(page.body.contains("cannot reach its database"), "{}", page.body);
    }
    for path in ["/", "/sign-out"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 503, "{path}");
        assert!(!page.header("retry-after").is_empty(), "{path}");
    }
    proxy.mend();
    for _ in 0..100 {
        if browser.get("/").await.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it does not recover");
}

#[tokio::test]
async fn a_known_client_is_told_that_the_database_is_away() {
    let behind = Server::start().await;
    let proxy = Proxy::before(&behind.database.url).await;
    let options = Options {
        config: "[database]\nacquire_timeout = \"1s\"",
        database_url: Some(proxy.url.clone()),
        ..Options::default()
    };
    let server = Server::on(Arc::clone(&behind.database), options).await;
    let mut browser = server.signed_in().await;
    // The client is remembered from here on, for as long as changes are followed.
    assert_eq!(browser.get(&authorize_path(&[])).await.status, 303);
    proxy.cut();
    let (_, parameters) = browser.get(&authorize_path(&[])).await.callback();
    assert_eq!(parameters["error"], "temporarily_unavailable");
    assert_eq!(parameters["state"], "the state");
}

#[tokio::test]
async fn a_client_is_told_that_the_server_failed() {
    // RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6.
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    for table in ["authorization_requests", "consents"] {
        let rename =
            |from: &str, to: &str| AssertSqlSafe(format!("ALTER TABLE {from} RENAME TO {to}"));
        sqlx::raw_sql(rename(table, "gone")).execute(&server.db).await.expect("renamed");
        let (url, parameters) = browser.get(&authorize_path(&[])).await.callback();
        assert_eq!(url, crate::support::CALLBACK);
        assert_eq!(parameters["error"], "server_error", "{table}");
        assert_eq!(parameters["state"], "the state");
        assert_eq!(parameters["iss"], server.issuer);
        assert!(!parameters["error_description"].contains(table), "{parameters:?}");
        sqlx::raw_sql(rename("gone", table)).execute(&server.db).await.expect("renamed");
    }
    assert_eq!(server.tokens(&mut browser, &[]).await.body["token_type"], "Bearer");
}
