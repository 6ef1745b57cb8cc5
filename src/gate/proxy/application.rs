//! What a site's own scripts ask of the session that they are in: who is signed in, the token against forged requests, and to
//! sign out (OAuth 2.0 for Browser-Based Apps, draft-ietf-oauth-browser-based-apps, §6.1: the backend for frontends).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Map, Value, json};

use super::{
    answer, check,
    identity::{Identity, Unknown},
    path,
    question::{self, Question, Refusal},
    session,
};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    identity::pages::with_cookies,
    keys::signing::Type,
    oauth::{claims, metadata::path as protocol, revoke, subject, token::no_store},
    registry::{client::Client, site::Csrf},
    storage::{self, gate_sessions::GateSessionRow},
    tokens::{id::IdClaims, jws},
    web::{RequestContext, cookies::Cookie, csrf},
};

/// How long the way to Signet's own sign-out may take, in seconds.
const HINT: i64 = 60;

/// `GET /.signet/user`.
pub async fn user(State(app): State<AppState>, uri: Uri, headers: HeaderMap) -> Response {
    no_store(match signed_in(&app, &uri, &headers).await {
        Ok((_, identity)) => match told(&app, &identity).await {
            Ok(told) => Json(told).into_response(),
            Err(error) => answer::failed(error.into()),
        },
        Err(response) => response,
    })
}

/// `GET /.signet/csrf`.
pub async fn csrf(State(app): State<AppState>, uri: Uri, headers: HeaderMap) -> Response {
    no_store(match signed_in(&app, &uri, &headers).await {
        Ok((question, _)) => match session::handle(&headers, &question.origin) {
            Some(handle) => {
                let token = csrf::token(&app.secrets.pages, &handle.digest());
                Json(json!({ "csrf_token": token, "header": "X-CSRF-Token" })).into_response()
            }
            None => StatusCode::UNAUTHORIZED.into_response(),
        },
        Err(response) => response,
    })
}

/// `POST /.signet/sign-out`: ends the session at the site. Where the one at Signet ends, the answer says; a page is led there.
pub async fn sign_out(
    State(app): State<AppState>,
    context: RequestContext,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (client, origin) = question::here(&app, &uri, &headers).await?;
    let token = client.metadata.gate.as_ref().is_none_or(|site| site.csrf == Csrf::Origin)
        || check::has_token(&app, &headers, &origin);
    if !check::is_said_to_be_own(&headers, &origin) || !token {
        let why = json!({ "error": "access_denied", "error_description": "the request is not the site's own" });
        return Ok(no_store((StatusCode::FORBIDDEN, Json(why)).into_response()));
    }
    let mut hint = None;
    if let Some(session) = session::current(&app, &client, &origin, &headers).await? {
        let row = &session.row;
        hint = Some(id_token_hint(&app, &client, row));
        revoke::grant(&app, row.id).await?;
        let event = Event::new(Kind::GateSessionEnded)
            .user(row.user_id)
            .client(&client.id)
            .session(row.session_id)
            .grant(row.id);
        app.audit.record(event, &context.origin).await?;
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("client_id", &client.id)
        .append_pair("post_logout_redirect_uri", &format!("{origin}/"));
    if let Some(hint) = hint {
        query.append_pair("id_token_hint", &hint);
    }
    let end = app.config.server.issuer.join(protocol::END_SESSION);
    let end = format!("{end}?{}", query.finish());
    let response = if answer::opens_page(&headers) {
        answer::redirect(&end)
    } else {
        Json(json!({ "signed_out": true, "end_session": end })).into_response()
    };
    let forget = session::cookies(&origin).remove(Cookie::GateSession);
    Ok(no_store(with_cookies(response, [forget])))
}

/// Tells Signet's own sign-out that this very session is meant, so that the person is not asked again (OpenID Connect
/// RP-Initiated Logout 1.0 §2).
fn id_token_hint(app: &App, client: &Client, row: &GateSessionRow) -> String {
    let (alg, now) = (client.metadata.id_token_signed_response_alg, app.clock.now());
    let iat = now.unix_timestamp();
    let claims = IdClaims {
        iss: app.config.server.issuer.as_str().to_owned(),
        sub: subject::of(app, client, row.user_id),
        aud: client.id.to_string(),
        exp: iat + HINT,
        iat,
        auth_time: row.auth_time.unix_timestamp(),
        nonce: None,
        acr: row.acr.clone(),
        amr: row.amr.clone(),
        sid: subject::sid(app, client, row.session_id),
        at_hash: String::new(),
        more: Map::new(),
    };
    jws::sign(&app.keys.signing(alg, now), Type::Id, &claims)
}

/// Who is signed in at the site that is asked.
async fn signed_in(
    app: &App,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<(Question, Identity), Response> {
    let (client, origin) =
        question::here(app, uri, headers).await.map_err(IntoResponse::into_response)?;
    // Scripts of other sites get nothing, also where the browser would let them have it.
    let from_elsewhere = headers
        .get("sec-fetch-site")
        .is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"));
    if from_elsewhere {
        return Err(StatusCode::FORBIDDEN.into_response());
    }
    let question = Question::page(client, origin, "/").map_err(IntoResponse::into_response)?;
    match session::identity(app, &question, headers).await {
        Ok(identity) => Ok((question, identity)),
        Err(Unknown::Failed(error)) => Err(answer::failed(error)),
        Err(_) => {
            let told = json!({ "error": "login_required", "sign_in": path::SIGN_IN });
            Err((StatusCode::UNAUTHORIZED, Json(told)).into_response())
        }
    }
}

/// What a site is told of who is signed in: the claims that its scopes open, what they hold, and when that ends.
async fn told(app: &App, identity: &Identity) -> storage::Result<Value> {
    let person = match identity.grant {
        Some(grant) => storage::profiles::of_grant(&app.db, grant).await?,
        None => None,
    };
    let mut told = person
        .map(|person| claims::of(&person, |claim| identity.opens(claim.scope), &[]))
        .unwrap_or_default();
    told.insert("sub".to_owned(), json!(identity.sub));
    told.insert("groups".to_owned(), json!(identity.principal.groups));
    told.insert("roles".to_owned(), json!(identity.principal.roles));
    told.insert("scope".to_owned(), json!(identity.scopes.join(" ")));
    if let Some(proof) = &identity.authentication {
        told.insert("auth_time".to_owned(), json!(proof.time.unix_timestamp()));
        told.insert("acr".to_owned(), json!(proof.acr));
        told.insert("amr".to_owned(), json!(proof.amr));
    }
    if let Some(until) = identity.until {
        told.insert("session_expires_at".to_owned(), json!(until.unix_timestamp()));
    }
    Ok(Value::Object(told))
}
