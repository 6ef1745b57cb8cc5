//! Roles (ANSI INCITS 359): named permissions at resources. A role may inherit others, and then permits what they permit.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    config::Mfa,
    registry::scope,
    storage::{self, roles::RoleRow},
};

/// The longest name of a role or group, in bytes.
const LONGEST_NAME: usize = 100;
/// How many permissions a role may have at all resources together: each is part of every decision about it.
const MOST_PERMISSIONS: usize = 1000;

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// What it is called in assignments, tokens and policies.
    pub name: String,
    /// All else.
    pub metadata: Metadata,
}

/// What is stored of a role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// What operators are told it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What it permits by itself, by resource indicator.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub permissions: BTreeMap<String, BTreeSet<String>>,
    /// The roles whose permissions it has as well.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub inherits: BTreeSet<String>,
    /// Whether whoever holds it needs a second factor; what is configured if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<Mfa>,
}

impl Role {
    /// Reads what is stored.
    pub fn from_row(row: RoleRow) -> storage::Result<Self> {
        let metadata = serde_json::from_value(row.metadata).map_err(|source| {
            storage::Error::Unreadable { what: format!("role {}", row.name), source }
        })?;
        Ok(Self { name: row.name, metadata })
    }

    /// Checks one that an operator wants to add, but for the roles that it inherits.
    pub fn validate(&self, knows_resource: impl Fn(&str) -> bool) -> Result<(), String> {
        check_name(&self.name)?;
        let Metadata { permissions, .. } = &self.metadata;
        if permissions.values().map(BTreeSet::len).sum::<usize>() > MOST_PERMISSIONS {
            return Err(format!("no more than {MOST_PERMISSIONS} permissions"));
        }
        for (resource, names) in permissions {
            if !knows_resource(resource) {
                return Err(format!("permissions: there is no resource {resource}"));
            }
            if let Some(name) = names.iter().find(|name| !scope::is_token(name)) {
                return Err(format!(
                    "permission {name:?} has a character that permissions cannot have"
                ));
            }
        }
        Ok(())
    }
}

/// Checks the name of a role or a group: it is part of tokens, policies and command lines.
pub fn check_name(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._:/@-".contains(c);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(fits) {
        return Err(format!("{name:?} must be 1 to {LONGEST_NAME} letters, digits or . _ : / @ -"));
    }
    Ok(())
}

/// Every role, and which ones each implies.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    by_name: BTreeMap<String, Role>,
    /// Each role's own name and all that it inherits.
    implied: BTreeMap<String, BTreeSet<String>>,
}

impl Roles {
    /// All of these. A circle among them is no matter: the roles on it imply one another.
    #[must_use]
    pub fn new(roles: Vec<Role>) -> Self {
        let by_name: BTreeMap<_, _> =
            roles.into_iter().map(|role| (role.name.clone(), role)).collect();
        let implied =
            by_name.keys().map(|name| (name.clone(), implied_by(&by_name, name))).collect();
        Self { by_name, implied }
    }

    /// The role of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Role> {
        self.by_name.get(name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.by_name.values()
    }

    /// These roles and all that they inherit. A name that is no role's is left out.
    pub fn implied<'a>(&'a self, names: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let sets = names.into_iter().filter_map(|name| self.implied.get(name));
        sets.flatten().map(String::as_str).collect()
    }

    /// What these roles permit at a resource, not counting what they inherit.
    #[must_use]
    pub fn permissions(&self, names: &BTreeSet<&str>, resource: &str) -> BTreeSet<&str> {
        let roles = names.iter().filter_map(|name| self.by_name.get(*name));
        let sets = roles.filter_map(|role| role.metadata.permissions.get(resource));
        sets.flatten().map(String::as_str).collect()
    }

    /// What is demanded of whoever has these roles, by them or by what they inherit: the strictest.
    #[must_use]
    pub fn mfa<'a>(&'a self, names: impl IntoIterator<Item = &'a str>) -> Option<Mfa> {
        let implied = self.implied(names).into_iter();
        implied.filter_map(|name| self.by_name.get(name)?.metadata.mfa).max()
    }

    /// Checks the roles that one would inherit: they have to be there, and must not inherit it themselves.
    pub fn check_inherited(&self, role: &Role) -> Result<(), String> {
        for name in &role.metadata.inherits {
            if *name == role.name || self.implied(Some(name.as_str())).contains(role.name.as_str())
            {
                return Err(format!("inherits: {name} inherits {}", role.name));
            }
            if self.get(name).is_none() {
                return Err(format!("inherits: there is no role {name}"));
            }
        }
        Ok(())
    }
}

