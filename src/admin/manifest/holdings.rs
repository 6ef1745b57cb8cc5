//! Roles and groups of manifests, and who holds them.

use std::{collections::BTreeSet, fmt};

use serde_json::{Map, Value};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Action, Change, Step, differences, keep};
use crate::{
    access::{
        principal::Subject,
        roles::{Metadata, Role, Roles, check_name},
    },
    admin::{
        Error, attributes,
        entries::{ClientEntry, GroupEntry, Manifest, RoleEntry, UserEntry},
        roles::{self, Holder},
    },
    app::App,
    storage::{self, groups::GroupRow, resources::ResourceRow},
};

/// What there is to be held, stored or in the manifest.
pub(super) struct Known {
    stored: Roles,
    /// As they will be.
    roles: Roles,
    groups: Vec<GroupRow>,
    new_groups: BTreeSet<String>,
    resources: BTreeSet<String>,
}

impl Known {
    pub async fn read(
        db: &PgPool,
        manifest: &Manifest,
        resources: &[ResourceRow],
    ) -> Result<Self, Error> {
        let rows = storage::roles::list(db).await?;
        let stored = rows.into_iter().map(Role::from_row).collect::<storage::Result<Vec<_>>>()?;
        // The later one of a name counts.
        let all = stored.iter().cloned().chain(manifest.role.iter().map(role)).collect();
        let named = manifest.resource.iter().map(|entry| entry.identifier.clone());
        Ok(Self {
            stored: Roles::new(stored),
            roles: Roles::new(all),
            groups: storage::groups::list(db).await?,
            new_groups: manifest.group.iter().map(|entry| entry.name.clone()).collect(),
            resources: resources.iter().map(|row| row.identifier.clone()).chain(named).collect(),
        })
    }

    /// The roles of a manifest, each after those that it inherits.
    pub fn plan_roles(&self, manifest: &Manifest) -> Result<Vec<Step>, Error> {
        let mut wanted: Vec<Role> = manifest.role.iter().map(role).collect();
        for role in &wanted {
            let fits = role.validate(|resource| self.resources.contains(resource));
            fits.and_then(|()| self.roles.check_inherited(role))
                .map_err(|problem| format!("role {}: {problem}", role.name))?;
        }
        wanted.sort_by_cached_key(|role| self.roles.implied([role.name.as_str()]).len());
        Ok(wanted.into_iter().map(|role| self.plan_role(role)).collect())
    }

    fn plan_role(&self, wanted: Role) -> Step {
        let name = format!("role {}", wanted.name);
        match self.stored.get(&wanted.name) {
            Some(stored) if *stored == wanted => keep(name),
            Some(stored) => Step {
                change: Change::Alter,
                what: differences(&name, &stored.metadata, &wanted.metadata),
                action: Action::Role(wanted),
            },
            None => Step { change: Change::Add, what: name, action: Action::Role(wanted) },
        }
    }

    pub async fn plan_group(&self, db: &PgPool, entry: &GroupEntry) -> Result<Step, Error> {
        let GroupEntry { name, description, roles } = entry;
        let whose = format!("group {name}");
        check_name(name).map_err(|problem| format!("group {problem}"))?;
        let holds = Changes {
            roles: self.roles(db, &whose, ("group", Some(name)), roles.as_ref()).await?,
            ..Changes::default()
        };
        let stored = self.groups.iter().find(|group| group.name == *name);
        let said = stored.map(|group| &group.description);
        if said == Some(description) && holds.is_empty() {
            return Ok(keep(whose));
        }
        let (change, mut what) = match said {
            None => (Change::Add, whose),
            Some(said) if said == description => (Change::Alter, whose),
            Some(said) => {
                (Change::Alter, format!("{whose}\n    description: {said:?} → {description:?}"))
            }
        };
        what.push_str(&holds.to_string());
        let (name, description) = (name.clone(), description.clone());
        Ok(Step { change, what, action: Action::Group { name, description, holds } })
    }

    /// What changes of what a client holds.
    pub async fn of_client(&self, db: &PgPool, entry: &ClientEntry) -> Result<Changes, Error> {
        let id = &entry.client_id;
        let whose = format!("client {id}");
        let roles = self.roles(db, &whose, ("client", Some(id)), entry.roles.as_ref()).await?;
        Ok(Changes { roles, ..Changes::default() })
    }

