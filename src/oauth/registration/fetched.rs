//! What a registration names elsewhere: whether that may be fetched, and what is there.

use serde_json::Value;
use url::Url;

use super::members::invalid;
use crate::{
    app::App,
    fetch::{Limits, Owner},
    oauth::Error,
    registry::redirect_uri::Registered,
};

/// Refuses a URL that Signet would never fetch.
pub fn check_url(app: &App, name: &'static str, text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|_| invalid(format!("{name} is no URL")))?;
    match app.fetch.guard().check_url(&url) {
        Ok(()) => Ok(url),
        Err(error) => {
            tracing::debug!(%error, name, "a registration names what is not fetched");
            Err(invalid(format!("{name} must be an https URL on the internet")))
        }
    }
}

/// OpenID Connect Registration §5: the list that is there has all redirect URIs in it. Why it cannot be had is for the log:
/// it would tell strangers about the network here.
pub async fn check_sector(
    app: &App,
    owner: &Owner,
    text: &str,
    redirect_uris: &[Registered],
) -> Result<(), Error> {
    const NAME: &str = "sector_identifier_uri";
    let url = check_url(app, NAME, text)?;
    if url.scheme() != "https" {
        return Err(invalid("sector_identifier_uri must be https"));
    }
    let unreadable = || invalid("sector_identifier_uri does not lead to a list of redirect URIs");
    // The sector is the host that is named, so that this very host has to say it: one that sends browsers wherever they ask
    // must not lend its name to others.
    let limits = Limits { redirects: 0, ..Limits::default() };
    let fetched = app.fetch.get(owner, &url, limits).await.map_err(|error| {
        tracing::info!(%error, "a sector_identifier_uri cannot be read");
        unreadable()
    })?;
    let listed: Value = serde_json::from_slice(&fetched.body).map_err(|_| unreadable())?;
    let listed = listed.as_array().ok_or_else(unreadable)?;
    let is_listed = |uri: &&Registered| listed.iter().any(|item| item == uri.as_str());
    match redirect_uris.iter().find(|uri| !is_listed(uri)) {
        None => Ok(()),
        Some(_) => Err(invalid("a redirect URI is not in the list at sector_identifier_uri")),
    }
}
