//! How a client that registered itself comes to its end.

use openidconnect::reqwest::Method;
use serde_json::{Value, json};
use signet::registry::about::RegisteredBy;

use super::{OPEN, about, registered, send, text, whole, with};
use crate::support::Server;

async fn is_there(server: &Server, client: &Value) -> bool {
    server.follow().await;
    server.app.replica.client(text(client, "client_id")).await.expect("read").is_some()
}

async fn maintain(server: &Server) {
    let problems = server.app.maintain().await;
    assert!(problems.is_empty(), "{problems:?}");
}

#[tokio::test]
async fn a_client_that_removes_itself_ends_what_it_was_granted() {
    // RFC 7592 §2.3.
    let server = super::open().await;
    let client =
        registered(&server, json!({ "grant_types": ["authorization_code", "refresh_token"] }))
            .await;
    let tokens = whole::tokens(&server, &client).await;
    assert_eq!(whole::userinfo(&server, &tokens.access).await, 200);
    let answer = about(&server, Method::DELETE, &client).send().await.expect("an answer");
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(!is_there(&server, &client).await);
    assert_eq!(whole::userinfo(&server, &tokens.access).await, 401);
    assert_eq!(whole::refresh(&server, &client, tokens.refresh()).await, 401);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(
            send(about(&server, method, &client)).await.0,
            401,
            "it tells no one that it was there"
        );
    }
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM client_registrations")
        .fetch_one(&server.db)
        .await
        .expect("a count");
    assert_eq!(left, 0);
    assert!(server.events().await.contains(&"client.registration_deleted".to_owned()));
}

#[tokio::test]
async fn clients_that_no_one_uses_are_removed_if_the_operator_so_wishes() {
    let server = with(&format!("{OPEN}unused_lifetime = \"10days\"\n")).await;
    let unused = registered(&server, json!({})).await;
    let used =
        registered(&server, json!({ "grant_types": ["authorization_code", "refresh_token"] }))
            .await;
    let tokens = whole::tokens(&server, &used).await;
    assert!(tokens.refresh.is_some());
    server.advance(time::Duration::days(9));
    maintain(&server).await;
    assert!(is_there(&server, &unused).await);
    server.advance(time::Duration::days(2));
    maintain(&server).await;
    assert!(!is_there(&server, &unused).await);
    assert!(is_there(&server, &used).await, "its grant lives");
    // A grant lives for ninety days, and so does what it keeps.
    server.advance(time::Duration::days(70));
    maintain(&server).await;
    assert!(is_there(&server, &used).await);
    server.advance(time::Duration::days(30));
    maintain(&server).await;
    assert!(!is_there(&server, &used).await);
    // Those of operators stay.
    assert!(server.app.replica.client("service").await.expect("read").is_some());
    let ended =
        server.events().await.iter().filter(|kind| *kind == "client.registration_ended").count();
    assert_eq!(ended, 2);
}

#[tokio::test]
async fn clients_that_may_do_more_than_the_code_flow_are_not_taken_for_unused() {
    let config = format!(
        "{OPEN}unused_lifetime = \"1day\"\nallowed_grant_types = [\"client_credentials\"]\nallowed_scopes = [\"read\"]\n"
    );
    let server = with(&config).await;
    let more = json!({ "redirect_uris": [], "grant_types": ["client_credentials"] });
    let service = registered(&server, more).await;
    server.advance(time::Duration::days(100));
    maintain(&server).await;
    assert!(is_there(&server, &service).await);
}

#[tokio::test]
async fn a_registration_ends_unless_it_is_renewed() {
    let server = with(&format!("{OPEN}max_lifetime = \"30days\"\n")).await;
    let (one, two) = (registered(&server, json!({})).await, registered(&server, json!({})).await);
    let end = server.clock.now() + time::Duration::days(30);
    assert_eq!(one["client_secret_expires_at"], end.unix_timestamp());
    server.advance(time::Duration::days(20));
    let mut change = super::members(&json!({}));
    change["client_id"] = two["client_id"].clone();
    let (status, renewed) = send(about(&server, Method::PUT, &two).json(&change)).await;
    assert_eq!(status, 200);
    let end = server.clock.now() + time::Duration::days(30);
    assert_eq!(renewed["client_secret_expires_at"], end.unix_timestamp());
    server.advance(time::Duration::days(11));
    maintain(&server).await;
    assert!(!is_there(&server, &one).await && is_there(&server, &two).await);
}

#[tokio::test]
async fn nothing_ends_by_itself_unless_the_operator_so_wishes() {
    let server = super::open().await;
    let client = registered(&server, json!({})).await;
    server.advance(time::Duration::days(1000));
    maintain(&server).await;
    assert!(is_there(&server, &client).await);
}

#[tokio::test]
async fn a_client_that_an_operator_took_over_does_not_end_by_itself() {
    for setting in ["unused_lifetime", "max_lifetime"] {
        let server = with(&format!("{OPEN}{setting} = \"10days\"\n")).await;
        let (taken, left) =
            (registered(&server, json!({})).await, registered(&server, json!({})).await);
        server
            .change_client(text(&taken, "client_id"), |it| {
                it.about.registered_by = RegisteredBy::Operator;
            })
            .await;
        server.advance(time::Duration::days(11));
        maintain(&server).await;
        assert!(is_there(&server, &taken).await, "{setting}");
        assert!(!is_there(&server, &left).await, "{setting}");
    }
}
