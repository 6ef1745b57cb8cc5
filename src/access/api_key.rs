//! API keys: what one that was presented may do now, from where it came, for what was asked.

use std::{net::IpAddr, time::Duration};

use ipnet::IpNet;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    circumstances,
    engine::{Thing, uid},
    principal::Subject,
};
use crate::{
    clock::Timestamp,
    registry::{
        client::Client,
        resource::{ApiKeys, Resource},
    },
    storage::{self, api_keys::ApiKeyRow},
    tokens::{api_key::Environment, digest::Digest},
};

/// The longest life of a token that a key is exchanged for.
pub const LONGEST_TOKEN: Duration = Duration::from_mins(15);

/// The type of its entity.
const ENTITY: &str = "ApiKey";

/// A key, without its secret.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Names it.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Subject,
    /// What its owner calls it.
    pub name: String,
    /// What it is for.
    pub environment: Environment,
    /// Where it is good.
    pub resource: String,
    /// For what.
    pub scopes: Vec<String>,
    /// From where; empty for anywhere.
    pub addresses: Vec<IpNet>,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when; none is for ever.
    pub expires_at: Option<Timestamp>,
    /// Until when it is good beside the key that takes its place.
    pub deprecated_until: Option<Timestamp>,
    /// Whether it was revoked.
    pub revoked: bool,
    secret: Digest,
}

/// What is asked of a key.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// When.
    pub now: Timestamp,
    /// From where, if that is known.
    pub address: Option<IpAddr>,
    /// Some of its scopes; all of them if none.
    pub scopes: Option<&'a [String]>,
}

/// What a key may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The scopes.
    pub scopes: Vec<String>,
    /// Until when at most.
    pub until: Option<Timestamp>,
    /// When it ends because another one takes its place.
    pub sunset: Option<Timestamp>,
}

/// Why a key may do nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It was revoked.
    Revoked,
    /// Its time is over.
    Ended,
    /// Its owner is gone or disabled.
    Owner,
    /// It is not good from there, or it is not known from where it came.
    Address,
    /// Keys like it are not, or no longer, taken there.
    Resource,
    /// That scope is not one of the key's, or its owner may not ask for it.
    Scope(String),
    /// Nothing is left of what it was made for.
    Nothing,
}

impl Refusal {
    /// In a word, for the log.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Ended => "ended",
            Self::Owner => "owner",
            Self::Address => "address",
            Self::Resource => "resource",
            Self::Scope(_) | Self::Nothing => "scope",
        }
    }
}

impl ApiKey {
    /// Reads what is stored.
    pub fn from_row(row: ApiKeyRow) -> storage::Result<Self> {
        let unreadable = |problem: &str| storage::Error::Unreadable {
            what: format!("api key {}", row.id),
            source: serde::de::Error::custom(problem),
        };
        let owner = match (row.user_id, &row.client_id) {
            (Some(user), None) => Subject::User(user),
            (None, Some(client)) => Subject::Client(client.clone()),
            _ => return Err(unreadable("it has not one owner")),
        };
        let digest = <[u8; 32]>::try_from(row.secret_hash.as_slice());
        let secret = Digest(digest.map_err(|_| unreadable("its digest is not one"))?);
        let environment = match row.environment.as_str() {
            "live" => Environment::Live,
            "test" => Environment::Test,
            _ => return Err(unreadable("its environment is not known")),
        };
        Ok(Self {
            id: row.id,
            owner,
            name: row.name,
            environment,
            resource: row.resource,
            scopes: row.scopes,
            addresses: row.addresses,
            created_at: row.created_at,
            expires_at: row.expires_at,
            deprecated_until: row.deprecated_until,
            revoked: row.revoked_at.is_some(),
            secret,
        })
    }

    /// It, as policies see it.
    #[must_use]
    pub fn thing(&self) -> Option<Thing> {
        let (whose, kind) = match &self.owner {
            Subject::User(_) => ("user", "User"),
            Subject::Client(_) => ("client", "Client"),
        };
        let mut attributes = Map::from_iter([
            ("name".to_owned(), json!(self.name)),
            ("environment".to_owned(), json!(self.environment.name())),
            ("resource".to_owned(), json!({ "type": "Resource", "id": self.resource })),
            ("scopes".to_owned(), json!(self.scopes)),
            (whose.to_owned(), json!({ "type": kind, "id": self.owner.id() })),
            ("created".to_owned(), json!(circumstances::datetime(self.created_at))),
        ]);
        if let Some(end) = self.ends() {
            attributes.insert("expires".to_owned(), json!(circumstances::datetime(end)));
        }
        Some(Thing { uid: uid(ENTITY, &self.id.to_string())?, attributes, parents: Vec::new() })
    }

