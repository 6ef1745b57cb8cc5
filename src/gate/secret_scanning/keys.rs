//! The keys that GitHub signs its messages with, as it publishes them.
//!
//! All that it publishes are taken, also those that it calls former ones: a message may have been signed just before. One that
//! is not known has them fetched again, but not at every request: anyone may name one. Of many that wait for them one fetches.
//! Where that fails, those that are known go on being used for a day.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use serde::Deserialize;
use url::Url;

use crate::{
    clock::{Clock, Timestamp},
    fetch::{self, FetchError, Limits, Owner},
};

/// The most keys.
const MOST: usize = 50;
/// The shortest that keys are fresh for, whatever the answer says, and how long if it does not say: GitHub answers strangers
/// sixty times an hour.
const SHORTEST: Duration = Duration::from_hours(1);
/// And the longest.
const LONGEST: Duration = Duration::from_hours(24);
/// For how long stale keys are used when no others can be had.
const STALE: Duration = Duration::from_hours(24);
/// Between two fetches.
const INTERVAL: Duration = Duration::from_mins(5);
/// Between two fetches while there are no keys at all.
const RETRY: Duration = Duration::from_mins(1);

/// There are no keys, and none can be had now.
#[derive(Debug)]
pub struct KeysError;

/// Why keys were not fetched.
#[derive(Debug, thiserror::Error)]
enum Unfetched {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("the answer is no list of keys")]
    NoList,
    #[error("there is no key in the answer that can be read")]
    NoKeys,
}

/// A list as it is published.
#[derive(Deserialize)]
struct List {
    public_keys: Vec<Published>,
}

#[derive(Deserialize)]
struct Published {
    key_identifier: String,
    key: String,
}

/// Keys by their names.
type Keys = BTreeMap<String, Arc<ParsedPublicKey>>;

#[derive(Default)]
struct Known {
    keys: Keys,
    fresh_until: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

/// What is known of them.
#[derive(Default)]
pub struct ScannerKeys {
    known: Mutex<Known>,
    /// Held by who fetches.
    fetching: tokio::sync::Mutex<()>,
}

impl fmt::Debug for ScannerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScannerKeys").finish_non_exhaustive()
    }
}

impl ScannerKeys {
    /// The key of that name, if there is one at `url`.
    pub(super) async fn find(
        &self,
        fetch: &fetch::Client,
        clock: &Clock,
        url: &Url,
        name: &str,
    ) -> Result<Option<Arc<ParsedPublicKey>>, KeysError> {
        let fresh = || {
            let now = clock.now();
            self.known(|known| {
                let fresh = known.fresh_until.is_some_and(|until| now < until);
                known.keys.get(name).filter(|_| fresh).cloned()
            })
        };
        if let Some(key) = fresh() {
            return Ok(Some(key));
        }
        let _alone = self.fetching.lock().await;
        // Whoever was first may have fetched what is looked for.
        if let Some(key) = fresh() {
            return Ok(Some(key));
        }
        if self.try_now(clock.now()) {
            match load(fetch, url).await {
                Ok((keys, fresh_for)) => self.known(|known| {
                    known.keys = keys;
                    known.fresh_until = Some(clock.now() + fresh_for);
                }),
                Err(error) => {
                    tracing::warn!(%error, "api_keys.secret_scanning_keys cannot be read");
                }
            }
        }
        let now = clock.now();
        self.known(|known| {
            let usable = known.fresh_until.is_some_and(|until| now < until + STALE);
            if usable { Ok(known.keys.get(name).cloned()) } else { Err(KeysError) }
        })
    }

    fn known<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether it is time to fetch; it is noted, however that ends.
    fn try_now(&self, now: Timestamp) -> bool {
        self.known(|known| {
            let interval = if known.keys.is_empty() { RETRY } else { INTERVAL };
            let due = known.tried_at.is_none_or(|at| now >= at + interval || now < at);
            if due {
                known.tried_at = Some(now);
            }
            due
        })
    }
}

