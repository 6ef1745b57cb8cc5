//! The checks of an authorization request, in order, each where its specification has it. The first two decide where
//! the answer may go; what fails before is shown to the person and sent nowhere (RFC 6749 §4.1.2.1).

use super::{
    claims::ClaimsRequest,
    request::{AuthorizationRequest, Prompt, ResponseMode, ReturnAddress},
};
use crate::{
    identity::proof::Assurance,
    keys::{KeySet, signing::Type},
    oauth::{Code, Error, target::Target},
    registry::{
        client::{Client, GrantType},
        redirect_uri::Matched,
        scope,
    },
    replica::Catalogue,
    tokens::{id::IdClaims, jws},
    web::params::Params,
};

/// What tells our own tokens from others.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// Our keys.
    pub keys: &'a KeySet,
    /// Our issuer identifier.
    pub issuer: &'a str,
}

/// How a request fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Redirecting would be unsafe: the person is told.
    Unsafe(Error),
    /// The client is told.
    Safe(Box<ReturnAddress>, Error),
}

/// Checks everything about a request that the person has no part in.
pub fn check(
    params: &Params,
    client: Option<&Client>,
    catalogue: &Catalogue,
    own: Own<'_>,
) -> Result<AuthorizationRequest, Failure> {
    let client = client_is_known(client).map_err(Failure::Unsafe)?;
    let redirect_uri = redirect_uri(params, client).map_err(Failure::Unsafe)?;
    let return_address = ReturnAddress {
        client_id: client.id.to_string(),
        redirect_uri,
        // If it is the mode that is wrong, the error goes by the default one.
        response_mode: response_mode(params).unwrap_or_default(),
        state: params.get("state").map(str::to_owned),
    };
    rest(params, client, catalogue, own, &return_address)
        .map_err(|error| Failure::Safe(Box::new(return_address), error))
}

fn rest(
    params: &Params,
    client: &Client,
    catalogue: &Catalogue,
    own: Own<'_>,
    return_address: &ReturnAddress,
) -> Result<AuthorizationRequest, Error> {
    params.check_unique()?;
    response_type(params)?;
    response_mode(params)?;
    client_may_use_codes(client)?;
    nothing_unsupported(params)?;
    let prompts = prompts(params)?;
    let max_age = max_age(params, client)?;
    let subject_hint = id_token_hint(params, client, own)?;
    let code_challenge = code_challenge(params, client)?;
    let target = Target::resolve(
        client,
        catalogue,
        params.get("scope"),
        params.all("resource"),
        GrantType::AuthorizationCode,
    )?;
    let claims = claims(params, client, &target, subject_hint.as_deref())?;
    Ok(AuthorizationRequest {
        return_address: return_address.clone(),
        redirect_uri_named: params.get("redirect_uri").is_some(),
        scopes: target.scopes,
        resources: target.resources,
        code_challenge,
        nonce: params.get("nonce").map(str::to_owned),
        prompts,
        max_age,
        acr: claims.acr.first().copied().or_else(|| acr_values(params, client)),
        login_hint: params.get("login_hint").map(str::to_owned),
        subject_hint,
        claims,
    })
}

/// RFC 6749 §4.1.2.1: a client that does not exist cannot be answered.
fn client_is_known(client: Option<&Client>) -> Result<&Client, Error> {
    client
        .filter(|client| !client.metadata.disabled)
        .ok_or_else(|| Error::invalid_request("client_id is missing, given twice or unknown"))
}

/// RFC 6749 §3.1.2.3, RFC 9700 §2.1: exactly a registered one. It may be left out if there is only one, but not by
/// OpenID Connect clients (Core §3.1.2.1).
fn redirect_uri(params: &Params, client: &Client) -> Result<Matched, Error> {
    let mut given = params.all("redirect_uri");
    match (given.next(), given.next()) {
        (Some(presented), None) => client.match_redirect_uri(presented).ok_or_else(|| {
            Error::invalid_request("redirect_uri is not one of those registered for this client")
        }),
        (Some(_), Some(_)) => Err(Error::invalid_request("redirect_uri is there more than once")),
        (None, _) => match client.metadata.redirect_uris.as_slice() {
            [only] if !asks_for_openid(params) => Ok(only.as_matched()),
            _ => Err(Error::invalid_request("redirect_uri is missing")),
        },
    }
}

