//! The decision about a request, and how each kind of proxy is told.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::{HeaderMap, Method, Uri, header};
use serde_json::{Map, Value, json};

use super::{
    answer,
    identity::{Credential, Identity, Unknown},
    question::{Question, Refusal},
    session, upstream,
};
use crate::{
    access::{Flow, engine::StepUp},
    app::{App, AppState},
    audit::Origin,
    clock::Timestamp,
    oauth::{
        Error,
        inquiry::{self, Inquiry, Object},
    },
    registry::site::Csrf,
    web::{RequestContext, csrf},
};

/// The header that carries a site's token against forged requests.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// What is decided about a request.
#[derive(Debug)]
pub enum Verdict {
    /// It is let through: by whom, if that is known, and with which token for what is behind the proxy.
    Through(Option<Box<Identity>>, Option<String>),
    /// Whoever it is from has to say who they are.
    Challenge(Unknown),
    /// They have to prove more than they did (RFC 9470).
    StepUp(StepUp),
    /// It is not let through, and why.
    Forbidden(String),
    /// Signet cannot decide.
    Failed(Error),
}

/// `/gate/auth`.
pub async fn auth(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let asked = Question::forwarded(&app, &headers).await;
    let (question, verdict) = decide_on(&app, asked, &headers, &context).await;
    answer::plainly(question.as_ref(), verdict, &headers)
}

/// `/gate/forward`.
pub async fn forward(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let asked = Question::forwarded(&app, &headers).await;
    let (question, verdict) = decide_on(&app, asked, &headers, &context).await;
    answer::leading(question.as_ref(), verdict, &headers)
}

/// Below `/gate/envoy`.
pub async fn envoy(
    State(app): State<AppState>,
    context: RequestContext,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let asked = Question::envoy(&app, &method, &uri, &headers).await;
    let (question, verdict) = decide_on(&app, asked, &headers, &context).await;
    answer::leading(question.as_ref(), verdict, &headers)
}

async fn decide_on(
    app: &App,
    asked: Result<Question, Refusal>,
    headers: &HeaderMap,
    context: &RequestContext,
) -> (Option<Question>, Verdict) {
    match asked {
        Ok(question) => {
            let verdict = decide(app, &question, headers, &context.origin).await;
            (Some(question), verdict)
        }
        Err(Refusal::Storage(error)) => (None, Verdict::Failed(error.into())),
        Err(refusal) => {
            tracing::debug!(%refusal, "not let through");
            (None, Verdict::Forbidden(refusal.to_string()))
        }
    }
}

/// Decides about a request.
pub async fn decide(
    app: &App,
    question: &Question,
    headers: &HeaderMap,
    origin: &Origin,
) -> Verdict {
    let site = question.site();
    let reads = matches!(question.request.method.as_str(), "GET" | "HEAD");
    if site.cors_preflight && is_preflight(question, headers) {
        return Verdict::Through(None, None);
    }
    let public = reads && site.public.iter().any(|path| question.request.is_under(path));
    let identity = match Identity::of(app, question, headers, origin).await {
        Ok(identity) => identity,
        Err(_) if public => return Verdict::Through(None, None),
        Err(Unknown::Failed(error)) => return Verdict::Failed(error),
        Err(unknown) => return Verdict::Challenge(unknown),
    };
    if identity.is_ambient
        && let Err(problem) = check_own(app, question, &identity, headers)
    {
        return Verdict::Forbidden(problem.to_owned());
    }
    if !public && let Some(verdict) = not_permitted(app, question, &identity, origin).await {
        return verdict;
    }
    match upstream::token(app, question, &identity) {
        Ok(token) => Verdict::Through(Some(Box::new(identity)), token),
        Err(error) => Verdict::Failed(error),
    }
}

