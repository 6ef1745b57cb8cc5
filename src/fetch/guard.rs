//! What may be fetched at all: https from the internet, and what the operator has let through beside it.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::{FetchError, address};
use crate::config::{AllowedHost, Fetch};

/// The longest URL, in bytes.
pub const LONGEST_URL: usize = 2048;

/// Decides about URLs and addresses.
#[derive(Clone, Debug)]
pub struct Guard {
    allowed: Vec<AllowedHost>,
}

impl Guard {
    /// The guard that the operator's settings make.
    #[must_use]
    pub fn new(config: &Fetch) -> Self {
        Self { allowed: config.insecure_allow_hosts.clone() }
    }

    /// Checks what can be told from a URL alone: whether it may be registered. Where its host leads is seen when it is
    /// fetched.
    pub fn check_url(&self, url: &Url) -> Result<(), FetchError> {
        if url.as_str().len() > LONGEST_URL {
            return Err(FetchError::Url("it is too long"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Url("it has a user in it"));
        }
        let Some(host) = url.host() else { return Err(FetchError::Url("it has no host")) };
        let literal = match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::from(address)),
            Host::Ipv6(address) => Some(IpAddr::from(address)),
        };
        let by_name = self.allows_name(url);
        let by_address = literal.is_some_and(|address| self.allows_address(address));
        // A name that has not been looked up may lead into a network that is let through.
        let may_lead_there = literal.is_none()
            && self.allowed.iter().any(|allowed| matches!(allowed, AllowedHost::Network(_)));
        let insecure = by_name || by_address || may_lead_there;
        match url.scheme() {
            "https" => {}
            "http" if insecure => {}
            _ => return Err(FetchError::Url("it is not https")),
        }
        if let Some(address) = literal
            && !by_address
            && !address::is_public(address)
        {
            return Err(FetchError::Address);
        }
        // Ports below 1024 belong to other services than the web's, which are not to be spoken to.
        match url.port_or_known_default() {
            Some(443 | 1024..) => Ok(()),
            Some(1..) if insecure => Ok(()),
            _ => Err(FetchError::Url("its port is none of the web's")),
        }
    }

    /// Those of the addresses that a URL's host has which may be connected to.
    pub(super) fn permitted(
        &self,
        url: &Url,
        addresses: Vec<SocketAddr>,
    ) -> Result<Vec<SocketAddr>, FetchError> {
        let by_name = self.allows_name(url);
        let web =
            url.scheme() == "https" && matches!(url.port_or_known_default(), Some(443 | 1024..));
        let mut addresses = addresses;
        addresses.retain(|address| {
            let ip = address.ip();
            by_name || self.allows_address(ip) || (web && address::is_public(ip))
        });
        if addresses.is_empty() { Err(FetchError::Address) } else { Ok(addresses) }
    }

    /// Whether its host is one that the operator lets through by name.
    pub(super) fn allows_name(&self, url: &Url) -> bool {
        let Some(Host::Domain(host)) = url.host() else { return false };
        self.allowed
            .iter()
            .any(|allowed| matches!(allowed, AllowedHost::Name(name) if name == host))
    }

    fn allows_address(&self, address: IpAddr) -> bool {
        self.allowed.iter().any(
            |allowed| matches!(allowed, AllowedHost::Network(network) if network.contains(&address)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Environment};

    fn guard(allowed: &str) -> Guard {
        let text = format!("[fetch]\ninsecure_allow_hosts = {allowed}");
        Guard::new(&Config::read(&text, &Environment::default()).expect("valid").fetch)
    }

    fn check(guard: &Guard, url: &str) -> bool {
        guard.check_url(&Url::parse(url).expect(url)).is_ok()
    }

    #[test]
    fn only_https_without_a_user_to_the_web_s_ports_will_do() {
        let guard = guard("[]");
        for fine in [
            "https://client.example/keys",
            "https://client.example:8443/keys?a=b#c",
            "https://8.8.8.8/keys",
            "https://[2606:4700:4700::1111]/keys",
        ] {
            assert!(check(&guard, fine), "{fine}");
        }
        for wrong in [
            "http://client.example/keys",
            "http://127.0.0.1/keys",
            "https://user@client.example/keys",
            "https://user:password@client.example/keys",
            "https://:password@client.example/keys",
            "https://client.example:22/keys",
            "https://client.example:25/keys",
            "https://client.example:0/keys",
            "https://client.example:80/keys",
            "ftp://client.example/keys",
            "file:///etc/passwd",
            "data:application/json,{}",
            "unix:/run/docker.sock",
            &format!("https://client.example/{}", "x".repeat(2048)),
        ] {
            assert!(!check(&guard, wrong), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_seen_through_however_they_are_written() {
        let guard = guard("[]");
        for wrong in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://017700000001/",
            "https://0/",
            "https://127.0.0.1./",
            "https://%31%32%37.0.0.1/",
            "https://１２７.0.0.1/",
            "https://169.254.169.254/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[::127.0.0.1]/",
            "https://[64:ff9b::127.0.0.1]/",
            "https://[2002:7f00:1::]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
        ] {
            assert!(!check(&guard, wrong), "{wrong}");
        }
    }

    #[test]
    fn what_the_operator_lets_through_is_reached_and_nothing_beside_it() {
        let url = |text: &str| Url::parse(text).expect(text);
        let lead = |guard: &Guard, text: &str, to: &str| {
            let address = SocketAddr::new(to.parse().expect(to), 443);
            guard.check_url(&url(text)).is_ok()
                && guard.permitted(&url(text), vec![address]).is_ok()
        };
        let none = guard("[]");
        assert!(lead(&none, "https://a.example", "8.8.8.8"));
        assert!(!lead(&none, "https://a.example", "127.0.0.1"));
        let named = guard("[\"keys.internal\"]");
        assert!(lead(&named, "http://keys.internal:22", "10.0.0.1"));
        assert!(lead(&named, "https://keys.internal", "10.0.0.1"));
        assert!(!lead(&named, "https://other.internal", "10.0.0.1"));
        assert!(!lead(&named, "http://other.internal", "8.8.8.8"));
        assert!(!lead(&named, "https://x.keys.internal", "10.0.0.1"));
        let network = guard("[\"10.0.0.0/24\"]");
        assert!(lead(&network, "http://a.example", "10.0.0.7"));
        assert!(lead(&network, "http://10.0.0.7", "10.0.0.7"));
        assert!(lead(&network, "https://a.example:22", "10.0.0.7"));
        assert!(!lead(&network, "https://a.example:22", "8.8.8.8"));
        assert!(!lead(&network, "http://a.example", "8.8.8.8"));
        assert!(!lead(&network, "http://10.0.1.7", "10.0.1.7"));
        assert!(!lead(&network, "https://a.example", "10.0.1.7"));
        let both = network.permitted(
            &url("https://a.example"),
            ["127.0.0.1:443", "8.8.8.8:443", "10.0.0.9:443"].map(|a| a.parse().expect(a)).to_vec(),
        );
        assert_eq!(both.expect("two").len(), 2);
    }
}
