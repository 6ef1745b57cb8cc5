//! Who may register a client (RFC 7591 §3), who may change one (RFC 7592 §2), and how others are refused.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    app::App,
    audit::{Kind, Refused},
    clock::Timestamp,
    config::DynamicRegistrationMode,
    oauth::{Code, Error, bearer},
    registry::{about::RegisteredBy, client::Client},
    storage::{
        self,
        clients::ClientRow,
        initial_access_tokens::{self, Presented},
        registrations,
    },
    tokens::{
        digest::Digest,
        handle::{Handle, InitialAccess, RegistrationAccess},
    },
    web::RequestContext,
};

/// Why a request is not granted.
#[derive(Debug)]
pub enum Refusal {
    /// 401 with a challenge, or what is wrong with how the token was sent.
    Bearer(bearer::Refusal),
    /// 400, or the server's own fault.
    Error(Error),
    /// 403: the token is good, and still this is not allowed.
    Forbidden(&'static str),
    /// 429: in so many seconds there may be another one.
    TooMany(u64),
}

impl From<bearer::Refusal> for Refusal {
    fn from(refusal: bearer::Refusal) -> Self {
        Self::Bearer(refusal)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<storage::Error> for Refusal {
    fn from(error: storage::Error) -> Self {
        Self::Error(error.into())
    }
}

impl Refusal {
    /// What it is called in the metrics.
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::Bearer(_) => "unauthorized",
            Self::Error(Error {
                code: Code::ServerError | Code::TemporarilyUnavailable, ..
            }) => "failed",
            Self::Error(_) => "invalid",
            Self::Forbidden(_) => "forbidden",
            Self::TooMany(_) => "throttled",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Bearer(refusal) => refusal.into_response(),
            Self::Error(error) => error.into_response(),
            Self::Forbidden(why) => {
                let body = Error::new(Code::AccessDenied, why).into_response();
                (StatusCode::FORBIDDEN, body).into_response()
            }
            Self::TooMany(seconds) => {
                let why = "too many clients were registered or changed; try again later";
                let mut response = Error::new(Code::TemporarilyUnavailable, why).into_response();
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                response
            }
        }
    }
}

/// The initial access token of a request.
#[derive(Debug)]
pub struct Permit(Handle<InitialAccess>);

impl Permit {
    /// Its row's id.
    pub const fn id(&self) -> uuid::Uuid {
        self.0.id
    }

    /// Digest of its secret.
    pub fn digest(&self) -> Digest {
        self.0.digest()
    }
}

/// The initial access token of a request, if it has one and may do without. It is good, but not used up yet.
pub async fn permit(
    app: &App,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Option<Permit>, Refusal> {
    let open = app.config.dynamic_registration.mode == DynamicRegistrationMode::Open;
    if open && !headers.contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    let text = bearer::token(headers, None)?;
    if let Some(token) = Handle::<InitialAccess>::parse(&text) {
        let digest = token.digest();
        let presented = Presented { id: token.id, secret_hash: digest.bytes() };
        if initial_access_tokens::is_good(&app.db, presented, app.clock.now()).await? {
            return Ok(Some(Permit(token)));
        }
    }
    Err(refused(app, context))
}

/// 401, on record.
pub fn refused(app: &App, context: &RequestContext) -> Refusal {
    let (kind, client_id) = (Kind::RegistrationRefused, None);
    app.audit.refused(Refused { kind, client_id, method: None, reason: None }, &context.origin);
    bearer::invalid().into()
}

/// A client with the token that lets it change its registration.
#[derive(Debug)]
pub struct Managed {
    /// The client.
    pub client: Client,
    /// Since when.
    pub registered_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// The token.
    pub token: Handle<RegistrationAccess>,
}

/// The client that a request is about and its token is for. 401 does not tell whether there is such a client (RFC 7592
/// §2.1).
pub async fn managed(
    app: &App,
    client_id: &str,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Managed, Refusal> {
    let text = bearer::token(headers, None)?;
    let token = Handle::<RegistrationAccess>::parse(&text);
    let token = token.filter(|token| token.id.to_string() == client_id);
    let Some(token) = token else { return Err(refused(app, context)) };
    let digest = token.digest();
    let row = registrations::open(&app.db, client_id, digest.bytes()).await?;
    let Some(row) = row else { return Err(refused(app, context)) };
    let (registered_at, changed_at) = (row.registered_at, row.changed_at);
    let client_id = client_id.to_owned();
    let client =
        Client::from_row(ClientRow { client_id, metadata: row.metadata, secrets: row.secrets })?;
    if client.metadata.disabled {
        return Err(Refusal::Forbidden("the client is disabled"));
    }
    if client.metadata.about.registered_by != RegisteredBy::Itself {
        return Err(Refusal::Forbidden("an operator has taken this client over"));
    }
    Ok(Managed { client, registered_at, changed_at, token })
}
