//! `[gate]`: where reverse proxies ask about requests.

use std::net::SocketAddr;

use ipnet::IpNet;
use serde::Deserialize;

use super::{ConfigError, server::optional_address};

/// `[gate]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gate {
    /// Where proxies ask; nowhere if empty.
    #[serde(deserialize_with = "optional_address")]
    pub listen: Option<SocketAddr>,
    /// The networks of proxies that may ask, beside this machine.
    pub proxies: Vec<IpNet>,
}

impl Gate {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let Some(listen) = self.listen else { return Ok(()) };
        if listen.ip().is_loopback() || !self.proxies.is_empty() {
            return Ok(());
        }
        Err(ConfigError::invalid(
            "gate.listen",
            format!(
                "{listen} would answer anyone: name the networks of your proxies in gate.proxies, or listen on 127.0.0.1"
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_this_machine_proxies_are_named() {
        let gate = |listen: &str, proxies: &[&str]| Gate {
            listen: Some(listen.parse().expect("an address")),
            proxies: proxies.iter().map(|text| text.parse().expect("a network")).collect(),
        };
        assert!(Gate::default().validate().is_ok());
        assert!(gate("127.0.0.1:8082", &[]).validate().is_ok());
        assert!(gate("0.0.0.0:8082", &["10.0.0.0/8"]).validate().is_ok());
        let problem = gate("0.0.0.0:8082", &[]).validate().expect_err("open to all").to_string();
        assert!(problem.contains("gate.proxies"), "{problem}");
    }
}
