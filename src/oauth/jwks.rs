//! The JWK Set endpoint (RFC 7517 §5, RFC 8414 `jwks_uri`).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{app::AppState, keys::Document};

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
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == document.etag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        document.body.clone().into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::CACHE_CONTROL, MAX_AGE);
    headers.insert(header::ETAG, document.etag.clone());
    response
}
