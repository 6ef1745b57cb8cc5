//! Who asks: a person or client with what they hold, as policies see them.

use std::{collections::BTreeSet, fmt};

use cedar_policy::{Entities, Entity, EntityUid};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    engine::{Thing, uid},
    roles::Roles,
    schema::Vocabulary,
    store::Store,
};
use crate::clock::Timestamp;

/// Someone who can hold a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A person.
    User(Uuid),
    /// A client, on its own behalf.
    Client(String),
}

impl Subject {
    /// `user` or `client`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Client(_) => "client",
        }
    }

    /// What it is called among those of its kind.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::User(id) => id.to_string(),
            Self::Client(id) => id.clone(),
        }
    }

    /// The type of its entity.
    const fn entity_type(&self) -> &'static str {
        match self {
            Self::User(_) => "User",
            Self::Client(_) => "Client",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.id())
    }
}

/// A group or role that someone has, perhaps until some time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Held {
    /// The name of the group or role.
    pub name: String,
    /// Until when; none is for ever.
    #[serde(with = "time::serde::rfc3339::option")]
    pub until: Option<Timestamp>,
}

/// What is stored of a subject, as far as it decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What is known of it by name.
    pub attributes: Map<String, Value>,
    /// The groups that it is in.
    pub groups: Vec<Held>,
    /// The roles that it has by itself or by a group.
    pub roles: Vec<Held>,
}

/// A subject at a time.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Its entity's name.
    pub(super) uid: EntityUid,
    /// It, its groups and roles, and those that they inherit.
    pub(super) entities: Entities,
    /// What is known of it by name, also what the schema does not declare.
    pub known: Map<String, Value>,
    /// The groups that it is in.
    pub groups: BTreeSet<String>,
    /// The roles that it has, with those that they inherit.
    pub roles: BTreeSet<String>,
    /// When something of this ends.
    pub until: Option<Timestamp>,
}

/// What is stored of a subject does not fit the schema.
#[derive(Clone, Debug, thiserror::Error)]
#[error("what is known of {subject} does not fit the schema: {problem}")]
pub struct Misfit {
    subject: String,
    problem: String,
}

impl Principal {
    /// A subject that is known, and not disabled.
    pub fn new(
        subject: &Subject,
        standing: &Standing,
        roles: &Roles,
        vocabulary: &Vocabulary,
        now: Timestamp,
    ) -> Result<Self, Misfit> {
        Self::named(subject.entity_type(), &subject.id(), standing, roles, vocabulary, now)
    }

    /// The entity of a type and an id, with what it holds.
    pub(super) fn named(
        kind: &str,
        id: &str,
        standing: &Standing,
        roles: &Roles,
        vocabulary: &Vocabulary,
        now: Timestamp,
    ) -> Result<Self, Misfit> {
        let live = |held: &&Held| held.until.is_none_or(|until| until > now);
        let names = |all: &[Held]| -> BTreeSet<String> {
            all.iter().filter(live).map(|held| held.name.clone()).collect()
        };
        let ends = standing.groups.iter().chain(&standing.roles).filter(live);
        let until = ends.filter_map(|held| held.until).min();
        let groups = names(&standing.groups);
        let direct = names(&standing.roles);
        let implied = roles.implied(direct.iter().map(String::as_str));

        let known = vocabulary.attributes(kind);
        let attributes: Map<String, Value> = standing
            .attributes
            .iter()
            .filter(|(name, _)| known.is_some_and(|known| known.contains(*name)))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let entities_of = |kind: &str, names: &mut dyn Iterator<Item = &str>| -> Vec<Value> {
            names.map(|name| json!({ "type": kind, "id": name })).collect()
        };
        let mut parents = entities_of("Role", &mut direct.iter().map(String::as_str));
        parents.extend(entities_of("Group", &mut groups.iter().map(String::as_str)));
        let mut all = vec![entity(kind, id, Value::Object(attributes), parents)];
        all.extend(groups.iter().map(|name| entity("Group", name, json!({}), json!([]))));
        all.extend(implied.iter().filter_map(|name| roles.get(name)).map(|role| {
            let inherits = &mut role.metadata.inherits.iter().map(String::as_str);
            entity("Role", &role.name, json!({}), entities_of("Role", inherits))
        }));
        let misfit = |problem: String| Misfit { subject: format!("{kind}:{id}"), problem };
        let read = Entities::from_json_value(Value::Array(all), Some(vocabulary.schema()))
            .map_err(|error| misfit(report(&error)))?;
        // The actions of the schema came along. A question has its own, and there may be thousands.
        let own = read.iter().filter(|entity| vocabulary.action(&entity.uid()).is_none()).cloned();
        let entities =
            Entities::from_entities(own, None).map_err(|error| misfit(report(&error)))?;
        let uid = uid(kind, id).ok_or_else(|| misfit("it has no name".to_owned()))?;
        let roles = implied.into_iter().map(str::to_owned).collect();
        let known = standing.attributes.clone();
        Ok(Self { uid, entities, known, groups, roles, until })
    }

