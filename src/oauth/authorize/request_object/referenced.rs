//! Request objects that are fetched (OpenID Connect Core §6.2, RFC 9101 §5.2.3), and remembered for as long as their answer
//! allows.

use std::{sync::Arc, time::Duration};

use quick_cache::sync::Cache;
use tokio::sync::Semaphore;
use url::Url;

use super::object::LONGEST;
use crate::{
    app::App,
    clock::Timestamp,
    fetch::{FetchError, Limits},
    oauth::{Code, Error},
    registry::client::Client,
};

/// How many are remembered.
const CAPACITY: usize = 256;
/// How many are fetched at a time: whoever can name a client can have it asked.
const AT_ONCE: usize = 16;
/// The longest that one is remembered, whatever its answer says.
const LONGEST_FRESH: Duration = Duration::from_hours(1);
/// How long it is not fetched again after that failed.
const PAUSE: Duration = Duration::from_secs(5);
/// What a fetch may take. A person waits for it. What is registered is fetched, and not what that redirects to.
const LIMITS: Limits = Limits {
    bytes: LONGEST,
    connect: Duration::from_secs(3),
    total: Duration::from_secs(5),
    redirects: 0,
};

/// Why one is not there.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("request_uri is no URL")]
    NoUrl,
    #[error("the answer is no text")]
    NoText,
}

/// What came of a fetch, until when.
#[derive(Clone)]
struct Known {
    text: Option<Arc<str>>,
    until: Timestamp,
}

/// Those that were fetched.
pub struct Referenced {
    /// By client and URL; with its fragment, which is another one when what is there changed.
    known: Cache<(Arc<str>, String), Known>,
    places: Semaphore,
}

impl Default for Referenced {
    fn default() -> Self {
        Self { known: Cache::new(CAPACITY), places: Semaphore::new(AT_ONCE) }
    }
}

impl Referenced {
    /// What is at a URL that the client registered.
    pub async fn fetch(&self, app: &App, client: &Client, uri: &str) -> Result<Arc<str>, Error> {
        let invalid = || Error::new(Code::InvalidRequestUri, "nothing can be read at request_uri");
        let key = (Arc::clone(&client.id), uri.to_owned());
        if let Some(known) = self.known.get(&key).filter(|known| app.clock.now() < known.until) {
            return known.text.ok_or_else(invalid);
        }
        let Ok(_place) = self.places.try_acquire() else {
            return Err(Error::new(Code::TemporarilyUnavailable, "try again in a moment"));
        };
        let loaded = load(app, uri).await;
        let now = app.clock.now();
        match loaded {
            Ok((text, fresh_for)) => {
                if let Some(fresh_for) = fresh_for {
                    let until = now + fresh_for.min(LONGEST_FRESH);
                    self.known.insert(key, Known { text: Some(Arc::clone(&text)), until });
                }
                Ok(text)
            }
            // Why is for the log: the difference between errors would map the network here.
            Err(error) => {
                tracing::warn!(client_id = &*client.id, %error, "a request_uri cannot be read");
                self.known.insert(key, Known { text: None, until: now + PAUSE });
                Err(invalid())
            }
        }
    }
}

async fn load(app: &App, uri: &str) -> Result<(Arc<str>, Option<Duration>), Trouble> {
    let url = Url::parse(uri).map_err(|_| Trouble::NoUrl)?;
    let fetched = app.fetch.get(&url, LIMITS).await?;
    let text = std::str::from_utf8(&fetched.body).map_err(|_| Trouble::NoText)?;
    Ok((text.into(), fetched.fresh_for))
}
