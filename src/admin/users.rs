//! People.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::{Error, origin, record};
use crate::{
    access::principal::Subject,
    app::{App, AppState},
    audit::{Event, Kind},
    config::{Mfa, RegistrationMode},
    identity::{
        links::{self, Purpose},
        mail::{self, letters},
        passwords::{self, NewPassword, Person},
        profile, session, text,
        watch::{self, News},
    },
    storage::{
        self,
        passwords::Kept,
        sessions::Others,
        users::{NewUser, PolicyRow},
    },
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
    forget(app, user.id);
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
    let letter = mail::write_for_operator(|| letters::invitation(app.mail.product(), &link));
    mail::send(app, Some(&email), &letter).await?;
    record(app, Event::new(Kind::UserInvited)).await?;
    Ok(())
}

/// What is demanded of a person, as far as it is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Whether a second factor is; within, none for what is configured.
    pub mfa: Option<Option<Mfa>>,
    /// Whether they run Signet or its clients.
    pub administrator: Option<bool>,
}

impl Policy {
    /// What is demanded after it, of someone of whom this was demanded before.
    #[must_use]
    pub fn over(&self, stored: &PolicyRow) -> PolicyRow {
        let mfa = self.mfa.map(|mfa| mfa.map(|mfa| mfa.name().to_owned()));
        PolicyRow {
            mfa: mfa.unwrap_or_else(|| stored.mfa.clone()),
            administrator: self.administrator.unwrap_or(stored.administrator),
        }
    }
}

/// Changes what is demanded of a person.
pub async fn set_policy(app: &App, user: Uuid, policy: &Policy) -> Result<(), Error> {
    let Some(stored) = storage::users::policy(&app.db, user).await? else {
        return Err(Error::Invalid(format!("there is no user {user}")));
    };
    let wanted = policy.over(&stored);
    if wanted != stored {
        storage::users::set_policy(&app.db, user, &wanted, app.clock.now()).await?;
        let detail = json!({ "mfa": wanted.mfa, "administrator": wanted.administrator });
        record(app, Event::new(Kind::UserChanged).user(user).detail(detail)).await?;
        forget(app, user);
    }
    Ok(())
}

/// What decides about someone was changed here, ahead of the feed.
fn forget(app: &App, user: Uuid) {
    app.replica.forget_standing(&Subject::User(user).to_string());
}

/// Replaces what is said of a person beside their name. Whether it was something else before.
pub async fn set_profile(app: &App, user: Uuid, profile: &profile::Profile) -> Result<bool, Error> {
    profile.check().map_err(Error::Invalid)?;
    let Some(row) = storage::profiles::get(&app.db, user).await? else {
        return Err(Error::Invalid(format!("there is no user {user}")));
    };
    let (name, now) = (row.name.as_deref(), app.clock.now());
    let changed = storage::profiles::set(&app.db, user, name, &profile.stored(), now).await?;
    if changed {
        record(app, Event::new(Kind::UserChanged).user(user)).await?;
    }
    Ok(changed)
}

/// Changes some of what is said of a person, their name included: keys with what they become.
pub async fn change_profile(
    app: &App,
    user: Uuid,
    changes: &[(String, String)],
) -> Result<(), Error> {
    let Some(row) = storage::profiles::get(&app.db, user).await? else {
        return Err(Error::Invalid(format!("there is no user {user}")));
    };
    let (mut name, mut profile) = (row.name, profile::Profile::read(&row.profile));
    for (key, value) in changes {
        let outcome = if key == "name" {
            let value = value.trim();
            name = (!value.is_empty()).then(|| value.to_owned());
            profile::check_name(value)
        } else {
            profile.set(key, value)
        };
        outcome.map_err(|problem| Error::Invalid(format!("{key} {problem}")))?;
    }
    profile.check().map_err(Error::Invalid)?;
    let (stored, now) = (profile.stored(), app.clock.now());
    if storage::profiles::set(&app.db, user, name.as_deref(), &stored, now).await? {
        record(app, Event::new(Kind::UserChanged).user(user)).await?;
    }
    Ok(())
}

/// Removes every second factor of someone who lost them all, and signs them out. Whether there was one.
pub async fn reset_factors(app: &App, user: Uuid) -> Result<bool, Error> {
    let removed = storage::factors::reset(&app.db, user).await?;
    record(app, Event::new(Kind::FactorRemoved).user(user).detail(json!({ "factor": "all" })))
        .await?;
    let all = Others { keep: None, own_grants: true };
    session::end_others(app, user, all, &origin()).await?;
    if removed {
        let news = News::FactorsRemoved;
        watch::tell_of_operator(app, user, &news).await?;
    }
    Ok(removed)
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
    passwords::set(app, user, password, expired, Kept::default(), &origin()).await?;
    let event = Event::new(Kind::UserChanged)
        .user(user)
        .detail(json!({ "password": "set", "expired": expired }));
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
    forget(app, user);
    Ok(changed)
}
