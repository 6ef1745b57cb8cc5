//! What answers the public listener: each request gets its id, its span, the client's address and the time it may take;
//! each answer gets the headers that none goes without.

use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    Router,
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use metrics::{Counter, counter};
use tracing::Instrument;

use super::{
    address,
    listener::{Answer, Arrived, Unread},
    request_id::{RequestId, RequestIds},
    router::{self, is_for_clients},
};
use crate::{
    app::AppState,
    audit::Origin,
    gate::{authzen, secret_scanning},
    keys::Document,
    oauth::{
        Code, Error, jwks,
        metadata::{self, path},
    },
    web::{
        RequestContext, cookies::Cookie, language::Language, pages::MayBeFramed, problem::Problem,
        surroundings::Surroundings, words::text,
    },
};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What no answer goes without. Pages have a policy of their own; this one is for all else, which is never rendered.
const SECURITY_HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

/// RFC 6797.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");
const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");

/// Answers the public listener.
#[derive(Clone)]
pub struct Service(Arc<Parts>);

struct Parts {
    app: AppState,
    ids: RequestIds,
    router: TowerToHyperService<Router>,
    /// The same with CORS, which servers that call have no use for.
    router_for_browsers: TowerToHyperService<Router>,
    metadata: Document,
    /// The headers of metadata and keys, with places for those that differ.
    document_headers: HeaderMap,
    /// `signet_http_requests_total` by class of status: 2xx, 3xx, 4xx, 5xx.
    answered: [Counter; 4],
}

impl Service {
    /// The service of this application. Metrics go to the recorder that is installed by now.
    #[must_use]
    pub fn new(app: &AppState) -> Self {
        let metadata = metadata::document(&app.config);
        let router = |cors| TowerToHyperService::new(router::router(app, &metadata, cors));
        let (router, router_for_browsers) = (router(false), router(true));
        let answered = ["2xx", "3xx", "4xx", "5xx"]
            .map(|class| counter!("signet_http_requests_total", "status" => class));
        let mut document_headers = jwks::headers(&metadata);
        document_headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
        document_headers.insert(REQUEST_ID, HeaderValue::from_static(""));
        let ids = RequestIds::new(&app.entropy);
        let mut parts = Parts {
            app: Arc::clone(app),
            ids,
            router,
            router_for_browsers,
            metadata,
            document_headers,
            answered,
        };
        guard(&mut parts.document_headers, app.config.server.issuer.is_https());
        Self(Arc::new(parts))
    }
}

impl Answer for Service {
    fn longest_body(&self, path: &str, usual: usize) -> usize {
        let is_on = self.0.app.config.api_keys.secret_scanning.is_on();
        if is_on && path.ends_with(secret_scanning::PATH) {
            return usual.max(secret_scanning::LONGEST);
        }
        usual
    }

    async fn answer(&self, peer: SocketAddr, request: Arrived) -> Response {
        let parts = &*self.0;
        let request_id = parts.ids.next();
        let Some(request) = parts.below_issuer(request) else {
            return parts.finish(StatusCode::NOT_FOUND.into_response(), &request_id);
        };
        // AuthZEN § Request Identification: whoever asks about access names the request. In the log it has ours.
        let named = authzen::answers(request.uri().path())
            .then(|| request.headers().get(REQUEST_ID).cloned())
            .flatten();
        let response = if !parts.may_speak_plainly(peer) {
            StatusCode::FORBIDDEN.into_response()
        } else if let Some(document) = parts.document(&request, &request_id) {
            parts.count(document.status());
            return document;
        } else {
            let (head, body) = request.into_parts();
            match body {
                // Boxed, since what answers a document is moved about as large as the largest of the ways.
                Ok(body) => {
                    let request = Request::from_parts(head, body);
                    Box::pin(parts.route(peer, request, &request_id)).await
                }
                Err(unread) => refuse(unread, is_for_clients(head.uri.path()), &request_id),
            }
        };
        let mut response = parts.finish(response, &request_id);
        if let Some(named) = named {
            response.headers_mut().insert(REQUEST_ID, named);
        }
        response
    }
}

