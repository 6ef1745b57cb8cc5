//! Which key signs and which are published, decided from times alone (OpenID Connect Core §10.1).
//!
//! A key is published as soon as it exists, signs from `active_from` until a younger key of its algorithm becomes
//! active, and stays published until the last token that it signed has ended.

use std::{collections::HashMap, sync::Arc, time::Duration};

use super::signing::{Algorithm, SigningKey};
use crate::{clock::Timestamp, tokens::digest::Digest};

/// How far the clocks of replicas may be apart.
pub(super) const SKEW: Duration = Duration::from_mins(1);

/// How long keys live.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// How long a key signs before the next one takes over.
    pub rotation: Duration,
    /// How long a key is published before it signs: longer than any client keeps the JWKS.
    pub lead: Duration,
    /// The longest life of a token that a key signs.
    pub token: Duration,
}

/// A signing key and its times.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Arc<SigningKey>,
    /// Its number among the keys of its algorithm.
    pub generation: i32,
    /// When it begins to sign.
    pub active_from: Timestamp,
}

/// Every signing key that the database holds, as of one reading.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    /// Digest of the ids of its keys: tells one set from another.
    identity: u64,
    /// By algorithm, then youngest first.
    entries: Vec<Entry>,
    by_kid: HashMap<String, usize>,
}

impl KeySet {
    /// A set of these keys.
    #[must_use]
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_key(|entry| (entry.key.alg, std::cmp::Reverse(entry.generation)));
        let by_kid =
            entries.iter().enumerate().map(|(at, entry)| (entry.key.kid.clone(), at)).collect();
        let kids: Vec<&[u8]> = entries.iter().map(|entry| entry.key.kid.as_bytes()).collect();
        let digest = Digest::of_parts(&kids).0;
        let identity = digest.iter().take(8).fold(0, |id, byte| (id << 8) | u64::from(*byte));
        Self { identity, entries, by_kid }
    }

    /// Tells this set of keys from another one.
    #[must_use]
    pub fn identity(&self) -> u64 {
        self.identity
    }

    /// Which of the entries signs with `alg` at `now`.
    #[must_use]
    pub fn signing(&self, alg: Algorithm, now: Timestamp) -> Option<usize> {
        self.entries.iter().position(|entry| entry.key.alg == alg && entry.active_from <= now)
    }

    /// The key of that id, also if it no longer signs.
    #[must_use]
    pub fn by_kid(&self, kid: &str) -> Option<&Entry> {
        self.entries.get(*self.by_kid.get(kid)?)
    }

    /// Whether a token that `entry` signed, and that says it was issued at `iat` and ends at `exp`, can be one of ours:
    /// issued while that key signed, and no longer than any token lives. Whoever stole a key that was replaced since can
    /// sign what they like with it, but nothing that lives past the key's withdrawal.
    #[must_use]
    pub fn is_plausible(&self, entry: &Entry, iat: i64, exp: i64, lifetimes: Lifetimes) -> bool {
        let longest = i64::try_from(lifetimes.token.as_secs()).unwrap_or(i64::MAX);
        let signed = |end: Timestamp| iat <= (end + SKEW).unix_timestamp();
        iat < exp
            && exp.saturating_sub(iat) <= longest
            && self.superseded_at(entry).is_none_or(signed)
    }

    /// The keys to publish at `now`, and the time until which that stays so.
    #[must_use]
    pub fn published(
        &self,
        now: Timestamp,
        lifetimes: Lifetimes,
    ) -> (Vec<&Entry>, Option<Timestamp>) {
        let ends = |entry: &Entry| Some(self.superseded_at(entry)? + lifetimes.token);
        let published: Vec<&Entry> =
            self.entries.iter().filter(|entry| ends(entry).is_none_or(|end| now < end)).collect();
        let until = published.iter().filter_map(|entry| ends(entry)).min();
        (published, until)
    }

    /// The generation and start of the next key of `alg`, if it is time to make it.
    #[must_use]
    pub fn due(
        &self,
        alg: Algorithm,
        now: Timestamp,
        lifetimes: Lifetimes,
    ) -> Option<(i32, Timestamp)> {
        let youngest = self.of(alg).next();
        next(youngest.map(|entry| (entry.generation, entry.active_from)), now, lifetimes)
    }

    /// All entries: by algorithm, then youngest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// When `entry` stopped signing or will stop, if a younger key is there.
    #[must_use]
    pub fn superseded_at(&self, entry: &Entry) -> Option<Timestamp> {
        self.of(entry.key.alg)
            .filter(|other| other.generation > entry.generation)
            .map(|other| other.active_from)
            .min()
    }

    fn of(&self, alg: Algorithm) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.key.alg == alg)
    }
}

