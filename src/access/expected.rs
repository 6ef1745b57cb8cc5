//! Expected decisions: a file of questions with what has to come of each, for tests of policies.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;
use time::macros::datetime;

use super::{
    asked::Asked,
    circumstances,
    engine::{Engine, Outcome, StepUp},
    roles::{Metadata, Role, Roles},
    source::Problem,
};
use crate::clock::Timestamp;

/// The time of a question that names none: a Tuesday.
const NOON: Timestamp = datetime!(2030-01-01 12:00 UTC);

/// A file of expected decisions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectations {
    /// The time zone of `weekday` and `minute`; what is configured if none.
    #[serde(default)]
    time_zone: Option<String>,
    /// Roles beside those that there are.
    #[serde(default)]
    role: Vec<RoleEntry>,
    #[serde(default)]
    test: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct RoleEntry {
    name: String,
    #[serde(flatten)]
    metadata: Metadata,
}

/// A question, and what has to come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// When it is asked.
    #[serde(default, with = "time::serde::rfc3339::option")]
    at: Option<Timestamp>,
    subject: super::asked::Party,
    action: String,
    resource: super::asked::Object,
    #[serde(default)]
    context: serde_json::Map<String, Value>,
    /// What the context names, such as an API key.
    #[serde(default)]
    others: Vec<super::asked::Object>,
    expect: Decision,
    /// The policies that have to decide it, all of them.
    #[serde(default)]
    policies: Option<BTreeSet<String>>,
    /// As in `@step_up`; empty for none.
    #[serde(default)]
    step_up: Option<String>,
    #[serde(default)]
    obligations: Option<BTreeSet<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Decision {
    Permit,
    Deny,
}

/// A decision that is not what was expected.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    /// The name of the case.
    pub name: String,
    /// What was expected, and what came of it, line by line.
    pub lines: Vec<String>,
}

impl Expectations {
    /// Reads a file, of TOML or, by its name, of JSON.
    pub fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        let wrong = |error: String| Problem(format!("{name}: {error}"));
        let json = std::path::Path::new(name).extension().is_some_and(|end| end == "json");
        let value: Value = if json {
            serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?
        } else {
            let table: toml::Table =
                text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
            json_of(toml::Value::Table(table))
        };
        let read: Self = serde_path_to_error::deserialize(value)
            .map_err(|error| wrong(format!("{}: {}", error.path(), error.inner())))?;
        if read.test.is_empty() {
            return Err(wrong("no [[test]] is in it".to_owned()));
        }
        let mut names = BTreeSet::new();
        match read.test.iter().find(|case| !names.insert(case.name.as_str())) {
            Some(case) => Err(wrong(format!("{:?} is there twice", case.name))),
            None => Ok(read),
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.test.len()
    }

    /// These roles, and above them those of the file.
    #[must_use]
    pub fn with_roles(&self, there: &Roles) -> Roles {
        let mut all: BTreeMap<String, Role> =
            there.iter().map(|role| (role.name.clone(), role.clone())).collect();
        for RoleEntry { name, metadata } in &self.role {
            let role = Role { name: name.clone(), metadata: metadata.clone() };
            all.insert(name.clone(), role);
        }
        Roles::new(all.into_values().collect())
    }

    /// Asks all of them. Those that are not as expected.
    pub fn run(
        &self,
        engine: &Engine,
        roles: &Roles,
        zone: &TimeZone,
    ) -> Result<Vec<Failure>, Problem> {
        let zone = match &self.time_zone {
            None => zone.clone(),
            Some(name) => TimeZone::get(name)
                .map_err(|_| Problem(format!("time_zone: {name:?} is no time zone")))?,
        };
        let failures = self.test.iter().filter_map(|case| {
            let lines = case.run(engine, roles, &zone);
            (!lines.is_empty()).then(|| Failure { name: case.name.clone(), lines })
        });
        Ok(failures.collect())
    }
}

