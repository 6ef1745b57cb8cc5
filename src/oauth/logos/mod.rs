//! Logos of clients (RFC 7591 §2 `logo_uri`, OpenID Connect Registration §2), shown from here (docs/decisions/0024).
//!
//! A picture that the browser loaded from the client's own host would tell that host who is about to sign in, from where
//! and with what, before the person agreed to anything. So Signet fetches it, like all that others name, and serves it.

mod loading;
mod picture;

use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

pub use self::loading::Logos;
use self::picture::Picture;
use crate::{
    app::{App, AppState},
    registry::client::Client,
    tokens::digest::Digest,
    web::{entity_tag, params::Params},
};

/// Where they are. Which client's is in the query: ids may have characters that a path gives a meaning to.
pub const PATH: &str = "/logo/{version}";

/// What goes with a picture. It is no page, wherever it is opened and whatever else it could be read as.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Where pages have the logo of a client from; none if it has none, or if it could not be fetched a moment ago.
#[must_use]
pub fn address(app: &App, client: &Client) -> Option<String> {
    let uri = client.metadata.logo_uri.as_deref()?;
    let missing =
        app.logos.known(uri, app.clock.now()).is_some_and(|known| known.picture.is_none());
    (!missing).then(|| path(client, uri))
}

/// The same for a page that leads on by itself, which browsers do once its pictures are there: none but one that is at
/// hand.
#[must_use]
pub fn address_at_hand(app: &App, client: &Client) -> Option<String> {
    let uri = client.metadata.logo_uri.as_deref()?;
    let there = app.logos.known(uri, app.clock.now()).is_some_and(|known| known.picture.is_some());
    there.then(|| path(client, uri))
}

fn path(client: &Client, uri: &str) -> String {
    let client_id: String = form_urlencoded::byte_serialize(client.id.as_bytes()).collect();
    format!("/logo/{}?client_id={client_id}", version(uri))
}

/// Names what is at a URI, so that a browser does not show the former logo of a client that has another one.
fn version(uri: &str) -> String {
    let mut version = Digest::of(uri.as_bytes()).base64url();
    version.truncate(16);
    version
}

/// `GET /logo/{version}`.
pub async fn show(
    State(app): State<AppState>,
    Path(version): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Ok(params) = Params::parse_unique(query.unwrap_or_default().as_bytes()) else {
        return nothing(StatusCode::NOT_FOUND);
    };
    let Some(client_id) = params.get("client_id") else { return nothing(StatusCode::NOT_FOUND) };
    let client = match app.replica.client(client_id).await {
        Ok(client) => client.filter(|client| !client.metadata.disabled),
        Err(error) => {
            tracing::warn!(%error, "a client cannot be read");
            return nothing(StatusCode::SERVICE_UNAVAILABLE);
        }
    };
    // Nothing but what a client is registered with now, so that nothing is fetched for whoever asks.
    let logo =
        client.as_ref().and_then(|client| Some((client, client.metadata.logo_uri.as_deref()?)));
    let Some((client, uri)) = logo.filter(|(_, uri)| self::version(uri) == version) else {
        return nothing(StatusCode::NOT_FOUND);
    };
    let Some(known) = Logos::get(&app, client, uri).await else {
        return nothing(StatusCode::SERVICE_UNAVAILABLE);
    };
    match &known.picture {
        Some(picture) => {
            let age = (known.until - app.clock.now()).whole_seconds().max(0);
            answer(picture, age, &headers)
        }
        None => nothing(StatusCode::NOT_FOUND),
    }
}

/// The picture, or nothing if the browser has it.
fn answer(picture: &Picture, max_age: i64, headers: &HeaderMap) -> Response {
    let mut response = if entity_tag::is_known(headers, &picture.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, picture.media_type)], picture.bytes.clone()).into_response()
    };
    let headers = response.headers_mut();
    headers.extend(HEADERS);
    headers.insert(header::ETAG, picture.etag.clone());
    let caching = HeaderValue::from_str(&format!("public, max-age={max_age}"));
    headers.insert(header::CACHE_CONTROL, caching.unwrap_or(NO_STORE));
    response
}

fn nothing(status: StatusCode) -> Response {
    (status, [(header::CACHE_CONTROL, NO_STORE)]).into_response()
}
