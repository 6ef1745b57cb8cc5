//! What is known of logos, and how they are fetched.
//!
//! Whoever registers a client names an address, and whoever knows a client has it asked. So the pictures that are kept have
//! a bound together, few are fetched at a time, each by one for all who wait for it, and what failed is left alone for a
//! while. The fetch goes on when whoever wanted it has gone, so that no one has it begin again and again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use quick_cache::{Weighter, sync::Cache};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tracing::Instrument;
use url::Url;

use super::picture::Picture;
use crate::{
    app::{App, AppState},
    clock::Timestamp,
    fetch::{FetchError, Limits, Owner},
    registry::client::Client,
    replica::client_keys::owner,
    tokens::digest::Digest,
};

/// The largest picture, in bytes.
const LARGEST: usize = 256 * 1024;
/// What all that are kept may take up, in bytes.
const MEMORY: u64 = 16 * 1024 * 1024;
/// What one takes up beside its bytes, and one that is missing.
const OVERHEAD: u64 = 1024;
/// How many there are, if they are of a usual size.
const USUAL_COUNT: usize = 1024;
/// How many are fetched at a time.
const AT_ONCE: usize = 16;
/// The shortest that one is kept, whatever its answer says.
const SHORTEST: Duration = Duration::from_mins(5);
/// And the longest.
const LONGEST: Duration = Duration::from_hours(24);
/// How long it is kept if the answer does not say.
const USUAL: Duration = Duration::from_hours(1);
/// How long it is not fetched again after that failed.
const PAUSE: Duration = Duration::from_mins(1);
/// What a fetch may take.
const LIMITS: Limits = Limits {
    bytes: LARGEST,
    connect: Duration::from_secs(3),
    total: Duration::from_secs(5),
    redirects: 3,
};

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("logo_uri is no URL")]
    NoUrl,
    #[error("what is there is no PNG, JPEG, GIF or WebP")]
    NoPicture,
}

/// By its address, so that clients of one maker have it together.
type Key = [u8; 32];

fn key(uri: &str) -> Key {
    Digest::of(uri.as_bytes()).0
}

