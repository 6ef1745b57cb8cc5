//! Removes clients that registered themselves and were not used, or are too old, if the operator so wishes.

use serde_json::json;

use crate::{
    app::App,
    audit::{Event, Kind, Origin},
    storage::{
        self,
        clients::{self, Removable},
        registrations,
    },
};

/// Removes those that are due. One that is used at this very moment goes too: it was not for as long as the operator said.
pub async fn sweep(app: &App) -> storage::Result<()> {
    let now = app.clock.now();
    let config = &app.config.dynamic_registration;
    if !config.max_lifetime.0.is_zero() {
        let due = registrations::older_than(&app.db, now - config.max_lifetime.0).await?;
        remove(app, &due, "old").await?;
    }
    if !config.unused_lifetime.0.is_zero() {
        let due = registrations::unused_since(&app.db, now - config.unused_lifetime.0, now).await?;
        remove(app, &due, "unused").await?;
    }
    Ok(())
}

async fn remove(app: &App, clients: &[String], why: &str) -> storage::Result<()> {
    let now = app.clock.now();
    let (began, end) = (app.tokens_began(now), app.tokens_end(now));
    for client_id in clients {
        // Again: an operator may have taken it over since it was found to be due.
        let which = Removable::RegisteredItself;
        if clients::delete(&app.db, client_id, which, now, began, end).await? {
            app.replica.forget_client(client_id);
            let event = Event::new(Kind::RegistrationEnded).client(client_id);
            app.audit.record(event.detail(json!({ "why": why })), &Origin::default()).await?;
        }
    }
    Ok(())
}
