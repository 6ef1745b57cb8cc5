//! What is unusual in a sign-in: the browser, the country, or how far it is from the one before.

use ipnet::IpNet;
use serde_json::json;
use uuid::Uuid;

use super::{News, Unusual, places, tell};
use crate::{
    app::App,
    audit::{Event, Kind},
    clock::Timestamp,
    identity::device,
    storage::{
        self,
        devices::{Before, Seen},
    },
    web::{RequestContext, language::Language},
};

/// Notes the browser of a sign-in, by its cookie, and puts what is unusual on record. Its person is told of that in one
/// letter.
pub async fn signed_in(
    app: &App,
    user: Uuid,
    session: Uuid,
    cookie: &str,
    context: &RequestContext,
) -> storage::Result<()> {
    let devices = device::parse(&app.secrets.pages, cookie);
    let Some(device) = devices.iter().find(|device| device.user == user) else { return Ok(()) };
    let here = context.origin.address.and_then(|address| app.places.find(address));
    let now = app.clock.now();
    let seen = Seen {
        user,
        device: device.id,
        address: context.origin.address.map(IpNet::from),
        country: here.as_ref().and_then(|place| place.country.as_deref()),
        language: Language::current().tag(),
        user_agent: context.user_agent.as_deref(),
    };
    let before = storage::devices::see(&app.db, &seen, now).await?;
    let mut unusual = Vec::new();
    if before.new_device {
        let event = Event::new(Kind::NewDevice).user(user).session(session);
        app.audit.record(event, &context.origin).await?;
        unusual.push(Unusual::Device);
    }
    if before.new_country {
        let event = Event::new(Kind::NewPlace).user(user).session(session);
        app.audit.record(event, &context.origin).await?;
        unusual.push(Unusual::Place);
    }
    if let Some(travel) = here.and_then(|here| travel(app, &before, &here, now)) {
        let event = Event::new(Kind::ImpossibleTravel).user(user).session(session);
        let detail = json!({ "kilometres": travel.kilometres.round(), "seconds": travel.seconds });
        app.audit.record(event.detail(detail), &context.origin).await?;
        let Travel { from, kilometres, seconds } = travel;
        // Rounded up: no more than that.
        let minutes = seconds / 60 + 1;
        unusual.push(Unusual::Travel { from, kilometres, minutes });
    }
    unusual.retain(|unusual| app.config.watch.tells(unusual.concern()));
    if unusual.is_empty() {
        return Ok(());
    }
    tell(app, user, &News::SignIn(unusual), context).await
}

struct Travel {
    from: Option<String>,
    kilometres: f64,
    seconds: i64,
}

/// The way from the sign-in before, if no one can have come here that fast.
fn travel(app: &App, before: &Before, here: &places::Place, now: Timestamp) -> Option<Travel> {
    let there = app.places.find(before.address?.addr())?;
    let kilometres = places::kilometres(there.location?, here.location?);
    // Another replica's clock may be ahead.
    let elapsed = (now - before.at?).max(time::Duration::ZERO);
    let watch = &app.config.watch;
    let reach = f64::from(watch.travel_speed) * elapsed.as_seconds_f64() / 3600.0;
    let impossible = kilometres >= f64::from(watch.travel_distance) && kilometres > reach;
    let from = there.words();
    impossible.then(|| Travel { from, kilometres, seconds: elapsed.whole_seconds() })
}