async fn load(fetch: &fetch::Client, url: &Url) -> Result<(Keys, Duration), Unfetched> {
    let fetched = fetch.get(&Owner::Operator, url, Limits::default()).await?;
    let fresh_for = fetched.fresh_for.unwrap_or(SHORTEST).clamp(SHORTEST, LONGEST);
    Ok((read(&fetched.body)?, fresh_for))
}

/// The keys of a list. One that cannot be read keeps none of the others from being used.
fn read(body: &[u8]) -> Result<Keys, Unfetched> {
    let list: List = serde_json::from_slice(body).map_err(|_| Unfetched::NoList)?;
    if list.public_keys.len() > MOST {
        return Err(Unfetched::NoList);
    }
    let key = |published: Published| {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(published.key.as_bytes()).ok()?;
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &der).ok()?;
        Some((published.key_identifier, Arc::new(key)))
    };
    let keys: Keys = list.public_keys.into_iter().filter_map(key).collect();
    if keys.is_empty() { Err(Unfetched::NoKeys) } else { Ok(keys) }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use serde_json::json;

    use super::*;

    /// The example of GitHub's documentation: a key, a message and its signature.
    const NAME: &str = "90a421169f0a406205f1563a953312f0be898d3c7b6c06b681aa86a874555f4a";
    const KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9MJJHnMfn2+H4xL4YaPDA4RpJqUq\n\
        kCmRCBnYERxZanmcpzQSXs1X/AljlKkbJ8qpVIW4clayyef9gWhFbNHWAA==\n\
        -----END PUBLIC KEY-----";
    const MESSAGE: &[u8] = br#"[{"token":"some_token","type":"some_type","url":"some_url"}]"#;
    const SIGNATURE: &str = "MEUCIQDKZokqnCjrRtw0tni+2Ltvl/uiMJ1EGumEsp1BsNr32AIgQY1YXD2nlj+XNfGK4rBfkMJ1JDOQcYXxa2sY8FNkrKc=";

    /// A key of P-384.
    const OTHER: &str = "-----BEGIN PUBLIC KEY-----\n\
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEC1uWSXj2czCDwMTLWV5BFmwxdM6PX9p+\n\
        Pk9Yf9rIf374m5XP1U8q79dBhLSIuaojsvOT39UUcPJROSD1FqYLued0rXiooIii\n\
        1D3jaW6pmGVJFhodzC31cy5sfOYotrzF\n\
        -----END PUBLIC KEY-----";

    fn list(keys: &[(&str, &str)]) -> Vec<u8> {
        let keys = keys.iter().map(|(name, key)| {
            json!({ "key_identifier": name, "key": key, "is_current": false, "created_at": 0 })
        });
        json!({ "public_keys": keys.collect::<Vec<_>>(), "more": [] }).to_string().into_bytes()
    }

    #[test]
    fn githubs_own_example_is_genuine() {
        let keys = read(&list(&[("broken", "x"), (NAME, KEY)])).expect("keys");
        assert_eq!(keys.keys().collect::<Vec<_>>(), [NAME]);
        let signature = BASE64_STANDARD.decode(SIGNATURE).expect("base64");
        assert!(keys[NAME].verify_sig(MESSAGE, &signature).is_ok());
        let mut other = MESSAGE.to_vec();
        other.pop();
        assert!(keys[NAME].verify_sig(&other, &signature).is_err());
        for at in 0..signature.len() {
            let mut forged = signature.clone();
            forged[at] ^= 1;
            assert!(keys[NAME].verify_sig(MESSAGE, &forged).is_err(), "byte {at}");
        }
    }

    #[test]
    fn what_is_no_list_of_keys_of_this_kind_is_not_taken() {
        let private = KEY.replace("PUBLIC", "PRIVATE");
        for bad in [&[][..], &[("broken", "x")], &[("p384", OTHER)], &[("private", &private)]] {
            assert!(matches!(read(&list(bad)), Err(Unfetched::NoKeys)), "{bad:?}");
        }
        let many: Vec<(&str, &str)> = (0..=MOST).map(|_| (NAME, KEY)).collect();
        for bad in [list(&many), b"[]".to_vec(), b"{\"public_keys\":[{}]}".to_vec(), Vec::new()] {
            assert!(matches!(read(&bad), Err(Unfetched::NoList)));
        }
    }
}