    /// What changes of what a person holds, who may be new.
    pub async fn of_user(
        &self,
        db: &PgPool,
        entry: &UserEntry,
        user: Option<Uuid>,
    ) -> Result<Changes, Error> {
        let whose = format!("user {}", entry.email);
        let id = user.map(|id| id.to_string());
        let subject = ("user", id.as_deref());
        let roles = self.roles(db, &whose, subject, entry.roles.as_ref()).await?;
        let mut groups = Difference::default();
        if let Some(wanted) = &entry.groups {
            let is_known = |name: &&String| {
                self.new_groups.contains(*name)
                    || self.groups.iter().any(|group| group.name == **name)
            };
            if let Some(unknown) = wanted.iter().find(|name| !is_known(name)) {
                return Err(format!("{whose}: there is no group {unknown}").into());
            }
            let rows = match user {
                Some(id) => storage::groups::of(db, id).await?,
                None => Vec::new(),
            };
            let held = rows.into_iter().map(|row| (row.group_name, row.expires_at.is_some()));
            groups = Difference::of(held, wanted);
        }
        let mut said = None;
        if let Some(wanted) = &entry.attributes {
            attributes::check(wanted).map_err(|problem| format!("{whose}: {problem}"))?;
            let stored = match user {
                Some(id) => storage::users::attributes(db, id).await?,
                None => None,
            };
            let stored = stored.unwrap_or_else(|| Value::Object(Map::new()));
            let differs = stored.as_object() != Some(wanted);
            said = differs.then(|| (stored, wanted.clone()));
        }
        Ok(Changes { roles, groups, attributes: said })
    }

    async fn roles(
        &self,
        db: &PgPool,
        whose: &str,
        (kind, subject): (&str, Option<&str>),
        wanted: Option<&BTreeSet<String>>,
    ) -> Result<Difference, Error> {
        let Some(wanted) = wanted else { return Ok(Difference::default()) };
        if let Some(unknown) = wanted.iter().find(|name| self.roles.get(name).is_none()) {
            return Err(format!("{whose}: there is no role {unknown}").into());
        }
        let rows = match subject {
            Some(subject) => storage::roles::of(db, kind, subject).await?,
            None => Vec::new(),
        };
        let held = rows.into_iter().map(|row| (row.role, row.expires_at.is_some()));
        Ok(Difference::of(held, wanted))
    }
}

fn role(entry: &RoleEntry) -> Role {
    let RoleEntry { name, description, inherits, mfa, permissions } = entry;
    let metadata = Metadata {
        description: description.clone(),
        permissions: permissions.clone(),
        inherits: inherits.clone(),
        mfa: *mfa,
    };
    Role { name: name.clone(), metadata }
}

/// Names to be added and removed.
#[derive(Debug, Default)]
struct Difference {
    add: Vec<String>,
    remove: Vec<String>,
}

impl Difference {
    /// From what is held, each perhaps with an end, to exactly what is wanted, without one.
    fn of(held: impl Iterator<Item = (String, bool)>, wanted: &BTreeSet<String>) -> Self {
        let (mut lasting, mut remove) = (BTreeSet::new(), Vec::new());
        for (name, ends) in held {
            match (wanted.contains(&name), ends) {
                (true, false) => drop(lasting.insert(name)),
                (true, true) => {}
                (false, _) => remove.push(name),
            }
        }
        Self { add: wanted.difference(&lasting).cloned().collect(), remove }
    }

    fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }

    fn write(&self, what: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.add {
            write!(f, "\n    {what}: + {name}")?;
        }
        for name in &self.remove {
            write!(f, "\n    {what}: - {name}")?;
        }
        Ok(())
    }
}

/// What changes of what someone holds.
#[derive(Debug, Default)]
pub(super) struct Changes {
    roles: Difference,
    groups: Difference,
    /// From what to what.
    attributes: Option<(Value, Map<String, Value>)>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.groups.is_empty() && self.attributes.is_none()
    }

    /// Makes it so.
    pub async fn apply(self, app: &App, holder: &Holder) -> Result<(), Error> {
        for role in &self.roles.add {
            roles::assign(app, role, holder, None).await?;
        }
        for role in &self.roles.remove {
            roles::unassign(app, role, holder).await?;
        }
        let Holder::Subject(Subject::User(user)) = holder else { return Ok(()) };
        for group in &self.groups.add {
            roles::join(app, group, *user, None).await?;
        }
        for group in &self.groups.remove {
            roles::leave(app, group, *user).await?;
        }
        if let Some((_, wanted)) = self.attributes {
            attributes::set(app, *user, wanted).await?;
        }
        Ok(())
    }
}

/// A line for each.
impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.roles.write("roles", f)?;
        self.groups.write("groups", f)?;
        if let Some((from, to)) = &self.attributes {
            f.write_str(&differences("", from, to))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_what_is_wanted_is_held_for_ever() {
        let held = [("kept", false), ("ending", true), ("gone", false), ("gone too", true)];
        let wanted = ["ending", "kept", "new"].map(str::to_owned).into();
        let held = held.into_iter().map(|(name, ends)| (name.to_owned(), ends));
        let difference = Difference::of(held, &wanted);
        assert_eq!(difference.add, ["ending", "new"]);
        assert_eq!(difference.remove, ["gone", "gone too"]);
    }
}
