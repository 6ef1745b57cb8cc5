//! What answers the public listener: each request gets its id, its span, the client's address and the time it may take;
//! each answer gets the headers that none goes without.

use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use hyper::{body::Incoming, service::Service as _};
use hyper_util::service::TowerToHyperService;
use metrics::{Counter, counter};
use tracing::Instrument;

use super::{
    address,
    listener::Answer,
    router::{self, is_for_clients},
};
use crate::{
    app::AppState,
    audit::Origin,
    entropy::Entropy,
    keys::Document,
    oauth::{
        Code, Error, jwks,
        metadata::{self, path},
    },
    web::{RequestContext, problem::Problem},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

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
    router: TowerToHyperService<Router>,
    metadata: Document,
    /// `signet_http_requests_total` by class of status: 2xx, 3xx, 4xx, 5xx.
    answered: [Counter; 4],
}

impl Service {
    /// The service of this application. Metrics go to the recorder that is installed by now.
    #[must_use]
    pub fn new(app: &AppState) -> Self {
        let metadata = metadata::document(&app.config.server.issuer);
        let router = TowerToHyperService::new(router::router(app, &metadata));
        let answered = ["2xx", "3xx", "4xx", "5xx"]
            .map(|class| counter!("signet_http_requests_total", "status" => class));
        Self(Arc::new(Parts { app: Arc::clone(app), router, metadata, answered }))
    }
}

impl Answer for Service {
    async fn answer(&self, peer: SocketAddr, request: Request<Incoming>) -> Response {
        let parts = &*self.0;
        let request_id = request_id(&parts.app.entropy);
        let mut response = if !parts.may_speak_plainly(peer) {
            StatusCode::FORBIDDEN.into_response()
        } else if let Some(document) = parts.document(&request) {
            document
        } else {
            parts.route(peer, request, &request_id).await
        };
        parts.finish(&mut response, &request_id);
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

    /// Metadata and keys, which every client and resource server reads again and again: there is nothing to decide about
    /// them, so they take none of the ways below. They cost half of what they cost through the router
    /// (`benches/RESULTS.md`), which has them too, for HEAD and preflight requests.
    fn document(&self, request: &Request<Incoming>) -> Option<Response> {
        if request.method() != Method::GET {
            return None;
        }
        let headers = request.headers();
        let mut response = match request.uri().path() {
            path::JWKS => jwks::serve(&self.app.keys.jwks(self.app.clock.now()), headers),
            path::OAUTH | path::OPENID => jwks::serve(&self.metadata, headers),
            _ => return None,
        };
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
        Some(response)
    }

    /// Everything else.
    async fn route(
        &self,
        peer: SocketAddr,
        mut request: Request<Incoming>,
        request_id: &str,
    ) -> Response {
        let server = &self.app.config.server;
        let address = address::client(peer.ip(), request.headers(), &server.trusted_proxies);
        let origin = Origin { address: Some(address), request_id: Some(request_id.to_owned()) };
        let span = tracing::info_span!(
            "request",
            id = request_id,
            method = request.method().as_str(),
            path = request.uri().path(),
        );
        let for_clients = is_for_clients(request.uri().path());
        request.extensions_mut().insert(origin);
        DefaultBodyLimit::max(server.body_limit).apply(&mut request);
        let limit = server.request_timeout.0;
        let handled = AssertUnwindSafe(self.router.call(request)).catch_unwind();
        async {
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
            response
        }
        .instrument(span)
        .await
    }

    fn finish(&self, response: &mut Response, request_id: &str) {
        let class = match response.status().as_u16() {
            0..300 => 0,
            300..400 => 1,
            400..500 => 2,
            _ => 3,
        };
        self.answered[class].increment(1);
        let headers = response.headers_mut();
        // At once, and not a few at a time.
        headers.reserve(SECURITY_HEADERS.len() + 2);
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert(REQUEST_ID, id);
        }
        for (name, value) in SECURITY_HEADERS {
            headers.entry(name).or_insert(value);
        }
        if self.app.config.server.issuer.is_https() {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
        }
    }
}

/// A handler panicked: its request fails and no other. What it said goes to the log by the panic hook, and to no one
/// else.
fn panicked(for_clients: bool, request_id: &str) -> Response {
    tracing::error!("a handler panicked");
    counter!("signet_panics_total").increment(1);
    if for_clients {
        return Error::server_error().into_response();
    }
    let problem = Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong",
        "This is our fault. Please try again.",
    );
    problem.respond(&named(request_id))
}

/// A request that took longer than `server.request_timeout` was given up.
fn took_too_long(for_clients: bool, request_id: &str) -> Response {
    tracing::warn!("a request took too long");
    if for_clients {
        return Error::new(Code::TemporarilyUnavailable, "this took too long").into_response();
    }
    Problem::unavailable("This took too long. Please try again shortly.")
        .respond(&named(request_id))
}

fn named(request_id: &str) -> RequestContext {
    let origin = Origin { address: None, request_id: Some(request_id.to_owned()) };
    RequestContext { origin, user_agent: None }
}

/// 80 random bits: enough to be found again among all requests that a log holds.
fn request_id(entropy: &Entropy) -> String {
    let mut bytes = [0; 16];
    bytes[6..].copy_from_slice(&entropy.bytes::<10>());
    format!("{:020x}", u128::from_be_bytes(bytes))
}
