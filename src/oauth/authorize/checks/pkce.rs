//! PKCE, as far as the authorization request has it.

use crate::{oauth::Error, registry::client::Client, web::params::Params};

/// RFC 7636 §4.3, §4.4.1; `plain` is not offered (RFC 9700 §2.1.1).
pub(super) fn code_challenge(params: &Params, client: &Client) -> Result<Option<String>, Error> {
    let method = params.get("code_challenge_method");
    let Some(challenge) = params.get("code_challenge") else {
        if method.is_some() {
            return Err(Error::invalid_request(
                "code_challenge_method is there without code_challenge",
            ));
        }
        if client.needs_pkce() {
            return Err(Error::invalid_request(
                "code_challenge is missing: this client must use PKCE",
            ));
        }
        return Ok(None);
    };
    if method != Some("S256") {
        return Err(Error::invalid_request("code_challenge_method must be S256"));
    }
    // base64url of a SHA-256: 43 characters.
    let base64url = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
    if challenge.len() != 43 || !challenge.bytes().all(base64url) {
        return Err(Error::invalid_request("code_challenge is no S256 challenge"));
    }
    Ok(Some(challenge.to_owned()))
}
