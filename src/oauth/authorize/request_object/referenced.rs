//! Request objects that are fetched (OpenID Connect Core §6.2, RFC 9101 §5.2.3), and remembered for as long as their answer
//! allows.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use quick_cache::sync::Cache;
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

use super::object::LONGEST;
use crate::{
    app::App,
    clock::Timestamp,
    fetch::{FetchError, Limits},
    oauth::{Code, Error},
    registry::client::Client,
    replica::client_keys::owner,
};

/// Of how many clients some are remembered.
const CLIENTS: usize = 128;
/// How many of each: a client cannot displace those of others.
const OF_EACH: usize = 4;
/// How many are fetched at a time: whoever can name a client can have it asked.
const AT_ONCE: usize = 16;
/// How many of them may be one client's: whose server does not answer leaves places to others.
const AT_ONCE_OF_EACH: usize = 2;
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
struct Known {
    /// The URL; with its fragment, which is another one when what is there changed. Without it if that failed: the
    /// fragment is not sent, so that another one would fail as well.
    uri: String,
    /// What is there; none if that failed.
    text: Option<Arc<str>>,
    until: Timestamp,
}

/// It failed a short while ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Failed;

/// The last of one client's.
#[derive(Default)]
struct Shelf(VecDeque<Known>);

impl Shelf {
    /// What is known of a URL: what is there, or that it is not to be asked for now.
    fn get(&self, uri: &str, now: Timestamp) -> Option<Result<Arc<str>, Failed>> {
        let fresh = || self.0.iter().filter(|known| now < known.until);
        if let Some(known) = fresh().find(|known| known.text.is_some() && known.uri == uri) {
            return known.text.clone().map(Ok);
        }
        let address = address(uri);
        fresh().any(|known| known.text.is_none() && known.uri == address).then_some(Err(Failed))
    }

    fn put(&mut self, new: Known) {
        self.0.retain(|old| old.uri != new.uri || old.text.is_some() != new.text.is_some());
        self.0.push_back(new);
        if self.0.len() > OF_EACH {
            self.0.pop_front();
        }
    }
}

/// A URL without its fragment.
fn address(uri: &str) -> &str {
    uri.split_once('#').map_or(uri, |(address, _)| address)
}

/// Those that were fetched.
pub struct Referenced {
    known: Cache<Arc<str>, Arc<Mutex<Shelf>>>,
    places: Semaphore,
    taken: Mutex<HashMap<Arc<str>, usize>>,
}

/// Leave to fetch, until it is dropped.
struct Place<'a> {
    _permit: SemaphorePermit<'a>,
    taken: &'a Mutex<HashMap<Arc<str>, usize>>,
    client_id: Arc<str>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.client_id) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.remove(&self.client_id)),
        }
    }
}

impl Default for Referenced {
    fn default() -> Self {
        Self {
            known: Cache::new(CLIENTS),
            places: Semaphore::new(AT_ONCE),
            taken: Mutex::default(),
        }
    }
}

impl Referenced {
    /// What is at a URL that the client registered.
    pub async fn fetch(&self, app: &App, client: &Client, uri: &str) -> Result<Arc<str>, Error> {
        let invalid = || Error::new(Code::InvalidRequestUri, "nothing can be read at request_uri");
        if let Some(text) = self.known(&client.id, uri, app.clock.now()) {
            return text.map_err(|Failed| invalid());
        }
        let Some(_place) = self.place(&client.id) else {
            return Err(Error::new(Code::TemporarilyUnavailable, "try again in a moment"));
        };
        let loaded = load(app, client, uri).await;
        let now = app.clock.now();
        match loaded {
            Ok((text, fresh_for)) => {
                if let Some(fresh_for) = fresh_for {
                    let until = now + fresh_for.min(LONGEST_FRESH);
                    let (uri, text) = (uri.to_owned(), Some(Arc::clone(&text)));
                    self.keep(&client.id, Known { uri, text, until });
                }
                Ok(text)
            }
            // Why is for the log: the difference between errors would map the network here.
            Err(error) => {
                tracing::warn!(client_id = &*client.id, %error, "a request_uri cannot be read");
                let uri = address(uri).to_owned();
                self.keep(&client.id, Known { uri, text: None, until: now + PAUSE });
                Err(invalid())
            }
        }
    }

