//! Who a request is from: by an access token, an API key, HTTP Basic, or the cookie of a session at the site.

use std::sync::Arc;

use http::{HeaderMap, header};
use uuid::Uuid;

use super::{basic, bearer, question::Question, session};
use crate::{
    access::{
        api_key::ApiKey,
        principal::{Principal, Subject},
    },
    app::App,
    audit::Origin,
    clock::Timestamp,
    oauth::{Code, Error, api_key, entitled, subject},
    replica::PrincipalError,
    storage,
    tokens::{access::Holds, api_key::ApiKeySecret},
};

/// The header that API keys come in, if not in `Authorization`.
pub const API_KEY: &str = "x-api-key";

/// By what someone is known.
#[derive(Clone, Debug)]
pub enum Credential {
    /// The cookie of a session at the site.
    Session,
    /// An access token.
    Token,
    /// An API key, and when it ends because another one takes its place.
    ApiKey(Arc<ApiKey>, Option<Timestamp>),
    /// A client's secret, by HTTP Basic.
    Basic,
}

impl Credential {
    /// What policies call it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::ApiKey(..) => "api_key",
            Self::Basic => "basic",
        }
    }
}

/// How and when a person proved who they are.
#[derive(Clone, Debug)]
pub struct Authentication {
    /// When.
    pub time: Timestamp,
    /// How surely.
    pub acr: String,
    /// By which means.
    pub amr: Vec<String>,
}

/// Someone who is known.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Who.
    pub subject: Subject,
    /// With what they hold.
    pub principal: Arc<Principal>,
    /// By what.
    pub credential: Credential,
    /// The `sub` that the site knows them by.
    pub sub: String,
    /// The client that asks on their behalf.
    pub client_id: String,
    /// Whether browsers send the credential along by themselves, for whoever has them ask.
    pub is_ambient: bool,
    /// Whether roles leave anything of the site's resource.
    pub is_entitled: bool,
    /// For what: as far as roles permit it now.
    pub scopes: Vec<String>,
    /// What the site's resource is told that they hold.
    pub holds: Holds,
    /// The grant, or the API key, that it stands on.
    pub grant: Option<Uuid>,
    /// How a person proved who they are, if one did.
    pub authentication: Option<Authentication>,
    /// When the credential ends.
    pub until: Option<Timestamp>,
}

/// Why it is not known who a request is from.
#[derive(Debug)]
pub enum Unknown {
    /// There is nothing to know them by.
    Nothing,
    /// What there is is no good.
    Invalid(Error),
    /// Signet cannot answer.
    Failed(Error),
}

impl From<Error> for Unknown {
    fn from(error: Error) -> Self {
        match error.code {
            Code::ServerError | Code::TemporarilyUnavailable => Self::Failed(error),
            _ => Self::Invalid(error),
        }
    }
}