    /// What the circumstances say of it.
    #[must_use]
    pub fn named(&self) -> Value {
        json!({ "type": ENTITY, "id": self.id })
    }

    /// Whether this is its secret.
    #[must_use]
    pub fn has_secret(&self, secret: &Digest) -> bool {
        self.secret == *secret
    }

    /// When it ends, unless it is revoked before.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        self.expires_at.into_iter().chain(self.deprecated_until).min()
    }

    /// Whether it is neither revoked nor over.
    pub fn check_life(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.revoked {
            return Err(Refusal::Revoked);
        }
        if self.ends().is_some_and(|end| end <= now) {
            return Err(Refusal::Ended);
        }
        Ok(())
    }

    /// What it may do now. Its owner is there and not disabled; `within` says what they may ask for at its resource.
    pub fn check(
        &self,
        ask: &Ask<'_>,
        within: impl Fn(&str) -> Result<bool, Refusal>,
    ) -> Result<Allowed, Refusal> {
        self.check_life(ask.now)?;
        let from = |address: IpAddr| self.addresses.iter().any(|net| net.contains(&address));
        if !self.addresses.is_empty()
            && !ask.address.is_some_and(|address| from(address.to_canonical()))
        {
            return Err(Refusal::Address);
        }
        let mut scopes = Vec::new();
        for name in ask.scopes.unwrap_or(&self.scopes) {
            if self.scopes.contains(name) && within(name)? {
                scopes.push(name.clone());
            } else if ask.scopes.is_some() {
                return Err(Refusal::Scope(name.clone()));
            }
        }
        if scopes.is_empty() {
            return Err(Refusal::Nothing);
        }
        Ok(Allowed { scopes, until: self.ends(), sunset: self.deprecated_until })
    }
}

