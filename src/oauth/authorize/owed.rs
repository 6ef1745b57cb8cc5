//! What a person still owes a request: sign-in, a choice of account, consent, or nothing. Decided from values alone.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::request::{AuthorizationRequest, Prompt};
use crate::{
    clock::Timestamp,
    config::Mfa,
    identity::proof::Assurance,
    oauth::Code,
    registry::{about::Consent, claim, client::Client, scope},
    replica::Catalogue,
    storage::sessions::SessionRow,
};

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owed {
    /// To prove who they are: for the first time, or again.
    SignIn,
    /// To prove it more surely than they did: what is missing is a second factor (RFC 9470).
    SecondFactor,
    /// To choose an account.
    SelectAccount,
    /// To allow what was not allowed before.
    Consent,
    /// Nothing that they could give: their roles and policies permit nothing of what is asked for.
    NotPermitted,
    /// To be told that a policy does not let them sign in to this client, or be known to it.
    Refusal,
    /// Nothing: the client gets its answer.
    Nothing,
}

impl Owed {
    /// The error of a client that wants nothing asked (OpenID Connect Core §3.1.2.6).
    #[must_use]
    pub fn error(&self) -> Option<Code> {
        match self {
            // Accounts are selected at the client's wish alone, and `none` goes with no other: its code is not needed.
            Self::SignIn | Self::SecondFactor | Self::SelectAccount => Some(Code::LoginRequired),
            Self::Consent => Some(Code::ConsentRequired),
            Self::NotPermitted | Self::Refusal => Some(Code::AccessDenied),
            Self::Nothing => None,
        }
    }
}

/// What happened within a request so far.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// When the request arrived.
    pub started_at: Timestamp,
    /// The session in which an account was chosen.
    pub selected_by: Option<Uuid>,
    /// The session in which consent was given.
    pub consented_by: Option<Uuid>,
}

/// Scopes that a person allowed a client, by resource; the empty resource stands for Signet itself.
pub type Consents = BTreeMap<String, Vec<String>>;

/// Decides what is owed. The session comes with the subject that its person has at the client.
#[must_use]
pub fn owed(
    request: &AuthorizationRequest,
    client: &Client,
    catalogue: &Catalogue,
    session: Option<(&SessionRow, &str)>,
    consents: &Consents,
    progress: Progress,
    now: Timestamp,
) -> Owed {
    let Some((session, subject)) = session else { return Owed::SignIn };
    // OpenID Connect Core §3.1.2.2, §5.5.1: no answer is about another person than the one of the id_token_hint, or of the
    // `sub` that was asked for.
    if !request.accepts(subject) {
        return Owed::SignIn;
    }
    // A sign-in since the request arrived answers every demand for one.
    let fresh = session.auth_time >= progress.started_at;
    // Choosing comes before proving: whoever takes another account proves that one.
    if request.prompts_for(Prompt::SelectAccount)
        && !fresh
        && progress.selected_by != Some(session.id)
    {
        return Owed::SelectAccount;
    }
    let age = now.unix_timestamp() - session.auth_time.unix_timestamp();
    let too_old = request.max_age.is_some_and(|max_age| age >= max_age.max(1) || max_age == 0);
    if !fresh && (request.prompts_for(Prompt::Login) || too_old) {
        return Owed::SignIn;
    }
    if session.acr.parse().unwrap_or(Assurance::Aal1) < demanded(request, client, session) {
        return Owed::SecondFactor;
    }
    let agreed = progress.consented_by == Some(session.id);
    let must_ask = request.prompts_for(Prompt::Consent)
        || may_be_another(request, client)
        || client.metadata.about.consent == Consent::EachTime
        || (!client.metadata.first_party && !covers(consents, &needed(request, catalogue)));
    if must_ask && !agreed {
        return Owed::Consent;
    }
    Owed::Nothing
}

