//! A protected API with axum: who asks is known by an access token of Signet's, and what they may do with an order by a
//! decision of Signet's. ../README.md says how to run it.
//!
//! To have it as a package of its own: aws-lc-rs, axum, clap (derive, env), `form_urlencoded`, jsonwebtoken (`aws_lc_rs`),
//! reqwest (json, rustls-tls), serde (derive), `serde_json`, tokio (full), tracing, tracing-subscriber.

mod refusal;
mod settings;
mod signet;
mod tokens;

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, FromRequestParts, Path, State},
    http::{StatusCode, header, request::Parts},
    routing::get,
};
use clap::Parser;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    refusal::{Challenges, Refusal},
    settings::Settings,
    signet::{Signet, well_known},
    tokens::{Claims, Tokens},
};

/// What handlers are handed.
struct Api {
    signet: Signet,
    tokens: Tokens,
    challenges: Challenges,
    orders: Mutex<Orders>,
}

/// Stands for a database.
#[derive(Default)]
struct Orders {
    last: u64,
    by_id: BTreeMap<u64, Order>,
}

impl Api {
    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Serialize)]
struct Order {
    id: u64,
    item: String,
    /// The subject that placed it.
    #[serde(skip)]
    owner: (&'static str, String),
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_ansi(false).init();
    let settings = Settings::parse();
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await?;
    let metadata = well_known(&settings.resource.parse()?, "oauth-protected-resource");
    let path = metadata.path().to_owned();
    let api = Arc::new(Api {
        signet: Signet::new(settings)?,
        tokens: Tokens::default(),
        challenges: Challenges { resource_metadata: metadata.into() },
        orders: Mutex::default(),
    });
    let routes = Router::new()
        .route(&path, get(describe))
        .route("/orders", get(list).post(place))
        .route("/orders/{id}", get(view).delete(cancel))
        .layer(DefaultBodyLimit::max(4096))
        .with_state(api);
    tracing::info!("listening at http://{}", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}

/// Whoever asks has a good token. What it says is had in no other way.
struct Caller(Claims);

impl FromRequestParts<Arc<Api>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Refusal> {
        let mut headers = parts.headers.get_all(header::AUTHORIZATION).iter();
        let value = headers.next().filter(|_| headers.next().is_none());
        let value = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
        // RFC 6750 §2.1; tokens in a query or a form are not taken.
        let token = match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => token.trim_start(),
            _ => return Err(api.challenges.missing()),
        };
        let claims = api.tokens.check(&api.signet, token).await?;
        claims.map(Self).ok_or_else(|| api.challenges.invalid_token())
    }
}

impl Caller {
    /// What the client was allowed to do. What its person may do is another question.
    fn needs(&self, api: &Api, scope: &str) -> Result<(), Refusal> {
        let allows = self.0.allows(scope);
        allows.then_some(()).ok_or_else(|| api.challenges.insufficient_scope(scope))
    }

    /// Whom decisions are about: a person, or a client that acts for itself.
    fn subject(&self) -> (&'static str, String) {
        let kind = if self.0.is_client() { "client" } else { "user" };
        (kind, self.0.sub.clone())
    }
}

/// RFC 9728 §3.2.
async fn describe(State(api): State<Arc<Api>>) -> Json<Value> {
    let Settings { issuer, resource, .. } = &api.signet.settings;
    Json(json!({
        "resource": resource,
        "resource_name": "Orders",
        "authorization_servers": [issuer],
        "scopes_supported": ["orders:read", "orders:write"],
        "bearer_methods_supported": ["header"],
    }))
}

/// One's own orders.
async fn list(State(api): State<Arc<Api>>, caller: Caller) -> Result<Json<Vec<Order>>, Refusal> {
    caller.needs(&api, "orders:read")?;
    let owner = caller.subject();
    Ok(Json(api.orders().by_id.values().filter(|order| order.owner == owner).cloned().collect()))
}

#[derive(Deserialize)]
struct NewOrder {
    item: String,
}

/// Who places an order owns it.
async fn place(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Json(NewOrder { item }): Json<NewOrder>,
) -> Result<(StatusCode, Json<Order>), Refusal> {
    caller.needs(&api, "orders:write")?;
    let mut orders = api.orders();
    orders.last += 1;
    let order = Order { id: orders.last, item, owner: caller.subject() };
    orders.by_id.insert(order.id, order.clone());
    Ok((StatusCode::CREATED, Json(order)))
}

async fn view(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path(id): Path<u64>,
) -> Result<Json<Order>, Refusal> {
    caller.needs(&api, "orders:read")?;
    Ok(Json(permitted(&api, &caller, "view", id).await?))
}

async fn cancel(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Path(id): Path<u64>,
) -> Result<StatusCode, Refusal> {
    caller.needs(&api, "orders:write")?;
    let order = permitted(&api, &caller, "cancel", id).await?;
    api.orders().by_id.remove(&order.id);
    Ok(StatusCode::NO_CONTENT)
}

/// The order, if Signet decides that the caller may do this with it.
async fn permitted(api: &Api, caller: &Caller, action: &str, id: u64) -> Result<Order, Refusal> {
    let order = api.orders().by_id.get(&id).cloned();
    let order = order.ok_or_else(Refusal::not_found)?;
    let (kind, sub) = caller.subject();
    let mut question = json!({
        "subject": { "type": kind, "id": sub },
        "action": { "name": action },
        "resource": { "type": "Order", "id": id.to_string(), "properties": {} },
        "context": { "acr": caller.0.acr, "auth_age": caller.0.auth_age() },
    });
    // What Signet does not know of an order, the API tells.
    if let ("user", owner) = &order.owner {
        question["resource"]["properties"]["owner"] = json!({ "type": "User", "id": owner });
    }
    let answer = api.signet.decide(&question).await?;
    let context = answer.context;
    for obligation in &context.obligations {
        if obligation == "record-access" {
            let Claims { sub, client_id, jti, .. } = &caller.0;
            tracing::info!(
                decision = context.id,
                sub,
                client_id,
                jti,
                action,
                order = id,
                "access"
            );
        } else {
            // What is demanded and not understood is not done, and so the rest is not either.
            tracing::error!(decision = context.id, obligation, "an unknown obligation");
            return Err(Refusal::denied(None));
        }
    }
    match (answer.decision, context.step_up) {
        (true, _) => Ok(order),
        (false, Some(step_up)) => Err(api.challenges.insufficient_authentication(&step_up)),
        (false, None) => {
            let reason = context.reason_user.get("403");
            Err(Refusal::denied(reason.map(String::as_str)))
        }
    }
}
