//! The keys that clients publish at their `jwks_uri`, as they were fetched.
//!
//! They are fresh for as long as the answer says, within bounds. A key that is not known has them fetched again, so that
//! a client changes keys without telling anyone, but not at every request; so does a signature that is by none of them,
//! where it does not name its key. Of many that wait for the same keys one fetches. Where that fails, the former keys go on
//! being used for a day.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use quick_cache::sync::Cache;
use url::Url;

use crate::{
    clock::{Clock, Timestamp},
    fetch::{self, FetchError, Limits, Owner},
    registry::{
        about::RegisteredBy,
        client::Client,
        client_keys::{ClientKey, ClientKeys, SigningAlg},
    },
    tokens::jwe::{KeyAlg, PublicKey},
};

/// How many clients' keys are remembered.
const CAPACITY: usize = 4096;
/// The shortest that keys are fresh for, whatever the answer says.
const SHORTEST: Duration = Duration::from_mins(1);
/// And the longest.
const LONGEST: Duration = Duration::from_hours(24);
/// How long they are fresh if the answer does not say.
const USUAL: Duration = Duration::from_hours(1);
/// For how long stale keys are used when no others can be had.
const STALE: Duration = Duration::from_hours(24);
/// Between two fetches for a client.
const INTERVAL: Duration = Duration::from_secs(30);
/// Between two fetches while there are no keys at all.
const RETRY: Duration = Duration::from_secs(5);

/// Why keys were not fetched.
#[derive(Debug, thiserror::Error)]
enum KeysError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("jwks_uri is no URL")]
    NoUrl,
    #[error("the answer is no JSON")]
    NoJson,
    #[error("{0}")]
    NoKeys(String),
}

/// For whom something is fetched whose address a client named.
#[must_use]
pub fn owner(client: &Client) -> Owner {
    let id = Arc::clone(&client.id);
    match client.metadata.about.registered_by {
        RegisteredBy::Operator => Owner::Client(id),
        RegisteredBy::Itself => Owner::Stranger(id),
    }
}

/// Who publishes keys, and where.
#[derive(Clone, Debug)]
pub struct Publisher<'a> {
    /// Its client's id; or what is none, if it is no client.
    pub client_id: &'a str,
    /// Where.
    pub uri: &'a str,
    /// Who named that address.
    pub owner: Owner,
}

impl<'a> Publisher<'a> {
    /// A client.
    #[must_use]
    pub fn of(client: &'a Client, uri: &'a str) -> Self {
        Self { client_id: &client.id, uri, owner: owner(client) }
    }
}

/// What is known of one client's keys.
#[derive(Default)]
struct Known {
    keys: Option<Arc<ClientKeys>>,
    fresh_until: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

struct Slot {
    uri: String,
    known: Mutex<Known>,
    /// Held by who fetches.
    fetching: tokio::sync::Mutex<()>,
}

/// The keys of all clients that publish them.
pub struct PublishedKeys(Cache<String, Arc<Slot>>);

impl Default for PublishedKeys {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl PublishedKeys {
    /// What `verify` says of the key of a client that a signature is checked with, if there is one.
    pub async fn check(
        &self,
        fetch: &fetch::Client,
        clock: &Clock,
        publisher: &Publisher<'_>,
        kid: Option<&str>,
        alg: SigningAlg,
        verify: impl Fn(&ClientKey) -> bool,
    ) -> Option<bool> {
        let check = |keys: &ClientKeys| keys.choose(kid, alg).map(&verify);
        // Without a name, it may be by the next key that has taken the place of the one that is remembered.
        let is_settled = |genuine: &bool| *genuine || kid.is_some();
        self.look(fetch, clock, publisher, check, is_settled).await
    }

    /// The key of a client that something is encrypted for, if there is one.
    pub async fn for_encryption(
        &self,
        fetch: &fetch::Client,
        clock: &Clock,
        publisher: &Publisher<'_>,
        alg: KeyAlg,
    ) -> Option<PublicKey> {
        self.look(fetch, clock, publisher, |keys| keys.for_encryption(alg).cloned(), |_| true).await
    }