impl Case {
    fn run(&self, engine: &Engine, roles: &Roles, zone: &TimeZone) -> Vec<String> {
        let now = self.at.unwrap_or(NOON);
        let mut context = circumstances::of(self.context.clone(), now, zone);
        // Whoever tests may tell the hour also by these.
        for name in ["now", "weekday", "minute"] {
            if let Some(told) = self.context.get(name) {
                context.insert(name.to_owned(), told.clone());
            }
        }
        let asked = Asked {
            subject: self.subject.clone(),
            action: self.action.clone(),
            resource: self.resource.clone(),
            context,
            others: self.others.clone(),
        };
        if let Some(undeclared) = self.undeclared(&asked, engine) {
            return vec![undeclared];
        }
        match asked.decide(engine, roles, now) {
            Ok(outcome) => self.compare(&outcome),
            Err(malformed) => vec![format!("it cannot be asked: {malformed}")],
        }
    }

    /// What no policy can speak of, and so is a slip.
    fn undeclared(&self, asked: &Asked, engine: &Engine) -> Option<String> {
        let vocabulary = engine.vocabulary();
        let Some(declared) = asked.action().and_then(|action| vocabulary.context(&action)) else {
            return Some(format!("no action {} is declared", self.action));
        };
        let mut told = vec![(&self.subject.kind, &self.subject.properties)];
        let things = [&self.resource].into_iter().chain(&self.others);
        told.extend(things.map(|thing| (&thing.kind, &thing.properties)));
        for (kind, properties) in told {
            let Some(names) = vocabulary.attributes(kind) else {
                return Some(format!("no entity type {kind} is declared"));
            };
            if let Some(name) = properties.keys().find(|name| !names.contains(*name)) {
                return Some(format!("{kind} has no attribute {name}"));
            }
        }
        let name = self.context.keys().find(|name| !declared.contains(*name))?;
        Some(format!("the context of {} has no {name}", self.action))
    }

    fn compare(&self, outcome: &Outcome) -> Vec<String> {
        let mut lines = Vec::new();
        let mut differ = |what: &str, expected: String, got: String| {
            if expected != got {
                lines.push(format!("expected {what} {expected}, got {got}"));
            }
        };
        let decision = |permitted| if permitted { "permit" } else { "deny" }.to_owned();
        differ("decision", decision(self.expect == Decision::Permit), decision(outcome.permitted));
        if let Some(policies) = &self.policies {
            differ("policies", set(policies), set(&outcome.policies));
        }
        if let Some(text) = &self.step_up {
            let expected = if text.is_empty() { Some(None) } else { StepUp::parse(text).map(Some) };
            let shown = |step_up: &Option<StepUp>| {
                step_up.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
            };
            let expected = expected.as_ref().map_or_else(|| format!("{text:?}"), shown);
            differ("step-up", expected, shown(&outcome.step_up));
        }
        if let Some(obligations) = &self.obligations {
            differ("obligations", set(obligations), set(&outcome.obligations));
        }
        if !lines.is_empty() {
            lines.push(format!("decided by {}", set(&outcome.policies)));
            lines.extend(outcome.errors.iter().map(|(id, error)| format!("{id}: {error}")));
        }
        lines
    }
}

