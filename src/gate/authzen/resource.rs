//! What a question is about access to (`AuthZEN` § Resource), as policies see it.

use cedar_policy::EntityUid;
use serde_json::{Map, Value, json};

use super::{
    caller::Caller,
    request::Entity,
    subject::{self, Failure, entity_type},
};
use crate::{
    access::engine::{self, Engine, Thing},
    app::App,
    clock::Timestamp,
    storage,
};

/// The type that APIs have, by their resource indicators.
pub const API: &str = "Resource";

/// The type of API keys.
const KEY: &str = "ApiKey";

/// What is asked about. Of people, clients, APIs and API keys Signet knows what counts; of all else, what is kept with the policies
/// counts above what is told (see [`Engine::decide`]). It is part of the APIs that the caller serves, if its type can be.
pub async fn thing(
    app: &App,
    engine: &Engine,
    caller: &Caller,
    resource: &Entity,
    now: Timestamp,
) -> Result<Thing, Failure> {
    let kind = entity_type(&resource.kind);
    let uid = subject::named("resource", &resource.kind, &resource.id)?;
    if let Some(known) = subject::own(kind, &resource.id)
        && let Some(principal) = subject::known(app, &known, now).await?
    {
        return Ok(principal.thing());
    }
    if kind == KEY
        && let Some(key) = api_key(app, &resource.id, now).await?
    {
        return Ok(key);
    }
    Ok(told(app, engine, caller, uid, &resource.properties))
}

/// An API key that is good, by its id.
pub async fn api_key(app: &App, id: &str, now: Timestamp) -> storage::Result<Option<Thing>> {
    let Ok(id) = id.parse() else { return Ok(None) };
    let key = app.replica.api_key(id).await?;
    let key = key.filter(|key| key.check_life(now).is_ok());
    Ok(key.and_then(|key| key.thing()))
}

/// What is neither a person nor a client of Signet's.
pub fn told(
    app: &App,
    engine: &Engine,
    caller: &Caller,
    uid: EntityUid,
    properties: &Map<String, Value>,
) -> Thing {
    let kind = uid.type_name().to_string();
    let mut attributes = properties.clone();
    if kind == API
        && let Some(api) = app.replica.resources().get(uid.id().unescaped())
    {
        attributes = Map::from_iter([("name".to_owned(), json!(api.metadata.name))]);
    }
    let parents = if engine.vocabulary().may_be_in(uid.type_name(), API) {
        let served = caller.client.metadata.introspects.iter();
        served.filter_map(|identifier| engine::uid(API, identifier)).collect()
    } else {
        Vec::new()
    };
    Thing { uid, attributes, parents }
}
