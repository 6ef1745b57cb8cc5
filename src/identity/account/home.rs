//! `/account`: who one is, and the way to all that one can see and change.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};

use super::{HOME, api_keys, present};
use crate::{
    app::AppState,
    identity::{instead::Instead, session},
    storage,
    web::{
        RequestContext,
        pages::{self, Freedom, UserView, page},
        words::text,
    },
};

page! {
    /// The account's first page.
    AccountHome("account.html") {
        /// Whose.
        user: UserView,
        /// The user name, if there is one.
        username: Option<String>,
        /// Whether there is a password.
        password: bool,
        /// Whether there is an authenticator.
        totp: bool,
        /// How many recovery codes are left.
        recovery_codes: usize,
        /// Whether there are passkeys.
        passkeys: bool,
        /// Whether something takes API keys that people make.
        api_keys: bool,
        /// What was just changed.
        notice: Option<String>,
        /// In how many browsers one is signed in.
        sessions: usize,
    }
}

/// `GET /account`.
pub(super) async fn show(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = present(&app, &headers, HOME).await?;
        let user = current.row.user_id;
        let Some(standing) = storage::factors::standing(&app.db, user, app.clock.now()).await?
        else {
            return Err(super::to_sign_in(HOME));
        };
        let cutoffs = app.cutoffs(app.clock.now());
        let sessions = storage::sessions::list(&app.db, user, cutoffs).await?;
        let page = AccountHome::new(
            session::view(&current.row),
            current.row.username.clone(),
            standing.password,
            standing.totp,
            usize::try_from(standing.recovery_codes).unwrap_or_default(),
            standing.passkeys,
            api_keys::are_taken(&app),
            notice(query.as_deref()),
            sessions.len(),
        );
        Ok(pages::respond(StatusCode::OK, &page, &Freedom::Usual))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// What a page that leads here says was done.
fn notice(query: Option<&str>) -> Option<String> {
    match query {
        Some("changed=password") => Some(text("account-password-changed")),
        Some("changed=profile") => Some(text("account-profile-changed")),
        _ => None,
    }
}