/// What came of a fetch, until when.
pub struct Known {
    /// The picture; none if that failed.
    pub picture: Option<Picture>,
    /// Until when.
    pub until: Timestamp,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Arc<Known>> for Weight {
    fn weight(&self, _: &Key, known: &Arc<Known>) -> u64 {
        let bytes = known.picture.as_ref().map_or(0, |picture| picture.bytes.len());
        OVERHEAD + bytes as u64
    }
}

/// Tells those who wait what came of it.
type Told = watch::Receiver<Option<Arc<Known>>>;

/// The logos of all clients.
pub struct Logos {
    known: Cache<Key, Arc<Known>, Weight>,
    under_way: Mutex<HashMap<Key, Told>>,
    places: Arc<Semaphore>,
}

impl Default for Logos {
    fn default() -> Self {
        Self {
            known: Cache::with_weighter(USUAL_COUNT, MEMORY, Weight),
            under_way: Mutex::default(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Logos {
    /// What is at the `logo_uri` of a client; nothing if it cannot be found out now.
    pub async fn get(app: &AppState, client: &Client, uri: &str) -> Option<Arc<Known>> {
        let key = key(uri);
        if let Some(known) = app.logos.fresh(&key, app.clock.now()) {
            return Some(known);
        }
        let mut told = Self::begin(app, client, uri, key)?;
        // An error if whoever fetched it came to an end without a word.
        let told = told.wait_for(Option::is_some).await.ok()?;
        told.clone()
    }

    /// What is known already.
    pub fn known(&self, uri: &str, now: Timestamp) -> Option<Arc<Known>> {
        self.fresh(&key(uri), now)
    }

    /// Has it fetched, unless it is being fetched; nothing if too many others are.
    fn begin(app: &AppState, client: &Client, uri: &str, key: Key) -> Option<Told> {
        let logos = &app.logos;
        let mut under_way = logos.under_way();
        if let Some(told) = under_way.get(&key) {
            return Some(told.clone());
        }
        // Whoever was first may be done by now.
        if let Some(known) = logos.fresh(&key, app.clock.now()) {
            return Some(watch::channel(Some(known)).1);
        }
        let place = Arc::clone(&logos.places).try_acquire_owned().ok()?;
        let (tell, told) = watch::channel(None);
        under_way.insert(key, told.clone());
        let loading = Loading { app: Arc::clone(app), key, _place: place };
        let (client_id, owner, uri) = (Arc::clone(&client.id), owner(client), uri.to_owned());
        let load = async move {
            let known = Arc::new(load(&loading.app, &client_id, &owner, &uri).await);
            loading.app.logos.known.insert(key, Arc::clone(&known));
            drop(loading);
            tell.send_replace(Some(known));
        };
        tokio::spawn(load.in_current_span());
        Some(told)
    }

    fn fresh(&self, key: &Key, now: Timestamp) -> Option<Arc<Known>> {
        self.known.get(key).filter(|known| now < known.until)
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<Key, Told>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that is being fetched, until this is dropped.
struct Loading {
    app: AppState,
    key: Key,
    _place: OwnedSemaphorePermit,
}

impl Drop for Loading {
    fn drop(&mut self) {
        self.app.logos.under_way().remove(&self.key);
    }
}

async fn load(app: &App, client_id: &str, owner: &Owner, uri: &str) -> Known {
    let fetched = fetch(app, owner, uri).await;
    let now = app.clock.now();
    match fetched {
        Ok((picture, fresh_for)) => Known { picture: Some(picture), until: now + fresh_for },
        // Why is for the log: the difference between errors would map the network here.
        Err(error) => {
            tracing::warn!(client_id, %error, "a client's logo cannot be shown");
            Known { picture: None, until: now + PAUSE }
        }
    }
}

async fn fetch(app: &App, owner: &Owner, uri: &str) -> Result<(Picture, Duration), Trouble> {
    let url = Url::parse(uri).map_err(|_| Trouble::NoUrl)?;
    let fetched = app.fetch.get(owner, &url, LIMITS).await?;
    let picture = Picture::read(&fetched.body).ok_or(Trouble::NoPicture)?;
    Ok((picture, fetched.fresh_for.unwrap_or(USUAL).clamp(SHORTEST, LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn keep(logos: &Logos, uri: &str, length: usize) {
        let mut bytes = b"GIF89a".to_vec();
        bytes.resize(length, 0);
        let known = Known { picture: Picture::read(&bytes), until: NOW + PAUSE };
        logos.known.insert(key(uri), Arc::new(known));
    }

    #[test]
    fn all_that_are_kept_have_a_bound_together_and_the_largest_finds_room() {
        let logos = Logos::default();
        for number in 0..1000 {
            let uri = format!("https://{number}.example/logo.gif");
            keep(&logos, &uri, LARGEST);
            assert!(logos.fresh(&key(&uri), NOW).is_some(), "{number}");
            assert!(logos.known.weight() <= MEMORY, "{number}");
        }
        assert!(logos.known.len() > 32, "{}", logos.known.len());
        for number in 0..100_000 {
            let known = Known { picture: None, until: NOW + PAUSE };
            logos.known.insert(key(&number.to_string()), Arc::new(known));
        }
        assert!(logos.known.weight() <= MEMORY);
    }

    #[test]
    fn what_is_known_is_so_for_a_while() {
        let logos = Logos::default();
        let uri = "https://a.example/logo.gif";
        let there = |now| logos.known(uri, now).map(|known| known.picture.is_some());
        assert_eq!(there(NOW), None);
        let known = Known { picture: None, until: NOW + PAUSE };
        logos.known.insert(key(uri), Arc::new(known));
        assert_eq!(there(NOW), Some(false));
        assert_eq!(there(NOW + PAUSE), None);
        keep(&logos, uri, 20);
        assert_eq!(there(NOW), Some(true));
    }
}
