//! Token introspection (RFC 7662): for resource servers, about tokens meant for them.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use serde::Serialize;

use super::{Code, Error, client_auth, entitled, subject, target::Shape, token};
use crate::{
    access::principal::Subject,
    app::{App, AppState},
    registry::client::Client,
    replica::Catalogue,
    storage,
    tokens::{
        access::{AccessClaims, Audience, Holds},
        handle::{Access, Handle},
        refresh::RefreshToken,
    },
    web::RequestContext,
};

/// The answer (RFC 7662 §2.2). A token that is unknown, ended, revoked or not the caller's business is `active: false`
/// and nothing more.
#[derive(Debug, Default, Serialize)]
pub struct Introspection {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<Audience>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<String>,
    #[serde(flatten)]
    holds: Holds,
}

/// `POST /introspect`.
pub async fn introspect(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let params = token::form(&headers, &body)?;
    let client = client_auth::authenticate(&app, &headers, &params, &context).await?;
    // RFC 7662 §2.1: authorization is required, so that no one can scan for tokens.
    if client.is_public() {
        let description = "introspection is for clients that authenticate";
        return Err(Error::new(Code::UnauthorizedClient, description));
    }
    let text = params.require("token")?;
    let answer = look_up(&app, &client, text).await?.unwrap_or_default();
    Ok(token::no_store(Json(answer).into_response()))
}

async fn look_up(app: &App, client: &Client, text: &str) -> storage::Result<Option<Introspection>> {
    if RefreshToken::looks_like(text) {
        return refresh_token(app, client, text).await;
    }
    if let Some(handle) = Handle::<Access>::parse(text) {
        return opaque(app, client, &handle).await;
    }
    jwt(app, client, text).await
}

/// Whether a token for these resources, issued to that client, is the caller's business.
fn concerns(caller: &Client, issued_to: &str, audience: &[String]) -> bool {
    caller.id.as_ref() == issued_to
        || audience.iter().any(|name| caller.metadata.introspects.contains(name))
}

async fn jwt(app: &App, client: &Client, text: &str) -> storage::Result<Option<Introspection>> {
    let issuer = app.config.server.issuer.as_str();
    let now = app.clock.now();
    let Some(claims) = app.verified.verify(&app.keys, issuer, text, now) else {
        return Ok(None);
    };
    if !concerns(client, &claims.client_id, claims.aud.names())
        || app.replica.is_revoked(&claims.jti).await?
        || !app.replica.is_enabled(&claims.client_id).await?
    {
        return Ok(None);
    }
    let catalogue = app.replica.resources();
    if entitled::is_by_roles(&catalogue, claims.aud.names()) {
        return jwt_by_roles(app, client, &catalogue, &claims).await;
    }
    Ok(Some(about(&claims)))
}

/// What a JWT says itself.
fn about(claims: &AccessClaims) -> Introspection {
    Introspection {
        active: true,
        token_type: Some("Bearer"),
        scope: Some(claims.scope.clone()),
        client_id: Some(claims.client_id.clone()),
        sub: Some(claims.sub.clone()),
        aud: Some(claims.aud.clone()),
        iss: Some(claims.iss.clone()),
        exp: Some(claims.exp),
        iat: Some(claims.iat),
        jti: Some(claims.jti.as_str().to_owned()),
        auth_time: claims.auth_time,
        acr: claims.acr.clone(),
        amr: claims.amr.clone(),
        holds: Holds::default(),
    }
}

