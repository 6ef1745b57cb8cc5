//! Software statements (RFC 7591 §2.3, §3.1.1): what someone whom the operator trusts signed about a piece of software.

use serde_json::{Map, Value};

use super::members::{Members, invalid};
use crate::{
    app::App,
    config::{Issuer, SoftwareStatements},
    fetch::Owner,
    oauth::{
        Code, Error,
        client_jwt::{Header, is_signed_by},
        metadata::path,
    },
    registry::client_keys::{ClientKey, SigningAlg},
    replica::client_keys::Publisher,
    tokens::access::Audience,
};

/// The longest statement, in bytes.
const LONGEST: usize = 8 * 1024;
/// The types that statements have, if they say (RFC 8725 §3.11): whoever signs them may sign tokens too.
const TYPES: [&str; 2] = ["JWT", "software-statement+jwt"];
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

/// Refuses what comes without a statement where one is demanded of it.
pub fn demand(statement: Option<&String>, demanded: bool) -> Result<(), Error> {
    if demanded && statement.is_none() {
        return Err(refused("it is required here"));
    }
    Ok(())
}

/// Whether one is demanded of a new client, which may have an initial access token.
pub fn is_demanded(rule: SoftwareStatements, has_token: bool) -> bool {
    match rule {
        SoftwareStatements::Optional => false,
        SoftwareStatements::RequiredWithoutToken => !has_token,
        SoftwareStatements::Required => true,
    }
}

/// Whether one is demanded of a client that changes its registration, which may have come with one. Which came without a
/// token is not known any more; one that was let in by its statement had it.
pub fn stays_demanded(rule: SoftwareStatements, had_one: bool) -> bool {
    match rule {
        SoftwareStatements::Optional => false,
        SoftwareStatements::RequiredWithoutToken => had_one,
        SoftwareStatements::Required => true,
    }
}

/// The metadata that a statement vouches for.
pub async fn claims(app: &App, text: &str) -> Result<Map<String, Value>, Error> {
    let header =
        Header::read(text).ok_or_else(|| refused("it is no JWT that is understood here"))?;
    if !header.is_typed(&TYPES) {
        return Err(refused("its typ is that of another kind of JWT"));
    }
    let alg = SigningAlg::named(&header.alg).filter(|alg| !alg.is_symmetric());
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
    let verify = |key: &ClientKey| is_signed_by(text, key.verifier(), alg);
    let replica = &app.replica;
    match replica.check_by_published(&app.fetch, &app.clock, &publisher, kid, alg, verify).await {
        Some(true) => {}
        Some(false) => return Err(refused("its signature is wrong")),
        None => return Err(refused("its issuer has no such key")),
    }
    check_purpose(&claims, &app.config.server.issuer)?;
    check_times(&claims, app.clock.now().unix_timestamp())?;
    for name in NO_METADATA {
        claims.remove(name);
    }
    storable(&claims)?;
    Ok(claims)
}

/// A statement may be for everyone; one that says whom it is for is held to that (RFC 7519 §4.1.3). An ID token is none,
/// whatever its `typ`.
fn check_purpose(claims: &Map<String, Value>, issuer: &Issuer) -> Result<(), Error> {
    if let Some(value) = claims.get("aud") {
        let ours = [issuer.as_str().to_owned(), issuer.join(path::REGISTRATION)];
        let audience = serde_json::from_value::<Audience>(value.clone());
        if !audience.is_ok_and(|it| it.names().iter().any(|name| ours.contains(name))) {
            return Err(refused("its aud is not this server"));
        }
    }
    if claims.contains_key("nonce") {
        return Err(refused("it was made for something else"));
    }
    Ok(())
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
    for begin in ["nbf", "iat"] {
        if date(begin)?.is_some_and(|begin| begin > latest) {
            return Err(refused("it is not good yet"));
        }
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
        for fine in [
            json!({}),
            json!({ "exp": 1_000_001 }),
            json!({ "nbf": 1_000_000.5, "iat": 1_000_030 }),
        ] {
            assert_eq!(check(fine.clone()), Ok(()), "{fine}");
        }
        for wrong in [
            json!({ "exp": 999_970 }),
            json!({ "exp": "later" }),
            json!({ "nbf": 1_000_031 }),
            json!({ "nbf": null }),
            json!({ "iat": 1_000_031 }),
            json!({ "iat": "then" }),
        ] {
            assert_eq!(check(wrong.clone()), Err(Code::InvalidSoftwareStatement), "{wrong}");
        }
    }

    #[test]
    fn a_statement_is_held_to_whom_it_says_that_it_is_for() {
        let issuer = Issuer::parse("https://login.example").expect("an issuer");
        let check = |claims: Value| {
            check_purpose(claims.as_object().expect("an object"), &issuer).map_err(|e| e.code)
        };
        for fine in [
            json!({}),
            json!({ "aud": "https://login.example" }),
            json!({ "aud": ["https://other.example", "https://login.example/connect/register"] }),
        ] {
            assert_eq!(check(fine.clone()), Ok(()), "{fine}");
        }
        for wrong in [
            json!({ "aud": "https://login.example/token" }),
            json!({ "aud": [] }),
            json!({ "aud": null }),
            json!({ "aud": { "a": "https://login.example" } }),
            json!({ "aud": "https://login.example", "nonce": "n" }),
        ] {
            assert_eq!(check(wrong.clone()), Err(Code::InvalidSoftwareStatement), "{wrong}");
        }
    }

    #[test]
    fn a_statement_is_demanded_by_rule() {
        use SoftwareStatements::{Optional, Required, RequiredWithoutToken};
        for (rule, new, with_token, change, change_of_one_that_had_one) in [
            (Optional, false, false, false, false),
            (RequiredWithoutToken, true, false, false, true),
            (Required, true, true, true, true),
        ] {
            assert_eq!(is_demanded(rule, false), new, "{rule:?}");
            assert_eq!(is_demanded(rule, true), with_token, "{rule:?}");
            assert_eq!(stays_demanded(rule, false), change, "{rule:?}");
            assert_eq!(stays_demanded(rule, true), change_of_one_that_had_one, "{rule:?}");
        }
    }

    #[test]
    fn a_nul_character_is_seen_however_it_is_written() {
        assert!(storable(json!({ "a": "\u{0}" }).as_object().expect("an object")).is_err());
        assert!(storable(json!({ "a": "\\u000" }).as_object().expect("an object")).is_ok());
    }
}
