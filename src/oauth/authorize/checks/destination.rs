//! Where the answer may go. What fails here is shown to the person and sent nowhere.

use crate::{
    oauth::Error,
    registry::{client::Client, redirect_uri::Matched, scope},
    web::params::Params,
};

/// RFC 6749 §4.1.2.1: a client that does not exist cannot be answered.
pub(super) fn client_is_known(client: Option<&Client>) -> Result<&Client, Error> {
    client
        .filter(|client| !client.metadata.disabled)
        .ok_or_else(|| Error::invalid_request("client_id is missing, given twice or unknown"))
}

/// RFC 6749 §3.1.2.3, RFC 9700 §2.1: exactly a registered one. It may be left out if there is only one, but not by
/// OpenID Connect clients (Core §3.1.2.1).
pub(super) fn redirect_uri(params: &Params, client: &Client) -> Result<Matched, Error> {
    let mut given = params.all("redirect_uri");
    match (given.next(), given.next()) {
        (Some(presented), None) => client.match_redirect_uri(presented).ok_or_else(|| {
            Error::invalid_request("redirect_uri is not one of those registered for this client")
        }),
        (Some(_), Some(_)) => Err(Error::invalid_request("redirect_uri is there more than once")),
        (None, _) => match client.metadata.redirect_uris.as_slice() {
            [only] if !asks_for_openid(params) => Ok(only.as_matched()),
            _ => Err(Error::invalid_request("redirect_uri is missing")),
        },
    }
}

fn asks_for_openid(params: &Params) -> bool {
    params.all("scope").any(|text| text.split(' ').any(|name| name == scope::OPENID))
}
