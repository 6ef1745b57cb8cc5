//! What policies say of a person's signing in to an application. Where none forbids it to anyone, none is asked.

use std::collections::BTreeSet;

use serde_json::json;

use super::owed::Owed;
use crate::{
    access::{
        Flow, circumstances,
        engine::{Question, StepUp},
        principal::Subject,
    },
    app::App,
    audit::Origin,
    clock::Timestamp,
    decisions::Decided,
    identity::proof::Assurance,
    registry::client::Client,
    replica::PrincipalError,
    storage::{self, sessions::SessionRow},
};

/// What policies say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ruling {
    /// It is permitted.
    #[default]
    Permitted,
    /// It is, once the person has proved this.
    StepUp(StepUp),
    /// It is not.
    Forbidden(BTreeSet<String>),
}

impl Ruling {
    /// Whether it makes a difference: not before it is known who signs in.
    #[must_use]
    pub const fn matters(owed: &Owed) -> bool {
        !matches!(owed, Owed::SignIn | Owed::SelectAccount)
    }

    /// What is owed, where this was so far. A person who has proved all that a policy
    /// wants, and whom it forbids to sign in nonetheless, is not asked for it again.
    #[must_use]
    pub fn apply(&self, owed: Owed, session: &SessionRow, now: Timestamp) -> Owed {
        let step_up = match self {
            _ if !Self::matters(&owed) => return owed,
            Self::Permitted => return owed,
            Self::Forbidden(_) => return Owed::Refusal,
            Self::StepUp(step_up) => step_up,
        };
        let age = now.unix_timestamp() - session.auth_time.unix_timestamp();
        if step_up.max_age.is_some_and(|most| age >= i64::from(most.max(1))) {
            return Owed::SignIn;
        }
        let proven = session.acr.parse().unwrap_or(Assurance::Aal1);
        match step_up.acr.as_deref().map(str::parse::<Assurance>) {
            Some(Ok(level)) if proven < level => Owed::SecondFactor,
            _ => Owed::Refusal,
        }
    }

    /// How surely the person has to prove who they are.
    #[must_use]
    pub fn level(&self) -> Assurance {
        let Self::StepUp(StepUp { acr: Some(acr), .. }) = self else { return Assurance::Aal1 };
        acr.parse().unwrap_or(Assurance::Aal1)
    }

    /// What the person is told of why it is not permitted.
    pub fn reasons(&self) -> impl Iterator<Item = &str> {
        let reasons = match self {
            Self::Forbidden(reasons) => Some(reasons),
            Self::Permitted | Self::StepUp(_) => None,
        };
        reasons.into_iter().flatten().map(String::as_str)
    }
}