/// How surely the person of a session has to have proved who they are, by what the client and this request demand. What is
/// demanded of the person anyway was when they signed in.
fn demanded(request: &AuthorizationRequest, client: &Client, session: &SessionRow) -> Assurance {
    let by_client = match client.metadata.mfa {
        Some(Mfa::Always) => Assurance::Aal2,
        Some(Mfa::WhenEnrolled) if session.second_factor => Assurance::Aal2,
        _ => Assurance::Aal1,
    };
    by_client.max(request.acr.unwrap_or(Assurance::Aal1))
}

/// Whether any program on the person's machine can have made this request as well as the client: nothing authenticates it,
/// and the answer goes to whichever listens there (RFC 8252 §8.6, RFC 6749 §10.2).
fn may_be_another(request: &AuthorizationRequest, client: &Client) -> bool {
    client.is_public()
        && request.return_address.redirect_uri.is_native()
        && !client.metadata.unsafe_silent_native
}

/// What a request asks for, as `(resource, scope)`: each scope at each resource that understands it, and an empty scope
/// for the fact of being signed in at all, and for a token that each resource accepts whatever its scopes.
#[must_use]
pub fn needed(request: &AuthorizationRequest, catalogue: &Catalogue) -> Vec<(String, String)> {
    let asked = |name: &str| request.scopes.iter().any(|scope| scope == name);
    let mut pairs = vec![(String::new(), String::new())];
    pairs.extend(request.resources.iter().map(|identifier| (identifier.clone(), String::new())));
    for name in &request.scopes {
        if scope::is_identity(name) {
            pairs.push((String::new(), name.clone()));
            continue;
        }
        let resources = request.resources.iter().filter(|identifier| {
            catalogue.get(identifier).is_some_and(|resource| resource.has_scope(name))
        });
        pairs.extend(resources.map(|identifier| (identifier.clone(), name.clone())));
    }
    // Core §5.5: claims that no scope among these opens.
    let claims = request.claims.about_person().filter(|claim| !asked(claim.scope));
    pairs.extend(claims.map(|claim| (String::new(), claim.consent())));
    pairs
}

