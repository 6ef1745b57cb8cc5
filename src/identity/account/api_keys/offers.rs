//! What takes API keys that people make, and the forms that make them.

use uuid::Uuid;

use super::scope;
use crate::{
    access::principal::Subject,
    app::App,
    registry::resource::{ApiKeys, Resource},
    storage,
    tokens::api_key::Environment,
    web::{pages::ScopeView, params::Params, words::with},
};

/// Lives that are offered, in days.
const LIVES: [u64; 4] = [7, 30, 90, 365];
/// How the fields begin that choose a scope each.
pub(super) const SCOPE: &str = "scope.";
/// The one that is chosen at first, unless that is too long.
const USUAL_LIFE: u64 = 90;

/// Something that takes keys.
#[derive(Clone, Debug)]
pub(in crate::identity::account) struct PlaceView {
    pub(super) identifier: String,
    pub(super) name: String,
    /// Each with whether it is chosen.
    pub(super) scopes: Vec<(ScopeView, bool)>,
    /// Whether its form was just submitted, and something was wrong.
    pub(super) open: bool,
    /// What is filled in: the name, …
    pub(super) named: String,
    /// … whether the key is for trying things out, …
    pub(super) test: bool,
    /// … from where it is good, …
    pub(super) addresses: String,
    /// … and for how many days.
    pub(super) days: u64,
}

/// How long a key may live.
#[derive(Clone, Debug)]
pub(in crate::identity::account) struct LifeView {
    pub(super) days: u64,
    pub(super) words: String,
}

/// What takes keys that people make, each with what this person can make them for, and with the form that was filled in.
pub(super) async fn places(
    app: &App,
    user: Uuid,
    filled: &Params,
) -> storage::Result<Vec<PlaceView>> {
    let catalogue = app.replica.resources();
    let mut places = Vec::new();
    for resource in catalogue.iter().filter(|each| each.metadata.api_keys == ApiKeys::People) {
        let offered = offered(app, user, resource).await?;
        if !offered.is_empty() {
            places.push(offer(app, resource, offered, filled));
        }
    }
    Ok(places)
}

/// The scopes of a resource that a person's roles permit, if it cares about that.
async fn offered(app: &App, user: Uuid, resource: &Resource) -> storage::Result<Vec<ScopeView>> {
    let all = resource.metadata.scopes.iter().map(|each| scope(Some(resource), &each.name));
    if !resource.metadata.enforce_permissions {
        return Ok(all.collect());
    }
    let (owner, now) = (Subject::User(user), app.clock.now());
    let permitted = app.replica.permitted(&owner, &resource.identifier, now).await?;
    Ok(all.filter(|scope| permitted.contains(&scope.name)).collect())
}

fn offer(app: &App, resource: &Resource, offered: Vec<ScopeView>, filled: &Params) -> PlaceView {
    let open = filled.get("resource") == Some(&resource.identifier);
    let text = |name| filled.get(name).filter(|_| open).unwrap_or_default().to_owned();
    let chosen = |scope: ScopeView| {
        let chosen = open && filled.get(&format!("{SCOPE}{}", scope.name)).is_some();
        (scope, chosen)
    };
    PlaceView {
        identifier: resource.identifier.clone(),
        name: resource.metadata.name.clone(),
        scopes: offered.into_iter().map(chosen).collect(),
        open,
        named: text("name"),
        test: text("environment") == Environment::Test.name(),
        addresses: text("addresses"),
        days: text("days").parse().unwrap_or_else(|_| usual_life(app)),
    }
}

/// Whether there is anything that takes keys which people make.
pub(in crate::identity::account) fn are_taken(app: &App) -> bool {
    app.replica.resources().iter().any(|resource| resource.metadata.api_keys == ApiKeys::People)
}

/// The lives that are offered, in days.
pub(super) fn offered_lives(app: &App) -> Vec<u64> {
    let longest = app.config.api_keys.longest_lifetime.0.as_secs() / 86_400;
    let shorter = LIVES.into_iter().filter(|days| *days < longest);
    shorter.chain([longest]).collect()
}

fn usual_life(app: &App) -> u64 {
    let lives = offered_lives(app);
    lives.iter().copied().filter(|days| *days <= USUAL_LIFE).max().unwrap_or(lives[0])
}

pub(super) fn lives(app: &App) -> Vec<LifeView> {
    let life = |days: u64| LifeView {
        days,
        words: with("api-keys-life", &[("count", usize::try_from(days).unwrap_or(usize::MAX))]),
    };
    offered_lives(app).into_iter().map(life).collect()
}
