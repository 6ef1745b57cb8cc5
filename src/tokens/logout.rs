//! Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4).

use serde::{Serialize, Serializer, ser::SerializeMap};
use uuid::Uuid;

use crate::entropy::Entropy;

/// How long one may be used, in seconds: the longest that §4 recommends.
const LIFETIME: i64 = 120;
/// The one event that it tells of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The claims of a logout token. Times are seconds since 1970. There is never a `nonce`, so that none passes for an ID token.
#[derive(Clone, Debug, Serialize)]
pub struct LogoutClaims {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    exp: i64,
    jti: String,
    events: Events,
    sid: String,
}

/// A JSON object whose one member is an empty one.
#[derive(Clone, Debug)]
struct Events;

impl Serialize for Events {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut events = serializer.serialize_map(Some(1))?;
        events.serialize_entry(EVENT, &serde_json::Map::new())?;
        events.end()
    }
}

impl LogoutClaims {
    /// Says to `client` that the session that it knows as `sid`, of whom it knows as `subject`, has ended.
    #[must_use]
    pub fn new(
        issuer: &str,
        client: &str,
        subject: String,
        sid: String,
        iat: i64,
        entropy: &Entropy,
    ) -> Self {
        Self {
            iss: issuer.to_owned(),
            sub: subject,
            aud: client.to_owned(),
            iat,
            exp: iat + LIFETIME,
            jti: Uuid::from_bytes(entropy.bytes()).simple().to_string(),
            events: Events,
            sid,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_logout_token_has_what_the_specification_lists_and_no_nonce() {
        let (person, session) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let claims = LogoutClaims::new(
            "https://id.example",
            "spa",
            person.to_string(),
            session.to_string(),
            1000,
            &Entropy::system(),
        );
        let mut json = serde_json::to_value(&claims).expect("JSON");
        let jti = json.as_object_mut().expect("an object").remove("jti").expect("a jti");
        assert_eq!(jti.as_str().map(str::len), Some(32));
        let expected = json!({
            "iss": "https://id.example",
            "sub": person.to_string(),
            "aud": "spa",
            "iat": 1000,
            "exp": 1120,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
            "sid": session.to_string(),
        });
        assert_eq!(json, expected);
    }
}
