//! Client authentication (RFC 6749 §2.3).

use base64::{Engine, prelude::BASE64_STANDARD};
use openidconnect::reqwest::{Method, header};
use signet::audit::{Kind, Origin, Refused};

use crate::support::{SERVICE, SPA, Server, WEB, database::Held, server::error};

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

async fn with_basic(server: &Server, text: &str) -> openidconnect::reqwest::Response {
    server
        .request(Method::POST, "/token")
        .header(header::AUTHORIZATION, format!("Basic {}", BASE64_STANDARD.encode(text)))
        .form(&[GRANT])
        .send()
        .await
        .expect("an answer")
}

#[tokio::test]
async fn a_client_that_does_not_authenticate_is_refused_with_a_challenge() {
    let server = Server::start().await;
    let secret = server.secret(SERVICE);
    for text in [
        "service:wrong".to_owned(),
        format!("nobody:{secret}"),
        "service:".to_owned(),
        format!("service:{}", server.secret(WEB)),
        "a\0b:x".to_owned(),
        "a%00b:x".to_owned(),
    ] {
        let answer = with_basic(&server, &text).await;
        assert!(
            answer.headers()[header::WWW_AUTHENTICATE]
                .to_str()
                .expect("ASCII")
                .starts_with("Basic ")
        );
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(error(answer).await, (401, "invalid_client".to_owned()), "{text}");
    }
    assert!(server.events().await.contains(&"client.refused".to_owned()));
}

#[tokio::test]
async fn who_is_refused_again_and_again_is_counted_and_no_name_made_up_is_kept() {
    let server = Server::start().await;
    for number in 0..40 {
        let answer = with_basic(&server, &format!("nobody{number}:wrong")).await;
        assert_eq!(answer.status(), 401);
        assert_eq!(with_basic(&server, "service:wrong").await.status(), 401);
    }
    server.app.audit.flush().await;
    let sql = "SELECT client_id, host(address), count(*), sum((detail ->> 'count')::int)
               FROM audit_events WHERE kind = 'client.refused' GROUP BY 1, 2 ORDER BY 1";
    let rows: Vec<(Option<String>, Option<String>, i64, i64)> =
        sqlx::query_as(sql).fetch_all(&server.db).await.expect("rows");
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[0].0.as_deref(), Some(SERVICE));
    assert_eq!(rows[1].0, None);
    for (_, address, events, requests) in rows {
        assert_eq!(address.as_deref(), Some("127.0.0.1"));
        assert_eq!(requests, 40);
        assert!(events < 20, "a few a second: {events}");
    }
}

#[tokio::test]
async fn past_so_many_networks_a_second_who_is_refused_is_counted_together() {
    let server = Server::start().await;
    for number in 0..500_u32 {
        let address = Some(std::net::Ipv4Addr::from(number).into());
        let refused = Refused {
            kind: Kind::RegistrationRefused,
            client_id: None,
            method: None,
            reason: None,
        };
        server.app.audit.refused(refused, &Origin { address, request_id: None });
    }
    server.app.audit.flush().await;
    let sql =
        "SELECT count(*), sum((detail ->> 'count')::int), count(*) FILTER (WHERE address IS NULL)
               FROM audit_events WHERE kind = 'client.registration_refused'";
    let (events, requests, together): (i64, i64, i64) =
        sqlx::query_as(sql).fetch_one(&server.db).await.expect("a row");
    assert_eq!(requests, 500);
    assert!(events < 200 && together > 0, "{events}");
}

#[tokio::test]
async fn both_halves_of_basic_are_form_urlencoded() {
    let server = Server::start().await;
    let text = format!("%73ervice:{}", server.secret(SERVICE).replace("sgx_", "sgx%5F"));
    assert_eq!(with_basic(&server, &text).await.status(), 200);
}

#[tokio::test]
async fn a_client_is_held_to_its_registered_method() {
    let server = Server::start().await;
    let secret = server.secret(SERVICE);
    let by_post = [GRANT, ("client_id", SERVICE), ("client_secret", secret)];
    assert_eq!(error(server.post("/token", &by_post).await).await.1, "invalid_client");
    let not_at_all = [GRANT, ("client_id", SERVICE)];
    assert_eq!(error(server.post("/token", &not_at_all).await).await.1, "invalid_client");
    let public_with_secret = [GRANT, ("client_id", SPA), ("client_secret", secret)];
    assert_eq!(error(server.post("/token", &public_with_secret).await).await.1, "invalid_client");
}

#[tokio::test]
async fn a_client_authenticates_in_one_way() {
    let server = Server::start().await;
    let twice = [GRANT, ("client_secret", server.secret(SERVICE))];
    let answer = server.post_as(SERVICE, "/token", &twice).await;
    assert_eq!(error(answer).await, (400, "invalid_request".to_owned()));
    let other_id = [GRANT, ("client_id", WEB)];
    assert_eq!(
        error(server.post_as(SERVICE, "/token", &other_id).await).await.1,
        "invalid_request"
    );
    let same_id = [GRANT, ("client_id", SERVICE)];
    assert_eq!(server.post_as(SERVICE, "/token", &same_id).await.status(), 200);
}

#[tokio::test]
async fn a_secret_is_replaced_without_an_outage() {
    let server = Server::start().await;
    let follow = || async {
        server.app.replica.follow(&server.app.keys, server.clock.now()).await.expect("followed");
    };
    server.advance(time::Duration::minutes(1));
    let new = signet::admin::clients::add_secret(&server.app, SERVICE, None).await.expect("added");
    follow().await;
    assert_eq!(with_basic(&server, &format!("service:{new}")).await.status(), 200);
    assert_eq!(
        with_basic(&server, &format!("service:{}", server.secret(SERVICE))).await.status(),
        200
    );
    let third = signet::admin::clients::add_secret(&server.app, SERVICE, None).await;
    assert!(third.is_err(), "two at a time");
    let secrets = signet::storage::client_secrets::list(&server.db, SERVICE).await.expect("read");
    signet::admin::clients::remove_secret(&server.app, SERVICE, secrets[0].id)
        .await
        .expect("removed");
    follow().await;
    assert_eq!(
        with_basic(&server, &format!("service:{}", server.secret(SERVICE))).await.status(),
        401
    );
    assert_eq!(with_basic(&server, &format!("service:{new}")).await.status(), 200);
}

#[tokio::test]
async fn secrets_that_are_added_at_once_are_no_more_than_two() {
    let server = Server::start().await;
    let held = Held::begin(&server.database.url).await;
    let lock = "SELECT FROM clients WHERE client_id = $1 FOR UPDATE";
    sqlx::query(lock).bind(SERVICE).execute(held.db()).await.expect("locked");
    let insert = "INSERT INTO client_secrets VALUES (gen_random_uuid(), $1, '', now())";
    sqlx::query(insert).bind(SERVICE).execute(held.db()).await.expect("added");
    let adding = signet::admin::clients::add_secret(&server.app, SERVICE, None);
    assert!(held.commit_meanwhile(adding).await.is_err());
    let secrets = signet::storage::client_secrets::list(&server.db, SERVICE).await.expect("read");
    assert_eq!(secrets.len(), 2);
}
