//! Initial access tokens (RFC 7591 §1.2), by which clients may register themselves.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::{Error, record};
use crate::{
    app::App,
    audit::{Event, Kind},
    storage::{self, initial_access_tokens::TokenRow},
    tokens::handle::{Handle, InitialAccess},
};

/// The longest that one lives.
const LONGEST: Duration = Duration::from_hours(3650 * 24);

/// Makes one that is good for `most` clients within `lifetime`, and returns it: it is shown this once.
pub async fn add(app: &App, note: &str, most: i32, lifetime: Duration) -> Result<String, Error> {
    if most < 1 {
        return Err(Error::Invalid("a token is good for at least one client".to_owned()));
    }
    if lifetime.is_zero() || lifetime > LONGEST {
        return Err(Error::Invalid("a token lives for at most 3650 days".to_owned()));
    }
    if note.chars().count() > 200 || note.chars().any(char::is_control) {
        return Err(Error::Invalid("the note must be at most 200 characters".to_owned()));
    }
    let now = app.clock.now();
    let token = Handle::<InitialAccess>::draw(app.uuid(), &app.entropy);
    let expires_at = now + lifetime;
    let row = TokenRow { id: token.id, note: note.to_owned(), most, used: 0, expires_at };
    storage::initial_access_tokens::insert(&app.db, &row, token.digest().bytes(), now).await?;
    let event = Event::new(Kind::RegistrationTokenAdded);
    record(app, event.detail(json!({ "token": token.id, "clients": most }))).await?;
    Ok(token.expose())
}

/// Removes one. Clients that registered with it stay.
pub async fn remove(app: &App, id: Uuid) -> Result<(), Error> {
    if !storage::initial_access_tokens::remove(&app.db, id).await? {
        return Err(Error::Invalid(format!("there is no registration token {id}")));
    }
    record(app, Event::new(Kind::RegistrationTokenRemoved).detail(json!({ "token": id }))).await?;
    Ok(())
}
