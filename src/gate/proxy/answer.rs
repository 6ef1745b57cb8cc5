//! What proxies are told: in headers, which they copy to the request that they let through, or hand on to the caller.

use std::fmt::Write;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{
    basic,
    check::Verdict,
    identity::{API_KEY, Credential, Identity, Unknown},
    path,
    question::{Question, Refusal},
    session,
};
use crate::{
    access::{engine::StepUp, principal::Subject},
    oauth::{Error, api_key, bearer, token::no_store},
    registry::site::RemoteUser,
};

/// Who is behind a request. Every one of these is in every answer that lets one through, empty if there is nothing to say, so
/// that whatever a caller wrote there is overwritten by what the proxy copies.
pub const IDENTITY: [HeaderName; 8] = [
    HeaderName::from_static("remote-user"),
    HeaderName::from_static("remote-subject"),
    HeaderName::from_static("remote-name"),
    HeaderName::from_static("remote-email"),
    HeaderName::from_static("remote-groups"),
    HeaderName::from_static("remote-roles"),
    HeaderName::from_static("remote-client"),
    HeaderName::from_static("remote-scopes"),
];

/// Headers that proxies copy beside those, and that a caller's own name with `_` for `-` would stand beside: servers that hand
/// headers on as variables do not tell the two apart.
const COPIED: [&str; 3] = ["authorization", "cookie", API_KEY];

/// The header by which a caller says what the gate alone says. Not every proxy overwrites it.
#[must_use]
pub fn forged(headers: &HeaderMap) -> Option<String> {
    let is_forged = |name: &&HeaderName| {
        let plain = name.as_str().replace('_', "-");
        IDENTITY.iter().any(|own| own.as_str() == plain)
            || name.as_str().contains('_') && COPIED.contains(&plain.as_str())
    };
    headers.keys().find(is_forged).map(ToString::to_string)
}

/// For proxies that take 200, 401 and 403 and nothing else.
#[must_use]
pub fn plainly(question: Option<&Question>, verdict: Verdict, headers: &HeaderMap) -> Response {
    let response = match verdict {
        Verdict::Through(identity, token) => through(question, identity.as_deref(), token, headers),
        Verdict::Challenge(unknown) => challenge(question, &unknown),
        Verdict::StepUp(step_up) => step_up_challenge(&step_up),
        Verdict::Forbidden(reason) => {
            (StatusCode::FORBIDDEN, text("access_denied", &reason)).into_response()
        }
        Verdict::Failed(error) => error.into_response(),
    };
    no_store(response)
}

/// For proxies that hand on what is not 200: a person who opens a page is led to sign in.
#[must_use]
pub fn leading(question: Option<&Question>, verdict: Verdict, headers: &HeaderMap) -> Response {
    let signs_in = matches!(verdict, Verdict::Challenge(Unknown::Nothing) | Verdict::StepUp(_));
    if let Some(question) = question.filter(|question| signs_in && navigates(question, headers)) {
        let to = question.path_and_query.as_bytes();
        let to: String = form_urlencoded::byte_serialize(to).collect();
        // With the origin: Traefik takes an address without one for one below where it asked.
        let to = format!("{}{}?return_to={to}", question.origin, path::SIGN_IN);
        return no_store(redirect(&to));
    }
    plainly(question, verdict, headers)
}

/// Whether a browser opens a page by this request, and does not fetch something for one.
#[must_use]
pub fn navigates(question: &Question, headers: &HeaderMap) -> bool {
    question.request.method == "GET" && opens_page(headers)
}

/// Whether a request is for a page, as browsers say it.
#[must_use]
pub fn opens_page(headers: &HeaderMap) -> bool {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match value("sec-fetch-mode") {
        Some(mode) => mode == "navigate",
        None => value("accept").is_some_and(|accept| accept.contains("text/html")),
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Storage(error) => failed(error.into()),
            refusal => no_store(
                (StatusCode::FORBIDDEN, text("access_denied", &refusal.to_string()))
                    .into_response(),
            ),
        }
    }
}

/// Signet cannot answer.
#[must_use]
pub fn failed(error: Error) -> Response {
    no_store(error.into_response())
}

/// A redirect to somewhere that is visible ASCII.
#[must_use]
pub fn redirect(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Err(_) => Error::server_error().into_response(),
    }
}

fn text(code: &str, description: &str) -> axum::Json<Value> {
    axum::Json(json!({ "error": code, "error_description": description }))
}

