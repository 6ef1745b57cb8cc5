//! What the JWTs that clients sign have in common: assertions and request objects.
//!
//! What is checked with which key is the client's registration to say: of the header `alg` and `kid` are looked at, to
//! choose among what is registered, and keys that it brings along (`jwk`, `jku`, `x5c`, `x5u`) never.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny},
};

use crate::{
    app::App,
    clock::Timestamp,
    keys::secrets::client_secret_place,
    registry::{
        client::Client,
        client_keys::{ClientKey, SigningAlg},
    },
    storage,
};

/// How far clocks may be apart.
pub const SKEW: Duration = Duration::from_secs(30);

/// What is said of such a JWT: nothing, or why it is refused.
pub type Verdict = Result<(), &'static str>;

/// What is looked at of the header.
#[derive(Deserialize)]
pub struct Header {
    /// What it says that it is signed with.
    pub alg: String,
    /// Which key it says that it is signed by.
    #[serde(default)]
    pub kid: Option<String>,
    /// What it says that it is for.
    #[serde(default)]
    pub typ: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: Option<IgnoredAny>,
}

/// Whatever is there, `null` too.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<IgnoredAny>, D::Error> {
    IgnoredAny::deserialize(deserializer).map(Some)
}

impl Header {
    /// Reads that of a compact JWS. None also if something in it has to be understood (RFC 7515 §4.1.11): nothing is.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let header = BASE64_URL_SAFE_NO_PAD.decode(text.split('.').next()?).ok()?;
        let header: Self = serde_json::from_slice(&header).ok()?;
        header.crit.is_none().then_some(header)
    }

    /// Whether it is of one of these types, or does not say of which (RFC 8725 §3.11).
    #[must_use]
    pub fn is_typed(&self, types: &[&str]) -> bool {
        let Some(typ) = &self.typ else { return true };
        let bare = typ.get(..12).filter(|prefix| prefix.eq_ignore_ascii_case("application/"));
        let name = &typ[bare.map_or(0, str::len)..];
        types.iter().any(|own| name.eq_ignore_ascii_case(own))
    }
}

/// A `NumericDate` (RFC 7519 §2), which may have a fraction.
#[derive(Clone, Copy)]
pub struct Seconds(pub i64);

impl Seconds {
    /// As a time, if it is one.
    #[must_use]
    pub fn time(self) -> Option<Timestamp> {
        Timestamp::from_unix_timestamp(self.0).ok()
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        if !(0.0..1e11).contains(&seconds) {
            return Err(D::Error::custom("no date"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "it was held against its bounds")]
        Ok(Self(seconds.floor() as i64))
    }
}

/// Checks that it was signed by a key whose public half the client registered or publishes.
pub async fn check_key(
    app: &App,
    client: &Client,
    text: &str,
    kid: Option<&str>,
    alg: SigningAlg,
) -> Verdict {
    let verify = |key: &ClientKey| is_signed_by(text, key.verifier(), alg);
    match app.replica.check_by_client(&app.fetch, &app.clock, client, kid, alg, verify).await {
        Some(true) => Ok(()),
        Some(false) => Err("the signature is not by the client's key"),
        None => Err("there is no such key of the client"),
    }
}

/// Checks that it was signed by the client's secret: one of them is enough, so that they can be replaced.
pub async fn check_secret(
    app: &App,
    client: &Client,
    text: &str,
    alg: SigningAlg,
) -> storage::Result<Verdict> {
    let secrets = storage::client_secrets::sealed(&app.db, &client.id).await?;
    for (id, sealed) in &secrets {
        match app.keys.master().open(&client_secret_place(*id), sealed) {
            Ok(secret) if is_signed_by(text, &DecodingKey::from_secret(&secret), alg) => {
                return Ok(Ok(()));
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(client_id = &*client.id, %error, "a client's secret does not open");
            }
        }
    }
    Ok(Err(if secrets.is_empty() {
        "the client has no secret to sign with: add one"
    } else {
        "the signature is not by the client's secret"
    }))
}

/// Whether a compact JWS is signed by this key.
#[must_use]
pub fn is_signed_by(text: &str, key: &DecodingKey, alg: SigningAlg) -> bool {
    let Some((message, signature)) = text.rsplit_once('.') else { return false };
    jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, alg.into()).unwrap_or(false)
}
