//! A question by itself, with all that it takes to ask it again: as it is recorded, and as tests of policies put it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    engine::{Engine, Malformed, Outcome, Question, Thing, uid},
    principal::{Held, Principal, Standing},
    roles::Roles,
    schema::Vocabulary,
};
use crate::clock::Timestamp;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Who asks.
    pub subject: Party,
    /// To do what: `Namespace::Action::"name"`, or the bare name of an action without a namespace.
    pub action: String,
    /// With what.
    pub resource: Object,
    /// In which circumstances, by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub context: Map<String, Value>,
    /// What the circumstances name, such as an API key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Object>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The type of their entity.
    #[serde(rename = "type")]
    pub kind: String,
    /// What they are called among those of their type.
    pub id: String,
    /// What is known of them by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
    /// The groups that they are in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The roles that they have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// What access is to, or what is named besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// The type of its entity.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is called among those of its type.
    pub id: String,
    /// What is known of it by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
    /// What it is part of, each as `Type::"id"`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<String>,
}

impl Asked {
    /// Puts what was decided down. `engine` says what of it any policy can look at; the rest is left out, and so is what is
    /// known of people: they are named by their ids, with their groups and roles.
    #[must_use]
    pub fn of(
        engine: &Engine,
        principal: &Principal,
        action: &cedar_policy::EntityUid,
        resource: &Thing,
        context: &Map<String, Value>,
        others: &[Thing],
    ) -> Self {
        let vocabulary = engine.vocabulary();
        let kind = principal.uid.type_name().to_string();
        let known = kind == "User" || kind == "Client";
        let properties = if known { Map::new() } else { principal.attributes() };
        let subject = Party {
            kind,
            id: principal.uid.id().unescaped().to_owned(),
            properties,
            groups: principal.groups.iter().cloned().collect(),
            roles: principal.roles.iter().cloned().collect(),
        };
        let declared = vocabulary.context(action);
        let told = context.iter();
        let told = told.filter(|(name, _)| declared.is_some_and(|names| names.contains(*name)));
        let context = told.map(|(name, value)| (name.clone(), value.clone())).collect();
        Self {
            subject,
            action: action.to_string(),
            resource: Object::of(resource, vocabulary),
            context,
            others: others.iter().map(|thing| Object::of(thing, vocabulary)).collect(),
        }
    }

    /// The action's name; none if it is no name.
    #[must_use]
    pub fn action(&self) -> Option<cedar_policy::EntityUid> {
        // A permission may have colons in it, but hardly these.
        if self.action.contains("::\"") {
            return self.action.parse().ok();
        }
        uid("Action", &self.action)
    }

    /// Asks it, as of what `roles` are now.
    pub fn decide(
        &self,
        engine: &Engine,
        roles: &Roles,
        now: Timestamp,
    ) -> Result<Outcome, Malformed> {
        let malformed = |what: &str| Malformed(format!("{what} is no name"));
        let action = self.action().ok_or_else(|| malformed(&self.action))?;
        let held = |names: &[String]| -> Vec<Held> {
            names.iter().map(|name| Held { name: name.clone(), until: None }).collect()
        };
        let standing = Standing {
            attributes: self.subject.properties.clone(),
            groups: held(&self.subject.groups),
            roles: held(&self.subject.roles),
        };
        let Party { kind, id, .. } = &self.subject;
        let principal = match kind.as_str() {
            "User" | "Client" => {
                Principal::named(kind, id, &standing, roles, engine.vocabulary(), now)
            }
            _ => Principal::stranger(kind, id, &standing.attributes, engine.vocabulary()),
        };
        let principal = principal.map_err(|misfit| Malformed(misfit.to_string()))?;
        let others: Vec<Thing> = self.others.iter().map(Object::thing).collect::<Result<_, _>>()?;
        engine.decide(Question {
            principal: &principal,
            action,
            resource: &self.resource.thing()?,
            context: self.context.clone(),
            others: &others,
        })
    }
}

impl Object {
    /// What any policy can look at of a thing, and of people nothing.
    fn of(thing: &Thing, vocabulary: &Vocabulary) -> Self {
        let kind = thing.uid.type_name().to_string();
        let declared = vocabulary.attributes(&kind).filter(|_| kind != "User");
        let told = thing.attributes.iter();
        let told = told.filter(|(name, _)| declared.is_some_and(|names| names.contains(*name)));
        Self {
            id: thing.uid.id().unescaped().to_owned(),
            properties: told.map(|(name, value)| (name.clone(), value.clone())).collect(),
            parents: thing.parents.iter().map(ToString::to_string).collect(),
            kind,
        }
    }

    fn thing(&self) -> Result<Thing, Malformed> {
        let Self { kind, id, properties, parents } = self;
        let parents = parents.iter().map(|parent| {
            parent
                .parse()
                .map_err(|_| Malformed(format!("{parent} is no name such as Type::\"id\"")))
        });
        Ok(Thing {
            uid: uid(kind, id).ok_or_else(|| Malformed(format!("{kind} is no name")))?,
            attributes: properties.clone(),
            parents: parents.collect::<Result<_, _>>()?,
        })
    }
}