impl Parts {
    /// On a plain listener beyond loopback, only the proxies that speak TLS for us are answered.
    fn may_speak_plainly(&self, peer: SocketAddr) -> bool {
        let server = &self.app.config.server;
        let peer = peer.ip().to_canonical();
        peer.is_loopback()
            || server.listen.ip().is_loopback()
            || server.tls_certificate.is_some()
            || address::is_trusted(peer, &server.trusted_proxies)
    }

    /// The request without the issuer's path, which all paths begin with but those that are the origin's own (RFC 8414 §3.1,
    /// RFC 7033 §4).
    fn below_issuer(&self, mut request: Arrived) -> Option<Arrived> {
        let base = self.app.config.server.issuer.path();
        if base.is_empty() {
            return Some(request);
        }
        let uri = request.uri();
        let path = uri.path();
        let own = match path.strip_suffix(base) {
            Some(well_known @ (path::OAUTH | path::OPENID | authzen::path::METADATA)) => well_known,
            _ if [path::WEBFINGER, "/healthz", "/readyz"].contains(&path) => path,
            _ => match path.strip_prefix(base)? {
                "" => "/",
                below => below.starts_with('/').then_some(below)?,
            },
        };
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        *request.uri_mut() = format!("{own}{query}").parse().ok()?;
        Some(request)
    }

    /// Metadata and keys, which every client and resource server reads again and again: there is nothing to decide about
    /// them, so they take none of the ways below. They cost half of what they cost through the router
    /// (`benches/RESULTS.md`), which has them too, for HEAD and preflight requests.
    fn document(&self, request: &Arrived, request_id: &RequestId) -> Option<Response> {
        if request.method() != Method::GET {
            return None;
        }
        let keys;
        let document = match request.uri().path() {
            path::JWKS => {
                keys = self.app.keys.jwks(self.app.clock.now());
                &*keys
            }
            path::OAUTH | path::OPENID => &self.metadata,
            _ => return None,
        };
        let mut response = jwks::content(document, request.headers());
        let headers = response.headers_mut();
        headers.clone_from(&self.document_headers);
        headers.insert(header::ETAG, document.etag.clone());
        headers.insert(REQUEST_ID, request_id.value());
        Some(response)
    }

