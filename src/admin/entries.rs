//! What manifests say, as TOML: read, and held against what can only be a slip.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Error;
use crate::{
    config::{Mfa, SecretText},
    identity::{
        profile::{self, Profile},
        text,
    },
    registry::{
        client,
        resource::{self, Resource},
    },
    storage::resources::ResourceRow,
};

/// What a manifest says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Manifest {
    /// `[[resource]]`.
    pub resource: Vec<ResourceEntry>,
    /// `[[role]]`.
    pub role: Vec<RoleEntry>,
    /// `[[group]]`.
    pub group: Vec<GroupEntry>,
    /// `[[client]]`.
    pub client: Vec<ClientEntry>,
    /// `[[user]]`.
    pub user: Vec<UserEntry>,
}

/// `[[resource]]`.
#[derive(Debug, Deserialize)]
pub struct ResourceEntry {
    pub(super) identifier: String,
    #[serde(flatten)]
    pub(super) metadata: resource::Metadata,
}

/// `[[role]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleEntry {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) inherits: BTreeSet<String>,
    #[serde(default)]
    pub(super) mfa: Option<Mfa>,
    /// By resource.
    #[serde(default)]
    pub(super) permissions: BTreeMap<String, BTreeSet<String>>,
}

/// `[[group]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupEntry {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    /// Left out, they stay as they are.
    #[serde(default)]
    pub(super) roles: Option<BTreeSet<String>>,
}

/// `[[client]]`.
#[derive(Debug, Deserialize)]
pub struct ClientEntry {
    pub(super) client_id: String,
    #[serde(default)]
    pub(super) secret: Option<SecretText>,
    /// The variable that holds the secret.
    #[serde(default)]
    pub(super) secret_env: Option<String>,
    /// Left out, it stays as it is: an operator may have disabled the client meanwhile.
    #[serde(default)]
    pub(super) disabled: Option<bool>,
    /// What it holds on its own behalf. Left out, it stays as it is.
    #[serde(default)]
    pub(super) roles: Option<BTreeSet<String>>,
    #[serde(flatten)]
    pub(super) metadata: client::Metadata,
}

/// `[[user]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserEntry {
    pub(super) email: String,
    #[serde(default)]
    pub(super) email_verified: bool,
    #[serde(default)]
    pub(super) username: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
    /// What else is said of them. Left out, it stays as it is.
    #[serde(default)]
    pub(super) profile: Option<Profile>,
    /// Left out, it stays as it is.
    #[serde(default)]
    pub(super) mfa: Option<Mfa>,
    /// Left out, it stays as it is.
    #[serde(default)]
    pub(super) administrator: Option<bool>,
    #[serde(default)]
    pub(super) password: Option<SecretText>,
    /// The variable that holds the password.
    #[serde(default)]
    pub(super) password_env: Option<String>,
    /// Left out, they stay as they are.
    #[serde(default)]
    pub(super) roles: Option<BTreeSet<String>>,
    /// Left out, they stay as they are.
    #[serde(default)]
    pub(super) groups: Option<BTreeSet<String>>,
    /// What policies know of them. Left out, it stays as it is.
    #[serde(default)]
    pub(super) attributes: Option<Map<String, Value>>,
}

/// The keys that an entry may have; `flatten` and `deny_unknown_fields` do not go together.
const RESOURCE_KEYS: [&str; 9] = [
    "api_keys",
    "identifier",
    "name",
    "access_token_format",
    "access_token_alg",
    "access_token_lifetime",
    "access_claims",
    "enforce_permissions",
    "scopes",
];
const SCOPE_KEYS: [&str; 2] = ["name", "description"];
const CLIENT_KEYS: [&str; 53] = [
    "client_id",
    "secret",
    "secret_env",
    "client_name",
    "token_endpoint_auth_method",
    "grant_types",
    "redirect_uris",
    "post_logout_redirect_uris",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "initiate_login_uri",
    "scopes",
    "resources",
    "introspects",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "contacts",
    "application_type",
    "software_id",
    "software_version",
    "default_max_age",
    "require_auth_time",
    "default_acr_values",
    "consent",
    "request_uris",
    "request_object_signing_alg",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "require_signed_request_object",
    "jwks",
    "jwks_uri",
    "token_endpoint_auth_signing_alg",
    "unsafe_endpoint_audience",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "subject_type",
    "sector_identifier_uri",
    "first_party",
    "gate",
    "unsafe_without_pkce",
    "unsafe_silent_native",
    "mfa",
    "refresh_retry_window",
    "disabled",
    "roles",
];

