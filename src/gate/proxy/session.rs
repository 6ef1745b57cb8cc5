//! Sessions of people at a site: a cookie under the site's own origin, and behind it the grant of a sign-in.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, header};

use super::{
    identity::{Authentication, Credential, Identity, Known, Unknown},
    question::Question,
};
use crate::{
    access::principal::Subject,
    app::App,
    oauth::subject,
    registry::client::Client,
    replica::gate_sessions::GateSession,
    storage,
    tokens::{
        digest::Digest,
        handle::{Gate, Handle},
    },
    web::cookies::{Cookie, Policy},
};

/// How cookies are set under an origin.
#[must_use]
pub fn cookies(origin: &str) -> Policy {
    Policy { secure: origin.starts_with("https:") }
}

/// The session cookie of a request under an origin, if it has a well-formed one.
#[must_use]
pub fn handle(headers: &HeaderMap, origin: &str) -> Option<Handle<Gate>> {
    Handle::parse(cookies(origin).get(headers, Cookie::GateSession)?)
}

/// The live session of a request at a client's site.
pub async fn current(
    app: &App,
    client: &Client,
    origin: &str,
    headers: &HeaderMap,
) -> storage::Result<Option<Arc<GateSession>>> {
    let Some(handle) = handle(headers, origin) else { return Ok(None) };
    let (idle, now) = (app.config.sessions.idle_lifetime.0, app.clock.now());
    let session = app.replica.gate_session(handle.id, idle, now).await?;
    // Good at one origin of one site alone, whatever else a proxy lets through.
    let fits = |session: &Arc<GateSession>| {
        <[u8; 32]>::try_from(session.row.secret_hash.as_slice())
            .is_ok_and(|stored| Digest(stored) == handle.digest())
            && session.row.origin == origin
            && session.row.client_id == *client.id
    };
    Ok(session.filter(fits))
}

/// Who a request is from by its session.
pub(super) async fn identity(
    app: &App,
    question: &Question,
    headers: &HeaderMap,
) -> Result<Identity, Unknown> {
    let session = current(app, &question.client, &question.origin, headers).await?;
    of_session(app, question, session.ok_or(Unknown::Nothing)?).await
}

/// Whose a session is.
pub(super) async fn of_session(
    app: &App,
    question: &Question,
    session: Arc<GateSession>,
) -> Result<Identity, Unknown> {
    let row = &session.row;
    let known = Known {
        subject: Subject::User(row.user_id),
        sub: subject::of(app, &question.client, row.user_id),
        client_id: row.client_id.clone(),
        grant: Some(row.id),
        authentication: Some(Authentication {
            time: row.auth_time,
            acr: row.acr.clone(),
            amr: row.amr.clone(),
        }),
        until: Some(row.expires_at),
        credential: Credential::Session,
    };
    let identity = known.with(app, question, row.scopes.clone()).await;
    // Someone who is disabled by now is as good as not signed in.
    let identity = identity.map_err(|unknown| match unknown {
        Unknown::Invalid(_) => Unknown::Nothing,
        other => other,
    })?;
    app.replica.gate_session_used(&session, app.clock.now());
    Ok(identity)
}

/// The `Cookie` header without the gate's own, which are no business of what is behind the proxy.
#[must_use]
pub fn other_cookies(headers: &HeaderMap) -> HeaderValue {
    let own = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default().trim();
        [Cookie::GateSession, Cookie::GateBrowser].into_iter().any(|cookie| {
            [true, false].into_iter().any(|secure| Policy { secure }.name(cookie) == name)
        })
    };
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
    let others: Vec<&str> =
        pairs.map(str::trim).filter(|pair| !pair.is_empty() && !own(pair)).collect();
    HeaderValue::from_str(&others.join("; ")).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gates_own_cookies_go_no_further() {
        let mut headers = HeaderMap::new();
        let cookie = "a=1; __Host-signet_gate=sgg_x; signet_gate =y;b=2; signet_gate_browser=z; c";
        headers.append(header::COOKIE, HeaderValue::from_static(cookie));
        headers.append(header::COOKIE, HeaderValue::from_static("signet_gates=3"));
        assert_eq!(other_cookies(&headers), "a=1; b=2; c; signet_gates=3");
        assert_eq!(other_cookies(&HeaderMap::new()), "");
    }
}
