//! Front-channel logout (OpenID Connect Front-Channel Logout 1.0): the pages of applications that sign a person out there,
//! each loaded in a frame.

use url::Url;
use uuid::Uuid;

use crate::{app::App, oauth::subject, registry::redirect_uri::with_query, storage};

/// A page to be loaded in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The page, with `iss` and `sid`.
    pub url: String,
    /// Its origin, for the policy of the page that frames it.
    pub origin: String,
}

/// The pages of all applications that took part in a session and have one (§2).
pub async fn frames(app: &App, session: Uuid) -> storage::Result<Vec<Frame>> {
    let mut frames = Vec::new();
    for client_id in storage::logouts::participants(&app.db, session).await? {
        let Some(client) = app.replica.client(&client_id).await? else { continue };
        let registered = client.metadata.sessions.frontchannel_logout_uri.as_ref();
        let registered = registered.filter(|_| !client.metadata.disabled);
        let Some((uri, origin)) = registered.and_then(|uri| Some((uri, uri.origin()?))) else {
            continue;
        };
        let pairs = [
            ("iss", app.config.server.issuer.as_str().to_owned()),
            ("sid", subject::sid(app, &client, session)),
        ];
        frames.push(Frame { url: with_query(uri.as_str(), &pairs), origin });
    }
    Ok(frames)
}

/// The origins of frames, each once.
#[must_use]
pub fn origins(frames: &[Frame]) -> Vec<String> {
    let mut origins: Vec<String> = frames.iter().map(|frame| frame.origin.clone()).collect();
    origins.sort();
    origins.dedup();
    origins
}

/// The scheme of a URI that an application and not a browser handles.
#[must_use]
pub fn scheme(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    (!matches!(url.scheme(), "http" | "https")).then(|| url.scheme().to_owned())
}
