//! Decisions: permitted if a policy permits it and none forbids it; otherwise not.
//!
//! Cedar evaluates every policy that it is given, which takes as long as there are policies. So each is filed under the
//! rarest entity that its scope names, and a decision looks at those under the entities of the question and their ancestors.
//! As a decision is made of policies one by one, and no policy's scope can hold without the entity that it is filed under,
//! the outcome is the same.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    str::FromStr,
};

use cedar_policy::{
    ActionConstraint, Authorizer, Effect, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    Policy, PolicyId, PolicySet, PolicySetError, PrincipalConstraint, Request, ResourceConstraint,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use notes::StepUp;

use self::notes::Notes;
use super::{
    flows::{self, Flow, Reach},
    principal::{Principal, entity, report},
    roles::Roles,
    schema::Vocabulary,
    source::{Parsed, Problem, Source},
    store::Store,
};

/// Policies that are ready to decide.
#[derive(Debug)]
pub struct Engine {
    vocabulary: Vocabulary,
    store: Store,
    permits: Index,
    forbids: Index,
    notes: HashMap<String, Notes>,
    reach: Reach,
    authorizer: Authorizer,
}

/// What is asked.
#[derive(Debug)]
pub struct Question<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// To do what.
    pub action: EntityUid,
    /// With what.
    pub resource: &'a Thing,
    /// In which circumstances, by name.
    pub context: Map<String, Value>,
    /// What the circumstances name, such as an API key.
    pub others: &'a [Thing],
}

/// Something that access is to, or that is named besides.
#[derive(Clone, Debug)]
pub struct Thing {
    /// Its name.
    pub uid: EntityUid,
    /// What is known of it, by name.
    pub attributes: Map<String, Value>,
    /// What it is part of.
    pub parents: Vec<EntityUid>,
}

/// A decision, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// Whether it is permitted.
    pub permitted: bool,
    /// The policies that decided: those that forbid, or else those that permit. None if no policy permits it.
    pub policies: BTreeSet<String>,
    /// The policies that could not be evaluated, with the reason.
    pub errors: BTreeMap<String, String>,
    /// What would let it be permitted, where every policy that forbids it is satisfied by that (`@step_up("acr=aal2
    /// max_age=300")`).
    pub step_up: Option<StepUp>,
    /// What the person may be told (`@reason("…")`) by the policies that forbid.
    pub reasons: BTreeSet<String>,
    /// What whoever asks has to do besides (`@obligations("watermark log")`), by the policies that decided.
    pub obligations: BTreeSet<String>,
}

/// A question that cannot be asked like this. Its text is for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

/// The entity of a type and an id. None if the type is no name.
#[must_use]
pub fn uid(entity_type: &str, id: &str) -> Option<EntityUid> {
    let entity_type = EntityTypeName::from_str(entity_type).ok()?;
    Some(EntityUid::from_type_name_and_id(entity_type, EntityId::new(id)))
}