/// Names in order, or the word for none of them.
#[must_use]
pub fn set(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return "no policy".to_owned();
    }
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// TOML as JSON, times as text.
fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(values) => values.into_iter().map(json_of).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(name, value)| (name, json_of(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::source::Source;

    const SCHEMA: &str = "entity Document = { owner: User };
        action read appliesTo { principal: User, resource: Document, context: Circumstances };";
    const POLICIES: &str = "
        @id(\"owner\") permit(principal, action == Action::\"read\", resource is Document)
            when { resource.owner == principal };
        @id(\"night\") @step_up(\"acr=aal2\") forbid(principal, action == Action::\"read\", resource is Document)
            when { context.minute < 360 && !(context has acr && context.acr == \"aal2\") };";

    fn failures(tests: &str) -> Vec<Failure> {
        let source = Source {
            schema: SCHEMA.to_owned(),
            policies: POLICIES.to_owned(),
            ..Source::default()
        };
        let file = Expectations::parse("t.toml", tests).expect("a file");
        let roles = file.with_roles(&Roles::default());
        let engine = Engine::new(&source, &roles).expect("policies");
        file.run(&engine, &roles, &TimeZone::UTC).expect("run")
    }

    fn case(more: &str) -> String {
        format!(
            "[[test]]\nname = \"t\"\nsubject = {{ type = \"User\", id = \"alice\" }}\naction = \"read\"\n\
             resource = {{ type = \"Document\", id = \"1\", properties = {{ owner = {{ type = \"User\", id = \"alice\" }} }} }}\n{more}"
        )
    }

    #[test]
    fn what_is_as_expected_is_no_failure() {
        for more in [
            "expect = \"permit\"",
            "expect = \"permit\"\npolicies = [\"owner\"]\nstep_up = \"\"\nobligations = []",
            "at = 2030-01-01T01:00:00Z\nexpect = \"deny\"\npolicies = [\"night\"]\nstep_up = \"acr=aal2\"",
            "at = 2030-01-01T01:00:00Z\ncontext = { acr = \"aal2\" }\nexpect = \"permit\"",
            "context = { minute = 60 }\nexpect = \"deny\"",
        ] {
            assert_eq!(failures(&case(more)), [], "{more}");
        }
    }

    #[test]
    fn what_is_not_as_expected_is_said_with_what_was_instead() {
        for (more, expected) in [
            ("expect = \"deny\"", "expected decision deny, got permit"),
            ("expect = \"permit\"\npolicies = [\"other\"]", "expected policies other, got owner"),
            ("expect = \"permit\"\nstep_up = \"acr=aal2\"", "expected step-up acr=aal2, got none"),
            (
                "expect = \"permit\"\nobligations = [\"log\"]",
                "expected obligations log, got no policy",
            ),
            ("expect = \"permit\"\ncontext = { hour = 1 }", "has no hour"),
        ] {
            let failures = failures(&case(more));
            let lines = failures.first().map(|failure| failure.lines.join("\n"));
            assert!(
                lines.as_ref().is_some_and(|lines| lines.contains(expected)),
                "{more}: {lines:?}"
            );
        }
        let unknown = case("expect = \"deny\"").replace("\"read\"", "\"raed\"");
        assert!(failures(&unknown)[0].lines[0].contains("no action raed"));
        let unknown = case("expect = \"deny\"").replace("owner =", "ower =");
        assert!(failures(&unknown)[0].lines[0].contains("no attribute ower"));
    }

    #[test]
    fn a_file_that_cannot_be_read_says_where() {
        for (text, expected) in [
            ("", "no [[test]]"),
            ("[[test]]\nname = 1", "test[0].name"),
            ("[[tests]]\nname = \"t\"", "tests"),
            ("[[test]", "t.toml"),
        ] {
            let problem = Expectations::parse("t.toml", text).expect_err(text).to_string();
            assert!(problem.contains(expected), "{text}: {problem}");
        }
        let twice = case("expect = \"deny\"\n").repeat(2);
        assert!(
            Expectations::parse("t.toml", &twice).expect_err("twice").to_string().contains("twice")
        );
    }

    #[test]
    fn roles_of_the_file_permit_what_they_say() {
        let role =
            "[[role]]\nname = \"clerk\"\npermissions = { \"https://api\" = [\"orders:read\"] }\n";
        let test = "[[test]]\nname = \"t\"\nsubject = { type = \"User\", id = \"a\", roles = [\"clerk\"] }\n\
             action = \"orders:read\"\nresource = { type = \"Resource\", id = \"https://api\" }\nexpect = \"permit\"\n\
             policies = [\"role:clerk@https://api\"]\n";
        assert_eq!(failures(&format!("{role}{test}")), []);
    }
}
