//! Applications that others wrote, as they are installed: people sign in to them at Signet, and out again.

mod apache;
mod django;

use std::{path::PathBuf, sync::Arc};

use serde_json::{Value, json};
use signet::{admin, clock::Clock, registry::redirect_uri::Registered};

use crate::support::{
    Authority, Options, Server,
    party::REACHABLE,
    process::{command, run},
};

/// The client that the application is.
const CLIENT: &str = "application";

/// A server that speaks TLS and reaches what is on loopback, with the clock of the system, as the applications have it.
async fn start() -> Server {
    start_with("").await
}

/// The same with more settings.
async fn start_with(more: &str) -> Server {
    let authority = Some(Arc::new(Authority::new()));
    let clock = Some(Clock::System);
    let config = format!("{REACHABLE}{more}");
    let options = Options { config: &config, clock, authority, ..Options::default() };
    Server::with(options).await
}

/// What the applications have to trust.
fn ca(server: &Server) -> PathBuf {
    server.authority.as_ref().expect("it speaks TLS").own()
}

/// Registers the application as one that gets its answers there, with the members of `more` instead of the usual.
async fn register(server: &Server, redirect_uri: &str, more: Value) {
    let mut metadata = json!({
        "client_name": "Application of others", "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"], "redirect_uris": [redirect_uri],
        "scopes": ["openid", "email", "profile"],
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        metadata[name] = value.clone();
    }
    let metadata = serde_json::from_value(metadata).expect("metadata");
    admin::clients::put(&server.app, CLIENT, &metadata).await.expect("registered");
    server.follow().await;
}

/// A secret for it.
async fn secret(server: &Server) -> String {
    let secret = admin::clients::add_secret(&server.app, CLIENT, None).await.expect("added");
    server.follow().await;
    secret.as_str().to_owned()
}

fn uri(text: &str) -> Registered {
    Registered::parse(text).expect("a URI")
}

/// Has new signing keys made and used at once, as an operator does.
async fn rotate_keys(server: &Server) {
    let mut command = command(&server.database.url);
    let (code, _, problem) = run(command.args(["key", "rotate", "--now"])).await;
    assert_eq!(code, 0, "{problem}");
    server.follow().await;
}