    /// Someone whom only the caller knows: what is told of them is believed, and they hold no role.
    pub fn stranger(
        entity_type: &str,
        id: &str,
        attributes: &Map<String, Value>,
        vocabulary: &Vocabulary,
    ) -> Result<Self, Misfit> {
        let uid = uid(entity_type, id).ok_or_else(|| Misfit {
            subject: format!("{entity_type}:{id}"),
            problem: "its type is no name".to_owned(),
        })?;
        Self::told(uid, attributes, vocabulary, &Store::default())
    }

    /// Someone of whom a caller tells, and perhaps something is kept with the policies: that counts above what is told.
    pub fn told(
        uid: EntityUid,
        attributes: &Map<String, Value>,
        vocabulary: &Vocabulary,
        store: &Store,
    ) -> Result<Self, Misfit> {
        let misfit = |error: &dyn std::error::Error| Misfit {
            subject: uid.to_string(),
            problem: report(error),
        };
        let kind = uid.type_name().to_string();
        let told = |names: &BTreeSet<String>| -> Map<String, Value> {
            let told = attributes.iter().filter(|(name, _)| names.contains(*name));
            told.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        let told = vocabulary.attributes(&kind).map(told);
        let mut all = store.reached([uid.clone()], &Entities::empty());
        let kept = all.iter().position(|entity| entity.uid() == uid);
        // What is kept was checked when it was saved.
        let checked = match (told, kept) {
            (None, _) => None,
            (Some(told), Some(_)) if told.is_empty() => None,
            (Some(told), None) => {
                let json = entity(&kind, uid.id().unescaped(), Value::Object(told), json!([]));
                Some(json)
            }
            (Some(mut told), Some(at)) => {
                let mut json =
                    all.swap_remove(at).to_json_value().map_err(|error| misfit(&error))?;
                if let Some(known) = json.get_mut("attrs").and_then(Value::as_object_mut) {
                    told.append(known);
                    *known = told;
                }
                Some(json)
            }
        };
        if let Some(json) = checked {
            let own = Entity::from_json_value(json, Some(vocabulary.schema()));
            all.push(own.map_err(|error| misfit(&error))?);
        }
        let entities = Entities::from_entities(all, None).map_err(|error| misfit(&error))?;
        let (groups, roles) = (BTreeSet::new(), BTreeSet::new());
        Ok(Self { uid, entities, known: attributes.clone(), groups, roles, until: None })
    }

    /// Its entity's name.
    #[must_use]
    pub const fn uid(&self) -> &EntityUid {
        &self.uid
    }

    /// It, as something that access is to.
    #[must_use]
    pub fn thing(&self) -> Thing {
        let parents = self.entities.ancestors(&self.uid).into_iter().flatten().cloned();
        Thing { uid: self.uid.clone(), attributes: self.attributes(), parents: parents.collect() }
    }

    /// What is known of it, in Cedar's JSON.
    pub(super) fn attributes(&self) -> Map<String, Value> {
        let json = self.entities.get(&self.uid).and_then(|entity| entity.to_json_value().ok());
        match json.and_then(|mut json| Some(json.get_mut("attrs")?.take())) {
            Some(Value::Object(attributes)) => attributes,
            _ => Map::new(),
        }
    }
}

/// An entity in Cedar's JSON.
pub(super) fn entity(
    kind: &str,
    id: &str,
    attributes: impl Into<Value>,
    parents: impl Into<Value>,
) -> Value {
    json!({ "uid": { "type": kind, "id": id }, "attrs": attributes.into(), "parents": parents.into() })
}

/// An error with its causes: Cedar's own text says little without them.
pub(super) fn report(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
