//! The decision about a request, and how each kind of proxy is told.

use std::collections::BTreeSet;

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
    access::{
        Flow, circumstances,
        engine::{self, StepUp},
        principal::{Principal, Subject},
    },
    app::{App, AppState},
    audit::Origin,
    clock::Timestamp,
    decisions::Decided,
    oauth::Error,
    registry::site::Csrf,
    replica::PrincipalError,
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
    if !public {
        match ruling(app, question, &identity, origin).await {
            Ok(Ruling::Permitted) => {}
            Ok(Ruling::StepUp(step_up)) => return Verdict::StepUp(step_up),
            Ok(Ruling::Forbidden(reasons)) => {
                let reasons: Vec<String> = reasons.into_iter().collect();
                return Verdict::Forbidden(reasons.join("; "));
            }
            Err(error) => return Verdict::Failed(error),
        }
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

/// What policies say.
enum Ruling {
    Permitted,
    StepUp(StepUp),
    Forbidden(BTreeSet<String>),
}

/// Asks the policies. What cannot be decided is forbidden.
async fn ruling(
    app: &App,
    question: &Question,
    identity: &Identity,
    origin: &Origin,
) -> Result<Ruling, Error> {
    let now = app.clock.now();
    let forbidden = || Ok(Ruling::Forbidden(BTreeSet::new()));
    let site = Subject::Client(question.client.id.to_string());
    let site = match app.replica.principal(&site, now).await {
        Ok(Some(site)) => site,
        Ok(None) => return forbidden(),
        Err(PrincipalError::Storage(error)) => return Err(error.into()),
        Err(error) => {
            tracing::error!(%error, "nothing is let through by policies that cannot be asked");
            return forbidden();
        }
    };
    let authority = app.replica.authority();
    let (Ok(engine), Some(action)) = (&authority.engine, Flow::Request.action()) else {
        return forbidden();
    };
    let context = circumstances::of(
        told(question, identity, origin, now),
        now,
        &app.config.access.time_zone.0,
    );
    let resource = site.thing();
    let key = match &identity.credential {
        Credential::ApiKey(key, _) => key.thing(),
        _ => None,
    };
    let asked = engine::Question {
        principal: &identity.principal,
        action: action.clone(),
        resource: &resource,
        context: context.clone(),
        others: key.as_slice(),
    };
    let outcome = match engine.decide(asked) {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(%error, site = &*question.client.id, "a request could not be decided");
            return forbidden();
        }
    };
    let principal: &Principal = &identity.principal;
    app.decisions.record(&Decided {
        caller: Some(&question.client.id),
        authority: &authority,
        principal,
        action: &action,
        resource: &resource,
        context: &context,
        others: key.as_slice(),
        outcome: &outcome,
    });
    let proof = identity.authentication.as_ref();
    Ok(match outcome.step_up {
        _ if outcome.permitted => Ruling::Permitted,
        // Who is known otherwise cannot sign in, and who proved all of it already need not try again.
        Some(step_up) if proof.is_some_and(|proof| proof.lacks(&step_up, now)) => {
            Ruling::StepUp(step_up)
        }
        _ => Ruling::Forbidden(outcome.reasons),
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
    if let Some(address) = origin.address {
        tell("address", json!(address));
    }
    if let Credential::ApiKey(key, _) = &identity.credential {
        tell("api_key", key.named());
    }
    if let Some(authentication) = &identity.authentication {
        let age = now.unix_timestamp() - authentication.time.unix_timestamp();
        tell("auth_age", json!(age.max(0)));
        tell("acr", json!(authentication.acr));
        tell("amr", json!(authentication.amr));
    }
    told
}
