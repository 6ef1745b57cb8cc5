//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0 §2.5): one application is told that one session ended.

use std::time::Duration;

use http::StatusCode;
use metrics::counter;
use serde_json::json;
use url::Url;

use crate::{
    app::App,
    audit::{Event, Kind, Origin},
    clock::Timestamp,
    fetch::{FetchError, Limits},
    keys::signing::Type,
    oauth::subject,
    registry::client::Client,
    replica::client_keys::owner,
    storage::{self, logouts::LogoutRow},
    tokens::{jws, logout::LogoutClaims},
};

/// Until then an application that cannot be reached, or is at fault, is tried again: a session of its own that goes on for
/// longer is its own affair.
const PATIENCE: Duration = Duration::from_hours(12);
/// Until then one that refuses is.
const PATIENCE_IF_REFUSED: Duration = Duration::from_mins(10);
/// Between the first failure and the next attempt. It doubles each time …
pub(super) const FIRST_DELAY: Duration = Duration::from_secs(10);
/// … up to this.
const LONGEST_DELAY: Duration = Duration::from_mins(30);
/// What telling one may take.
pub(super) const LIMITS: Limits = Limits {
    bytes: 0,
    connect: Duration::from_secs(3),
    total: Duration::from_secs(5),
    redirects: 0,
};

/// Why an application was not told.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Fetch(#[from] FetchError),
    #[error("answered {0}")]
    Status(StatusCode),
}

impl Failure {
    /// Whether the application says that it will not do it (§2.8), and not that it cannot do it now.
    fn is_refusal(&self) -> bool {
        let Self::Status(status) = self else { return false };
        !status.is_server_error()
            && !matches!(*status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
    }
}

/// Tells an application, or puts it off: whether it answered.
pub(super) async fn deliver(app: &App, row: &LogoutRow) -> storage::Result<bool> {
    let client = app.replica.client(&row.client_id).await?.filter(|it| !it.metadata.disabled);
    // It may have been removed meanwhile, or want to be told no longer.
    let told = client.as_ref().and_then(|client| Some((client, address(client)?)));
    let Some((client, url)) = told else {
        storage::logouts::delete(&app.db, row).await?;
        return Ok(true);
    };
    let Err(failure) = tell(app, client, &url, row).await else {
        counter!("signet_backchannel_logouts_total", "outcome" => "delivered").increment(1);
        storage::logouts::delete(&app.db, row).await?;
        return Ok(true);
    };
    counter!("signet_backchannel_logouts_total", "outcome" => "failed").increment(1);
    let (client_id, attempts) = (&row.client_id, row.attempts);
    tracing::warn!(%failure, client_id, attempts, "an application was not told of a logout");
    put_off(app, row, &failure).await?;
    Ok(matches!(failure, Failure::Status(_)))
}

fn address(client: &Client) -> Option<Url> {
    Url::parse(client.metadata.sessions.backchannel_logout_uri.as_ref()?.as_str()).ok()
}

/// §2.5, with a token of this moment: one that waited with the row would have ended.
async fn tell(app: &App, client: &Client, url: &Url, row: &LogoutRow) -> Result<(), Failure> {
    let now = app.clock.now();
    let claims = LogoutClaims::new(
        app.config.server.issuer.as_str(),
        &client.id,
        subject::of(app, client, row.user_id),
        subject::sid(app, client, row.session_id),
        now.unix_timestamp(),
        &app.entropy,
    );
    // §2.6: signed as ID tokens are.
    let alg = client.metadata.id_token_signed_response_alg;
    let token = jws::sign(&app.keys.signing(alg, now), Type::Logout, &claims);
    let form = [("logout_token", token.as_str())];
    let status = app.fetch.post_form(&owner(client), url, &form, LIMITS).await?;
    // §2.8: 200, and frameworks that answer 204.
    if status.is_success() { Ok(()) } else { Err(Failure::Status(status)) }
}

/// Tries it again later; or not at all, if it has waited for too long.
async fn put_off(app: &App, row: &LogoutRow, failure: &Failure) -> storage::Result<()> {
    let due_at = app.clock.now() + delay(row.attempts);
    if due_at <= ends(row.created_at, failure.is_refusal()) {
        return storage::logouts::put_off(&app.db, row, due_at).await;
    }
    counter!("signet_backchannel_logouts_total", "outcome" => "given_up").increment(1);
    let event = Event::new(Kind::LogoutUndelivered)
        .user(row.user_id)
        .client(&row.client_id)
        .session(row.session_id)
        .detail(json!({ "attempts": row.attempts, "failure": failure.to_string() }));
    app.audit.record(event, &Origin::default()).await?;
    storage::logouts::delete(&app.db, row).await
}

/// When an application is given up.
fn ends(created_at: Timestamp, refused: bool) -> Timestamp {
    created_at + if refused { PATIENCE_IF_REFUSED } else { PATIENCE }
}

/// How long a logout waits after so many attempts.
fn delay(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    FIRST_DELAY.saturating_mul(1 << doublings).min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_from_seconds_to_half_an_hour() {
        let seconds = |attempts| delay(attempts).as_secs();
        assert_eq!([1, 2, 3, 4].map(seconds), [10, 20, 40, 80]);
        assert_eq!(delay(i32::MAX), LONGEST_DELAY);
        assert_eq!(delay(0), FIRST_DELAY);
        let within = |patience: Duration| {
            let attempts = (1..).scan(Duration::ZERO, |waited, attempt| {
                *waited += delay(attempt);
                (*waited <= patience).then_some(())
            });
            attempts.count()
        };
        assert_eq!(within(PATIENCE_IF_REFUSED), 5);
        assert_eq!(within(PATIENCE), 30);
    }

    #[test]
    fn an_application_that_is_overloaded_has_not_refused() {
        let refused = |status| Failure::Status(status).is_refusal();
        assert!(refused(StatusCode::BAD_REQUEST) && refused(StatusCode::NOT_FOUND));
        assert!(refused(StatusCode::FOUND), "a redirect is not followed");
        assert!(!refused(StatusCode::TOO_MANY_REQUESTS));
        assert!(!refused(StatusCode::SERVICE_UNAVAILABLE));
    }
}
