//! People.

use serde_json::json;
use uuid::Uuid;

use super::{Error, origin, record};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    identity::{
        passwords::{self, NewPassword, Person},
        session, text,
    },
    storage::{self, sessions::Others, users::NewUser},
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

/// Whose choice a password is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The person's own, or as good as that.
    Lasting,
    /// Someone else's: it is replaced at the next sign-in.
    Temporary,
}

/// Checks a password before it is set.
pub async fn check_password(
    app: &AppState,
    profile: &Profile,
    password: &str,
) -> Result<NewPassword, Error> {
    let person = Person {
        email: profile.email.clone(),
        username: profile.username.clone(),
        name: profile.name.clone(),
    };
    Ok(passwords::accept(app, password, person).await?)
}

/// Sets a password. Whoever is signed in by the former one is signed out.
pub async fn set_password(
    app: &App,
    user: Uuid,
    password: NewPassword,
    choice: Choice,
) -> Result<(), Error> {
    let expired = choice == Choice::Temporary;
    passwords::set(app, user, password, expired, None).await?;
    let event = Event::new(Kind::UserChanged)
        .user(user)
        .detail(json!({ "password": "set", "expired": expired }));
    record(app, event).await?;
    let all = Others { keep: None, own_grants: true };
    session::end_others(app, user, all, &origin()).await?;
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
