//! Who may register: no one, whoever has an initial access token, or everyone.

use openidconnect::reqwest::{Method, Response, header};
use serde_json::{Value, json};
use signet::admin::registration_tokens;

use super::{OPEN, REGISTER, members, open, register, registered, with};
use crate::support::{
    Server,
    process::{command, run},
    server::error,
};

const TOKEN: &str = "[dynamic_registration]\nmode = \"token\"\n";

/// An initial access token for so many clients.
pub async fn token(server: &Server, clients: i32) -> String {
    let day = std::time::Duration::from_hours(24);
    registration_tokens::add(&server.app, "for tests", clients, day).await.expect("a token")
}

async fn register_with(server: &Server, token: &str) -> Response {
    let request = server.request(Method::POST, REGISTER).bearer_auth(token);
    request.json(&members(&json!({}))).send().await.expect("an answer")
}

async fn document(server: &Server) -> Value {
    let answer = server.get("/.well-known/openid-configuration").await;
    answer.json().await.expect("JSON")
}

#[tokio::test]
async fn it_is_off_unless_an_operator_says_otherwise() {
    let server = Server::start().await;
    assert_eq!(register(&server, json!({})).await.status(), 404);
    assert!(document(&server).await.get("registration_endpoint").is_none());
    let on = open().await;
    assert_eq!(document(&on).await["registration_endpoint"], on.url(REGISTER));
}

#[tokio::test]
async fn scripts_of_other_origins_may_register_and_manage() {
    let server = open().await;
    for (path, method) in
        [(REGISTER, "POST"), ("/connect/register/a", "PUT"), ("/connect/register/a", "DELETE")]
    {
        let answer = server
            .request(Method::OPTIONS, path)
            .header(header::ORIGIN, "https://app.example")
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, method)
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type");
        let answer = answer.send().await.expect("an answer");
        assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*", "{path}");
        let methods = answer.headers()[header::ACCESS_CONTROL_ALLOW_METHODS].to_str();
        assert!(methods.expect("ASCII").contains(method), "{method}");
    }
}

#[tokio::test]
async fn without_a_token_there_is_a_challenge() {
    let server = with(TOKEN).await;
    let answer = register(&server, json!({})).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()[header::WWW_AUTHENTICATE], "Bearer realm=\"signet\"");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn a_token_is_good_for_so_many_clients_for_so_long() {
    let server = with(TOKEN).await;
    let two = token(&server, 2).await;
    // What is wrong uses nothing up.
    let request = server.request(Method::POST, REGISTER).bearer_auth(&two).json(&json!({}));
    assert_eq!(request.send().await.expect("an answer").status(), 400);
    assert_eq!(register_with(&server, &two).await.status(), 201);
    assert_eq!(register_with(&server, &two).await.status(), 201);
    assert_eq!(error(register_with(&server, &two).await).await, (401, "invalid_token".to_owned()));

    let day = token(&server, 5).await;
    server.advance(time::Duration::hours(24));
    assert_eq!(register_with(&server, &day).await.status(), 401);

    let removed = token(&server, 5).await;
    let id = sqlx::query_scalar("SELECT id FROM initial_access_tokens ORDER BY id DESC LIMIT 1");
    let id = id.fetch_one(&server.db).await.expect("an id");
    registration_tokens::remove(&server.app, id).await.expect("removed");
    assert_eq!(register_with(&server, &removed).await.status(), 401);
    let mut wrong = removed.clone();
    wrong.replace_range(10..11, if &wrong[10..11] == "A" { "B" } else { "A" });
    for bad in
        [wrong.as_str(), "nothing", &removed.replace("sgn_", "sgm_"), server.secret("service")]
    {
        assert_eq!(register_with(&server, bad).await.status(), 401, "{bad}");
    }
    let refused = server.events().await;
    assert!(refused.contains(&"client.registration_refused".to_owned()), "{refused:?}");
    assert!(refused.contains(&"client.registered".to_owned()), "{refused:?}");
}

