//! GitHub's secret scanning partner program: GitHub tells of API keys that it found where others can read them, they are
//! revoked, and it is told which ones were keys at all. What is not signed by GitHub is told nothing.

mod keys;
mod message;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, header};

pub use self::keys::{KeysError, ScannerKeys};
use self::message::{Message, Signature};
use crate::{
    admin::{
        self,
        api_keys::{Found, Reporter},
    },
    app::{App, AppState},
    identity::throttle,
    oauth::{Code, Error},
    web::RequestContext,
};

/// Its path, below the issuer.
pub const PATH: &str = "/secret-scanning/github";
/// The largest message, in bytes: some hundred keys with the places where they were.
pub const LONGEST: usize = 256 * 1024;

/// Names the key that a message is signed with.
const KEY_ID: HeaderName = HeaderName::from_static("github-public-key-identifier");
/// The signature of a message's bytes.
const SIGNATURE: HeaderName = HeaderName::from_static("github-public-key-signature");

/// What GitHub calls.
pub fn routes() -> Router<AppState> {
    Router::new().route(PATH, post(receive))
}

/// `POST /secret-scanning/github`.
async fn receive(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    check(&app, &context, &headers, &body).await?;
    let message = Message::parse(&body).map_err(Error::invalid_request)?;
    let reporter = Reporter::Scanner { name: "github", origin: &context.origin };
    let found: Vec<Found<'_>> = message.found().collect();
    let ours = admin::api_keys::leaked(&app, &found, &reporter).await.map_err(failed)?;
    tracing::info!(
        found = found.len(),
        ours = ours.iter().flatten().count(),
        "GitHub told of API keys"
    );
    let verdicts = message.verdicts(ours.iter().map(Option::is_some));
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(verdicts)).into_response())
}

/// Checks that a message is GitHub's. One that is not is counted by the address it comes from, before it is looked at.
async fn check(
    app: &App,
    context: &RequestContext,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), Error> {
    let text = |name| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().filter(|_| values.next().is_none());
        value.and_then(|value| value.to_str().ok())
    };
    let signature = text(&KEY_ID).zip(text(&SIGNATURE)).and_then(Signature::read);
    let Some(signature) = signature else {
        return Err(Error::invalid_request("the message is not signed as GitHub signs"));
    };
    let counters = throttle::secret_scanning(&app.config.sign_in, context.origin.address);
    if throttle::count(app, &counters).await?.until.is_some() {
        let description = "too many messages that were not GitHub's came from this address: wait";
        return Err(Error::new(Code::TemporarilyUnavailable, description));
    }
    let url = &app.config.api_keys.secret_scanning_keys;
    let key = app.scanner_keys.find(&app.fetch, &app.clock, url, signature.key_id).await;
    let key = key.map_err(|KeysError| {
        Error::new(Code::TemporarilyUnavailable, "GitHub's keys cannot be had: try again later")
    })?;
    if key.is_none_or(|key| key.verify_sig(body, &signature.bytes).is_err()) {
        return Err(Error::invalid_request("the message is not signed by GitHub"));
    }
    Ok(throttle::forgive(app, &counters).await?)
}

fn failed(error: admin::Error) -> Error {
    match error {
        admin::Error::Storage(error) => error.into(),
        other => {
            tracing::error!(error = %other, "API keys that were found were not all revoked");
            Error::server_error()
        }
    }
}
