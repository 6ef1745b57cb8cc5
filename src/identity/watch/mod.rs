//! Watching over accounts: what is unusual or touches what protects an account, its person is told of by e-mail, with a link
//! by which they say that it was not them.

mod failures;
mod news;
pub mod not_me;
pub mod places;
mod sign_ins;

use serde_json::json;
use uuid::Uuid;

pub use failures::{Guessed, WINDOW, failed};
pub use news::{FactorKind, News, Unusual};
pub use sign_ins::signed_in;

use super::{
    links::{self, Purpose},
    mail::{self, letters},
    text, user_agent,
};
use crate::{
    app::App,
    storage::{self, users::UserRow},
    web::{RequestContext, moment},
};

/// Tells a person, if they are to be told of that.
pub async fn tell(
    app: &App,
    user: Uuid,
    news: &News,
    context: &RequestContext,
) -> storage::Result<()> {
    if !app.mail.is_on() || !app.config.watch.tells(news.concern()) {
        return Ok(());
    }
    let person = storage::users::get(&app.db, user).await?;
    match person.filter(|person| person.disabled_at.is_none()) {
        Some(person) => write(app, Some(&person), news, context).await,
        None => Ok(()),
    }
}

/// Tells a person what an operator did.
pub async fn tell_of_operator(app: &App, user: Uuid, news: &News) -> storage::Result<()> {
    tell(app, user, news, &RequestContext::default()).await
}

/// Writes the letter and its link. To no one it is the same work, and nothing is sent.
async fn write(
    app: &App,
    person: Option<&UserRow>,
    news: &News,
    context: &RequestContext,
) -> storage::Result<()> {
    let (purpose, to) = (Purpose::NotMe, person.map(|person| person.email.as_str()));
    let detail = json!({ "email_key": to.map(text::identifier_key) });
    let user = person.map(|person| person.id);
    let link = links::draw(app, purpose, user, &detail, purpose.lifetime()).await?;
    let facts = facts(app, context);
    let letter = letters::security(app.mail.product(), news, facts, &link);
    mail::send(app, to, &letter).await
}

/// When, from which browser, address and place a request came.
#[must_use]
pub fn facts(app: &App, context: &RequestContext) -> Vec<(&'static str, String)> {
    let mut facts = vec![("When", moment::utc(app.clock.now()))];
    // An operator's command has neither.
    if let Some(address) = context.origin.address {
        facts.push(("Browser", user_agent::describe(context.user_agent.as_deref())));
        facts.push(("Address", address.to_canonical().to_string()));
        if let Some(place) = app.places.find(address).and_then(|place| place.words()) {
            facts.push(("Place", place));
        }
    }
    facts
}
