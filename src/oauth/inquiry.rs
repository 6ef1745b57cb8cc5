//! What Signet asks policies before it does something itself, see [`Flow`]. Where none may forbid it to anyone, none is asked.

use std::{collections::BTreeSet, net::IpAddr, sync::Arc};

use cedar_policy::EntityUid;
use serde_json::{Map, Value, json};

use crate::{
    access::{
        Flow, circumstances,
        engine::{Outcome, Question, StepUp, Thing, uid},
        principal::{Principal, Subject},
    },
    app::App,
    clock::Timestamp,
    decisions::Decided,
    identity::proof::Assurance,
    replica::{Authority, PrincipalError},
    storage,
};

/// What policies say of something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ruling {
    /// It is permitted.
    #[default]
    Permitted,
    /// It is, once the person has proved this.
    StepUp(StepUp),
    /// It is not, and this is what the person may be told of why.
    Forbidden(BTreeSet<String>),
}

impl Ruling {
    fn of(outcome: Outcome) -> Self {
        match outcome.step_up {
            _ if outcome.permitted => Self::Permitted,
            Some(step_up) => Self::StepUp(step_up),
            None => Self::Forbidden(outcome.reasons),
        }
    }

    /// What is said of two things together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Forbidden(mut reasons), Self::Forbidden(more)) => {
                reasons.extend(more);
                Self::Forbidden(reasons)
            }
            (forbidden @ Self::Forbidden(_), _) | (_, forbidden @ Self::Forbidden(_)) => forbidden,
            (Self::StepUp(one), Self::StepUp(other)) => Self::StepUp(one.and(other)),
            (step_up @ Self::StepUp(_), Self::Permitted)
            | (Self::Permitted, step_up @ Self::StepUp(_)) => step_up,
            (Self::Permitted, Self::Permitted) => Self::Permitted,
        }
    }
}

/// What something is done to.
#[derive(Clone, Copy, Debug)]
pub enum Object<'a> {
    /// A client, by its id.
    Client(&'a str),
    /// An API, by its identifier.
    Resource(&'a str),
}

/// Questions of one subject about one object.
pub struct Inquiry {
    authority: Arc<Authority>,
    action: EntityUid,
    principal: Arc<Principal>,
    object: Thing,
    /// The client on whose account it is asked; none for Signet's own.
    caller: Option<String>,
    now: Timestamp,
}

/// Whether a policy may forbid this to anyone. Policies that cannot be read forbid everything.
#[must_use]
pub fn is_needed(app: &App, flow: Flow) -> bool {
    let authority = app.replica.authority();
    !authority.engine.as_ref().is_ok_and(|engine| !engine.may_forbid(flow))
}

impl Inquiry {
    /// Looks up whom and what it is about. None if one of them is gone or disabled, or nothing can be decided about them:
    /// then it is forbidden.
    pub async fn open(
        app: &App,
        flow: Flow,
        subject: &Subject,
        object: Object<'_>,
        now: Timestamp,
    ) -> storage::Result<Option<Self>> {
        match known(app, subject, now).await? {
            Some(principal) => Self::about(app, flow, principal, object, now).await,
            None => Ok(None),
        }
    }

    /// The same about someone who was looked up already.
    pub async fn about(
        app: &App,
        flow: Flow,
        principal: Arc<Principal>,
        object: Object<'_>,
        now: Timestamp,
    ) -> storage::Result<Option<Self>> {
        let object = match object {
            Object::Client(id) => client(app, id, now).await?,
            Object::Resource(identifier) => resource(app, identifier),
        };
        let (Some(object), Some(action)) = (object, flow.action()) else { return Ok(None) };
        let authority = Arc::clone(&app.replica.authority());
        Ok(Some(Self { authority, action, principal, object, caller: None, now }))
    }

    /// Has it on record as a client's.
    #[must_use]
    pub fn called_by(self, client_id: &str) -> Self {
        Self { caller: Some(client_id.to_owned()), ..self }
    }

    /// Asks.
    pub fn ask(&self, app: &App, told: Map<String, Value>, others: &[Thing]) -> Ruling {
        Ruling::of(self.decide(app, told, others))
    }

    /// Has it decided, and recorded. What cannot be decided is forbidden.
    pub fn decide(&self, app: &App, told: Map<String, Value>, others: &[Thing]) -> Outcome {
        let Ok(engine) = &self.authority.engine else { return Outcome::default() };
        let context = circumstances::of(told, self.now, &app.config.access.time_zone.0);
        let question = Question {
            principal: &self.principal,
            action: self.action.clone(),
            resource: &self.object,
            context: context.clone(),
            others,
        };
        let outcome = match engine.decide(question) {
            Ok(outcome) => outcome,
            Err(error) => {
                let (action, principal) = (&self.action, self.principal.uid());
                tracing::error!(%error, %action, %principal, "what cannot be decided is forbidden");
                return Outcome::default();
            }
        };
        app.decisions.record(&Decided {
            caller: self.caller.as_deref(),
            authority: &self.authority,
            principal: &self.principal,
            action: &self.action,
            resource: &self.object,
            context: &context,
            others,
            outcome: &outcome,
        });
        outcome
    }
}

/// What someone has not proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// It is too long ago.
    Recency,
    /// It is not sure enough.
    Strength,
}

