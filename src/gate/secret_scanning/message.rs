//! What GitHub sends: what it found, signed; and what it is answered.

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{admin::api_keys::Found, tokens::api_key::ApiKeySecret};

/// The most matches of a message.
const MOST: usize = 2000;
/// The longest name of a key, in bytes.
const LONGEST_KEY_ID: usize = 128;
/// The longest signature, in base64: one by P-256 in ASN.1 has 72 bytes at most.
const LONGEST_SIGNATURE: usize = 128;

/// The signature of a message, and the key that it says it is by.
pub(super) struct Signature<'a> {
    /// Names the key.
    pub(super) key_id: &'a str,
    /// ECDSA in ASN.1.
    pub(super) bytes: Vec<u8>,
}

impl<'a> Signature<'a> {
    /// Reads the two headers that have it.
    pub(super) fn read((key_id, text): (&'a str, &str)) -> Option<Self> {
        let fits = (1..=LONGEST_KEY_ID).contains(&key_id.len()) && text.len() <= LONGEST_SIGNATURE;
        let bytes = BASE64_STANDARD.decode(Some(text).filter(|_| fits)?).ok()?;
        Some(Self { key_id, bytes })
    }
}

/// Something that looks like a key, and where it was.
#[derive(Debug, Deserialize)]
struct Match {
    token: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    url: Option<String>,
}

/// A message.
pub(super) struct Message(Vec<(Match, Option<ApiKeySecret>)>);

/// What one match was.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Verdict<'a> {
    token_raw: &'a str,
    token_type: &'a str,
    label: &'static str,
}

impl Message {
    /// Reads one. What is no match keeps none of the others from being heeded.
    pub(super) fn parse(body: &[u8]) -> Result<Self, &'static str> {
        let matches: Vec<Value> =
            serde_json::from_slice(body).map_err(|_| "the message is no JSON array")?;
        if matches.len() > MOST {
            return Err("the message tells of too much at once");
        }
        let all = matches.len();
        let read = matches.into_iter().filter_map(|value| Match::deserialize(value).ok());
        let read = read.map(|each| {
            let secret = ApiKeySecret::parse(each.token.trim());
            (each, secret)
        });
        let message = Self(read.collect());
        if message.0.len() < all {
            let unread = all - message.0.len();
            tracing::warn!(unread, "GitHub told of something that is no match");
        }
        Ok(message)
    }

    /// The well-formed keys of it.
    pub(super) fn found(&self) -> impl Iterator<Item = Found<'_>> {
        self.0.iter().filter_map(|(each, secret)| {
            Some(Found { secret: secret.as_ref()?, url: each.url.as_deref() })
        })
    }

    /// What each match was, said once; `ours` says of each well-formed key whether it is one of ours. Those are real, also if
    /// they were revoked before.
    pub(super) fn verdicts(&self, ours: impl IntoIterator<Item = bool>) -> BTreeSet<Verdict<'_>> {
        let mut ours = ours.into_iter();
        let mut verdicts = BTreeSet::new();
        for (each, secret) in &self.0 {
            let real = secret.is_some() && ours.next().unwrap_or_default();
            let label = if real { "true_positive" } else { "false_positive" };
            verdicts.insert(Verdict { token_raw: &each.token, token_type: &each.kind, label });
        }
        verdicts
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::{entropy::Entropy, tokens::api_key::Environment};

    fn key(environment: Environment) -> String {
        ApiKeySecret::draw(Uuid::from_u128(7), environment, &Entropy::system()).expose()
    }

    #[test]
    fn a_message_is_read_as_far_as_it_tells_of_keys() {
        let (live, test) = (key(Environment::Live), key(Environment::Test));
        let body = json!([
            { "token": live, "type": "signet", "url": "https://github.com/a", "source": "content" },
            { "token": format!(" {test}\n"), "type": "signet", "url": null },
            { "token": &live[..60], "type": "signet" },
            { "token": "something else" },
            { "token": 7, "type": "signet" },
            "nonsense",
            { "token": live, "type": "signet", "url": "https://github.com/b" },
        ]);
        let message = Message::parse(body.to_string().as_bytes()).expect("a message");
        let urls: Vec<_> = message.found().map(|found| found.url).collect();
        assert_eq!(urls, [Some("https://github.com/a"), None, Some("https://github.com/b")]);
        let verdicts = message.verdicts([true, false, true]);
        let said: Vec<_> = verdicts.iter().map(|each| (each.token_raw, each.label)).collect();
        let mut expected = [
            (live.as_str(), "true_positive"),
            (&format!(" {test}\n"), "false_positive"),
            (&live[..60], "false_positive"),
            ("something else", "false_positive"),
        ];
        expected.sort_unstable();
        assert_eq!(said, expected);
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let many = vec![json!({ "token": "x" }); MOST + 1];
        for bad in [json!({}), json!("x"), json!(many)] {
            assert!(Message::parse(bad.to_string().as_bytes()).is_err());
        }
        for bad in [&b""[..], b"[", b"[{}", b"\xff", "[".repeat(10_000).as_bytes()] {
            assert!(Message::parse(bad).is_err());
        }
        assert!(Message::parse(b"[]").expect("nothing").verdicts([]).is_empty());
    }

    #[test]
    fn a_signature_is_strict_base64_of_some_length() {
        let read = |id, text| Signature::read((id, text)).map(|signature| signature.bytes);
        assert_eq!(read("a", "AAEC"), Some(vec![0, 1, 2]));
        let long = "AAAA".repeat(40);
        for (id, text) in
            [("", "AAEC"), (long.as_str(), "AAEC"), ("a", "AA"), ("a", "A-_C"), ("a", &long)]
        {
            assert_eq!(read(id, text), None, "{id} {text}");
        }
    }
}
