//! What an attempt to sign in is counted against.

use std::net::IpAddr;

use uuid::Uuid;

use super::device::Device;
use crate::{
    app::App,
    clock::Timestamp,
    config::{DynamicRegistration, Email, SignIn},
    storage::{self, throttles::Counter},
    tokens::digest::Digest,
};

/// Failed attempts from all browsers known for an account together, in multiples of what strangers have. It is a
/// counter of its own, so that no stranger can use it up.
const KNOWN_BROWSERS: i32 = 5;

/// The counters of an attempt on what was typed, from `address`, in the order in which they are raised: one that is
/// above its limit keeps those behind it from being raised.
///
/// From a browser known for the account they are that browser's own and that of all such browsers, and no other, so that
/// no stranger can lock the owner out. Whoever knew a former password may have made many browsers known: together, they
/// have no more than a few strangers' guesses.
///
/// All else is counted by what was typed, whether there is such an account or not: by account, its two names would have
/// one counter and any other two names one each, and that would tell whether it exists.
pub fn counters(
    limits: &SignIn,
    identifier: &str,
    address: Option<IpAddr>,
    device: Option<&Device>,
) -> Vec<Vec<Counter>> {
    if let Some(device) = device {
        let own = Counter {
            key: key("device", &[device.user.as_bytes(), device.id.as_bytes()]),
            limit: limits.known_browser_attempts,
        };
        let all = Counter {
            key: key("devices", &[device.user.as_bytes()]),
            limit: limits.account_attempts.saturating_mul(KNOWN_BROWSERS),
        };
        return vec![vec![own], vec![all]];
    }
    let typed = Counter {
        key: key("identifier", &[identifier.as_bytes()]),
        limit: limits.account_attempts,
    };
    let address = address.map(|address| from(limits, address));
    vec![std::iter::once(typed).chain(address).collect()]
}

/// The counter of the codes of a person's second factor. Whoever gets this far knows the password, so that no stranger
/// can use it up.
pub fn codes(limits: &SignIn, user: Uuid) -> Vec<Vec<Counter>> {
    vec![vec![Counter { key: key("code", &[user.as_bytes()]), limit: limits.code_attempts }]]
}

/// The counter of a person's present password, where whoever is signed in is asked for it.
pub fn password(limits: &SignIn, user: Uuid) -> Vec<Vec<Counter>> {
    let key = key("password", &[user.as_bytes()]);
    vec![vec![Counter { key, limit: limits.account_attempts }]]
}

/// The counter of what comes from `address` without a name, such as a passkey.
pub fn nameless(limits: &SignIn, address: Option<IpAddr>) -> Vec<Vec<Counter>> {
    address.map(|address| vec![from(limits, address)]).into_iter().collect()
}

/// The counters of messages that are asked for: by whom they are for, be there such a person or not, and by the address of
/// whoever asks.
pub fn messages(limits: &Email, recipient: &str, address: Option<IpAddr>) -> Vec<Vec<Counter>> {
    let recipient = Counter {
        key: key("message", &[recipient.as_bytes()]),
        limit: limits.requests_per_recipient,
    };
    let address = address.map(|address| Counter {
        key: key("messages", &[&network(address)]),
        limit: limits.requests_per_address,
    });
    // The address first: what it asked too often uses up no one's messages.
    address.into_iter().map(|counter| vec![counter]).chain([vec![recipient]]).collect()
}

/// The counters of clients that register themselves without a token, within a day: by the address they come from, and all
/// of them. The address first: what is too much from one uses up no one's place.
pub fn registrations(limits: &DynamicRegistration, address: Option<IpAddr>) -> Vec<Counter> {
    let address = address.map(|address| Counter {
        key: key("registrations", &[&network(address)]),
        limit: limits.clients_per_address,
    });
    let all = Counter { key: key("registrations", &[]), limit: limits.clients_per_day };
    address.into_iter().chain([all]).collect()
}

/// Counts the attempt. If there were too many, until when it is refused.
pub async fn count(app: &App, counters: &[Vec<Counter>]) -> storage::Result<Option<Timestamp>> {
    let window = app.config.sign_in.window.0;
    let window = time::Duration::try_from(window).unwrap_or(time::Duration::DAY);
    let now = app.clock.now();
    for counters in counters {
        let until = storage::throttles::count(&app.db, counters, window, now).await?;
        if until.is_some() {
            return Ok(until);
        }
    }
    Ok(None)
}

/// Gives an attempt back that was no guess.
pub async fn forgive(app: &App, counters: &[Vec<Counter>]) -> storage::Result<()> {
    let keys: Vec<Vec<u8>> = counters.iter().flatten().map(|counter| counter.key.clone()).collect();
    storage::throttles::forgive(&app.db, &keys).await
}

/// The device that is known for `user`.
pub fn known(devices: &[Device], user: Uuid) -> Option<&Device> {
    devices.iter().find(|device| device.user == user)
}

fn from(limits: &SignIn, address: IpAddr) -> Counter {
    Counter { key: key("address", &[&network(address)]), limit: limits.address_attempts }
}

/// What one subscriber has: an IPv4 address, or a /64 of IPv6.
fn network(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

fn key(kind: &str, parts: &[&[u8]]) -> Vec<u8> {
    let all: Vec<&[u8]> = std::iter::once(kind.as_bytes())
        .chain(std::iter::once(b"\0".as_slice()))
        .chain(parts.iter().copied())
        .collect();
    Digest::of_parts(&all).bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(address: &str, device: Option<&Device>) -> Vec<Vec<u8>> {
        let address = Some(address.parse().expect("an address"));
        let counters = counters(&SignIn::default(), "alice", address, device);
        counters.into_iter().flatten().map(|counter| counter.key).collect()
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        assert_eq!(keys("2001:db8::1", None), keys("2001:db8::ffff:1", None));
        assert_ne!(keys("2001:db8::1", None), keys("2001:db8:0:1::1", None));
        assert_eq!(keys("192.0.2.1", None), keys("::ffff:192.0.2.1", None));
        assert_ne!(keys("192.0.2.1", None), keys("192.0.2.2", None));
    }

    #[test]
    fn a_known_browser_is_counted_apart_from_strangers() {
        let device = |id| Device { user: Uuid::from_u128(1), id: Uuid::from_u128(id) };
        let (one, two) = (keys("192.0.2.1", Some(&device(1))), keys("192.0.2.1", Some(&device(2))));
        assert_ne!(one[0], two[0], "by itself");
        assert_eq!(one[1], two[1], "and with the others");
        let strangers = keys("192.0.2.1", None);
        assert!(one.iter().all(|key| !strangers.contains(key)));
    }
}