/// Whether someone may have keys for a resource that are good for this scope. `client` is the owner, if that is a client.
pub fn may_have(
    resource: Option<&Resource>,
    client: Option<&Client>,
    scope: &str,
) -> Result<bool, Refusal> {
    let resource = resource.ok_or(Refusal::Resource)?;
    match (resource.metadata.api_keys, client) {
        (ApiKeys::None, _) | (ApiKeys::Clients, None) => return Err(Refusal::Resource),
        (ApiKeys::Clients | ApiKeys::People, _) => {}
    }
    if let Some(Client { metadata, .. }) = client {
        if metadata.disabled || !metadata.resources.contains(&resource.identifier) {
            return Err(Refusal::Resource);
        }
        if !metadata.scopes.iter().any(|own| own == scope) {
            return Ok(false);
        }
    }
    Ok(resource.has_scope(scope))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::{
        access::{
            engine::{Engine, Question},
            principal::Principal,
            roles::Roles,
            source::Source,
        },
        storage::{clients::ClientRow, resources::ResourceRow},
    };

    const NOW: Timestamp = datetime!(2030-01-01 12:00 UTC);

    fn row() -> ApiKeyRow {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        ApiKeyRow {
            id: Uuid::from_u128(1),
            secret_hash: vec![7; 32],
            user_id: Some(Uuid::from_u128(2)),
            client_id: None,
            name: "backup".to_owned(),
            environment: "live".to_owned(),
            resource: "https://a".to_owned(),
            scopes: texts(&["read", "write"]),
            addresses: Vec::new(),
            created_at: NOW,
            expires_at: None,
            last_used_at: None,
            last_used_address: None,
            revoked_at: None,
            replaced_by: None,
            deprecated_until: None,
        }
    }

    fn check(
        row: ApiKeyRow,
        address: Option<&str>,
        asked: Option<&[&str]>,
    ) -> Result<Vec<String>, Refusal> {
        let scopes =
            asked.map(|names| names.iter().map(|&name| name.to_owned()).collect::<Vec<String>>());
        let address = address.map(|text| text.parse().expect("an address"));
        let ask = Ask { now: NOW, address, scopes: scopes.as_deref() };
        let key = ApiKey::from_row(row).expect("a key");
        key.check(&ask, |name| Ok(name != "write")).map(|allowed| allowed.scopes)
    }

    #[test]
    fn a_key_does_what_it_was_made_for_and_what_its_owner_still_may() {
        assert_eq!(check(row(), None, None), Ok(vec!["read".to_owned()]));
        assert_eq!(check(row(), None, Some(&["read"])), Ok(vec!["read".to_owned()]));
        for name in ["write", "delete"] {
            assert_eq!(check(row(), None, Some(&[name])), Err(Refusal::Scope(name.to_owned())));
        }
        let narrow = ApiKeyRow { scopes: vec!["write".to_owned()], ..row() };
        assert_eq!(check(narrow, None, None), Err(Refusal::Nothing));
        assert_eq!(check(row(), None, Some(&[])), Err(Refusal::Nothing));
    }

    #[test]
    fn a_key_has_its_time() {
        let second = time::Duration::SECOND;
        let ended = |row| check(row, None, None).err();
        let with =
            |expires_at, deprecated_until| ApiKeyRow { expires_at, deprecated_until, ..row() };
        assert_eq!(ended(with(Some(NOW), None)), Some(Refusal::Ended));
        assert_eq!(ended(with(Some(NOW + second), None)), None);
        assert_eq!(ended(with(None, Some(NOW))), Some(Refusal::Ended));
        assert_eq!(ended(with(Some(NOW + second), Some(NOW + second))), None);
        let revoked = ApiKeyRow { revoked_at: Some(NOW), ..row() };
        assert_eq!(ended(revoked), Some(Refusal::Revoked));
    }

    #[test]
    fn a_key_is_good_from_where_it_was_made_for() {
        let from = |address| {
            let addresses = ["192.0.2.0/24", "2001:db8::/32"];
            let addresses = addresses.map(|net| net.parse().expect("a network")).to_vec();
            check(ApiKeyRow { addresses, ..row() }, address, None).err()
        };
        for fine in ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1::1"] {
            assert_eq!(from(Some(fine)), None, "{fine}");
        }
        for bad in [Some("192.0.3.1"), Some("2001:db9::1"), None] {
            assert_eq!(from(bad), Some(Refusal::Address), "{bad:?}");
        }
    }

    #[test]
    fn what_a_resource_takes_decides_whose_keys_are_good_there() {
        let resource = |api_keys: &str| {
            let metadata = json!({ "name": "A", "scopes": [{ "name": "read" }, { "name": "write" }], "api_keys": api_keys });
            let row = ResourceRow { identifier: "https://a".to_owned(), metadata };
            Resource::from_row(row).expect("a resource")
        };
        let client = |resources: &[&str]| {
            let metadata = json!({
                "client_name": "C", "token_endpoint_auth_method": "client_secret_basic", "grant_types": [],
                "scopes": ["read"], "resources": resources,
            });
            let row = ClientRow { client_id: "c".to_owned(), metadata, secrets: Vec::new() };
            Client::from_row(row).expect("a client")
        };
        let (own, other) = (client(&["https://a"]), client(&[]));
        let none = Err(Refusal::Resource);
        for (takes, owner, scope, expected) in [
            ("none", None, "read", &none),
            ("none", Some(&own), "read", &none),
            ("clients", None, "read", &none),
            ("clients", Some(&own), "read", &Ok(true)),
            ("clients", Some(&own), "write", &Ok(false)),
            ("clients", Some(&other), "read", &none),
            ("people", None, "read", &Ok(true)),
            ("people", None, "write", &Ok(true)),
            ("people", None, "delete", &Ok(false)),
            ("people", Some(&own), "read", &Ok(true)),
        ] {
            let found = may_have(Some(&resource(takes)), owner, scope);
            assert_eq!(found, *expected, "{takes} {:?} {scope}", owner.map(|client| &client.id));
        }
        assert_eq!(may_have(None, None, "read"), none, "it is gone");
    }

    #[test]
    fn what_policies_know_of_a_key_fits_the_schema() {
        let engine = Engine::new(&Source::default(), &Roles::default()).expect("policies");
        let mut client = row();
        (client.user_id, client.client_id) = (None, Some("batch".to_owned()));
        client.expires_at = Some(NOW + time::Duration::HOUR);
        for row in [row(), client] {
            let key = ApiKey::from_row(row).expect("a key").thing().expect("a name");
            let known = engine.vocabulary().attributes("ApiKey").expect("a type");
            assert!(key.attributes.keys().all(|name| known.contains(name)), "{key:?}");
            let principal = Principal::stranger("User", "a", &Map::new(), engine.vocabulary());
            let question = Question {
                principal: &principal.expect("a principal"),
                action: uid("Action", "read").expect("a name"),
                resource: &key,
                context: Map::new(),
                others: &[],
            };
            engine.decide(question).expect("it fits");
        }
    }
}