fn implied_by(roles: &BTreeMap<String, Role>, name: &str) -> BTreeSet<String> {
    let mut implied = BTreeSet::new();
    let mut left = vec![name];
    while let Some(name) = left.pop() {
        let Some(role) = roles.get(name) else { continue };
        if implied.insert(name.to_owned()) {
            left.extend(role.metadata.inherits.iter().map(String::as_str));
        }
    }
    implied
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str, inherits: &[&str], permissions: &[&str]) -> Role {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let metadata = Metadata {
            inherits: own(inherits),
            permissions: BTreeMap::from([("https://api".to_owned(), own(permissions))]),
            ..Metadata::default()
        };
        Role { name: name.to_owned(), metadata }
    }

    #[test]
    fn a_role_permits_what_it_inherits_through_any_number_of_others() {
        let roles = Roles::new(vec![
            role("viewer", &[], &["read"]),
            role("editor", &["viewer"], &["write"]),
            role("owner", &["editor"], &["delete"]),
        ]);
        let held = roles.implied(["owner", "gone"]);
        assert_eq!(held, BTreeSet::from(["viewer", "editor", "owner"]));
        let permitted = roles.permissions(&held, "https://api");
        assert_eq!(permitted, BTreeSet::from(["read", "write", "delete"]));
        assert!(roles.permissions(&held, "https://other").is_empty());
        assert_eq!(roles.implied(["viewer"]), BTreeSet::from(["viewer"]));
    }

    #[test]
    fn the_strictest_role_says_what_is_demanded() {
        let demanding = |name: &str, inherits: &[&str], mfa| {
            let mut role = role(name, inherits, &[]);
            role.metadata.mfa = mfa;
            role
        };
        let roles = Roles::new(vec![
            demanding("guest", &[], Some(Mfa::Never)),
            demanding("staff", &["guest"], None),
            demanding("clerk", &["staff"], Some(Mfa::WhenEnrolled)),
            demanding("owner", &["clerk"], Some(Mfa::Always)),
        ]);
        for (held, expected) in [
            (&[][..], None),
            (&["gone"][..], None),
            (&["staff"][..], Some(Mfa::Never)),
            (&["guest", "clerk"][..], Some(Mfa::WhenEnrolled)),
            (&["staff", "owner"][..], Some(Mfa::Always)),
        ] {
            assert_eq!(roles.mfa(held.iter().copied()), expected, "{held:?}");
        }
    }

    #[test]
    fn a_circle_is_refused_and_harmless() {
        let roles =
            Roles::new(vec![role("a", &["b"], &[]), role("b", &["c"], &[]), role("c", &[], &[])]);
        assert!(roles.check_inherited(&role("c", &["a"], &[])).is_err());
        assert!(roles.check_inherited(&role("c", &["c"], &[])).is_err());
        assert!(roles.check_inherited(&role("d", &["nobody"], &[])).is_err());
        assert!(roles.check_inherited(&role("d", &["a"], &[])).is_ok());
        let circle = Roles::new(vec![role("a", &["b"], &[]), role("b", &["a"], &[])]);
        assert_eq!(circle.implied(["a"]), BTreeSet::from(["a", "b"]));
    }

    #[test]
    fn what_cannot_be_a_role_is_refused() {
        let check = |role: &Role| role.validate(|resource| resource == "https://api");
        assert!(check(&role("orders:admin", &[], &["orders:read"])).is_ok());
        assert!(check(&role("", &[], &[])).is_err());
        assert!(check(&role("two words", &[], &[])).is_err());
        assert!(check(&role(&"x".repeat(101), &[], &[])).is_err());
        assert!(check(&role("r", &[], &["two words"])).is_err());
        let mut elsewhere = role("r", &[], &[]);
        elsewhere.metadata.permissions.insert("https://unknown".to_owned(), BTreeSet::new());
        assert!(check(&elsewhere).is_err());
    }
}
