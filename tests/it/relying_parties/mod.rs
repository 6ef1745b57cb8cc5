//! Applications that others wrote, as they are installed: people sign in to them at Signet, and out again.

mod apache;
mod django;

use std::{path::PathBuf, sync::Arc};

use openidconnect::url::Url;
use serde_json::{Value, json};
use signet::{admin, clock::Clock, registry::redirect_uri::Registered};

use crate::support::{
    Authority, Browser, EMAIL, Options, PASSWORD, Server,
    browser::Answer,
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

/// Where a browser came to.
struct Arrival {
    /// The last URL.
    at: Url,
    /// What was there.
    answer: Answer,
    /// The URLs that it went through.
    through: Vec<Url>,
}

impl Arrival {
    /// Whether it came to an endpoint or page of Signet on the way.
    fn saw(&self, server: &Server, path: &str) -> bool {
        let url = server.url(path);
        self.through.iter().any(|at| at.as_str().split('?').next() == Some(url.as_str()))
    }
}

/// Goes to a URL, and on through all redirects and pages, as a person who signs in and allows all.
async fn go(server: &Server, browser: &mut Browser, url: &str) -> Arrival {
    let at = Url::parse(url).expect("a URL");
    let answer = browser.get(url).await;
    go_on(server, browser, at, answer).await
}

/// The same from an answer.
async fn go_on(server: &Server, browser: &mut Browser, at: Url, answer: Answer) -> Arrival {
    let (mut at, mut answer, mut through) = (at, answer, Vec::new());
    for _ in 0..20 {
        through.push(at.clone());
        if let Some(to) = answer.leads_to() {
            at = at.join(&to).expect("a URL");
            answer = browser.get(at.as_str()).await;
            continue;
        }
        let fields: &[(&str, &str)] = if answer.action().is_none() {
            return Arrival { at, answer, through };
        } else if answer.body.contains("id=\"sign-in\"") {
            &[("identifier", EMAIL), ("password", PASSWORD)]
        } else if answer.body.contains("id=\"allow\"") {
            &[("decision", "allow")]
        } else {
            return Arrival { at, answer, through };
        };
        at = Url::parse(&server.issuer).expect("a URL");
        answer = browser.submit(&answer, fields).await;
    }
    panic!("led in a circle: {through:?}");
}

/// Has new signing keys made and used at once, as an operator does.
async fn rotate_keys(server: &Server) {
    let mut command = command(&server.database.url);
    let (code, _, problem) = run(command.args(["key", "rotate", "--now"])).await;
    assert_eq!(code, 0, "{problem}");
    server.follow().await;
}
