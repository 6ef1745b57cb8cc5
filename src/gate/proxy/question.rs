//! What a proxy asks about: the request, and the site that it is to.

use std::sync::Arc;

use http::{HeaderMap, Method, Uri, header};

use super::{answer, path};
use crate::{
    access::web_request::{self, WebRequest},
    app::App,
    registry::{client::Client, site::Site},
    storage,
};

/// A request that a proxy asks about.
#[derive(Debug)]
pub struct Question {
    /// The site's client.
    pub client: Arc<Client>,
    /// The origin under which the site was reached.
    pub origin: String,
    /// What is asked for.
    pub request: WebRequest,
    /// As it was sent, where a browser is led back to.
    pub path_and_query: String,
}

/// Why a question is not one: the request is not to be let through.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The proxy does not say what it has to.
    #[error("the proxy does not say {0}")]
    Unsaid(&'static str),
    /// There is no site.
    #[error("{0} is no site")]
    Unknown(String),
    /// It could be taken for something else than what it is.
    #[error("the request is ambiguous: {0}")]
    Ambiguous(String),
    /// The caller says what the gate alone says, or names another request than this one.
    #[error("{0} is not for callers to send")]
    Forged(String),
    /// What is Signet's own is not to be asked about.
    #[error("/.signet is not the site's: the proxy has to pass it on to Signet")]
    Own,
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
}

impl Question {
    /// How the site is protected.
    #[must_use]
    ///
    /// # Panics
    /// Questions are about clients that were found by their site.
    pub fn site(&self) -> &Site {
        self.client.metadata.gate.as_ref().expect("found by its site")
    }

    /// Whether the site is reached over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https:")
    }

    /// A question as nginx, Traefik and Caddy ask it, in `X-Forwarded-*`.
    pub async fn forwarded(app: &App, headers: &HeaderMap) -> Result<Self, Refusal> {
        let method = only(headers, "x-forwarded-method").ok_or(Refusal::Unsaid("the method"))?;
        let uri = only(headers, "x-forwarded-uri").ok_or(Refusal::Unsaid("the path"))?;
        Self::about(app, headers, method, uri, forwarded_origin(headers)?).await
    }

    /// A question as Envoy asks it: the request itself, without its body, below a path of ours.
    pub async fn envoy(
        app: &App,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Self, Refusal> {
        let sent = uri.path_and_query().map(http::uri::PathAndQuery::as_str).unwrap_or_default();
        let asked = sent.strip_prefix(path::ENVOY).ok_or(Refusal::Unsaid("the path"))?;
        let scheme = only(headers, "x-forwarded-proto").ok_or(Refusal::Unsaid("the scheme"))?;
        let host = host_header(headers, uri).ok_or(Refusal::Unsaid("the host"))?;
        Self::about(app, headers, method.as_str(), asked, origin(scheme, &host)?).await
    }

    /// A page of a site that a person is on the way to.
    pub fn page(client: Arc<Client>, origin: String, path: &str) -> Result<Self, Refusal> {
        let folds = client.metadata.gate.as_ref().is_some_and(|site| site.case_insensitive);
        let request = WebRequest::read("GET", path, folds)
            .map_err(|problem| Refusal::Ambiguous(problem.to_string()))?;
        Ok(Self { client, origin, request, path_and_query: path.to_owned() })
    }

    async fn about(
        app: &App,
        headers: &HeaderMap,
        method: &str,
        sent: &str,
        origin: String,
    ) -> Result<Self, Refusal> {
        let client = site(app, &origin).await?;
        let case_insensitive =
            client.metadata.gate.as_ref().is_some_and(|site| site.case_insensitive);
        let request = WebRequest::read(method, sent, case_insensitive)
            .map_err(|problem| Refusal::Ambiguous(problem.to_string()))?;
        if web_request::method_override(headers) {
            let problem = "a header would have it taken for one of another method";
            return Err(Refusal::Ambiguous(problem.to_owned()));
        }
        if web_request::path_override(headers) {
            let problem = "a header would have it taken for one of another path";
            return Err(Refusal::Ambiguous(problem.to_owned()));
        }
        if let Some(name) = answer::forged(headers) {
            return Err(Refusal::Forged(name));
        }
        if request.is_under(path::OWN) {
            return Err(Refusal::Own);
        }
        Ok(Self { client, origin, request, path_and_query: sent.to_owned() })
    }
}

