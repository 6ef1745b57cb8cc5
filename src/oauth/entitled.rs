//! What roles decide about a token: at resources that enforce permissions, its scopes are cut to those that the roles of
//! whoever it is about permit; and where resources want that, it tells what they hold (RFC 9068 §2.2.3.1, RFC 7643
//! §4.1.2).

use std::{borrow::Cow, collections::BTreeSet};

use super::Error;
use crate::{
    access::{principal::Subject, roles::Roles},
    app::App,
    registry::{
        resource::{AccessClaim, Resource},
        scope,
    },
    replica::Catalogue,
    storage,
    tokens::access::Holds,
};

/// How many roles, groups and permissions a JWT tells of: it goes along with every request, in a header.
pub const MOST_IN_JWT: usize = 200;

/// What a token is for, as far as roles permit it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitled<'a> {
    /// Of the scopes that were asked for or granted, those that are left.
    pub scopes: Cow<'a, [String]>,
    /// Of the resources, likewise.
    pub resources: Cow<'a, [String]>,
    /// What the resources are told.
    pub holds: Holds,
}

impl Entitled<'_> {
    /// Whether something is left out.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        matches!((&self.scopes, &self.resources), (Cow::Owned(_), _) | (_, Cow::Owned(_)))
    }

    /// Whether so much is left out that a person's token would open nothing.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.is_cut()
            && self.resources.is_empty()
            && !self.scopes.iter().any(|name| name == scope::OPENID)
    }

    /// What a JWT tells. Half of it would be worse than none: what is missing may be what forbids.
    pub fn for_jwt(&self) -> Result<Holds, Error> {
        if self.holds.count() > MOST_IN_JWT {
            return Err(Error::invalid_target(
                "there are too many roles, groups and permissions for a JWT: the resource needs opaque tokens",
            ));
        }
        Ok(self.holds.clone())
    }
}

/// Asks the roles of a subject about a token with these scopes for these resources. Where no resource cares, nothing is asked.
pub async fn of<'a>(
    app: &App,
    catalogue: &Catalogue,
    subject: impl FnOnce() -> Subject,
    scopes: &'a [String],
    resources: &'a [String],
) -> storage::Result<Entitled<'a>> {
    if !is_by_roles(catalogue, resources) {
        let (scopes, resources) = (Cow::Borrowed(scopes), Cow::Borrowed(resources));
        return Ok(Entitled { scopes, resources, holds: Holds::default() });
    }
    let subject = subject();
    let principal = app.replica.principal(&subject, app.clock.now()).await;
    let principal = principal.map_err(|error| error.into_storage(&subject))?;
    let nothing = BTreeSet::new();
    let (roles, groups) = principal
        .as_ref()
        .map_or((&nothing, &nothing), |principal| (&principal.roles, &principal.groups));
    let authority = app.replica.authority();
    Ok(decide(catalogue, &authority.roles, (roles, groups), scopes, resources))
}

/// Whether a token for these resources depends on roles.
#[must_use]
pub fn is_by_roles(catalogue: &Catalogue, resources: &[String]) -> bool {
    resources.iter().filter_map(|name| catalogue.get(name)).any(Resource::is_by_roles)
}

/// Whether one of these resources enforces permissions.
#[must_use]
pub fn is_enforced(catalogue: &Catalogue, resources: &[String]) -> bool {
    let mut known = resources.iter().filter_map(|name| catalogue.get(name));
    known.any(|resource| resource.metadata.enforce_permissions)
}

/// What of a token is left for someone with these roles, inherited ones included, and groups.
fn decide<'a>(
    catalogue: &Catalogue,
    all: &Roles,
    (roles, groups): (&BTreeSet<String>, &BTreeSet<String>),
    scopes: &'a [String],
    resources: &'a [String],
) -> Entitled<'a> {
    let names: BTreeSet<&str> = roles.iter().map(String::as_str).collect();
    // Each with what is permitted there.
    let known = resources.iter().filter_map(|name| catalogue.get(name));
    let known = known.map(|resource| (resource, all.permissions(&names, &resource.identifier)));
    // Deny by default: a resource of which nothing is left is out, with all that it would be told.
    let left: Vec<(&Resource, BTreeSet<&str>)> = known
        .filter(|(resource, permitted)| {
            let mut asked = scopes.iter().filter(|name| resource.has_scope(name)).peekable();
            let asks = asked.peek().is_some();
            !resource.metadata.enforce_permissions
                || !permitted.is_empty()
                    && (!asks || asked.any(|name| permitted.contains(name.as_str())))
        })
        .collect();
    let is_left = |name: &String| {
        let mut understood =
            left.iter().filter(|(resource, _)| resource.has_scope(name)).peekable();
        // A scope that two resources understand is in the token for both: each has to allow it.
        scope::is_identity(name)
            || understood.peek().is_some()
                && understood.all(|(resource, permitted)| {
                    !resource.metadata.enforce_permissions || permitted.contains(name.as_str())
                })
            // Of no resource here at all: that is not for roles to decide.
            || !resources.iter().filter_map(|own| catalogue.get(own)).any(|own| own.has_scope(name))
    };
    let is_there = |name: &String| left.iter().any(|(resource, _)| resource.identifier == *name);
    let holds = holds(&left, roles, groups);
    Entitled { scopes: keep(scopes, is_left), resources: keep(resources, is_there), holds }
}

