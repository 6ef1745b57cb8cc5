//! Clients and their secrets.

use serde_json::json;
use uuid::Uuid;

use super::{Error, record};
use crate::{
    app::App,
    audit::{Event, Kind},
    registry::client::{Client, Metadata, SECRETS},
    storage,
    tokens::secret::ClientSecret,
};

/// Adds or replaces a client. One that is there stays disabled, or not, as it is: see [`set_disabled`].
pub async fn put(app: &App, client_id: &str, metadata: &Metadata) -> Result<(), Error> {
    Client::validate(client_id, metadata)
        .map_err(|problem| format!("client {client_id}: {problem}"))?;
    let json = serde_json::to_value(metadata).map_err(|error| error.to_string())?;
    storage::clients::put(&app.db, client_id, &json, app.clock.now()).await?;
    record(app, Event::new(Kind::ClientChanged).client(client_id)).await?;
    Ok(())
}

/// Refuses a client everywhere, or takes that back.
pub async fn set_disabled(app: &App, client_id: &str, disabled: bool) -> Result<(), Error> {
    if !storage::clients::set_disabled(&app.db, client_id, disabled, app.clock.now()).await? {
        return Err(Error::Invalid(format!("there is no client {client_id}")));
    }
    let event = Event::new(Kind::ClientChanged).client(client_id);
    record(app, event.detail(json!({ "disabled": disabled }))).await?;
    Ok(())
}

/// Adds a secret, a drawn one if none is given, and returns it: it is shown this once.
pub async fn add_secret(
    app: &App,
    client_id: &str,
    secret: Option<ClientSecret>,
) -> Result<String, Error> {
    let secret = secret.unwrap_or_else(|| ClientSecret::draw(&app.entropy));
    let (id, digest, now) = (app.uuid(), secret.digest(), app.clock.now());
    let added =
        storage::clients::add_secret(&app.db, id, client_id, digest.bytes(), SECRETS, now).await?;
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
    if !storage::clients::remove_secret(&app.db, client_id, id, app.clock.now()).await? {
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
    if !storage::clients::delete(&app.db, client_id, now, began, end).await? {
        return Err(Error::Invalid(format!("there is no client {client_id}")));
    }
    record(app, Event::new(Kind::ClientDeleted).client(client_id)).await?;
    Ok(())
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
