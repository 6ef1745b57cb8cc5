//! API keys at resources that enforce permissions: made for what their owner's roles permit, and cut to that whenever they are used.

use serde_json::{Value, json};
use signet::{
    access::principal::Subject,
    admin::api_keys,
    identity::api_keys::{Made, NewKey},
    tokens::api_key::Environment,
};
use time::Duration;

use super::{LEDGER, ORDERS, ROLES, alice, assign, client, start, unassign, user};
use crate::support::{
    RESOURCE_SERVER, SERVICE, Server, USERNAME,
    process::{command, run},
    server::claims,
};

const PAGE: &str = "/account/api-keys";

/// The same server, whose resources take keys.
async fn taking() -> Server {
    let server = start().await;
    let manifest = ROLES
        .replace("enforce_permissions = true", "enforce_permissions = true\napi_keys = \"people\"");
    server.apply(&manifest).await;
    server
        .change_client(RESOURCE_SERVER, |metadata| {
            metadata.introspects.extend([ORDERS, LEDGER].map(str::to_owned));
        })
        .await;
    server
}

fn new(owner: Subject, resource: &str, scopes: &[&str]) -> NewKey {
    NewKey {
        owner,
        name: "nightly".to_owned(),
        environment: Environment::Live,
        resource: resource.to_owned(),
        scopes: scopes.iter().map(|&name| name.to_owned()).collect(),
        addresses: Vec::new(),
        expires_at: None,
    }
}

async fn add(server: &Server, new: NewKey) -> Result<Made, String> {
    api_keys::add(&server.app, new).await.map_err(|error| error.to_string())
}

/// What a key is exchanged for.
async fn exchange(server: &Server, key: &str) -> (u16, Value) {
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", key),
        ("subject_token_type", "urn:signet:params:oauth:token-type:api-key"),
    ];
    let answer = server.post("/token", &form).await;
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn a_key_is_made_for_what_its_owners_roles_permit_and_no_more() {
    let server = taking().await;
    let id = alice(&server).await;
    for (owner, holder) in
        [(Subject::User(id), user(id)), (Subject::Client(SERVICE.to_owned()), client(SERVICE))]
    {
        let refused = add(&server, new(owner.clone(), ORDERS, &["orders:read"])).await;
        let said = refused.expect_err("no role");
        assert!(said.contains("do not permit orders:read"), "{said}");
        assign(&server, "viewer", &holder, None).await;
        server.follow().await;
        let both = new(owner.clone(), ORDERS, &["orders:read", "orders:write"]);
        let said = add(&server, both).await.expect_err("half of it");
        assert!(said.contains("do not permit orders:write"), "{said}");
        let key = add(&server, new(owner.clone(), ORDERS, &["orders:read"])).await.expect("made");
        let (status, body) = exchange(&server, &key.text).await;
        assert_eq!((status, &body["scope"]), (200, &json!("orders:read")), "{body}");
    }
}

#[tokio::test]
async fn operators_are_told_what_roles_do_not_permit() {
    let server = taking().await;
    let add =
        ["api-key", "add", "--user", USERNAME, "--resource", ORDERS, "--scope", "orders:read"];
    let (code, printed, errors) = run(command(&server.database.url).args(add)).await;
    assert_eq!((code, printed.as_str()), (1, ""));
    assert!(errors.contains("the owner's roles do not permit orders:read"), "{errors}");
    assign(&server, "clerk", &user(alice(&server).await), None).await;
    let (code, printed, errors) = run(command(&server.database.url).args(add)).await;
    assert_eq!(code, 0, "{errors}");
    assert!(printed.starts_with("sgk_live_"));
}

