//! The client registration endpoint (RFC 7591 §3, OpenID Connect Registration §3).

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use metrics::counter;
use serde_json::json;
use uuid::Uuid;

use super::{
    access::{self, Permit, Refusal},
    answer::Information,
    fetched,
    members::{Members, invalid},
    metadata, statement,
};
use crate::{
    app::{App, AppState},
    audit::{self, Event, Kind, Origin},
    fetch::Owner,
    identity::throttle,
    keys::secrets::client_secret_place,
    oauth::Error,
    registry::{
        client::{AuthMethod, Client, Metadata},
        sector,
    },
    replica::client_keys::owner,
    storage::{
        initial_access_tokens::Presented,
        keys::Sealed,
        registrations::{self, NewRegistration, NewSecret},
        throttles::{self, Counter},
    },
    tokens::{
        digest::Digest,
        handle::{Handle, RegistrationAccess},
        secret::ClientSecret,
    },
    web::{RequestContext, json},
};

/// What a registration may be: a JWK Set lies four deep.
const BOUNDS: json::Bounds = json::Bounds { longest: 32 * 1024, deepest: 6, most: 1024 };

/// `POST /connect/register`.
pub async fn register(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = add(&app, &headers, &body, &context).await;
    answered("register", outcome)
}

/// Counts what came of a request, and answers it.
pub(super) fn answered(action: &'static str, outcome: Result<Response, Refusal>) -> Response {
    let name = outcome.as_ref().map_or_else(Refusal::outcome, |_| "done");
    counter!("signet_client_registrations_total", "action" => action, "outcome" => name)
        .increment(1);
    outcome.unwrap_or_else(|refusal| {
        tracing::debug!(action, ?refusal, "refused");
        refusal.into_response()
    })
}

async fn add(
    app: &App,
    headers: &HeaderMap,
    body: &[u8],
    context: &RequestContext,
) -> Result<Response, Refusal> {
    let permit = access::permit(app, headers, context).await?;
    let mut members = read(headers, body)?;
    let id = app.uuid();
    let client_id = id.to_string();
    let statement = statement::take(&mut members)?;
    let rule = app.config.dynamic_registration.software_statements;
    statement::demand(statement.as_ref(), statement::is_demanded(rule, permit.is_some()))?;
    if statement.is_none() {
        // What is wrong by itself is not counted.
        metadata::read(&mut members.clone(), &app.registration, &client_id)?;
    }
    if permit.is_none() {
        let counters =
            throttle::registrations(&app.config.dynamic_registration, context.origin.address);
        count(app, counters, context).await?;
    }
    let metadata = resolve(app, members, statement, &client_id, None, &context.origin).await?;
    let response = store(app, id, &metadata, permit.as_ref(), context).await?;
    let mut event = Event::new(Kind::ClientRegistered).client(&client_id);
    if let Some(permit) = &permit {
        event = event.detail(json!({ "token": permit.id() }));
    }
    app.audit.record(event, &context.origin).await?;
    Ok(response)
}

/// The metadata that members come to, with what has to be fetched for it, for whoever is at `origin`; of a client that
/// there is, `former` is what it was.
pub(super) async fn resolve(
    app: &App,
    mut members: Members,
    statement: Option<String>,
    client_id: &str,
    former: Option<&Client>,
    origin: &Origin,
) -> Result<Metadata, Error> {
    if let Some(text) = &statement {
        members.overrule(statement::claims(app, text).await?);
    }
    let mut metadata = metadata::read(&mut members, &app.registration, client_id)?;
    metadata.about.software_statement = statement;
    if let Some(former) = former {
        stays_in_sector(former, &metadata)?;
    }
    if let Some(uri) = &metadata.jwks_uri {
        fetched::check_url(app, "jwks_uri", uri)?;
    }
    if let Some(uri) = &metadata.sessions.backchannel_logout_uri {
        fetched::check_url(app, "backchannel_logout_uri", uri.as_str())?;
    }
    for uri in &metadata.requests.request_uris {
        fetched::check_url(app, "request_uris", uri)?;
    }
    let unchanged = former.is_some_and(|former| {
        former.metadata.sector_identifier_uri == metadata.sector_identifier_uri
            && former.metadata.redirect_uris == metadata.redirect_uris
    });
    if let Some(uri) = metadata.sector_identifier_uri.as_ref().filter(|_| !unchanged) {
        let owner = former.map_or_else(|| stranger(origin), owner);
        fetched::check_sector(app, &owner, uri, &metadata.redirect_uris).await?;
    }
    Ok(metadata)
}

