//! Policies as they are written and kept: Cedar's text, a schema, and links of templates. Checked as a whole before they are
//! saved, and compiled to decide.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    str::FromStr,
};

use cedar_policy::{EntityUid, PolicyId, PolicySet, SlotId, ValidationMode, Validator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{place, roles::Roles, schema::Vocabulary, store::Store};

/// What files of policies are called in what is said of them.
pub const POLICIES: &str = "policies.cedar";
/// What the file of an operator's schema is called.
pub const SCHEMA: &str = "schema.cedarschema";
/// What the file of links is called.
pub const LINKS: &str = "links.json";
/// What the file of entities is called.
pub const ENTITIES: &str = "entities.json";

/// The longest text of policies, and of a schema, in bytes.
pub const LONGEST: usize = 4 << 20;

/// Why policies cannot be saved. Its text is for whoever wrote them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problem(pub String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Policies as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The schema of an operator, in Cedar's schema language.
    pub schema: String,
    /// Policies and templates, in Cedar. Each has an `@id` of its own.
    pub policies: String,
    /// Policies that are made of the templates.
    pub links: Vec<Link>,
    /// What policies know of besides people, clients, groups, roles and resources: a list in Cedar's JSON. None is null.
    pub entities: Value,
}

/// A policy that is made of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Its own id.
    pub id: String,
    /// The `@id` of the template.
    pub template: String,
    /// What stands for `?principal`, such as `User::"…"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// What stands for `?resource`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

/// Policies that were read.
#[derive(Debug)]
pub struct Parsed {
    /// What they speak of.
    pub vocabulary: Vocabulary,
    /// Each under the id that its author gave it.
    pub policies: PolicySet,
    /// What they know of besides people and clients.
    pub store: Store,
}

impl Source {
    /// Reads all of it. What was saved once stays readable, also when a role that it speaks of is gone.
    pub fn parse(&self, roles: &Roles) -> Result<Parsed, Problem> {
        let vocabulary = Vocabulary::new(&self.schema, roles)?;
        let store = Store::new(&self.entities, &vocabulary)?;
        Ok(Parsed { vocabulary, policies: self.policies()?, store })
    }

    /// Checks all of it strictly against the schema, before it is saved. Returns what may be a slip.
    pub fn check(&self, roles: &Roles) -> Result<Vec<String>, Problem> {
        if self.schema.len() > LONGEST || self.policies.len() > LONGEST {
            return Err(Problem(format!("no more than {LONGEST} bytes")));
        }
        let Parsed { vocabulary, policies, .. } = self.parse(roles)?;
        let validator = Validator::new(vocabulary.schema().clone());
        let result = validator.validate(&policies, ValidationMode::Strict);
        let place = |error: &dyn miette::Diagnostic| place::at(POLICIES, &self.policies, error);
        let problems: Vec<String> = result.validation_errors().map(|error| place(error)).collect();
        if !problems.is_empty() {
            return Err(Problem(problems.join("\n")));
        }
        Ok(result.validation_warnings().map(|warning| place(warning)).collect())
    }

    /// The text of one policy by its id.
    #[must_use]
    pub fn text_of(&self, id: &str) -> Option<String> {
        let set = self.policies().ok()?;
        let policy = set.policy(&PolicyId::new(id))?;
        let template = policy.template_id().and_then(|id| set.template(id));
        let link = self.links.iter().find(|link| link.id == id);
        let link = link.and_then(|link| serde_json::to_string(link).ok());
        Some(match template {
            Some(template) => format!("{template}\n{}", link.unwrap_or_default()),
            None => policy.to_string(),
        })
    }

    /// The policies, each under the `@id` that its author gave it: what is recorded of a decision must still mean the same
    /// when another policy is put before it.
    fn policies(&self) -> Result<PolicySet, Problem> {
        let parsed = PolicySet::from_str(&self.policies)
            .map_err(|errors| Problem(messages(&self.policies, &errors)))?;
        let mut set = PolicySet::new();
        let mut seen = HashSet::new();
        let mut named = |annotation: Option<&str>, text: String| {
            let id = annotation.map(str::trim).unwrap_or_default();
            if id.is_empty() || id.contains(':') {
                return Err(Problem(format!(
                    "a policy needs an @id(\"…\") without colons:\n{text}"
                )));
            }
            if !seen.insert(id.to_owned()) {
                return Err(Problem(format!("@id(\"{id}\") is there twice")));
            }
            Ok(PolicyId::new(id))
        };
        for template in parsed.templates() {
            let id = named(template.annotation("id"), template.to_string())?;
            set.add_template(template.new_id(id)).map_err(problem)?;
        }
        for policy in parsed.policies() {
            let id = named(policy.annotation("id"), policy.to_string())?;
            set.add(policy.new_id(id)).map_err(problem)?;
        }
        for link in &self.links {
            named(Some(&link.id), format!("{link:?}"))?;
            let slots =
                [(SlotId::principal(), &link.principal), (SlotId::resource(), &link.resource)];
            let mut values = HashMap::new();
            for (slot, value) in slots {
                let Some(value) = value else { continue };
                let uid = EntityUid::from_str(value)
                    .map_err(|error| Problem(format!("{LINKS}: {}: {error}", link.id)))?;
                values.insert(slot, uid);
            }
            set.link(PolicyId::new(&link.template), PolicyId::new(&link.id), values)
                .map_err(|error| Problem(format!("{LINKS}: {}: {error}", link.id)))?;
        }
        Ok(set)
    }
}

fn problem(error: impl fmt::Display) -> Problem {
    Problem(error.to_string())
}

fn messages(text: &str, errors: &cedar_policy::ParseErrors) -> String {
    errors.iter().map(|error| place::at(POLICIES, text, error)).collect::<Vec<_>>().join("\n")
}
