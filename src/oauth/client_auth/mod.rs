//! Client authentication (RFC 6749 §2.3): one file a method, and each client held to the one it is registered for.

mod assertion;
pub mod basic;
mod client_secret_jwt;
mod private_key_jwt;

use std::sync::Arc;

use http::HeaderMap;

use self::assertion::Assertion;
use super::{Code, Error, client_jwt::Verdict};
use crate::{
    app::App,
    audit::{Kind, Refused},
    registry::client::{AuthMethod, Client, GrantType},
    storage,
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
    proof: Proof,
    method: AuthMethod,
}

/// What it proves that with.
enum Proof {
    Nothing,
    Secret(String),
    Assertion(Box<Assertion>),
}

/// Finds out which client a request is from. Whatever is wrong, the answer is the same `invalid_client`.
pub async fn authenticate(
    app: &App,
    headers: &HeaderMap,
    params: &Params,
    context: &RequestContext,
) -> Result<AuthenticatedClient, Error> {
    let Credentials { client_id, proof, method } = read(headers, params)?;
    let known = app.replica.client(&client_id).await?;
    let registered = known.as_deref().filter(|client| {
        !client.metadata.disabled && client.metadata.token_endpoint_auth_method == method
    });
    let mut reason = None;
    let proven = match (registered, &proof) {
        (None, _) => false,
        (Some(client), Proof::Nothing) => client.is_public(),
        (Some(client), Proof::Secret(secret)) => {
            ClientSecret::parse(secret).is_some_and(|secret| client.has_secret(&secret.digest()))
        }
        // Apart, so that others do not carry its state along.
        (Some(client), Proof::Assertion(assertion)) => {
            match Box::pin(check(app, client, assertion)).await? {
                Ok(()) => true,
                Err(why) => {
                    reason = Some(why);
                    false
                }
            }
        }
    };
    match known {
        Some(client) if proven => Ok(AuthenticatedClient(client)),
        known => {
            // Of one that is not known, what it calls itself is no one's: anyone can write anything there.
            let client_id = known.map(|client| Arc::clone(&client.id));
            let (kind, method) = (Kind::ClientRefused, Some(method.name()));
            app.audit.refused(Refused { kind, client_id, method, reason }, &context.origin);
            Err(Error::invalid_client(
                "the client is unknown or did not authenticate as registered",
            ))
        }
    }
}

/// Checks an assertion, what costs least first and its use last.
async fn check(app: &App, client: &Client, assertion: &Assertion) -> storage::Result<Verdict> {
    if let Err(reason) = assertion.check(app, client) {
        return Ok(Err(reason));
    }
    let signed = match assertion.method() {
        AuthMethod::ClientSecretJwt => client_secret_jwt::check(app, client, assertion).await?,
        _ => private_key_jwt::check(app, client, assertion).await,
    };
    match signed {
        Ok(()) => assertion.spend(app).await,
        refused => Ok(refused),
    }
}

fn read(headers: &HeaderMap, params: &Params) -> Result<Credentials, Error> {
    let basic = basic::read(headers)?;
    let assertion = Assertion::of(params)?;
    let body_id = params.get("client_id");
    let body_secret = params.get("client_secret");
    // RFC 6749 §2.3: one method a request.
    let ways = [basic.is_some(), assertion.is_some(), body_secret.is_some()];
    if ways.into_iter().filter(|there| *there).count() > 1 {
        return Err(Error::invalid_request("the client authenticates in more than one way"));
    }
    let assertion = assertion.map(|assertion| Credentials {
        client_id: assertion.client_id().to_owned(),
        method: assertion.method(),
        proof: Proof::Assertion(Box::new(assertion)),
    });
    if let Some(credentials) = basic.or(assertion) {
        if body_id.is_some_and(|id| id != credentials.client_id) {
            return Err(Error::invalid_request("client_id is not the authenticating client"));
        }
        return Ok(credentials);
    }
    let client_id = body_id
        .ok_or_else(|| Error::invalid_client("the client does not authenticate"))?
        .to_owned();
    Ok(match body_secret {
        Some(secret) => Credentials {
            client_id,
            proof: Proof::Secret(secret.to_owned()),
            method: AuthMethod::ClientSecretPost,
        },
        None => Credentials { client_id, proof: Proof::Nothing, method: AuthMethod::None },
    })
}
