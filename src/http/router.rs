//! Every path, in one place.

use std::sync::Arc;

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use tower_http::cors::{Any, CorsLayer};

use super::management;
use crate::{
    app::AppState,
    dev,
    gate::{authzen, secret_scanning},
    identity::{
        account, attempt::path as sign_in, email_address, ended, forgot, language_page, notices,
        pages, passkeys, registration, second_factor, strength, watch::not_me,
    },
    keys::Document,
    oauth::{
        Error, api_key, authorize, introspect, jwks, logos, logout, metadata::path,
        registration as clients, revoke, token, userinfo, webfinger,
    },
    web::{RequestContext, assets, problem::Problem, words::text},
};

/// The router of the public listener: with `cors`, for requests that browsers say the origin of.
pub fn router(app: &AppState, metadata: &Document, cors: bool) -> Router {
    let decisions = authzen::metadata::document(&app.config);
    let mut elsewhere = for_browsers_elsewhere(metadata);
    if app.config.dynamic_registration.is_on() {
        elsewhere = elsewhere.merge(client_registration());
    }
    let elsewhere = if cors { elsewhere.layer(cross_origin()) } else { elsewhere };
    let mut router = Router::new()
        .merge(elsewhere)
        .merge(for_services(decisions))
        .route(path::AUTHORIZE, get(authorize::get).post(authorize::post))
        .route(path::INTROSPECT, post(introspect::introspect))
        .route("/interaction/{id}", get(authorize::show))
        .route("/interaction/{id}/{step}", get(authorize::show_step).post(authorize::submit))
        .route(path::END_SESSION, get(logout::get).post(logout::post))
        .route(logout::CONFIRM, get(logout::show_confirm).post(logout::confirm))
        .route(ended::PAGE, get(logout::show_signed_out))
        .route(path::CHECK_SESSION, get(logout::session_state::check_session))
        .route("/", get(pages::home))
        .route("/sign-in", get(pages::show_sign_in).post(pages::post_sign_in))
        .route(sign_in::VERIFY, get(second_factor::show_verify).post(second_factor::verify))
        .route(sign_in::ENROL, get(second_factor::show_enrol).post(second_factor::enrol))
        .route("/sign-out", get(pages::show_sign_out).post(pages::post_sign_out))
        .merge(account::routes())
        .route(strength::PATH, post(strength::ask))
        .merge(passkeys::routes())
        .merge(forgot::routes())
        .merge(registration::routes())
        .merge(email_address::routes())
        .merge(not_me::routes())
        .merge(notices::routes())
        .merge(language_page::routes())
        .route(logos::PATH, get(logos::show))
        .route("/assets/{name}", get(asset))
        .route("/healthz", get(management::healthz))
        .route("/readyz", get(management::readyz));
    if app.config.api_keys.secret_scanning.is_on() {
        router = router.merge(
            secret_scanning::routes().method_not_allowed_fallback(method_not_allowed_for_clients),
        );
    }
    if app.demo.is_some() {
        router = router
            .route(dev::playground::PATH, get(dev::playground::show))
            .route(dev::mail::PATH, get(dev::mail::list))
            .route(dev::mail::MESSAGE, get(dev::mail::show))
            .route(dev::mail::HTML, get(dev::mail::html));
    }
    router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Arc::clone(app))
}

/// Whether what answers at this path speaks the protocol, and not to people: its errors are JSON.
pub fn is_for_clients(path: &str) -> bool {
    [
        path::TOKEN,
        path::INTROSPECT,
        path::REVOKE,
        path::USERINFO,
        path::JWKS,
        path::OAUTH,
        path::OPENID,
        path::WEBFINGER,
        path::REGISTRATION,
    ]
    .contains(&path)
        || [authzen::path::METADATA, secret_scanning::PATH].contains(&path)
        || authzen::answers(path)
        || path.strip_prefix(path::REGISTRATION).is_some_and(|rest| rest.starts_with('/'))
}

/// CORS (the Fetch standard). Nothing that it is for looks at cookies, so any origin may.
fn cross_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([
            header::WWW_AUTHENTICATE,
            header::RETRY_AFTER,
            api_key::STATUS,
            api_key::SUNSET,
        ])
        .max_age(std::time::Duration::from_hours(1))
}

/// What scripts of applications call from their own origin.
fn for_browsers_elsewhere(metadata: &Document) -> Router<AppState> {
    let metadata = metadata.clone();
    let serve = move |headers: HeaderMap| async move { jwks::serve(&metadata, &headers) };
    Router::new()
        // RFC 8414 §3, OpenID Connect Discovery §4.
        .route(path::OAUTH, get(serve.clone()))
        .route(path::OPENID, get(serve))
        .route(path::WEBFINGER, get(webfinger::webfinger))
        .route(path::JWKS, get(jwks::jwks))
        .route(path::TOKEN, post(token::token))
        .route(path::REVOKE, post(revoke::revoke))
        .route(path::USERINFO, get(userinfo::userinfo).post(userinfo::userinfo))
        // Before the layer, which a fallback that is set later would pass by.
        .method_not_allowed_fallback(method_not_allowed_for_clients)
}

/// RFC 7591 §3, RFC 7592 §2.
fn client_registration() -> Router<AppState> {
    let one = format!("{}/{{client_id}}", path::REGISTRATION);
    Router::new()
        .route(path::REGISTRATION, post(clients::register))
        .route(&one, get(clients::get).put(clients::put).delete(clients::remove))
        .method_not_allowed_fallback(method_not_allowed_for_clients)
}

/// What services that enforce access call.
fn for_services(metadata: Document) -> Router<AppState> {
    let serve = move |headers: HeaderMap| async move { jwks::serve(&metadata, &headers) };
    authzen::routes()
        .route(authzen::path::METADATA, get(serve))
        .method_not_allowed_fallback(method_not_allowed_for_clients)
}

async fn asset(uri: Uri, headers: HeaderMap, context: RequestContext) -> Response {
    match assets::find(uri.path()) {
        Some(asset) => asset.response(&headers),
        None => not_found(context).await,
    }
}

async fn not_found(context: RequestContext) -> Response {
    let (title, message) = (text("problem-not-found"), text("problem-not-found-message"));
    Problem::new(StatusCode::NOT_FOUND, title, message)
        .back("/", text("to-first-page"))
        .respond(&context)
}

async fn method_not_allowed_for_clients() -> Response {
    let error = Error::invalid_request("this endpoint does not take requests of that method");
    (StatusCode::METHOD_NOT_ALLOWED, error.into_response()).into_response()
}

async fn method_not_allowed(context: RequestContext) -> Response {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        text("problem-method"),
        text("problem-method-message"),
    )
    .respond(&context)
}
