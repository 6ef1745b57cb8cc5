//! What tokens tell of roles, groups and permissions.

use std::sync::Arc;

use serde_json::{Value, json};
use signet::{
    access::roles::{Metadata, Role},
    admin::roles,
    storage,
};

use super::{LEDGER, ORDERS, alice, assign, client, names, role, start, unassign, user};
use crate::support::{
    API, Options, RESOURCE_SERVER, SERVICE, SPA, Server, Tokens,
    proxy::Proxy,
    server::{claims, error},
};

const TOLD: [&str; 4] = ["roles", "groups", "permissions", "entitlements"];

/// What the introspecting resource servers may ask about, with the resources here.
async fn introspecting() -> Server {
    let server = start().await;
    let all = [ORDERS, LEDGER].map(str::to_owned);
    server.change_client(RESOURCE_SERVER, |metadata| metadata.introspects.extend(all)).await;
    server
}

async fn for_service(server: &Server, form: &[(&str, &str)]) -> Tokens {
    let form = [&[("grant_type", "client_credentials")], form].concat();
    Tokens::from(server.post_as(SERVICE, "/token", &form).await).await
}

#[tokio::test]
async fn a_resource_that_asks_is_told_what_a_person_holds_and_another_is_not() {
    let server = introspecting().await;
    let id = alice(&server).await;
    assign(&server, "clerk", &user(id), None).await;
    roles::join(&server.app, "staff", id, None).await.expect("joined");
    let mut browser = server.browser();
    let asked = [("scope", "openid orders:read orders:write"), ("resource", ORDERS)];
    let tokens = server.tokens(&mut browser, &asked).await;
    let expected = json!({
        "roles": ["clerk", "viewer"],
        "groups": ["staff"],
        "permissions": ["orders:read", "orders:write"],
        "entitlements": [format!("{ORDERS}#orders:read"), format!("{ORDERS}#orders:write")],
    });
    let introspected = server.introspect_as(RESOURCE_SERVER, &tokens.access).await;
    for told in [claims(&tokens.access), introspected] {
        for name in TOLD {
            assert_eq!(told[name], expected[name], "{name}: {told}");
        }
    }
    // ID tokens are no one's business but the client's.
    let id_token = claims(tokens.id.as_deref().expect("an ID token"));
    let plain = server.tokens(&mut browser, &[("scope", "read"), ("resource", API)]).await;
    let introspected = server.introspect_as(RESOURCE_SERVER, &plain.access).await;
    for told in [id_token, claims(&plain.access), introspected] {
        for name in TOLD {
            assert_eq!(told[name], Value::Null, "{name}: {told}");
        }
    }
}

#[tokio::test]
async fn a_client_on_its_own_behalf_and_an_opaque_token_are_told_of_too() {
    let server = introspecting().await;
    assign(&server, "viewer", &client(SERVICE), None).await;
    let token = for_service(&server, &[("resource", ORDERS), ("scope", "orders:read")]).await;
    let told = claims(&token.access);
    assert_eq!(names(&told["roles"]), ["viewer"]);
    // It can be in no group, and that is said.
    assert_eq!(told["groups"], json!([]));
    assert_eq!(names(&told["permissions"]), ["orders:read"]);

    let opaque = for_service(&server, &[("resource", LEDGER), ("scope", "ledger:read")]).await;
    let told = server.introspect_as(RESOURCE_SERVER, &opaque.access).await;
    assert_eq!(told["active"], true);
    assert_eq!(names(&told["permissions"]), ["ledger:read"]);
    assert_eq!(told["roles"], Value::Null, "not asked for");
}

#[tokio::test]
async fn a_token_for_several_resources_tells_what_those_want_that_ask() {
    let server = introspecting().await;
    let more = "[[resource]]\nidentifier = \"https://mail.example.com\"\nname = \"Mail\"\n\
                access_claims = [\"groups\"]\nscopes = [{ name = \"send\" }]\n\
                [[role]]\nname = \"sender\"\n[role.permissions]\n\"https://mail.example.com\" = [\"send\"]\n";
    server.apply(more).await;
    server
        .change_client(SPA, |metadata| {
            metadata.resources.push("https://mail.example.com".to_owned());
            metadata.scopes.push("send".to_owned());
        })
        .await;
    let id = alice(&server).await;
    for role in ["viewer", "sender"] {
        assign(&server, role, &user(id), None).await;
    }
    let asked = [("scope", "orders:read send read"), ("resource", API)];
    let mut browser = server.browser();
    let more = ["https://mail.example.com", ORDERS].map(|name| ("resource", name));
    let all = server.tokens(&mut browser, &[&asked[..], &more[..]].concat()).await;
    let told = claims(&all.access);
    // What is permitted at the one that does not want permissions is not told to the others.
    assert_eq!(names(&told["permissions"]), ["orders:read"]);
    assert_eq!(names(&told["entitlements"]), [format!("{ORDERS}#orders:read")]);
    assert_eq!(names(&told["roles"]), ["sender", "viewer"]);
    // Narrowed, it tells less.
    let fewer = server.refresh(all.refresh(), &[("resource", "https://mail.example.com")]).await;
    let told = claims(&Tokens::from(fewer).await.access);
    assert_eq!((&told["groups"], &told["roles"]), (&json!([]), &Value::Null));
}

