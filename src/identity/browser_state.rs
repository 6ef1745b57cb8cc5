//! The state of a browser by which applications notice that someone signed in or out here: the "OP browser state" of OpenID
//! Connect Session Management 1.0 §3.2.
//!
//! It is derived from the session's secret, which every sign-in draws anew. Nothing can be done with it but to compare it.

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue};

use crate::{app::App, tokens::digest::Digest, web::cookies::Cookie};

/// The state of the browser that holds the session whose secret has this digest.
#[must_use]
pub fn of(app: &App, session: &Digest) -> String {
    let mut context = hmac::Context::with_key(&app.secrets.pages);
    context.update(b"browser-state");
    context.update(session.bytes());
    BASE64_URL_SAFE_NO_PAD.encode(context.sign().as_ref())
}

/// The cookie that goes with a session that begins.
#[must_use]
pub fn cookie(app: &App, session: &Digest) -> HeaderValue {
    app.cookies().set(Cookie::BrowserState, &of(app, session), None)
}

/// The cookie that is right for whoever is signed in, unless the browser has it: a session may have ended elsewhere, or have
/// begun before there was such a cookie.
#[must_use]
pub fn mended(app: &App, headers: &HeaderMap, session: Option<&Digest>) -> Option<HeaderValue> {
    let cookies = app.cookies();
    let there = cookies.get(headers, Cookie::BrowserState);
    match session {
        Some(digest) => (there != Some(&of(app, digest))).then(|| cookie(app, digest)),
        None => there.map(|_| cookies.remove(Cookie::BrowserState)),
    }
}
