//! What an attempt to sign in is counted against.

use std::net::IpAddr;

use http::{HeaderMap, StatusCode};
use uuid::Uuid;

use super::{
    device::{self, Device},
    notice::minutes,
};
use crate::{
    app::App,
    clock::Timestamp,
    config::{DynamicRegistration, Email, SignIn},
    storage::{
        self,
        throttles::{Counted, Counter},
    },
    tokens::digest::Digest,
    web::{cookies::Cookie, problem::Problem, words},
};

/// Failed attempts from all browsers known for an account together, in multiples of what strangers have. It is a
/// counter of its own, so that no stranger can use it up.
const KNOWN_BROWSERS: i32 = 5;

/// Attempts from a /48 of IPv6, in multiples of what a /64 has: some providers share one out among their customers.
const WIDER: i32 = 10;

/// Challenges of passkeys for one address, in multiples of the attempts it has: a page asks for one before anyone chose to
/// sign in by a passkey, and again every few minutes.
const CHALLENGES: i32 = 10;

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
        let (own, all) = (limits.known_browser_attempts, limits.account_attempts);
        return known_browser(("device", own), ("devices", all), device);
    }
    let typed = Counter {
        key: key("identifier", &[identifier.as_bytes()]),
        limit: limits.account_attempts,
        account: true,
    };
    // The address first: what it guessed too often uses up no account's attempts.
    vec![networks("address", address, limits.address_attempts), vec![typed]]
}

/// The counters of what a person's second factor is answered with in the browser of `headers`.
///
/// Whoever gets this far knows the password, but that may be a thief: as with passwords, browsers known for the person are
/// counted apart from all others, and a browser is known only after a whole sign-in.
pub fn codes(app: &App, user: Uuid, headers: &HeaderMap) -> Vec<Vec<Counter>> {
    let devices = devices(app, headers);
    codes_from(&app.config.sign_in, user, known(&devices, user))
}

fn codes_from(limits: &SignIn, user: Uuid, device: Option<&Device>) -> Vec<Vec<Counter>> {
    let limit = limits.code_attempts;
    if let Some(device) = device {
        return known_browser(("code device", limit), ("code devices", limit), device);
    }
    vec![vec![Counter { key: key("code", &[user.as_bytes()]), limit, account: true }]]
}

/// The counters of a browser known for a person: its own, and that of all such browsers. Each has the kind of its key and
/// the attempts it is about.
fn known_browser(own: (&str, i32), all: (&str, i32), device: &Device) -> Vec<Vec<Counter>> {
    let own = Counter {
        key: key(own.0, &[device.user.as_bytes(), device.id.as_bytes()]),
        limit: own.1,
        account: true,
    };
    let all = Counter {
        key: key(all.0, &[device.user.as_bytes()]),
        limit: all.1.saturating_mul(KNOWN_BROWSERS),
        account: true,
    };
    vec![vec![own], vec![all]]
}

/// The counter of a person's present password, where whoever is signed in is asked for it.
pub fn password(limits: &SignIn, user: Uuid) -> Vec<Vec<Counter>> {
    let key = key("password", &[user.as_bytes()]);
    vec![vec![Counter { key, limit: limits.account_attempts, account: true }]]
}

/// The counter of what comes from `address` without a name, such as a passkey.
pub fn nameless(limits: &SignIn, address: Option<IpAddr>) -> Vec<Vec<Counter>> {
    vec![networks("address", address, limits.address_attempts)]
}

/// The counters of API keys that are not good, by the address that presents them.
pub fn api_keys(limits: &SignIn, address: Option<IpAddr>) -> Vec<Vec<Counter>> {
    vec![networks("api keys", address, limits.address_attempts)]
}

/// The counters of messages about keys that were found, as long as it is not known that they are genuine.
pub fn secret_scanning(limits: &SignIn, address: Option<IpAddr>) -> Vec<Vec<Counter>> {
    vec![networks("secret scanning", address, limits.address_attempts)]
}

/// The counters of clients' secrets that are wrong, by the address that presents them to a site behind the gate.
pub fn basic(limits: &SignIn, address: Option<IpAddr>) -> Vec<Vec<Counter>> {
    vec![networks("basic", address, limits.address_attempts)]
}

/// The counters of challenges that anyone may ask for, before there is anything that could be wrong.
pub fn challenges(limits: &SignIn, address: Option<IpAddr>) -> Vec<Vec<Counter>> {
    vec![networks("challenges", address, limits.address_attempts.saturating_mul(CHALLENGES))]
}

/// The counters of authorization requests that are kept for someone to sign in.
pub fn requests(limits: &SignIn, address: Option<IpAddr>) -> Vec<Vec<Counter>> {
    vec![networks("requests", address, limits.address_requests)]
}

/// The page for whoever has to wait until then.
pub fn wait(app: &App, until: Timestamp) -> Problem {
    let message = words::with("challenges-throttled", &[("count", minutes(app, until))]);
    let seconds = (until - app.clock.now()).whole_seconds().max(1).unsigned_abs();
    let status = StatusCode::TOO_MANY_REQUESTS;
    Problem::new(status, words::text("problem-wait"), message).retry_after(seconds)
}