impl Engine {
    /// Compiles policies, and those that roles stand for.
    pub fn new(source: &Source, roles: &Roles) -> Result<Self, Problem> {
        let Parsed { vocabulary, policies, store } = source.parse(roles)?;
        let mut all: Vec<Policy> = policies.policies().cloned().collect();
        all.extend(of_roles(roles)?);
        all.extend(flows::permits()?);
        let mut notes = HashMap::new();
        for policy in &all {
            let read = Notes::of(policy)?;
            if read != Notes::default() {
                notes.insert(policy.id().to_string(), read);
            }
        }
        let (permits, forbids): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|policy| policy.effect() == Effect::Permit);
        let reach = Reach::of(&forbids, &vocabulary);
        Ok(Self {
            vocabulary,
            store,
            permits: Index::new(permits, &policies)?,
            forbids: Index::new(forbids, &policies)?,
            notes,
            reach,
            authorizer: Authorizer::new(),
        })
    }

    /// What the policies can speak of.
    #[must_use]
    pub const fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// What is kept with the policies.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Whether a policy may forbid this. What none may is not worth asking about.
    #[must_use]
    pub fn may_forbid(&self, flow: Flow) -> bool {
        self.reach.has(flow)
    }

    /// What of these policies may be a slip.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.reach.warnings()
    }

    /// Decides. What the schema does not declare is not looked at.
    pub fn decide(&self, question: Question<'_>) -> Result<Outcome, Malformed> {
        let Question { principal, action, resource, context, others } = question;
        let entities = self.with(&principal.entities, &action, resource, others)?;
        let context = self.context(&action, context)?;
        let about = [&principal.uid, &action, &resource.uid];
        let mut named: HashSet<&EntityUid> = HashSet::from(about);
        named.extend(about.iter().flat_map(|uid| entities.ancestors(uid).into_iter().flatten()));
        let request = Request::new(
            principal.uid.clone(),
            action.clone(),
            resource.uid.clone(),
            context,
            None,
        )
        .map_err(|error| Malformed(error.to_string()))?;
        let evaluate = |index: &Index| {
            let mut found = Found::default();
            for set in index.under(&named) {
                found.add(&self.authorizer.is_authorized(&request, set, &entities));
            }
            found
        };
        Ok(self.conclude(evaluate(&self.permits), evaluate(&self.forbids)))
    }

    /// A policy that cannot be evaluated permits nothing; one that would forbid does.
    fn conclude(&self, permits: Found, forbids: Found) -> Outcome {
        let permitted = !permits.satisfied.is_empty();
        let forbidden = !forbids.satisfied.is_empty() || !forbids.errors.is_empty();
        let step_up = if permitted && forbids.errors.is_empty() {
            self.step_up(&forbids.satisfied)
        } else {
            None
        };
        let mut policies = if forbidden { forbids.satisfied } else { permits.satisfied };
        if forbidden {
            policies.extend(forbids.errors.keys().cloned());
        }
        let notes = || policies.iter().filter_map(|id| self.notes.get(id));
        Outcome {
            permitted: permitted && !forbidden,
            step_up,
            reasons: notes().filter_map(|notes| notes.reason.clone()).collect(),
            obligations: notes().flat_map(|notes| notes.obligations.iter().cloned()).collect(),
            errors: permits.errors.into_iter().chain(forbids.errors).collect(),
            policies,
        }
    }

    /// What satisfies all of these policies, if each of them can be.
    fn step_up(&self, forbids: &BTreeSet<String>) -> Option<StepUp> {
        let mut all: Option<StepUp> = None;
        for id in forbids {
            let one = self.notes.get(id)?.step_up.clone()?;
            all = Some(match all {
                Some(all) => all.and(one),
                None => one,
            });
        }
        all
    }

    /// The entities of the principal, and those of the action, the resource and others.
    fn with(
        &self,
        entities: &Entities,
        action: &EntityUid,
        resource: &Thing,
        others: &[Thing],
    ) -> Result<Entities, Malformed> {
        let mut more: Vec<Entity> = self.vocabulary.action(action).cloned().into_iter().collect();
        // Who asks for access to themself is known already.
        let mut things = vec![("resource", resource)];
        things.extend(others.iter().map(|thing| ("others", thing)));
        things.retain(|(_, thing)| entities.get(&thing.uid).is_none());
        if !things.is_empty() {
            let named =
                things.iter().flat_map(|(_, thing)| [&thing.uid].into_iter().chain(&thing.parents));
            let from = entities.iter().map(Entity::uid).chain(named.cloned());
            more.extend(self.store.reached(from, entities));
        }
        for (what, thing) in things {
            // What is kept of it counts, and not what is told.
            if self.store.get(&thing.uid).is_none() {
                let entity = self.entity_of(thing);
                more.push(entity.map_err(|error| Malformed(format!("{what}: {error}")))?);
            }
        }
        // Each was checked against the schema when it was read.
        entities
            .clone()
            .add_entities(more, None)
            .map_err(|error| Malformed(format!("resource: {}", report(&error))))
    }

    /// The entity of something of which nothing is kept.
    fn entity_of(&self, thing: &Thing) -> Result<Entity, Malformed> {
        let (kind, id) = (thing.uid.type_name().to_string(), thing.uid.id().unescaped());
        let known = self.vocabulary.attributes(&kind);
        let schema = known.map(|_| self.vocabulary.schema());
        let told = thing.attributes.iter();
        let told = told.filter(|(name, _)| known.is_some_and(|known| known.contains(*name)));
        let told: Map<String, Value> =
            told.map(|(name, value)| (name.clone(), value.clone())).collect();
        let parents = thing
            .parents
            .iter()
            .map(|uid| json!({ "type": uid.type_name().to_string(), "id": uid.id().unescaped() }));
        let json = entity(&kind, id, Value::Object(told), parents.collect::<Vec<_>>());
        Entity::from_json_value(json, schema).map_err(|error| Malformed(report(&error)))
    }
}

