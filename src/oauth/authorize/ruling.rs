//! What policies say of a person's signing in to an application, and what the person owes for it.

use super::owed::Owed;
use crate::{
    access::{Flow, engine::StepUp, principal::Subject},
    app::App,
    audit::Origin,
    clock::Timestamp,
    identity::proof::Assurance,
    oauth::inquiry::{self, Inquiry, Lack, Object, Ruling},
    registry::client::Client,
    storage::{self, sessions::SessionRow},
};

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
        match self {
            _ if !Self::matters(&owed) => owed,
            Self::Permitted => owed,
            Self::Forbidden(_) => Owed::Refusal,
            Self::StepUp(step_up) => lacks(step_up, session, now).unwrap_or(Owed::Refusal),
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

/// What the person of a session has not proved of this, and can be asked for.
pub fn lacks(step_up: &StepUp, session: &SessionRow, now: Timestamp) -> Option<Owed> {
    inquiry::lack(step_up, &session.acr, session.auth_time, now).map(|lack| match lack {
        Lack::Recency => Owed::SignIn,
        Lack::Strength => Owed::SecondFactor,
    })
}

/// Asks them about signing in. What cannot be decided is forbidden.
pub async fn of(
    app: &App,
    client: &Client,
    session: &SessionRow,
    origin: &Origin,
    now: Timestamp,
) -> storage::Result<Ruling> {
    if !inquiry::is_needed(app, Flow::SignIn) {
        return Ok(Ruling::Permitted);
    }
    let (person, object) = (Subject::User(session.user_id), Object::Client(&client.id));
    let inquiry = Inquiry::open(app, Flow::SignIn, &person, object, now).await?;
    let Some(inquiry) = inquiry else { return Ok(Ruling::Forbidden(<_>::default())) };
    let mut told = inquiry::proof(&session.acr, &session.amr, session.auth_time, now);
    inquiry::tell_address(&mut told, origin.address);
    Ok(inquiry.ask(app, told, &[]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