impl From<storage::Error> for Unknown {
    fn from(error: storage::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Identity {
    /// Whether what a person allowed has this scope.
    #[must_use]
    pub fn opens(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    /// Who a request is from.
    pub async fn of(
        app: &App,
        question: &Question,
        headers: &HeaderMap,
        origin: &Origin,
    ) -> Result<Self, Unknown> {
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        let keys = headers.get_all(API_KEY);
        let (first, more) = (given.next(), given.next().is_some());
        if more || keys.iter().count() + usize::from(first.is_some()) > 1 {
            return Err(Error::invalid_request("there is more than one credential").into());
        }
        if let Some(key) = keys.iter().next() {
            let text = key.to_str().map_err(|_| bad_key(app, "malformed", origin))?;
            return of_api_key(app, question, text, origin).await;
        }
        let Some(value) = first else { return session::identity(app, question, headers).await };
        let malformed = || Unknown::from(Error::invalid_request("the credential is malformed"));
        let (scheme, text) = value
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .map(|(scheme, text)| (scheme, text.trim_start_matches(' ')))
            .ok_or_else(malformed)?;
        if scheme.eq_ignore_ascii_case("bearer") {
            if ApiKeySecret::looks_like(text) {
                return of_api_key(app, question, text, origin).await;
            }
            return bearer::identity(app, question, text).await;
        }
        if scheme.eq_ignore_ascii_case("basic") && basic::is_taken(question) {
            let identity = basic::identity(app, question, text, origin).await?;
            return Ok(Self { is_ambient: true, ..identity });
        }
        Err(Error::invalid_request("credentials of this kind are not taken here").into())
    }
}

/// Whose key it is, if it is good for the site's resource.
pub(super) async fn of_api_key(
    app: &App,
    question: &Question,
    text: &str,
    origin: &Origin,
) -> Result<Identity, Unknown> {
    let refused = |reason| Err(bad_key(app, reason, origin));
    let Some(secret) = ApiKeySecret::parse(text) else { return refused("malformed") };
    let Some(key) = api_key::find_counted(app, &secret, origin.address).await? else {
        return refused("unknown");
    };
    if question.site().resource.as_ref() != Some(&key.resource) {
        return refused("resource");
    }
    let presented = match api_key::check(app, key, origin.address, None).await? {
        Ok(presented) => presented,
        Err(refusal) => return refused(refusal.name()),
    };
    let (key, allowed) = (presented.key, presented.allowed);
    let client_id = api_key::client_id(&key);
    let subject = key.owner.clone();
    let grant = Some(key.id);
    let credential = Credential::ApiKey(key, allowed.sunset);
    let known =
        Known { subject, credential, client_id, grant, authentication: None, until: allowed.until };
    known.with(app, question, allowed.scopes).await
}

/// One answer for all that may be wrong with a key: whoever presents it need not be its owner.
fn bad_key(app: &App, reason: &'static str, origin: &Origin) -> Unknown {
    api_key::note_refusal(app, reason, origin);
    let description = "the API key is malformed, unknown, over, revoked, or not good here";
    Unknown::Invalid(Error::new(Code::InvalidToken, description))
}

/// Someone who is known, without what they hold.
pub(super) struct Known {
    pub subject: Subject,
    pub credential: Credential,
    pub client_id: String,
    pub grant: Option<Uuid>,
    pub authentication: Option<Authentication>,
    pub until: Option<Timestamp>,
}

impl Known {
    /// With what they hold, and what roles leave of these scopes. Whoever is disabled by now is no one.
    pub(super) async fn with(
        self,
        app: &App,
        question: &Question,
        scopes: Vec<String>,
    ) -> Result<Identity, Unknown> {
        let invalid = || Unknown::Invalid(Error::new(Code::InvalidToken, "whoever it was is gone"));
        let principal = match app.replica.principal(&self.subject, app.clock.now()).await {
            Ok(principal) => principal.ok_or_else(invalid)?,
            Err(PrincipalError::Storage(error)) => return Err(error.into()),
            Err(error) => {
                tracing::error!(%error, subject = %self.subject, "nothing can be decided about them");
                return Err(Unknown::Failed(Error::server_error()));
            }
        };
        let resources: Vec<String> = question.site().resource.iter().cloned().collect();
        let catalogue = app.replica.resources();
        let whom = || self.subject.clone();
        let entitled = entitled::of(app, &catalogue, whom, &scopes, &resources).await?;
        // Nothing of what it was for is left, as introspection would say.
        let is_entitled = resources.is_empty() || !entitled.resources.is_empty();
        let is_session = matches!(self.credential, Credential::Session);
        if !is_entitled && !is_session {
            let description = "roles permit nothing of what the credential was for";
            return Err(Unknown::Invalid(Error::new(Code::InvalidToken, description)));
        }
        let (scopes, holds) = (entitled.scopes.to_vec(), entitled.holds.clone());
        // By the name that the site knows them by, whatever the credential calls them.
        let sub = match &self.subject {
            Subject::User(id) => subject::of(app, &question.client, *id),
            Subject::Client(id) => id.clone(),
        };
        let Self { subject, credential, client_id, grant, authentication, until } = self;
        Ok(Identity {
            subject,
            principal,
            credential,
            sub,
            client_id,
            is_ambient: is_session,
            is_entitled,
            scopes,
            holds,
            grant,
            authentication,
            until,
        })
    }
}
