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
    text::identifier_key,
    user_agent,
};
use crate::{
    app::App,
    storage::{
        self,
        disowning::{Added, Factor},
        users::UserRow,
    },
    web::{RequestContext, moment, surroundings::Surroundings, words::text},
};

/// Tells a person, if they are to be told of that.
pub async fn tell(
    app: &App,
    user: Uuid,
    news: &News,
    context: &RequestContext,
) -> storage::Result<()> {
    tell_with(app, user, news, None, context).await
}

/// Tells a person of a second factor that was added. If it was not them, the letter's link removes it.
pub async fn tell_added(
    app: &App,
    user: Uuid,
    added: Added,
    context: &RequestContext,
) -> storage::Result<()> {
    let kind = match added.factor {
        Factor::Passkey(_) => FactorKind::Passkey,
        Factor::Authenticator(_) => FactorKind::Authenticator,
    };
    tell_with(app, user, &News::FactorAdded(kind), Some(added), context).await
}

async fn tell_with(
    app: &App,
    user: Uuid,
    news: &News,
    added: Option<Added>,
    context: &RequestContext,
) -> storage::Result<()> {
    if !app.mail.is_on() || !app.config.watch.tells(news.concern()) {
        return Ok(());
    }
    let person = storage::users::get(&app.db, user).await?;
    match person.filter(|person| person.disabled_at.is_none()) {
        Some(person) => write(app, Some(&person), news, added, context).await,
        None => Ok(()),
    }
}

/// Tells a person what an operator did, in no language of the operator's browser.
pub async fn tell_of_operator(app: &App, user: Uuid, news: &News) -> storage::Result<()> {
    let told = async { tell(app, user, news, &RequestContext::default()).await };
    Surroundings::default().surround(told).await
}

/// Writes the letter and its link. To no one it is the same work, and nothing is sent.
async fn write(
    app: &App,
    person: Option<&UserRow>,
    news: &News,
    added: Option<Added>,
    context: &RequestContext,
) -> storage::Result<()> {
    let (purpose, to) = (Purpose::NotMe, person.map(|person| person.email.as_str()));
    let mut detail = json!({ "email_key": to.map(identifier_key) });
    if let Some(added) = added {
        detail["added"] = json!(added);
    }
    let user = person.map(|person| person.id);
    let link = links::draw(app, purpose, user, &detail, purpose.lifetime()).await?;
    let letter = mail::write(person, || {
        letters::security(app.mail.product(), news, facts(app, context), &link)
    });
    mail::send(app, to, &letter).await
}

/// When, from which browser, address and place a request came, in words.
#[must_use]
pub fn facts(app: &App, context: &RequestContext) -> Vec<(String, String)> {
    let mut facts = vec![(text("mail-when"), moment::utc(app.clock.now()))];
    // An operator's command has neither.
    if let Some(address) = context.origin.address {
        facts.push((text("mail-browser"), user_agent::describe(context.user_agent.as_deref())));
        facts.push((text("mail-address"), address.to_canonical().to_string()));
        if let Some(place) = app.places.find(address).and_then(|place| place.words()) {
            facts.push((text("mail-place"), place));
        }
    }
    facts
}
