//! Which keys clients encrypt for, and which still open what was encrypted, decided from times alone (OpenID Connect Core
//! §10.2.1).
//!
//! Of each algorithm one key is published: the youngest whose time has come. It opens from when it is made, so that every
//! replica knows it before a client does, until nothing is about any more that a client encrypted for it. Then it is removed,
//! so that what was sent in its time is not read by whoever gets at the keys later.

use std::{sync::Arc, time::Duration};

use super::{
    encryption::{EncryptionAlg, EncryptionKey},
    set::{Lifetimes, SKEW, next},
};
use crate::clock::Timestamp;

/// How long a request object may lie about before it is used.
const OBJECT: Duration = Duration::from_hours(24);
/// How many keys are tried on what names none.
const UNNAMED: usize = 2;

/// A key and its times.
#[derive(Clone, Debug)]
pub struct EncryptionEntry {
    /// The key.
    pub key: Arc<EncryptionKey>,
    /// Its number among the keys of its algorithm.
    pub generation: i32,
    /// When it is published.
    pub active_from: Timestamp,
}

/// Every key for encryption that the database holds, as of one reading.
#[derive(Clone, Debug, Default)]
pub struct EncryptionSet {
    /// By algorithm, then youngest first.
    entries: Vec<EncryptionEntry>,
}

impl EncryptionSet {
    /// A set of these keys.
    #[must_use]
    pub fn new(mut entries: Vec<EncryptionEntry>) -> Self {
        entries.sort_by_key(|entry| (entry.key.alg, std::cmp::Reverse(entry.generation)));
        Self { entries }
    }

    /// All entries: by algorithm, then youngest first.
    #[must_use]
    pub fn entries(&self) -> &[EncryptionEntry] {
        &self.entries
    }

    /// The key of that id, whatever its time.
    #[must_use]
    pub fn by_kid(&self, kid: &str) -> Option<&EncryptionEntry> {
        self.entries.iter().find(|entry| entry.key.kid == kid)
    }

    /// The keys to publish at `now`, and the time until which that stays so.
    #[must_use]
    pub fn published(&self, now: Timestamp) -> (Vec<&EncryptionEntry>, Option<Timestamp>) {
        let one = |alg| {
            // A clock that was set back finds none whose time has come: the oldest one is the best there is.
            self.of(alg).find(|entry| entry.active_from <= now).or_else(|| self.of(alg).last())
        };
        let published = EncryptionAlg::ALL.into_iter().filter_map(one).collect();
        let begins = self.entries.iter().map(|entry| entry.active_from);
        (published, begins.filter(|begin| *begin > now).min())
    }

    /// The keys that what is encrypted with `alg` may open with at `now`: the one that it names, or the youngest if it names
    /// none.
    #[must_use]
    pub fn opening(
        &self,
        alg: EncryptionAlg,
        kid: Option<&str>,
        now: Timestamp,
        lifetimes: Lifetimes,
    ) -> Vec<Arc<EncryptionKey>> {
        let ended =
            |entry: &EncryptionEntry| self.ends_at(entry, lifetimes).is_some_and(|end| end <= now);
        let named = |entry: &EncryptionEntry| match kid {
            Some(kid) => entry.key.kid == kid,
            // Others cannot know it yet.
            None => entry.active_from <= now + SKEW,
        };
        self.of(alg)
            .filter(|entry| named(entry) && !ended(entry))
            .take(UNNAMED)
            .map(|entry| Arc::clone(&entry.key))
            .collect()
    }

    /// When `entry` opens nothing any more, if a younger key is there: as long after that is published as clients keep the
    /// JWKS, and what they made may lie about.
    #[must_use]
    pub fn ends_at(&self, entry: &EncryptionEntry, lifetimes: Lifetimes) -> Option<Timestamp> {
        self.of(entry.key.alg)
            .filter(|other| other.generation > entry.generation)
            .map(|other| other.active_from + lifetimes.lead + OBJECT)
            .min()
    }

