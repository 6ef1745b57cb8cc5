//! How the person is to be authenticated, and who they may be (OpenID Connect Core §3.1.2.1).

use crate::{
    identity::proof::Assurance,
    oauth::{
        Error,
        authorize::{
            claims::{self, ClaimsRequest},
            request::Prompt,
        },
        id_token_hint::{self, Own},
        target::Target,
    },
    registry::{client::Client, scope},
    web::params::Params,
};

/// OpenID Connect Core §3.1.2.1: `none` stands alone.
pub(super) fn prompts(params: &Params) -> Result<Vec<Prompt>, Error> {
    let mut prompts = Vec::new();
    let words = params.get("prompt").unwrap_or_default().split(' ');
    for word in words.filter(|word| !word.is_empty()) {
        prompts.push(match word {
            "none" => Prompt::None,
            "login" => Prompt::Login,
            "consent" => Prompt::Consent,
            "select_account" => Prompt::SelectAccount,
            _ => {
                return Err(Error::invalid_request(
                    "prompt must be none, login, consent or select_account",
                ));
            }
        });
    }
    if prompts.contains(&Prompt::None) && prompts.len() > 1 {
        return Err(Error::invalid_request("prompt none stands alone"));
    }
    Ok(prompts)
}

/// OpenID Connect Core §3.1.2.1: whole seconds; without it what the client registered (Registration §2).
pub(super) fn max_age(params: &Params, client: &Client) -> Result<Option<i64>, Error> {
    let Some(text) = params.get("max_age") else {
        return Ok(client.metadata.about.default_max_age.map(i64::from));
    };
    if text.is_empty() || !text.bytes().all(|c| c.is_ascii_digit()) {
        return Err(Error::invalid_request("max_age must be a number of seconds"));
    }
    // More than there can be is as good as no limit.
    Ok(Some(text.parse().unwrap_or(i64::MAX)))
}

/// OpenID Connect Core §3.1.2.1: an ID token of ours, issued to this client, of whatever age.
pub(super) fn id_token_hint(
    params: &Params,
    client: &Client,
    own: Own<'_>,
) -> Result<Option<String>, Error> {
    let Some(hint) = params.get("id_token_hint") else { return Ok(None) };
    id_token_hint::read(hint, own)
        .filter(|claims| claims.aud == *client.id)
        .map(|claims| Some(claims.sub))
        .ok_or_else(|| {
            Error::invalid_request(
                "id_token_hint is no ID token that was issued here to this client",
            )
        })
}

/// OpenID Connect Core §5.5 and §5.2. Without the scope `openid` neither means anything.
pub(super) fn claims(
    params: &Params,
    client: &Client,
    target: &Target,
    hinted: Option<&str>,
) -> Result<ClaimsRequest, Error> {
    let openid = target.scopes.iter().any(|name| name == scope::OPENID);
    if !openid {
        return Ok(ClaimsRequest::default());
    }
    let asked = params.get("claims").map(|text| ClaimsRequest::parse(text, client)).transpose()?;
    let claims = ClaimsRequest {
        locales: params.get("claims_locales").map(claims::locales).unwrap_or_default(),
        ..asked.unwrap_or_default()
    };
    let asked = &claims.subjects;
    if hinted.is_some_and(|hinted| !asked.is_empty() && !asked.iter().any(|sub| sub == hinted)) {
        return Err(Error::invalid_request("claims and id_token_hint are about different people"));
    }
    Ok(claims)
}

/// OpenID Connect Core §3.1.2.1, RFC 9470 §4: in the order of preference. What is not known here is passed over.
/// Without it what the client registered (OpenID Connect Registration §2).
pub(super) fn acr_values(params: &Params, client: &Client) -> Option<Assurance> {
    let Some(values) = params.get("acr_values") else {
        return client
            .metadata
            .about
            .default_acr_values
            .iter()
            .find_map(|value| value.parse().ok());
    };
    values.split(' ').find_map(|value| value.parse().ok())
}
