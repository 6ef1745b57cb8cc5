use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use serde_json::{Value, json};

use super::*;
use crate::{
    clock::Timestamp,
    identity::proof::Assurance,
    keys::{
        Entry, KeySet, Lifetimes,
        signing::{Algorithm, SigningKey, Type},
    },
    registry::resource::Resource,
    storage::{clients::ClientRow, resources::ResourceRow},
    tokens::jws,
};

const REDIRECT: (&str, &str) = ("redirect_uri", "https://app.example/cb");
/// Parameters to change, and the error with whether the client is told.
type Case<'a> = (&'a [(&'a str, &'a str)], Result<(), (bool, Code)>);

const ISSUER: &str = "https://id.example";
static KEY: LazyLock<Arc<SigningKey>> = LazyLock::new(new_key);

fn new_key() -> Arc<SigningKey> {
    let pkcs8 = SigningKey::generate(Algorithm::EdDsa).expect("a key");
    Arc::new(SigningKey::from_pkcs8(Algorithm::EdDsa, &pkcs8).expect("its bytes"))
}

const DAY: Duration = Duration::from_hours(24);
const LIFETIMES: Lifetimes = Lifetimes { rotation: DAY, lead: DAY, token: DAY };
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn client(overrides: &Value) -> Client {
    let mut metadata = json!({
        "client_name": "Test", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": ["https://app.example/cb"],
        "scopes": ["openid", "offline_access", "read"], "resources": ["https://api.example"],
    });
    for (key, value) in overrides.as_object().into_iter().flatten() {
        metadata[key] = value.clone();
    }
    let row = ClientRow { client_id: "spa".to_owned(), metadata, secrets: Vec::new() };
    Client::from_row(row).expect("a client")
}

fn catalogue() -> Catalogue {
    let metadata = json!({ "name": "API", "scopes": [{ "name": "read" }] });
    let row = ResourceRow { identifier: "https://api.example".to_owned(), metadata };
    Catalogue::new(vec![Resource::from_row(row).expect("a resource")])
}