/// What someone who proved who they are so surely and then has not proved of what is wanted, if they can. What is no class of
/// Signet's is never proved.
#[must_use]
pub fn lack(wanted: &StepUp, acr: &str, auth_time: Timestamp, now: Timestamp) -> Option<Lack> {
    let age = now.unix_timestamp() - auth_time.unix_timestamp();
    if wanted.max_age.is_some_and(|most| age >= i64::from(most.max(1))) {
        return Some(Lack::Recency);
    }
    let proven = acr.parse().unwrap_or(Assurance::Aal1);
    match wanted.acr.as_deref().map(str::parse::<Assurance>) {
        Some(Ok(level)) if proven < level => Some(Lack::Strength),
        _ => None,
    }
}

/// What policies are told of how a person proved who they are. The class is by the methods: what a client was told by
/// another name is still the same.
#[must_use]
pub fn proof(
    acr: &str,
    amr: &[String],
    auth_time: Timestamp,
    now: Timestamp,
) -> Map<String, Value> {
    let proven = acr.parse().unwrap_or(Assurance::Aal1).max(Assurance::of_methods(amr));
    let age = now.unix_timestamp() - auth_time.unix_timestamp();
    Map::from_iter([
        ("acr".to_owned(), json!(proven.to_string())),
        ("amr".to_owned(), json!(amr)),
        ("auth_age".to_owned(), json!(age.max(0))),
    ])
}

/// Adds where a request comes from.
pub fn tell_address(told: &mut Map<String, Value>, address: Option<IpAddr>) {
    if let Some(address) = address {
        told.insert("address".to_owned(), json!(address));
    }
}

/// A client, as policies see it. None if it is gone or disabled.
pub async fn client(app: &App, id: &str, now: Timestamp) -> storage::Result<Option<Thing>> {
    let principal = known(app, &Subject::Client(id.to_owned()), now).await?;
    Ok(principal.map(|principal| principal.thing()))
}

/// An API, as policies see it.
#[must_use]
pub fn resource(app: &App, identifier: &str) -> Option<Thing> {
    let catalogue = app.replica.resources();
    let name = catalogue.get(identifier).map(|resource| json!(resource.metadata.name));
    let attributes = name.map(|name| ("name".to_owned(), name)).into_iter().collect();
    Some(Thing { uid: uid("Resource", identifier)?, attributes, parents: Vec::new() })
}

async fn known(
    app: &App,
    subject: &Subject,
    now: Timestamp,
) -> storage::Result<Option<Arc<Principal>>> {
    match app.replica.principal(subject, now).await {
        Ok(principal) => Ok(principal),
        Err(PrincipalError::Storage(error)) => Err(error),
        Err(error) => {
            tracing::error!(%error, %subject, "policies cannot be asked about them");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn of_two_rulings_the_stricter_counts_and_proofs_add_up() {
        let forbidden = |reason: &str| Ruling::Forbidden(BTreeSet::from([reason.to_owned()]));
        let wants = |text: &str| Ruling::StepUp(StepUp::parse(text).expect(text));
        let both = Ruling::Forbidden(BTreeSet::from(["a".to_owned(), "b".to_owned()]));
        for (one, other, expected) in [
            (Ruling::Permitted, Ruling::Permitted, Ruling::Permitted),
            (Ruling::Permitted, wants("acr=aal2"), wants("acr=aal2")),
            (wants("acr=aal2"), forbidden("a"), forbidden("a")),
            (forbidden("a"), forbidden("b"), both),
            (wants("acr=aal2"), wants("max_age=9"), wants("acr=aal2 max_age=9")),
            (wants("max_age=5"), wants("max_age=9"), wants("max_age=5")),
        ] {
            assert_eq!(one.clone().and(other.clone()), expected);
            assert_eq!(other.and(one), expected);
        }
    }

    #[test]
    fn the_class_is_by_the_methods_whatever_a_client_was_told() {
        let now = datetime!(2030-01-01 12:00 UTC);
        let methods =
            |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        for (acr, amr, expected) in [
            ("aal1", methods(&["pwd"]), "aal1"),
            ("aal2", methods(&["mfa", "otp", "pwd"]), "aal2"),
            ("aal1", methods(&["mfa", "otp", "pwd"]), "aal2"),
            ("else", methods(&["pwd"]), "aal1"),
        ] {
            let told = proof(acr, &amr, now - time::Duration::MINUTE, now);
            assert_eq!(told["acr"], expected);
            assert_eq!(told["auth_age"], 60);
        }
        assert_eq!(proof("aal1", &[], now + time::Duration::MINUTE, now)["auth_age"], 0);
    }
}
