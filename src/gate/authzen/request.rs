//! What is asked (`AuthZEN` § Information Model). Members that are not known are left alone, and null is as good as nothing.

use serde_json::{Map, Value};

/// A subject or resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// `type`.
    pub kind: String,
    /// `id`.
    pub id: String,
    /// `properties`.
    pub properties: Map<String, Value>,
}

/// An action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// `name`.
    pub name: String,
    /// `properties`.
    pub properties: Map<String, Value>,
}

/// What is searched for: an entity without its id. One that is there is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// `type`.
    pub kind: String,
    /// `properties`.
    pub properties: Map<String, Value>,
}

/// A question: what a request says, or one of its evaluations.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who.
    pub subject: Entity,
    /// Does what.
    pub action: Action,
    /// With what.
    pub resource: Entity,
    /// In which circumstances.
    pub context: Map<String, Value>,
}

/// What a request says to each of its evaluations that does not say it itself.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    subject: Option<Entity>,
    action: Option<Action>,
    resource: Option<Entity>,
    context: Option<Map<String, Value>>,
}

/// Takes a member.
pub fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    object.remove(name).filter(|value| !value.is_null())
}

/// Takes a member that has to be an object.
pub fn take_object(
    object: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<Map<String, Value>>, String> {
    match take(object, name) {
        None => Ok(None),
        Some(Value::Object(value)) => Ok(Some(value)),
        Some(_) => Err(format!("{name} must be an object")),
    }
}

fn take_text(object: &mut Map<String, Value>, within: &str, name: &str) -> Result<String, String> {
    match take(object, name) {
        None => Err(format!("{within}.{name} is missing")),
        Some(Value::String(text)) if text.is_empty() => Err(format!("{within}.{name} is empty")),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("{within}.{name} must be a string")),
    }
}

fn properties(object: &mut Map<String, Value>, within: &str) -> Result<Map<String, Value>, String> {
    let properties = take_object(object, "properties");
    let properties = properties.map_err(|problem| format!("{within}.{problem}"))?;
    let mut properties = properties.unwrap_or_default();
    properties.retain(|_, value| !value.is_null());
    Ok(properties)
}

/// Takes a subject or resource, if it is there.
fn entity(object: &mut Map<String, Value>, name: &str) -> Result<Option<Entity>, String> {
    let Some(mut entity) = take_object(object, name)? else { return Ok(None) };
    Ok(Some(Entity {
        kind: take_text(&mut entity, name, "type")?,
        id: take_text(&mut entity, name, "id")?,
        properties: properties(&mut entity, name)?,
    }))
}

fn action(object: &mut Map<String, Value>) -> Result<Option<Action>, String> {
    let Some(mut action) = take_object(object, "action")? else { return Ok(None) };
    Ok(Some(Action {
        name: take_text(&mut action, "action", "name")?,
        properties: properties(&mut action, "action")?,
    }))
}

fn needed<T>(value: Option<T>, name: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("{name} is missing"))
}

/// A subject or resource that has to be there.
pub fn take_entity(object: &mut Map<String, Value>, name: &str) -> Result<Entity, String> {
    needed(entity(object, name)?, name)
}

/// An action that has to be there.
pub fn take_action(object: &mut Map<String, Value>) -> Result<Action, String> {
    needed(action(object)?, "action")
}

/// What is known of the circumstances.
pub fn take_context(object: &mut Map<String, Value>) -> Result<Map<String, Value>, String> {
    Ok(take_object(object, "context")?.unwrap_or_default())
}

/// What is searched for.
pub fn take_sought(object: &mut Map<String, Value>, name: &str) -> Result<Sought, String> {
    let mut sought = needed(take_object(object, name)?, name)?;
    let kind = take_text(&mut sought, name, "type")?;
    Ok(Sought { kind, properties: properties(&mut sought, name)? })
}

impl Defaults {
    /// Those of a request.
    pub fn take(object: &mut Map<String, Value>) -> Result<Self, String> {
        Ok(Self {
            subject: entity(object, "subject")?,
            action: action(object)?,
            resource: entity(object, "resource")?,
            context: take_object(object, "context")?,
        })
    }

    /// The question of a request that has no evaluations.
    pub fn only(self) -> Result<Asked, String> {
        Ok(Asked {
            subject: needed(self.subject, "subject")?,
            action: needed(self.action, "action")?,
            resource: needed(self.resource, "resource")?,
            context: self.context.unwrap_or_default(),
        })
    }

    /// An evaluation: what it says counts as a whole, and not member by member (§ Default values).
    pub fn of(&self, evaluation: Value) -> Result<Asked, String> {
        let Value::Object(mut object) = evaluation else {
            return Err("an evaluation must be an object".to_owned());
        };
        let own = Self::take(&mut object)?;
        let with = Self {
            subject: own.subject.or_else(|| self.subject.clone()),
            action: own.action.or_else(|| self.action.clone()),
            resource: own.resource.or_else(|| self.resource.clone()),
            context: own.context.or_else(|| self.context.clone()),
        };
        with.only()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else { panic!("an object") };
        object
    }

    fn asked(value: Value) -> Result<Asked, String> {
        Defaults::take(&mut object(value))?.only()
    }

    #[test]
    fn a_question_has_its_three_parts() {
        let full = json!({
            "subject": { "type": "user", "id": "a", "properties": { "x": 1, "nothing": null } },
            "action": { "name": "read" },
            "resource": { "type": "record", "id": "1", "properties": null },
            "context": null, "more": [1],
        });
        let read = asked(full.clone()).expect("a question");
        assert_eq!(Value::Object(read.subject.properties), json!({ "x": 1 }));
        assert!(read.resource.properties.is_empty() && read.context.is_empty());
        for (pointer, value, problem) in [
            ("/subject", json!(null), "subject is missing"),
            ("/subject", json!("alice"), "subject must be an object"),
            ("/subject/id", json!(7), "subject.id must be a string"),
            ("/subject/type", json!(null), "subject.type is missing"),
            ("/subject/id", json!(""), "subject.id is empty"),
            ("/subject/properties", json!([]), "subject.properties must be an object"),
            ("/action", json!([]), "action must be an object"),
            ("/action/name", json!(null), "action.name is missing"),
            ("/action/name", json!(123), "action.name must be a string"),
            ("/resource/id", json!(null), "resource.id is missing"),
            ("/context", json!("now"), "context must be an object"),
        ] {
            let mut changed = full.clone();
            *changed.pointer_mut(pointer).expect("there") = value;
            assert_eq!(asked(changed).expect_err(problem), problem);
        }
    }

    #[test]
    fn defaults_are_replaced_as_a_whole() {
        let mut request = object(json!({
            "subject": { "type": "user", "id": "a", "properties": { "role": "admin" } },
            "action": { "name": "read" },
            "context": { "ip": "192.0.2.1" },
        }));
        let defaults = Defaults::take(&mut request).expect("defaults");
        let resource = json!({ "type": "record", "id": "1" });
        let own = json!({
            "subject": { "type": "user", "id": "b" }, "resource": resource, "context": {},
        });
        let read = defaults.of(own).expect("an evaluation");
        assert!(read.subject.properties.is_empty() && read.context.is_empty());
        let read = defaults.of(json!({ "resource": resource })).expect("an evaluation");
        assert_eq!((read.subject.id.as_str(), read.context.len()), ("a", 1));
        assert_eq!(defaults.of(json!({})).expect_err("no resource"), "resource is missing");
        assert!(defaults.of(json!([])).is_err());
    }
}
