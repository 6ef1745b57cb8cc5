//! The `sub` of a person, as a client knows them (OpenID Connect Core §8).

use uuid::Uuid;

use crate::{app::App, registry::client::Client};

/// The `sub` of a person at a client.
#[must_use]
pub fn of(_: &App, _: &Client, user: Uuid) -> String {
    user.to_string()
}
