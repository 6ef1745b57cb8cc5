//! The circumstances of a question, as policies see them.

use cedar_policy::{Context, EntityUid, RestrictedExpression};
use serde_json::{Map, Value};

use super::{Engine, Malformed};
use crate::access::{
    circumstances::{MINUTE, NOW, WEEKDAY},
    principal::report,
};

impl Engine {
    /// Those of an action: what the schema does not declare of it is not looked at.
    pub(super) fn context(
        &self,
        action: &EntityUid,
        mut told: Map<String, Value>,
    ) -> Result<Context, Malformed> {
        let Some(known) = self.vocabulary.context(action) else { return Ok(Context::empty()) };
        told.retain(|name, _| known.contains(name));
        // Mostly nothing is told besides. JSON that is read by a schema costs as much as twenty policies.
        if self.vocabulary.time_alone(action) == Some(told.len())
            && let Some(context) = of_time(&told)
        {
            return Ok(context);
        }
        Context::from_json_value(Value::Object(told), Some((self.vocabulary.schema(), action)))
            .map_err(|error| Malformed(format!("context: {}", report(&error))))
    }
}

/// The circumstances that are the time and nothing else.
fn of_time(told: &Map<String, Value>) -> Option<Context> {
    let pair = |(name, value): (&String, &Value)| {
        let value = match (name.as_str(), value) {
            (NOW, Value::String(text)) => RestrictedExpression::new_datetime(text),
            (WEEKDAY | MINUTE, value) => RestrictedExpression::new_long(value.as_i64()?),
            _ => return None,
        };
        Some((name.clone(), value))
    };
    let pairs: Option<Vec<_>> = told.iter().map(pair).collect();
    Context::from_pairs(pairs?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use serde_json::json;
    use time::macros::datetime;

    use super::*;
    use crate::access::{circumstances, roles::Roles, source::Source};

    const SCHEMA: &str = r"
        entity Thing;
        type Some = { minute: Long, now?: datetime };
        type Other = { weekday: String, minute: Long };
        action see appliesTo { principal: User, resource: Thing, context: Circumstances };
        action hear appliesTo { principal: User, resource: Thing, context: Some };
        action smell appliesTo { principal: User, resource: Thing, context: Other };
        action buy appliesTo { principal: User, resource: Thing, context: { coupon: String, now: datetime } };
        action wait appliesTo { principal: User, resource: Thing };
    ";

    fn engine() -> Engine {
        let source = Source { schema: SCHEMA.to_owned(), ..Source::default() };
        Engine::new(&source, &Roles::default()).expect("policies")
    }

    fn action(name: &str) -> EntityUid {
        super::super::uid("Action", name).expect("an action")
    }

    fn now() -> Map<String, Value> {
        circumstances::of(Map::new(), datetime!(2030-06-30 22:30:05.123 UTC), &TimeZone::UTC)
    }

    #[test]
    fn circumstances_are_what_their_json_would_be_also_if_that_is_the_time_alone() {
        let engine = engine();
        let all = json!({ "now": "2030-06-30T22:30:05.123Z", "weekday": 7, "minute": 1350 });
        let with = |member: &str, value: Value| {
            let mut all = all.clone();
            all[member] = value;
            all
        };
        let told = [
            Value::Object(now()),
            with("acr", json!("aal2")),
            with("unknown", json!(1)),
            with("now", json!("noon")),
            with("now", json!("2030-06-30")),
            with("now", json!({ "__extn": { "fn": "datetime", "arg": "2030-06-30" } })),
            with("now", json!(7)),
            with("minute", json!("1")),
            with("minute", json!(1.5)),
            with("weekday", json!(null)),
            json!({ "now": "2030-06-30T22:30:05.123Z", "weekday": 7 }),
            json!({ "minute": 1 }),
            json!({ "weekday": 1, "coupon": "x" }),
            json!({}),
        ];
        for name in ["see", "hear", "smell", "buy", "wait"] {
            let action = action(name);
            let known = engine.vocabulary.context(&action).expect("it is declared");
            for told in &told {
                let Value::Object(mut told) = told.clone() else { panic!("an object") };
                let found = engine.context(&action, told.clone());
                told.retain(|name, _| known.contains(name));
                let schema = Some((engine.vocabulary.schema(), &action));
                let read = Context::from_json_value(Value::Object(told.clone()), schema);
                assert_eq!(found.is_ok(), read.is_ok(), "{name} {told:?}");
                if let (Ok(found), Ok(read)) = (found, read) {
                    assert_eq!(found, read, "{name} {told:?}");
                }
            }
        }
    }

    #[test]
    fn it_is_known_for_which_actions_the_time_is_enough() {
        let engine = engine();
        let counts = ["see", "hear", "smell", "buy", "wait"]
            .map(|name| engine.vocabulary.time_alone(&action(name)));
        assert_eq!(counts, [Some(3), Some(2), Some(2), None, Some(0)]);
        let Value::Object(less) = json!({ "now": "2030-06-30T22:30:05.123Z", "weekday": 7 }) else {
            panic!("an object")
        };
        engine.context(&action("see"), less).expect_err("the minute is missing");
    }
}