/// The counters of messages that are asked for: by whom they are for, be there such a person or not, and by the address of
/// whoever asks.
pub fn messages(limits: &Email, recipient: &str, address: Option<IpAddr>) -> Vec<Vec<Counter>> {
    let recipient = Counter {
        key: key("message", &[recipient.as_bytes()]),
        limit: limits.requests_per_recipient,
        account: false,
    };
    // The address first: what it asked too often uses up no one's messages.
    vec![networks("messages", address, limits.requests_per_address), vec![recipient]]
}

/// Changes of registrations from an address, in multiples of what it may register.
const CHANGES: i32 = 5;

/// Changes of one registration within a day.
const CHANGES_OF_ONE: i32 = 50;

/// The counters of clients that register themselves without a token, within a day: by the address they come from, and all
/// of them. The address first: what is too much from one uses up no one's place.
pub fn registrations(limits: &DynamicRegistration, address: Option<IpAddr>) -> Vec<Vec<Counter>> {
    let networks = networks("registrations", address, limits.clients_per_address);
    let all = Counter {
        key: key("all registrations", &[]),
        limit: limits.clients_per_day,
        account: false,
    };
    let counters = [networks, vec![all]].into_iter();
    counters.filter(|counters| !counters.is_empty()).collect()
}

/// The counters of a client's changes of its own registration, within a day: by the address they come from, and its own.
/// Each may have something fetched.
pub fn changes(
    limits: &DynamicRegistration,
    client_id: &str,
    address: Option<IpAddr>,
) -> Vec<Vec<Counter>> {
    let most = limits.clients_per_address.saturating_mul(CHANGES);
    let networks = networks("changes", address, most);
    let own = Counter {
        key: key("changes of one", &[client_id.as_bytes()]),
        limit: CHANGES_OF_ONE,
        account: false,
    };
    [networks, vec![own]].into_iter().filter(|counters| !counters.is_empty()).collect()
}

/// The counter of letters about failed attempts: one a day, for each person and each thing that is guessed; be there such a
/// person or not.
pub fn warnings(what: &str, person: &[u8]) -> Counter {
    Counter { key: key("warning", &[what.as_bytes(), b"\0", person]), limit: 1, account: false }
}

/// Counts the attempt: whether there were too many, and what an account's counters stand at.
pub async fn count(app: &App, counters: &[Vec<Counter>]) -> storage::Result<Counted> {
    let window = app.config.sign_in.window.0;
    let window = time::Duration::try_from(window).unwrap_or(time::Duration::DAY);
    let now = app.clock.now();
    let mut all = Counted::default();
    for counters in counters.iter().filter(|counters| !counters.is_empty()) {
        let counted = storage::throttles::count(&app.db, counters, window, now).await?;
        all.account.extend(counted.account);
        if counted.until.is_some() {
            all.until = counted.until;
            break;
        }
    }
    Ok(all)
}

/// Gives an attempt back that was no guess.
pub async fn forgive(app: &App, counters: &[Vec<Counter>]) -> storage::Result<()> {
    let keys: Vec<Vec<u8>> = counters.iter().flatten().map(|counter| counter.key.clone()).collect();
    storage::throttles::forgive(&app.db, &keys).await
}

/// The people that a browser is known for.
pub fn devices(app: &App, headers: &HeaderMap) -> Vec<Device> {
    let cookie = app.cookies().get(headers, Cookie::Device);
    cookie.map(|cookie| device::parse(&app.secrets.pages, cookie)).unwrap_or_default()
}

/// The device that is known for `user`.
pub fn known(devices: &[Device], user: Uuid) -> Option<&Device> {
    devices.iter().find(|device| device.user == user)
}

/// The counters of what comes from an address: of what one subscriber has, an IPv4 address or a /64 of IPv6; and of the
/// /48 that whoever asks for one is given (RFC 6177 §2), so that its 65,536 networks are not as many strangers.
fn networks(kind: &str, address: Option<IpAddr>, limit: i32) -> Vec<Counter> {
    let counter =
        |network: &[u8], limit| Counter { key: key(kind, &[network]), limit, account: false };
    match address.map(|address| address.to_canonical()) {
        None => Vec::new(),
        Some(IpAddr::V4(address)) => vec![counter(&address.octets(), limit)],
        Some(IpAddr::V6(address)) => {
            let octets = address.octets();
            vec![counter(&octets[..8], limit), counter(&octets[..6], limit.saturating_mul(WIDER))]
        }
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
        let (one, other) = (keys("2001:db8::1", None), keys("2001:db8:0:1::1", None));
        assert_ne!(one[0], other[0]);
        assert_eq!(one[1], other[1], "a /48");
        assert_ne!(one[1], keys("2001:db8:1::1", None)[1]);
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

    #[test]
    fn codes_of_known_browsers_are_counted_apart_and_all_together() {
        let (limits, user) = (SignIn::default(), Uuid::from_u128(1));
        let codes = |device: Option<u128>| -> Vec<Counter> {
            let device = device.map(|id| Device { user, id: Uuid::from_u128(id) });
            codes_from(&limits, user, device.as_ref()).into_iter().flatten().collect()
        };
        let (one, two, strangers) = (codes(Some(1)), codes(Some(2)), codes(None));
        assert_ne!(one[0].key, two[0].key, "by itself");
        assert_eq!(one[1].key, two[1].key, "and with the others");
        assert_eq!(one[1].limit, limits.code_attempts * KNOWN_BROWSERS);
        assert!(one.iter().all(|counter| counter.key != strangers[0].key));
        assert_eq!(strangers.len(), 1, "all others share one");
    }
}
