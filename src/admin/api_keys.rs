//! API keys of clients and of people.

use serde_json::json;
use uuid::Uuid;

use super::{Error, record};
use crate::{
    access::principal::Subject,
    app::App,
    audit::{Event, Kind},
    identity::{
        api_keys::{self, Made, NewKey, Refused},
        watch::{self, News},
    },
    storage::{
        self,
        api_keys::{ApiKeyRow, Of},
    },
    tokens::api_key::ApiKeySecret,
};

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Storage(error) => error.into(),
            other => Self::Invalid(other.to_string()),
        }
    }
}

/// An event about a key.
fn event(kind: Kind, key: &ApiKeyRow) -> Event {
    let event = Event::new(kind).user(key.user_id);
    match &key.client_id {
        Some(id) => event.client(id),
        None => event,
    }
}

async fn stored(app: &App, id: Uuid) -> Result<ApiKeyRow, Error> {
    let row = storage::api_keys::get(&app.db, id).await?;
    row.ok_or_else(|| Error::Invalid(format!("there is no API key {id}")))
}

/// Makes a key, and returns it: it is shown this once.
pub async fn add(app: &App, new: NewKey) -> Result<Made, Error> {
    let there = match &new.owner {
        Subject::User(id) => storage::users::get(&app.db, *id).await?.is_some(),
        Subject::Client(id) => storage::clients::get(&app.db, id).await?.is_some(),
    };
    if !there {
        return Err(Error::Invalid(format!("there is no {}", new.owner)));
    }
    let made = api_keys::make(app, new).await?;
    let row = stored(app, made.id).await?;
    let detail = json!({ "api_key": made.id, "resource": row.resource, "scopes": row.scopes });
    record(app, event(Kind::ApiKeyAdded, &row).detail(detail)).await?;
    Ok(made)
}

/// Makes a key that takes the place of another one.
pub async fn rotate(app: &App, id: Uuid, transition: std::time::Duration) -> Result<Made, Error> {
    let made = api_keys::rotate(app, id, Of::default(), transition).await?;
    let row = stored(app, id).await?;
    let detail = json!({ "api_key": id, "replaced_by": made.id });
    record(app, event(Kind::ApiKeyRotated, &row).detail(detail)).await?;
    Ok(made)
}

/// Revokes a key.
pub async fn revoke(app: &App, id: Uuid) -> Result<(), Error> {
    let row = stored(app, id).await?;
    if !api_keys::revoke(app, id, Of::default()).await? {
        return Err(Error::Invalid(format!("the API key {id} is revoked already")));
    }
    record(app, event(Kind::ApiKeyRevoked, &row).detail(json!({ "api_key": id }))).await?;
    Ok(())
}

/// Revokes a key that was found where others can read it, and tells its person. Its id, if it is one of ours; whether it was
/// still good then.
pub async fn leaked(app: &App, text: &str) -> Result<Option<(Uuid, bool)>, Error> {
    let Some(secret) = ApiKeySecret::parse(text.trim()) else { return Ok(None) };
    let row = storage::api_keys::get(&app.db, secret.id()).await?;
    let Some(row) = row.filter(|row| secret.digest().bytes() == row.secret_hash) else {
        return Ok(None);
    };
    if !api_keys::revoke(app, row.id, Of::default()).await? {
        return Ok(Some((row.id, false)));
    }
    record(app, event(Kind::ApiKeyLeaked, &row).detail(json!({ "api_key": row.id }))).await?;
    if let Some(user) = row.user_id {
        watch::tell_of_operator(app, user, &News::ApiKeyLeaked(row.name)).await?;
    }
    Ok(Some((row.id, true)))
}
