//! Sessions of people at a site: a cookie under the site's own origin (Browser-Based Apps §6.1.3.2), and behind it the grant of a
//! sign-in.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};

use super::{
    identity::{Authentication, Credential, Identity, Known, Unknown},
    question::Question,
};
use crate::{
    access::principal::Subject,
    app::App,
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
    Handle::parse(cookies(origin).get(headers, Cookie::GateSession)?.split_once('.')?.0)
}

/// The value of the cookie: what it says of itself is Signet's word, so that what someone made up is not looked for.
#[must_use]
pub fn cookie_value(app: &App, handle: &Handle<Gate>) -> String {
    let text = handle.expose();
    let tag = hmac::sign(&app.secrets.pages, &tagged(&text));
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag))
}

/// Whether the session cookie of a request is one that Signet made.
fn is_ours(app: &App, headers: &HeaderMap, origin: &str) -> bool {
    let value = cookies(origin).get(headers, Cookie::GateSession);
    value.and_then(|value| value.split_once('.')).is_some_and(|(text, tag)| {
        let tag = BASE64_URL_SAFE_NO_PAD.decode(tag).unwrap_or_default();
        hmac::verify(&app.secrets.pages, &tagged(text), &tag).is_ok()
    })
}

fn tagged(text: &str) -> Vec<u8> {
    [b"gate session ", text.as_bytes()].concat()
}

/// The live session of a request at a client's site.
pub async fn current(
    app: &App,
    client: &Client,
    origin: &str,
    headers: &HeaderMap,
) -> storage::Result<Option<Arc<GateSession>>> {
    let handle = handle(headers, origin).filter(|_| is_ours(app, headers, origin));
    let Some(handle) = handle else { return Ok(None) };
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
    let session = session.ok_or(Unknown::Nothing)?;
    let row = &session.row;
    let known = Known {
        subject: Subject::User(row.user_id),
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
    let names: Vec<&str> = [Cookie::GateSession, Cookie::GateBrowser]
        .into_iter()
        .flat_map(|cookie| [true, false].map(|secure| Policy { secure }.name(cookie)))
        .collect();
    // Bytes: what is no text is the site's own to understand.
    let own = |pair: &[u8]| {
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
        names.iter().any(|own| own.as_bytes() == name)
    };
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let others: Vec<&[u8]> =
        pairs.map(<[u8]>::trim_ascii).filter(|pair| !pair.is_empty() && !own(pair)).collect();
    HeaderValue::from_bytes(&others.join(&b"; "[..])).unwrap_or(HeaderValue::from_static(""))
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
        let mixed = HeaderValue::from_bytes(b"x=\xe9; signet_gate=y; b=2").expect("a value");
        let headers = HeaderMap::from_iter([(header::COOKIE, mixed)]);
        assert_eq!(other_cookies(&headers).as_bytes(), b"x=\xe9; b=2");
        assert_eq!(Policy { secure: false }.get(&headers, Cookie::GateSession), Some("y"));
    }
}
