//! What policies say before tokens are made of what a person granted: whether they may still sign in to the client, and
//! which scopes it may still get.

use uuid::Uuid;

use crate::{
    access::{Flow, principal::Subject},
    app::App,
    clock::Timestamp,
    identity::proof::Assurance,
    oauth::{
        Error,
        granting::{self, Asking},
        inquiry::{self, Inquiry, Object, Ruling},
    },
    registry::client::Client,
    replica::Catalogue,
    storage,
    web::RequestContext,
};

/// What a person granted, and how they had proved who they are.
#[derive(Clone, Copy, Debug)]
pub struct Theirs<'a> {
    pub user: Uuid,
    pub session: Uuid,
    pub auth_time: Timestamp,
    pub amr: &'a [String],
    pub acr: &'a str,
    pub scopes: &'a [String],
    pub resources: &'a [String],
}

/// What is left of it.
#[derive(Clone, Debug)]
pub struct Less {
    pub scopes: Vec<String>,
    pub resources: Vec<String>,
}

/// Whether there is anything to ask: a grant is not looked at for nothing.
#[must_use]
pub fn is_asked(app: &App) -> bool {
    [Flow::SignIn, Flow::GrantScope].into_iter().any(|flow| inquiry::is_needed(app, flow))
}

/// Asks. None if all of it may be granted; an error if nothing may.
pub async fn of(
    app: &App,
    client: &Client,
    catalogue: &Catalogue,
    theirs: Theirs<'_>,
    context: &RequestContext,
) -> Result<Option<Less>, Error> {
    let now = app.clock.now();
    let subject = Subject::User(theirs.user);
    let mut told = inquiry::proof(theirs.acr, theirs.amr, theirs.auth_time, now);
    // A client with a secret is a server somewhere: where the person is, is what they signed in from.
    let address = if client.is_public() {
        context.origin.address
    } else {
        storage::sessions::address(&app.db, theirs.session).await?
    };
    inquiry::tell_address(&mut told, address);
    if inquiry::is_needed(app, Flow::SignIn) {
        let object = Object::Client(&client.id);
        let inquiry = Inquiry::open(app, Flow::SignIn, &subject, object, now).await?;
        let said = inquiry.map(|inquiry| inquiry.ask(app, told.clone(), &[]));
        if !said.is_some_and(|said| is_signed_in(&said, theirs.amr)) {
            return Err(Error::invalid_grant("the person may not sign in to this client any more"));
        }
    }
    // Another replica may know a resource that this one has not heard of yet.
    let late = !theirs.resources.iter().all(|name| catalogue.get(name).is_some());
    let reloaded = if late { Some(app.replica.reload_resources().await?) } else { None };
    let catalogue = reloaded.as_deref().map_or(catalogue, |newer| newer);
    let asking = || Asking { subject, client, told, now };
    // No one is there to prove anything.
    let never = |_: &_| false;
    let (scopes, resources) = (theirs.scopes, theirs.resources);
    let granting = granting::of(app, catalogue, asking, scopes, resources, never).await?;
    if granting.ruling != Ruling::Permitted {
        return Err(Error::invalid_grant("the client may not know who the person is any more"));
    }
    let is_cut = granting.is_cut();
    let (scopes, resources) = (granting.scopes.into_owned(), granting.resources.into_owned());
    Ok(is_cut.then_some(Less { scopes, resources }))
}

/// Whether a person is as good as signed in: how long ago it may be was asked when they were, and a token is no sign-in.
fn is_signed_in(said: &Ruling, amr: &[String]) -> bool {
    match said {
        Ruling::Permitted => true,
        Ruling::Forbidden(_) => false,
        Ruling::StepUp(step_up) => match step_up.acr.as_deref().map(str::parse::<Assurance>) {
            None => step_up.max_age.is_some(),
            Some(Ok(level)) => Assurance::of_methods(amr) >= level && step_up.max_age.is_some(),
            Some(Err(())) => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::engine::StepUp;

    #[test]
    fn only_the_age_of_a_sign_in_is_forgiven() {
        let wants = |text: &str| Ruling::StepUp(StepUp::parse(text).expect(text));
        for (said, amr, expected) in [
            (Ruling::Permitted, "pwd", true),
            (Ruling::Forbidden(<_>::default()), "mfa", false),
            (wants("max_age=300"), "pwd", true),
            (wants("acr=aal2"), "pwd", false),
            (wants("acr=aal2 max_age=300"), "pwd", false),
            (wants("acr=aal2 max_age=300"), "mfa", true),
            // It is satisfied, and forbids nonetheless.
            (wants("acr=aal2"), "mfa", false),
            (wants("acr=aal9 max_age=300"), "mfa", false),
        ] {
            assert_eq!(is_signed_in(&said, &[amr.to_owned()]), expected, "{said:?} {amr}");
        }
    }
}
