//! Roles, groups, and who holds them.

use serde_json::json;
use uuid::Uuid;

use super::{Error, record};
use crate::{
    access::{
        principal::Subject,
        roles::{Role, Roles, check_name},
    },
    app::App,
    audit::{Event, Kind},
    clock::Timestamp,
    storage::{self, roles::AssignmentRow},
};

/// Whoever a role is given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A person or client.
    Subject(Subject),
    /// Everyone in a group.
    Group(String),
}

impl Holder {
    /// What changes call it: `user:…`, `client:…`, `group:…`.
    fn key(&self) -> String {
        match self {
            Self::Subject(subject) => subject.to_string(),
            Self::Group(name) => format!("group:{name}"),
        }
    }

    fn parts(&self) -> (&'static str, String) {
        match self {
            Self::Subject(subject) => (subject.kind(), subject.id()),
            Self::Group(name) => ("group", name.clone()),
        }
    }

    /// An event about it.
    fn event(&self, kind: Kind) -> Event {
        let event = Event::new(kind);
        match self {
            Self::Subject(Subject::User(id)) => event.user(*id),
            Self::Subject(Subject::Client(id)) => event.client(id),
            Self::Group(_) => event,
        }
    }

    async fn check(&self, app: &App) -> Result<(), Error> {
        let there = match self {
            Self::Subject(Subject::User(id)) => storage::users::get(&app.db, *id).await?.is_some(),
            Self::Subject(Subject::Client(id)) => {
                storage::clients::get(&app.db, id).await?.is_some()
            }
            Self::Group(name) => is_group(app, name).await?,
        };
        if there { Ok(()) } else { Err(Error::Invalid(format!("there is no {}", self.key()))) }
    }
}

/// Every role, as stored.
pub async fn stored(app: &App) -> Result<Roles, Error> {
    let rows = storage::roles::list(&app.db).await?;
    let roles = rows.into_iter().map(Role::from_row).collect::<storage::Result<Vec<_>>>()?;
    Ok(Roles::new(roles))
}

/// Adds or replaces a role.
pub async fn put(app: &App, role: &Role) -> Result<(), Error> {
    let wrong = |problem: String| Error::Invalid(format!("role {}: {problem}", role.name));
    let resources = storage::resources::list(&app.db).await?;
    let known = |name: &str| resources.iter().any(|row| row.identifier == name);
    role.validate(known).map_err(wrong)?;
    stored(app).await?.check_inherited(role).map_err(wrong)?;
    let json = serde_json::to_value(&role.metadata).map_err(|error| error.to_string())?;
    storage::roles::put(&app.db, &role.name, &json, app.clock.now()).await?;
    record(app, Event::new(Kind::RoleChanged).detail(json!({ "role": role.name }))).await?;
    app.replica.reload_authority().await?;
    Ok(())
}

/// Removes a role from everyone, unless another role inherits it.
pub async fn delete(app: &App, name: &str) -> Result<(), Error> {
    let roles = stored(app).await?;
    if let Some(heir) = roles.iter().find(|role| role.metadata.inherits.contains(name)) {
        return Err(Error::Invalid(format!("role {} inherits {name}", heir.name)));
    }
    if !storage::roles::delete(&app.db, name, app.clock.now()).await? {
        return Err(Error::Invalid(format!("there is no role {name}")));
    }
    let detail = json!({ "role": name, "removed": true });
    record(app, Event::new(Kind::RoleChanged).detail(detail)).await?;
    app.replica.reload_authority().await?;
    Ok(())
}

/// Gives a role to someone, perhaps until some time.
pub async fn assign(
    app: &App,
    role: &str,
    holder: &Holder,
    until: Option<Timestamp>,
) -> Result<(), Error> {
    let now = app.clock.now();
    if until.is_some_and(|until| until <= now) {
        return Err(Error::Invalid("that time is over".to_owned()));
    }
    if stored(app).await?.get(role).is_none() {
        return Err(Error::Invalid(format!("there is no role {role}")));
    }
    holder.check(app).await?;
    let (kind, subject) = holder.parts();
    let assignment = AssignmentRow {
        role: role.to_owned(),
        subject_kind: kind.to_owned(),
        subject,
        expires_at: until,
    };
    storage::roles::assign(&app.db, &assignment, now).await?;
    let detail =
        json!({ "role": role, "holder": holder.key(), "until": until.map(|at| at.to_string()) });
    record(app, holder.event(Kind::RoleAssigned).detail(detail)).await?;
    app.replica.forget_standing(&holder.key());
    Ok(())
}

/// Takes a role from someone.
pub async fn unassign(app: &App, role: &str, holder: &Holder) -> Result<(), Error> {
    let (kind, subject) = holder.parts();
    let now = app.clock.now();
    if !storage::roles::unassign(&app.db, role, (kind, &subject), now).await? {
        return Err(Error::Invalid(format!("{} does not have the role {role}", holder.key())));
    }
    let detail = json!({ "role": role, "holder": holder.key() });
    record(app, holder.event(Kind::RoleUnassigned).detail(detail)).await?;
    app.replica.forget_standing(&holder.key());
    Ok(())
}

/// Adds a group, or changes what it is said to be.
pub async fn put_group(app: &App, name: &str, description: &str) -> Result<(), Error> {
    check_name(name).map_err(|problem| format!("group {problem}"))?;
    storage::groups::put(&app.db, name, description, app.clock.now()).await?;
    record(app, Event::new(Kind::GroupChanged).detail(json!({ "group": name }))).await?;
    Ok(())
}

/// Removes a group with all that people have by it.
pub async fn delete_group(app: &App, name: &str) -> Result<(), Error> {
    if !storage::groups::delete(&app.db, name, app.clock.now()).await? {
        return Err(Error::Invalid(format!("there is no group {name}")));
    }
    let detail = json!({ "group": name, "removed": true });
    record(app, Event::new(Kind::GroupChanged).detail(detail)).await?;
    app.replica.forget_standing(&Holder::Group(name.to_owned()).key());
    Ok(())
}

/// Puts someone into a group, perhaps until some time.
pub async fn join(
    app: &App,
    group: &str,
    user: Uuid,
    until: Option<Timestamp>,
) -> Result<(), Error> {
    let now = app.clock.now();
    if until.is_some_and(|until| until <= now) {
        return Err(Error::Invalid("that time is over".to_owned()));
    }
    if !is_group(app, group).await? {
        return Err(Error::Invalid(format!("there is no group {group}")));
    }
    storage::groups::add(&app.db, group, user, until, now).await?;
    let detail = json!({ "group": group, "until": until.map(|at| at.to_string()) });
    record(app, Event::new(Kind::GroupJoined).user(user).detail(detail)).await?;
    app.replica.forget_standing(&Subject::User(user).to_string());
    Ok(())
}

/// Takes someone out of a group.
pub async fn leave(app: &App, group: &str, user: Uuid) -> Result<(), Error> {
    if !storage::groups::remove(&app.db, group, user, app.clock.now()).await? {
        return Err(Error::Invalid(format!("they are not in the group {group}")));
    }
    let detail = json!({ "group": group });
    record(app, Event::new(Kind::GroupLeft).user(user).detail(detail)).await?;
    app.replica.forget_standing(&Subject::User(user).to_string());
    Ok(())
}

async fn is_group(app: &App, name: &str) -> storage::Result<bool> {
    Ok(storage::groups::list(&app.db).await?.iter().any(|group| group.name == name))
}