impl Manifest {
    /// Reads TOML.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let table: toml::Table =
            text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        for (section, keys) in [("resource", &RESOURCE_KEYS[..]), ("client", &CLIENT_KEYS[..])] {
            let entries = table.get(section).and_then(toml::Value::as_array).into_iter().flatten();
            for entry in entries.filter_map(toml::Value::as_table) {
                check_keys(section, entry, keys)?;
                // A client's scopes are names; only a resource's are tables.
                let scopes = entry.get("scopes").and_then(toml::Value::as_array);
                for scope in scopes.into_iter().flatten().filter_map(toml::Value::as_table) {
                    check_keys("resource.scopes", scope, &SCOPE_KEYS)?;
                }
            }
        }
        let users = table.get("user").and_then(toml::Value::as_array).into_iter().flatten();
        for profile in users.filter_map(|entry| entry.get("profile")?.as_table()) {
            check_keys("user.profile", profile, &profile::MEMBERS)?;
            if let Some(address) = profile.get("address").and_then(toml::Value::as_table) {
                check_keys("user.profile.address", address, &profile::ADDRESS_MEMBERS)?;
            }
            let languages = profile.get("languages").and_then(toml::Value::as_table);
            for (tag, names) in languages.into_iter().flatten() {
                if let Some(names) = names.as_table() {
                    check_keys(&format!("user.profile.languages.{tag}"), names, &profile::NAMES)?;
                }
            }
        }
        serde_path_to_error::deserialize(table)
            .map_err(|error| Error::Invalid(format!("{}: {}", error.path(), error.inner())))
    }

    /// Refuses what is there twice: the second entry would undo the first.
    pub(super) fn check_unique(&self) -> Result<(), Error> {
        let resources = self.resource.iter().map(|entry| ("resource", entry.identifier.clone()));
        let clients = self.client.iter().map(|entry| ("client", entry.client_id.clone()));
        let users = self.user.iter().map(|entry| ("user", text::identifier_key(&entry.email)));
        let roles = self.role.iter().map(|entry| ("role", entry.name.clone()));
        let groups = self.group.iter().map(|entry| ("group", entry.name.clone()));
        let mut seen = HashSet::new();
        for (section, name) in resources.chain(clients).chain(users).chain(roles).chain(groups) {
            if !seen.insert((section, name.clone())) {
                return Err(Error::Invalid(format!("{section} {name} is there twice")));
            }
        }
        Ok(())
    }

    /// Refuses a client's resources that are neither stored nor in the manifest.
    pub(super) fn check_names(
        &self,
        client: &ClientEntry,
        stored: &[ResourceRow],
    ) -> Result<(), Error> {
        let known = |name: &String| {
            Resource::built_in().iter().any(|own| own.identifier == *name)
                || stored.iter().any(|row| row.identifier == *name)
                || self.resource.iter().any(|entry| entry.identifier == *name)
        };
        let client::Metadata { resources, introspects, .. } = &client.metadata;
        for (key, names) in [("resources", resources), ("introspects", introspects)] {
            if let Some(unknown) = names.iter().find(|name| !known(name)) {
                return Err(Error::Invalid(format!(
                    "client {}: {key}: there is no resource {unknown}",
                    client.client_id
                )));
            }
        }
        Ok(())
    }
}

fn check_keys(section: &str, entry: &toml::Table, keys: &[&str]) -> Result<(), Error> {
    match entry.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let known = keys.join(", ");
            Err(Error::Invalid(format!(
                "{section}.{unknown}: unknown key, expected one of {known}"
            )))
        }
    }
}
