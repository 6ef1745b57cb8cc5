//! Clients and their secrets.

use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::{Error, record};
use crate::{
    app::App,
    audit::{Event, Kind},
    keys::secrets::client_secret_place,
    registry::client::{AuthMethod, Client, Metadata, SECRETS},
    storage::{self, client_secrets::New, clients::Removable},
    tokens::secret::ClientSecret,
};

/// Checks one that an operator wants to add, also whether what it names may be fetched.
pub fn check(app: &App, client_id: &str, metadata: &Metadata) -> Result<(), Error> {
    let wrong = |problem: String| Error::Invalid(format!("client {client_id}: {problem}"));
    Client::validate(client_id, metadata).map_err(wrong)?;
    if let Some(uri) = metadata.jwks_uri.as_ref().and_then(|uri| Url::parse(uri).ok()) {
        let checked = app.fetch.guard().check_url(&uri);
        checked.map_err(|problem| wrong(format!("jwks_uri: {problem}")))?;
    }
    Ok(())
}

/// Checks that no other client's site is under an origin of this one's.
async fn check_site(app: &App, client_id: &str, metadata: &Metadata) -> Result<(), Error> {
    let Some(site) = &metadata.gate else { return Ok(()) };
    let sites = storage::clients::sites(&app.db).await?;
    let taken = sites.iter().find(|(other, origin)| other != client_id && site.has_origin(origin));
    match taken {
        None => Ok(()),
        Some((other, origin)) => Err(Error::Invalid(format!(
            "client {client_id}: gate.origins: {origin} is the site of client {other}"
        ))),
    }
}

/// Adds or replaces a client. One that is there stays disabled, or not, as it is: see [`set_disabled`].
pub async fn put(app: &App, client_id: &str, metadata: &Metadata) -> Result<(), Error> {
    check(app, client_id, metadata)?;
    check_site(app, client_id, metadata).await?;
    let json = serde_json::to_value(metadata).map_err(|error| error.to_string())?;
    storage::clients::put(&app.db, client_id, &json, app.clock.now()).await?;
    record(app, Event::new(Kind::ClientChanged).client(client_id)).await?;
    app.replica.forget_client(client_id);
    Ok(())
}

/// Refuses a client everywhere, or takes that back.
pub async fn set_disabled(app: &App, client_id: &str, disabled: bool) -> Result<(), Error> {
    if !storage::clients::set_disabled(&app.db, client_id, disabled, app.clock.now()).await? {
        return Err(Error::Invalid(format!("there is no client {client_id}")));
    }
    let event = Event::new(Kind::ClientChanged).client(client_id);
    record(app, event.detail(json!({ "disabled": disabled }))).await?;
    app.replica.forget_client(client_id);
    Ok(())
}

/// Adds a secret, a drawn one if none is given, and returns it: it is shown this once.
pub async fn add_secret(
    app: &App,
    client_id: &str,
    secret: Option<ClientSecret>,
) -> Result<String, Error> {
    let secret = secret.unwrap_or_else(|| ClientSecret::draw(&app.entropy));
    let (id, digest) = (app.uuid(), secret.digest());
    let signs = method(app, client_id).await? == Some(AuthMethod::ClientSecretJwt);
    let seal = || app.keys.master().seal(&client_secret_place(id), secret.expose().as_bytes());
    let sealed = signs.then(seal);
    let new = New { id, client_id, secret_hash: digest.bytes(), sealed: sealed.as_ref() };
    let added = storage::client_secrets::add(&app.db, new, SECRETS, app.clock.now()).await?;
    if !added {
        return Err(Error::Invalid(format!(
            "client {client_id} does not exist or has {SECRETS} secrets already: remove one first"
        )));
    }
    let event = Event::new(Kind::ClientSecretChanged).client(client_id);
    record(app, event.detail(json!({ "added": id }))).await?;
    Ok(secret.expose())
}

/// Removes a secret.
pub async fn remove_secret(app: &App, client_id: &str, id: Uuid) -> Result<(), Error> {
    if !storage::client_secrets::remove(&app.db, client_id, id, app.clock.now()).await? {
        return Err(Error::Invalid(format!("client {client_id} has no secret {id}")));
    }
    let event = Event::new(Kind::ClientSecretChanged).client(client_id);
    record(app, event.detail(json!({ "removed": id }))).await?;
    Ok(())
}

/// Removes a client with everything it was granted.
pub async fn delete(app: &App, client_id: &str) -> Result<(), Error> {
    let now = app.clock.now();
    let (began, end) = (app.tokens_began(now), app.tokens_end(now));
    let which = Removable::Any;
    if !storage::clients::delete(&app.db, client_id, which, now, began, end).await? {
        return Err(Error::Invalid(format!("there is no client {client_id}")));
    }
    record(app, Event::new(Kind::ClientDeleted).client(client_id)).await?;
    app.replica.forget_client(client_id);
    Ok(())
}

/// How a client authenticates, by what is stored and not by what a replica remembers.
async fn method(app: &App, client_id: &str) -> Result<Option<AuthMethod>, Error> {
    let row = storage::clients::get(&app.db, client_id).await?;
    let client = row.map(Client::from_row).transpose()?;
    Ok(client.map(|client| client.metadata.token_endpoint_auth_method))
}

/// Parses a secret that an operator brings along.
pub fn parse_secret(text: &str) -> Result<ClientSecret, Error> {
    ClientSecret::parse(text.trim()).ok_or_else(|| {
        Error::Invalid(
            "a client secret has the form sgx_… with its check digits; \
             `signet client generate-secret` makes one"
                .to_owned(),
        )
    })
}
