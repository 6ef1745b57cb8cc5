//! A site behind the gate, and a proxy that asks about it as nginx does.

use std::{collections::BTreeMap, time::Duration};

use openidconnect::{
    reqwest::{self, Response, header},
    url::form_urlencoded,
};
use signet::http::{
    gate,
    listener::{Limits, Listener},
};

use crate::support::{Browser, Server, browser::client};

/// Where the site of the tests is reached.
pub const ORIGIN: &str = "https://wiki.example";

/// The manifest of the site, with more of `[client.gate]`.
pub fn manifest(more: &str) -> String {
    format!(
        r#"
[[resource]]
identifier = "https://api.example.com"
name = "Example API"
api_keys = "people"
scopes = [{{ name = "read", description = "See things" }}, {{ name = "write", description = "Change things" }}]

[[client]]
client_id = "wiki"
client_name = "Wiki"
token_endpoint_auth_method = "none"
grant_types = ["authorization_code"]
scopes = ["openid", "profile", "email", "read"]
resources = ["https://api.example.com"]
first_party = true

[client.gate]
origins = ["https://wiki.example", "https://wiki.example.org"]
{more}
"#
    )
}

/// The gate of a server, spoken to as a proxy would.
pub struct Gate {
    url: String,
    http: reqwest::Client,
    /// The cookies that the browser has at the site, by name.
    pub cookies: BTreeMap<String, String>,
    /// Under which origin.
    pub origin: String,
}

impl Server {
    /// Its gate.
    pub async fn gate(&self) -> Gate {
        let address = "127.0.0.1:0".parse().expect("an address");
        let limits = Limits::of(&self.app.config.server);
        let listener = Listener::bind(address, None, limits).await.expect("a free port");
        let url = format!("http://{}", listener.address().expect("an address"));
        let service = gate::Service::new(&self.app);
        tokio::spawn(listener.serve(service, std::future::pending(), Duration::ZERO));
        let (cookies, origin) = (BTreeMap::new(), ORIGIN.to_owned());
        Gate { url, http: client(None), cookies, origin }
    }
}

impl Gate {
    /// A request to a path of the gate's listener, without cookies.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// A question about a request of the browser's, at this path of the gate.
    pub fn question(&self, at: &str, method: &str, path: &str) -> reqwest::RequestBuilder {
        let (scheme, host) = self.origin.split_once("://").expect("an origin");
        let request = self
            .request("GET", at)
            .header("x-forwarded-method", method)
            .header("x-forwarded-proto", scheme)
            .header("x-forwarded-host", host)
            .header("x-forwarded-uri", path);
        self.with_cookies(request)
    }

    fn with_cookies(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let pairs: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() {
            return request;
        }
        request.header(header::COOKIE, pairs.join("; "))
    }

    /// What the gate says about a request of the browser's.
    pub async fn ask(&self, method: &str, path: &str) -> Response {
        self.question("/gate/auth", method, path).send().await.expect("an answer")
    }

    /// The same with these headers.
    pub async fn ask_with(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.question("/gate/auth", method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.expect("an answer")
    }

    /// A request of the browser's to something of Signet's own at the site.
    pub async fn own(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let (scheme, host) = self.origin.split_once("://").expect("an origin");
        let mut request = self
            .request(method, path)
            .header("x-forwarded-proto", scheme)
            .header("x-forwarded-host", host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.with_cookies(request).send().await.expect("an answer");
        self.keep_cookies(&answer);
        answer
    }

    fn keep_cookies(&mut self, answer: &Response) {
        for line in answer.headers().get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("ASCII");
            let (pair, attributes) = line.split_once("; ").expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Begins a sign-in: the authorization request.
    pub async fn begin(&mut self, return_to: &str) -> String {
        let to: String = form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
        let path = format!("/.signet/sign-in?return_to={to}");
        let answer = self.own("GET", &path, &[]).await;
        assert_eq!(answer.status(), 302, "{:?}", answer.text().await);
        location(&answer)
    }

    /// Goes through Signet's pages: the address that it leads back to, below the site.
    pub async fn through(&self, browser: &mut Browser, authorization: &str) -> String {
        let mut answer = browser.get(authorization).await;
        answer = browser.follow(answer).await;
        if answer.body.contains("id=\"sign-in\"") {
            let fields =
                [("identifier", crate::support::EMAIL), ("password", crate::support::PASSWORD)];
            answer = browser.submit(&answer, &fields).await;
        }
        let to =
            answer.location().or_else(|| answer.leads_to()).unwrap_or_else(|| panic!("{answer:?}"));
        let own = to.strip_prefix(&self.origin);
        own.unwrap_or_else(|| panic!("led elsewhere: {to}")).to_owned()
    }

    /// Signs a browser in at the site, where it goes on.
    pub async fn sign_in(&mut self, browser: &mut Browser, return_to: &str) -> String {
        let authorization = self.begin(return_to).await;
        let callback = self.through(browser, &authorization).await;
        let answer = self.own("GET", &callback, &[]).await;
        assert_eq!(answer.status(), 302, "{:?}", answer.text().await);
        location(&answer)
    }
}

/// Where an answer leads.
pub fn location(answer: &Response) -> String {
    answer.headers()[header::LOCATION].to_str().expect("ASCII").to_owned()
}

/// A header of an answer; `none` if it is not there.
pub fn said<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("none", |value| value.to_str().expect("ASCII"))
}