/// Someone who is no client yet, by where they are.
fn stranger(origin: &Origin) -> Owner {
    let network = origin.address.map(|address| audit::network(address).to_string());
    Owner::Stranger(network.unwrap_or_default().into())
}

/// By its sector a client is told who people are. One that could move would take with it what it knows of them, and hear
/// what they are called elsewhere.
fn stays_in_sector(former: &Client, new: &Metadata) -> Result<(), Error> {
    if sector::stored(&former.id, new).as_deref() == former.sector() {
        return Ok(());
    }
    Err(invalid(
        "subject_type, and the sector of pairwise subjects, stay what they were: register another client",
    ))
}

/// The members of a request (RFC 7591 §3.1).
pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Members, Error> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next()).map(str::trim);
    if !media_type.is_some_and(|name| name.eq_ignore_ascii_case("application/json")) {
        return Err(invalid("the request body must be application/json"));
    }
    let object = json::object(body, BOUNDS)
        .map_err(|problem| invalid(format!("the request body cannot be taken: {problem}")))?;
    Ok(Members::new(object))
}

/// Counts a client that comes without a token, or a change, before anything is done for it.
pub(super) async fn count(
    app: &App,
    counters: Vec<Vec<Counter>>,
    context: &RequestContext,
) -> Result<(), Refusal> {
    let now = app.clock.now();
    for counters in counters {
        let day = time::Duration::DAY;
        let until = throttles::count(&app.db, &counters, day, now).await?.until;
        if let Some(until) = until {
            app.audit.note(Event::new(Kind::RegistrationThrottled), &context.origin).await;
            let seconds = (until - now).whole_seconds().max(1).unsigned_abs();
            return Err(Refusal::TooMany(seconds));
        }
    }
    Ok(())
}

async fn store(
    app: &App,
    id: Uuid,
    metadata: &Metadata,
    permit: Option<&Permit>,
    context: &RequestContext,
) -> Result<Response, Refusal> {
    let now = app.clock.now();
    let client_id = id.to_string();
    let token = Handle::<RegistrationAccess>::draw(id, &app.entropy);
    let method = metadata.token_endpoint_auth_method;
    let secret = method.has_secret().then(|| Drawn::new(app, method));
    let token_hash = token.digest();
    let permit_hash = permit.map(Permit::digest);
    let json = serde_json::to_value(metadata).map_err(|error| {
        tracing::error!(%error, "a client's metadata does not serialize");
        Error::server_error()
    })?;
    let new = NewRegistration {
        client_id: &client_id,
        metadata: &json,
        secret: secret.as_ref().map(Drawn::row),
        token_hash: token_hash.bytes(),
        permit: permit
            .zip(permit_hash.as_ref())
            .map(|(permit, hash)| Presented { id: permit.id(), secret_hash: hash.bytes() }),
    };
    if !registrations::insert(&app.db, &new, now).await? {
        // Others used it up since it was looked at.
        return Err(access::refused(app, context));
    }
    let secret = secret.as_ref().map(Drawn::expose);
    let information = Information {
        client_id: &client_id,
        metadata,
        registered_at: now,
        changed_at: now,
        secret: secret.as_deref(),
        token: &token.expose(),
    };
    Ok(information.respond(app, StatusCode::CREATED))
}

/// A secret that was drawn for a client.
pub(super) struct Drawn {
    id: Uuid,
    secret: ClientSecret,
    digest: Digest,
    sealed: Option<Sealed>,
}

impl Drawn {
    /// Draws one, and seals it if it is by it that the client signs.
    pub fn new(app: &App, method: AuthMethod) -> Self {
        let (id, secret) = (app.uuid(), ClientSecret::draw(&app.entropy));
        let seal = || app.keys.master().seal(&client_secret_place(id), secret.expose().as_bytes());
        let sealed = (method == AuthMethod::ClientSecretJwt).then(seal);
        Self { id, digest: secret.digest(), secret, sealed }
    }

    /// What is stored of it.
    pub fn row(&self) -> NewSecret<'_> {
        NewSecret { id: self.id, hash: self.digest.bytes(), sealed: self.sealed.as_ref() }
    }

    /// The text to hand to the client, once.
    pub fn expose(&self) -> String {
        self.secret.expose()
    }
}