fn asks_for_openid(params: &Params) -> bool {
    params.all("scope").any(|text| text.split(' ').any(|name| name == scope::OPENID))
}

/// RFC 6749 §3.1.1. The implicit and hybrid types are not offered (RFC 9700 §2.1.2).
fn response_type(params: &Params) -> Result<(), Error> {
    match params.require("response_type")? {
        "code" => Ok(()),
        _ => Err(Error::new(
            Code::UnsupportedResponseType,
            "only the response type code is supported",
        )),
    }
}

/// OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode.
fn response_mode(params: &Params) -> Result<ResponseMode, Error> {
    match params.get("response_mode") {
        None | Some("query") => Ok(ResponseMode::Query),
        Some("form_post") => Ok(ResponseMode::FormPost),
        Some(_) => Err(Error::invalid_request("response_mode must be query or form_post")),
    }
}

fn client_may_use_codes(client: &Client) -> Result<(), Error> {
    if client.may(GrantType::AuthorizationCode) {
        return Ok(());
    }
    Err(Error::new(Code::UnauthorizedClient, "the client is not registered for authorization_code"))
}

/// OpenID Connect Core §3.1.2.6: what is not supported has an error of its own.
fn nothing_unsupported(params: &Params) -> Result<(), Error> {
    for (name, code) in [
        ("request", Code::RequestNotSupported),
        ("request_uri", Code::RequestUriNotSupported),
        ("registration", Code::RegistrationNotSupported),
    ] {
        if params.get(name).is_some() {
            return Err(Error::new(code, format!("{name} is not supported")));
        }
    }
    Ok(())
}

/// OpenID Connect Core §3.1.2.1: `none` stands alone.
fn prompts(params: &Params) -> Result<Vec<Prompt>, Error> {
    let mut prompts = Vec::new();
    let words = params.get("prompt").unwrap_or_default().split(' ');
    for word in words.filter(|word| !word.is_empty()) {
        prompts.push(match word {
            "none" => Prompt::None,
            "login" => Prompt::Login,
            "consent" => Prompt::Consent,
            "select_account" => Prompt::SelectAccount,
            _ => {
                return Err(Error::invalid_request(
                    "prompt must be none, login, consent or select_account",
                ));
            }
        });
    }
    if prompts.contains(&Prompt::None) && prompts.len() > 1 {
        return Err(Error::invalid_request("prompt none stands alone"));
    }
    Ok(prompts)
}

/// OpenID Connect Core §3.1.2.1: whole seconds; without it what the client registered (Registration §2).
fn max_age(params: &Params, client: &Client) -> Result<Option<i64>, Error> {
    let Some(text) = params.get("max_age") else {
        return Ok(client.metadata.about.default_max_age.map(i64::from));
    };
    match text.parse::<u32>() {
        Ok(seconds) if text.bytes().all(|c| c.is_ascii_digit()) => Ok(Some(seconds.into())),
        _ => Err(Error::invalid_request("max_age must be a number of seconds")),
    }
}

/// OpenID Connect Core §3.1.2.1: an ID token of ours, issued to this client, of whatever age.
fn id_token_hint(params: &Params, client: &Client, own: Own<'_>) -> Result<Option<String>, Error> {
    let Some(hint) = params.get("id_token_hint") else { return Ok(None) };
    jws::verify(own.keys, own.issuer, Type::Id, hint)
        .filter(|claims: &IdClaims| claims.aud == *client.id)
        .map(|claims| Some(claims.sub))
        .ok_or_else(|| {
            Error::invalid_request(
                "id_token_hint is no ID token that was issued here to this client",
            )
        })
}

