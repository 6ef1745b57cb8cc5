//! How many messages can be asked for: whoever could ask without end would fill others' mailboxes.

use http::StatusCode;
use serde_json::json;

use crate::{
    app::App,
    audit::{Event, Kind},
    identity::throttle,
    web::{RequestContext, problem::Problem},
};

/// Counts a message that is asked for, whether there is such a person or not; the page that says so if there were too many.
pub async fn count_request(
    app: &App,
    recipient: &str,
    context: &RequestContext,
) -> Result<(), Problem> {
    let counters = throttle::messages(&app.config.email, recipient, context.origin.address);
    let Some(until) = throttle::count(app, &counters).await?.until else { return Ok(()) };
    let event = Event::new(Kind::MailThrottled).detail(json!({ "what": "request" }));
    app.audit.record(event, &context.origin).await?;
    let seconds = (until.unix_timestamp() - app.clock.now().unix_timestamp()).max(1).unsigned_abs();
    let minutes = seconds.div_ceil(60);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let words = format!("Several messages were asked for already. Try again in {minutes} {unit}.");
    Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "Please wait a while", words)
        .retry_after(seconds))
}
