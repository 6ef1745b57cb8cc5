//! Clients that register themselves (RFC 7591, OpenID Connect Dynamic Client Registration 1.0) and manage their
//! registration (RFC 7592).

mod access;
mod demanded;
mod endings;
mod fields;
mod hostile;
mod managing;
mod redirected;
mod whole;

use openidconnect::reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::{Options, Server};

/// Where clients register.
const REGISTER: &str = "/connect/register";
/// Everyone may.
const OPEN: &str = "[dynamic_registration]\nmode = \"open\"\n";
/// A redirect URI of a web application.
const CALLBACK: &str = "https://new.example/callback";

async fn open() -> Server {
    with(OPEN).await
}

async fn with(config: &str) -> Server {
    Server::with(Options { config, ..Options::default() }).await
}

/// A registration with a redirect URI and these members.
fn members(more: &Value) -> Value {
    let mut all = json!({ "redirect_uris": [CALLBACK] });
    for (name, value) in more.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    all
}

/// Registers a client with these members beside a redirect URI.
async fn register(server: &Server, more: Value) -> Response {
    let request = server.request(Method::POST, REGISTER).json(&members(&more));
    request.send().await.expect("an answer")
}

/// The information about a client that registers with these members.
async fn registered(server: &Server, more: Value) -> Value {
    let answer = register(server, more).await;
    let status = answer.status();
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(status, 201, "{body}");
    server.follow().await;
    body
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("{name}: {body}"))
}

/// A request about a client's own registration, with a token.
fn own(server: &Server, method: Method, client: &Value, token: &str) -> RequestBuilder {
    let path = format!("{REGISTER}/{}", text(client, "client_id"));
    server.request(method, &path).bearer_auth(token)
}

/// The same with the token that the client was given.
fn about(server: &Server, method: Method, client: &Value) -> RequestBuilder {
    own(server, method, client, text(client, "registration_access_token"))
}

async fn send(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}
