//! `UserInfo` (OpenID Connect Core §5.3).

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Code, Error,
    bearer::{self, Refusal},
    target::Shape,
    token,
};
use crate::{
    app::{App, AppState},
    registry::scope,
    storage,
    tokens::handle::{Access, Handle},
};

/// The claims that the scopes open (Core §5.4). What is not known is absent, not null.
#[derive(Debug, Default, Serialize)]
struct UserInfo {
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
}

/// What a token opens.
struct Opened {
    subject: String,
    scopes: Vec<String>,
}

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
    let opened = open(&app, &text).await.map_err(Error::from)?.ok_or_else(bearer::invalid)?;
    let has = |name: &str| opened.scopes.iter().any(|scope| scope == name);
    if !has(scope::OPENID) {
        return Err(Error::new(Code::InsufficientScope, "the scope openid is needed").into());
    }
    let id: Uuid = opened.subject.parse().map_err(|_| bearer::invalid())?;
    let user = storage::users::get(&app.db, id).await.map_err(Error::from)?;
    let user = user.filter(|user| user.disabled_at.is_none()).ok_or_else(bearer::invalid)?;
    let mut claims = UserInfo { sub: opened.subject, ..UserInfo::default() };
    if opened.scopes.iter().any(|scope| scope == "profile") {
        claims.name = user.name;
        claims.preferred_username = user.username;
        claims.updated_at = Some(user.updated_at.unix_timestamp());
    }
    if opened.scopes.iter().any(|scope| scope == "email") {
        claims.email = Some(user.email);
        claims.email_verified = Some(user.email_verified);
    }
    Ok(token::no_store(Json(claims).into_response()))
}

/// What a live token opens, if it is meant for Signet itself.
async fn open(app: &App, text: &str) -> storage::Result<Option<Opened>> {
    let now = app.clock.now();
    if let Some(handle) = Handle::<Access>::parse(text) {
        let digest = handle.digest();
        let row = storage::opaque_tokens::find(&app.db, handle.id, digest.bytes(), now).await?;
        let Some(row) = row else { return Ok(None) };
        if !app.replica.is_enabled(&row.client_id).await? {
            return Ok(None);
        }
        let shape = Shape::of_opaque(app, &row);
        return Ok(shape.map(|shape| Opened { subject: row.subject, scopes: shape.scopes }));
    }
    let issuer = app.config.server.issuer.as_str();
    let Some(claims) = app.verified.verify(&app.keys, issuer, text, now) else {
        return Ok(None);
    };
    if app.replica.is_revoked(&claims.jti).await?
        || !app.replica.is_enabled(&claims.client_id).await?
    {
        return Ok(None);
    }
    // A token with the scope openid is always meant for Signet too.
    let scopes = claims.scope.split(' ').map(str::to_owned).collect();
    Ok(Some(Opened { subject: claims.sub.clone(), scopes }))
}