#[tokio::test]
async fn people_are_offered_what_their_roles_permit() {
    let server = taking().await;
    let id = alice(&server).await;
    let mut browser = server.signed_in().await;
    assert!(browser.get(PAGE).await.body.contains("id=\"nowhere\""), "nothing is permitted");
    assign(&server, "viewer", &user(id), None).await;
    server.follow().await;
    let page = browser.get(PAGE).await;
    for (name, offered) in [("orders:read", true), ("orders:write", false), ("ledger:read", true)] {
        assert_eq!(page.body.contains(&format!("name=\"scope.{name}\"")), offered, "{name}");
    }
    // The page may be older than the role that was lost.
    let csrf = page.field("csrf").expect("a page token");
    let form = [
        ("csrf", csrf.as_str()),
        ("name", "nightly"),
        ("resource", ORDERS),
        ("scope.orders:write", "1"),
        ("days", "30"),
    ];
    browser.post(PAGE, &form).await;
    let page = browser.get(PAGE).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("You are not allowed orders:write there"), "{}", page.body);
    let rows = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM api_keys");
    assert_eq!(rows.fetch_one(&server.db).await.expect("counted"), 0);
}

#[tokio::test]
async fn a_role_that_is_lost_cuts_keys_at_once_on_every_replica() {
    let one = taking().await;
    let two = one.replica().await;
    let id = alice(&one).await;
    let until = one.clock.now() + Duration::hours(1);
    for (owner, holder) in
        [(Subject::User(id), user(id)), (Subject::Client(SERVICE.to_owned()), client(SERVICE))]
    {
        assign(&one, "clerk", &holder, None).await;
        one.follow().await;
        two.follow().await;
        let both = ["orders:read", "orders:write"];
        let key = add(&one, new(owner.clone(), ORDERS, &both)).await.expect("made");
        let opaque = add(&one, new(owner, LEDGER, &["ledger:read"])).await.expect("made");
        let mut tokens = Vec::new();
        for server in [&one, &two] {
            let (_, body) = exchange(server, &key.text).await;
            assert_eq!(body["scope"], "orders:read orders:write", "{body}");
            let jwt = body["access_token"].as_str().expect("a token").to_owned();
            let (_, body) = exchange(server, &opaque.text).await;
            tokens.push([jwt, body["access_token"].as_str().expect("a token").to_owned()]);
            for token in &tokens[tokens.len() - 1] {
                assert!(server.is_active(token).await);
            }
        }

        // Half of it, until some time.
        unassign(&one, "clerk", &holder).await;
        assign(&one, "viewer", &holder, Some(until)).await;
        one.follow().await;
        two.follow().await;
        for (server, tokens) in [&one, &two].into_iter().zip(&tokens) {
            let (status, body) = exchange(server, &key.text).await;
            assert_eq!((status, &body["scope"]), (200, &json!("orders:read")), "{body}");
            let token = body["access_token"].as_str().expect("a token");
            assert_eq!(claims(token)["scope"], "orders:read");
            let seen = server.introspect_as(RESOURCE_SERVER, &key.text).await;
            assert_eq!((&seen["active"], &seen["scope"]), (&json!(true), &json!("orders:read")));
            let seen = server.introspect_as(RESOURCE_SERVER, &tokens[0]).await;
            assert_eq!(seen["scope"], "orders:read", "also of tokens that are older: {seen}");
        }

        // And all of it.
        unassign(&one, "viewer", &holder).await;
        one.follow().await;
        two.follow().await;
        for (server, tokens) in [&one, &two].into_iter().zip(&tokens) {
            for key in [&key, &opaque] {
                let (status, body) = exchange(server, &key.text).await;
                assert_eq!((status, &body["error"]), (400, &json!("invalid_scope")), "{body}");
                assert!(!server.is_active(&key.text).await);
            }
            for token in tokens {
                assert!(!server.is_active(token).await);
            }
        }
    }
}

#[tokio::test]
async fn an_assignment_that_ends_cuts_keys_without_anyone_doing_something() {
    let server = taking().await;
    let holder = client(SERVICE);
    let until = server.clock.now() + Duration::minutes(10);
    assign(&server, "viewer", &holder, Some(until)).await;
    server.follow().await;
    let owner = Subject::Client(SERVICE.to_owned());
    let key = add(&server, new(owner, ORDERS, &["orders:read"])).await.expect("made");
    assert_eq!(exchange(&server, &key.text).await.0, 200);
    server.advance(Duration::minutes(10));
    assert_eq!(exchange(&server, &key.text).await.0, 400);
    assert!(!server.is_active(&key.text).await);
}