/// The client whose site an origin is.
async fn site(app: &App, origin: &str) -> Result<Arc<Client>, Refusal> {
    let client = app.replica.site(origin).await?;
    // It may have another origin by now.
    let there = |client: &Arc<Client>| {
        !client.metadata.disabled
            && client.metadata.gate.as_ref().is_some_and(|site| site.has_origin(origin))
    };
    client.filter(there).ok_or_else(|| Refusal::Unknown(origin.to_owned()))
}

/// The site under whose origin something of Signet's own was asked for, and that origin.
pub async fn here(
    app: &App,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<(Arc<Client>, String), Refusal> {
    let origin = if headers.contains_key("x-forwarded-host") {
        forwarded_origin(headers)?
    } else {
        // Envoy leaves the host where it is.
        let scheme = only(headers, "x-forwarded-proto").ok_or(Refusal::Unsaid("the scheme"))?;
        origin(scheme, &host_header(headers, uri).ok_or(Refusal::Unsaid("the host"))?)?
    };
    Ok((site(app, &origin).await?, origin))
}

fn forwarded_origin(headers: &HeaderMap) -> Result<String, Refusal> {
    let scheme = only(headers, "x-forwarded-proto").ok_or(Refusal::Unsaid("the scheme"))?;
    let host = only(headers, "x-forwarded-host").ok_or(Refusal::Unsaid("the host"))?;
    origin(scheme, host)
}

/// The one value of a header; none if it is there more than once, as it is if a caller's own was passed on too.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn host_header(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str().to_owned()),
        None => only(headers, header::HOST.as_str()).map(str::to_owned),
    }
}

/// An origin as browsers write it (RFC 6454 §6.1).
fn origin(scheme: &str, host: &str) -> Result<String, Refusal> {
    // Traefik has the schemes of WebSocket.
    let (scheme, port) = match scheme {
        "https" | "wss" => ("https", ":443"),
        "http" | "ws" => ("http", ":80"),
        _ => return Err(Refusal::Unsaid("a scheme that there is")),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    if host.is_empty() || host.len() > 300 || !host.bytes().all(plain) {
        return Err(Refusal::Unsaid("a host that can be one"));
    }
    let host = host.strip_suffix(port).unwrap_or(host).to_ascii_lowercase();
    Ok(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_do() {
        for (scheme, host, expected) in [
            ("https", "wiki.example", "https://wiki.example"),
            ("https", "Wiki.Example:443", "https://wiki.example"),
            ("wss", "wiki.example", "https://wiki.example"),
            ("http", "localhost:80", "http://localhost"),
            ("ws", "localhost:3000", "http://localhost:3000"),
            ("https", "wiki.example:80", "https://wiki.example:80"),
            ("https", "[::1]:8443", "https://[::1]:8443"),
            // Another name, and so no site.
            ("https", "wiki.example.", "https://wiki.example."),
        ] {
            assert_eq!(origin(scheme, host).ok().as_deref(), Some(expected));
        }
        for (scheme, host) in [
            ("ftp", "wiki.example"),
            ("HTTPS", "wiki.example"),
            ("https", ""),
            ("https", "a@wiki.example"),
            ("https", "wiki.example/x"),
            ("https", "wiki.example, evil.example"),
        ] {
            assert!(origin(scheme, host).is_err(), "{scheme} {host}");
        }
    }

    #[test]
    fn what_is_there_twice_is_not_there() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-host", "a.example".parse().expect("a value"));
        assert_eq!(only(&headers, "x-forwarded-host"), Some("a.example"));
        headers.append("x-forwarded-host", "b.example".parse().expect("a value"));
        assert_eq!(only(&headers, "x-forwarded-host"), None);
    }
}
