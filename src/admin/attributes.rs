//! What operators say of people for policies: department, clearance, …

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Error, record};
use crate::{
    access::principal::{Principal, Standing, Subject},
    app::App,
    audit::{Event, Kind},
    storage,
};

/// The most that is said of one person, in bytes of JSON: it is in memory with them.
const LARGEST: usize = 16 * 1024;

/// What Signet says itself.
const OWN: [&str; 6] = ["email", "email_verified", "username", "name", "locale", "administrator"];

/// Checks attributes by themselves: policies know no fractions and no null.
pub fn check(attributes: &Map<String, Value>) -> Result<(), String> {
    if let Some(own) = OWN.iter().find(|name| attributes.contains_key(**name)) {
        return Err(format!("attribute {own}: Signet says that itself"));
    }
    for (name, value) in attributes {
        if name.is_empty() || !is_plain(value) {
            return Err(format!(
                "attribute {name}: texts, whole numbers, true, false, and lists and tables of these"
            ));
        }
    }
    let length = serde_json::to_string(attributes).map_or(usize::MAX, |text| text.len());
    if length > LARGEST {
        return Err(format!("attributes: no more than {LARGEST} bytes as JSON"));
    }
    Ok(())
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.is_i64(),
        Value::Array(values) => values.iter().all(is_plain),
        Value::Object(members) => members.values().all(is_plain),
    }
}

/// What is said of a person.
pub async fn stored(app: &App, user: Uuid) -> Result<Map<String, Value>, Error> {
    match storage::users::attributes(&app.db, user).await? {
        Some(Value::Object(attributes)) => Ok(attributes),
        Some(_) => Ok(Map::new()),
        None => Err(Error::Invalid(format!("there is no user {user}"))),
    }
}

/// Replaces what is said of a person. It has to fit the schema of the policies in force, as far as that knows it.
pub async fn set(app: &App, user: Uuid, attributes: Map<String, Value>) -> Result<(), Error> {
    check(&attributes)?;
    check_schema(app, user, &attributes).await?;
    let value = Value::Object(attributes);
    if storage::users::set_attributes(&app.db, user, &value, app.clock.now()).await? {
        let detail = serde_json::json!({ "attributes": value });
        record(app, Event::new(Kind::UserChanged).user(user).detail(detail)).await?;
        app.replica.forget_standing(&Subject::User(user).to_string());
    }
    Ok(())
}

/// Changes some of what is said of a person: names with what they become, none for nothing.
pub async fn change(
    app: &App,
    user: Uuid,
    changes: &[(String, Option<Value>)],
) -> Result<(), Error> {
    let mut attributes = stored(app, user).await?;
    for (name, value) in changes {
        match value {
            Some(value) => attributes.insert(name.clone(), value.clone()),
            None => attributes.remove(name),
        };
    }
    set(app, user, attributes).await
}

/// Whoever does not fit the schema is no one to policies, and gets no token that tells of roles: better that the operator
/// hears of it than they.
async fn check_schema(app: &App, user: Uuid, attributes: &Map<String, Value>) -> Result<(), Error> {
    let Some(row) = storage::standings::of_user(&app.db, user).await? else { return Ok(()) };
    let mut all = attributes.clone();
    for name in OWN {
        if let Some(value) = row.attributes.get(name) {
            all.insert(name.to_owned(), value.clone());
        }
    }
    let standing = Standing { attributes: all, ..Standing::default() };
    let authority = app.replica.authority();
    let Ok(engine) = &authority.engine else { return Ok(()) };
    let (subject, now) = (Subject::User(user), app.clock.now());
    Principal::new(&subject, &standing, &authority.roles, engine.vocabulary(), now)
        .map(drop)
        .map_err(|misfit| Error::Invalid(misfit.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_are_what_policies_can_know() {
        let check = |value: Value| match value {
            Value::Object(attributes) => check(&attributes),
            _ => unreachable!("all are tables"),
        };
        for fine in [
            json!({}),
            json!({ "department": "sales", "clearance": 3, "on_call": true }),
            json!({ "sites": ["a", "b"], "manager": { "name": "x" } }),
        ] {
            assert_eq!(check(fine.clone()), Ok(()), "{fine}");
        }
        for bad in [
            json!({ "email": "someone@else.example" }),
            json!({ "administrator": true }),
            json!({ "ratio": 0.5 }),
            json!({ "nothing": null }),
            json!({ "deep": [{ "er": null }] }),
            json!({ "huge": u64::MAX }),
            json!({ "": 1 }),
            json!({ "long": "x".repeat(LARGEST) }),
        ] {
            assert!(check(bad.clone()).is_err(), "{bad}");
        }
    }
}