/// What roles permit, as policies.
fn of_roles(roles: &Roles) -> Result<Vec<Policy>, Problem> {
    let mut policies = Vec::new();
    for role in roles.iter() {
        for (resource, names) in &role.metadata.permissions {
            let actions: Vec<String> =
                names.iter().filter_map(|name| Some(uid("Action", name)?.to_string())).collect();
            let (Some(holder), Some(at)) = (uid("Role", &role.name), uid("Resource", resource))
            else {
                continue;
            };
            if actions.is_empty() {
                continue;
            }
            let text = format!(
                "permit(principal in {holder}, action in [{}], resource in {at});",
                actions.join(", ")
            );
            let id = PolicyId::new(format!("role:{}@{resource}", role.name));
            let policy = Policy::parse(Some(id), text);
            policies.push(policy.map_err(|error| Problem(format!("role {}: {error}", role.name)))?);
        }
    }
    Ok(policies)
}

/// The policies of an evaluation that hold, and those that failed.
#[derive(Default)]
struct Found {
    satisfied: BTreeSet<String>,
    errors: BTreeMap<String, String>,
}

impl Found {
    fn add(&mut self, response: &cedar_policy::Response) {
        let diagnostics = response.diagnostics();
        self.satisfied.extend(diagnostics.reason().map(ToString::to_string));
        self.errors.extend(diagnostics.errors().map(|error| {
            let cedar_policy::AuthorizationError::PolicyEvaluationError(error) = error;
            (error.policy_id().to_string(), error.inner().to_string())
        }));
    }
}

/// Policies of one effect, each filed under an entity that its scope names.
#[derive(Debug, Default)]
struct Index {
    filed: HashMap<EntityUid, PolicySet>,
    /// Those whose scope names none.
    rest: PolicySet,
}

impl Index {
    fn new(policies: Vec<Policy>, templates: &PolicySet) -> Result<Self, Problem> {
        let mut counts: HashMap<EntityUid, usize> = HashMap::new();
        for uid in policies.iter().flat_map(named_by).flatten() {
            *counts.entry(uid).or_default() += 1;
        }
        let mut index = Self::default();
        for policy in policies {
            let rarest = named_by(&policy)
                .into_iter()
                .min_by_key(|uids| uids.iter().filter_map(|uid| counts.get(uid)).max().copied());
            let add = |set: &mut PolicySet| {
                add(set, &policy, templates).map_err(|error| Problem(error.to_string()))
            };
            match rarest {
                None => add(&mut index.rest)?,
                Some(uids) => {
                    for uid in uids {
                        add(index.filed.entry(uid).or_default())?;
                    }
                }
            }
        }
        Ok(index)
    }

    fn under<'a>(&'a self, named: &'a HashSet<&EntityUid>) -> impl Iterator<Item = &'a PolicySet> {
        let rest = (!self.rest.is_empty()).then_some(&self.rest);
        rest.into_iter().chain(named.iter().filter_map(|uid| self.filed.get(*uid)))
    }
}

/// Adds a policy, with the template that it is made of.
fn add(
    set: &mut PolicySet,
    policy: &Policy,
    templates: &PolicySet,
) -> Result<(), Box<PolicySetError>> {
    let Some(id) = policy.template_id() else { return Ok(set.add(policy.clone())?) };
    if set.template(id).is_none()
        && let Some(template) = templates.template(id)
    {
        set.add_template(template.clone())?;
    }
    let values = policy.template_links().unwrap_or_default();
    Ok(set.link(id.clone(), policy.id().clone(), values)?)
}

/// The entities under which a policy can be filed: for each part of its scope, those one of which is needed.
fn named_by(policy: &Policy) -> Vec<Vec<EntityUid>> {
    let principal = match policy.principal_constraint() {
        PrincipalConstraint::In(uid)
        | PrincipalConstraint::Eq(uid)
        | PrincipalConstraint::IsIn(_, uid) => Some(vec![uid]),
        PrincipalConstraint::Any | PrincipalConstraint::Is(_) => None,
    };
    let resource = match policy.resource_constraint() {
        ResourceConstraint::In(uid)
        | ResourceConstraint::Eq(uid)
        | ResourceConstraint::IsIn(_, uid) => Some(vec![uid]),
        ResourceConstraint::Any | ResourceConstraint::Is(_) => None,
    };
    let action = match policy.action_constraint() {
        ActionConstraint::Eq(uid) => Some(vec![uid]),
        ActionConstraint::In(uids) => Some(uids),
        ActionConstraint::Any => None,
    };
    [principal, resource, action].into_iter().flatten().collect()
}

mod context;
mod notes;

#[cfg(test)]
mod tests;
