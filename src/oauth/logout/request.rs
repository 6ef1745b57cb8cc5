//! A logout request (OpenID Connect RP-Initiated Logout 1.0 §2): what it says, whether that is right, and what follows.

use crate::{
    oauth::{
        Error,
        id_token_hint::{self, Own},
    },
    registry::{client::Client, redirect_uri::Matched},
    web::params::Params,
};

/// Whom an ID token is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The client that has it.
    pub client_id: String,
    /// The person.
    pub subject: String,
    /// The session, as that client knows it.
    pub session: String,
}

/// The `id_token_hint`: an ID token of ours, whichever client's.
pub fn hint(params: &Params, own: Own<'_>) -> Result<Option<Hint>, Error> {
    let Some(token) = params.get("id_token_hint") else { return Ok(None) };
    id_token_hint::read(token, own)
        .map(|claims| {
            Some(Hint { client_id: claims.aud, subject: claims.sub, session: claims.sid })
        })
        .ok_or_else(|| Error::invalid_request("id_token_hint is no ID token that was issued here"))
}

/// The client that asks: by the hint, by `client_id`, or by both, which then have to say the same.
pub fn client_id<'a>(params: &'a Params, hint: Option<&'a Hint>) -> Result<Option<&'a str>, Error> {
    let hinted = hint.map(|hint| hint.client_id.as_str());
    match (params.get("client_id"), hinted) {
        (Some(named), Some(hinted)) if named != hinted => {
            Err(Error::invalid_request("id_token_hint was issued to another client than client_id"))
        }
        (named, hinted) => Ok(named.or(hinted)),
    }
}

/// Where the person goes on: exactly one of the URIs that the client is registered with (§3). Without a client there is no
/// telling, and they go nowhere.
pub fn destination(params: &Params, client: Option<&Client>) -> Result<Option<Matched>, Error> {
    let (Some(presented), Some(client)) = (params.get("post_logout_redirect_uri"), client) else {
        return Ok(None);
    };
    client.match_post_logout_redirect_uri(presented).map(Some).ok_or_else(|| {
        Error::invalid_request(
            "post_logout_redirect_uri is not one of those registered for this client",
        )
    })
}

/// The session that is signed in, as the client of a request knows it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Its `sid`, if the request names a client.
    pub sid: Option<String>,
    /// Its person, likewise.
    pub subject: Option<String>,
}

/// What a request leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// No one is signed in.
    GoOn,
    /// The client has shown that it means this very session.
    SignOut,
    /// Anyone can send a browser here, so that its person is asked (§2).
    Ask,
}

/// Decides whether the person has to be asked. They need not be where the hint names the session that is signed in: it was
/// given to the client in that session. With a hint of another session, or person, they may want to stay.
pub fn step(hint: Option<&Hint>, session: Option<&Known>) -> Step {
    let Some(session) = session else { return Step::GoOn };
    let same = hint.is_some_and(|hint| {
        Some(&hint.session) == session.sid.as_ref()
            && Some(&hint.subject) == session.subject.as_ref()
    });
    if same { Step::SignOut } else { Step::Ask }
}

