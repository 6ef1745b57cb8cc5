//! The token endpoint (RFC 6749 §3.2): authenticate the client, then one file a grant type.

mod allowed;
mod authorization_code;
mod client_credentials;
mod issue;
mod refresh_token;
pub mod token_exchange;

pub use authorization_code::redeem_for_site;

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header};
use metrics::{Counter, counter};
use serde::Serialize;

use super::{Code, Error, client_auth};
use crate::{
    app::AppState,
    registry::client::GrantType,
    web::{RequestContext, params::Params},
};

/// A successful answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// `signet_tokens_issued_total` by grant type, looked up once.
static ISSUED: LazyLock<[Counter; GrantType::ALL.len()]> = LazyLock::new(|| {
    GrantType::ALL.map(|grant| counter!("signet_tokens_issued_total", "grant_type" => grant.name()))
});

/// `POST /token`.
pub async fn token(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let params = form(&headers, &body)?;
    if params.get("grant_type") == Some(token_exchange::GRANT_TYPE) {
        // Apart, so that others do not carry its state along.
        return Box::pin(token_exchange::exchange(&app, &headers, &params, &context)).await;
    }
    let client = client_auth::authenticate(&app, &headers, &params, &context).await?;
    let grant_type = match params.require("grant_type")? {
        "authorization_code" => GrantType::AuthorizationCode,
        "client_credentials" => GrantType::ClientCredentials,
        "refresh_token" => GrantType::RefreshToken,
        _ => {
            return Err(Error::new(Code::UnsupportedGrantType, "this grant type is not supported"));
        }
    };
    client.check_grant_type(grant_type)?;
    let outcome = match grant_type {
        GrantType::AuthorizationCode => {
            authorization_code::grant(&app, &client, &params, &context).await
        }
        GrantType::ClientCredentials => {
            client_credentials::grant(&app, &client, &params, &context).await
        }
        GrantType::RefreshToken => refresh_token::grant(&app, &client, &params, &context).await,
    };
    let response = outcome.inspect_err(|error| {
        tracing::debug!(
            client_id = &*client.id,
            grant_type = grant_type.name(),
            error = error.code.name(),
            error_description = &*error.description,
            "refused"
        );
    })?;
    ISSUED[grant_type as usize].increment(1);
    Ok(no_store(json(&response)))
}

/// As `axum::Json`, with room for tokens from the start.
fn json(body: &TokenResponse) -> Response {
    let mut bytes = Vec::with_capacity(2048);
    if let Err(error) = serde_json::to_writer(&mut bytes, body) {
        tracing::error!(%error, "a token response does not serialize");
        return Error::server_error().into_response();
    }
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

/// The parameters of a form post (RFC 6749 §3.2: in the body alone, and nothing twice).
pub fn form(headers: &HeaderMap, body: &[u8]) -> Result<Params, Error> {
    check_media_type(headers)?;
    Ok(Params::parse_unique(body)?)
}

/// Refuses a body that is no form.
pub fn check_media_type(headers: &HeaderMap) -> Result<(), Error> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next()).map(str::trim);
    if media_type.is_some_and(|name| name.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    {
        return Ok(());
    }
    Err(Error::invalid_request("the request body must be application/x-www-form-urlencoded"))
}

/// RFC 6749 §5.1: nothing keeps what has a token in it.
#[must_use]
pub fn no_store(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
