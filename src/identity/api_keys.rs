//! API keys: making, replacing and revoking them, the same for people and for operators. Who did it is put on record by
//! who calls.

use std::net::IpAddr;

use ipnet::IpNet;
use uuid::Uuid;

use crate::{
    access::{api_key::may_have, principal::Subject},
    app::App,
    clock::Timestamp,
    config::ApiKeys,
    registry::{client::Client, resource::Resource},
    storage::{
        self,
        api_keys::{ApiKeyRow, Of, Successor},
    },
    tokens::api_key::{ApiKeySecret, Environment},
};

/// The longest name, in characters.
pub const NAME: usize = 64;
/// As many live ones a person may have.
pub const OF_PERSON: i64 = 50;
/// As many live ones a client may have.
pub const OF_CLIENT: i64 = 1000;
/// As many networks one may be good from: each is looked at whenever it is used.
pub const NETWORKS: usize = 50;
/// How long one is kept that is worthless, for whoever wonders what it was.
pub const KEPT: time::Duration = time::Duration::days(90);

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Whose it will be.
    pub owner: Subject,
    /// What its owner calls it.
    pub name: String,
    /// What it is for.
    pub environment: Environment,
    /// Where it will be good.
    pub resource: String,
    /// For what.
    pub scopes: Vec<String>,
    /// From where; empty for anywhere.
    pub addresses: Vec<IpNet>,
    /// Until when; none is for ever.
    pub expires_at: Option<Timestamp>,
}

/// A key that was just made.
#[derive(Debug)]
pub struct Made {
    /// Its id.
    pub id: Uuid,
    /// Its text, for this once.
    pub text: String,
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No name, or not one to keep.
    #[error("the name must be 1 to {NAME} characters")]
    Name,
    /// There is no such resource, or it does not take keys of this owner.
    #[error("the resource is not there, or its `api_keys` does not allow this owner's")]
    Resource,
    /// The resource does not have it, or the owner may not ask for it.
    #[error("scope {0} is not the resource's, or not the owner's to ask for")]
    Scope(String),
    /// The resource grants it to those alone whose roles permit it, and the owner's do not.
    #[error("the owner's roles do not permit {0} at the resource, which enforces permissions")]
    NotPermitted(String),
    /// There is none.
    #[error("a key needs a scope")]
    NoScope,
    /// There is no such one.
    #[error("a key is for live or for test")]
    Environment,
    /// Its time is over before it begins.
    #[error("that time is over")]
    Over,
    /// That is no address and no network.
    #[error("{0:?} is no address or network: give it like 192.0.2.7 or 192.0.2.0/24")]
    Network(String),
    /// There are too many networks.
    #[error("no more than {NETWORKS} networks")]
    Networks,
    /// There are as many as there may be.
    #[error("the owner has as many keys as there may be")]
    TooMany,
    /// There is no such key, it is not live, or it was replaced before.
    #[error("there is no such key, it is not live, or another one takes its place already")]
    Unknown,
    /// The other one was to stay good for too long.
    #[error("both keys can be good for {:?} at most", ApiKeys::LONGEST_TRANSITION)]
    Transition,
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
}

/// A network, or an address alone.
pub fn network(text: &str) -> Result<IpNet, Refused> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    // As much of it as can be said back.
    let wrong = |_| Refused::Network(text.chars().take(NAME).collect());
    text.parse::<IpNet>().or_else(|_| address()).map_err(wrong)
}

/// Networks and addresses between spaces or commas.
pub fn networks(text: &str) -> Result<Vec<IpNet>, Refused> {
    let separates = |character: char| character.is_whitespace() || ",;、，".contains(character);
    text.split(separates).filter(|word| !word.is_empty()).map(network).collect()
}

/// Makes a key.
pub async fn make(app: &App, new: NewKey) -> Result<Made, Refused> {
    let now = app.clock.now();
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME || name.contains(char::is_control) {
        return Err(Refused::Name);
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        return Err(Refused::Over);
    }
    if new.addresses.len() > NETWORKS {
        return Err(Refused::Networks);
    }
    let client = match &new.owner {
        Subject::User(_) => None,
        Subject::Client(id) => Some(app.replica.client(id).await?.ok_or(Refused::Resource)?),
    };
    check_scopes(app, &new, client.as_deref())?;
    check_permitted(app, &new).await?;
    let secret = ApiKeySecret::draw(app.uuid(), new.environment, &app.entropy);
    let (user_id, client_id, most) = match new.owner {
        Subject::User(id) => (Some(id), None, OF_PERSON),
        Subject::Client(id) => (None, Some(id), OF_CLIENT),
    };
    let row = ApiKeyRow {
        id: secret.id(),
        secret_hash: secret.digest().bytes().to_vec(),
        user_id,
        client_id,
        name: name.to_owned(),
        environment: new.environment.name().to_owned(),
        resource: new.resource,
        scopes: new.scopes,
        addresses: new.addresses.iter().map(IpNet::trunc).collect(),
        created_at: now,
        expires_at: new.expires_at,
        last_used_at: None,
        last_used_address: None,
        revoked_at: None,
        replaced_by: None,
        deprecated_until: None,
    };
    if !storage::api_keys::insert(&app.db, &row, most).await? {
        return Err(Refused::TooMany);
    }
    Ok(Made { id: secret.id(), text: secret.expose() })
}