/// Asks them. What cannot be decided is forbidden.
pub async fn of(
    app: &App,
    client: &Client,
    session: &SessionRow,
    origin: &Origin,
    now: Timestamp,
) -> storage::Result<Ruling> {
    if app.replica.authority().engine.as_ref().is_ok_and(|engine| !engine.may_forbid(Flow::SignIn))
    {
        return Ok(Ruling::Permitted);
    }
    let forbidden = || Ok(Ruling::Forbidden(BTreeSet::new()));
    let subjects = [Subject::User(session.user_id), Subject::Client(client.id.to_string())];
    let [person, application] = &subjects;
    let found =
        (app.replica.principal(person, now).await, app.replica.principal(application, now).await);
    let (person, application) = match found {
        (Ok(Some(person)), Ok(Some(application))) => (person, application),
        // Disabled meanwhile.
        (Ok(None), _) | (_, Ok(None)) => return forbidden(),
        (Err(PrincipalError::Storage(error)), _) | (_, Err(PrincipalError::Storage(error))) => {
            return Err(error);
        }
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "no one can sign in by policies that cannot be asked");
            return forbidden();
        }
    };
    let authority = app.replica.authority();
    let (Ok(engine), Some(action)) = (&authority.engine, Flow::SignIn.action()) else {
        return forbidden();
    };
    let age = now.unix_timestamp() - session.auth_time.unix_timestamp();
    let mut told = serde_json::Map::new();
    told.insert("acr".to_owned(), json!(session.acr));
    told.insert("amr".to_owned(), json!(session.amr));
    told.insert("auth_age".to_owned(), json!(age.max(0)));
    if let Some(address) = origin.address {
        told.insert("address".to_owned(), json!(address));
    }
    let context = circumstances::of(told, now, &app.config.access.time_zone.0);
    let resource = application.thing();
    let question = Question {
        principal: &person,
        action: action.clone(),
        resource: &resource,
        context: context.clone(),
        others: &[],
    };
    let outcome = match engine.decide(question) {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(%error, client = &*client.id, "a sign-in could not be decided");
            return forbidden();
        }
    };
    app.decisions.record(&Decided {
        caller: None,
        authority: &authority,
        principal: &person,
        action: &action,
        resource: &resource,
        context: &context,
        others: &[],
        outcome: &outcome,
    });
    Ok(match outcome.step_up {
        _ if outcome.permitted => Ruling::Permitted,
        Some(step_up) => Ruling::StepUp(step_up),
        None => Ruling::Forbidden(outcome.reasons),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::{Duration, macros::datetime};
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = datetime!(2030-01-01 12:00 UTC);

    fn session(acr: &str, age: Duration) -> SessionRow {
        SessionRow {
            id: Uuid::nil(),
            user_id: Uuid::nil(),
            auth_time: NOW - age,
            amr: Vec::new(),
            acr: acr.to_owned(),
            proofs: json!({}),
            second_factor: false,
            email: String::new(),
            username: None,
            name: None,
        }
    }

    #[test]
    fn a_policy_is_satisfied_by_what_it_wants_and_asks_for_nothing_twice() {
        let forbidden = Ruling::Forbidden(BTreeSet::new());
        let wants = |text: &str| Ruling::StepUp(StepUp::parse(text).expect(text));
        for (ruling, acr, age, owed, expected) in [
            (Ruling::Permitted, "aal1", 60, Owed::Consent, Owed::Consent),
            (Ruling::Permitted, "aal1", 60, Owed::SecondFactor, Owed::SecondFactor),
            (forbidden.clone(), "aal1", 60, Owed::Nothing, Owed::Refusal),
            (forbidden.clone(), "aal1", 60, Owed::Consent, Owed::Refusal),
            (forbidden.clone(), "aal1", 60, Owed::SecondFactor, Owed::Refusal),
            // Whoever is to sign in may be someone else.
            (forbidden.clone(), "aal1", 60, Owed::SignIn, Owed::SignIn),
            (forbidden, "aal1", 60, Owed::SelectAccount, Owed::SelectAccount),
            (wants("acr=aal2"), "aal1", 60, Owed::Nothing, Owed::SecondFactor),
            (wants("acr=aal2"), "aal2", 60, Owed::Nothing, Owed::Refusal),
            (wants("acr=aal3"), "aal1", 60, Owed::Nothing, Owed::Refusal),
            (wants("max_age=300"), "aal1", 300, Owed::Consent, Owed::SignIn),
            (wants("max_age=300"), "aal1", 299, Owed::Consent, Owed::Refusal),
            (wants("max_age=0"), "aal1", 0, Owed::Nothing, Owed::Refusal),
            (wants("acr=aal2 max_age=300"), "aal1", 300, Owed::Nothing, Owed::SignIn),
            (wants("acr=aal2 max_age=300"), "aal1", 60, Owed::Nothing, Owed::SecondFactor),
        ] {
            let session = session(acr, Duration::seconds(age));
            let case = format!("{ruling:?} {acr} {age} {owed:?}");
            assert_eq!(ruling.apply(owed, &session, NOW), expected, "{case}");
        }
    }
}
