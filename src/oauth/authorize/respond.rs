//! The authorization response (RFC 6749 §4.1.2), with `iss` (RFC 9207), by the mode that was asked for.

use axum::response::Response;
use http::StatusCode;

use super::request::{ResponseMode, ReturnAddress};
use crate::{
    app::App,
    identity::pages::see_other,
    oauth::{Error, logos},
    registry::{about::RegisteredBy, client::Client},
    web::{
        assets,
        pages::{self, ClientView, Continue, FieldView, FormPost, Freedom},
    },
};

/// What the client is told.
#[derive(Debug)]
pub enum Outcome {
    /// A code, with the `session_state` by which the client watches the session.
    Code(String, Option<String>),
    /// An error.
    Error(Error),
}

/// What the browser did before: where it may be sent on from depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It followed a link or redirect: it is redirected on.
    Link,
    /// It submitted a form. Browsers hold the redirects that follow against the form's Content-Security-Policy, the
    /// client's own later ones included, so a page that sends it on ends the chain.
    Form,
    /// It followed a link, and the person is signed in and has allowed the client something before.
    Known,
}

/// Sends the outcome to the client.
pub fn respond(
    app: &App,
    client: &Client,
    to: &ReturnAddress,
    outcome: Outcome,
    after: After,
) -> Response {
    let asks = after != After::Known
        && matches!(outcome, Outcome::Error(_))
        && client.metadata.about.registered_by == RegisteredBy::Itself
        && app.config.dynamic_registration.confirm_redirects;
    let mut pairs = match outcome {
        Outcome::Code(code, session_state) => {
            let session_state = session_state.map(|value| ("session_state", value));
            [("code", code)].into_iter().chain(session_state).collect()
        }
        Outcome::Error(error) => vec![
            ("error", error.code.name().to_owned()),
            ("error_description", error.description.into_owned()),
        ],
    };
    if let Some(state) = &to.state {
        pairs.push(("state", state.clone()));
    }
    // RFC 9207 §2, against mix-up (RFC 9700 §4.4).
    pairs.push(("iss", app.config.server.issuer.as_str().to_owned()));
    match to.response_mode {
        // OAuth 2.0 Form Post Response Mode §2.
        ResponseMode::FormPost => {
            let fields = pairs.into_iter().map(|(name, value)| FieldView { name, value }).collect();
            let action = to.redirect_uri.as_str().to_owned();
            let script = (!asks).then_some(assets::FORM_POST.url.as_str());
            let page = FormPost::new(passing_view(app, client), action, fields, script);
            pages::respond(StatusCode::OK, &page, &Freedom::PostToClient)
        }
        // OAuth 2.0 Multiple Response Types §2.1.
        mode @ (ResponseMode::Query | ResponseMode::Fragment) => {
            let url = match mode {
                ResponseMode::Fragment => to.redirect_uri.with_fragment(&pairs),
                _ => to.redirect_uri.with_query(&pairs),
            };
            // RFC 9700 §4.11.2: whoever may register a client could have this server lead people anywhere.
            if asks {
                let page = Continue::new(view(app, client), url, false);
                return pages::respond(StatusCode::OK, &page, &Freedom::Usual);
            }
            // An application's own scheme opens only on the heels of what the person did.
            if after == After::Form && to.redirect_uri.private_use_scheme().is_none() {
                let page = Continue::new(passing_view(app, client), url, true);
                return pages::respond(StatusCode::OK, &page, &Freedom::Usual);
            }
            see_other(&url)
        }
    }
}

/// How pages that lead on by themselves show a client.
#[must_use]
pub fn passing_view(app: &App, client: &Client) -> ClientView {
    ClientView { logo: logos::address_at_hand(app, client), ..view(app, client) }
}

/// How pages show a client.
#[must_use]
pub fn view(app: &App, client: &Client) -> ClientView {
    ClientView {
        name: client.metadata.client_name.clone(),
        logo: logos::address(app, client),
        uri: client.metadata.client_uri.clone(),
        policy: client.metadata.about.policy_uri.clone(),
        terms: client.metadata.about.tos_uri.clone(),
        unchecked: client.metadata.about.registered_by == RegisteredBy::Itself,
    }
}
