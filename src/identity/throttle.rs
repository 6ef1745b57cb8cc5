//! What an attempt to sign in is counted against.

use std::net::IpAddr;

use uuid::Uuid;

use super::device::Device;
use crate::{config::SignIn, storage::throttles::Counter, tokens::digest::Digest};

/// The counters of an attempt on an account, or on what was typed if there is none, from `address`: from a browser known
/// for the account, that browser's own counter and no other, so that no stranger can lock its owner out.
pub fn counters(
    limits: &SignIn,
    identifier: &str,
    account: Option<Uuid>,
    address: Option<IpAddr>,
    device: Option<&Device>,
) -> Vec<Counter> {
    if let Some(device) = device {
        let key = key("device", &[device.user.as_bytes(), device.id.as_bytes()]);
        return vec![Counter { key, limit: limits.known_browser_attempts }];
    }
    let account = Counter { key: account_key(identifier, account), limit: limits.account_attempts };
    let address = address.map(|address| Counter {
        key: key("address", &[&network(address)]),
        limit: limits.address_attempts,
    });
    std::iter::once(account).chain(address).collect()
}

/// One key an account, by whatever name it is called.
fn account_key(identifier: &str, account: Option<Uuid>) -> Vec<u8> {
    match account {
        Some(user) => key("account", &[user.as_bytes()]),
        None => key("nobody", &[identifier.as_bytes()]),
    }
}

/// The device that is known for `user`.
pub fn known(devices: &[Device], user: Uuid) -> Option<&Device> {
    devices.iter().find(|device| device.user == user)
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
        let counters = counters(&SignIn::default(), "alice", None, address, device);
        counters.into_iter().map(|counter| counter.key).collect()
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one_address() {
        assert_eq!(keys("2001:db8::1", None), keys("2001:db8::ffff:1", None));
        assert_ne!(keys("2001:db8::1", None), keys("2001:db8:0:1::1", None));
        assert_eq!(keys("192.0.2.1", None), keys("::ffff:192.0.2.1", None));
        assert_ne!(keys("192.0.2.1", None), keys("192.0.2.2", None));
    }

    #[test]
    fn a_known_browser_is_counted_alone() {
        let device = Device { user: Uuid::from_u128(1), id: Uuid::from_u128(2) };
        let own = keys("192.0.2.1", Some(&device));
        assert_eq!(own.len(), 1);
        assert!(!keys("192.0.2.1", None).contains(&own[0]));
    }
}
