//! Deciding: a question as it is asked becomes one that policies can answer.

use std::sync::Arc;

use cedar_policy::EntityUid;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    action,
    answer::{Decision, Trouble},
    caller::Caller,
    refusal::Refusal,
    request::{Action, Asked},
    resource,
    subject::{self, Failure},
};
use crate::{
    access::{
        circumstances,
        engine::{Engine, Outcome, Question, Thing},
        principal::Principal,
    },
    app::App,
    clock::Timestamp,
    decisions::Decided,
    oauth,
    replica::Authority,
    storage,
};

/// Under which name policies find the properties of an action, in the context.
const ACTION: &str = "action";
/// What they call an API key there.
const API_KEY: &str = "api_key";

/// What decides one request: the same policies and the same time for all that it asks.
pub struct Judge<'a> {
    /// What else it needs.
    pub app: &'a App,
    /// Who asks.
    pub caller: Caller,
    /// When.
    pub now: Timestamp,
    authority: Arc<Authority>,
}

impl<'a> Judge<'a> {
    /// That of a caller.
    pub fn new(app: &'a App, caller: Caller) -> Self {
        let authority = Arc::clone(&app.replica.authority());
        Self { app, caller, now: app.clock.now(), authority }
    }

    /// The policies. Those that cannot be read decide nothing.
    pub fn engine(&self) -> Result<&Engine, Refusal> {
        self.authority.engine.as_ref().map_err(|_| Refusal::Failed(oauth::Error::server_error()))
    }

    /// Answers one question. What is wrong with it alone denies it, so that the others of a request are answered.
    pub async fn decide(&self, asked: Result<Asked, String>) -> Result<Decision, Refusal> {
        let engine = self.engine()?;
        let id = self.app.uuid();
        let outcome = match asked {
            Ok(asked) => self.outcome(engine, asked).await,
            Err(problem) => Err(Trouble::malformed(problem).into()),
        };
        match outcome {
            Ok((outcome, recorded)) => {
                // One that is on record is called as it is there, so that it can be explained.
                let id = recorded.unwrap_or(id);
                let (permitted, policies) = (outcome.permitted, &outcome.policies);
                tracing::debug!(%id, client = %self.caller.client.id, permitted, ?policies, "decided");
                Ok(Decision::of(id, outcome, self.caller.explains))
            }
            Err(Failure::Trouble(trouble)) => {
                tracing::debug!(%id, client = %self.caller.client.id, ?trouble, "denied");
                Ok(Decision::none(id, trouble))
            }
            Err(Failure::Storage(error)) => Err(error.into()),
        }
    }

    /// What is decided, and the id that it has on record.
    async fn outcome(
        &self,
        engine: &Engine,
        asked: Asked,
    ) -> Result<(Outcome, Option<Uuid>), Failure> {
        let Asked { subject, action, resource, context } = asked;
        let who = (subject.kind.as_str(), subject.id.as_str(), &subject.properties);
        let principal = subject::principal(self.app, engine, who, self.now).await?;
        let thing = resource::thing(self.app, engine, &self.caller, &resource, self.now).await?;
        let context = self.context(context, &action).await?;
        let action = action::find(engine.vocabulary(), &action.name);
        let outcome = question(engine, &principal, action.as_ref(), &thing, &context)?;
        let recorded = action.as_ref().and_then(|action| {
            self.app.decisions.record(&Decided {
                caller: Some(&self.caller.client.id),
                authority: &self.authority,
                principal: &principal,
                action,
                resource: &thing,
                context: &context.told,
                others: &context.others,
                outcome: &outcome,
            })
        });
        Ok((outcome, recorded))
    }

    /// The circumstances: the time is Signet's, all else is told, and what is told of the action is among it. Of an API key
    /// that they name, Signet knows the rest.
    pub async fn context(
        &self,
        mut told: Map<String, Value>,
        action: &Action,
    ) -> storage::Result<Context> {
        told.retain(|_, value| !value.is_null());
        if !action.properties.is_empty() {
            told.insert(ACTION.to_owned(), Value::Object(action.properties.clone()));
        }
        let key = told.get(API_KEY).and_then(|key| key.get("id")?.as_str());
        let others = match key {
            Some(id) => resource::api_key(self.app, id, self.now).await?.into_iter().collect(),
            None => Vec::new(),
        };
        let told = circumstances::of(told, self.now, &self.app.config.access.time_zone.0);
        Ok(Context { told, others })
    }
}

/// In which circumstances something is asked.
pub struct Context {
    told: Map<String, Value>,
    /// What they name.
    others: Vec<Thing>,
}

/// Asks the policies. They were checked against the schema, so nothing that it does not declare is permitted: neither
/// another action, nor that one to others or with other things.
pub fn question(
    engine: &Engine,
    principal: &Principal,
    action: Option<&EntityUid>,
    thing: &Thing,
    context: &Context,
) -> Result<Outcome, Trouble> {
    let (kind, of) = (principal.uid().type_name(), thing.uid.type_name());
    let action = action.filter(|action| engine.vocabulary().applies(action, kind, of));
    let action = action.ok_or_else(|| {
        Trouble::malformed(format!("the schema has no such action of a {kind} with a {of}"))
    })?;
    let question = Question {
        principal,
        action: action.clone(),
        resource: thing,
        context: context.told.clone(),
        others: &context.others,
    };
    engine.decide(question).map_err(|malformed| Trouble::malformed(malformed.0))
}
