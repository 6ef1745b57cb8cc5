//! Software statements (RFC 7591 §2.3, §3.1.1): what someone whom the operator trusts signed about a piece of software.

use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

use super::members::{Members, invalid};
use crate::{
    app::App,
    fetch::Owner,
    oauth::{Code, Error},
    registry::client_keys::SigningAlg,
    replica::client_keys::Publisher,
};

/// The longest statement, in bytes.
const LONGEST: usize = 8 * 1024;
/// How far clocks may be apart, in seconds.
const SKEW: i64 = 30;
/// Claims about the statement itself (RFC 7519 §4.1), and what is no one's to say.
const NO_METADATA: [&str; 10] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "client_secret",
    "software_statement",
];

/// Takes the statement out of a registration.
pub fn take(members: &mut Members) -> Result<Option<String>, Error> {
    match members.value("software_statement") {
        None => Ok(None),
        Some(Value::String(text)) if text.len() <= LONGEST => Ok(Some(text)),
        Some(_) => Err(refused("it is no JWT, or too long")),
    }
}

/// The metadata that a statement vouches for.
pub async fn claims(app: &App, text: &str) -> Result<Map<String, Value>, Error> {
    let header = jsonwebtoken::decode_header(text).map_err(|_| refused("it is no JWT"))?;
    // RFC 7515 §4.1.11: what is not understood is refused.
    if header.crit.is_some() {
        return Err(refused("it is no JWT that is understood here"));
    }
    let known = |alg: &SigningAlg| jsonwebtoken::Algorithm::from(*alg) == header.alg;
    let alg = SigningAlg::ALL.into_iter().find(|alg| known(alg) && !alg.is_symmetric());
    let alg = alg.ok_or_else(|| refused("its alg is not supported"))?;
    let mut claims: Map<String, Value> = jsonwebtoken::dangerous::insecure_decode_claims(text)
        .map_err(|_| refused("it has no claims"))?;
    let iss = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
    let issuers = &app.config.dynamic_registration.software_statement_issuers;
    let Some(trusted) = issuers.iter().find(|trusted| trusted.issuer == iss) else {
        let why = "software statements of this issuer are not accepted here";
        return Err(Error::new(Code::UnapprovedSoftwareStatement, why));
    };
    // No client's id has a space in it.
    let owner = format!("software statements of {}", trusted.issuer);
    let publisher =
        Publisher { client_id: &owner, uri: trusted.jwks_uri.as_str(), owner: Owner::Operator };
    let kid = header.kid.as_deref();
    let key = app.replica.published_key(&app.fetch, &app.clock, &publisher, kid, alg).await;
    let key = key.ok_or_else(|| refused("its issuer has no such key"))?;
    if !is_signed_by(text, key.verifier(), alg) {
        return Err(refused("its signature is wrong"));
    }
    check_times(&claims, app.clock.now().unix_timestamp())?;
    for name in NO_METADATA {
        claims.remove(name);
    }
    storable(&claims)?;
    Ok(claims)
}

fn is_signed_by(text: &str, key: &DecodingKey, alg: SigningAlg) -> bool {
    let Some((message, signature)) = text.rsplit_once('.') else { return false };
    jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, alg.into()).unwrap_or(false)
}

/// A statement may be for ever; one that says when it is good is held to that.
fn check_times(claims: &Map<String, Value>, now: i64) -> Result<(), Error> {
    let date = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => {
            value.as_f64().map(Some).ok_or_else(|| refused("it has a time that is none"))
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    let (earliest, latest) = ((now - SKEW) as f64, (now + SKEW) as f64);
    if date("exp")?.is_some_and(|end| end <= earliest) {
        return Err(refused("it has ended"));
    }
    if date("nbf")?.is_some_and(|begin| begin > latest) {
        return Err(refused("it is not good yet"));
    }
    Ok(())
}

/// The same as for what clients send themselves: Postgres cannot store a NUL character.
fn storable(claims: &Map<String, Value>) -> Result<(), Error> {
    if serde_json::to_string(claims).is_ok_and(|text| !text.contains("\\u0000")) {
        return Ok(());
    }
    Err(invalid("the software statement has a NUL character"))
}

fn refused(why: &'static str) -> Error {
    Error::new(Code::InvalidSoftwareStatement, format!("software_statement: {why}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_statement_is_held_to_the_times_that_it_says() {
        let check = |claims: Value| {
            check_times(claims.as_object().expect("an object"), 1_000_000).map_err(|e| e.code)
        };
        for fine in [json!({}), json!({ "exp": 1_000_001 }), json!({ "nbf": 1_000_000.5 })] {
            assert_eq!(check(fine.clone()), Ok(()), "{fine}");
        }
        for wrong in [
            json!({ "exp": 999_970 }),
            json!({ "exp": "later" }),
            json!({ "nbf": 1_000_031 }),
            json!({ "nbf": null }),
        ] {
            assert_eq!(check(wrong.clone()), Err(Code::InvalidSoftwareStatement), "{wrong}");
        }
    }

    #[test]
    fn a_nul_character_is_seen_however_it_is_written() {
        assert!(storable(json!({ "a": "\u{0}" }).as_object().expect("an object")).is_err());
        assert!(storable(json!({ "a": "\\u000" }).as_object().expect("an object")).is_ok());
    }
}
