//! HTTP Basic (RFC 7617) for tools that know nothing else: with an API key as an application's own password, or as a client
//! with its secret. Never with a person's password, which a second factor may stand beside.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    identity::{self, Credential, Identity, Known, Unknown},
    question::Question,
};
use crate::{
    access::principal::{Principal, Subject},
    app::App,
    audit::{Kind, Origin, Refused},
    identity::throttle,
    oauth::{Code, Error},
    registry::client::AuthMethod,
    tokens::{api_key::ApiKeySecret, secret::ClientSecret},
};

/// Whether a site takes it: only where what is in it is not read on the way.
#[must_use]
pub fn is_taken(question: &Question) -> bool {
    question.site().basic && question.is_https()
}

/// Who a request is from.
pub(super) async fn identity(
    app: &App,
    question: &Question,
    text: &str,
    origin: &Origin,
) -> Result<Identity, Unknown> {
    let malformed = || Unknown::from(Error::invalid_request("the credential is malformed"));
    let decoded = BASE64_STANDARD.decode(text).map_err(|_| malformed())?;
    let pair = String::from_utf8(decoded).map_err(|_| malformed())?;
    let (user, password) = pair.split_once(':').ok_or_else(malformed)?;
    // RFC 7617 §2.
    if pair.contains(char::is_control) {
        return Err(malformed());
    }
    if ApiKeySecret::looks_like(password) {
        let found = identity::of_api_key(app, question, password, origin).await?;
        // The key says whose it is. A name that is another's is a slip, or worse.
        return if is_name_of(user, &found.subject, &found.principal) {
            Ok(found)
        } else {
            Err(wrong())
        };
    }
    of_client(app, question, user, password, origin).await
}

fn wrong() -> Unknown {
    Unknown::Invalid(Error::new(Code::InvalidToken, "the user name or password is wrong"))
}

/// Whether it is what someone goes by: a person's e-mail address, user name or id, or a client's id.
fn is_name_of(name: &str, subject: &Subject, principal: &Principal) -> bool {
    let said = |attribute: &str| principal.known.get(attribute).and_then(serde_json::Value::as_str);
    let same = |own: &str| own.eq_ignore_ascii_case(name);
    match subject {
        Subject::User(id) => {
            same(&id.to_string())
                || said("email").is_some_and(same)
                || said("username").is_some_and(same)
        }
        Subject::Client(id) => id == name,
    }
}

/// A client by its secret: one that authenticates that way, and may ask for tokens of its own at the site's resource.
async fn of_client(
    app: &App,
    question: &Question,
    client_id: &str,
    secret: &str,
    origin: &Origin,
) -> Result<Identity, Unknown> {
    use crate::registry::client::GrantType::ClientCredentials;

    // What is no secret of ours, such as someone's password, is not looked for.
    let Some(secret) = ClientSecret::parse(secret) else { return Err(wrong()) };
    let client = app.replica.client(client_id).await?;
    let resource = question.site().resource.as_deref();
    let proven = client.filter(|client| {
        let metadata = &client.metadata;
        !metadata.disabled
            && metadata.token_endpoint_auth_method == AuthMethod::ClientSecretBasic
            && client.may(ClientCredentials)
            && resource.is_some_and(|resource| metadata.resources.iter().any(|own| own == resource))
            && client.has_secret(&secret.digest())
    });
    let Some(client) = proven else {
        let counters = throttle::basic(&app.config.sign_in, origin.address);
        let until = throttle::count(app, &counters).await?.until;
        let method = Some("client_secret_basic");
        let refused = Refused { kind: Kind::ClientRefused, client_id: None, method, reason: None };
        app.audit.refused(refused, origin);
        return Err(match until {
            None => wrong(),
            Some(_) => Unknown::Failed(Error::new(
                Code::TemporarilyUnavailable,
                "too many wrong passwords came from this address: wait",
            )),
        });
    };
    let catalogue = app.replica.resources();
    let at = resource.and_then(|resource| catalogue.get(resource));
    let scopes = client.metadata.scopes.iter();
    let scopes = scopes.filter(|name| at.is_some_and(|at| at.has_scope(name))).cloned().collect();
    drop(catalogue);
    let known = Known {
        subject: Subject::Client(client.id.to_string()),
        credential: Credential::Basic,
        client_id: client.id.to_string(),
        grant: None,
        authentication: None,
        until: None,
    };
    known.with(app, question, scopes).await
}
