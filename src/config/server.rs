//! `[server]`: who Signet is, where it listens, and whom it believes about client addresses.

use std::{net::SocketAddr, path::PathBuf};

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de::Error};
use url::{Host, Url};

use super::{ConfigError, Span, duration};

/// `[server]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// The issuer identifier (RFC 8414 §2).
    pub issuer: Issuer,
    /// Where requests are accepted.
    pub listen: SocketAddr,
    /// Where metrics and health are served; nowhere if empty.
    #[serde(deserialize_with = "optional_address")]
    pub management_listen: Option<SocketAddr>,
    /// The certificate chain in PEM; with `tls_key`, TLS is spoken here and not by a proxy.
    pub tls_certificate: Option<PathBuf>,
    /// The private key in PEM.
    pub tls_key: Option<PathBuf>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The longest a request may take.
    pub request_timeout: Span,
    /// The longest that requests in flight are waited for at shutdown.
    pub shutdown_timeout: Span,
    /// The largest request body, in bytes.
    pub body_limit: usize,
    /// Connections at once; more wait to be accepted.
    pub max_connections: usize,
    /// How long a connection may take until its next request has arrived as a whole.
    pub idle_timeout: Span,
}

/// TLS as configured.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate chain in PEM.
    pub certificate: PathBuf,
    /// The private key in PEM.
    pub key: PathBuf,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            issuer: Issuer::default(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            management_listen: Some(SocketAddr::from(([127, 0, 0, 1], 8081))),
            tls_certificate: None,
            tls_key: None,
            trusted_proxies: Vec::new(),
            request_timeout: Span::seconds(15),
            shutdown_timeout: Span::seconds(20),
            body_limit: 64 * 1024,
            max_connections: 8192,
            idle_timeout: Span::seconds(75),
        }
    }
}

impl Server {
    /// The smallest limit of request bodies: no form of Signet's own, and no request of the protocol, is longer.
    const SMALLEST_BODY: usize = 16 * 1024;

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let (second, hour) = (Span::seconds(1), Span::hours(1));
        duration::within("server.request_timeout", self.request_timeout, second, hour)?;
        let (none, timeout) = (Span::seconds(0), self.shutdown_timeout);
        duration::within("server.shutdown_timeout", timeout, none, hour)?;
        duration::within("server.idle_timeout", self.idle_timeout, second, hour)?;
        if self.max_connections == 0 {
            return Err(ConfigError::invalid("server.max_connections", "must be at least 1"));
        }
        if self.body_limit < Self::SMALLEST_BODY {
            return Err(ConfigError::invalid(
                "server.body_limit",
                format!("{} must be at least {} bytes", self.body_limit, Self::SMALLEST_BODY),
            ));
        }
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            let missing = if self.tls_key.is_none() { "tls_key" } else { "tls_certificate" };
            return Err(ConfigError::invalid(
                &format!("server.{missing}"),
                "a certificate and its key go together: set both or neither",
            ));
        }
        if self.tls().is_none()
            && !self.listen.ip().is_loopback()
            && self.trusted_proxies.is_empty()
        {
            return Err(ConfigError::invalid(
                "server.listen",
                format!(
                    "{} would carry passwords and tokens in plain HTTP: set server.tls_certificate and \
                     server.tls_key, or name the proxy that speaks TLS in server.trusted_proxies, or \
                     listen on 127.0.0.1",
                    self.listen
                ),
            ));
        }
        Ok(())
    }

    /// The certificate and key, if TLS is spoken here.
    #[must_use]
    pub fn tls(&self) -> Option<Tls> {
        let certificate = self.tls_certificate.clone()?;
        Some(Tls { certificate, key: self.tls_key.clone()? })
    }
}

/// An issuer identifier: `https`, or `http` on loopback; no query, no fragment, no slash at the end.
#[derive(Clone, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

impl Issuer {
    /// Checks `text`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("{text:?} is no URL: {error}"))?;
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !(url.scheme() == "https" || (url.scheme() == "http" && loopback)) {
            return Err(format!("{text:?} must be an https URL, or http on loopback"));
        }
        // Clients compare issuers letter by letter, so it has to be in its canonical form already.
        let canonical = url.as_str().trim_end_matches('/');
        if !plain || canonical != text {
            return Err(format!(
                "{text:?} must have no user, query, fragment or slash at the end, and be written {canonical:?}"
            ));
        }
        let known = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
        if !url.path().chars().all(known) || url.path().contains("//") {
            return Err(format!("{text:?} must have a path of letters, digits and -._~, or none"));
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// The identifier as clients see it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its path, without a slash at the end; empty if it is a whole origin.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// `scheme://host[:port]`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// An absolute URL below the issuer.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// The host and port that it names.
    #[must_use]
    pub fn host_and_port(&self) -> Option<(&str, u16)> {
        Some((self.url.host_str()?, self.url.port_or_known_default()?))
    }

    /// Whether browsers reach it over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

impl Default for Issuer {
    fn default() -> Self {
        Self::parse("http://localhost:8080").expect("a valid constant")
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Issuer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

pub(super) fn optional_address<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(from)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        D::Error::custom(format!(
            "{text:?} is no address such as \"127.0.0.1:8081\", or empty for none"
        ))
    })
}