fn covers(consents: &Consents, needed: &[(String, String)]) -> bool {
    needed.iter().all(|(resource, scope)| {
        let Some(allowed) = consents.get(resource) else { return false };
        // Who allowed a scope allowed each claim that it opens.
        let opened = claim::of_consent(scope).filter(|_| resource.is_empty());
        allowed.contains(scope)
            || opened.is_some_and(|claim| allowed.iter().any(|name| name == claim.scope))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::{Duration, macros::datetime};

    use super::*;
    use crate::{
        oauth::authorize::{
            claims::ClaimsRequest,
            request::{ResponseMode, ReturnAddress},
        },
        registry::resource::Resource,
        storage::{clients::ClientRow, resources::ResourceRow},
    };

    const NOW: Timestamp = datetime!(2030-01-01 12:00 UTC);
    const ARRIVED: Timestamp = datetime!(2030-01-01 11:59 UTC);
    const SESSION: Uuid = Uuid::from_u128(1);
    const PERSON: Uuid = Uuid::from_u128(2);

    fn client(first_party: bool) -> Client {
        let metadata = json!({
            "client_name": "Test", "token_endpoint_auth_method": "none", "first_party": first_party,
            "grant_types": ["authorization_code"], "redirect_uris": ["https://app.example/cb"],
        });
        let row = ClientRow { client_id: "spa".to_owned(), metadata, secrets: Vec::new() };
        Client::from_row(row).expect("a client")
    }

    fn catalogue() -> Catalogue {
        let metadata = json!({ "name": "API", "scopes": [{ "name": "read" }] });
        let row = ResourceRow { identifier: "https://api".to_owned(), metadata };
        Catalogue::new(vec![Resource::from_row(row).expect("a resource")])
    }

    fn request(prompts: &[Prompt], max_age: Option<i64>) -> AuthorizationRequest {
        let redirect_uri = client(false).match_redirect_uri("https://app.example/cb");
        AuthorizationRequest {
            return_address: ReturnAddress {
                client_id: "spa".to_owned(),
                redirect_uri: redirect_uri.expect("registered"),
                response_mode: ResponseMode::Query,
                state: None,
            },
            redirect_uri_named: true,
            scopes: vec!["openid".to_owned(), "read".to_owned()],
            resources: vec!["https://api".to_owned()],
            code_challenge: None,
            nonce: None,
            prompts: prompts.to_vec(),
            max_age,
            acr: None,
            login_hint: None,
            subject_hint: None,
            claims: ClaimsRequest::default(),
        }
    }

    fn session(age: Duration) -> SessionRow {
        SessionRow {
            id: SESSION,
            user_id: PERSON,
            auth_time: NOW - age,
            amr: vec!["pwd".to_owned()],
            acr: "aal1".to_owned(),
            proofs: json!({}),
            second_factor: false,
            email: "alice@example.com".to_owned(),
            username: None,
            name: None,
        }
    }

    fn all() -> Consents {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        BTreeMap::from([
            (String::new(), own(&["", "openid"])),
            ("https://api".to_owned(), own(&["", "read"])),
        ])
    }

    struct Case {
        prompts: &'static [Prompt],
        max_age: Option<i64>,
        age: Duration,
        consents: Consents,
        selected: bool,
        consented: bool,
        first_party: bool,
        hinted: Option<Uuid>,
        scopes: &'static [&'static str],
        claims: &'static [&'static str],
    }

    fn case() -> Case {
        Case {
            prompts: &[],
            max_age: None,
            age: Duration::hours(1),
            consents: all(),
            selected: false,
            consented: false,
            first_party: false,
            hinted: None,
            scopes: &["openid", "read"],
            claims: &[],
        }
    }

    fn decide(case: &Case) -> Owed {
        let progress = Progress {
            started_at: ARRIVED,
            selected_by: case.selected.then_some(SESSION),
            consented_by: case.consented.then_some(SESSION),
        };
        let mut request = request(case.prompts, case.max_age);
        request.subject_hint = case.hinted.map(|person| person.to_string());
        request.scopes = case.scopes.iter().map(|&name| name.to_owned()).collect();
        request.claims.userinfo = case.claims.iter().map(|&name| name.to_owned()).collect();
        owed(
            &request,
            &client(case.first_party),
            &catalogue(),
            Some((&session(case.age), &PERSON.to_string())),
            &case.consents,
            progress,
            NOW,
        )
    }

    #[test]
    fn what_is_owed_follows_from_request_session_and_consent() {
        use Prompt::{Consent, Login, SelectAccount};
        let fresh = Duration::seconds(30);
        let someone_else = Some(Uuid::from_u128(3));
        let with_only = |scope: &str| {
            let mut consents = all();
            consents.insert("https://api".to_owned(), vec![scope.to_owned()]);
            consents
        };
        let without_api = || {
            let mut consents = all();
            consents.remove("https://api");
            consents
        };
        let with_own = |names: &[&str]| {
            let mut consents = all();
            let own = names.iter().map(|&name| name.to_owned());
            consents.entry(String::new()).or_default().extend(own);
            consents
        };
        let email = || Case { claims: &["email"], ..case() };
        let cases = [
            (email(), Owed::Consent),
            (Case { consented: true, ..email() }, Owed::Nothing),
            (Case { first_party: true, ..email() }, Owed::Nothing),
            (Case { consents: with_own(&["claim:email"]), ..email() }, Owed::Nothing),
            (Case { consents: with_own(&["claim:name"]), ..email() }, Owed::Consent),
            (Case { consents: with_own(&["email"]), ..email() }, Owed::Nothing),
            (Case { consents: with_own(&["profile"]), ..email() }, Owed::Consent),
            // One claim of a scope is not all of it.
            (
                Case {
                    consents: with_own(&["claim:email"]),
                    scopes: &["openid", "email"],
                    ..email()
                },
                Owed::Consent,
            ),
            (case(), Owed::Nothing),
            (Case { consents: Consents::new(), ..case() }, Owed::Consent),
            (Case { consents: without_api(), ..case() }, Owed::Consent),
            (Case { consents: with_only(""), ..case() }, Owed::Consent),
            // The audience is a matter of consent too.
            (Case { consents: with_only("read"), ..case() }, Owed::Consent),
            (Case { consents: without_api(), scopes: &["openid"], ..case() }, Owed::Consent),
            (Case { consents: with_only(""), scopes: &["openid"], ..case() }, Owed::Nothing),
            (Case { consents: Consents::new(), first_party: true, ..case() }, Owed::Nothing),
            (Case { consents: Consents::new(), consented: true, ..case() }, Owed::Nothing),
            (Case { prompts: &[Consent], ..case() }, Owed::Consent),
            (Case { prompts: &[Consent], first_party: true, ..case() }, Owed::Consent),
            (Case { prompts: &[Consent], consented: true, ..case() }, Owed::Nothing),
            (Case { prompts: &[Login], ..case() }, Owed::SignIn),
            (Case { prompts: &[Login], age: fresh, ..case() }, Owed::Nothing),
            (Case { prompts: &[Login, Consent], age: fresh, ..case() }, Owed::Consent),
            (Case { max_age: Some(3599), ..case() }, Owed::SignIn),
            (Case { max_age: Some(3601), ..case() }, Owed::Nothing),
            (Case { max_age: Some(0), age: fresh, ..case() }, Owed::Nothing),
            (Case { max_age: Some(0), age: Duration::seconds(61), ..case() }, Owed::SignIn),
            (Case { prompts: &[SelectAccount], ..case() }, Owed::SelectAccount),
            (Case { prompts: &[SelectAccount], selected: true, ..case() }, Owed::Nothing),
            (Case { prompts: &[SelectAccount], age: fresh, ..case() }, Owed::Nothing),
            (Case { prompts: &[SelectAccount, Login], selected: true, ..case() }, Owed::SignIn),
            (Case { hinted: Some(PERSON), ..case() }, Owed::Nothing),
            (
                Case { hinted: Some(PERSON), prompts: &[SelectAccount], ..case() },
                Owed::SelectAccount,
            ),
            (Case { hinted: someone_else, ..case() }, Owed::SignIn),
            (Case { hinted: someone_else, age: fresh, ..case() }, Owed::SignIn),
            (Case { hinted: someone_else, prompts: &[SelectAccount], ..case() }, Owed::SignIn),
            (Case { hinted: someone_else, first_party: true, ..case() }, Owed::SignIn),
        ];
        for (at, (case, expected)) in cases.iter().enumerate() {
            assert_eq!(decide(case), *expected, "case {at}");
        }
    }

    #[test]
    fn no_session_is_a_sign_in() {
        let progress = Progress { started_at: ARRIVED, selected_by: None, consented_by: None };
        let decided =
            owed(&request(&[], None), &client(false), &catalogue(), None, &all(), progress, NOW);
        assert_eq!(decided, Owed::SignIn);
        assert_eq!(decided.error(), Some(Code::LoginRequired));
    }

    #[test]
    fn consent_given_in_another_session_does_not_count() {
        let progress = Progress {
            started_at: ARRIVED,
            selected_by: None,
            consented_by: Some(Uuid::from_u128(9)),
        };
        let decided = owed(
            &request(&[Prompt::Consent], None),
            &client(false),
            &catalogue(),
            Some((&session(Duration::hours(1)), &PERSON.to_string())),
            &all(),
            progress,
            NOW,
        );
        assert_eq!(decided, Owed::Consent);
    }
}
