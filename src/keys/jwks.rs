//! The JWK Set (RFC 7517 §5), its bytes prepared once and not at each request.

use bytes::Bytes;
use http::HeaderValue;

use super::{
    encryption_set::EncryptionSet,
    set::{KeySet, Lifetimes},
};
use crate::{clock::Timestamp, tokens::digest::Digest};

/// A JSON document ready to be sent.
#[derive(Clone, Debug)]
pub struct Document {
    /// The JSON.
    pub body: Bytes,
    /// A strong entity tag (RFC 9110 §8.8.3), quotes included.
    pub etag: HeaderValue,
    /// Until when it is true, if that is known.
    pub until: Option<Timestamp>,
}

impl Document {
    /// Prepares `json`.
    ///
    /// # Panics
    /// Never: a digest in base64url is a header value.
    #[must_use]
    pub fn new(json: &serde_json::Value, until: Option<Timestamp>) -> Self {
        let body = Bytes::from(json.to_string());
        let etag = format!("\"{}\"", &Digest::of(&body).base64url()[..22]);
        let etag = HeaderValue::from_str(&etag).expect("base64url in quotes");
        Self { body, etag, until }
    }

    /// The JWK Set at `now`: those that sign, then those that clients encrypt for.
    #[must_use]
    pub fn jwks(
        signing: &KeySet,
        encryption: &EncryptionSet,
        now: Timestamp,
        lifetimes: Lifetimes,
    ) -> Self {
        let (signing, signing_until) = signing.published(now, lifetimes);
        let (encryption, encryption_until) = encryption.published(now);
        let signing = signing.iter().map(|entry| entry.key.jwk());
        let keys: Vec<_> = signing.chain(encryption.iter().map(|entry| entry.key.jwk())).collect();
        let until = signing_until.into_iter().chain(encryption_until).min();
        Self::new(&serde_json::json!({ "keys": keys }), until)
    }

    /// Whether it is still true at `now`.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}
