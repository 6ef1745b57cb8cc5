//! How many messages can be asked for: whoever could ask without end would fill others' mailboxes.

use serde_json::json;

use crate::{
    app::App,
    audit::{Event, Kind},
    identity::{
        notice::{Notice, wait},
        throttle,
    },
    storage,
    web::RequestContext,
};

/// Counts a message that is asked for, whether there is such a person or not; what to say if there were too
/// many.
pub async fn count_request(
    app: &App,
    recipient: &str,
    context: &RequestContext,
) -> storage::Result<Option<Notice>> {
    let counters = throttle::messages(&app.config.email, recipient, context.origin.address);
    let Some(until) = throttle::count(app, &counters).await?.until else { return Ok(None) };
    let event = Event::new(Kind::MailThrottled).detail(json!({ "what": "request" }));
    app.audit.record(event, &context.origin).await?;
    let wait = wait(app, until);
    let words = format!("Several messages were asked for already. Try again in {wait}.");
    Ok(Some(Notice::throttled(words, until)))
}
