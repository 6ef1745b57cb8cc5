//! Software statements that a client has to come with (RFC 7591 §2.3).

use axum::{Router, routing::get};
use jsonwebtoken::EncodingKey;
use openidconnect::reqwest::Method;
use serde_json::{Value, json};
use signet::config::{Config, Environment};

use super::{
    REGISTER, about, access, members, register, registered, send, text,
    whole::{signing_key, statement},
    with,
};
use crate::support::{Server, elsewhere::Elsewhere, server::error};

const ISSUER: &str = "https://trust.example";

/// Someone whose statements are believed.
struct Trusted {
    key: EncodingKey,
    kid: String,
    site: Elsewhere,
}

impl Trusted {
    async fn start() -> Self {
        let (key, jwk) = signing_key();
        let kid = text(&jwk, "kid").to_owned();
        let jwks = json!({ "keys": [jwk] }).to_string();
        let router = Router::new().route("/jwks", get(move || async move { jwks }));
        Self { key, kid, site: Elsewhere::start(router).await }
    }

    /// A server by whose rule statements are demanded.
    async fn server(&self, rule: &str) -> Server {
        with(&format!(
            "[dynamic_registration]\nmode = \"open\"\nsoftware_statements = \"{rule}\"\n\
             software_statement_issuers = [{{ issuer = \"{ISSUER}\", jwks_uri = \"{}\" }}]\n{}",
            self.site.url("/jwks"),
            self.site.config(),
        ))
        .await
    }

    fn statement(&self) -> Value {
        json!(statement(&self.key, &self.kid, &json!({ "iss": ISSUER, "client_name": "Known" })))
    }
}

/// What comes of a registration with an initial access token.
async fn with_token(server: &Server, token: &str, more: &Value) -> (u16, Value) {
    let request = server.request(Method::POST, REGISTER).bearer_auth(token);
    send(request.json(&members(more))).await
}

/// What comes of a change of a client to these members.
async fn change(server: &Server, client: &Value, more: &Value) -> (u16, Value) {
    let mut all = members(more);
    all["client_id"] = client["client_id"].clone();
    send(about(server, Method::PUT, client).json(&all)).await
}

#[tokio::test]
async fn a_client_without_a_token_has_to_come_with_a_statement_and_keep_one() {
    let trusted = Trusted::start().await;
    let server = trusted.server("required_without_token").await;
    let refused = (400, "invalid_software_statement".to_owned());
    for none in [json!({}), json!({ "software_statement": null })] {
        assert_eq!(error(register(&server, none).await).await, refused);
    }
    let vouched = json!({ "software_statement": trusted.statement() });
    let client = registered(&server, vouched.clone()).await;
    assert_eq!(client["client_name"], "Known");
    let (status, body) = change(&server, &client, &json!({ "client_name": "Unknown" })).await;
    assert_eq!((status, text(&body, "error")), (400, "invalid_software_statement"));
    let (status, body) = change(&server, &client, &vouched).await;
    assert_eq!(status, 200, "{body}");
    // Whom the operator gave a token needs none.
    let token = access::token(&server, 1).await;
    let (status, client) = with_token(&server, &token, &json!({})).await;
    assert_eq!(status, 201, "{client}");
    let (status, body) = change(&server, &client, &json!({ "client_name": "Other" })).await;
    assert_eq!(status, 200, "{body}");
}

#[tokio::test]
async fn every_client_may_have_to_and_a_token_is_not_used_up_without_one() {
    let trusted = Trusted::start().await;
    let server = trusted.server("required").await;
    let refused = (400, "invalid_software_statement".to_owned());
    assert_eq!(error(register(&server, json!({})).await).await, refused);
    let token = access::token(&server, 1).await;
    let (status, body) = with_token(&server, &token, &json!({})).await;
    assert_eq!((status, text(&body, "error")), (400, "invalid_software_statement"));
    let vouched = json!({ "software_statement": trusted.statement() });
    let (status, client) = with_token(&server, &token, &vouched).await;
    assert_eq!(status, 201, "{client}");
    let (status, body) = change(&server, &client, &json!({})).await;
    assert_eq!((status, text(&body, "error")), (400, "invalid_software_statement"));
    // What is refused so is not counted.
    for _ in 0..25 {
        assert_eq!(error(register(&server, json!({})).await).await, refused);
    }
    registered(&server, vouched).await;
}

#[test]
fn no_statement_is_demanded_where_none_is_believed() {
    for rule in ["required", "required_without_token"] {
        let text = format!("[dynamic_registration]\nsoftware_statements = \"{rule}\"");
        let error = Config::read(&text, &Environment::default()).expect_err(rule).to_string();
        assert!(error.contains("software_statement_issuers"), "{error}");
    }
}
