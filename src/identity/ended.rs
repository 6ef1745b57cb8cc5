//! A session that just ended in this browser, on the way to the page that signs its person out of applications as well: what
//! that page has to know is sealed, so that no one else can make up where it leads.

use std::time::Duration;

use axum::response::Response;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::pages::{Browser, see_other};
use crate::{app::App, keys::master::Sealed, tokens::digest::Digest, web::params::Params};

/// The page.
pub const PAGE: &str = "/signed-out";
/// For how long its address is good.
const LIFETIME: Duration = Duration::from_mins(10);

/// A session that ended, and where its person goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The session, if there was one.
    pub session: Option<Uuid>,
    /// Where the browser goes on, if not nowhere.
    pub onward: Option<Onward>,
}

/// A place at a client that a browser may be sent on to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onward {
    /// The client.
    pub client_id: String,
    /// The URI, which is one of its registered ones, with the client's state.
    pub url: String,
}

#[derive(Serialize, Deserialize)]
struct Content {
    ended: Ended,
    /// Seconds since 1970.
    until: i64,
}

/// Only the browser that it was sealed for opens it.
fn place(browser: &Digest) -> String {
    format!("signed_out:{}", browser.base64url())
}

impl Ended {
    /// This session, and no more.
    #[must_use]
    pub fn session(id: Uuid) -> Self {
        Self { session: Some(id), onward: None }
    }

    /// Leads to the page.
    #[must_use]
    pub fn lead_on(self, app: &App, headers: &HeaderMap) -> Response {
        let browser = Browser::of(app, headers);
        let until = (app.clock.now() + LIFETIME).unix_timestamp();
        let plain = serde_json::to_vec(&Content { ended: self, until }).unwrap_or_default();
        let sealed = app.keys.master().seal(&place(&browser.digest), &plain);
        let value = format!("{}.{}", sealed.with, BASE64_URL_SAFE_NO_PAD.encode(sealed.bytes));
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("ended", &value).finish();
        browser.remember(see_other(&format!("{PAGE}?{query}")))
    }

    /// What the query of the page's address says, if this browser was led there a short while ago.
    #[must_use]
    pub fn open(app: &App, headers: &HeaderMap, query: Option<&str>) -> Option<Self> {
        let params = Params::parse_unique(query?.as_bytes()).ok()?;
        let (with, bytes) = params.get("ended")?.rsplit_once('.')?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(bytes).ok()?;
        let sealed = Sealed { bytes, with: with.to_owned() };
        let place = place(&Browser::of(app, headers).digest);
        let plain = app.keys.master().open(&place, &sealed).ok()?;
        let content: Content = serde_json::from_slice(&plain).ok()?;
        (app.clock.now().unix_timestamp() < content.until).then_some(content.ended)
    }
}
