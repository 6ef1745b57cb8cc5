//! Token introspection (RFC 7662): for resource servers, about tokens meant for them.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use serde::Serialize;

use super::{
    Code, Error,
    api_key::{self, Presented},
    client_auth, entitled, opened, subject,
    target::Shape,
    token,
};
use crate::{
    access::principal::Subject,
    app::{App, AppState},
    clock::Timestamp,
    registry::client::Client,
    replica::Catalogue,
    storage,
    tokens::{
        access::{AccessClaims, Audience, Holds, OfApiKey},
        api_key::ApiKeySecret,
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
    /// The API key that it is, or was exchanged for.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<OfApiKey>,
    /// When that ends because another one takes its place.
    #[serde(skip)]
    sunset: Option<Timestamp>,
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
    let answer = if ApiKeySecret::looks_like(text) {
        api_key(&app, &client, text, params.get("address")).await?
    } else {
        look_up(&app, &client, text).await?
    };
    let answer = answer.unwrap_or_default();
    let sunset = answer.sunset;
    let mut response = token::no_store(Json(answer).into_response());
    api_key::announce(&mut response, sunset);
    Ok(response)
}

async fn look_up(app: &App, client: &Client, text: &str) -> Result<Option<Introspection>, Error> {
    if RefreshToken::looks_like(text) {
        return Ok(refresh_token(app, client, text).await?);
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

/// Whether whoever a token was issued to is there and not disabled: a client, or an API key.
async fn is_behind(app: &App, issued_to: &str, of: Option<&OfApiKey>) -> Result<bool, Error> {
    match of {
        Some(of) => api_key::is_behind(app, of).await,
        None => Ok(app.replica.is_enabled(issued_to).await?),
    }
}

async fn jwt(app: &App, client: &Client, text: &str) -> Result<Option<Introspection>, Error> {
    let issuer = app.config.server.issuer.as_str();
    let now = app.clock.now();
    let Some(claims) = app.verified.verify(&app.keys, issuer, text, now) else {
        return Ok(None);
    };
    if !concerns(client, &claims.client_id, claims.aud.names())
        || app.replica.is_revoked(&claims.jti).await?
        || !is_behind(app, &claims.client_id, claims.api_key.as_ref()).await?
    {
        return Ok(None);
    }
    let catalogue = app.replica.resources();
    if entitled::is_by_roles(&catalogue, claims.aud.names()) {
        return Ok(jwt_by_roles(app, client, &catalogue, &claims).await?);
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
        api_key: claims.api_key,
        sunset: None,
    }
}

/// A JWT whose resources care about roles says what was so when it was issued. Whoever asks wants to know what is so now.
async fn jwt_by_roles(
    app: &App,
    client: &Client,
    catalogue: &Catalogue,
    claims: &AccessClaims,
) -> storage::Result<Option<Introspection>> {
    let Some(subject) = opened::whom(app, claims).await? else { return Ok(None) };
    let issuer = app.config.server.issuer.as_str();
    let (own, resources): (Vec<String>, Vec<String>) =
        claims.aud.names().iter().cloned().partition(|name| name == issuer);
    let scopes: Vec<String> = claims.scope.split(' ').map(str::to_owned).collect();
    let entitled = entitled::of(app, catalogue, || subject, &scopes, &resources).await?;
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
) -> Result<Option<Introspection>, Error> {
    let digest = handle.digest();
    let now = app.clock.now();
    let row = storage::opaque_tokens::find(&app.db, handle.id, digest.bytes(), now).await?;
    let Some(row) = row.filter(|row| concerns(client, &row.client_id, &row.audience)) else {
        return Ok(None);
    };
    let (sub, of, whom) = if let Some(id) = row.api_key {
        let key = app.replica.api_key(id).await?;
        let Some(key) = key else { return Ok(None) };
        let of = api_key::claim(&key);
        if !is_behind(app, &row.client_id, Some(&of)).await? {
            return Ok(None);
        }
        (None, Some(of), key.owner.clone())
    } else {
        let issued_to = app.replica.client(&row.client_id).await?;
        let Some(issued_to) = issued_to.filter(|client| !client.metadata.disabled) else {
            return Ok(None);
        };
        // What a JWT of the same client would say, whoever asks.
        match row.grant_id.and_then(|_| row.subject.parse().ok()) {
            Some(person) => {
                (Some(subject::of(app, &issued_to, person)), None, Subject::User(person))
            }
            None => (None, None, Subject::Client(row.client_id.clone())),
        }
    };
    let catalogue = app.replica.resources();
    let entitled = entitled::of(app, &catalogue, || whom, &row.scopes, &row.audience).await?;
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
        api_key: of,
        ..Introspection::default()
    }))
}

/// An API key, as it was presented to a resource server from `address`. One that is good from some addresses alone is not
/// if the resource server does not say (RFC 7662 §2.1 leaves room for that).
async fn api_key(
    app: &App,
    client: &Client,
    text: &str,
    address: Option<&str>,
) -> Result<Option<Introspection>, Error> {
    let address = address.map(str::parse).transpose();
    let address = address.map_err(|_| Error::invalid_request("address is not an IP address"))?;
    let Some(secret) = ApiKeySecret::parse(text) else { return Ok(None) };
    let Some(key) = api_key::find(app, &secret).await? else { return Ok(None) };
    let client_id = api_key::client_id(&key);
    if !concerns(client, &client_id, std::slice::from_ref(&key.resource)) {
        return Ok(None);
    }
    let Ok(Presented { key, allowed }) = api_key::check(app, key, address, None).await? else {
        return Ok(None);
    };
    let catalogue = app.replica.resources();
    let resources = std::slice::from_ref(&key.resource);
    let owner = || key.owner.clone();
    let entitled = entitled::of(app, &catalogue, owner, &allowed.scopes, resources).await?;
    if entitled.resources.is_empty() {
        return Ok(None);
    }
    Ok(Some(Introspection {
        active: true,
        token_type: Some(api_key::TOKEN_TYPE),
        scope: Some(entitled.scopes.join(" ")),
        holds: entitled.holds.clone(),
        client_id: Some(client_id),
        sub: Some(api_key::subject(&key)),
        aud: Some(Audience::One(key.resource.clone())),
        iss: Some(app.config.server.issuer.as_str().to_owned()),
        exp: allowed.until.map(Timestamp::unix_timestamp),
        iat: Some(key.created_at.unix_timestamp()),
        api_key: Some(api_key::claim(&key)),
        sunset: allowed.sunset,
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