    /// Everything else.
    async fn route(
        &self,
        peer: SocketAddr,
        request: Request<Bytes>,
        request_id: &RequestId,
    ) -> Response {
        let server = &self.app.config.server;
        let address = address::client(peer.ip(), request.headers(), &server.trusted_proxies);
        let origin =
            Origin { address: Some(address), request_id: Some(request_id.as_str().to_owned()) };
        let span = span(&request, request_id.as_str());
        let for_clients = is_for_clients(request.uri().path());
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(origin);
        let limit = server.request_timeout.0;
        let asked = (!for_clients).then(|| Language::asked_for(request.uri())).flatten();
        let surroundings = (!for_clients).then(|| {
            let of_browser = || Language::of_browser(self.app.cookies(), request.headers());
            let language = asked.unwrap_or_else(of_browser);
            Surroundings::new(language, request.uri(), server.issuer.path())
        });
        let browser = request.headers().contains_key(header::ORIGIN);
        let router = if browser { &self.router_for_browsers } else { &self.router };
        let handled = AssertUnwindSafe(router.call(request)).catch_unwind();
        let answered = async {
            let response = match tokio::time::timeout(limit, handled).await {
                Ok(Ok(Ok(response))) => response,
                Ok(Ok(Err(never))) => match never {},
                Ok(Err(_)) => panicked(for_clients, request_id),
                Err(_) => took_too_long(for_clients, request_id),
            };
            let status = response.status();
            if status.is_server_error() {
                tracing::warn!(status = status.as_u16(), "answered");
            } else {
                tracing::debug!(status = status.as_u16(), "answered");
            }
            (response, Surroundings::named())
        }
        .instrument(span);
        let Some(surroundings) = surroundings else { return answered.await.0 };
        let (mut response, named) = surroundings.surround(answered).await;
        if let Some(language) = named.or(asked) {
            // The pages that follow know nothing of the request that named it.
            let cookie = self.app.cookies().set(Cookie::Language, language.tag(), None);
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        self.lead_below_issuer(&mut response);
        response
    }

    /// Redirects within Signet lead to paths below the issuer's.
    fn lead_below_issuer(&self, response: &mut Response) {
        let base = self.app.config.server.issuer.path();
        if base.is_empty() {
            return;
        }
        let headers = response.headers_mut();
        let own = headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
        let Some(own) = own.filter(|to| to.starts_with('/')) else { return };
        if let Ok(to) = HeaderValue::from_str(&format!("{base}{own}")) {
            headers.insert(header::LOCATION, to);
        }
    }

    fn finish(&self, mut response: Response, request_id: &RequestId) -> Response {
        self.count(response.status());
        let headers = response.headers_mut();
        // At once, and not a few at a time.
        headers.reserve(SECURITY_HEADERS.len() + 2);
        headers.insert(REQUEST_ID, request_id.value());
        guard(headers, self.app.config.server.issuer.is_https());
        if response.extensions().get::<MayBeFramed>().is_some() {
            response.headers_mut().remove(header::X_FRAME_OPTIONS);
        }
        response
    }

    fn count(&self, status: StatusCode) {
        let class = match status.as_u16() {
            0..300 => 0,
            300..400 => 1,
            400..500 => 2,
            _ => 3,
        };
        self.answered[class].increment(1);
    }
}

/// Adds what no answer goes without, where an answer does not have its own.
pub(super) fn guard(headers: &mut HeaderMap, https: bool) {
    for (name, value) in SECURITY_HEADERS {
        headers.entry(name).or_insert(value);
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

/// The span of a request, by the specifications' names for what it asks.
fn span(request: &Request<Bytes>, id: &str) -> tracing::Span {
    macro_rules! named {
        ($name:literal) => {
            tracing::info_span!($name, %id, method = %request.method(), path = request.uri().path())
        };
    }
    match request.uri().path() {
        path::AUTHORIZE => named!("authorization"),
        path::TOKEN => named!("token"),
        path::INTROSPECT => named!("introspection"),
        path::REVOKE => named!("revocation"),
        path::USERINFO => named!("userinfo"),
        path::END_SESSION => named!("end_session"),
        _ => named!("request"),
    }
}

/// A handler panicked: its request fails and no other. What it said goes to the log by the panic hook, and to no one
/// else.
fn panicked(for_clients: bool, request_id: &RequestId) -> Response {
    tracing::error!("a handler panicked");
    counter!("signet_panics_total").increment(1);
    if for_clients {
        return Error::server_error().into_response();
    }
    Problem::ours().respond(&named(request_id))
}

/// A request that took longer than `server.request_timeout` was given up.
fn took_too_long(for_clients: bool, request_id: &RequestId) -> Response {
    tracing::warn!("a request took too long");
    if for_clients {
        return Error::new(Code::TemporarilyUnavailable, "this took too long").into_response();
    }
    Problem::unavailable(text("problem-slow")).respond(&named(request_id))
}

/// A request whose body is too large, or did not arrive.
fn refuse(unread: Unread, for_clients: bool, request_id: &RequestId) -> Response {
    let (status, words) = match unread {
        Unread::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the request is too large"),
        Unread::Broken => (StatusCode::BAD_REQUEST, "the request is incomplete"),
    };
    if for_clients {
        return (status, Error::invalid_request(words).into_response()).into_response();
    }
    let problem = Problem::new(status, text("problem-unread"), text("problem-unread-message"));
    problem.details(words).respond(&named(request_id))
}

fn named(request_id: &RequestId) -> RequestContext {
    let origin = Origin { address: None, request_id: Some(request_id.as_str().to_owned()) };
    RequestContext { origin, user_agent: None }
}