/// A JWT whose resources care about roles says what was so when it was issued. Whoever asks wants to know what is so now.
async fn jwt_by_roles(
    app: &App,
    client: &Client,
    catalogue: &Catalogue,
    claims: &AccessClaims,
) -> storage::Result<Option<Introspection>> {
    let person = match claims.jti.grant() {
        None => None,
        Some(grant) => match claims.sub.parse() {
            Ok(person) => Some(person),
            // Pairwise: it says nothing without its grant.
            Err(_) => match storage::grants::person(&app.db, grant).await? {
                Some(person) => Some(person),
                None => return Ok(None),
            },
        },
    };
    let subject = || match person {
        Some(person) => Subject::User(person),
        None => Subject::Client(claims.client_id.clone()),
    };
    let issuer = app.config.server.issuer.as_str();
    let (own, resources): (Vec<String>, Vec<String>) =
        claims.aud.names().iter().cloned().partition(|name| name == issuer);
    let scopes: Vec<String> = claims.scope.split(' ').map(str::to_owned).collect();
    let entitled = entitled::of(app, catalogue, subject, &scopes, &resources).await?;
    let audience = [entitled.resources.into_owned(), own].concat();
    if audience.is_empty() || !concerns(client, &claims.client_id, &audience) {
        return Ok(None);
    }
    Ok(Some(Introspection {
        scope: Some(entitled.scopes.join(" ")),
        aud: Some(audience.into()),
        holds: entitled.holds,
        ..about(claims)
    }))
}

async fn opaque(
    app: &App,
    client: &Client,
    handle: &Handle<Access>,
) -> storage::Result<Option<Introspection>> {
    let digest = handle.digest();
    let now = app.clock.now();
    let row = storage::opaque_tokens::find(&app.db, handle.id, digest.bytes(), now).await?;
    let Some(row) = row.filter(|row| concerns(client, &row.client_id, &row.audience)) else {
        return Ok(None);
    };
    let issued_to = app.replica.client(&row.client_id).await?;
    let Some(issued_to) = issued_to.filter(|client| !client.metadata.disabled) else {
        return Ok(None);
    };
    // What a JWT of the same client would say, whoever asks.
    let person = row.grant_id.and_then(|_| row.subject.parse().ok());
    let sub = person.map(|person| subject::of(app, &issued_to, person));
    let subject = || match person {
        Some(person) => Subject::User(person),
        None => Subject::Client(row.client_id.clone()),
    };
    let catalogue = app.replica.resources();
    let entitled = entitled::of(app, &catalogue, subject, &row.scopes, &row.audience).await?;
    if entitled.is_nothing() || !concerns(client, &row.client_id, &entitled.resources) {
        return Ok(None);
    }
    // The row has all scopes of the grant: the token has those that its resources understand.
    let issuer = app.config.server.issuer.as_str();
    let (scopes, resources) = (&entitled.scopes, &entitled.resources);
    let shape = Shape::of(&catalogue, &app.config.tokens, issuer, scopes, resources).ok();
    Ok(shape.map(|shape| Introspection {
        active: true,
        token_type: Some("Bearer"),
        scope: Some(shape.scopes.join(" ")),
        client_id: Some(row.client_id),
        sub: Some(sub.unwrap_or(row.subject)),
        aud: Some(shape.audience.into()),
        holds: entitled.holds,
        iss: Some(app.config.server.issuer.as_str().to_owned()),
        exp: Some(row.expires_at.unix_timestamp()),
        iat: Some(row.issued_at.unix_timestamp()),
        jti: Some(row.id.simple().to_string()),
        ..Introspection::default()
    }))
}

/// A refresh token is the business of its own client alone.
async fn refresh_token(
    app: &App,
    client: &Client,
    text: &str,
) -> storage::Result<Option<Introspection>> {
    let Some(token) = RefreshToken::parse(&app.secrets.refresh, text) else { return Ok(None) };
    let digest = token.digest();
    let cutoffs = app.cutoffs(app.clock.now());
    let row = storage::grants::find_refresh(&app.db, token.grant, digest.bytes(), cutoffs).await?;
    let row = row.filter(|row| row.current && row.client_id == *client.id);
    Ok(row.map(|row| Introspection {
        active: true,
        scope: Some(row.scopes.join(" ")),
        client_id: Some(row.client_id),
        sub: Some(subject::of(app, client, row.user_id)),
        iss: Some(app.config.server.issuer.as_str().to_owned()),
        exp: Some(row.expires_at.unix_timestamp()),
        iat: Some(row.rotated_at.unix_timestamp()),
        ..Introspection::default()
    }))
}
