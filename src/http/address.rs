//! Whose request it is: the peer's address, or the one that a trusted proxy vouches for (RFC 9700 §4.13).

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;

/// The client's address: from the right of `X-Forwarded-For`, the first one that is not itself a trusted proxy. What
/// stands left of it was written by whoever sent the request.
#[must_use]
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    if !is_trusted(peer, trusted) {
        return peer;
    }
    // Bytes, since what the client wrote need not be text, and must not hide what a proxy wrote behind it.
    let lines = headers.get_all("x-forwarded-for").iter().rev().map(HeaderValue::as_bytes);
    let mut nearest = peer;
    for entry in lines.flat_map(|line| line.rsplit(|&byte| byte == b',')) {
        let Some(address) = parse(entry) else { break };
        nearest = address;
        if !is_trusted(address, trusted) {
            break;
        }
    }
    nearest
}

/// The client's address of a request that `peer` asks about, a proxy. None if it does not say: its own is never the client's.
#[must_use]
pub fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> Option<IpAddr> {
    let own = [IpNet::from(peer)];
    let says = |line: &HeaderValue| {
        line.as_bytes().rsplit(|&byte| byte == b',').next().and_then(parse).is_some()
    };
    let last = headers.get_all("x-forwarded-for").iter().next_back();
    last.is_some_and(says).then(|| client(peer, headers, &[proxies, &own].concat()))
}

/// Whether an address belongs to a trusted proxy.
#[must_use]
pub fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// An address, also with a port as some proxies write it.
fn parse(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let address = entry
        .parse::<IpAddr>()
        .or_else(|_| entry.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn from(peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        client(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn a_proxy_that_asks_is_not_who_is_asked_about() {
        let behind = |forwarded: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            let proxies = ["10.0.0.0/8".parse().expect("a network")];
            let peer = "127.0.0.1".parse().expect("an address");
            super::behind(peer, &headers, &proxies).map(|address| address.to_string())
        };
        assert_eq!(behind(&[]), None);
        assert_eq!(behind(&["192.0.2.1, unknown"]), None);
        assert_eq!(behind(&["192.0.2.1"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(behind(&["8.8.8.8, 192.0.2.1, 10.0.0.1"]).as_deref(), Some("192.0.2.1"));
        assert_eq!(behind(&["8.8.8.8", "192.0.2.1"]).as_deref(), Some("192.0.2.1"));
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(from("192.0.2.9", &["198.51.100.1"]), "192.0.2.9");
        assert_eq!(from("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_the_client_wrote_itself_is_not_believed() {
        assert_eq!(from("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["1.1.1.1", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.1, nonsense"]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(
            from("10.0.0.1", &["1.1.1.1", "198.51.100.1, 10.0.0.3", "10.0.0.2"]),
            "198.51.100.1"
        );
        // Proxies add to the line that is there, whatever the client wrote in it.
        let mut headers = HeaderMap::new();
        let line = HeaderValue::from_bytes(b"\xff\xfe, 198.51.100.1").expect("opaque bytes");
        headers.insert("x-forwarded-for", line);
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        let peer = "10.0.0.1".parse().expect("an address");
        assert_eq!(client(peer, &headers, &trusted).to_string(), "198.51.100.1");
    }

    proptest! {
        #[test]
        fn no_header_breaks_it_and_only_what_a_proxy_vouched_for_counts(line in "([0-9a-f.:, ]{0,60}|\\PC{0,30})") {
            let trusted: IpNet = "10.0.0.0/8".parse().expect("a network");
            let value = HeaderValue::from_bytes(line.as_bytes());
            let headers: HeaderMap =
                value.into_iter().map(|value| ("x-forwarded-for".parse().expect("a name"), value)).collect();
            let (proxy, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([192, 0, 2, 9]));
            prop_assert_eq!(client(other, &headers, &[trusted]), other);
            let seen = client(proxy, &headers, &[trusted]);
            let last = line.rsplit(',').next().and_then(|entry| parse(entry.as_bytes()));
            let vouched = match last {
                Some(_) if headers.is_empty() => proxy,
                None => proxy,
                Some(last) if trusted.contains(&last) => seen,
                Some(last) => last,
            };
            prop_assert_eq!(seen, vouched);
        }
    }
}