#[tokio::test]
async fn introspection_tells_what_is_so_now_and_refreshed_tokens_too() {
    let server = introspecting().await;
    let id = alice(&server).await;
    assign(&server, "clerk", &user(id), None).await;
    let asked = [("scope", "orders:read orders:write"), ("resource", ORDERS)];
    let tokens = server.tokens(&mut server.browser(), &asked).await;
    unassign(&server, "clerk", &user(id)).await;
    assign(&server, "viewer", &user(id), None).await;
    let told = server.introspect_as(RESOURCE_SERVER, &tokens.access).await;
    assert_eq!(names(&told["roles"]), ["viewer"]);
    assert_eq!(told["scope"], "orders:read");
    let refreshed = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert_eq!(names(&claims(&refreshed.access)["roles"]), ["viewer"]);
    assert_eq!(refreshed.body["scope"], "orders:read");
    // A role that changes changes what it permits.
    let mut viewer = role(&server, "viewer").await;
    viewer.metadata.permissions.clear();
    roles::put(&server.app, &viewer).await.expect("stored");
    assert_eq!(
        server.introspect_as(RESOURCE_SERVER, &refreshed.access).await,
        json!({ "active": false })
    );
}

#[tokio::test]
async fn a_pairwise_subject_is_looked_up_by_its_grant() {
    let server = introspecting().await;
    server
        .change_client(SPA, |metadata| {
            metadata.subject_type = serde_json::from_value(json!("pairwise")).expect("a type");
            metadata.redirect_uris.truncate(1);
        })
        .await;
    assign(&server, "viewer", &user(alice(&server).await), None).await;
    let asked = [("scope", "orders:read"), ("resource", ORDERS)];
    let tokens = server.tokens(&mut server.browser(), &asked).await;
    let told = server.introspect_as(RESOURCE_SERVER, &tokens.access).await;
    assert_eq!(names(&told["roles"]), ["viewer"]);
    assert_eq!(told["sub"], claims(&tokens.access)["sub"]);
    assert_eq!(told["sub"].as_str().map(str::len), Some(43));
}

#[tokio::test]
async fn a_jwt_tells_of_no_more_than_it_has_room_for() {
    let server = introspecting().await;
    let all = |count: usize| (0..count).map(|number| format!("do:{number}")).collect();
    let with = |count: usize, at: &str| Role {
        name: "many".to_owned(),
        metadata: Metadata {
            permissions: [(at.to_owned(), all(count))].into(),
            ..Metadata::default()
        },
    };
    assign(&server, "viewer", &client(SERVICE), None).await;
    roles::put(&server.app, &with(50, ORDERS)).await.expect("stored");
    assign(&server, "many", &client(SERVICE), None).await;
    let form =
        [("grant_type", "client_credentials"), ("resource", ORDERS), ("scope", "orders:read")];
    assert_eq!(server.post_as(SERVICE, "/token", &form).await.status(), 200);
    roles::put(&server.app, &with(100, ORDERS)).await.expect("stored");
    let refused = error(server.post_as(SERVICE, "/token", &form).await).await;
    assert_eq!(refused, (400, "invalid_target".to_owned()));
    // Of an opaque token it is asked when it is needed.
    roles::put(&server.app, &with(500, LEDGER)).await.expect("stored");
    let opaque = for_service(&server, &[("resource", LEDGER), ("scope", "ledger:read")]).await;
    let told = server.introspect_as(RESOURCE_SERVER, &opaque.access).await;
    assert_eq!(names(&told["permissions"]).len(), 501);
}

#[tokio::test]
async fn what_someone_holds_is_remembered_and_costs_no_statement() {
    let plain = introspecting().await;
    assign(&plain, "viewer", &client(SERVICE), None).await;
    let id = alice(&plain).await;
    assign(&plain, "viewer", &user(id), None).await;
    let proxy = Proxy::before(&plain.database.url).await;
    let database_url = Some(proxy.url.clone());
    let options = Options { database_url, ..Options::default() };
    let server = Server::on(Arc::clone(&plain.database), options).await;
    let form = [("resource", ORDERS), ("scope", "orders:read")];
    // The first one reads the client and what it holds.
    let token = for_service(&server, &form).await;
    let before = proxy.count();
    for_service(&server, &form).await;
    server.introspect_as(RESOURCE_SERVER, &token.access).await;
    let warm = proxy.count();
    assert!(server.introspect_as(RESOURCE_SERVER, &token.access).await["active"] == true);
    assert_eq!(proxy.since(warm), Vec::<String>::new());
    let of_token: Vec<String> = proxy.since(before);
    assert!(of_token.iter().all(|sql| sql.contains("clients")), "{of_token:#?}");

    let asked = [("scope", "orders:read"), ("resource", ORDERS)];
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &asked).await;
    let before = proxy.count();
    Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert_eq!(proxy.since(before).len(), 1, "{:#?}", proxy.since(before));
    let before = proxy.count();
    let path = crate::support::flow::authorize_path(&asked);
    browser.get(&path).await;
    assert_eq!(proxy.since(before).len(), 1, "{:#?}", proxy.since(before));
}

#[tokio::test]
async fn a_client_by_the_same_id_does_not_hold_what_the_former_one_held() {
    let server = start().await;
    assign(&server, "viewer", &client(SERVICE), None).await;
    signet::admin::clients::delete(&server.app, SERVICE).await.expect("deleted");
    let held = storage::roles::of(&server.db, "client", SERVICE).await.expect("read");
    assert!(held.is_empty());
}
