//! The client configuration endpoint (RFC 7592 §2): a client reads, replaces and removes its own registration.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};

use super::{
    access::{self, Managed, Refusal},
    answer::Information,
    members::{Members, invalid},
    register::{Drawn, answered, count, read, resolve},
    statement,
};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    identity::throttle,
    oauth::{Error, token},
    registry::client::{AuthMethod, Client},
    storage::{
        clients::{self, Removable},
        registrations::{self, Replacement, SecretChange},
    },
    tokens::secret::ClientSecret,
    web::RequestContext,
};

/// What the server alone says: RFC 7592 §2.2 has clients leave it out.
const THE_SERVERS: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// `GET /connect/register/{client_id}`.
pub async fn get(
    State(app): State<AppState>,
    Path(client_id): Path<String>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let managed = access::managed(&app, &client_id, &headers, &context).await?;
        // The token that was presented stays good, so it is the one to go on with.
        let token = managed.token.expose();
        Ok(information(&managed, &managed.client, None, &token).respond(&app, StatusCode::OK))
    };
    answered("read", outcome.await)
}

/// `PUT /connect/register/{client_id}`.
pub async fn put(
    State(app): State<AppState>,
    Path(client_id): Path<String>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answered("change", replace(&app, &client_id, &headers, &body, &context).await)
}

/// `DELETE /connect/register/{client_id}`.
pub async fn remove(
    State(app): State<AppState>,
    Path(client_id): Path<String>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    answered("remove", delete(&app, &client_id, &headers, &context).await)
}

/// RFC 7592 §2.2: what is left out is gone. The token is replaced with each change, and stays good until its successor is
/// used: an answer that was lost leaves the client with one that works, and asking again brings the same successor.
async fn replace(
    app: &App,
    client_id: &str,
    headers: &HeaderMap,
    body: &[u8],
    context: &RequestContext,
) -> Result<Response, Refusal> {
    let managed = access::managed(app, client_id, headers, context).await?;
    let mut members = read(headers, body)?;
    if members.text("client_id")?.as_deref() != Some(client_id) {
        return Err(invalid("client_id must be that of this client").into());
    }
    if let Some(name) = THE_SERVERS.into_iter().find(|name| members.has(name)) {
        return Err(invalid(format!("{name} is not the client's to say")).into());
    }
    let config = &app.config.dynamic_registration;
    let statement = statement::take(&mut members)?;
    let had_one = managed.client.metadata.about.software_statement.is_some();
    let demanded = statement::stays_demanded(config.software_statements, had_one);
    statement::demand(statement.as_ref(), demanded)?;
    let counters = throttle::changes(config, client_id, context.origin.address);
    count(app, counters, context).await?;
    let known = secret(&mut members, &managed.client)?;
    let new =
        resolve(app, members, statement, client_id, Some(&managed.client), &context.origin).await?;
    let method = new.token_endpoint_auth_method;
    let former = managed.client.metadata.token_endpoint_auth_method;
    // A secret that is signed with is kept otherwise than one that is sent.
    let alike = former.has_secret()
        && (former == AuthMethod::ClientSecretJwt) == (method == AuthMethod::ClientSecretJwt);
    let known = known.filter(|_| alike);
    let drawn = (method.has_secret() && known.is_none()).then(|| Drawn::new(app, method));
    let change = match &drawn {
        Some(drawn) => SecretChange::Add { secret: drawn.row(), former: alike },
        None if method.has_secret() => SecretChange::Keep,
        None => SecretChange::Drop,
    };
    let successor = managed.token.successor(&app.secrets.refresh);
    let json = serde_json::to_value(&new).map_err(|error| {
        tracing::error!(%error, "a client's metadata does not serialize");
        Error::server_error()
    })?;
    let now = app.clock.now();
    let (token_hash, successor_hash) = (managed.token.digest(), successor.digest());
    let replacement = Replacement {
        client_id,
        metadata: &json,
        secret: change,
        token_hash: token_hash.bytes(),
        successor_hash: successor_hash.bytes(),
    };
    if !registrations::replace(&app.db, &replacement, now).await? {
        // It was removed, taken over, or its token's successor used, since it was looked at.
        return Err(access::refused(app, context));
    }
    app.replica.forget_client(client_id);
    let event = Event::new(Kind::RegistrationChanged).client(client_id);
    app.audit.record(event, &context.origin).await?;
    let secret = drawn.as_ref().map(Drawn::expose).or(known);
    let secret = secret.filter(|_| method.has_secret());
    let (secret, token) = (secret.as_deref(), successor.expose());
    let changed = Information {
        metadata: &new,
        changed_at: now,
        ..information(&managed, &managed.client, secret, &token)
    };
    Ok(changed.respond(app, StatusCode::OK))
}

/// RFC 7592 §2.2: a client may repeat its secret, and not choose it. If it leaves it out it is given a new one, and the
/// former one stays good until the next: a client that lost an answer is not locked out, nor without a secret.
fn secret(members: &mut Members, client: &Client) -> Result<Option<String>, Error> {
    let Some(text) = members.text("client_secret")? else { return Ok(None) };
    let own = ClientSecret::parse(&text).is_some_and(|secret| client.has_secret(&secret.digest()));
    if !own {
        return Err(invalid("client_secret must be the present one"));
    }
    Ok(Some(text))
}

/// RFC 7592 §2.3: with it ends all that it was granted.
async fn delete(
    app: &App,
    client_id: &str,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Response, Refusal> {
    access::managed(app, client_id, headers, context).await?;
    let now = app.clock.now();
    let (began, end) = (app.tokens_began(now), app.tokens_end(now));
    let which = Removable::RegisteredItself;
    if !clients::delete(&app.db, client_id, which, now, began, end).await? {
        return Err(access::refused(app, context));
    }
    app.replica.forget_client(client_id);
    let event = Event::new(Kind::RegistrationDeleted).client(client_id);
    app.audit.record(event, &context.origin).await?;
    Ok(token::no_store(StatusCode::NO_CONTENT.into_response()))
}

fn information<'a>(
    managed: &'a Managed,
    client: &'a Client,
    secret: Option<&'a str>,
    token: &'a str,
) -> Information<'a> {
    Information {
        client_id: &client.id,
        metadata: &client.metadata,
        registered_at: managed.registered_at,
        changed_at: managed.changed_at,
        secret,
        token,
    }
}
