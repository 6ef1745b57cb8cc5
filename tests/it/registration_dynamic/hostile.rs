//! What a stranger can send to the registration endpoint.

use openidconnect::reqwest::{Method, header};
use serde_json::json;

use super::{OPEN, REGISTER, open, register, registered, text, with};
use crate::support::server::error;

#[tokio::test]
async fn what_is_no_json_of_a_registration_is_refused() {
    let server = open().await;
    let uris = r#""redirect_uris": ["https://a.example/cb"]"#;
    let with_member = |member: &str| format!("{{{uris}, {member}}}");
    let bodies = [
        String::new(),
        "[]".to_owned(),
        "null".to_owned(),
        "{".to_owned(),
        format!("{{{uris}}} {{}}"),
        format!("{{{uris}, {uris}}}"),
        with_member(r#""client_name": "a", "client_name": "b""#),
        with_member(r#""client_name": "a\u0000b""#),
        with_member(r#""a\u0000b": 1"#),
        with_member(r#""client_name": "\ud800""#),
        with_member(&format!("\"a\": {}", "[".repeat(20_000))),
        with_member(&format!("\"a\": {}1{}", "[".repeat(8), "]".repeat(8))),
        with_member(&format!("\"a\": [{}1]", "1,".repeat(2000))),
        with_member(&format!("\"a\": \"{}\"", "x".repeat(40_000))),
        with_member("\"default_max_age\": 1e400"),
        with_member(
            "\"jwks\": {\"keys\": [{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": 1, \"y\": {}}]}",
        ),
    ];
    for body in bodies {
        let request = server
            .request(Method::POST, REGISTER)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(body.clone());
        let answer = error(request.send().await.expect("an answer")).await;
        let shown: String = body.chars().take(200).collect();
        assert_eq!(answer, (400, "invalid_client_metadata".to_owned()), "{shown}");
    }
    let huge = format!("{{{uris}, \"a\": \"{}\"}}", "x".repeat(100_000));
    let request = server.request(Method::POST, REGISTER).json(&json!({ "a": huge }));
    assert_eq!(request.send().await.expect("an answer").status(), 413);
}

#[tokio::test]
async fn only_json_is_taken_and_only_by_post() {
    let server = open().await;
    let answer = server.post(REGISTER, &[("redirect_uris", "https://a.example")]).await;
    assert_eq!(error(answer).await, (400, "invalid_client_metadata".to_owned()));
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = server.request(method, REGISTER).send().await.expect("an answer");
        assert_eq!(error(answer).await, (405, "invalid_request".to_owned()));
    }
}

#[tokio::test]
async fn one_address_registers_so_many_a_day() {
    let server = with(&format!("{OPEN}clients_per_address = 2\n")).await;
    registered(&server, json!({})).await;
    registered(&server, json!({})).await;
    let answer = register(&server, json!({})).await;
    let wait: i64 = answer.headers()["retry-after"].to_str().expect("ASCII").parse().expect("s");
    assert_eq!(error(answer).await, (429, "temporarily_unavailable".to_owned()));
    assert!((86_000..=86_400).contains(&wait), "{wait}");
    // Maintenance does not forget it within the day.
    server.advance(time::Duration::hours(20));
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(register(&server, json!({})).await.status(), 429);
    server.advance(time::Duration::hours(4));
    registered(&server, json!({})).await;
    assert!(server.events().await.contains(&"client.registration_throttled".to_owned()));
}

#[tokio::test]
async fn all_together_register_so_many_a_day() {
    let server = with(&format!("{OPEN}clients_per_day = 1\n")).await;
    registered(&server, json!({})).await;
    assert_eq!(register(&server, json!({})).await.status(), 429);
}

#[tokio::test]
async fn registrations_are_changed_so_often_a_day() {
    for (config, most) in [("clients_per_address = 2\n", 10), ("clients_per_address = 100\n", 50)] {
        let server = with(&format!("{OPEN}{config}")).await;
        let client = registered(&server, json!({})).await;
        let mut change = super::members(&json!({}));
        change["client_id"] = client["client_id"].clone();
        // What is refused for what it says counts as well: it may have had something fetched.
        change["subject_type"] = json!("pairwise");
        for n in 0..=most {
            let request = super::about(&server, Method::PUT, &client).json(&change);
            let (status, _) = super::send(request).await;
            assert_eq!(status, if n < most { 400 } else { 429 }, "{n} {config}");
        }
        // What was registered can still be seen, and removed.
        assert_eq!(super::send(super::about(&server, Method::GET, &client)).await.0, 200);
        assert_eq!(super::send(super::about(&server, Method::DELETE, &client)).await.0, 204);
    }
}

#[tokio::test]
async fn what_is_wrong_uses_up_no_ones_place() {
    let server = with(&format!("{OPEN}clients_per_address = 1\n")).await;
    for _ in 0..3 {
        assert_eq!(register(&server, json!({ "client_name": 1 })).await.status(), 400);
    }
    registered(&server, json!({})).await;
}

#[tokio::test]
async fn a_client_learns_nothing_of_another() {
    let server = open().await;
    let (one, two) = (registered(&server, json!({})).await, registered(&server, json!({})).await);
    assert_ne!(text(&one, "client_id"), text(&two, "client_id"));
    let foreign = text(&two, "registration_access_token");
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let request = super::own(&server, method.clone(), &one, foreign).json(&json!({}));
        let answer = request.send().await.expect("an answer");
        assert!(answer.headers()["www-authenticate"].to_str().expect("ASCII").contains("Bearer"));
        assert_eq!(error(answer).await, (401, "invalid_token".to_owned()), "{method}");
    }
    for id in ["", "nobody", "spa", "00000000-0000-0000-0000-000000000000", "..%2f..", "%00"] {
        let path = format!("{REGISTER}/{id}");
        let request = server.request(Method::GET, &path).bearer_auth(foreign);
        let status = request.send().await.expect("an answer").status().as_u16();
        assert!([400, 401, 404].contains(&status), "{id}: {status}");
    }
}
