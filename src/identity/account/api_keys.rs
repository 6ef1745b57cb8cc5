//! `/account/api-keys`: the API keys of whoever is signed in. As sensitive as what they sign in with: it takes a recent proof
//! of who they are.

mod offers;

use axum::{body::Bytes, extract::State, response::Response};
use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use serde_json::json;
use uuid::Uuid;

pub(super) use self::offers::are_taken;
use self::offers::{LifeView, PlaceView, SCOPE, lives, offered_lives, places};
use super::{API_KEYS, SHOWN, posted, recent, token};
use crate::{
    access::principal::Subject,
    app::{App, AppState},
    audit::{Event, Kind},
    clock::Timestamp,
    identity::{
        api_keys::{self, Made, NAME, NETWORKS, NewKey, OF_PERSON, Refused},
        instead::Instead,
        notice::Notice,
        pages::{see_other, with_cookies},
        watch::{self, News},
    },
    registry::resource::Resource,
    storage::{
        self,
        api_keys::{ApiKeyRow, Of},
    },
    tokens::api_key::Environment,
    web::{
        RequestContext,
        cookies::Cookie,
        moment::MomentView,
        pages::{Freedom, ScopeView, page},
        params::Params,
        problem::Problem,
        words::{text, with},
    },
};

/// A key as its page shows it.
#[derive(Clone, Debug)]
pub(super) struct KeyView {
    id: Uuid,
    name: String,
    /// Whether it is for trying things out.
    test: bool,
    resource: String,
    scopes: Vec<ScopeView>,
    since: MomentView,
    used: Option<MomentView>,
    /// From where it was last used.
    address: Option<String>,
    ends: Option<MomentView>,
    /// From where it is good; empty for anywhere.
    addresses: String,
    /// Whether another one takes its place.
    replaced: bool,
}

page! {
    /// Shows a person's API keys.
    AccountApiKeys("account_api_keys.html") {
        /// Where the forms go.
        action: &'static str,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<String>,
        /// A key that was just made.
        made: Option<String>,
        /// Those that there are.
        kept: Vec<KeyView>,
        /// What takes keys.
        places: Vec<PlaceView>,
        /// How long one may live.
        lives: Vec<LifeView>,
        /// The longest name, in characters.
        longest: usize,
    }
}

