//! Who asks: a client, by an access token of its own that is for this API (RFC 6750, RFC 9068 §4).

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::refusal::{Refusal, lacks};
use crate::{
    app::App,
    oauth::{bearer, opened},
    registry::{
        client::Client,
        resource::{AUTHORIZATION_API, DECIDE, EXPLAIN},
    },
    web::json,
};

/// What a request may be: a thousand evaluations of some size fit.
const BOUNDS: json::Bounds = json::Bounds { longest: 1 << 20, deepest: 16, most: 1 << 16 };

/// A client that may ask.
pub struct Caller {
    /// Which.
    pub client: Arc<Client>,
    /// It is told which policies decided.
    pub explains: bool,
}

/// Finds out who asks, and reads what.
pub async fn open(
    app: &App,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(Caller, Map<String, Value>), Refusal> {
    let caller = caller(app, headers).await?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next()).map(str::trim);
    if !media_type.is_some_and(|name| name.eq_ignore_ascii_case("application/json")) {
        return Err(Refusal::Malformed("the request body must be application/json".to_owned()));
    }
    let object = json::object(body, BOUNDS).map_err(|problem| {
        Refusal::Malformed(format!("the request body cannot be taken: {problem}"))
    })?;
    Ok((caller, object))
}

async fn caller(app: &App, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let text = bearer::token(headers, None)?;
    let opened = opened::open(app, &text).await?.ok_or_else(bearer::invalid)?;
    // A token that a person's grant stands behind, or an API key, is someone else's word: decisions are asked for by services
    // that authenticate.
    if opened.grant.is_some() || !opened.audience.iter().any(|name| name == AUTHORIZATION_API) {
        return Err(bearer::invalid().into());
    }
    let has = |name: &str| opened.scopes.iter().any(|scope| scope == name);
    if !has(DECIDE) {
        return Err(lacks(DECIDE));
    }
    Ok(Caller { explains: has(EXPLAIN), client: opened.client })
}
