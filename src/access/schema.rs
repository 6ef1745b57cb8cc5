//! What policies can speak of: Signet's own entity types, those of an operator, and an action for each permission.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cedar_policy::{Context, Entity, EntityTypeName, EntityUid, Schema, SchemaFragment};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::{
    circumstances, place,
    roles::Roles,
    source::{Problem, SCHEMA},
};
use crate::clock::Timestamp;

const BUILT_IN: &str = include_str!("builtin.cedarschema");

/// The types that hold permissions, and the one at which they are held.
const HOLDERS: [&str; 2] = ["User", "Client"];

/// A schema, and the names that it declares: what else a caller tells is of no use to any policy.
#[derive(Debug)]
pub struct Vocabulary {
    schema: Schema,
    attributes: BTreeMap<String, BTreeSet<String>>,
    contexts: HashMap<EntityUid, BTreeSet<String>>,
    actions: HashMap<EntityUid, Entity>,
    /// Of each action whose circumstances may be the time alone, how many members that has.
    time_alone: HashMap<EntityUid, usize>,
}

impl Vocabulary {
    /// Signet's own types, those of `text` (Cedar's schema language), and the permissions of these roles.
    pub fn new(text: &str, roles: &Roles) -> Result<Self, Problem> {
        let own = json_of(text).map_err(Problem)?;
        let built_in = json_of(BUILT_IN).unwrap_or_default();
        let merged = with_permissions(merge(built_in, own), roles);
        let (attributes, contexts) = (attributes(&merged), contexts(&merged));
        let schema = Schema::from_json_value(Value::Object(merged))
            .map_err(|error| Problem(place::at(SCHEMA, text, &error)))?;
        let time_alone = time_alone(&schema, &contexts);
        let actions = schema.action_entities().map_err(|error| Problem(error.to_string()))?;
        let actions = actions.iter().map(|action| (action.uid(), action.clone())).collect();
        Ok(Self { schema, attributes, contexts, actions, time_alone })
    }

    /// The schema.
    #[must_use]
    pub const fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The attributes that entities of a type may have. None if there is no such type.
    #[must_use]
    pub fn attributes(&self, entity_type: &str) -> Option<&BTreeSet<String>> {
        self.attributes.get(entity_type)
    }

    /// What may be told of a request for an action. None if there is no such action.
    #[must_use]
    pub fn context(&self, action: &EntityUid) -> Option<&BTreeSet<String>> {
        self.contexts.get(action)
    }

    /// An action, with those that it is in.
    pub(super) fn action(&self, action: &EntityUid) -> Option<&Entity> {
        self.actions.get(action)
    }

    /// How many circumstances are told of an action if Signet tells the time and no one tells anything else; none if the schema
    /// demands more than that, or something else by these names.
    pub(super) fn time_alone(&self, action: &EntityUid) -> Option<usize> {
        self.time_alone.get(action).copied()
    }

    /// The actions that someone of a type can do with things of another one.
    pub fn actions<'a>(
        &'a self,
        principal: &'a EntityTypeName,
        resource: &'a EntityTypeName,
    ) -> impl Iterator<Item = &'a EntityUid> {
        self.schema.actions_for_principal_and_resource(principal, resource)
    }

    /// Whether an action is one of these.
    #[must_use]
    pub fn applies(
        &self,
        action: &EntityUid,
        principal: &EntityTypeName,
        resource: &EntityTypeName,
    ) -> bool {
        let mut principals = self.schema.principals_for_action(action).into_iter().flatten();
        let mut resources = self.schema.resources_for_action(action).into_iter().flatten();
        principals.any(|name| name == principal) && resources.any(|name| name == resource)
    }

    /// Whether things of a type can be part of things of another one.
    #[must_use]
    pub fn may_be_in(&self, entity_type: &EntityTypeName, other: &str) -> bool {
        let ancestors = self.schema.ancestors(entity_type);
        ancestors.is_some_and(|mut all| all.any(|ancestor| ancestor.to_string() == other))
    }
}

fn json_of(text: &str) -> Result<Map<String, Value>, String> {
    let (fragment, _) = SchemaFragment::from_cedarschema_str(text)
        .map_err(|error| place::at(SCHEMA, text, &error))?;
    match fragment.to_json_value().map_err(|error| place::at(SCHEMA, text, &error))? {
        Value::Object(namespaces) => Ok(namespaces),
        _ => Err(format!("{SCHEMA}: not a schema")),
    }
}

/// `own` above `built_in`, declaration by declaration.
fn merge(mut built_in: Map<String, Value>, own: Map<String, Value>) -> Map<String, Value> {
    for (namespace, sections) in own {
        let into = built_in.entry(namespace).or_insert_with(empty);
        let (Some(into), Value::Object(sections)) = (into.as_object_mut(), sections) else {
            continue;
        };
        for (section, declarations) in sections {
            let into = into.entry(section).or_insert_with(|| json!({}));
            if let (Some(into), Value::Object(declarations)) = (into.as_object_mut(), declarations)
            {
                into.extend(declarations);
            }
        }
    }
    built_in
}

fn empty() -> Value {
    json!({ "entityTypes": {}, "actions": {} })
}

/// Declares each permission of a role as an action, unless the operator's schema does: who holds a role may be permitted
/// it at the whole of a resource.
fn with_permissions(mut schema: Map<String, Value>, roles: &Roles) -> Map<String, Value> {
    let actions = schema.entry("").or_insert_with(empty);
    let actions = actions
        .as_object_mut()
        .map(|sections| sections.entry("actions").or_insert_with(|| json!({})));
    let Some(actions) = actions.and_then(Value::as_object_mut) else { return schema };
    let names = roles.iter().flat_map(|role| role.metadata.permissions.values().flatten());
    for name in names {
        actions.entry(name.clone()).or_insert_with(|| {
            json!({ "appliesTo": {
                "principalTypes": HOLDERS,
                "resourceTypes": ["Resource"],
                "context": { "type": "EntityOrCommon", "name": "Circumstances" },
            } })
        });
    }
    schema
}

