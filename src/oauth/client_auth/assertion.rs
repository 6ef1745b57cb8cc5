//! Authenticating by a JWT (RFC 7521 §4.2, RFC 7523 §2.2 and §3): what `client_secret_jwt` and `private_key_jwt` have in
//! common. The client signs who it is, for whom, until when, and under an id that is good once.
//!
//! What is checked with which key is the client's registration to say: of the header `alg` and `kid` are looked at, to
//! choose among what is registered, and keys that it brings along (`jwk`, `jku`, `x5c`, `x5u`) never.

use std::time::Duration;

use serde::Deserialize;

use crate::{
    app::App,
    clock::Timestamp,
    oauth::{
        Error,
        client_jwt::{Header, SKEW, Seconds, Verdict},
        metadata::path,
    },
    registry::{
        client::{AuthMethod, Client},
        client_keys::SigningAlg,
    },
    storage,
    tokens::{access::Audience, digest::Digest},
    web::params::Params,
};

/// The one type of assertion that there is (RFC 7523 §2.2).
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The longest assertion, in bytes: room for an RSA signature and a chain of certificates that no one looks at.
const LONGEST: usize = 8 * 1024;
/// The types that assertions have, if they say: a JWT that was made for something else says so.
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];
/// How far ahead an assertion may end: its id has to be remembered until then. Common libraries write an hour.
const AHEAD: Duration = Duration::from_hours(1);
/// The longest id, in bytes.
const LONGEST_ID: usize = 256;

/// An assertion that was read. Nothing in it is proven.
pub struct Assertion {
    /// As it came.
    pub text: String,
    claims: Claims,
    /// What it says that it is signed with.
    pub alg: SigningAlg,
    /// Which key it says that it is signed by.
    pub kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: Seconds,
    #[serde(default)]
    nbf: Option<Seconds>,
    #[serde(default)]
    iat: Option<Seconds>,
    jti: String,
}

impl Assertion {
    /// The assertion of a request, if it has one.
    pub fn of(params: &Params) -> Result<Option<Self>, Error> {
        let Some(text) = params.get("client_assertion") else { return Ok(None) };
        if params.get("client_assertion_type") != Some(TYPE) {
            return Err(Error::invalid_client("client_assertion_type must be jwt-bearer"));
        }
        let malformed = || Error::invalid_client("client_assertion is no JWT of a client");
        Self::read(text).ok_or_else(malformed).map(Some)
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let header = Header::read(text)?;
        if !header.is_typed(&TYPES) {
            return None;
        }
        // "none" is not among them.
        let alg = SigningAlg::named(&header.alg)?;
        let claims: Claims = jsonwebtoken::dangerous::insecure_decode_claims(text).ok()?;
        // RFC 7523 §3: for client authentication both are the client's id.
        if claims.iss != claims.sub {
            return None;
        }
        Some(Self { text: text.to_owned(), claims, alg, kid: header.kid })
    }

    /// Which client it says that it is of.
    pub fn client_id(&self) -> &str {
        &self.claims.iss
    }

    /// The method by which it authenticates.
    pub fn method(&self) -> AuthMethod {
        if self.alg.is_symmetric() {
            AuthMethod::ClientSecretJwt
        } else {
            AuthMethod::PrivateKeyJwt
        }
    }

    /// Checks all that takes neither a key nor the database.
    pub fn check(&self, app: &App, client: &Client) -> Verdict {
        let wanted = client.metadata.token_endpoint_auth_signing_alg;
        if wanted.is_some_and(|alg| alg != self.alg) {
            return Err("alg is not the registered one");
        }
        let issuer = &app.config.server.issuer;
        let mut audiences = vec![issuer.as_str().to_owned()];
        if client.metadata.unsafe_endpoint_audience {
            let ours = [path::TOKEN, path::INTROSPECT, path::REVOKE];
            audiences.extend(ours.map(|path| issuer.join(path)));
        }
        self.claims.check(&audiences, app.clock.now())
    }

    /// Uses it, as the last of all checks: what is refused for something else is not used up. Of many uses at once, on
    /// whichever replicas, one is the first.
    pub async fn spend(&self, app: &App) -> storage::Result<Verdict> {
        let jti = Digest::of(self.claims.jti.as_bytes());
        let Ok(end) = Timestamp::from_unix_timestamp(self.claims.exp.0) else {
            return Ok(Err("exp is no date"));
        };
        // Twice: the clock of the replica that sweeps may be ahead of one that checks.
        let end = end + 2 * SKEW;
        let first = storage::client_assertions::spend(&app.db, self.client_id(), jti.bytes(), end);
        Ok(if first.await? { Ok(()) } else { Err("jti was used before") })
    }
}

