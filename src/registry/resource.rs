//! Resources (RFC 8707): the APIs that tokens are for, and how their tokens look.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use url::Url;

use super::scope;
use crate::{
    config::Tokens,
    keys::signing::Algorithm,
    storage::{self, resources::ResourceRow},
};

/// Signet itself, as the API that decisions are asked of.
pub const AUTHORIZATION_API: &str = "urn:signet:authorization-api";
/// Its scope for asking.
pub const DECIDE: &str = "decide";
/// Its scope for being told which policies decided.
pub const EXPLAIN: &str = "explain";
/// How the identifiers of Signet's own resources begin.
const OWN: &str = "urn:signet:";

/// A resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its resource indicator, the `aud` of its tokens.
    pub identifier: String,
    /// All else.
    pub metadata: Metadata,
}

/// What is stored of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// What people are told it is.
    pub name: String,
    /// JWTs or opaque tokens.
    #[serde(default)]
    pub access_token_format: TokenFormat,
    /// What its JWTs are signed with; the server's default if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_alg: Option<Algorithm>,
    /// How long its tokens live, in seconds; the server's default if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_lifetime: Option<u32>,
    /// What its tokens tell of what whoever they are about holds.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub access_claims: BTreeSet<AccessClaim>,
    /// Whether scopes are granted there to those alone whose roles permit what they are called.
    #[serde(default)]
    pub enforce_permissions: bool,
    /// What can be allowed there.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Whose API keys are taken there.
    #[serde(default, skip_serializing_if = "ApiKeys::is_none")]
    pub api_keys: ApiKeys,
}

/// Whose API keys a resource takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeys {
    /// No one's.
    #[default]
    None,
    /// Those that operators make for clients.
    Clients,
    /// Those, and the ones that people make for themselves.
    People,
}

impl ApiKeys {
    /// Whether none are taken.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// A claim about what someone holds (RFC 9068 §2.2.3.1, RFC 7643 §4.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessClaim {
    /// Their roles, with those that these inherit.
    Roles,
    /// The groups that they are in.
    Groups,
    /// What their roles permit at the resource, by its name there.
    Permissions,
    /// The same, each with the resource before it.
    Entitlements,
}

/// A scope of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Its name in requests and tokens.
    pub name: String,
    /// What people are told it allows.
    #[serde(default)]
    pub description: String,
}

/// The form of an access token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenFormat {
    /// RFC 9068.
    #[default]
    Jwt,
    /// A reference that only introspection explains.
    Opaque,
}

impl Resource {
    /// Reads what is stored.
    pub fn from_row(row: ResourceRow) -> storage::Result<Self> {
        let metadata = serde_json::from_value(row.metadata).map_err(|source| {
            storage::Error::Unreadable { what: format!("resource {}", row.identifier), source }
        })?;
        Ok(Self { identifier: row.identifier, metadata })
    }

    /// Whether its tokens depend on what whoever they are about holds.
    #[must_use]
    pub fn is_by_roles(&self) -> bool {
        self.metadata.enforce_permissions || !self.metadata.access_claims.is_empty()
    }

    /// Those that are always there.
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        let scope = |name: &str, description: &str| Scope {
            name: name.to_owned(),
            description: description.to_owned(),
        };
        vec![Self {
            identifier: AUTHORIZATION_API.to_owned(),
            metadata: Metadata {
                name: "Signet".to_owned(),
                access_token_format: TokenFormat::Jwt,
                access_token_alg: None,
                access_token_lifetime: None,
                access_claims: BTreeSet::new(),
                enforce_permissions: false,
                api_keys: ApiKeys::default(),
                scopes: vec![
                    scope(DECIDE, "Ask what people and services may do"),
                    scope(EXPLAIN, "See which policies decided"),
                ],
            },
        }]
    }

    /// Whether one of that identifier is Signet's own, and no operator's to define.
    #[must_use]
    pub fn is_own(identifier: &str) -> bool {
        identifier.get(..OWN.len()).is_some_and(|start| start.eq_ignore_ascii_case(OWN))
    }

    /// Whether the scope is one of this resource's.
    #[must_use]
    pub fn has_scope(&self, name: &str) -> bool {
        self.metadata.scopes.iter().any(|scope| scope.name == name)
    }

    /// Checks one that an operator wants to add.
    pub fn validate(&self) -> Result<(), String> {
        let identifier = &self.identifier;
        // RFC 8707 §2: an absolute URI without a fragment.
        if Url::parse(identifier).is_err() || identifier.contains('#') {
            return Err(format!("{identifier:?} must be an absolute URI without a fragment"));
        }
        if Self::is_own(identifier) {
            return Err(format!("{identifier:?} begins like those of Signet itself"));
        }
        let Metadata { scopes, access_token_lifetime, .. } = &self.metadata;
        for (at, each) in scopes.iter().enumerate() {
            let name = &each.name;
            if !scope::is_token(name) {
                return Err(format!("scope {name:?} has a character that scopes cannot have"));
            }
            if scope::is_identity(name) {
                return Err(format!("scope {name:?} belongs to OpenID Connect"));
            }
            if scopes[..at].iter().any(|other| other.name == *name) {
                return Err(format!("scope {name:?} is there twice"));
            }
        }
        let longest = Tokens::LONGEST_ACCESS_TOKEN.0.as_secs();
        if access_token_lifetime.is_some_and(|seconds| !(60..=longest).contains(&seconds.into())) {
            return Err(format!("access_token_lifetime must be between 60 and {longest} seconds"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn validate(identifier: &str, metadata: Value) -> Result<(), String> {
        let metadata = serde_json::from_value(metadata).expect("of the right types");
        Resource { identifier: identifier.to_owned(), metadata }.validate()
    }

    #[test]
    fn a_resource_is_named_by_an_absolute_uri() {
        for fine in ["https://api.example", "https://api.example/v1?x=y", "urn:example:api"] {
            assert_eq!(validate(fine, json!({ "name": "API" })), Ok(()), "{fine}");
        }
        for bad in [
            "",
            "api",
            "/api",
            "//api.example",
            "https://api.example/#v1",
            "https://api.example#",
            AUTHORIZATION_API,
            "URN:Signet:admin",
        ] {
            validate(bad, json!({ "name": "API" })).expect_err(bad);
        }
    }

    #[test]
    fn its_scopes_and_lifetimes_are_ones_that_tokens_can_have() {
        let with = |name: &str, value: Value| {
            let mut metadata = json!({ "name": "API" });
            metadata[name] = value;
            validate("https://api.example", metadata)
        };
        let scopes = |names: &[&str]| {
            with("scopes", names.iter().map(|name| json!({ "name": name })).collect())
        };
        assert_eq!(scopes(&["read", "orders:write", "a/b.c"]), Ok(()));
        for (names, named) in [
            (&["read", "read"][..], "twice"),
            (&["openid"], "OpenID Connect"),
            (&["offline_access"], "OpenID Connect"),
            (&["two words"], "character"),
            (&[""], "character"),
        ] {
            let problem = scopes(names).expect_err(named);
            assert!(problem.contains(named), "{names:?}: {problem}");
        }
        let longest = Tokens::LONGEST_ACCESS_TOKEN.0.as_secs();
        for fine in [60, longest] {
            assert_eq!(with("access_token_lifetime", json!(fine)), Ok(()), "{fine}");
        }
        for bad in [0, 59, longest + 1] {
            let problem = with("access_token_lifetime", json!(bad)).expect_err("out of range");
            assert!(problem.contains("access_token_lifetime"), "{bad}: {problem}");
        }
    }
}