/// The names of the members of a record type; of one that is declared by name, those of the declaration.
fn members(schema: &Map<String, Value>, namespace: &str, shape: &Value) -> BTreeSet<String> {
    if let Some(attributes) = shape.get("attributes").and_then(Value::as_object) {
        return attributes.keys().cloned().collect();
    }
    let named = [shape.get("name"), shape.get("type")];
    let Some(name) = named.into_iter().flatten().find_map(Value::as_str) else {
        return BTreeSet::new();
    };
    let (home, name) = name.rsplit_once("::").unwrap_or((namespace, name));
    let declared = [home, ""].into_iter().find_map(|home| {
        let shape = schema.get(home)?.get("commonTypes")?.get(name)?;
        // A name that stands for itself leads nowhere.
        (shape.get("name").and_then(Value::as_str) != Some(name)).then_some((home, shape))
    });
    declared.map(|(home, shape)| members(schema, home, shape)).unwrap_or_default()
}

fn attributes(schema: &Map<String, Value>) -> BTreeMap<String, BTreeSet<String>> {
    let mut attributes = BTreeMap::new();
    for (namespace, sections) in schema {
        let types = sections.get("entityTypes").and_then(Value::as_object);
        for (name, declaration) in types.into_iter().flatten() {
            let shape = declaration.get("shape").map(|shape| members(schema, namespace, shape));
            attributes.insert(qualified(namespace, name), shape.unwrap_or_default());
        }
    }
    attributes
}

fn contexts(schema: &Map<String, Value>) -> HashMap<EntityUid, BTreeSet<String>> {
    let mut contexts = HashMap::new();
    for (namespace, sections) in schema {
        let actions = sections.get("actions").and_then(Value::as_object);
        for (name, declaration) in actions.into_iter().flatten() {
            let context = declaration.pointer("/appliesTo/context");
            let context = context.map(|context| members(schema, namespace, context));
            let action = super::engine::uid(&qualified(namespace, "Action"), name);
            if let Some(action) = action {
                contexts.insert(action, context.unwrap_or_default());
            }
        }
    }
    contexts
}

fn time_alone(
    schema: &Schema,
    contexts: &HashMap<EntityUid, BTreeSet<String>>,
) -> HashMap<EntityUid, usize> {
    let time = circumstances::of(Map::new(), Timestamp::UNIX_EPOCH, &TimeZone::UTC);
    let fits = |(action, known): (&EntityUid, &BTreeSet<String>)| {
        let mut told = time.clone();
        told.retain(|name, _| known.contains(name));
        let count = told.len();
        let read = Context::from_json_value(Value::Object(told), Some((schema, action)));
        read.is_ok().then(|| (action.clone(), count))
    };
    contexts.iter().filter_map(fits).collect()
}

fn qualified(namespace: &str, name: &str) -> String {
    if namespace.is_empty() { name.to_owned() } else { format!("{namespace}::{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::roles::{Metadata, Role};

    fn roles(permission: &str) -> Roles {
        let names = BTreeSet::from([permission.to_owned()]);
        let permissions = BTreeMap::from([("https://api".to_owned(), names)]);
        let metadata = Metadata { permissions, ..Metadata::default() };
        Roles::new(vec![Role { name: "clerk".to_owned(), metadata }])
    }

    fn action(text: &str) -> EntityUid {
        text.parse().expect("an action")
    }

    #[test]
    fn permissions_are_actions_at_resources() {
        let vocabulary = Vocabulary::new("", &roles("orders:read")).expect("a schema");
        let declared = vocabulary.context(&action("Action::\"orders:read\"")).expect("an action");
        assert!(declared.contains("auth_age"), "{declared:?}");
        assert_eq!(vocabulary.context(&action("Action::\"orders:write\"")), None);
        assert!(vocabulary.attributes("User").expect("a type").contains("email"));
        assert!(vocabulary.attributes("Document").is_none());
    }

    #[test]
    fn an_operators_declaration_counts_above_ours() {
        let text = r#"
            type Shape = { coupon?: String };
            entity Document in [Resource] = { owner: User };
            entity User in [Group, Role] = { email?: String, department?: String };
            namespace Shop { action buy appliesTo { principal: User, resource: Document, context: Shape }; }
            action "orders:read" appliesTo { principal: User, resource: Document };
        "#;
        let vocabulary = Vocabulary::new(text, &roles("orders:read")).expect("a schema");
        assert_eq!(vocabulary.attributes("Document"), Some(&BTreeSet::from(["owner".to_owned()])));
        let user = vocabulary.attributes("User").expect("a type");
        assert!(user.contains("department") && !user.contains("name"));
        let coupon = BTreeSet::from(["coupon".to_owned()]);
        assert_eq!(vocabulary.context(&action("Shop::Action::\"buy\"")), Some(&coupon));
        let bare = vocabulary.context(&action("Action::\"orders:read\""));
        assert_eq!(bare, Some(&BTreeSet::new()));
    }

    #[test]
    fn what_is_no_schema_says_where() {
        let problem = Vocabulary::new("entity ;", &Roles::default()).expect_err("no schema");
        assert!(problem.to_string().contains("schema"), "{problem}");
        let problem =
            Vocabulary::new("entity A in [Nothing];", &Roles::default()).expect_err("no schema");
        assert!(problem.to_string().contains("Nothing"), "{problem}");
    }
}
