//! API keys of clients and of people.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use super::{Error, record};
use crate::{
    access::principal::Subject,
    app::App,
    audit::{Event, Kind, Origin},
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

/// As much of where a key was found as is kept, in characters.
const LONGEST_URL: usize = 2048;

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

/// A key that was found where others can read it.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The key.
    pub secret: &'a ApiKeySecret,
    /// Where it was, if that is known.
    pub url: Option<&'a str>,
}

/// Who found keys.
#[derive(Clone, Copy, Debug)]
pub enum Reporter<'a> {
    /// An operator.
    Operator,
    /// A service that looks for them.
    Scanner {
        /// What it is called.
        name: &'a str,
        /// Where its message comes from.
        origin: &'a Origin,
    },
}

/// What became of a key of ours that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaked {
    /// Which.
    pub id: Uuid,
    /// Whether it was still good until now.
    pub revoked: bool,
}

/// Revokes keys that were found where others can read them, and tells their people. What became of each; nothing of those
/// that are not ours.
pub async fn leaked(
    app: &App,
    found: &[Found<'_>],
    reporter: &Reporter<'_>,
) -> Result<Vec<Option<Leaked>>, Error> {
    let ids: Vec<Uuid> = found.iter().map(|each| each.secret.id()).collect();
    let rows = storage::api_keys::all_of(&app.db, &ids).await?;
    let rows: BTreeMap<Uuid, ApiKeyRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut all = Vec::with_capacity(found.len());
    for each in found {
        let row = rows.get(&each.secret.id());
        let row = row.filter(|row| each.secret.digest().bytes() == row.secret_hash);
        all.push(match row {
            Some(row) => Some(revoke_leaked(app, row, each.url, reporter).await?),
            None => None,
        });
    }
    Ok(all)
}

async fn revoke_leaked(
    app: &App,
    row: &ApiKeyRow,
    url: Option<&str>,
    reporter: &Reporter<'_>,
) -> Result<Leaked, Error> {
    let revoked = api_keys::revoke(app, row.id, Of::default()).await?;
    if revoked {
        let mut detail = json!({ "api_key": row.id });
        if let Some(url) = url {
            detail["url"] =
                json!(url.chars().filter(|&c| c != '\0').take(LONGEST_URL).collect::<String>());
        }
        let event = event(Kind::ApiKeyLeaked, row);
        match reporter {
            Reporter::Operator => record(app, event.detail(detail)).await?,
            Reporter::Scanner { name, origin } => {
                detail["scanner"] = json!(name);
                app.audit.record(event.detail(detail), origin).await?;
            }
        }
        if let Some(user) = row.user_id {
            watch::tell_of_operator(app, user, &News::ApiKeyLeaked(row.name.clone())).await?;
        }
    }
    Ok(Leaked { id: row.id, revoked })
}
