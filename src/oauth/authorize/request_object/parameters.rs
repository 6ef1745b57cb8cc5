//! Which parameters count: those in the request object, and those beside it.

use form_urlencoded::Serializer;
use serde_json::{Map, Value};

use super::{invalid, object::Object};
use crate::{
    oauth::Error,
    registry::{client::Client, scope},
    web::params::Params,
};

/// What a request object says of itself as a JWT (RFC 7519 §4.1): no parameters.
const OF_THE_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
/// Parameters that are text and nothing else.
const TEXTS: [&str; 16] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "response_mode",
    "nonce",
    "display",
    "prompt",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "code_challenge",
    "code_challenge_method",
];

/// Whether parameters beside the object count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// No: what is not signed is not looked at (RFC 9101 §6.3).
    Alone,
    /// Where there are none of the name inside (OpenID Connect Core §6.1).
    Completed,
}

impl Mode {
    /// That of a request: OpenID Connect's if it says that it is one, as OpenID Connect demands, and neither the client nor
    /// the object says otherwise.
    pub fn of(client: &Client, object: &Object, params: &Params) -> Self {
        let openid = params
            .get("scope")
            .is_some_and(|text| text.split(' ').any(|name| name == scope::OPENID));
        let strict = object.explicit || client.metadata.requests.require_signed_request_object;
        if openid && !strict { Self::Completed } else { Self::Alone }
    }
}

/// The parameters that count.
pub fn combine(inside: &Map<String, Value>, outside: &Params, mode: Mode) -> Result<Params, Error> {
    let mut pairs = Vec::new();
    for (name, value) in inside.iter().filter(|(name, _)| !OF_THE_JWT.contains(&name.as_str())) {
        read(name, value, &mut pairs)?;
    }
    match mode {
        Mode::Alone => {
            if !inside.contains_key("client_id") {
                return Err(invalid("client_id is missing in the request object"));
            }
        }
        Mode::Completed => {
            // Core §6.1: it is there, so that the request is an OAuth 2.0 one.
            let response_type = outside.require("response_type")?;
            if inside.get("response_type").is_some_and(|own| own != response_type) {
                return Err(invalid("response_type inside is not the one outside"));
            }
            let own =
                |name: &str| inside.contains_key(name) || matches!(name, "request" | "request_uri");
            let others = outside.iter().filter(|(name, _)| !own(name));
            pairs.extend(others.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
    }
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    Params::parse(query.as_bytes()).map_err(|error| invalid(error.to_string()))
}

/// One parameter by its JSON type (RFC 9101 §4, OpenID Connect Core §6.1).
fn read(name: &str, value: &Value, into: &mut Vec<(String, String)>) -> Result<(), Error> {
    let mut put = |text: String| into.push((name.to_owned(), text));
    match (name, value) {
        (_, Value::String(text)) => put(text.clone()),
        ("max_age", Value::Number(number)) => put(number.to_string()),
        ("claims" | "registration", Value::Object(_)) => put(value.to_string()),
        ("resource", Value::Array(items)) => {
            for item in items {
                let text = item.as_str().ok_or_else(|| of_another_type(name))?;
                put(text.to_owned());
            }
        }
        ("max_age" | "claims" | "registration" | "resource", _) => {
            return Err(of_another_type(name));
        }
        _ if TEXTS.contains(&name) => return Err(of_another_type(name)),
        // What is not known is not looked at.
        _ => {}
    }
    Ok(())
}

fn of_another_type(name: &str) -> Error {
    invalid(format!("{name} in the request object is of another JSON type"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oauth::Code;

    fn combined(inside: &Value, beside: &str, mode: Mode) -> Result<String, Code> {
        let beside = Params::parse(beside.as_bytes()).expect("parses");
        let inside = inside.as_object().expect("an object");
        combine(inside, &beside, mode).map(|params| params.encode()).map_err(|error| error.code)
    }

    #[test]
    fn what_is_beside_counts_in_openid_connect_alone_and_where_nothing_is_inside() {
        let inside = json!({ "client_id": "a", "state": "in", "iss": "a", "aud": "x", "exp": 1 });
        let beside = "client_id=a&response_type=code&state=out&nonce=n&request=x&request_uri=y";
        assert_eq!(combined(&inside, beside, Mode::Alone), Ok("client_id=a&state=in".to_owned()));
        let completed = "client_id=a&state=in&response_type=code&nonce=n".to_owned();
        assert_eq!(combined(&inside, beside, Mode::Completed), Ok(completed));
    }

    #[test]
    fn what_has_to_be_there_or_the_same_is() {
        let none = json!({});
        assert_eq!(combined(&none, "client_id=a", Mode::Alone), Err(Code::InvalidRequestObject));
        assert_eq!(combined(&none, "client_id=a", Mode::Completed), Err(Code::InvalidRequest));
        let other = json!({ "response_type": "token" });
        let beside = "response_type=code";
        assert_eq!(combined(&other, beside, Mode::Completed), Err(Code::InvalidRequestObject));
    }

    #[test]
    fn parameters_have_their_json_types() {
        let with = |name: &str, value: Value| {
            let mut inside = json!({ "client_id": "a" });
            inside[name] = value;
            combined(&inside, "", Mode::Alone).map(|query| query.replace("client_id=a", ""))
        };
        for (name, value, expected) in [
            ("max_age", json!(60), "&max_age=60"),
            ("max_age", json!("60"), "&max_age=60"),
            ("resource", json!(["a", "b"]), "&resource=a&resource=b"),
            ("resource", json!("a"), "&resource=a"),
            ("unknown", json!({ "a": [1] }), ""),
            ("state", json!(""), ""),
        ] {
            let found = with(name, value.clone());
            assert_eq!(found.as_deref(), Ok(expected), "{name}: {value}");
        }
        let claims = with("claims", json!({ "userinfo": { "name": null } })).expect("an object");
        assert!(claims.contains("claims=%7B%22userinfo%22"), "{claims}");
        for (name, value) in [
            ("scope", json!(["openid"])),
            ("state", json!(7)),
            ("nonce", Value::Null),
            ("redirect_uri", json!(["https://app.example/cb"])),
            ("max_age", json!([1])),
            ("claims", json!([1])),
            ("resource", json!([1])),
            ("resource", json!({ "a": "b" })),
            ("state", json!("a\u{0}b")),
        ] {
            let found = with(name, value.clone());
            assert_eq!(found, Err(Code::InvalidRequestObject), "{name}: {value}");
        }
    }
}
