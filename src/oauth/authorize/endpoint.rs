//! `/authorize`: parse, check, find out what is owed; answer the client, or keep the request for the person.

use axum::{body::Bytes, extract::State, response::Response};
use http::{HeaderMap, StatusCode, Uri};

use super::{
    checks::{self, Failure},
    interaction, issue,
    owed::{Owed, Progress},
    request::{AuthorizationRequest, Prompt},
    request_object,
    respond::{After, Outcome, respond},
};
use crate::{
    app::{App, AppState},
    identity::{
        pages::{Browser, see_other, with_cookies},
        throttle,
    },
    oauth::{Error, id_token_hint::Own, metadata::path, token},
    registry::client::Client,
    storage,
    web::{
        RequestContext, language::Language, params::Params, problem::Problem,
        surroundings::Surroundings, words::text,
    },
};

/// The longest request that is taken by POST: it goes on as a GET.
const LONGEST: usize = 16 * 1024;

/// `GET /authorize`.
pub async fn get(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let query = uri.query().unwrap_or_default();
    authorize(&app, query.as_bytes(), &headers, &context)
        .await
        .unwrap_or_else(|problem| problem.respond(&context))
}

/// `POST /authorize` (OpenID Connect Core §3.1.2.1). Browsers send no `SameSite=Lax` cookie with another site's POST,
/// so it goes on as a GET, which has them.
pub async fn post(
    State(_): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if body.len() > LONGEST {
        return unsafe_problem(&Error::invalid_request("the request is too long"))
            .respond(&context);
    }
    // Not `token::form`: what is there twice has to arrive twice, to be answered at the client.
    match token::check_media_type(&headers).and_then(|()| Ok(Params::parse(&body)?)) {
        Ok(params) => see_other(&format!("{}?{}", path::AUTHORIZE, params.encode())),
        Err(error) => unsafe_problem(&error).respond(&context),
    }
}

async fn authorize(
    app: &App,
    query: &[u8],
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Response, Problem> {
    let params = Params::parse(query).map_err(|error| unsafe_problem(&error.into()))?;
    let client = match params.get("client_id") {
        Some(client_id) => app.replica.client(client_id).await?,
        None => None,
    };
    let live = client.as_deref().filter(|client| !client.metadata.disabled);
    let resolved = match live {
        Some(client) => request_object::resolve(app, client, &params).await,
        None => Ok(None),
    };
    if let Ok(Some(inner)) = &resolved
        && let Some(language) = inner.get("ui_locales").and_then(Language::of_ui_locales)
    {
        Surroundings::name(language);
    }
    let checked =
        resolved.map_err(|error| checks::refused(&params, live, error)).and_then(|inner| {
            let keys = app.keys.set();
            let own = Own::of(app, &keys);
            let params = inner.as_ref().unwrap_or(&params);
            checks::check(params, client.as_deref(), &app.replica.resources(), own)
        });
    let request = match checked {
        Ok(request) => request,
        Err(Failure::Unsafe(error)) => return Err(unsafe_problem(&error)),
        Err(Failure::Safe(to, error)) => {
            let client = client.ok_or_else(|| unsafe_problem(&error))?;
            return Ok(respond(app, &client, &to, Outcome::Error(error), After::Link));
        }
    };
    let client = client.ok_or_else(|| unsafe_problem(&Error::invalid_request("no client")))?;
    match advance(app, &client, &request, headers, context).await {
        Ok(response) => Ok(response),
        // The client is told, if what failed is the server.
        Err(error) => {
            let to = &request.return_address;
            Ok(respond(app, &client, to, Outcome::Error(error.into()), After::Link))
        }
    }
}

/// Answers the client if nothing is owed or nothing may be asked; else keeps the request and shows its first page.
async fn advance(
    app: &App,
    client: &Client,
    request: &AuthorizationRequest,
    headers: &HeaderMap,
    context: &RequestContext,
) -> storage::Result<Response> {
    let now = app.clock.now();
    let progress = Progress { started_at: now, selected_by: None, consented_by: None };
    let standing = issue::assess(app, client, request, progress, headers, context).await?;
    let to = &request.return_address;
    if let Some(code) = standing.issue(app, client, request, context).await {
        let (session_state, cookie) = standing.session_state(app, request, headers);
        let answer = respond(app, client, to, Outcome::Code(code, session_state), After::Link);
        return Ok(with_cookies(answer, cookie));
    }
    let nothing = standing.owed == Owed::NotPermitted;
    if (nothing || request.prompts_for(Prompt::None))
        && let Some(code) = standing.owed.error()
    {
        let why = match standing.owed {
            Owed::NotPermitted => issue::NOT_PERMITTED,
            Owed::Refusal => "the person may not sign in to this client",
            _ => "the person would have to be asked",
        };
        let error = Error::new(code, why);
        let (_, cookie) = standing.session_state(app, request, headers);
        let after = if standing.known { After::Known } else { After::Link };
        let answer = respond(app, client, to, Outcome::Error(error), after);
        return Ok(with_cookies(answer, cookie));
    }
    debug_assert_ne!(standing.owed, Owed::Nothing);
    // Before it is kept: of whoever sends it, nothing is known but where they are.
    let counters = throttle::requests(&app.config.sign_in, context.origin.address);
    if let Some(until) = throttle::count(app, &counters).await?.until {
        return Ok(throttle::wait(app, until).respond(context));
    }
    let browser = Browser::of(app, headers);
    let id = interaction::keep(app, request, &browser.digest).await?;
    Ok(browser.remember(see_other(&interaction::path(id))))
}

/// RFC 6749 §4.1.2.1: the person is told, and not sent anywhere.
pub(super) fn unsafe_problem(error: &Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, text("request-broken"), text("request-broken-message"))
        .details(error.to_string())
}
