//! Manifests: resources, roles, groups, clients and people as TOML, compared with the database and brought there. Applying
//! one twice changes nothing the second time; what a manifest does not name is left alone.

mod holdings;

use std::{
    collections::HashMap,
    fmt::{self, Write},
};

use sqlx::PgPool;

use self::holdings::{Changes, Known};
pub use super::entries::Manifest;
use super::{
    Error, clients,
    entries::{ClientEntry, ResourceEntry, UserEntry},
    record,
    roles::{self, Holder},
    users::{self, Choice, Policy, Profile},
};
use crate::{
    access::{principal::Subject, roles::Role},
    app::AppState,
    audit::{Event, Kind},
    config::SecretText,
    identity::{passwords, profile, text},
    registry::{
        client::{self, Client},
        resource::Resource,
    },
    storage,
    tokens::digest::Digest,
};

/// One thing to do.
#[derive(Debug)]
pub struct Step {
    /// Whether it adds, changes or leaves something.
    pub change: Change,
    /// What.
    pub what: String,
    action: Action,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Something new.
    Add,
    /// Something that is there already, otherwise.
    Alter,
    /// Nothing.
    Keep,
}

#[derive(Debug)]
enum Action {
    Nothing,
    Resource(Resource),
    Role(Role),
    Group {
        name: String,
        description: String,
        holds: Changes,
    },
    Client {
        id: String,
        metadata: Box<client::Metadata>,
        /// To be set, where it is said and is not so already.
        disabled: Option<bool>,
        secret: Option<SecretText>,
        draw: bool,
        holds: Changes,
    },
    User {
        id: Option<uuid::Uuid>,
        profile: Profile,
        /// What else is said of them.
        more: Option<Box<profile::Profile>>,
        policy: Policy,
        password: Option<SecretText>,
        holds: Changes,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.change {
            Change::Add => '+',
            Change::Alter => '~',
            Change::Keep => '=',
        };
        write!(f, "{sign} {}", self.what)
    }
}

/// Compares a manifest with the database, which is only read. Everything is checked before anything is done.
pub async fn plan(db: &PgPool, manifest: &Manifest) -> Result<Vec<Step>, Error> {
    manifest.check_unique()?;
    let mut steps = Vec::new();
    let resources = storage::resources::list(db).await?;
    for entry in &manifest.resource {
        let stored = resources.iter().find(|row| row.identifier == entry.identifier).cloned();
        steps.push(plan_resource(entry, stored.map(Resource::from_row).transpose()?)?);
    }
    let known = Known::read(db, manifest, &resources).await?;
    steps.extend(known.plan_roles(manifest)?);
    for entry in &manifest.group {
        steps.push(known.plan_group(db, entry).await?);
    }
    for entry in &manifest.client {
        manifest.check_names(entry, &resources)?;
        let holds = known.of_client(db, entry).await?;
        let stored = storage::clients::get(db, &entry.client_id).await?;
        let secret = secret(entry.secret.as_ref(), entry.secret_env.as_deref())?;
        let secret = BroughtSecret::look_up(db, entry, secret).await?;
        let stored = stored.map(Client::from_row).transpose()?;
        steps.push(plan_client(entry, secret, stored, holds)?);
    }
    for entry in &manifest.user {
        steps.push(plan_user(db, entry, &known).await?);
    }
    Ok(steps)
}

