//! What is counted rather than recorded one by one: what anyone can have happen again and again, by the thousand.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use ipnet::IpNet;
use serde_json::{Map, Value, json};

use super::{Event, Kind};

/// Tokens that concern no person and no grant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Summary {
    /// The client.
    pub client_id: Arc<str>,
    /// The granted scopes.
    pub scope: String,
    /// The client's address.
    pub address: Option<IpAddr>,
}

impl Summary {
    pub(super) fn event(&self, count: u64) -> Event {
        let detail =
            json!({ "grant_type": "client_credentials", "scope": self.scope, "count": count });
        Event::new(Kind::TokenIssued).client(&self.client_id).detail(detail)
    }
}

/// A request that was refused to someone who is no one known. Nothing in it is text of theirs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refused {
    /// What was refused.
    pub kind: Kind,
    /// The client that it says it is, if there is one.
    pub client_id: Option<Arc<str>>,
    /// By which method it authenticates.
    pub method: Option<&'static str>,
    /// Why, as far as that is more than that nothing fits.
    pub reason: Option<&'static str>,
}

/// What refused requests are told apart by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Refusal {
    /// By all that is known, and where they came from.
    One(Refused, Option<IpNet>),
    /// By no more than what was refused.
    Others(Kind),
}

impl Refusal {
    /// One of this address, by the network of whoever has it.
    pub(super) fn of(refused: Refused, address: Option<IpAddr>) -> Self {
        Self::One(refused, address.map(network))
    }

    pub(super) fn others(&self) -> Self {
        match self {
            Self::One(refused, _) => Self::Others(refused.kind),
            Self::Others(kind) => Self::Others(*kind),
        }
    }

    /// Its event, and the network to go with it.
    pub(super) fn event(&self, count: u64) -> (Event, Option<IpNet>) {
        let mut detail = Map::new();
        detail.insert("count".to_owned(), count.into());
        match self {
            Self::One(refused, network) => {
                for (name, text) in [("method", refused.method), ("reason", refused.reason)] {
                    detail.extend(text.map(|text| (name.to_owned(), text.into())));
                }
                let mut event = Event::new(refused.kind).detail(Value::Object(detail));
                if let Some(client_id) = &refused.client_id {
                    event = event.client(client_id);
                }
                (event, *network)
            }
            Self::Others(kind) => {
                detail.insert("others".to_owned(), true.into());
                (Event::new(*kind).detail(Value::Object(detail)), None)
            }
        }
    }
}

/// An IPv4 address, or the /64 of IPv6 that one subscriber has.
#[must_use]
pub fn network(address: IpAddr) -> IpNet {
    let address = address.to_canonical();
    let length = if address.is_ipv4() { 32 } else { 64 };
    IpNet::new(address, length).map_or_else(|_| address.into(), |network| network.trunc())
}

/// Counts by key, under a lock that many may hold at once; only a new key needs it alone.
pub(super) struct Counts<K>(Arc<RwLock<HashMap<K, AtomicU64>>>);

impl<K> Clone for Counts<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Eq + Hash> Counts<K> {
    /// Counts one more; how many keys there are if it was a new one.
    pub(super) fn add(&self, key: K) -> Option<usize> {
        if self.raise(&key) {
            return None;
        }
        let mut counts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(key).or_default().get_mut() += 1;
        Some(counts.len())
    }

    /// Counts one more, past `most` keys by the one that `others` makes of its own.
    pub(super) fn add_within(&self, key: K, most: usize, others: impl FnOnce(&K) -> K) {
        if self.raise(&key) {
            return;
        }
        let mut counts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let full = counts.len() >= most && !counts.contains_key(&key);
        let key = if full { others(&key) } else { key };
        *counts.entry(key).or_default().get_mut() += 1;
    }

    /// Counts one more of a key that is there.
    fn raise(&self, key: &K) -> bool {
        let counts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let count = counts.get(key);
        count.map(|count| count.fetch_add(1, Ordering::Relaxed)).is_some()
    }

    /// All of them, which begin anew.
    pub(super) fn take(&self) -> impl Iterator<Item = (K, u64)> + use<K> {
        let mut counts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *counts).into_iter().map(|(key, count)| (key, count.into_inner()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(reason: &'static str) -> Refused {
        Refused { kind: Kind::ClientRefused, client_id: None, method: None, reason: Some(reason) }
    }

    #[test]
    fn an_address_is_of_the_network_that_one_subscriber_has() {
        let of = |text: &str| network(text.parse().expect(text)).to_string();
        assert_eq!(of("192.0.2.1"), "192.0.2.1/32");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1/32");
        assert_eq!(of("2001:db8::1:2:3:4"), "2001:db8::/64");
    }

    #[test]
    fn past_so_many_keys_what_is_refused_is_counted_together() {
        let counts = Counts::default();
        for number in 0..1000_u32 {
            let address = IpAddr::from(std::net::Ipv4Addr::from(number));
            for _ in 0..2 {
                let refusal = Refusal::of(refused("a"), Some(address));
                counts.add_within(refusal, 10, Refusal::others);
            }
        }
        let mut rows: Vec<_> = counts.take().collect();
        assert_eq!(rows.len(), 11);
        assert_eq!(rows.iter().map(|(_, count)| count).sum::<u64>(), 2000);
        rows.retain(|(key, _)| *key == Refusal::Others(Kind::ClientRefused));
        assert_eq!(rows.first().map(|(_, count)| *count), Some(1980));
        assert_eq!(counts.take().count(), 0);
    }
}
