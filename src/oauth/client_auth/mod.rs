//! Client authentication (RFC 6749 §2.3): one file a method, and each client held to the one it is registered for.

pub mod basic;

use std::sync::Arc;

use http::HeaderMap;
use serde_json::json;

use super::{Code, Error};
use crate::{
    app::App,
    audit::{Event, Kind},
    registry::client::{AuthMethod, Client, GrantType},
    tokens::secret::ClientSecret,
    web::{RequestContext, params::Params},
};

/// A client that is who it says it is, or a public one that says so.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient(Arc<Client>);

impl std::ops::Deref for AuthenticatedClient {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

impl AuthenticatedClient {
    /// Refuses a grant type that it is not registered for.
    pub fn check_grant_type(&self, grant_type: GrantType) -> Result<(), Error> {
        if self.may(grant_type) {
            return Ok(());
        }
        let description = format!("the client is not registered for {}", grant_type.name());
        Err(Error::new(Code::UnauthorizedClient, description))
    }
}

/// What a request says of its client.
struct Credentials {
    client_id: String,
    secret: Option<String>,
    method: AuthMethod,
}

/// Finds out which client a request is from. Whatever is wrong, the answer is the same `invalid_client`.
pub async fn authenticate(
    app: &App,
    headers: &HeaderMap,
    params: &Params,
    context: &RequestContext,
) -> Result<AuthenticatedClient, Error> {
    let credentials = read(headers, params)?;
    let client = app.replica.client(&credentials.client_id).await?;
    match client {
        Some(client) if is_proven(&client, &credentials) => Ok(AuthenticatedClient(client)),
        known => {
            let mut event = Event::new(Kind::ClientRefused)
                .detail(json!({ "method": credentials.method.name() }));
            if let Some(client) = known {
                event = event.client(&client.id);
            }
            app.audit.note(event, &context.origin).await;
            Err(Error::invalid_client(
                "the client is unknown or did not authenticate as registered",
            ))
        }
    }
}

fn read(headers: &HeaderMap, params: &Params) -> Result<Credentials, Error> {
    let basic = basic::read(headers)?;
    let body_id = params.get("client_id");
    let body_secret = params.get("client_secret");
    if params.get("client_assertion").is_some() {
        return Err(Error::invalid_client("client_assertion is not supported"));
    }
    match (basic, body_secret) {
        // RFC 6749 §2.3: one method a request.
        (Some(_), Some(_)) => {
            Err(Error::invalid_request("the client authenticates in more than one way"))
        }
        (Some(basic), None) => {
            if body_id.is_some_and(|id| id != basic.client_id) {
                return Err(Error::invalid_request("client_id is not the authenticating client"));
            }
            Ok(basic)
        }
        (None, secret) => {
            let client_id = body_id
                .ok_or_else(|| Error::invalid_client("the client does not authenticate"))?
                .to_owned();
            let method =
                if secret.is_some() { AuthMethod::ClientSecretPost } else { AuthMethod::None };
            Ok(Credentials { client_id, secret: secret.map(str::to_owned), method })
        }
    }
}

fn is_proven(client: &Client, credentials: &Credentials) -> bool {
    if client.metadata.disabled || client.metadata.token_endpoint_auth_method != credentials.method
    {
        return false;
    }
    match &credentials.secret {
        None => client.is_public(),
        Some(secret) => {
            ClientSecret::parse(secret).is_some_and(|secret| client.has_secret(&secret.digest()))
        }
    }
}