/// Whether a browser asks ahead of a request from another origin (the Fetch standard § CORS-preflight request).
fn is_preflight(question: &Question, headers: &HeaderMap) -> bool {
    question.request.method == "OPTIONS"
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Whether a request only reads (RFC 9110 §9.2.1).
fn is_safe(question: &Question) -> bool {
    matches!(question.request.method.as_str(), "GET" | "HEAD" | "OPTIONS")
}

/// Whether a request that may change something, or opens a `WebSocket`, comes from the site itself: browsers send cookies, and
/// what was typed where they asked for it (RFC 7617), along whoever has them do so (Browser-Based Apps §6.1.3.3).
fn check_own(
    app: &App,
    question: &Question,
    identity: &Identity,
    headers: &HeaderMap,
) -> Result<(), &'static str> {
    let socket = headers.contains_key("sec-websocket-key")
        || headers.contains_key(header::UPGRADE)
        || headers.get("sec-fetch-mode").is_some_and(|mode| mode == "websocket");
    if is_safe(question) && !socket {
        return Ok(());
    }
    let is_session = matches!(identity.credential, Credential::Session);
    if !is_session {
        // Of Basic: tools say nothing of where they come from, and browsers do.
        let own = csrf::is_same_origin(headers, &question.origin);
        return own.then_some(()).ok_or("the request does not come from the site itself");
    }
    if !is_said_to_be_own(headers, &question.origin) {
        return Err("the request does not come from the site itself");
    }
    if socket || question.site().csrf == Csrf::Origin || has_token(app, headers, &question.origin) {
        return Ok(());
    }
    Err("the X-CSRF-Token of /.signet/csrf is missing, or another session's")
}

/// Whether the browser says that a request comes from that origin. Every browser that keeps `__Host-` cookies says so.
#[must_use]
pub fn is_said_to_be_own(headers: &HeaderMap, own: &str) -> bool {
    let says = headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site");
    says && csrf::is_same_origin(headers, own)
}

/// Whether a request carries the token of the session that it is in.
#[must_use]
pub fn has_token(app: &App, headers: &HeaderMap, origin: &str) -> bool {
    let token = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok());
    let handle = session::handle(headers, origin);
    token
        .zip(handle)
        .is_some_and(|(token, handle)| csrf::is_valid(&app.secrets.pages, &handle.digest(), token))
}

/// Asks the policies: why a request is not let through; none if it is. What cannot be decided is forbidden.
async fn not_permitted(
    app: &App,
    question: &Question,
    identity: &Identity,
    origin: &Origin,
) -> Option<Verdict> {
    let now = app.clock.now();
    let (principal, site) = (Arc::clone(&identity.principal), Object::Client(&question.client.id));
    let inquiry = match Inquiry::about(app, Flow::Request, principal, site, now).await {
        Ok(Some(inquiry)) => inquiry.called_by(&question.client.id),
        Ok(None) => return Some(Verdict::Forbidden(String::new())),
        Err(error) => return Some(Verdict::Failed(error.into())),
    };
    let key = match &identity.credential {
        Credential::ApiKey(key, _) => key.thing(),
        _ => None,
    };
    let outcome = inquiry.decide(app, told(question, identity, origin, now), key.as_slice());
    if outcome.permitted {
        return None;
    }
    // Who is known otherwise cannot sign in, and who proved all of it already need not try again.
    let lacks = |step_up: &StepUp| {
        let proof = identity.authentication.as_ref();
        proof.is_some_and(|it| inquiry::lack(step_up, &it.acr, it.time, now).is_some())
    };
    Some(match outcome.step_up.filter(lacks) {
        Some(step_up) => Verdict::StepUp(step_up),
        None => Verdict::Forbidden(outcome.reasons.into_iter().collect::<Vec<_>>().join("; ")),
    })
}

/// What policies are told of a request.
fn told(
    question: &Question,
    identity: &Identity,
    origin: &Origin,
    now: Timestamp,
) -> Map<String, Value> {
    let request = &question.request;
    let (scheme, host) = question.origin.split_once("://").unwrap_or_default();
    let session = matches!(identity.credential, Credential::Session);
    // A session is the person: what they may do is not limited by scopes.
    let scopes = if session { &[][..] } else { &identity.scopes };
    let mut told = Map::new();
    request.tell(&mut told);
    let mut tell = |name: &str, value: Value| drop(told.insert(name.to_owned(), value));
    tell("scheme", json!(scheme));
    tell("host", json!(host));
    tell("credential", json!(identity.credential.name()));
    tell("scopes", json!(scopes));
    // A token or key may do what its scopes are for, and what else a policy permits.
    let site = question.site();
    let in_scope = session || site.is_in_scope(is_safe(question), scopes);
    tell("deny_by_default", json!(site.deny_by_default || !in_scope));
    if let Credential::ApiKey(key, _) = &identity.credential {
        tell("api_key", key.named());
    }
    if let Some(it) = &identity.authentication {
        told.extend(inquiry::proof(&it.acr, &it.amr, it.time, now));
    }
    inquiry::tell_address(&mut told, origin.address);
    told
}