/// Checks that the owner may have a key for each of these scopes.
fn check_scopes(app: &App, new: &NewKey, client: Option<&Client>) -> Result<(), Refused> {
    let catalogue = app.replica.resources();
    let resource = catalogue.get(&new.resource);
    if new.scopes.is_empty() {
        return Err(Refused::NoScope);
    }
    for scope in &new.scopes {
        match may_have(resource, client, scope) {
            Ok(true) => {}
            Ok(false) => return Err(Refused::Scope(scope.clone())),
            Err(_) => return Err(Refused::Resource),
        }
    }
    Ok(())
}

/// Checks that the owner's roles permit each scope now, where the resource enforces permissions. A key is cut to what they permit
/// whenever it is used: this is for whoever makes one that would open less than it says.
async fn check_permitted(app: &App, new: &NewKey) -> Result<(), Refused> {
    let enforced = app.replica.resources().get(&new.resource).is_some_and(is_enforced);
    if !enforced {
        return Ok(());
    }
    let now = app.clock.now();
    let permitted = app.replica.permitted(&new.owner, &new.resource, now).await?;
    match new.scopes.iter().find(|scope| !permitted.contains(*scope)) {
        Some(scope) => Err(Refused::NotPermitted(scope.clone())),
        None => Ok(()),
    }
}

fn is_enforced(resource: &Resource) -> bool {
    resource.metadata.enforce_permissions
}

/// Makes a key that takes the place of another one, which stays good for the transition.
pub async fn rotate(
    app: &App,
    id: Uuid,
    of: Of<'_>,
    transition: std::time::Duration,
) -> Result<Made, Refused> {
    if transition > ApiKeys::LONGEST_TRANSITION.0 {
        return Err(Refused::Transition);
    }
    let old = storage::api_keys::get(&app.db, id).await?.ok_or(Refused::Unknown)?;
    check_replaced(app, &old).await?;
    let environment = match old.environment.as_str() {
        "test" => Environment::Test,
        _ => Environment::Live,
    };
    let secret = ApiKeySecret::draw(app.uuid(), environment, &app.entropy);
    let now = app.clock.now();
    let digest = secret.digest();
    let successor =
        Successor { id: secret.id(), secret_hash: digest.bytes(), both_until: now + transition };
    if !storage::api_keys::rotate(&app.db, id, of, successor, now).await? {
        return Err(Refused::Unknown);
    }
    app.replica.forget_api_key(id);
    Ok(Made { id: secret.id(), text: secret.expose() })
}

/// Checks that not too many keys of the same owner are being replaced: each that is counts beside the one in its place.
async fn check_replaced(app: &App, old: &ApiKeyRow) -> Result<(), Refused> {
    let most = if old.user_id.is_some() { OF_PERSON } else { OF_CLIENT };
    let of = Of { user: old.user_id, client: old.client_id.as_deref() };
    let rows = storage::api_keys::list(&app.db, of, Uuid::nil(), most.saturating_mul(10)).await?;
    let now = app.clock.now();
    let replaced = rows.iter().filter(|row| row.deprecated_until.is_some_and(|end| end > now));
    if i64::try_from(replaced.count()).is_ok_and(|count| count < most) {
        return Ok(());
    }
    Err(Refused::TooMany)
}

/// Revokes a key with all tokens that it was exchanged for: whether there was one to revoke.
pub async fn revoke(app: &App, id: Uuid, of: Of<'_>) -> storage::Result<bool> {
    let now = app.clock.now();
    let until = app.tokens_end(now);
    let revoked = storage::api_keys::revoke(&app.db, id, of, now, until).await?;
    if revoked {
        app.replica.revoked(id, until);
        app.replica.forget_api_key(id);
    }
    Ok(revoked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_from_what_people_type() {
        let read =
            |text| networks(text).map(|all| all.iter().map(IpNet::to_string).collect::<Vec<_>>());
        for (text, expected) in [
            ("", &[][..]),
            (" ,\n", &[]),
            ("192.0.2.7", &["192.0.2.7/32"]),
            ("192.0.2.0/24,2001:db8::/32  ::1", &["192.0.2.0/24", "2001:db8::/32", "::1/128"]),
            ("192.0.2.7; 192.0.2.8\r\n", &["192.0.2.7/32", "192.0.2.8/32"]),
        ] {
            assert_eq!(read(text).expect(text), expected, "{text:?}");
        }
        for (text, wrong) in [
            ("example.com", "example.com"),
            ("192.0.2.7 192.0.2", "192.0.2"),
            ("192.0.2.0/33", "192.0.2.0/33"),
            ("192.0.2.0-192.0.2.9", "192.0.2.0-192.0.2.9"),
            ("١٩٢.0.2.1", "١٩٢.0.2.1"),
        ] {
            assert!(matches!(read(text), Err(Refused::Network(word)) if word == wrong), "{text}");
        }
        let long = "x".repeat(1000);
        assert!(matches!(networks(&long), Err(Refused::Network(word)) if word.len() == NAME));
    }
}
