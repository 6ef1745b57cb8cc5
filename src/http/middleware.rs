//! What surrounds every request: its id and span, the time it may take, and headers that every answer has.

use std::{any::Any, net::IpAddr, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tracing::Instrument;

use super::address::{self, Peer};
use crate::{
    app::AppState, audit::Origin, entropy::Entropy, web::RequestContext, web::problem::Problem,
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

const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Surrounds a request.
pub async fn surround(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let trusted = &app.config.server.trusted_proxies;
    let address = peer.map(|peer| address::client(peer, request.headers(), trusted));
    let request_id = request_id(&app.entropy);
    let span = tracing::info_span!(
        "request",
        id = %request_id,
        method = %request.method(),
        path = request.uri().path(),
    );
    let origin = Origin { address, request_id: Some(request_id.clone()) };
    let refused = peer.is_some_and(|peer| !may_speak_plainly(&app, peer));
    request.extensions_mut().insert(origin.clone());
    let limit = app.config.server.request_timeout.0;
    let context = RequestContext { origin, user_agent: None };
    let answer = async move {
        if refused {
            return StatusCode::FORBIDDEN.into_response();
        }
        run(next, request, limit, &context).await
    };
    let mut response = answer.instrument(span).await;
    finish(&app, &mut response, &request_id);
    response
}

/// On a plain listener beyond loopback, only the proxies that speak TLS for us are answered.
fn may_speak_plainly(app: &AppState, peer: IpAddr) -> bool {
    let server = &app.config.server;
    let peer = peer.to_canonical();
    server.tls().is_some()
        || server.listen.ip().is_loopback()
        || peer.is_loopback()
        || address::is_trusted(peer, &server.trusted_proxies)
}

async fn run(next: Next, request: Request, limit: Duration, context: &RequestContext) -> Response {
    let Ok(response) = tokio::time::timeout(limit, next.run(request)).await else {
        tracing::warn!(limit = ?limit, "a request took too long");
        return Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "This took too long",
            "Please try again shortly.",
        )
        .respond(context);
    };
    let status = response.status();
    if status.is_server_error() {
        tracing::warn!(status = status.as_u16(), "answered");
    } else {
        tracing::debug!(status = status.as_u16(), "answered");
    }
    response
}

fn finish(app: &AppState, response: &mut Response, request_id: &str) {
    let status = response.status().as_u16();
    metrics::counter!("signet_http_requests_total", "status" => status_class(status)).increment(1);
    let headers = response.headers_mut();
    // At once, and not a few at a time.
    headers.reserve(SECURITY_HEADERS.len() + 2);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in &SECURITY_HEADERS {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    if app.config.server.issuer.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

const fn status_class(status: u16) -> &'static str {
    match status {
        0..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

/// 80 random bits: enough to be found again among all requests that a log holds.
fn request_id(entropy: &Entropy) -> String {
    let mut bytes = [0; 16];
    bytes[6..].copy_from_slice(&entropy.bytes::<10>());
    format!("{:020x}", u128::from_be_bytes(bytes))
}

/// A handler that panicked: its request fails and no other. What it said stays in the log, and even there only where.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    metrics::counter!("signet_panics_total").increment(1);
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong",
        "This is our fault. Please try again.",
    )
    .into_response()
}
