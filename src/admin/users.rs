//! People.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Error, record};
use crate::{
    app::App,
    audit::{Event, Kind},
    config::RegistrationMode,
    identity::{
        links::{self, Purpose},
        mail::{self, letters},
        text,
    },
    storage::{self, users::NewUser},
};

/// A person's profile as an operator writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The e-mail address.
    pub email: String,
    /// Whether it counts as proven.
    pub email_verified: bool,
    /// The user name.
    pub username: Option<String>,
    /// What to call them.
    pub name: Option<String>,
}

/// Adds a person, or changes the one with that id.
pub async fn put(app: &App, id: Option<Uuid>, profile: &Profile) -> Result<Uuid, Error> {
    text::check_email(&profile.email)?;
    if let Some(username) = &profile.username {
        text::check_username(username)?;
    }
    let email_key = text::identifier_key(&profile.email);
    let username_key = profile.username.as_deref().map(text::identifier_key);
    let user = NewUser {
        id: id.unwrap_or_else(|| app.uuid()),
        email: &profile.email,
        email_key: &email_key,
        email_verified: profile.email_verified,
        username: profile.username.as_deref(),
        username_key: username_key.as_deref(),
        name: profile.name.as_deref(),
    };
    let now = app.clock.now();
    match id {
        None => storage::users::insert(&app.db, &user, now).await,
        Some(_) => storage::users::update(&app.db, &user, now).await,
    }
    .map_err(|error| match error {
        storage::Error::Duplicate(_) => {
            Error::Invalid(format!("{}: that e-mail or user name is taken", profile.email))
        }
        other => other.into(),
    })?;
    record(app, Event::new(Kind::UserChanged).user(user.id)).await?;
    Ok(user.id)
}

/// How long an invitation is good.
const INVITATION: Duration = Duration::from_hours(7 * 24);

/// Sends someone a link by which they make an account.
pub async fn invite(app: &App, email: &str) -> Result<(), Error> {
    if !app.mail.is_on() {
        return Err(Error::Invalid("e-mail was not set up: set email.host".to_owned()));
    }
    if app.config.registration.mode == RegistrationMode::Off {
        let problem = "registration.mode is \"off\": set \"invited\" or \"open\"";
        return Err(Error::Invalid(problem.to_owned()));
    }
    let email = mail::check_address(email)
        .map_err(|_| Error::Invalid(format!("{email:?} is no e-mail address")))?;
    let key = text::identifier_key(&email);
    if storage::users::find(&app.db, &key).await?.is_some() {
        return Err(Error::Invalid(format!("{email} has an account")));
    }
    let detail = json!({ "email": email, "invited": true });
    let link = links::draw(app, Purpose::Register, None, &detail, INVITATION).await?;
    let letter = letters::invitation(app.mail.product(), &link, INVITATION);
    mail::send(app, Some(&email), &letter).await?;
    record(app, Event::new(Kind::UserInvited)).await?;
    Ok(())
}

/// Sets a password.
pub async fn set_password(app: &App, user: Uuid, password: &str) -> Result<(), Error> {
    text::check_password(password)?;
    let password = text::password(password).unwrap_or_else(|| Zeroizing::new(String::new()));
    let phc = app.hasher.hash(password).await?;
    storage::users::set_password(&app.db, app.uuid(), user, &phc, app.clock.now()).await?;
    let event = Event::new(Kind::UserChanged).user(user).detail(json!({ "password": "set" }));
    record(app, event).await?;
    Ok(())
}

/// Refuses sign-in and ends everything, or allows sign-in again.
pub async fn set_disabled(app: &App, user: Uuid, disabled: bool) -> Result<bool, Error> {
    let now = app.clock.now();
    let changed = if disabled {
        storage::users::disable(&app.db, user, now, app.tokens_end(now)).await?
    } else {
        storage::users::enable(&app.db, user, now).await?
    };
    let event = Event::new(Kind::UserChanged).user(user).detail(json!({ "disabled": disabled }));
    record(app, event).await?;
    Ok(changed)
}
