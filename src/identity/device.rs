//! Known browsers: whoever signed in from here before is counted apart from strangers who guess.
//!
//! The cookie holds one entry a person, `user id ‖ device id ‖ HMAC-SHA-256`, the latest first. It proves nothing but
//! that someone knew the password here once; it only chooses which counter an attempt is held against.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::entropy::Entropy;

/// How long a browser stays known.
pub const MAX_AGE: Duration = Duration::from_hours(8760);
/// How many people a browser is known for.
const PEOPLE: usize = 5;
const IDS: usize = 32;

/// A browser that someone signed in from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The person.
    pub user: Uuid,
    /// The browser.
    pub id: Uuid,
}

/// Reads the cookie; entries that are not ours are left out.
#[must_use]
pub fn parse(key: &hmac::Key, cookie: &str) -> Vec<Device> {
    let entries = cookie.split('.').take(PEOPLE);
    entries.filter_map(|entry| parse_entry(key, entry)).collect()
}

/// The cookie after `user` signed in: as it was, with an entry for them in front.
#[must_use]
pub fn with(key: &hmac::Key, cookie: Option<&str>, user: Uuid, entropy: &Entropy) -> String {
    let mut devices = cookie.map(|cookie| parse(key, cookie)).unwrap_or_default();
    let known = devices.iter().position(|device| device.user == user);
    let own = match known {
        Some(at) => devices.remove(at),
        None => Device { user, id: Uuid::from_bytes(entropy.bytes()) },
    };
    devices.insert(0, own);
    devices.truncate(PEOPLE);
    let entries: Vec<String> = devices.iter().map(|device| write_entry(key, device)).collect();
    entries.join(".")
}

fn parse_entry(key: &hmac::Key, entry: &str) -> Option<Device> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(entry).ok()?;
    let (ids, tag) = bytes.split_at_checked(IDS)?;
    hmac::verify(key, &message(ids), tag).ok()?;
    let (user, id) = ids.split_at(16);
    Some(Device { user: Uuid::from_slice(user).ok()?, id: Uuid::from_slice(id).ok()? })
}

fn write_entry(key: &hmac::Key, device: &Device) -> String {
    let mut bytes = device.user.as_bytes().to_vec();
    bytes.extend_from_slice(device.id.as_bytes());
    let tag = hmac::sign(key, &message(&bytes));
    bytes.extend_from_slice(tag.as_ref());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn message(ids: &[u8]) -> Vec<u8> {
    [b"device".as_slice(), ids].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32])
    }

    #[test]
    fn a_browser_is_known_for_the_last_five_people() {
        let (key, entropy) = (key(1), Entropy::system());
        let mut cookie = None;
        for user in 1..=6 {
            cookie = Some(with(&key, cookie.as_deref(), Uuid::from_u128(user), &entropy));
        }
        let cookie = cookie.expect("written");
        let users = |cookie: &str| -> Vec<u128> {
            parse(&key, cookie).iter().map(|device| device.user.as_u128()).collect()
        };
        assert_eq!(users(&cookie), [6, 5, 4, 3, 2]);
        let again = with(&key, Some(&cookie), Uuid::from_u128(3), &entropy);
        assert_eq!(users(&again), [3, 6, 5, 4, 2]);
        let id = |cookie: &str| parse(&key, cookie).into_iter().find(|d| d.user.as_u128() == 3);
        assert_eq!(id(&cookie), id(&again), "the device keeps its id");
    }

    #[test]
    fn an_entry_that_someone_made_up_is_left_out() {
        let forged = with(&key(2), None, Uuid::from_u128(1), &Entropy::system());
        assert!(parse(&key(1), &forged).is_empty());
    }

    proptest! {
        #[test]
        fn no_cookie_breaks_the_reader(cookie in "[A-Za-z0-9_.-]{0,300}") {
            prop_assert!(parse(&key(1), &cookie).is_empty());
        }
    }
}
