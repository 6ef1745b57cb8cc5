//! The checks of an authorization request, in order, each where its specification has it. The first two decide where
//! the answer may go; what fails before is shown to the person and sent nowhere (RFC 6749 §4.1.2.1).

mod authentication;
mod destination;
mod pkce;

use self::{
    authentication::{acr_values, claims, id_token_hint, max_age, prompts},
    destination::{client_is_known, redirect_uri},
    pkce::code_challenge,
};
use super::request::{AuthorizationRequest, ResponseMode, ReturnAddress};
use crate::{
    identity::text::IDENTIFIER,
    oauth::{Code, Error, id_token_hint::Own, target::Target},
    registry::client::{Client, GrantType},
    replica::Catalogue,
    web::params::Params,
};

/// The largest request that is taken, in bytes as it is kept while its person is asked: anyone can send browsers here, and
/// each of their requests is kept for a while.
const LARGEST: usize = 8 * 1024;

/// How a request fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Redirecting would be unsafe: the person is told.
    Unsafe(Error),
    /// The client is told.
    Safe(Box<ReturnAddress>, Error),
}

/// Checks everything about a request that the person has no part in.
pub fn check(
    params: &Params,
    client: Option<&Client>,
    catalogue: &Catalogue,
    own: Own<'_>,
) -> Result<AuthorizationRequest, Failure> {
    let client = client_is_known(client).map_err(Failure::Unsafe)?;
    let return_address = return_address(params, client).map_err(Failure::Unsafe)?;
    rest(params, client, catalogue, own, &return_address)
        .map_err(|error| Failure::Safe(Box::new(return_address), error))
}

/// Where a request object's own error goes: to the redirect URI beside it, if there is one and it is registered. What may be
/// inside was not proven to be the client's, so that then the person is told (RFC 9101 §6, §10.4).
pub fn refused(params: &Params, client: Option<&Client>, error: Error) -> Failure {
    let named = params.get("redirect_uri").and(client);
    match named.map(|client| return_address(params, client)) {
        Some(Ok(to)) => Failure::Safe(Box::new(to), error),
        _ => Failure::Unsafe(error),
    }
}

fn return_address(params: &Params, client: &Client) -> Result<ReturnAddress, Error> {
    Ok(ReturnAddress {
        client_id: client.id.to_string(),
        redirect_uri: redirect_uri(params, client)?,
        // If it is the mode that is wrong, the error goes by the default one.
        response_mode: response_mode(params).unwrap_or_default(),
        state: params.get("state").map(str::to_owned),
    })
}

fn rest(
    params: &Params,
    client: &Client,
    catalogue: &Catalogue,
    own: Own<'_>,
    return_address: &ReturnAddress,
) -> Result<AuthorizationRequest, Error> {
    params.check_unique()?;
    response_type(params)?;
    response_mode(params)?;
    client_may_use_codes(client)?;
    nothing_unsupported(params)?;
    let prompts = prompts(params)?;
    let max_age = max_age(params, client)?;
    let subject_hint = id_token_hint(params, client, own)?;
    let code_challenge = code_challenge(params, client)?;
    let target = Target::resolve(
        client,
        catalogue,
        params.get("scope"),
        params.all("resource"),
        GrantType::AuthorizationCode,
    )?;
    let claims = claims(params, client, &target, subject_hint.as_deref())?;
    let request = AuthorizationRequest {
        return_address: return_address.clone(),
        redirect_uri_named: params.get("redirect_uri").is_some(),
        scopes: target.scopes,
        resources: target.resources,
        code_challenge,
        nonce: params.get("nonce").map(str::to_owned),
        prompts,
        max_age,
        acr: claims.acr.first().copied().or_else(|| acr_values(params, client)),
        // No more than a hint: what is too long to be anyone's is left out.
        login_hint: params
            .get("login_hint")
            .filter(|hint| hint.chars().count() <= IDENTIFIER)
            .map(str::to_owned),
        subject_hint,
        claims,
    };
    match serde_json::to_vec(&request) {
        Ok(json) if json.len() <= LARGEST => Ok(request),
        _ => Err(Error::invalid_request("the request is too long")),
    }
}

/// RFC 6749 §3.1.1. The implicit and hybrid types are not offered (RFC 9700 §2.1.2).
fn response_type(params: &Params) -> Result<(), Error> {
    match params.require("response_type")? {
        "code" => Ok(()),
        _ => Err(Error::new(
            Code::UnsupportedResponseType,
            "only the response type code is supported",
        )),
    }
}

/// OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode.
fn response_mode(params: &Params) -> Result<ResponseMode, Error> {
    match params.get("response_mode") {
        None | Some("query") => Ok(ResponseMode::Query),
        Some("fragment") => Ok(ResponseMode::Fragment),
        Some("form_post") => Ok(ResponseMode::FormPost),
        Some(_) => {
            Err(Error::invalid_request("response_mode must be query, fragment or form_post"))
        }
    }
}

fn client_may_use_codes(client: &Client) -> Result<(), Error> {
    if client.may(GrantType::AuthorizationCode) {
        return Ok(());
    }
    Err(Error::new(Code::UnauthorizedClient, "the client is not registered for authorization_code"))
}

/// OpenID Connect Core §3.1.2.6: what is not supported has an error of its own.
fn nothing_unsupported(params: &Params) -> Result<(), Error> {
    if params.get("registration").is_some() {
        return Err(Error::new(Code::RegistrationNotSupported, "registration is not supported"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
