//! The JWK Set endpoint (RFC 7517 §5, RFC 8414 `jwks_uri`), and how documents are sent.

use axum::{body::Body, extract::State, response::Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{app::AppState, keys::Document, web::entity_tag};

/// How long documents may be kept, in seconds. Keys are published longer than this before they sign.
const MAX_AGE: HeaderValue = HeaderValue::from_static("public, max-age=300");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// `GET /jwks`.
pub async fn jwks(State(app): State<AppState>, headers: HeaderMap) -> Response {
    serve(&app.keys.jwks(app.clock.now()), &headers)
}

/// Answers with a prepared document, or with nothing if the client has it.
#[must_use]
pub fn serve(document: &Document, headers: &HeaderMap) -> Response {
    let mut response = content(document, headers);
    *response.headers_mut() = self::headers(document);
    response
}

/// A document without its headers, or 304 if the client has it.
#[must_use]
pub fn content(document: &Document, headers: &HeaderMap) -> Response {
    if entity_tag::is_known(headers, &document.etag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    Response::new(Body::from(document.body.clone()))
}

/// The headers of a document.
#[must_use]
pub fn headers(document: &Document) -> HeaderMap {
    HeaderMap::from_iter([
        (header::CONTENT_TYPE, JSON),
        (header::CACHE_CONTROL, MAX_AGE),
        (header::ETAG, document.etag.clone()),
    ])
}
