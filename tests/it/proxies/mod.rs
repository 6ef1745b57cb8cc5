//! Reverse proxies that others wrote, in front of an application: who gets through to it by the gate, and what it is told.
//! The configurations are those in config/examples/gate, but for addresses, and the same is asked of each of them.

mod answers;
mod bodies;
mod credentials;
mod curl;
mod front;
mod losing;
mod paths;
mod upstream;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use signet::{
    access::source::Source,
    admin,
    http::{
        gate,
        listener::{Limits, Listener},
    },
};

use self::{
    curl::Curl,
    front::{Front, Kind, Place},
    upstream::Upstream,
};
use crate::support::{API, Authority, Browser, Options, Server, arrival::go, browser::Answer};

/// The client that the site is.
const SITE: &str = "wiki";

/// The lines by which a site takes tokens and keys.
const TOKENS: &str = "resource = \"https://api.example.com\"\nread_scopes = [\"read\"]\nwrite_scopes = [\"write\"]\n";

/// Editors may do all, others read what is not of the administration.
const POLICIES: &str = r#"
@id("admin")
forbid (principal, action == Signet::Action::"request", resource == Client::"wiki")
when { context.path_prefixes.contains("/admin") }
unless { principal in Role::"editor" };

@id("readers")
forbid (principal, action == Signet::Action::"request", resource == Client::"wiki")
when { context.path_prefixes.contains("/pages") && !["GET", "HEAD"].contains(context.method) }
unless { principal in Role::"editor" };

@id("second-factor")
@step_up("acr=aal2")
forbid (principal, action == Signet::Action::"request", resource == Client::"wiki")
when { context.path_prefixes.contains("/vault") }
unless { context has acr && context.acr == "aal2" };
"#;

/// A Signet that proxies ask, an application, and a proxy of each kind between them.
struct Stage {
    server: Server,
    gate: SocketAddr,
    upstream: Upstream,
    fronts: Vec<Front>,
}

impl Stage {
    /// One with a site that has these lines more.
    async fn with(settings: &str) -> Self {
        let authority = Arc::new(Authority::new());
        let options = Options { authority: Some(authority), ..Options::default() };
        let server = Server::with(options).await;
        let gate = serve_gate(&server).await;
        let mut stage =
            Self { server, gate, upstream: Upstream::start().await, fronts: Vec::new() };
        for kind in front::there() {
            let place = Place::between(stage.gate, stage.upstream.address);
            stage.add(kind, &place);
        }
        stage.register(settings).await;
        stage.listen().await;
        stage
    }

    /// A usual one.
    async fn new() -> Self {
        Self::with(TOKENS).await
    }

    fn add(&mut self, kind: Kind, place: &Place) {
        let authority = self.server.authority.as_ref().expect("it speaks TLS");
        self.fronts.push(Front::start(kind, place, authority));
    }

    /// Waits until all proxies answer.
    async fn listen(&mut self) {
        let authority = self.server.authority.as_ref().expect("it speaks TLS");
        for front in &mut self.fronts {
            front.listens(authority).await;
        }
    }

    /// Registers the site at the origins of all proxies, and has the policies decide.
    async fn register(&self, settings: &str) {
        // Where something is not here, a site is not without an origin.
        let origins: Vec<_> = self.fronts.iter().map(|front| front.origin.clone()).collect();
        let origins = if origins.is_empty() { vec!["https://localhost".into()] } else { origins };
        let manifest = format!(
            r#"
[[resource]]
identifier = "{API}"
name = "Example API"
scopes = [{{ name = "read", description = "See things" }}, {{ name = "write", description = "Change things" }}]
api_keys = "people"

[[role]]
name = "editor"
description = "Changes pages"

[[client]]
client_id = "{SITE}"
client_name = "Wiki"
first_party = true
token_endpoint_auth_method = "none"
grant_types = ["authorization_code"]
scopes = ["openid", "profile", "email", "read"]
resources = ["{API}"]

[client.gate]
origins = {origins:?}
{settings}
"#
        );
        self.server.apply(&manifest).await;
        let source = Source { policies: POLICIES.to_owned(), ..Source::default() };
        admin::policies::save(&self.server.app, &source, "").await.expect("saved");
        self.server.follow().await;
    }

    /// Registers another site, at this origin, that lets everyone in.
    async fn another(&self, origin: &str) {
        let manifest = format!(
            r#"
[[client]]
client_id = "open"
client_name = "Open"
first_party = true
token_endpoint_auth_method = "none"
grant_types = ["authorization_code"]
scopes = ["openid"]

[client.gate]
origins = ["{origin}"]
public = ["/"]
"#
        );
        self.server.apply(&manifest).await;
    }

    fn ca(&self) -> PathBuf {
        self.server.authority.as_ref().expect("it speaks TLS").own()
    }

    /// A GET of the site by a proxy.
    fn get(&self, front: &Front, path: &str) -> Curl {
        curl::get(&self.ca(), &front.url(path))
    }

    /// The same with a session.
    fn get_as(&self, front: &Front, session: &str, path: &str) -> Curl {
        self.get(front, path).with(format!("Cookie: {session}"))
    }

    /// Opens a page of the site as a person who signs in, and returns the browser and what it came to.
    async fn open(&self, front: &Front, path: &str) -> (Browser, Answer) {
        let mut browser = browser(&self.server);
        let arrival = go(&self.server, &mut browser, &front.url(path)).await;
        assert_eq!(arrival.at.as_str(), front.url(path), "{:?}", arrival.through);
        assert!(arrival.saw(&self.server, "/authorize"), "{:?}", arrival.through);
        (browser, arrival.answer)
    }

    /// The session of someone who signed in by a proxy, as the pair of its cookie.
    async fn session(&self, front: &Front) -> String {
        session(&self.open(front, "/").await.0)
    }
}

/// A browser that opens pages.
fn browser(server: &Server) -> Browser {
    let mut browser = server.browser();
    browser.accepts = Some("text/html");
    browser
}

/// Has the gate of a server listen.
async fn serve_gate(server: &Server) -> SocketAddr {
    let any = "127.0.0.1:0".parse().expect("an address");
    let limits = Limits::of(&server.app.config.server);
    let listener = Listener::bind(any, None, limits).await.expect("a free port");
    let address = listener.address().expect("an address");
    let service = gate::Service::new(&server.app);
    tokio::spawn(listener.serve(service, std::future::pending(), Duration::ZERO));
    address
}

/// A browser's session at the site, as the pair of its cookie.
fn session(browser: &Browser) -> String {
    let own = browser.cookies.iter().find(|(name, _)| name.contains("signet_gate"));
    let (name, value) = own.expect("a session");
    assert!(name.starts_with("__Host-"), "{name}");
    format!("{name}={value}")
}
