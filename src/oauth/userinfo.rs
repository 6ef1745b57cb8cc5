//! `UserInfo` (OpenID Connect Core §5.3).

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header};
use serde_json::{Map, Value};

use super::{
    Code, Error,
    bearer::{self, Refusal},
    claims, encrypt, opened, subject, token,
};
use crate::{
    app::{App, AppState},
    keys::signing::Type,
    registry::{client::Client, scope},
    storage,
    tokens::jws,
};

/// `GET` and `POST /userinfo`.
pub async fn userinfo(
    State(app): State<AppState>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let form = (method == Method::POST && !body.is_empty())
        .then(|| token::form(&headers, &body))
        .transpose()?;
    let text = bearer::token(&headers, form.as_ref())?;
    let opened =
        opened::open(&app, &text).await.map_err(Error::from)?.ok_or_else(bearer::invalid)?;
    let has = |name: &str| opened.scopes.iter().any(|scope| scope == name);
    if !has(scope::OPENID) {
        return Err(Error::new(Code::InsufficientScope, "the scope openid is needed").into());
    }
    // RFC 9068 §4: one that is for others alone opens nothing here, whatever its scopes.
    if !opened.audience.iter().any(|name| name == app.config.server.issuer.as_str()) {
        return Err(bearer::invalid());
    }
    let grant = opened.grant.ok_or_else(bearer::invalid)?;
    let person = storage::profiles::of_grant(&app.db, grant).await.map_err(Error::from)?;
    let person = person.ok_or_else(bearer::invalid)?;
    // Core §5.4, §5.5.
    let mut claims = claims::of(&person, |claim| has(claim.scope), &person.userinfo_claims);
    let sub = subject::of(&app, &opened.client, person.id);
    claims.insert("sub".to_owned(), sub.into());
    Ok(token::no_store(answer(&app, &opened.client, claims).await?))
}

/// As JSON, or as the JWT that the client registered for (Core §5.3.2): signed, encrypted, or signed and then encrypted. It
/// has no `exp` and is for this client alone, so that it is taken neither for an ID token nor for another client's answer.
async fn answer(
    app: &App,
    client: &Client,
    mut claims: Map<String, Value>,
) -> Result<Response, Error> {
    let metadata = &client.metadata;
    let signed = metadata.userinfo_signed_response_alg.map(|alg| {
        claims.insert("iss".to_owned(), app.config.server.issuer.as_str().into());
        claims.insert("aud".to_owned(), client.id.as_ref().into());
        jws::sign(&app.keys.signing(alg, app.clock.now()), Type::Id, &claims)
    });
    let jwt = match (metadata.userinfo_encrypted_response_alg, signed) {
        (None, None) => return Ok(Json(claims).into_response()),
        (None, Some(signed)) => signed,
        (Some(alg), signed) => {
            let nested = signed.is_some();
            let content = signed.unwrap_or_else(|| Value::Object(claims).to_string());
            let enc = metadata.userinfo_encrypted_response_enc.unwrap_or_default();
            encrypt::encrypt(app, client, (alg, enc), nested, &content).await?
        }
    };
    Ok(([(header::CONTENT_TYPE, "application/jwt")], jwt).into_response())
}
