//! Which exchanges of tokens are allowed (RFC 8693).

use openidconnect::reqwest::Response;
use serde_json::{Value, json};
use signet::{
    access::principal::Subject,
    admin::api_keys,
    identity::api_keys::{Made, NewKey},
    storage,
    tokens::api_key::Environment,
};
use uuid::Uuid;

use super::{OWNER, alice, configured, save};
use crate::support::{API, SERVICE, Server, server::error};

/// The API, open to keys of people and of clients.
pub const OPEN: &str = r#"
[[resource]]
identifier = "https://api.example.com"
name = "Example API"
scopes = [{ name = "read", description = "See things" }, { name = "write", description = "Change things" }]
api_keys = "people"
"#;

pub async fn key(server: &Server, owner: Subject, environment: Environment) -> Made {
    let new = NewKey {
        owner,
        name: "backup".to_owned(),
        environment,
        resource: API.to_owned(),
        scopes: vec!["read".to_owned(), "write".to_owned()],
        addresses: Vec::new(),
        expires_at: None,
    };
    api_keys::add(&server.app, new).await.expect("made")
}

async fn exchange(server: &Server, key: &Made, more: &[(&str, &str)]) -> Response {
    let mut form = vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", &key.text),
        ("subject_token_type", "urn:signet:params:oauth:token-type:api-key"),
    ];
    form.extend_from_slice(more);
    server.post("/token", &form).await
}

async fn is_good(server: &Server, key: &Made, more: &[(&str, &str)]) -> bool {
    exchange(server, key, more).await.status() == 200
}

#[tokio::test]
async fn a_policy_says_which_keys_are_exchanged_for_what() {
    let server = configured("[access]\nrecord_decisions = \"all\"").await;
    server.apply(OPEN).await;
    let owner = || async { Subject::User(alice(&server).await) };
    let live = key(&server, owner().await, Environment::Live).await;
    let test = key(&server, owner().await, Environment::Test).await;
    let service = key(&server, Subject::Client(SERVICE.to_owned()), Environment::Live).await;
    for key in [&live, &test, &service] {
        assert!(is_good(&server, key, &[]).await);
    }
    server.app.decisions.flush().await;
    let recorded = async || storage::decisions::list(&server.db, Uuid::max(), 10).await;
    assert_eq!(recorded().await.expect("read").len(), 0, "nothing is asked for nothing");

    save(
        &server,
        "@id(\"trial\") forbid (principal, action == Signet::Action::\"exchange_token\", resource == Resource::\"https://api.example.com\")
         when { context has api_key.environment && context.api_key.environment == \"test\" && context.scopes.contains(\"write\") };
         @id(\"no-services\") forbid (principal is Client, action == Signet::Action::\"exchange_token\", resource);",
    )
    .await;
    assert!(is_good(&server, &live, &[]).await);
    assert!(is_good(&server, &test, &[("scope", "read")]).await, "less of it is fine");
    let invalid = |code: &str| (400, code.to_owned());
    for key in [&test, &service] {
        let refused = error(exchange(&server, key, &[]).await).await;
        assert_eq!(
            refused,
            invalid("invalid_request"),
            "RFC 8693 §2.2.2: not acceptable by policy"
        );
        for named in ["resource", "audience"] {
            let refused = error(exchange(&server, key, &[(named, API)]).await).await;
            assert_eq!(refused, invalid("invalid_target"), "nor for the target that is named");
        }
    }
    server.app.decisions.flush().await;
    let rows = recorded().await.expect("read");
    let last = rows.iter().find(|row| row.asked["subject"]["type"] == "Client");
    let last = last.expect("recorded");
    assert_eq!(last.asked["context"]["api_key"], json!({ "type": "ApiKey", "id": service.id }));
    let owner: &Value = &last.asked["others"][0]["properties"]["client"];
    assert_eq!(owner, &json!({ "type": "Client", "id": SERVICE }), "{}", last.asked);
    let said = super::fine(&server, &["explain", &last.id.to_string()]).await;
    assert!(said.contains(&format!("named         ApiKey::\"{}\"", service.id)), "{said}");
    assert!(said.contains("again         deny, by no-services"), "{said}");
    save(&server, OWNER).await;
    assert!(is_good(&server, &service, &[]).await);
}