    /// Looks among the keys that are known and, if that does not settle it, among those that can be fetched.
    async fn look<T>(
        &self,
        fetch: &fetch::Client,
        clock: &Clock,
        publisher: &Publisher<'_>,
        choose: impl Fn(&ClientKeys) -> Option<T>,
        is_settled: impl Fn(&T) -> bool,
    ) -> Option<T> {
        let Publisher { client_id, uri, owner } = publisher;
        let slot = self.slot(client_id, uri);
        let known = || slot.fresh(clock.now()).and_then(|keys| choose(&keys)).filter(&is_settled);
        if let Some(found) = known() {
            return Some(found);
        }
        let _alone = slot.fetching.lock().await;
        // Whoever was first may have fetched what is looked for.
        if let Some(found) = known() {
            return Some(found);
        }
        if slot.try_now(clock.now()) {
            match load(fetch, owner, uri).await {
                Ok((keys, fresh_for)) => slot.store(keys, clock.now(), fresh_for),
                Err(error) => {
                    // The pause begins now, and not when it was begun: it may have taken as long.
                    slot.known(|known| known.tried_at = Some(clock.now()));
                    tracing::warn!(client_id, %error, "a client's jwks_uri cannot be read");
                }
            }
        }
        slot.usable(clock.now()).and_then(|keys| choose(&keys))
    }

    /// Forgets a client that changed.
    pub fn forget(&self, client_id: &str) {
        self.0.remove(client_id);
    }

    fn slot(&self, client_id: &str, uri: &str) -> Arc<Slot> {
        if let Some(slot) = self.0.get(client_id).filter(|slot| slot.uri == uri) {
            return slot;
        }
        let slot = Arc::new(Slot {
            uri: uri.to_owned(),
            known: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        });
        // Of two that come at once, one is kept: both then find it.
        let found = self
            .0
            .get_or_insert_with(client_id, || Ok::<_, std::convert::Infallible>(Arc::clone(&slot)));
        match found {
            Ok(found) if found.uri == uri => found,
            _ => {
                self.0.insert(client_id.to_owned(), Arc::clone(&slot));
                slot
            }
        }
    }
}

impl Slot {
    fn known<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn fresh(&self, now: Timestamp) -> Option<Arc<ClientKeys>> {
        self.known(|known| {
            let fresh = known.fresh_until.is_some_and(|until| now < until);
            known.keys.clone().filter(|_| fresh)
        })
    }

    fn usable(&self, now: Timestamp) -> Option<Arc<ClientKeys>> {
        self.known(|known| {
            let usable = known.fresh_until.is_some_and(|until| now < until + STALE);
            known.keys.clone().filter(|_| usable)
        })
    }

    /// Whether it is time to fetch; it is noted, however that ends.
    fn try_now(&self, now: Timestamp) -> bool {
        self.known(|known| {
            let interval = if known.keys.is_some() { INTERVAL } else { RETRY };
            let due = known.tried_at.is_none_or(|at| now >= at + interval || now < at);
            if due {
                known.tried_at = Some(now);
            }
            due
        })
    }

    fn store(&self, keys: ClientKeys, now: Timestamp, fresh_for: Duration) {
        self.known(|known| {
            known.keys = Some(Arc::new(keys));
            known.fresh_until = Some(now + fresh_for);
        });
    }
}

async fn load(
    fetch: &fetch::Client,
    owner: &Owner,
    uri: &str,
) -> Result<(ClientKeys, Duration), KeysError> {
    let url = Url::parse(uri).map_err(|_| KeysError::NoUrl)?;
    let fetched = fetch.get(owner, &url, Limits::default()).await?;
    let jwks = serde_json::from_slice(&fetched.body).map_err(|_| KeysError::NoJson)?;
    let keys = ClientKeys::fetched(&jwks).map_err(KeysError::NoKeys)?;
    Ok((keys, fetched.fresh_for.unwrap_or(USUAL).clamp(SHORTEST, LONGEST)))
}