/// Does what a plan says. Returns the secrets that were drawn, by client: they are shown this once.
pub async fn apply(app: &AppState, plan: Vec<Step>) -> Result<Vec<(String, String)>, Error> {
    // Nothing is done if one password or client will not do.
    let mut passwords = HashMap::new();
    for step in &plan {
        if let Action::User { profile, password: Some(password), .. } = &step.action {
            let checked = users::check_password(app, profile, password.expose()).await;
            let checked =
                checked.map_err(|problem| format!("user {}: {problem}", profile.email))?;
            passwords.insert(profile.email.clone(), checked);
        }
        if let Action::Client { id, metadata, .. } = &step.action {
            clients::check(app, id, metadata)?;
        }
    }
    let mut drawn = Vec::new();
    for step in plan {
        match step.action {
            Action::Nothing => {}
            Action::Resource(resource) => {
                let json =
                    serde_json::to_value(&resource.metadata).map_err(|error| error.to_string())?;
                let now = app.clock.now();
                storage::resources::put(&app.db, &resource.identifier, &json, now).await?;
                let detail = serde_json::json!({ "resource": resource.identifier });
                record(app, Event::new(Kind::ResourceChanged).detail(detail)).await?;
            }
            Action::Role(role) => roles::put(app, &role).await?,
            Action::Group { name, description, holds } => {
                roles::put_group(app, &name, &description).await?;
                holds.apply(app, &Holder::Group(name)).await?;
            }
            Action::Client { id, metadata, disabled, secret, draw, holds } => {
                clients::put(app, &id, &metadata).await?;
                holds.apply(app, &Holder::Subject(Subject::Client(id.clone()))).await?;
                if let Some(disabled) = disabled {
                    clients::set_disabled(app, &id, disabled).await?;
                }
                if let Some(secret) = secret {
                    let secret = clients::parse_secret(secret.expose())?;
                    clients::add_secret(app, &id, Some(secret)).await?;
                } else if draw {
                    drawn.push((id.clone(), clients::add_secret(app, &id, None).await?));
                }
            }
            Action::User { id, profile, more, policy, holds, .. } => {
                let password = passwords.remove(&profile.email);
                let id = users::put(app, id, &profile).await?;
                users::set_policy(app, id, &policy).await?;
                if let Some(more) = more {
                    users::set_profile(app, id, &more).await?;
                }
                if let Some(password) = password {
                    users::set_password(app, id, password, Choice::Lasting).await?;
                }
                holds.apply(app, &Holder::Subject(Subject::User(id))).await?;
            }
        }
    }
    Ok(drawn)
}

fn plan_resource(entry: &ResourceEntry, stored: Option<Resource>) -> Result<Step, Error> {
    let wanted =
        Resource { identifier: entry.identifier.clone(), metadata: entry.metadata.clone() };
    wanted.validate().map_err(|problem| format!("resource {}: {problem}", entry.identifier))?;
    let name = format!("resource {}", entry.identifier);
    Ok(match stored {
        Some(stored) if stored == wanted => keep(name),
        Some(stored) => Step {
            change: Change::Alter,
            what: differences(&name, &stored.metadata, &wanted.metadata),
            action: Action::Resource(wanted),
        },
        None => Step { change: Change::Add, what: name, action: Action::Resource(wanted) },
    })
}

/// A secret that a manifest brings along.
struct BroughtSecret {
    text: SecretText,
    digest: Digest,
    /// Whether it is stored in such a way that the client can sign with it.
    sealed: bool,
}

impl BroughtSecret {
    async fn look_up(
        db: &PgPool,
        entry: &ClientEntry,
        text: Option<SecretText>,
    ) -> Result<Option<Self>, Error> {
        let Some(text) = text else { return Ok(None) };
        let id = &entry.client_id;
        match entry.metadata.token_endpoint_auth_method {
            client::AuthMethod::None => {
                return Err(format!("client {id}: a public client has no secret").into());
            }
            method if !method.has_secret() => {
                let method = method.name();
                return Err(format!("client {id}: a client by {method} has no secret").into());
            }
            _ => {}
        }
        let secret = clients::parse_secret(text.expose())
            .map_err(|problem| Error::Invalid(format!("client {id}: {problem}")))?;
        let digest = secret.digest();
        let sealed = storage::client_secrets::is_sealed(db, id, digest.bytes()).await?;
        Ok(Some(Self { text, digest, sealed }))
    }
}

fn plan_client(
    entry: &ClientEntry,
    secret: Option<BroughtSecret>,
    stored: Option<Client>,
    holds: Changes,
) -> Result<Step, Error> {
    let id = &entry.client_id;
    Client::validate(id, &entry.metadata).map_err(|problem| format!("client {id}: {problem}"))?;
    let method = entry.metadata.token_endpoint_auth_method;
    let signs = method == client::AuthMethod::ClientSecretJwt;
    let draw = method.has_secret() && secret.is_none();
    let known = secret.as_ref().is_none_or(|secret| {
        let stored = stored.as_ref().is_some_and(|stored| stored.has_secret(&secret.digest));
        stored && (secret.sealed || !signs)
    });
    let name = format!("client {id}");
    let was_disabled = stored.as_ref().is_some_and(|stored| stored.metadata.disabled);
    let mut metadata = Box::new(entry.metadata.clone());
    metadata.disabled = entry.disabled.unwrap_or(was_disabled);
    let new_secret = secret.filter(|_| !known).map(|secret| secret.text);
    let Some(stored) = stored else {
        let what = if draw { format!("{name}, with a secret to be drawn") } else { name };
        let what = format!("{what}{holds}");
        let id = id.clone();
        let action =
            Action::Client { id, metadata, disabled: None, secret: new_secret, draw, holds };
        return Ok(Step { change: Change::Add, what, action });
    };
    if stored.metadata == *metadata && new_secret.is_none() && holds.is_empty() {
        return Ok(keep(name));
    }
    let mut what = differences(&name, &stored.metadata, metadata.as_ref());
    if new_secret.is_some() {
        what.push_str("\n    secret: one more");
    }
    let _ = write!(what, "{holds}");
    let disabled = entry.disabled.filter(|disabled| *disabled != was_disabled);
    let (id, secret) = (id.clone(), new_secret);
    let action = Action::Client { id, metadata, disabled, secret, draw: false, holds };
    Ok(Step { change: Change::Alter, what, action })
}

