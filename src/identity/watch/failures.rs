//! Failed attempts on an account: with so many within the window its person is told, once a day at most, so that no stranger
//! fills a mailbox.
//!
//! Attempts on names of which there is no account take the same steps, and so do those after the day's letter: what an
//! attempt costs tells no one whether an account exists, nor whether two names are of one.

use serde_json::json;
use time::Duration;
use uuid::Uuid;

use super::{News, write};
use crate::{
    app::App,
    audit::{Event, Kind},
    config::Concern,
    identity::throttle,
    storage::{self, throttles::Counted},
    web::RequestContext,
};

/// How often a person is told.
pub const WINDOW: Duration = Duration::DAY;

/// What was guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guessed {
    /// A password.
    Password,
    /// What someone who knows the password is asked for as well.
    Code,
}

impl Guessed {
    const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
        }
    }

    const fn news(self, count: i32) -> News {
        match self {
            Self::Password => News::WrongPasswords(count),
            Self::Code => News::WrongCodes(count),
        }
    }
}

/// After an attempt that failed or was refused unseen: tells the person, if it is the one with which there are many. `typed`
/// is what stands for the person where there is none.
pub async fn failed(
    app: &App,
    user: Option<Uuid>,
    typed: &str,
    guessed: Guessed,
    counted: &Counted,
    context: &RequestContext,
) -> storage::Result<()> {
    let many = app.config.watch.failures;
    // The very one, no later one: each window has one.
    if !counted.account.contains(&many) {
        return Ok(());
    }
    let detail = match user {
        Some(_) => json!({ "what": guessed.name(), "attempts": many }),
        None => json!({ "what": guessed.name(), "attempts": many, "account": "unknown" }),
    };
    let event = Event::new(Kind::ManyFailures).user(user).detail(detail);
    app.audit.record(event, &context.origin).await?;
    if !app.mail.is_on() || !app.config.watch.tells(Concern::Failures) {
        return Ok(());
    }
    let own = user.map(Uuid::into_bytes);
    let person = own.as_ref().map_or(typed.as_bytes(), |id| id);
    let today = throttle::warnings(guessed.name(), person);
    let today = storage::throttles::count(&app.db, &[today], WINDOW, app.clock.now()).await?;
    let person = storage::users::get(&app.db, user.unwrap_or_default()).await?;
    let person = person.filter(|person| today.until.is_none() && person.disabled_at.is_none());
    write(app, person.as_ref(), &guessed.news(many), None, context).await
}
