//! Who a question is about (`AuthZEN` § Subject), as policies see them.

use std::sync::Arc;

use cedar_policy::EntityUid;
use serde_json::{Map, Value};

use super::answer::Trouble;
use crate::{
    access::{
        engine::{self, Engine},
        principal::{Principal, Subject},
    },
    app::App,
    clock::Timestamp,
    replica::PrincipalError,
    storage,
};

/// The type of an entity: Signet's own by the names that others have for them too, and all else by its name in the schema.
#[must_use]
pub fn entity_type(kind: &str) -> &str {
    match kind {
        "user" => "User",
        "client" => "Client",
        "group" => "Group",
        "role" => "Role",
        "resource" => "Resource",
        "api_key" => "ApiKey",
        other => other,
    }
}

/// Whom of Signet's own people and clients an entity names: a person by their id, which is a UUID, and every client.
#[must_use]
pub fn own(entity_type: &str, id: &str) -> Option<Subject> {
    match entity_type {
        "User" => id.parse().ok().map(Subject::User),
        "Client" => Some(Subject::Client(id.to_owned())),
        _ => None,
    }
}

/// The entity that is named.
pub fn named(within: &str, kind: &str, id: &str) -> Result<EntityUid, Trouble> {
    let malformed = || Trouble::malformed(format!("{within}.type: {kind:?} is no name of a type"));
    engine::uid(entity_type(kind), id).ok_or_else(malformed)
}

/// Someone that Signet knows; none if there is no such person or client any more, or they are disabled.
pub async fn known(
    app: &App,
    subject: &Subject,
    now: Timestamp,
) -> Result<Option<Arc<Principal>>, Failure> {
    match app.replica.principal(subject, now).await {
        Ok(principal) => Ok(principal),
        Err(PrincipalError::Storage(error)) => Err(Failure::Storage(error)),
        Err(error) => {
            tracing::warn!(%subject, %error, "nothing can be decided about them");
            Err(Failure::Trouble(Trouble::failed("what is known of them does not fit the schema")))
        }
    }
}

/// Why it is not known who someone is.
pub enum Failure {
    /// The database: the whole request fails.
    Storage(storage::Error),
    /// Something about this one.
    Trouble(Trouble),
}

impl From<storage::Error> for Failure {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// Whom a question is about. Of people and clients of its own Signet knows all that counts, and what is told of them is
/// not looked at; of others, what is kept with the policies counts above what is told.
pub async fn principal(
    app: &App,
    engine: &Engine,
    (kind, id, told): (&str, &str, &Map<String, Value>),
    now: Timestamp,
) -> Result<Arc<Principal>, Failure> {
    let uid = named("subject", kind, id)?;
    if let Some(subject) = own(entity_type(kind), id) {
        let gone = || Trouble::unknown(format!("there is no such {}", subject.kind()));
        return Ok(known(app, &subject, now).await?.ok_or_else(gone)?);
    }
    Ok(Arc::new(stranger(engine, uid, told)?))
}

/// Someone whom Signet does not know by itself.
pub fn stranger(
    engine: &Engine,
    uid: EntityUid,
    told: &Map<String, Value>,
) -> Result<Principal, Trouble> {
    Principal::told(uid, told, engine.vocabulary(), engine.store())
        .map_err(|misfit| Trouble::malformed(format!("subject: {misfit}")))
}
