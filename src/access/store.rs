//! What policies know of besides people and clients: documents, folders, teams, as an operator's entities say.

use std::collections::{BTreeMap, HashMap, HashSet};

use cedar_policy::{Entities, Entity, EntityUid};
use serde_json::Value;

use super::{principal::report, schema::Vocabulary, source::Problem};

/// The most entities that may be kept with policies.
pub const MOST: usize = 100_000;
/// The types that Signet itself tells of.
const OWN: [&str; 5] = ["ApiKey", "Client", "Group", "Role", "Action"];

/// Entities by their names.
#[derive(Debug, Default)]
pub struct Store {
    known: HashMap<EntityUid, Known>,
    /// The ids of each type, in order.
    by_type: BTreeMap<String, Vec<EntityUid>>,
}

#[derive(Debug)]
struct Known {
    entity: Entity,
    /// What its attributes and parents name.
    names: Vec<EntityUid>,
}

impl Store {
    /// Reads a list of entities in Cedar's JSON; null is none.
    pub fn new(json: &Value, vocabulary: &Vocabulary) -> Result<Self, Problem> {
        let list = match json {
            Value::Null => return Ok(Self::default()),
            Value::Array(list) => list,
            _ => return Err(Problem("entities.json: a list is expected".to_owned())),
        };
        if list.len() > MOST {
            return Err(Problem(format!("entities.json: no more than {MOST}")));
        }
        let read = Entities::from_json_value(json.clone(), Some(vocabulary.schema()))
            .map_err(|error| Problem(format!("entities.json: {}", report(&error))))?;
        let mut store = Self::default();
        for entity in read.iter() {
            let uid = entity.uid();
            let kind = uid.type_name().to_string();
            if kind.ends_with("::Action") || kind == "Action" {
                continue;
            }
            if OWN.contains(&kind.as_str()) {
                return Err(Problem(format!("entities.json: {uid} is not kept with policies")));
            }
            let names = names(entity)?;
            store.by_type.entry(kind).or_default().push(uid.clone());
            store.known.insert(uid, Known { entity: entity.clone(), names });
        }
        for uids in store.by_type.values_mut() {
            uids.sort_by(|a, b| a.id().unescaped().cmp(b.id().unescaped()));
        }
        Ok(store)
    }

    /// The entity of that name.
    #[must_use]
    pub fn get(&self, uid: &EntityUid) -> Option<&Entity> {
        self.known.get(uid).map(|known| &known.entity)
    }

    /// Those of a type, by id.
    #[must_use]
    pub fn of_type(&self, entity_type: &str) -> &[EntityUid] {
        self.by_type.get(entity_type).map_or(&[], Vec::as_slice)
    }

    /// All that can be reached from these names, but for what is `there` already.
    pub fn reached(
        &self,
        from: impl IntoIterator<Item = EntityUid>,
        there: &Entities,
    ) -> Vec<Entity> {
        if self.known.is_empty() {
            return Vec::new();
        }
        let mut reached = Vec::new();
        let mut seen = HashSet::new();
        let mut left: Vec<EntityUid> = from.into_iter().collect();
        while let Some(uid) = left.pop() {
            let Some(known) = self.known.get(&uid) else { continue };
            if !seen.insert(uid.clone()) {
                continue;
            }
            left.extend(known.names.iter().cloned());
            if there.get(&uid).is_none() {
                reached.push(known.entity.clone());
            }
        }
        reached
    }
}

/// Every entity that one names, in its attributes and as parents.
fn names(entity: &Entity) -> Result<Vec<EntityUid>, Problem> {
    let json =
        entity.to_json_value().map_err(|error| Problem(format!("entities.json: {error}")))?;
    let mut names = Vec::new();
    let parents = json.get("parents").and_then(Value::as_array);
    for parent in parents.into_iter().flatten() {
        names.extend(name(parent));
    }
    if let Some(attributes) = json.get("attrs") {
        collect(attributes, &mut names);
    }
    Ok(names)
}

fn collect(value: &Value, into: &mut Vec<EntityUid>) {
    match value {
        Value::Object(members) => {
            if let Some(uid) = members.get("__entity").and_then(name) {
                into.push(uid);
            }
            members.values().for_each(|value| collect(value, into));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
        _ => {}
    }
}

fn name(json: &Value) -> Option<EntityUid> {
    let json = json.get("__entity").unwrap_or(json);
    super::engine::uid(json.get("type")?.as_str()?, json.get("id")?.as_str()?)
}
