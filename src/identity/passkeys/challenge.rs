//! What the script of a page asks before the browser asks for a passkey: a challenge, for the holder of the page alone.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use uuid::Uuid;
use webauthn_rs_core::{error::WebauthnError, proto::Credential};

use super::{
    PAGE,
    ceremony::{Purpose, keep},
    relying_party::RelyingParty,
};
use crate::{
    app::{App, AppState},
    identity::{
        account::recent,
        attempt::Attempt,
        pages::{Browser, read_post},
        throttle,
    },
    storage::{self, passkeys::PasskeyRow},
    tokens::digest::Digest,
    web::{RequestContext, problem::Problem},
};

/// The challenge and its options, as the script reads them.
#[derive(Serialize)]
struct Challenge<O> {
    ceremony: Uuid,
    #[serde(flatten)]
    options: O,
}

/// `POST /sign-in/passkey`.
pub async fn discover(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let browser = Browser::of(&app, &headers);
        read_post(&app, &headers, &body, &browser.digest, "/sign-in")?;
        count(&app, &context).await?;
        let made = RelyingParty::of(&app.config.server.issuer).discover();
        answer(&app, &browser.digest, Purpose::Discover, made).await
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// Counts a challenge before it is kept: of whom it is asked for, nothing is known but where they are.
async fn count(app: &App, context: &RequestContext) -> Result<(), Problem> {
    let counters = throttle::challenges(&app.config.sign_in, context.origin.address);
    match throttle::count(app, &counters).await?.until {
        Some(until) => Err(throttle::wait(app, until)),
        None => Ok(()),
    }
}

/// `POST /sign-in/verify/passkey`.
pub async fn verify(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let attempt =
            Attempt::current(&app, &headers).await?.ok_or_else(|| Problem::stale("/sign-in"))?;
        read_post(&app, &headers, &body, &attempt.digest, "/sign-in")?;
        let user = attempt.row.user_id;
        let known = credentials(&storage::passkeys::list(&app.db, user).await?);
        let made = RelyingParty::of(&app.config.server.issuer).authenticate(known);
        let browser = Browser::of(&app, &headers);
        let challenge = answer(&app, &browser.digest, Purpose::Authenticate(user), made).await?;
        Ok(browser.remember(challenge))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// `POST /account/passkeys/challenge`.
pub async fn register(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let current = recent(&app, &headers, PAGE, &context)
            .await
            .map_err(|instead| instead.for_script(PAGE))?;
        read_post(&app, &headers, &body, &current.digest, PAGE)?;
        let person = &current.row;
        let known = credentials(&storage::passkeys::list(&app.db, person.user_id).await?);
        let known = known.into_iter().map(|credential| credential.cred_id).collect();
        let name = person.name.as_deref().unwrap_or(&person.email);
        let party = RelyingParty::of(&app.config.server.issuer);
        let made = party.register(person.user_id, &person.email, name, known);
        let browser = Browser::of(&app, &headers);
        let purpose = Purpose::Register(person.user_id);
        let challenge = answer(&app, &browser.digest, purpose, made).await?;
        Ok(browser.remember(challenge))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

async fn answer<O: Serialize, S: Serialize>(
    app: &App,
    browser: &Digest,
    purpose: Purpose,
    made: Result<(O, S), WebauthnError>,
) -> Result<Response, Problem> {
    let (options, state) = made.map_err(|error| {
        tracing::error!(%error, "no challenge can be made");
        Problem::ours()
    })?;
    let ceremony = keep(app, browser, purpose, &state).await?;
    let mut response = Json(Challenge { ceremony, options }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The credentials of passkeys. One that this version cannot read is not asked for.
fn credentials(rows: &[PasskeyRow]) -> Vec<Credential> {
    rows.iter().filter_map(|row| serde_json::from_value(row.credential.clone()).ok()).collect()
}