impl Claims {
    fn check(&self, audiences: &[String], now: Timestamp) -> Verdict {
        // One audience alone: what is for others too could be brought here by them.
        let [audience] = self.aud.names() else { return Err("aud is not one audience") };
        if !audiences.contains(audience) {
            return Err("aud is not this server's issuer");
        }
        let from = |seconds: Seconds| Timestamp::from_unix_timestamp(seconds.0).ok();
        let Some(end) = from(self.exp) else { return Err("exp is no date") };
        if end + SKEW <= now {
            return Err("exp is past");
        }
        if end > now + AHEAD + SKEW {
            return Err("exp is more than an hour ahead");
        }
        for (date, problem) in [(self.nbf, "nbf is ahead"), (self.iat, "iat is ahead")] {
            if date.is_some_and(|date| from(date).is_none_or(|date| date > now + SKEW)) {
                return Err(problem);
            }
        }
        if self.jti.is_empty() || self.jti.len() > LONGEST_ID {
            return Err("jti must have 1 to 256 bytes");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use time::macros::datetime;

    use super::*;

    const NOW: Timestamp = datetime!(2030-01-01 12:00 UTC);
    const ISSUER: &str = "https://login.example";

    fn token(header: &Value, claims: &Value) -> String {
        let encode = |json: &Value| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        format!("{}.{}.c2ln", encode(header), encode(claims))
    }

    fn claims(changes: &Value) -> Value {
        let now = NOW.unix_timestamp();
        let mut claims = json!({
            "iss": "app", "sub": "app", "aud": ISSUER, "exp": now + 60, "iat": now, "jti": "1",
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        claims
    }

    fn judge(changes: &Value) -> Verdict {
        let text = token(&json!({ "alg": "ES256" }), &claims(changes));
        let assertion = Assertion::read(&text).ok_or("unreadable")?;
        assertion.claims.check(&[ISSUER.to_owned()], NOW)
    }

    #[test]
    fn what_an_assertion_says_is_held_against_clock_and_audience() {
        let now = NOW.unix_timestamp();
        for fine in [
            json!({}),
            json!({ "aud": [ISSUER] }),
            json!({ "exp": now - 29 }),
            json!({ "exp": now + 3600 }),
            json!({ "exp": 1_893_499_260.75 }),
            json!({ "iat": now + 30, "nbf": now + 30 }),
            json!({ "iat": null }),
            json!({ "jti": "x".repeat(256) }),
            json!({ "anything": "else" }),
        ] {
            assert_eq!(judge(&fine), Ok(()), "{fine}");
        }
        for (wrong, named) in [
            (json!({ "aud": "https://other.example" }), "aud"),
            (json!({ "aud": format!("{ISSUER}/") }), "aud"),
            (json!({ "aud": format!("{ISSUER}/token") }), "aud"),
            (json!({ "aud": [ISSUER, "https://other.example"] }), "aud"),
            (json!({ "aud": [ISSUER, ISSUER] }), "aud"),
            (json!({ "aud": [] }), "aud"),
            (json!({ "exp": now - 30 }), "exp is past"),
            (json!({ "exp": 0 }), "exp is past"),
            (json!({ "exp": now + 3631 }), "exp is more"),
            (json!({ "exp": 9e10 }), "exp is more"),
            (json!({ "iat": now + 31 }), "iat"),
            (json!({ "nbf": now + 31 }), "nbf"),
            (json!({ "jti": "" }), "jti"),
            (json!({ "jti": "x".repeat(257) }), "jti"),
            (json!({ "iss": "other" }), "unreadable"),
            (json!({ "sub": "other" }), "unreadable"),
            (json!({ "exp": null }), "unreadable"),
            (json!({ "exp": "soon" }), "unreadable"),
            (json!({ "exp": -1 }), "unreadable"),
            (json!({ "exp": 1e300 }), "unreadable"),
            (json!({ "jti": null }), "unreadable"),
            (json!({ "jti": 7 }), "unreadable"),
            (json!({ "aud": null }), "unreadable"),
            (json!({ "aud": { "a": 1 } }), "unreadable"),
        ] {
            let problem = judge(&wrong).expect_err(named);
            assert!(problem.starts_with(named), "{wrong}: {problem}");
        }
    }

    #[test]
    fn headers_that_are_none_of_an_assertion_are_refused() {
        let reads = |header: &Value| Assertion::read(&token(header, &claims(&json!({})))).is_some();
        for fine in [
            json!({ "alg": "ES256" }),
            json!({ "alg": "EdDSA", "typ": "JWT", "kid": "a" }),
            json!({ "alg": "Ed25519" }),
            json!({ "alg": "PS256", "typ": "client-authentication+jwt" }),
            json!({ "alg": "HS256", "typ": "application/jwt" }),
        ] {
            assert!(reads(&fine), "{fine}");
        }
        for wrong in [
            json!({ "alg": "none" }),
            json!({ "alg": "None" }),
            json!({ "alg": "" }),
            json!({}),
            json!({ "alg": "RS512" }),
            json!({ "alg": "HS512" }),
            json!({ "alg": "ES256K" }),
            json!({ "alg": "ES256", "crit": ["b64"], "b64": false }),
            json!({ "alg": "ES256", "crit": [] }),
            json!({ "alg": "ES256", "crit": null }),
            json!({ "alg": 7 }),
            json!({ "alg": "Ed448" }),
            json!({ "alg": "ES256", "typ": "at+jwt" }),
            json!({ "alg": "ES256", "typ": "dpop+jwt" }),
            json!({ "alg": "ES256", "typ": "" }),
        ] {
            assert!(!reads(&wrong), "{wrong}");
        }
        let long = claims(&json!({ "more": "x".repeat(LONGEST) }));
        assert!(Assertion::read(&token(&json!({ "alg": "ES256" }), &long)).is_none());
        for text in ["", ".", "..", "a.b", "a.b.c.d", "e30.e30.e30"] {
            assert!(Assertion::read(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "(eyJhbGciOiJFUzI1NiJ9\\.)?\\PC{0,200}") {
            let _ = Assertion::read(&text);
        }
    }
}
