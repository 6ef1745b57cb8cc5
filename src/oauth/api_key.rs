//! API keys that are presented: whose they are, and what they may do now. Keys that are being replaced are answered with
//! when they end (RFC 8594).

use std::{net::IpAddr, sync::Arc};

use axum::response::Response;
use http::{HeaderName, HeaderValue};
use time::{UtcOffset, format_description::BorrowedFormatItem, macros::format_description};

use super::{Code, Error};
use crate::{
    access::{
        api_key::{Allowed, ApiKey, Ask, Refusal, may_have},
        principal::Subject,
    },
    app::App,
    audit::{Kind, Origin, Refused},
    clock::Timestamp,
    identity::throttle,
    replica::PrincipalError,
    storage,
    tokens::{access::OfApiKey, api_key::ApiKeySecret},
};

/// What a key is called as a type of token (RFC 8693 §3).
pub const TOKEN_TYPE: &str = "urn:signet:params:oauth:token-type:api-key";

/// Says that a key is being replaced.
pub const STATUS: HeaderName = HeaderName::from_static("x-api-key-status");
/// RFC 8594 §3.
pub const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// RFC 9110 §5.6.7.
const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// A key that may do something.
#[derive(Clone, Debug)]
pub struct Presented {
    /// Which.
    pub key: Arc<ApiKey>,
    /// What it may do.
    pub allowed: Allowed,
}

/// The key with this secret, if there is one that is not revoked. For callers that proved who they are: nothing is counted.
pub async fn find(app: &App, secret: &ApiKeySecret) -> storage::Result<Option<Arc<ApiKey>>> {
    let key = app.replica.api_key(secret.id()).await?;
    Ok(key.filter(|key| fits(key, secret)))
}

/// The same for anyone: whoever presents too many that are not good has to wait. A key that is remembered takes no round
/// trip; one that is not is counted before it is looked up, and given back if it is good.
pub async fn find_counted(
    app: &App,
    secret: &ApiKeySecret,
    address: Option<IpAddr>,
) -> Result<Option<Arc<ApiKey>>, Error> {
    let remembered = app.replica.remembered_api_key(secret.id());
    if let Some(key) = remembered.filter(|key| fits(key, secret)) {
        return Ok(Some(key));
    }
    let counters = throttle::api_keys(&app.config.sign_in, address);
    if throttle::count(app, &counters).await?.until.is_some() {
        let description = "too many keys that are no good came from this address: wait";
        return Err(Error::new(Code::TemporarilyUnavailable, description));
    }
    let key = find(app, secret).await?;
    if key.is_some() {
        throttle::forgive(app, &counters).await?;
    }
    Ok(key)
}

fn fits(key: &ApiKey, secret: &ApiKeySecret) -> bool {
    key.has_secret(&secret.digest()) && key.environment == secret.environment()
}

/// Notes that a key was refused, and why. Whoever presents one is not told: it need not be their own.
pub fn note_refusal(app: &App, reason: &'static str, origin: &Origin) {
    let (kind, reason) = (Kind::ApiKeyRefused, Some(reason));
    app.audit.refused(Refused { kind, client_id: None, method: None, reason }, origin);
}

/// What a key may do now, from where it came. Its use is noted if that is something.
pub async fn check(
    app: &App,
    key: Arc<ApiKey>,
    address: Option<IpAddr>,
    scopes: Option<&[String]>,
) -> Result<Result<Presented, Refusal>, Error> {
    let now = app.clock.now();
    if let Err(refusal) = check_life(app, &key, now).await? {
        return Ok(Err(refusal));
    }
    let client = match &key.owner {
        Subject::User(_) => None,
        Subject::Client(id) => app.replica.client(id).await?,
    };
    let catalogue = app.replica.resources();
    let resource = catalogue.get(&key.resource);
    let within = |scope: &str| may_have(resource, client.as_deref(), scope);
    let allowed = key.check(&Ask { now, address, scopes }, within);
    drop(catalogue);
    Ok(allowed.map(|allowed| {
        app.replica.api_key_used(key.id, now, address);
        Presented { key, allowed }
    }))
}

/// Whether a key is not over, and its owner there and not disabled.
async fn check_life(app: &App, key: &ApiKey, now: Timestamp) -> Result<Result<(), Refusal>, Error> {
    if let Err(refusal) = key.check_life(now) {
        return Ok(Err(refusal));
    }
    match app.replica.principal(&key.owner, now).await {
        Ok(owner) => Ok(owner.map(drop).ok_or(Refusal::Owner)),
        Err(PrincipalError::Storage(error)) => Err(error.into()),
        Err(error) => {
            tracing::error!(%error, owner = %key.owner, "an API key's owner is not readable");
            Err(Error::server_error())
        }
    }
}

/// Whether the key behind a token is live: its tokens end with it.
pub async fn is_behind(app: &App, of: &OfApiKey) -> Result<bool, Error> {
    match app.replica.api_key(of.id).await? {
        Some(key) => Ok(check_life(app, &key, app.clock.now()).await?.is_ok()),
        None => Ok(false),
    }
}

/// The `sub` of what a key stands for: its owner.
#[must_use]
pub fn subject(key: &ApiKey) -> String {
    key.owner.id()
}

/// The `client_id` of what a key stands for, which RFC 9068 §2.2 demands: the client whose key it is. A person's key was
/// given to no client: the key itself stands for whatever has it, so that nothing is taken for an application that the
/// person allowed something.
#[must_use]
pub fn client_id(key: &ApiKey) -> String {
    match &key.owner {
        Subject::Client(id) => id.clone(),
        Subject::User(_) => format!("urn:signet:api-key:{}", key.id),
    }
}

/// What tokens and introspection say of the key.
#[must_use]
pub fn claim(key: &ApiKey) -> OfApiKey {
    OfApiKey { id: key.id, environment: key.environment }
}

/// Says in an answer's headers that a key is being replaced, and when it ends.
pub fn announce(response: &mut Response, sunset: Option<Timestamp>) {
    let Some(date) = sunset.and_then(|at| at.to_offset(UtcOffset::UTC).format(HTTP_DATE).ok())
    else {
        return;
    };
    let headers = response.headers_mut();
    headers.insert(STATUS, HeaderValue::from_static("deprecated"));
    if let Ok(date) = HeaderValue::from_str(&date) {
        headers.insert(SUNSET, date);
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_key_that_is_being_replaced_says_when_it_ends() {
        let mut response = ().into_response();
        announce(&mut response, None);
        assert!(response.headers().is_empty());
        announce(&mut response, Some(datetime!(2030-01-08 13:00:05 +1)));
        assert_eq!(response.headers()[STATUS], "deprecated");
        assert_eq!(response.headers()[SUNSET], "Tue, 08 Jan 2030 12:00:05 GMT");
    }
}
