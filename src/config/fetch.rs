//! `[fetch]`: what Signet fetches from addresses that others name, such as a client's `jwks_uri`.

use std::{net::IpAddr, path::PathBuf};

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de::Error};
use url::Host;

/// `[fetch]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fetch {
    /// Hosts and networks that are reached though they are private, in plain HTTP too.
    pub insecure_allow_hosts: Vec<AllowedHost>,
    /// Certificate authorities that servers' certificates may be from, beside those that browsers trust. PEM.
    pub ca_certificate: Option<PathBuf>,
}

/// What the guard of [`Fetch`] lets through.
#[derive(Clone, PartialEq, Eq)]
pub enum AllowedHost {
    /// A host by its name, wherever that leads.
    Name(String),
    /// Every address of a network.
    Network(IpNet),
}

impl AllowedHost {
    fn parse(text: &str) -> Result<Self, String> {
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(address.into()));
        }
        match Host::parse(text) {
            Ok(Host::Domain(name)) if name == text => Ok(Self::Name(name)),
            _ => Err(format!(
                "{text:?} is neither a host name such as \"keys.internal\" nor a network such as \"127.0.0.0/8\""
            )),
        }
    }
}

impl std::fmt::Debug for AllowedHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Network(network) => write!(f, "{network}"),
        }
    }
}

impl<'de> Deserialize<'de> for AllowedHost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_networks_are_read_as_what_they_are() {
        for (text, shown) in [
            ("keys.internal", "keys.internal"),
            ("127.0.0.0/8", "127.0.0.0/8"),
            ("10.1.2.3", "10.1.2.3/32"),
            ("::1", "::1/128"),
        ] {
            let read = AllowedHost::parse(text).expect(text);
            assert_eq!(format!("{read:?}"), shown);
            assert_eq!(matches!(read, AllowedHost::Name(_)), text == shown && !text.contains('/'));
        }
        for wrong in ["", "https://keys.internal", "Keys.Internal", "a b", "127.0.0.0/40", "0x7f.1"]
        {
            assert!(AllowedHost::parse(wrong).is_err(), "{wrong}");
        }
    }
}