fn through(
    question: Option<&Question>,
    identity: Option<&Identity>,
    token: Option<String>,
    headers: &HeaderMap,
) -> Response {
    let mut response = StatusCode::OK.into_response();
    let told = response.headers_mut();
    told.reserve(IDENTITY.len() + 4);
    for name in IDENTITY {
        told.insert(name, HeaderValue::from_static(""));
    }
    if let (Some(identity), Some(question)) = (identity, question) {
        for (name, value) in IDENTITY.into_iter().zip(said_of(question, identity)) {
            told.insert(name, value);
        }
    }
    let bearer = token.and_then(|token| HeaderValue::from_str(&format!("Bearer {token}")).ok());
    let mut bearer = bearer.unwrap_or(HeaderValue::from_static(""));
    bearer.set_sensitive(true);
    told.insert(header::AUTHORIZATION, bearer);
    told.insert(header::COOKIE, session::other_cookies(headers));
    // A secret that lasts: what is behind the proxy has no use for it but misuse.
    told.insert(HeaderName::from_static(API_KEY), HeaderValue::from_static(""));
    if let Some(Identity { credential: Credential::ApiKey(_, sunset), .. }) = identity {
        api_key::announce(&mut response, *sunset);
    }
    response
}

/// The values of [`IDENTITY`].
fn said_of(question: &Question, identity: &Identity) -> [HeaderValue; 8] {
    let known = |name: &str| identity.principal.known.get(name).and_then(Value::as_str);
    let is_person = matches!(identity.subject, Subject::User(_));
    // What a person allowed the site to see; their own key is theirs to use wherever it is good.
    let own_key = matches!(identity.credential, Credential::ApiKey(..));
    let opened = |scope: &str| own_key || identity.opens(scope);
    let verified = identity.principal.known.get("email_verified") == Some(&Value::Bool(true));
    let email = known("email").filter(|_| is_person && verified && opened("email"));
    let email = email.unwrap_or_default();
    let profile =
        |name: &str| known(name).filter(|_| !is_person || opened("profile")).unwrap_or_default();
    // No client is taken for a person of that name.
    let user = match question.site().remote_user {
        RemoteUser::Sub => identity.sub.as_str(),
        RemoteUser::Username if is_person => profile("username"),
        RemoteUser::Email => email,
        RemoteUser::Username => "",
    };
    let list = |names: &std::collections::BTreeSet<String>| {
        value(&names.iter().map(String::as_str).collect::<Vec<_>>().join(","))
    };
    [
        value(user),
        value(&identity.sub),
        value(profile("name")),
        value(email),
        list(&identity.principal.groups),
        list(&identity.principal.roles),
        value(&identity.client_id),
        value(&identity.scopes.join(" ")),
    ]
}

/// A header's value: UTF-8, without what headers cannot have.
fn value(text: &str) -> HeaderValue {
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    HeaderValue::from_bytes(clean.trim().as_bytes()).unwrap_or(HeaderValue::from_static(""))
}

/// RFC 6750 §3, RFC 7617 §2: what would do.
#[must_use]
pub fn challenge(question: Option<&Question>, unknown: &Unknown) -> Response {
    let (error, mut response) = match unknown {
        Unknown::Nothing => (
            None,
            (StatusCode::UNAUTHORIZED, text("login_required", "no one is signed in"))
                .into_response(),
        ),
        // RFC 6750 §3.1 has invalid_request with 400, which these proxies do not take.
        Unknown::Invalid(error) => {
            let (code, description) = (error.code.name(), &error.description);
            (Some(error), (StatusCode::UNAUTHORIZED, text(code, description)).into_response())
        }
        Unknown::Failed(error) => return error.clone().into_response(),
    };
    let headers = response.headers_mut();
    if let Some(bearer) = bearer::challenge(error) {
        headers.append(header::WWW_AUTHENTICATE, bearer);
    }
    if question.is_some_and(basic::is_taken) {
        let basic = HeaderValue::from_static("Basic realm=\"signet\", charset=\"UTF-8\"");
        headers.append(header::WWW_AUTHENTICATE, basic);
    }
    response
}

/// RFC 9470 §3.
#[must_use]
pub fn step_up_challenge(step_up: &StepUp) -> Response {
    let description = "a stronger or more recent sign-in is needed";
    let mut challenge = format!(
        "Bearer realm=\"signet\", error=\"insufficient_user_authentication\", error_description=\"{description}\""
    );
    if let Some(acr) = step_up
        .acr
        .as_deref()
        .filter(|acr| acr.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\'))
    {
        let _ = write!(challenge, ", acr_values=\"{acr}\"");
    }
    if let Some(max_age) = step_up.max_age {
        let _ = write!(challenge, ", max_age=\"{max_age}\"");
    }
    let body = text("insufficient_user_authentication", description);
    let mut response = (StatusCode::UNAUTHORIZED, body).into_response();
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
