//! Roles and groups: who holds them, what tokens tell of them, what they permit, and how they end.

mod commands;
mod keys;
mod manifests;
mod permitted;
mod told;

use signet::{
    access::{principal::Subject, roles::Role},
    admin::roles::{self, Holder},
    clock::Timestamp,
    storage,
};
use uuid::Uuid;

use crate::support::{SERVICE, SPA, Server, USERNAME};

/// A resource that grants nothing beyond what roles permit, and is told all.
const ORDERS: &str = "https://orders.example.com";
/// The same with opaque tokens.
const LEDGER: &str = "https://ledger.example.com";

const ROLES: &str = r#"
[[resource]]
identifier = "https://orders.example.com"
name = "Orders"
enforce_permissions = true
access_claims = ["roles", "groups", "permissions", "entitlements"]
scopes = [{ name = "orders:read", description = "See orders" }, { name = "orders:write", description = "Place orders" }]

[[resource]]
identifier = "https://ledger.example.com"
name = "Ledger"
enforce_permissions = true
access_claims = ["permissions"]
access_token_format = "opaque"
scopes = [{ name = "ledger:read" }, { name = "ledger:write" }]

# What is inherited comes behind who inherits it: the order does not matter.
[[role]]
name = "clerk"
description = "Takes orders"
inherits = ["viewer"]
[role.permissions]
"https://orders.example.com" = ["orders:write"]

[[role]]
name = "viewer"
[role.permissions]
"https://orders.example.com" = ["orders:read"]
"https://ledger.example.com" = ["ledger:read"]

[[group]]
name = "staff"
description = "Everyone employed"
"#;

/// A server with these, at which the usual clients may ask for all of it.
async fn start() -> Server {
    let server = Server::start().await;
    server.apply(ROLES).await;
    for client in [SPA, SERVICE] {
        server
            .change_client(client, |metadata| {
                metadata.resources.extend([ORDERS, LEDGER].map(str::to_owned));
                let scopes = ["orders:read", "orders:write", "ledger:read", "ledger:write"];
                metadata.scopes.extend(scopes.map(str::to_owned));
            })
            .await;
    }
    server
}

async fn alice(server: &Server) -> Uuid {
    storage::users::find(&server.db, USERNAME).await.expect("read").expect("she is there").id
}

fn user(id: Uuid) -> Holder {
    Holder::Subject(Subject::User(id))
}

fn client(id: &str) -> Holder {
    Holder::Subject(Subject::Client(id.to_owned()))
}

/// Gives a role, perhaps until some time.
async fn assign(server: &Server, role: &str, holder: &Holder, until: Option<Timestamp>) {
    roles::assign(&server.app, role, holder, until).await.expect("assigned");
}

async fn unassign(server: &Server, role: &str, holder: &Holder) {
    roles::unassign(&server.app, role, holder).await.expect("unassigned");
}

/// The role of that name as it is stored.
async fn role(server: &Server, name: &str) -> Role {
    let stored = roles::stored(&server.app).await.expect("read");
    stored.get(name).expect("such a role").clone()
}

/// The names of a JSON list.
fn names(value: &serde_json::Value) -> Vec<&str> {
    let list = value.as_array().unwrap_or_else(|| panic!("no list: {value}"));
    list.iter().map(|name| name.as_str().expect("a text")).collect()
}