/// A password is set for a new person, or one without; a manifest does not overwrite what a person chose since.
async fn plan_user(db: &PgPool, entry: &UserEntry, known: &Known) -> Result<Step, Error> {
    text::check_email(&entry.email)?;
    let profile = Profile {
        email: entry.email.clone(),
        email_verified: entry.email_verified,
        username: entry.username.clone(),
        name: entry.name.clone(),
    };
    let policy = Policy { mfa: entry.mfa.map(Some), administrator: entry.administrator };
    let password = secret(entry.password.as_ref(), entry.password_env.as_deref())?;
    if let Some(password) = &password {
        passwords::check_length(password.expose())
            .map_err(|problem| format!("user {}: {problem}", entry.email))?;
    }
    let more = entry.profile.clone().map(Box::new);
    if let Some(more) = &more {
        more.check().map_err(|problem| format!("user {}: {problem}", entry.email))?;
    }
    let name = format!("user {}", entry.email);
    let key = text::identifier_key(&entry.email);
    let stored = storage::users::find(db, &key).await?;
    let holds = known.of_user(db, entry, stored.as_ref().map(|stored| stored.id)).await?;
    let Some(stored) = stored else {
        let what = format!("{name}{holds}");
        let action = Action::User { id: None, profile, more, policy, password, holds };
        return Ok(Step { change: Change::Add, what, action });
    };
    let password = if storage::users::has_password(db, stored.id).await? { None } else { password };
    let current = Profile {
        email: stored.email,
        email_verified: stored.email_verified,
        username: stored.username,
        name: stored.name,
    };
    let demanded = storage::users::policy(db, stored.id).await?;
    let wanted = demanded.as_ref().map(|demanded| policy.over(demanded));
    let row = storage::profiles::get(db, stored.id).await?;
    let said = row.map(|row| profile::Profile::read(&row.profile)).unwrap_or_default();
    let more = more.filter(|more| **more != said);
    let is_same = current == profile && wanted == demanded && more.is_none();
    if is_same && password.is_none() && holds.is_empty() {
        return Ok(keep(name));
    }
    let mut what = name;
    if current != profile {
        let _ = write!(what, "\n    {current:?} → {profile:?}");
    }
    if let (Some(demanded), Some(wanted)) = (&demanded, &wanted)
        && demanded != wanted
    {
        let _ = write!(what, "\n    {demanded:?} → {wanted:?}");
    }
    if let Some(more) = &more {
        let _ = write!(what, "{}", differences("", &said, more.as_ref()));
    }
    if password.is_some() {
        what.push_str("\n    password: one");
    }
    let _ = write!(what, "{holds}");
    let action = Action::User { id: Some(stored.id), profile, more, policy, password, holds };
    Ok(Step { change: Change::Alter, what, action })
}

fn keep(what: String) -> Step {
    Step { change: Change::Keep, what, action: Action::Nothing }
}

fn secret(given: Option<&SecretText>, variable: Option<&str>) -> Result<Option<SecretText>, Error> {
    match (given, variable) {
        (Some(secret), _) => Ok(Some(secret.clone())),
        (None, Some(variable)) => std::env::var(variable)
            .map(|value| Some(SecretText::new(value)))
            .map_err(|_| Error::Invalid(format!("the variable {variable} is not set"))),
        (None, None) => Ok(None),
    }
}

/// A line for each key that differs.
fn differences(name: &str, from: &impl serde::Serialize, to: &impl serde::Serialize) -> String {
    let (from, to) = (json(from), json(to));
    let empty = serde_json::Map::new();
    let (from, to) = (from.as_object().unwrap_or(&empty), to.as_object().unwrap_or(&empty));
    let keys: std::collections::BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    let null = serde_json::Value::Null;
    let mut lines = vec![name.to_owned()];
    for key in keys {
        let (old, new) = (from.get(key).unwrap_or(&null), to.get(key).unwrap_or(&null));
        if old != new {
            lines.push(format!("    {key}: {old} → {new}"));
        }
    }
    lines.join("\n")
}

fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}