/// The request that is right, with some parameters replaced, left out (empty), or added.
fn run(changes: &[(&str, &str)], client: &Client) -> Result<AuthorizationRequest, Failure> {
    let right = [
        ("client_id", "spa"),
        ("redirect_uri", "https://app.example/cb"),
        ("response_type", "code"),
        ("scope", "openid read"),
        ("state", "xyz"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let unchanged =
        right.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(unchanged)
        .extend_pairs(changes)
        .finish();
    let params = Params::parse(query.as_bytes()).expect("parses");
    let keys = KeySet::new(vec![Entry {
        key: Arc::clone(&KEY),
        generation: 1,
        active_from: Timestamp::UNIX_EPOCH,
    }]);
    let own = Own { keys: &keys, lifetimes: LIFETIMES, issuer: ISSUER };
    check(&params, Some(client), &catalogue(), own)
}

fn code(outcome: Result<AuthorizationRequest, Failure>) -> Result<(), (bool, Code)> {
    match outcome {
        Ok(_) => Ok(()),
        Err(Failure::Unsafe(error)) => Err((false, error.code)),
        Err(Failure::Safe(_, error)) => Err((true, error.code)),
    }
}

#[test]
fn each_rule_has_its_error_at_its_place() {
    use Code::{
        InvalidRequest, InvalidScope, InvalidTarget, RegistrationNotSupported,
        UnsupportedResponseType,
    };
    let spa = client(&json!({}));
    let told_person = |code| Err((false, code));
    let told_client = |code| Err((true, code));
    let cases: Vec<Case<'_>> = vec![
        (&[], Ok(())),
        (&[("unknown", "x")], Ok(())),
        // Where the answer may not go anywhere.
        (&[("redirect_uri", "https://evil.example/cb")], told_person(InvalidRequest)),
        (&[("redirect_uri", "")], told_person(InvalidRequest)),
        (&[REDIRECT, REDIRECT], told_person(InvalidRequest)),
        // Left out by a client that has only one and does not speak OpenID Connect.
        (&[("redirect_uri", ""), ("scope", "read")], Ok(())),
        (&[("response_type", "")], told_client(InvalidRequest)),
        (&[("response_type", "token")], told_client(UnsupportedResponseType)),
        (&[("response_type", "code id_token")], told_client(UnsupportedResponseType)),
        (&[("response_mode", "form_post")], Ok(())),
        (&[("response_mode", "fragment")], Ok(())),
        (&[("response_mode", "jwt")], told_client(InvalidRequest)),
        (&[("state", "a"), ("state", "b")], told_client(InvalidRequest)),
        (&[("scope", "openid"), ("scope", "read")], told_client(InvalidRequest)),
        (&[("scope", "openid write\\")], told_client(InvalidScope)),
        (&[("scope", "openid email")], told_client(InvalidScope)),
        (&[("scope", "")], Ok(())),
        (&[("resource", "https://api.example")], Ok(())),
        (&[("resource", "https://api.example"), ("resource", "https://api.example")], Ok(())),
        (&[("resource", "https://other.example")], told_client(InvalidTarget)),
        (&[("code_challenge", "")], told_client(InvalidRequest)),
        (&[("code_challenge", ""), ("code_challenge_method", "")], told_client(InvalidRequest)),
        (&[("code_challenge", "short")], told_client(InvalidRequest)),
        (&[("code_challenge_method", "plain")], told_client(InvalidRequest)),
        (&[("code_challenge_method", "")], told_client(InvalidRequest)),
        (&[("prompt", "login consent")], Ok(())),
        (&[("prompt", "none login")], told_client(InvalidRequest)),
        (&[("prompt", "none consent")], told_client(InvalidRequest)),
        (&[("prompt", "none select_account")], told_client(InvalidRequest)),
        (&[("prompt", "create")], told_client(InvalidRequest)),
        (&[("max_age", "0")], Ok(())),
        (&[("max_age", "4294967296")], Ok(())),
        (&[("max_age", "99999999999999999999999999")], Ok(())),
        (&[("max_age", "\u{664}")], told_client(InvalidRequest)),
        (&[("max_age", "-1")], told_client(InvalidRequest)),
        (&[("max_age", "+1")], told_client(InvalidRequest)),
        (&[("max_age", "1.5")], told_client(InvalidRequest)),
        (&[("registration", "{}")], told_client(RegistrationNotSupported)),
    ];
    for (changes, expected) in cases {
        assert_eq!(code(run(changes, &spa)), expected, "{changes:?}");
    }
}

#[test]
fn an_id_token_hint_is_one_of_our_own_id_tokens_for_this_client() {
    let person = "the person".to_owned();
    let right = json!({
        "iss": ISSUER, "sub": person, "aud": "spa", "exp": 1, "iat": 0, "auth_time": 0,
        "acr": "aal1", "amr": ["pwd"], "sid": "s", "at_hash": "h",
    });
    let with = |key: &str, value: &str| {
        let mut claims = right.clone();
        claims[key] = value.into();
        claims
    };
    let cases = [
        // It has ended long ago, which is no matter.
        (jws::sign(&KEY, Type::Id, &right), Ok(Some(person))),
        (jws::sign(&KEY, Type::Access, &right), Err((true, Code::InvalidRequest))),
        (jws::sign(&new_key(), Type::Id, &right), Err((true, Code::InvalidRequest))),
        // It says that it lives longer than any of ours, which whoever stole a former key could say.
        (
            jws::sign(&KEY, Type::Id, &{
                let mut claims = right.clone();
                claims["exp"] = 86_401.into();
                claims
            }),
            Err((true, Code::InvalidRequest)),
        ),
        (
            jws::sign(&KEY, Type::Id, &with("iss", "https://other.example")),
            Err((true, Code::InvalidRequest)),
        ),
        (
            jws::sign(&KEY, Type::Id, &with("aud", "another-client")),
            Err((true, Code::InvalidRequest)),
        ),
        ("nonsense".to_owned(), Err((true, Code::InvalidRequest))),
        (String::new(), Ok(None)),
    ];
    let spa = client(&json!({}));
    for (hint, expected) in cases {
        let outcome = run(&[("id_token_hint", &hint)], &spa);
        let subject = outcome.clone().map(|request| request.subject_hint).ok();
        let decided = code(outcome).map(|()| subject.flatten());
        assert_eq!(decided, expected, "{hint}");
    }
}

#[test]
fn pkce_is_left_out_by_those_alone_whom_an_operator_exempted() {
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let confidential = json!({ "token_endpoint_auth_method": "client_secret_basic" });
    let exempt = json!({
        "token_endpoint_auth_method": "client_secret_basic", "unsafe_without_pkce": true,
    });
    let public = json!({ "unsafe_without_pkce": true });
    assert_eq!(code(run(&without, &client(&confidential))), Err((true, Code::InvalidRequest)));
    assert_eq!(code(run(&without, &client(&exempt))), Ok(()));
    assert_eq!(code(run(&without, &client(&public))), Err((true, Code::InvalidRequest)));
    assert!(run(&[], &client(&exempt)).expect("fine").code_challenge.is_some(), "used if there");
}

#[test]
fn a_client_that_is_unknown_or_disabled_is_not_answered() {
    let params = Params::parse(b"client_id=x&redirect_uri=https://app.example/cb").expect("parses");
    let own = Own { keys: &KeySet::default(), lifetimes: LIFETIMES, issuer: ISSUER };
    assert!(matches!(check(&params, None, &catalogue(), own), Err(Failure::Unsafe(_))));
    assert_eq!(
        code(run(&[], &client(&json!({ "disabled": true })))),
        Err((false, Code::InvalidRequest))
    );
}

#[test]
fn a_client_without_the_grant_type_is_told_so() {
    let other = client(&json!({ "grant_types": ["client_credentials"] }));
    assert_eq!(code(run(&[], &other)), Err((true, Code::UnauthorizedClient)));
}

#[test]
fn what_a_client_registered_stands_in_for_what_a_request_leaves_out() {
    let client = client(&json!({ "default_max_age": 60, "default_acr_values": ["gold", "aal2"] }));
    let asked = run(&[], &client).expect("fine");
    assert_eq!((asked.max_age, asked.acr), (Some(60), Some(Assurance::Aal2)));
    let said = run(&[("max_age", "5"), ("acr_values", "aal1")], &client).expect("fine");
    assert_eq!((said.max_age, said.acr), (Some(5), Some(Assurance::Aal1)));
}

#[test]
fn a_max_age_beyond_all_numbers_is_a_long_one() {
    let spa = client(&json!({}));
    for (text, expected) in [
        ("4294967296", 4_294_967_296),
        ("0000000000000000000000000060", 60),
        ("99999999999999999999999999", i64::MAX),
    ] {
        assert_eq!(run(&[("max_age", text)], &spa).expect("fine").max_age, Some(expected));
    }
}