#[tokio::test]
async fn where_everyone_may_register_a_token_that_is_no_good_is_refused_all_the_same() {
    let server = with(&format!("{OPEN}clients_per_address = 1\n")).await;
    assert_eq!(register_with(&server, "nothing").await.status(), 401);
    // And one that is good is not counted with the others.
    let token = token(&server, 2).await;
    assert_eq!(register_with(&server, &token).await.status(), 201);
    assert_eq!(register_with(&server, &token).await.status(), 201);
    registered(&server, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_use_a_token_at_once_on_two_replicas_one_gets_it() {
    let server = with(TOKEN).await;
    let other = crate::support::Options {
        config: TOKEN,
        clock: Some(server.clock.clone()),
        ..Default::default()
    };
    let other = Server::on(std::sync::Arc::clone(&server.database), other).await;
    let token = token(&server, 1).await;
    let attempts = (0..32).map(|n| {
        let server = if n % 2 == 0 { &server } else { &other };
        register_with(server, &token)
    });
    let answers = futures_util::future::join_all(attempts).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status().as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 31, "{statuses:?}");
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM client_registrations")
        .fetch_one(&server.db)
        .await
        .expect("a count");
    let secrets: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM client_secrets s JOIN client_registrations r USING (client_id)",
    )
    .fetch_one(&server.db)
    .await
    .expect("a count");
    assert_eq!((count, secrets), (1, 1));
}

#[tokio::test]
async fn nothing_that_is_stored_opens_anything() {
    let server = with(TOKEN).await;
    let token = token(&server, 1).await;
    let body: Value = register_with(&server, &token).await.json().await.expect("JSON");
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT t::text FROM initial_access_tokens t UNION ALL SELECT r::text FROM client_registrations r
         UNION ALL SELECT s::text FROM client_secrets s UNION ALL SELECT c::text FROM clients c
         UNION ALL SELECT a::text FROM audit_events a",
    )
    .fetch_all(&server.db)
    .await
    .expect("rows");
    for name in ["registration_access_token", "client_secret"] {
        let secret = body[name].as_str().expect("there");
        assert!(rows.iter().all(|row| !row.contains(secret)), "{name}");
    }
    assert!(rows.iter().all(|row| !row.contains(&token)));
}

#[tokio::test]
async fn tokens_are_made_listed_and_removed_by_command() {
    let server = with(TOKEN).await;
    let url = &server.database.url;
    let signet = async |arguments: &[&str]| run(command(url).args(arguments)).await;
    let (code, made, errors) = signet(&[
        "registration-token",
        "add",
        "--clients",
        "3",
        "--lifetime",
        "2days",
        "--note",
        "partners",
    ])
    .await;
    assert_eq!(code, 0, "{errors}");
    assert!(made.trim().starts_with("sgn_"), "{made}");
    // The command goes by the system's clock, the server by its own, which is ahead.
    sqlx::query("UPDATE initial_access_tokens SET expires_at = expires_at + interval '30 years'")
        .execute(&server.db)
        .await
        .expect("changed");
    let answer = register_with(&server, made.trim()).await;
    assert_eq!(answer.status(), 201);
    let body: Value = answer.json().await.expect("JSON");
    let (_, listed, _) = signet(&["registration-token", "list"]).await;
    assert!(listed.contains("1 of 3 used") && listed.contains("partners"), "{listed}");
    let id = listed.split_whitespace().next().expect("an id");

    let client = body["client_id"].as_str().expect("an id");
    let (_, clients, _) = signet(&["client", "list"]).await;
    let line = clients.lines().find(|line| line.contains(client)).expect("there");
    assert!(line.ends_with("registered itself"), "{line}");
    assert!(!clients.lines().any(|line| line.contains("spa") && line.contains("itself")));
    let (_, shown, _) = signet(&["client", "show", client]).await;
    assert!(shown.contains(&format!("registered itself with registration token {id}")), "{shown}");

    let (code, _, errors) = signet(&["registration-token", "remove", id]).await;
    assert_eq!(code, 0, "{errors}");
    assert_eq!(signet(&["registration-token", "list"]).await.1, "");
    assert_eq!(signet(&["registration-token", "remove", id]).await.0, 1);
    for wrong in
        [["--clients", "0"], ["--lifetime", "0s"], ["--lifetime", "4000days"], ["--clients", "-1"]]
    {
        let (code, ..) = signet(&["registration-token", "add", wrong[0], wrong[1]]).await;
        assert_ne!(code, 0, "{wrong:?}");
    }
}
