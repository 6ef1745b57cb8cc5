//! `session_state` and the frame that compares it (OpenID Connect Session Management 1.0 §2, §3.2): by these the script of an
//! application notices that someone signed in or out here, without asking over the network.

use askama::Template;
use axum::{extract::State, response::Response};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::StatusCode;

use crate::{
    app::{App, AppState},
    identity::browser_state,
    tokens::digest::Digest,
    web::{
        assets,
        cookies::Cookie,
        pages::{self, Freedom},
    },
};

/// Compares a `session_state` with the state of the browser. Nothing is seen of it.
#[derive(Template)]
#[template(path = "check_session.html")]
struct CheckSession {
    script: &'static str,
    /// The cookie with the state of the browser.
    cookie: &'static str,
}

/// The value for a client's pages of this origin: a digest, and the salt that it was made with.
#[must_use]
pub fn of(app: &App, client_id: &str, origin: &str, session: &Digest) -> String {
    let salt = BASE64_URL_SAFE_NO_PAD.encode(app.entropy.bytes::<16>());
    with_salt(client_id, origin, &browser_state::of(app, session), &salt)
}

/// `static/check_session.js` computes the same.
fn with_salt(client_id: &str, origin: &str, browser_state: &str, salt: &str) -> String {
    let text = format!("{client_id} {origin} {browser_state} {salt}");
    format!("{}.{salt}", Digest::of(text.as_bytes()).base64url())
}

/// `GET /check-session`: for the frames of any site. All that it has is a script and the name of a cookie.
pub async fn check_session(State(app): State<AppState>) -> Response {
    let cookie = app.cookies().name(Cookie::BrowserState);
    let page = CheckSession { script: &assets::CHECK_SESSION.url, cookie };
    pages::respond(StatusCode::OK, &page, &Freedom::BeFramed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_state_is_a_digest_and_its_salt_without_a_space() {
        let state = with_salt("spa", "https://app.example", "browser", "salt");
        // printf 'spa https://app.example browser salt' | openssl dgst -sha256 -binary | basenc --base64url
        assert_eq!(state, "laLY3Cfjvv7sSBS7M-8RIxiQbt2NiEq1mpQWB-AstbA.salt");
        assert_ne!(state, with_salt("web", "https://app.example", "browser", "salt"));
        assert_ne!(state, with_salt("spa", "https://app.example", "another", "salt"));
    }
}