/// Of these names, those that are left.
pub(super) fn keep(names: &[String], is_left: impl Fn(&String) -> bool) -> Cow<'_, [String]> {
    if names.iter().all(&is_left) {
        return Cow::Borrowed(names);
    }
    Cow::Owned(names.iter().filter(|name| is_left(name)).cloned().collect())
}

fn holds(
    resources: &[(&Resource, BTreeSet<&str>)],
    roles: &BTreeSet<String>,
    groups: &BTreeSet<String>,
) -> Holds {
    let asking = |claim: AccessClaim| {
        resources.iter().filter(move |(each, _)| each.metadata.access_claims.contains(&claim))
    };
    let is_asked = |claim: AccessClaim| asking(claim).next().is_some();
    let told = |claim: AccessClaim, names: &BTreeSet<String>| {
        is_asked(claim).then(|| names.iter().cloned().collect::<Vec<_>>())
    };
    let permissions = is_asked(AccessClaim::Permissions).then(|| {
        let all: BTreeSet<&str> =
            asking(AccessClaim::Permissions).flat_map(|(_, names)| names).copied().collect();
        all.into_iter().map(str::to_owned).collect()
    });
    let entitlements = is_asked(AccessClaim::Entitlements).then(|| {
        let all = asking(AccessClaim::Entitlements).flat_map(|(resource, names)| {
            // An indicator has no fragment of its own (RFC 8707 §2).
            names.iter().map(|name| format!("{}#{name}", resource.identifier))
        });
        all.collect()
    });
    Holds {
        roles: told(AccessClaim::Roles, roles),
        groups: told(AccessClaim::Groups, groups),
        permissions,
        entitlements,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        access::roles::{Metadata, Role},
        storage::resources::ResourceRow,
    };

    fn catalogue() -> Catalogue {
        let resource = |identifier: &str, metadata| {
            let row = ResourceRow { identifier: identifier.to_owned(), metadata };
            Resource::from_row(row).expect("a resource")
        };
        Catalogue::new(vec![
            resource(
                "https://strict",
                json!({
                    "name": "Strict", "enforce_permissions": true, "access_claims": ["permissions", "roles"],
                    "scopes": [{ "name": "read" }, { "name": "write" }],
                }),
            ),
            resource(
                "https://lax",
                json!({ "name": "Lax", "scopes": [{ "name": "read" }, { "name": "browse" }] }),
            ),
            resource(
                "https://told",
                json!({
                    "name": "Told", "access_claims": ["groups", "entitlements"], "scopes": [{ "name": "pay" }],
                }),
            ),
        ])
    }

    fn own<T: FromIterator<String>>(names: &[&str]) -> T {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn roles() -> Roles {
        let role = |name: &str, inherits: &[&str], permissions: &[(&str, &[&str])]| {
            let permissions = permissions.iter();
            let metadata = Metadata {
                inherits: own(inherits),
                permissions: permissions
                    .map(|(at, names)| ((*at).to_owned(), own(names)))
                    .collect(),
                ..Metadata::default()
            };
            Role { name: name.to_owned(), metadata }
        };
        Roles::new(vec![
            role("reader", &[], &[("https://strict", &["read"])]),
            role(
                "writer",
                &["reader"],
                &[("https://strict", &["write"]), ("https://told", &["pay"])],
            ),
            role("auditor", &[], &[("https://strict", &["audit"])]),
        ])
    }

    /// What is left for someone with these roles.
    fn left(held: &[&str], scopes: &[&str], resources: &[&str]) -> (String, String, Holds) {
        let all = roles();
        let implied = all.implied(held.iter().copied());
        let implied: BTreeSet<String> = implied.into_iter().map(str::to_owned).collect();
        let (scopes, resources): (Vec<_>, Vec<_>) = (own(scopes), own(resources));
        let groups = own(&["staff"]);
        let entitled = decide(&catalogue(), &all, (&implied, &groups), &scopes, &resources);
        let cut = *entitled.scopes != *scopes || *entitled.resources != *resources;
        assert_eq!(entitled.is_cut(), cut);
        (entitled.scopes.join(" "), entitled.resources.join(" "), entitled.holds)
    }

    /// Roles, scopes and resources that are asked for, and what is left of the latter two.
    type Case = (
        &'static [&'static str],
        &'static [&'static str],
        &'static [&'static str],
        &'static str,
        &'static str,
    );

    #[test]
    fn scopes_are_cut_to_what_roles_permit() {
        const STRICT: &str = "https://strict";
        const LAX: &str = "https://lax";
        let both = "https://strict https://lax";
        let cases: [Case; 14] = [
            (&[], &["read"], &[STRICT], "", ""),
            (&[], &["openid", "offline_access", "read"], &[STRICT], "openid offline_access", ""),
            (&["reader"], &["read", "write"], &[STRICT], "read", STRICT),
            (&["reader"], &["write"], &[STRICT], "", ""),
            (&["writer"], &["read", "write"], &[STRICT], "read write", STRICT),
            (&["nonsense"], &["read"], &[STRICT], "", ""),
            // Not asked for at all, and something permitted: the resource may decide by what it is told.
            (&["auditor"], &[], &[STRICT], "", STRICT),
            (&[], &[], &[STRICT], "", ""),
            (&["auditor"], &["read"], &[STRICT], "", ""),
            (&[], &["read", "browse"], &[LAX], "read browse", LAX),
            (&[], &["read", "browse"], &[STRICT, LAX], "read browse", LAX),
            (&["reader"], &["read", "browse"], &[STRICT, LAX], "read browse", both),
            // Read at one would be read at the other.
            (&["auditor"], &["read", "write", "browse"], &[STRICT, LAX], "read browse", LAX),
            (&["reader"], &["write", "browse"], &[STRICT, LAX], "browse", LAX),
        ];
        for (held, scopes, resources, left_scopes, left_resources) in cases {
            let (scopes_left, resources_left, _) = left(held, scopes, resources);
            let found = (scopes_left.as_str(), resources_left.as_str());
            assert_eq!(found, (left_scopes, left_resources), "{held:?} {scopes:?} {resources:?}");
        }
    }

    #[test]
    fn a_scope_of_two_resources_is_left_if_both_allow_it() {
        let resource = |identifier: &str| {
            let metadata = json!({
                "name": "R", "enforce_permissions": true, "scopes": [{ "name": "read" }, { "name": "write" }],
            });
            let row = ResourceRow { identifier: identifier.to_owned(), metadata };
            Resource::from_row(row).expect("a resource")
        };
        let catalogue = Catalogue::new(vec![resource("https://a"), resource("https://b")]);
        let permissions = [("https://a", "read"), ("https://b", "read"), ("https://b", "write")];
        let mut metadata = Metadata::default();
        for (at, name) in permissions {
            metadata.permissions.entry(at.to_owned()).or_default().insert(name.to_owned());
        }
        let all = Roles::new(vec![Role { name: "r".to_owned(), metadata }]);
        let (scopes, resources): (Vec<_>, Vec<_>) =
            (own(&["read", "write"]), own(&["https://a", "https://b"]));
        let held = (&own(&["r"]), &BTreeSet::new());
        let entitled = decide(&catalogue, &all, held, &scopes, &resources);
        assert_eq!(*entitled.scopes, ["read"]);
        assert_eq!(*entitled.resources, ["https://a", "https://b"]);
    }

    #[test]
    fn each_resource_is_told_what_it_asks_for_and_nothing_of_others() {
        let names = |names: &[&str]| Some(own::<Vec<_>>(names));
        let (_, _, holds) = left(&["writer"], &["read"], &["https://strict"]);
        let told = Holds {
            roles: names(&["reader", "writer"]),
            permissions: names(&["read", "write"]),
            ..Holds::default()
        };
        assert_eq!(holds, told);
        let (_, _, holds) = left(&["writer"], &["pay"], &["https://told", "https://lax"]);
        let told = Holds {
            groups: names(&["staff"]),
            entitlements: names(&["https://told#pay"]),
            ..Holds::default()
        };
        assert_eq!(holds, told);
        // What is wanted and is nothing is said to be nothing.
        let (_, _, holds) = left(&[], &["pay"], &["https://told"]);
        assert_eq!(holds.entitlements, names(&[]));
        // A resource that is out is told nothing.
        let (_, _, holds) = left(&[], &["read", "browse"], &["https://strict", "https://lax"]);
        assert_eq!(holds, Holds::default());
    }

    #[test]
    fn a_jwt_has_room_for_so_many_and_no_more() {
        let with = |count: usize| Entitled {
            scopes: Cow::Borrowed(&[]),
            resources: Cow::Borrowed(&[]),
            holds: Holds {
                roles: Some(vec!["r".to_owned(); count - 1]),
                groups: Some(vec!["g".to_owned()]),
                ..Holds::default()
            },
        };
        assert!(with(MOST_IN_JWT).for_jwt().is_ok());
        assert!(with(MOST_IN_JWT + 1).for_jwt().is_err());
    }
}