    /// The ids of the keys that open nothing any more.
    #[must_use]
    pub fn over(&self, now: Timestamp, lifetimes: Lifetimes) -> Vec<String> {
        // Later than they are refused by the slowest clock.
        let over = |entry: &&EncryptionEntry| {
            self.ends_at(entry, lifetimes).is_some_and(|end| end + SKEW <= now)
        };
        self.entries.iter().filter(over).map(|entry| entry.key.kid.clone()).collect()
    }

    /// The generation and start of the next key of `alg`, if it is time to make it.
    #[must_use]
    pub fn due(
        &self,
        alg: EncryptionAlg,
        now: Timestamp,
        lifetimes: Lifetimes,
    ) -> Option<(i32, Timestamp)> {
        next(self.youngest(alg).map(|entry| (entry.generation, entry.active_from)), now, lifetimes)
    }

    /// The youngest key of `alg`.
    #[must_use]
    pub fn youngest(&self, alg: EncryptionAlg) -> Option<&EncryptionEntry> {
        self.of(alg).next()
    }

    fn of(&self, alg: EncryptionAlg) -> impl DoubleEndedIterator<Item = &EncryptionEntry> {
        self.entries.iter().filter(move |entry| entry.key.alg == alg)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const START: Timestamp = datetime!(2030-01-01 00:00 UTC);
    const HOUR: Duration = Duration::from_hours(1);
    const SECOND: Duration = Duration::from_secs(1);
    const LIFETIMES: Lifetimes =
        Lifetimes { rotation: Duration::from_hours(2160), lead: HOUR, token: HOUR };
    const ALG: EncryptionAlg = EncryptionAlg::EcdhEs;

    fn entry(generation: i32, active_from: Timestamp) -> EncryptionEntry {
        let pkcs8 = EncryptionKey::generate(ALG).expect("a key");
        let key = EncryptionKey::from_pkcs8(ALG, &pkcs8).expect("its bytes");
        EncryptionEntry { key: Arc::new(key), generation, active_from }
    }

    fn published(set: &EncryptionSet, now: Timestamp) -> Vec<i32> {
        set.published(now).0.iter().map(|entry| entry.generation).collect()
    }

    #[test]
    fn one_key_is_published_and_its_successor_is_known_before() {
        assert_eq!(EncryptionSet::default().due(ALG, START, LIFETIMES), Some((1, START)));
        let next = START + LIFETIMES.rotation;
        let set = EncryptionSet::new(vec![entry(1, START), entry(2, next)]);
        let before = next - SECOND;
        assert_eq!((published(&set, before), published(&set, next)), (vec![1], vec![2]));
        assert_eq!((set.published(before).1, set.published(next).1), (Some(next), None));
        assert_eq!(published(&set, START - HOUR), [1], "a clock that was set back");
        let kid = set.entries()[0].key.kid.clone();
        let opening = |kid: Option<&str>, now| set.opening(ALG, kid, now, LIFETIMES).len();
        assert_eq!(opening(Some(&kid), START), 1, "as another replica may publish it already");
        assert_eq!((opening(None, START), opening(None, next)), (1, 2));
        assert_eq!(opening(Some("another"), next), 0);
        assert!(set.opening(EncryptionAlg::RsaOaep256, Some(&kid), next, LIFETIMES).is_empty());
    }

    #[test]
    fn a_former_key_opens_until_its_end_and_is_removed_after() {
        let next = START + LIFETIMES.rotation;
        let set = EncryptionSet::new(vec![entry(1, START), entry(2, next), entry(3, next + HOUR)]);
        let former = set.entries()[2].key.kid.clone();
        let end = next + HOUR + OBJECT;
        let opens = |now| !set.opening(ALG, Some(&former), now, LIFETIMES).is_empty();
        assert!(opens(end - SECOND) && !opens(end));
        assert!(set.over(end, LIFETIMES).is_empty());
        assert_eq!(set.over(end + SKEW, LIFETIMES), [former]);
        let all = set.opening(ALG, None, next + HOUR, LIFETIMES);
        assert_eq!(all.len(), UNNAMED, "no more are tried, however many there are");
    }
}