/// `GET /account/api-keys`.
pub(super) async fn show(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = recent(&app, &headers, API_KEYS, &context).await?;
        let user = current.row.user_id;
        let now = app.clock.now();
        let kept = live(&app, user, now).await?;
        let notice = Notice::of(&app, &headers, API_KEYS);
        let page = AccountApiKeys::new(
            API_KEYS,
            token(&app, &current),
            notice.error.clone(),
            shown(&app, &headers, user),
            kept.into_iter().map(|row| view(&app, row, now)).collect(),
            places(&app, user, &notice.form()).await?,
            lives(&app),
            NAME,
        );
        Ok(notice.respond(&app, &page, &Freedom::Usual))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// The live keys of a person.
async fn live(app: &App, user: Uuid, now: Timestamp) -> storage::Result<Vec<ApiKeyRow>> {
    // Some of those that are over are not removed yet.
    let (of, most) = (Of { user: Some(user), client: None }, OF_PERSON * 10);
    let mut rows = storage::api_keys::list(&app.db, of, Uuid::nil(), most).await?;
    rows.retain(|row| ends(row).is_none_or(|end| end > now));
    Ok(rows)
}

fn ends(row: &ApiKeyRow) -> Option<Timestamp> {
    row.expires_at.into_iter().chain(row.deprecated_until).min()
}

fn view(app: &App, row: ApiKeyRow, now: Timestamp) -> KeyView {
    let catalogue = app.replica.resources();
    let known = catalogue.get(&row.resource);
    KeyView {
        id: row.id,
        test: row.environment == Environment::Test.name(),
        resource: known.map_or_else(|| row.resource.clone(), |known| known.metadata.name.clone()),
        scopes: row.scopes.iter().map(|name| scope(known, name)).collect(),
        since: MomentView::day(row.created_at),
        used: row.last_used_at.map(|at| MomentView::ago(at, now)),
        address: row.last_used_address.map(|net| net.addr().to_string()),
        ends: ends(&row).map(MomentView::day),
        addresses: row.addresses.iter().map(network).collect::<Vec<_>>().join(", "),
        replaced: row.replaced_by.is_some(),
        name: row.name,
    }
}

fn scope(resource: Option<&Resource>, name: &str) -> ScopeView {
    let scopes = resource.into_iter().flat_map(|resource| &resource.metadata.scopes);
    let known = scopes.into_iter().find(|scope| scope.name == name);
    ScopeView {
        name: name.to_owned(),
        description: known.map(|scope| scope.description.clone()).unwrap_or_default(),
    }
}

/// A network as people write it: an address alone without its prefix.
fn network(net: &IpNet) -> String {
    if net.prefix_len() == net.max_prefix_len() { net.addr().to_string() } else { net.to_string() }
}

/// `POST /account/api-keys`: makes, replaces or revokes a key, or forgets the one that is shown.
pub(super) async fn change(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let (current, params) = posted(&app, &headers, &body, API_KEYS, &context).await?;
        let user = current.row.user_id;
        if params.get("saved").is_some() {
            return Ok(with_cookies(see_other(API_KEYS), [app.cookies().remove(Cookie::ApiKey)]));
        }
        let id = |name| params.get(name).map(|id| id.parse::<Uuid>().unwrap_or_default());
        let changed = if let Some(id) = id("revoke") {
            revoke(&app, user, id, &context).await.map(|()| None)
        } else if let Some(id) = id("rotate") {
            rotate(&app, user, id, &context).await.map(Some)
        } else {
            make(&app, user, &params, &context).await.map(Some)
        };
        match changed {
            Ok(None) => Ok(see_other(API_KEYS)),
            Ok(Some(made)) => {
                Ok(with_cookies(see_other(API_KEYS), [show_once(&app, user, &made.text)]))
            }
            Err(refused) => {
                let notice = Notice::wrong(words(refused)?).filled(&params.only(is_kept));
                Ok(notice.lead_back(&app, API_KEYS))
            }
        }
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// Whether a field of the form is filled in again.
fn is_kept(name: &str) -> bool {
    ["name", "resource", "environment", "addresses", "days"].contains(&name)
        || name.starts_with(SCOPE)
}

/// What was wrong, for the person.
fn words(refused: Refused) -> Result<String, Problem> {
    Ok(match refused {
        Refused::Storage(error) => return Err(error.into()),
        Refused::Name => with("api-keys-wrong-name", &[("count", NAME)]),
        Refused::TooMany => text("api-keys-too-many"),
        Refused::NoScope => text("api-keys-wrong-scopes"),
        Refused::Unknown => text("api-keys-unknown"),
        Refused::NotPermitted(scope) => with("api-keys-not-permitted", &[("scope", scope)]),
        Refused::Network(typed) => with("api-keys-wrong-address", &[("address", typed)]),
        Refused::Networks => with("api-keys-too-many-addresses", &[("count", NETWORKS)]),
        Refused::Resource
        | Refused::Scope(_)
        | Refused::Environment
        | Refused::Over
        | Refused::Transition => text("api-keys-wrong"),
    })
}

/// Makes a key as its form asks for it.
async fn make(
    app: &App,
    user: Uuid,
    params: &Params,
    context: &RequestContext,
) -> Result<Made, Refused> {
    let days = params.get("days").and_then(|days| days.parse::<u64>().ok());
    let days = days
        .filter(|days| offered_lives(app).contains(days))
        .and_then(|days| i64::try_from(days).ok());
    let Some(days) = days else { return Err(Refused::Over) };
    let named = params.iter().filter_map(|(name, _)| name.strip_prefix(SCOPE));
    let mut scopes: Vec<String> = named.map(str::to_owned).collect();
    scopes.sort();
    scopes.dedup();
    let text = |name| params.get(name).unwrap_or_default();
    let environment = match text("environment") {
        "" | "live" => Environment::Live,
        "test" => Environment::Test,
        _ => return Err(Refused::Environment),
    };
    let addresses = api_keys::networks(text("addresses"))?;
    let (name, resource) = (text("name").to_owned(), text("resource").to_owned());
    let mut detail = json!({ "resource": resource, "scopes": scopes });
    let new = NewKey {
        owner: Subject::User(user),
        name: name.clone(),
        environment,
        resource,
        scopes,
        addresses,
        expires_at: Some(app.clock.now() + time::Duration::days(days)),
    };
    let made = api_keys::make(app, new).await?;
    detail["api_key"] = json!(made.id);
    let event = Event::new(Kind::ApiKeyAdded).user(user).detail(detail);
    app.audit.record(event, &context.origin).await?;
    watch::tell(app, user, &News::ApiKeyAdded(name.trim().to_owned()), context).await?;
    Ok(made)
}

/// Makes a key that takes the place of another one.
async fn rotate(
    app: &App,
    user: Uuid,
    id: Uuid,
    context: &RequestContext,
) -> Result<Made, Refused> {
    let transition = app.config.api_keys.transition.0;
    let made = api_keys::rotate(app, id, own(user), transition).await?;
    let detail = json!({ "api_key": id, "replaced_by": made.id });
    let event = Event::new(Kind::ApiKeyRotated).user(user).detail(detail);
    app.audit.record(event, &context.origin).await?;
    if let Some(row) = storage::api_keys::get(&app.db, made.id).await? {
        watch::tell(app, user, &News::ApiKeyAdded(row.name), context).await?;
    }
    Ok(made)
}

/// Revokes a key. Another person's is as unknown as one that never was.
async fn revoke(app: &App, user: Uuid, id: Uuid, context: &RequestContext) -> Result<(), Refused> {
    if !api_keys::revoke(app, id, own(user)).await? {
        return Err(Refused::Unknown);
    }
    let event = Event::new(Kind::ApiKeyRevoked).user(user).detail(json!({ "api_key": id }));
    app.audit.record(event, &context.origin).await?;
    Ok(())
}

const fn own(user: Uuid) -> Of<'static> {
    Of { user: Some(user), client: None }
}

/// A cookie with a key that was just made, for the page that shows it.
fn show_once(app: &App, user: Uuid, key: &str) -> HeaderValue {
    let value = app.keys.master().seal_text(&place(user), key.as_bytes());
    app.cookies().set(Cookie::ApiKey, &value, Some(SHOWN))
}

/// A key that was just made, if this browser has it.
fn shown(app: &App, headers: &HeaderMap, user: Uuid) -> Option<String> {
    let sealed = app.cookies().get(headers, Cookie::ApiKey)?;
    let open = app.keys.master().open_text(&place(user), sealed)?;
    std::str::from_utf8(&open).ok().map(str::to_owned)
}

fn place(user: Uuid) -> String {
    format!("shown_api_key:{user}")
}
