//! `UserInfo` (OpenID Connect Core §5.3).

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method};
use uuid::Uuid;

use super::{
    Code, Error,
    bearer::{self, Refusal},
    claims,
    target::Shape,
    token,
};
use crate::{
    app::{App, AppState},
    registry::scope,
    storage,
    tokens::handle::{Access, Handle},
};

/// What a token opens.
struct Opened {
    subject: String,
    grant: Option<Uuid>,
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
    let grant = opened.grant.ok_or_else(bearer::invalid)?;
    let person = storage::profiles::of_grant(&app.db, grant).await.map_err(Error::from)?;
    let person = person.ok_or_else(bearer::invalid)?;
    // Core §5.4, §5.5.
    let mut claims = claims::of(&person, |claim| {
        has(claim.scope) || person.userinfo_claims.iter().any(|name| name == claim.name)
    });
    claims.insert("sub".to_owned(), opened.subject.into());
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
        let grant = row.grant_id;
        return Ok(shape.map(|shape| Opened { subject: row.subject, grant, scopes: shape.scopes }));
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
    Ok(Some(Opened { subject: claims.sub.clone(), grant: claims.jti.grant(), scopes }))
}