/// OpenID Connect Core §5.5. Without the scope `openid` it means nothing.
fn claims(
    params: &Params,
    client: &Client,
    target: &Target,
    hinted: Option<&str>,
) -> Result<ClaimsRequest, Error> {
    let openid = target.scopes.iter().any(|name| name == scope::OPENID);
    let Some(text) = params.get("claims").filter(|_| openid) else {
        return Ok(ClaimsRequest::default());
    };
    let claims = ClaimsRequest::parse(text, client)?;
    let asked = &claims.subjects;
    if hinted.is_some_and(|hinted| !asked.is_empty() && !asked.iter().any(|sub| sub == hinted)) {
        return Err(Error::invalid_request("claims and id_token_hint are about different people"));
    }
    Ok(claims)
}

/// OpenID Connect Core §3.1.2.1, RFC 9470 §4: in the order of preference. What is not known here is passed over.
/// Without it what the client registered (OpenID Connect Registration §2).
fn acr_values(params: &Params, client: &Client) -> Option<Assurance> {
    let Some(values) = params.get("acr_values") else {
        return client
            .metadata
            .about
            .default_acr_values
            .iter()
            .find_map(|value| value.parse().ok());
    };
    values.split(' ').find_map(|value| value.parse().ok())
}

/// RFC 7636 §4.3, §4.4.1; `plain` is not offered (RFC 9700 §2.1.1).
fn code_challenge(params: &Params, client: &Client) -> Result<Option<String>, Error> {
    let method = params.get("code_challenge_method");
    let Some(challenge) = params.get("code_challenge") else {
        if method.is_some() {
            return Err(Error::invalid_request(
                "code_challenge_method is there without code_challenge",
            ));
        }
        if client.needs_pkce() {
            return Err(Error::invalid_request(
                "code_challenge is missing: this client must use PKCE",
            ));
        }
        return Ok(None);
    };
    if method != Some("S256") {
        return Err(Error::invalid_request("code_challenge_method must be S256"));
    }
    // base64url of a SHA-256: 43 characters.
    let base64url = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
    if challenge.len() != 43 || !challenge.bytes().all(base64url) {
        return Err(Error::invalid_request("code_challenge is no S256 challenge"));
    }
    Ok(Some(challenge.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, LazyLock};

    use serde_json::{Value, json};

    use super::*;
    use crate::{
        clock::Timestamp,
        keys::{
            Entry,
            signing::{Algorithm, SigningKey},
        },
        registry::resource::Resource,
        storage::{clients::ClientRow, resources::ResourceRow},
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
        check(&params, Some(client), &catalogue(), Own { keys: &keys, issuer: ISSUER })
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
            RequestNotSupported, RequestUriNotSupported, UnsupportedResponseType,
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
            (&[("response_mode", "fragment")], told_client(InvalidRequest)),
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
            (&[("prompt", "create")], told_client(InvalidRequest)),
            (&[("max_age", "0")], Ok(())),
            (&[("max_age", "-1")], told_client(InvalidRequest)),
            (&[("max_age", "+1")], told_client(InvalidRequest)),
            (&[("max_age", "1.5")], told_client(InvalidRequest)),
            (&[("request", "eyJ")], told_client(RequestNotSupported)),
            (&[("request_uri", "urn:x")], told_client(RequestUriNotSupported)),
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
        assert!(
            run(&[], &client(&exempt)).expect("fine").code_challenge.is_some(),
            "used if there"
        );
    }

    #[test]
    fn a_client_that_is_unknown_or_disabled_is_not_answered() {
        let params =
            Params::parse(b"client_id=x&redirect_uri=https://app.example/cb").expect("parses");
        let own = Own { keys: &KeySet::default(), issuer: ISSUER };
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
        let client =
            client(&json!({ "default_max_age": 60, "default_acr_values": ["gold", "aal2"] }));
        let asked = run(&[], &client).expect("fine");
        assert_eq!((asked.max_age, asked.acr), (Some(60), Some(Assurance::Aal2)));
        let said = run(&[("max_age", "5"), ("acr_values", "aal1")], &client).expect("fine");
        assert_eq!((said.max_age, said.acr), (Some(5), Some(Assurance::Aal1)));
    }
}