    fn known(
        &self,
        client_id: &Arc<str>,
        uri: &str,
        now: Timestamp,
    ) -> Option<Result<Arc<str>, Failed>> {
        let kept = self.known.get(client_id)?;
        kept.lock().unwrap_or_else(PoisonError::into_inner).get(uri, now)
    }

    fn keep(&self, client_id: &Arc<str>, known: Known) {
        let kept = self.known.get(client_id).unwrap_or_else(|| {
            let new = Arc::default();
            self.known.insert(Arc::clone(client_id), Arc::clone(&new));
            new
        });
        kept.lock().unwrap_or_else(PoisonError::into_inner).put(known);
    }

    /// A place to fetch in, if there is one for that client.
    fn place(&self, client_id: &Arc<str>) -> Option<Place<'_>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.get(client_id).is_some_and(|count| *count >= AT_ONCE_OF_EACH) {
            return None;
        }
        let permit = self.places.try_acquire().ok()?;
        *taken.entry(Arc::clone(client_id)).or_default() += 1;
        Some(Place { _permit: permit, taken: &self.taken, client_id: Arc::clone(client_id) })
    }
}

async fn load(
    app: &App,
    client: &Client,
    uri: &str,
) -> Result<(Arc<str>, Option<Duration>), Trouble> {
    let url = Url::parse(uri).map_err(|_| Trouble::NoUrl)?;
    let fetched = app.fetch.get(&owner(client), &url, LIMITS).await?;
    let text = std::str::from_utf8(&fetched.body).map_err(|_| Trouble::NoText)?;
    Ok((text.into(), fetched.fresh_for))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn known(uri: &str, text: Option<&str>) -> Known {
        Known { uri: uri.to_owned(), text: text.map(Into::into), until: NOW + PAUSE }
    }

    #[test]
    fn a_client_has_few_of_the_places() {
        let referenced = Referenced::default();
        let (one, two): (Arc<str>, Arc<str>) = ("one".into(), "two".into());
        let held: Vec<_> = (0..AT_ONCE_OF_EACH).map(|_| referenced.place(&one)).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(referenced.place(&one).is_none());
        assert!(referenced.place(&two).is_some());
        drop(held);
        assert!(referenced.place(&one).is_some());
        assert!(referenced.taken.lock().expect("a lock").is_empty());
        let clients: Vec<Arc<str>> = (0..AT_ONCE).map(|n| n.to_string().into()).collect();
        let held: Vec<_> = clients.iter().map(|client| referenced.place(client)).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(referenced.place(&one).is_none(), "all together have no more");
    }

    #[test]
    fn what_fails_fails_with_every_fragment_and_what_is_there_is_of_its_own() {
        let mut shelf = Shelf::default();
        shelf.put(known("https://a.example/r#1", Some("one")));
        assert_eq!(shelf.get("https://a.example/r#1", NOW), Some(Ok("one".into())));
        assert_eq!(shelf.get("https://a.example/r#2", NOW), None);
        shelf.put(known("https://a.example/r", None));
        for other in ["https://a.example/r#2", "https://a.example/r", "https://a.example/r#"] {
            assert_eq!(shelf.get(other, NOW), Some(Err(Failed)), "{other}");
            assert_eq!(shelf.get(other, NOW + PAUSE), None, "{other}");
        }
        assert_eq!(shelf.get("https://a.example/r#1", NOW), Some(Ok("one".into())));
        assert_eq!(shelf.get("https://a.example/other", NOW), None);
    }

    #[test]
    fn a_client_displaces_its_own_alone() {
        let referenced = Referenced::default();
        let (one, two): (Arc<str>, Arc<str>) = ("one".into(), "two".into());
        referenced.keep(&two, known("https://b.example", Some("two")));
        for n in 0..1000 {
            referenced.keep(&one, known(&format!("https://a.example#{n}"), Some("one")));
        }
        assert!(referenced.known(&two, "https://b.example", NOW).is_some());
        assert!(referenced.known(&one, "https://a.example#999", NOW).is_some());
        assert!(referenced.known(&one, "https://a.example#0", NOW).is_none());
        let shelf = referenced.known.get(&one).expect("kept");
        assert_eq!(shelf.lock().expect("a lock").0.len(), OF_EACH);
    }
}
