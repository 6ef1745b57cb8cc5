//! The answer to a sign-in at a site (RFC 6749 §4.1.2): its code is redeemed here, without a request to oneself, and the grant
//! becomes a session under the site's origin (Browser-Based Apps §6.1.2.1).

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode, Uri};

use super::{
    answer,
    question::{self, Refusal},
    session,
    sign_in::Begun,
};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    identity::pages::with_cookies,
    oauth::{
        Error, revoke,
        token::{no_store, redeem_for_site},
    },
    registry::{client::Client, site::CALLBACK},
    storage,
    tokens::{
        digest::Digest,
        handle::{Code, Gate, Handle},
        secret::BrowserSecret,
    },
    web::{RequestContext, cookies::Cookie, params::Params, problem::Problem, words::text},
};

/// `GET /.signet/callback`.
pub async fn callback(
    State(app): State<AppState>,
    context: RequestContext,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (client, origin) = question::here(&app, &uri, &headers).await?;
    let done = finish(&app, &client, &origin, &uri, &headers, &context).await;
    Ok(no_store(done.unwrap_or_else(|problem| problem.respond(&context))))
}

async fn finish(
    app: &App,
    client: &Client,
    origin: &str,
    uri: &Uri,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Response, Problem> {
    let query = uri.query().unwrap_or_default();
    let params =
        Params::parse_unique(query.as_bytes()).map_err(|error| broken(error.to_string()))?;
    let state = params.get("state").unwrap_or_default();
    let begun =
        Begun::read(app, state).ok_or_else(|| broken("state is not one of ours, or too old"))?;
    let cookies = session::cookies(origin);
    let secret = cookies.get(headers, Cookie::GateBrowser).and_then(BrowserSecret::parse);
    // RFC 6749 §10.12: the answer to what this browser asked, at this site.
    let own = secret.is_some_and(|secret| secret.digest() == Digest(begun.browser));
    if !own || begun.client_id != *client.id || begun.origin != origin {
        return Err(broken("another browser, or another site, began this"));
    }
    // RFC 9207 §2.4.
    if params.get("iss").is_some_and(|iss| iss != app.config.server.issuer.as_str()) {
        return Err(broken("iss is not ours"));
    }
    let Some(code) = params.get("code") else {
        return Err(declined(&params, &begun));
    };
    let former = session::current(app, client, origin, headers).await?;
    let code_id = Handle::<Code>::parse(code).map(|code| code.id);
    // Loaded again: the code was redeemed, and a second use would end what it got.
    if former.as_ref().is_some_and(|former| Some(former.row.id) == code_id) {
        return Ok(answer::redirect(&begun.return_to));
    }
    let now = app.clock.now();
    let ends = now + app.config.sessions.absolute_lifetime.0;
    let redirect_uri = format!("{origin}{CALLBACK}");
    let redeemed =
        redeem_for_site(app, client, (code, &begun.verifier), &redirect_uri, ends, context).await;
    let granted = redeemed.map_err(|error| refused(&error, &begun))?;
    let handle = Handle::<Gate>::draw(granted.id, &app.entropy);
    let digest = handle.digest();
    let begins =
        storage::gate_sessions::begin(&app.db, granted.id, digest.bytes(), origin, now, ends);
    if begins.await?.is_none() {
        return Err(again(&begun));
    }
    if let Some(former) = former {
        // The browser forgets it now; no one else is to find it.
        revoke::grant(app, former.row.id).await?;
    }
    let event = Event::new(Kind::GateSessionBegun)
        .user(granted.user_id)
        .client(&client.id)
        .session(granted.session_id)
        .grant(granted.id);
    app.audit.record(event, &context.origin).await?;
    let cookie = cookies.set(Cookie::GateSession, &session::cookie_value(app, &handle), None);
    Ok(with_cookies(answer::redirect(&begun.return_to), [cookie]))
}

/// It is no answer, or not to this.
fn broken(details: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, text("gate-broken"), text("gate-broken-message"))
        .details(details)
}

/// A try again, by way of the sign-in.
fn again(begun: &Begun) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, text("gate-broken"), text("gate-broken-message"))
        .back(begun.page(), text("try-again"))
}

/// The code could not be redeemed.
fn refused(error: &Error, begun: &Begun) -> Problem {
    again(begun).details(error.to_string())
}

/// Signet's answer is an error (RFC 6749 §4.1.2.1): the person may not sign in here, or did not want to.
fn declined(params: &Params, begun: &Begun) -> Problem {
    let said = |name: &str| params.get(name).unwrap_or_default().to_owned();
    Problem::new(StatusCode::FORBIDDEN, text("gate-declined"), text("gate-declined-message"))
        .details(format!("{}: {}", said("error"), said("error_description")))
        .back(begun.page(), text("try-again"))
}
