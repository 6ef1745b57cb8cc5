//! One request object: what it says of itself.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::invalid;
use crate::{
    clock::Timestamp,
    oauth::{
        Error,
        client_jwt::{Header, SKEW, Seconds, Verdict},
    },
    registry::request_metadata::RequestAlg,
    tokens::access::Audience,
};

/// The longest one, in bytes.
pub const LONGEST: usize = 32 * 1024;
/// The type that says what it is (RFC 9101 §10.8).
const EXPLICIT: &str = "oauth-authz-req+jwt";
/// The types that it may have, if it says.
const TYPES: [&str; 2] = [EXPLICIT, "JWT"];

/// A request object that was read. Nothing in it is proven.
pub struct Object {
    /// As it came.
    pub text: String,
    /// What it says that it is signed with.
    pub alg: RequestAlg,
    /// Which key it says that it is signed by.
    pub kid: Option<String>,
    /// Whether it says by its type that it is an authorization request and nothing else.
    pub explicit: bool,
    claims: Map<String, Value>,
}

impl Object {
    /// Reads a compact JWS, or a JWT that is not signed.
    pub fn read(text: &str) -> Result<Self, Error> {
        let text = text.trim_ascii();
        if text.len() > LONGEST {
            return Err(invalid("the request object is too long"));
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [_, payload, signature] = parts[..] else {
            return Err(invalid("the request object is no signed JWT"));
        };
        let header = Header::read(text).ok_or_else(|| invalid("its header cannot be read"))?;
        if !header.is_typed(&TYPES) {
            return Err(invalid("the request object is a JWT of another type"));
        }
        let alg = RequestAlg::named(&header.alg)
            .ok_or_else(|| invalid("the request object's alg is not supported"))?;
        // RFC 7518 §3.6.
        if matches!(alg, RequestAlg::Unsigned(_)) && !signature.is_empty() {
            return Err(invalid("the request object is signed with none"));
        }
        let claims = BASE64_URL_SAFE_NO_PAD.decode(payload).ok();
        let claims = claims.and_then(|json| serde_json::from_slice(&json).ok());
        let claims = claims.ok_or_else(|| invalid("the request object is no JSON object"))?;
        let explicit = header.typ.is_some() && header.is_typed(&[EXPLICIT]);
        Ok(Self { text: text.to_owned(), alg, kid: header.kid, explicit, claims })
    }

    /// What is in it.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Checks who made it, for whom and when, as far as it says.
    pub fn check(&self, client_id: &str, issuer: &str, now: Timestamp) -> Verdict {
        let text = |name| self.claims.get(name).and_then(Value::as_str);
        let is_there = |name| self.claims.contains_key(name);
        // RFC 9101 §4.
        if is_there("request") || is_there("request_uri") {
            return Err("a request object has no request or request_uri inside");
        }
        // RFC 9101 §5, OpenID Connect Core §6.1.
        if is_there("client_id") && text("client_id") != Some(client_id) {
            return Err("client_id inside is not the one outside");
        }
        if is_there("iss") && text("iss") != Some(client_id) {
            return Err("iss is not the client");
        }
        // RFC 9101 §10.8: a client says so of itself in assertions, which are not requests.
        if text("sub") == Some(client_id) {
            return Err("sub is the client, as in an assertion");
        }
        if let Some(audience) = self.claims.get("aud") {
            let audience = Audience::deserialize(audience).map_err(|_| "aud is no audience")?;
            if !audience.names().iter().any(|name| name == issuer) {
                return Err("aud is not this server's issuer");
            }
        }
        let date = |name| match self.claims.get(name) {
            None => Ok(None),
            Some(value) => Seconds::deserialize(value)
                .ok()
                .and_then(Seconds::time)
                .map(Some)
                .ok_or("a date is none"),
        };
        if date("exp")?.is_some_and(|end| end + SKEW <= now) {
            return Err("exp is past");
        }
        for (name, problem) in [("nbf", "nbf is ahead"), ("iat", "iat is ahead")] {
            if date(name)?.is_some_and(|begin| begin > now + SKEW) {
                return Err(problem);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(header: &Value, signature: &str) -> Result<Object, Error> {
        let encode = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        Object::read(&format!("{}.{}.{signature}", encode(header), encode(&json!({ "a": 1 }))))
    }

    #[test]
    fn headers_that_are_none_of_a_request_are_refused() {
        for (fine, explicit) in [
            (json!({ "alg": "ES256" }), false),
            (json!({ "alg": "ES256", "typ": "JWT", "kid": "a" }), false),
            (json!({ "alg": "Ed25519", "typ": "oauth-authz-req+jwt" }), true),
            (json!({ "alg": "HS256", "typ": "application/oauth-authz-req+jwt" }), true),
        ] {
            assert_eq!(read(&fine, "c2ln").map(|object| object.explicit), Ok(explicit), "{fine}");
        }
        assert!(read(&json!({ "alg": "none" }), "").is_ok());
        for wrong in [
            json!({ "alg": "none" }),
            json!({ "alg": "None" }),
            json!({}),
            json!({ "alg": "RS512" }),
            json!({ "alg": "ES256", "typ": "at+jwt" }),
            json!({ "alg": "ES256", "typ": "client-authentication+jwt" }),
            json!({ "alg": "ES256", "typ": "" }),
            json!({ "alg": "ES256", "crit": [] }),
            json!({ "alg": "ES256", "crit": null }),
        ] {
            assert!(read(&wrong, "c2ln").is_err(), "{wrong}");
        }
        let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        let list = format!("{}.{}.c2ln", encode("{\"alg\":\"ES256\"}"), encode("[1]"));
        for text in ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", &list, &"a".repeat(LONGEST + 1)] {
            assert!(Object::read(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "(eyJhbGciOiJFUzI1NiJ9\\.)?\\PC{0,200}") {
            let _ = Object::read(&text);
        }
    }
}