/// The generation and start of the key after the youngest one of its algorithm, if it is time to make it.
pub(super) fn next(
    youngest: Option<(i32, Timestamp)>,
    now: Timestamp,
    lifetimes: Lifetimes,
) -> Option<(i32, Timestamp)> {
    let Some((generation, active_from)) = youngest else {
        return Some((1, now));
    };
    let takes_over = active_from + lifetimes.rotation;
    (now + lifetimes.lead >= takes_over)
        .then(|| (generation + 1, takes_over.max(now + lifetimes.lead)))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const START: Timestamp = datetime!(2030-01-01 00:00 UTC);
    const HOUR: Duration = Duration::from_hours(1);
    const LIFETIMES: Lifetimes =
        Lifetimes { rotation: Duration::from_hours(2160), lead: HOUR, token: HOUR };

    fn entry(generation: i32, active_from: Timestamp) -> Entry {
        let pkcs8 = SigningKey::generate(Algorithm::EdDsa).expect("a key");
        let key = SigningKey::from_pkcs8(Algorithm::EdDsa, &pkcs8).expect("its bytes");
        Entry { key: Arc::new(key), generation, active_from }
    }

    fn published(set: &KeySet, now: Timestamp) -> Vec<i32> {
        set.published(now, LIFETIMES).0.iter().map(|entry| entry.generation).collect()
    }

    #[test]
    fn the_first_key_signs_at_once() {
        assert_eq!(KeySet::default().due(Algorithm::EdDsa, START, LIFETIMES), Some((1, START)));
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_after_it_signed() {
        let next = START + LIFETIMES.rotation;
        let set = KeySet::new(vec![entry(1, START), entry(2, next)]);
        let signs =
            |now| set.signing(Algorithm::EdDsa, now).map(|at| set.entries()[at].key.kid.clone());
        let (old, new) = (signs(START), signs(next));
        assert_ne!(old, new);

        let before = next - Duration::from_secs(1);
        assert_eq!(signs(before), old);
        assert_eq!(published(&set, before), [2, 1]);
        assert_eq!(published(&set, next + HOUR / 2), [2, 1]);
        assert_eq!(published(&set, next + HOUR), [2]);
    }

    #[test]
    fn a_key_that_was_replaced_signs_nothing_younger_and_nothing_that_lives_longer() {
        let next = START + LIFETIMES.rotation;
        let set = KeySet::new(vec![entry(1, START), entry(2, next)]);
        let second = |at: Timestamp| at.unix_timestamp();
        let hour = 3600;
        let cases = [
            (1, second(next) - 1, hour, true),
            (1, second(next) + 60, hour, true),
            (1, second(next) + 61, hour, false),
            (1, second(next) - 1, hour + 1, false),
            (1, second(next) - 1, i64::MAX / 2, false),
            (1, second(next) - 1, 0, false),
            (2, second(next) + 9 * hour, hour, true),
        ];
        for (generation, iat, life, expected) in cases {
            let entry = set.entries().iter().find(|entry| entry.generation == generation);
            let plausible =
                set.is_plausible(entry.expect("there"), iat, iat.saturating_add(life), LIFETIMES);
            assert_eq!(plausible, expected, "{generation} {iat} {life}");
        }
        let extreme = set.is_plausible(&set.entries()[0], i64::MIN, i64::MAX, LIFETIMES);
        assert!(!extreme, "nothing overflows");
    }

    #[test]
    fn the_next_key_is_due_one_lead_before_it_takes_over() {
        let set = KeySet::new(vec![entry(1, START)]);
        let next = START + LIFETIMES.rotation;
        let due = |now| set.due(Algorithm::EdDsa, now, LIFETIMES);
        assert_eq!(due(next - HOUR - Duration::from_secs(1)), None);
        assert_eq!(due(next - HOUR), Some((2, next)));
        assert_eq!(due(next + HOUR * 5), Some((2, next + HOUR * 6)), "late: the lead still holds");
    }
}
