//! The gate: a reverse proxy asks about each request to a site, and passes on what is under `/.signet/` there.
//!
//! All of it is on a listener of its own that only proxies reach (`[gate]`): what they say of a request is believed.

mod answer;
mod application;
mod basic;
mod bearer;
mod callback;
mod check;
mod identity;
mod question;
mod session;
mod sign_in;
mod upstream;

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use http::{HeaderMap, StatusCode, Uri};

pub use upstream::UpstreamTokens;

use crate::{
    app::AppState,
    web::{RequestContext, assets},
};

/// Paths on the gate's listener.
pub mod path {
    /// Where proxies ask that take no answer but yes and no (`auth_request` of nginx).
    pub const AUTH: &str = "/gate/auth";
    /// Where proxies ask that hand on whatever answer is not yes (Traefik's `ForwardAuth`, Caddy's `forward_auth`).
    pub const FORWARD: &str = "/gate/forward";
    /// What Envoy puts before the path that it asks about.
    pub const ENVOY: &str = "/gate/envoy";
    /// What is Signet's below every site.
    pub const OWN: &str = "/.signet";
    /// Where people begin to sign in to a site.
    pub const SIGN_IN: &str = "/.signet/sign-in";
    /// Who is signed in.
    pub const USER: &str = "/.signet/user";
    /// The token that a site's scripts send along.
    pub const CSRF: &str = "/.signet/csrf";
    /// Where people sign out of a site.
    pub const SIGN_OUT: &str = "/.signet/sign-out";
}

/// What the gate's listener answers.
pub fn routes(app: AppState) -> Router {
    Router::new()
        .route(path::AUTH, any(check::auth))
        .route(path::FORWARD, any(check::forward))
        .route(path::SIGN_IN, get(sign_in::begin))
        .route(crate::registry::site::CALLBACK, get(callback::callback))
        .route(path::USER, get(application::user))
        .route(path::CSRF, get(application::csrf))
        .route(path::SIGN_OUT, post(application::sign_out))
        .route("/.signet/assets/{name}", get(asset))
        .fallback(other)
        .with_state(app)
}

/// Whatever Envoy asks about, or nothing.
async fn other(
    state: axum::extract::State<AppState>,
    context: RequestContext,
    method: http::Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match uri.path().strip_prefix(path::ENVOY).filter(|rest| rest.starts_with('/')) {
        Some(_) => check::envoy(state, context, method, uri, headers).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What the pages that are shown under a site's origin are made of.
async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let own = uri.path().strip_prefix(path::OWN).and_then(assets::find);
    own.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |asset| asset.response(&headers))
}
