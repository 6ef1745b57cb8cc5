//! What the API is told: by the environment, or by options of the same names.

use std::{net::Ipv4Addr, time::Duration};

use clap::{Parser, ValueEnum};
use reqwest::Url;

/// A protected API.
#[derive(Parser)]
pub struct Settings {
    /// Signet's issuer identifier, as it is in tokens.
    #[arg(long, env, default_value = "http://localhost:8080", value_parser = issuer)]
    pub issuer: String,
    /// This API's identifier, as it is in the `aud` of tokens: the origin under which clients reach it.
    #[arg(long, env, default_value = "http://localhost:9000")]
    pub resource: String,
    /// How tokens are checked.
    #[arg(long, env, default_value = "jwks")]
    pub check: Way,
    /// The API as a client of Signet's.
    #[arg(long, env, default_value = "orders-api")]
    pub client_id: String,
    /// Its secret. Options can be seen by everyone on the machine: leave it to the environment.
    #[arg(long, env, hide_env_values = true)]
    pub client_secret: String,
    /// The port on loopback; 0 for a free one.
    #[arg(long, env, default_value_t = 9000)]
    pub port: u16,
    /// The least time, in seconds, between two fetches of the keys: strangers can make up any number of unknown ones.
    #[arg(long, env, default_value = "30", value_parser = seconds)]
    pub jwks_cooldown: Duration,
    /// For how long, in seconds, introspection is not asked again about a token, and a revocation not noticed.
    #[arg(long, env, default_value = "10", value_parser = seconds)]
    pub introspection_cache: Duration,
}

/// How tokens are checked.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// Here, by Signet's keys: nothing is asked for each token, and a revocation is not noticed before the token ends.
    Jwks,
    /// By Signet (RFC 7662): opaque tokens too, and revocations.
    Introspection,
}

/// Tokens and secrets are sent there, so that nothing but https will do beyond this machine.
fn issuer(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    match (url.scheme(), is_loopback(&url)) {
        ("https", _) | ("http", true) => Ok(text.to_owned()),
        _ => Err("must be https, or http on loopback".to_owned()),
    }
}

pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost"
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn seconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_secs)
}