/// Whether this browser had the session of the hint, by the `sid` that the cookie which it still has stands for: no link
/// brings that about.
pub fn was_here(hint: Option<&Hint>, sid: Option<&str>) -> bool {
    hint.zip(sid).is_some_and(|(hint, sid)| hint.session == sid)
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::{
        clock::Timestamp,
        keys::{
            Entry, KeySet, Lifetimes,
            signing::{Algorithm, SigningKey, Type},
        },
        storage::clients::ClientRow,
        tokens::jws,
    };

    const ISSUER: &str = "https://id.example";
    const DAY: Duration = Duration::from_hours(24);
    const LIFETIMES: Lifetimes = Lifetimes { rotation: DAY, lead: DAY, token: DAY };

    fn key() -> Arc<SigningKey> {
        let pkcs8 = SigningKey::generate(Algorithm::EdDsa).expect("a key");
        Arc::new(SigningKey::from_pkcs8(Algorithm::EdDsa, &pkcs8).expect("its bytes"))
    }

    fn params(pairs: &[(&str, &str)]) -> Params {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        Params::parse_unique(query.as_bytes()).expect("parses")
    }

    fn claims(changes: &Value) -> Value {
        let mut claims = json!({
            "iss": ISSUER, "sub": "person", "aud": "spa", "exp": 900, "iat": 0, "auth_time": 0,
            "acr": "aal1", "amr": ["pwd"], "sid": "session", "at_hash": "h",
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        claims
    }

    #[test]
    fn a_hint_is_an_id_token_of_ours_of_whatever_age() {
        let (former, present) = (key(), key());
        let entry = |key: &Arc<SigningKey>, generation, seconds| Entry {
            key: Arc::clone(key),
            generation,
            active_from: Timestamp::from_unix_timestamp(seconds).expect("in range"),
        };
        let keys = KeySet::new(vec![entry(&former, 1, 0), entry(&present, 2, 5000)]);
        let own = Own { keys: &keys, lifetimes: LIFETIMES, issuer: ISSUER };
        let late = json!({ "iat": 9000, "exp": 9900 });
        for (name, token, fine) in [
            ("right", jws::sign(&present, Type::Id, &claims(&json!({}))), true),
            ("of a former key", jws::sign(&former, Type::Id, &claims(&json!({}))), true),
            ("of a former key, later", jws::sign(&former, Type::Id, &claims(&late)), false),
            ("of the present key, later", jws::sign(&present, Type::Id, &claims(&late)), true),
            ("of another key", jws::sign(&key(), Type::Id, &claims(&json!({}))), false),
            ("an access token", jws::sign(&present, Type::Access, &claims(&json!({}))), false),
            (
                "of another issuer",
                jws::sign(&present, Type::Id, &claims(&json!({ "iss": "https://evil.example" }))),
                false,
            ),
            ("nonsense", "nonsense".to_owned(), false),
        ] {
            let read = hint(&params(&[("id_token_hint", &token)]), own);
            assert_eq!(read.is_ok(), fine, "{name}");
            if let Ok(read) = read {
                let expected = Hint {
                    client_id: "spa".to_owned(),
                    subject: "person".to_owned(),
                    session: "session".to_owned(),
                };
                assert_eq!(read, Some(expected), "{name}");
            }
        }
        assert_eq!(hint(&params(&[]), own), Ok(None));
    }

    #[test]
    fn the_client_is_known_by_its_hint_or_by_its_id_and_they_agree() {
        let hint =
            Hint { client_id: "spa".to_owned(), subject: String::new(), session: String::new() };
        let id = |pairs: &[(&str, &str)], hint| {
            client_id(&params(pairs), hint).map(|id| id.map(str::to_owned)).map_err(|_| ())
        };
        assert_eq!(id(&[], None), Ok(None));
        assert_eq!(id(&[("client_id", "web")], None), Ok(Some("web".to_owned())));
        assert_eq!(id(&[], Some(&hint)), Ok(Some("spa".to_owned())));
        assert_eq!(id(&[("client_id", "spa")], Some(&hint)), Ok(Some("spa".to_owned())));
        assert_eq!(id(&[("client_id", "web")], Some(&hint)), Err(()));
    }

    #[test]
    fn a_person_goes_on_to_registered_uris_only() {
        let metadata = json!({
            "client_name": "Test", "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code"], "redirect_uris": ["https://app.example/cb"],
            "post_logout_redirect_uris": ["https://app.example/out"],
        });
        let row = ClientRow { client_id: "spa".to_owned(), metadata, secrets: Vec::new() };
        let client = Client::from_row(row).expect("a client");
        let to = |uri: &str, client| {
            let to = destination(&params(&[("post_logout_redirect_uri", uri)]), client);
            to.map(|to| to.map(|uri| uri.as_str().to_owned())).map_err(|_| ())
        };
        let out = "https://app.example/out";
        assert_eq!(to(out, Some(&client)), Ok(Some(out.to_owned())));
        assert_eq!(to(out, None), Ok(None), "whose it is cannot be known");
        assert_eq!(to("", Some(&client)), Ok(None));
        for other in ["https://app.example/out?a=1", "https://app.example/cb", "//evil.example"] {
            assert_eq!(to(other, Some(&client)), Err(()), "{other}");
        }
    }

    #[test]
    fn only_a_hint_of_the_session_that_is_there_spares_the_question() {
        let (session, person) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let row = Known { sid: Some(session.to_string()), subject: Some(person.to_string()) };
        let hint = |person: Uuid, session: Uuid| Hint {
            client_id: "spa".to_owned(),
            subject: person.to_string(),
            session: session.to_string(),
        };
        let other = Uuid::from_u128(3);
        for (hint, there, expected) in [
            (None, None, Step::GoOn),
            (Some(hint(person, session)), None, Step::GoOn),
            (None, Some(&row), Step::Ask),
            (Some(hint(person, session)), Some(&Known::default()), Step::Ask),
            (Some(hint(person, session)), Some(&row), Step::SignOut),
            (Some(hint(person, other)), Some(&row), Step::Ask),
            (Some(hint(other, session)), Some(&row), Step::Ask),
        ] {
            assert_eq!(step(hint.as_ref(), there), expected, "{hint:?}");
        }
    }
}
