//! `/account`: what people see and change of their own. All of it takes a session. What protects the account takes a recent
//! proof of who they are as well; the second factors are here, each other capability is in a file of its own.

mod api_keys;
mod applications;
mod deletion;
mod home;
mod password;
mod profile;
mod sessions;

use std::time::Duration;

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;
use uuid::Uuid;

use super::{
    attempt::{self, Goal},
    email_address,
    instead::Instead,
    local,
    notice::Notice,
    pages::{read_post, see_other, with_cookies},
    passkeys,
    proof::{Assurance, Factor},
    recovery_codes,
    second_factor::{self, Enrol, Refused},
    session::{self, Current},
    totp,
    watch::{self, FactorKind, News},
};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    storage,
    web::{
        RequestContext,
        cookies::Cookie,
        csrf,
        pages::{self, Freedom, UserView, page},
        params::Params,
        problem::Problem,
        words,
    },
};

/// The first page.
pub const HOME: &str = "/account";
/// Where one changes one's password.
pub const PASSWORD: &str = "/account/password";
/// What one says of oneself.
const PROFILE: &str = "/account/profile";
/// Where one has one's account removed.
const DELETE: &str = "/account/delete";
/// Where that is confirmed.
const LEAVING: &str = "/account/leaving";
/// Where a sign-in leads that has the account stay.
pub const STAYING: &str = "/account/staying";
/// All that is kept of a person.
const EXPORT: &str = "/account/export";
/// Where one is signed in.
const SESSIONS: &str = "/account/sessions";
/// What one allowed to whom.
const APPLICATIONS: &str = "/account/applications";
/// One's API keys.
const API_KEYS: &str = "/account/api-keys";
/// Where an authenticator is set up and removed.
pub const AUTHENTICATOR: &str = "/account/authenticator";
/// Where recovery codes are made and, once, shown.
pub const CODES: &str = "/account/recovery-codes";
/// The same as a file.
const CODES_FILE: &str = "/account/recovery-codes.txt";

/// The pages that protect the account, and what is below them.
const GUARDED: [&str; 8] =
    [PASSWORD, DELETE, EXPORT, API_KEYS, AUTHENTICATOR, CODES, passkeys::PAGE, email_address::PATH];

/// Whether a sign-in that leads to this page asks whoever has a second factor for it, whatever else is demanded.
#[must_use]
pub fn is_guarded(page: &str) -> bool {
    GUARDED.iter().any(|guarded| page.starts_with(guarded))
}

/// How long codes and keys that were made can be shown.
const SHOWN: Duration = Duration::from_mins(10);

page! {
    /// Shows that there is an authenticator, and removes it.
    Authenticator("authenticator.html") {
        /// Whose.
        user: UserView,
        /// Where the form goes.
        action: &'static str,
        /// The page token.
        csrf: String,
    }
}

page! {
    /// Shows recovery codes that were just made, or how many are left.
    Codes("recovery_codes.html") {
        /// Whose.
        user: UserView,
        /// Where the form goes.
        action: &'static str,
        /// The page token.
        csrf: String,
        /// Codes that were just made.
        codes: Vec<String>,
        /// The file with them.
        file: &'static str,
        /// How many are left.
        left: usize,
        /// Whether that is few.
        few: bool,
        /// The page that is next.
        next: String,
    }
}

/// The pages.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(HOME, get(home::show))
        .route(PASSWORD, get(password::show).post(password::change))
        .route(attempt::path::PASSWORD, get(password::show_replace).post(password::replace))
        .route(PROFILE, get(profile::show).post(profile::change))
        .route(DELETE, get(deletion::show).post(deletion::delete))
        .route(LEAVING, get(deletion::leaving))
        .route(STAYING, get(deletion::staying))
        .route(EXPORT, get(deletion::export))
        .route(SESSIONS, get(sessions::show).post(sessions::change))
        .route(APPLICATIONS, get(applications::show).post(applications::change))
        .route(API_KEYS, get(api_keys::show).post(api_keys::change))
        .route(AUTHENTICATOR, get(show_authenticator).post(change_authenticator))
        .route(CODES, get(show_codes).post(change_codes))
        .route(CODES_FILE, get(codes_file))
}

/// The session of whoever posts the form of a page that protects the account, and what they entered: they proved who they
/// are a short while ago, and the form comes from that page.
pub async fn posted(
    app: &App,
    headers: &HeaderMap,
    body: &[u8],
    page: &str,
    context: &RequestContext,
) -> Result<(Current, Params), Instead> {
    let current = recent(app, headers, page, context).await?;
    let params = read_post(app, headers, body, &current.digest, page)?;
    Ok((current, params))
}

/// The session of whoever asks, if they proved who they are a short while ago, by a second factor if they have one; the page
/// that asks them to, if not.
pub async fn recent(
    app: &App,
    headers: &HeaderMap,
    page: &str,
    context: &RequestContext,
) -> Result<Current, Instead> {
    let current = present(app, headers, page).await?;
    let age = app.clock.now() - current.row.auth_time;
    if age > app.config.sessions.sensitive_age.0 {
        return Err(to_sign_in(page));
    }
    // Or else who knows the password takes away what was to protect the account from them.
    if current.row.second_factor && current.row.acr != Assurance::Aal2.name() {
        let goal = Goal { level: Assurance::Aal2, ..Goal::page(page) };
        let advanced = attempt::strengthen(app, &current, &goal, headers, context).await?;
        return Err(advanced.map_or_else(
            || to_sign_in(page),
            |advanced| Instead::elsewhere(with_cookies(see_other(&advanced.to), advanced.cookies)),
        ));
    }
    Ok(current)
}

/// The session of whoever asks; the page that leads to one, if there is none.
pub async fn present(app: &App, headers: &HeaderMap, page: &str) -> Result<Current, Instead> {
    session::current(app, headers).await?.ok_or_else(|| to_sign_in(page))
}

fn to_sign_in(page: &str) -> Instead {
    Instead::elsewhere(see_other(&local::with_next("/sign-in", page)))
}

fn token(app: &App, current: &Current) -> String {
    csrf::token(&app.secrets.pages, &current.digest)
}

/// `GET /account/authenticator`.
async fn show_authenticator(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = recent(&app, &headers, AUTHENTICATOR, &context).await?;
        let notice = Notice::of(&app, &headers, AUTHENTICATOR);
        let page = authenticator_page(&app, &current, &notice).await?;
        Ok(notice.finish(&app, page))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

async fn authenticator_page(
    app: &App,
    current: &Current,
    notice: &Notice,
) -> Result<Response, Problem> {
    let (user, csrf) = (session::view(&current.row), token(app, current));
    let row = &current.row;
    match totp::enrol(app, row.user_id, &row.email, &current.digest).await {
        Ok(Some(enrolment)) => {
            let action = AUTHENTICATOR.to_owned();
            let error = notice.error.clone();
            let page = Enrol::new(user, action, csrf, error, enrolment, false);
            Ok(pages::respond(notice.status(), &page, &Freedom::Usual))
        }
        Ok(None) => {
            let page = Authenticator::new(user, AUTHENTICATOR, csrf);
            Ok(pages::respond(StatusCode::OK, &page, &Freedom::Usual))
        }
        Err(error) => Err(Refused::from(error).into_problem()),
    }
}

/// `POST /account/authenticator`.
async fn change_authenticator(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let (current, params) = posted(&app, &headers, &body, AUTHENTICATOR, &context).await?;
        let user = current.row.user_id;
        if params.get("remove").is_some() {
            return Ok(remove_authenticator(&app, user, &context).await?);
        }
        match second_factor::confirm(&app, user, &current.digest, &params, &headers, &context).await
        {
            Ok(codes) => {
                session::prove(&app, &current, Factor::Totp).await?;
                Ok(with_cookies(see_other(&codes_page("/")), [show_once(&app, user, &codes)]))
            }
            Err(refused) => Ok(refused.lead_back(&app, AUTHENTICATOR, second_factor::WRONG)?),
        }
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

async fn remove_authenticator(
    app: &App,
    user: Uuid,
    context: &RequestContext,
) -> Result<Response, Problem> {
    if storage::factors::delete_totp(&app.db, user).await? {
        let event = Event::new(Kind::FactorRemoved).user(user).detail(json!({ "factor": "totp" }));
        app.audit.record(event, &context.origin).await?;
        watch::tell(app, user, &News::FactorRemoved(FactorKind::Authenticator), context).await?;
    }
    Ok(see_other(AUTHENTICATOR))
}

/// The page of recovery codes, with the one that is next.
#[must_use]
pub fn codes_page(next: &str) -> String {
    local::with_next(CODES, next)
}

/// A cookie with codes that were just made, for the page that shows them: a redirect leads there, so that no page in the
/// history is the answer to a form.
#[must_use]
pub fn show_once(app: &App, user: Uuid, codes: &[String]) -> HeaderValue {
    let value = app.keys.master().seal_text(&shown_place(user), codes.join(" ").as_bytes());
    app.cookies().set(Cookie::RecoveryCodes, &value, Some(SHOWN))
}

fn shown_place(user: Uuid) -> String {
    format!("shown_recovery_codes:{user}")
}

/// Codes that were just made, if this browser has them.
fn shown(app: &App, headers: &HeaderMap, user: Uuid) -> Vec<String> {
    let open = || {
        let sealed = app.cookies().get(headers, Cookie::RecoveryCodes)?;
        let open = app.keys.master().open_text(&shown_place(user), sealed)?;
        let text = std::str::from_utf8(&open).ok()?.to_owned();
        Some(text.split(' ').map(str::to_owned).collect())
    };
    open().unwrap_or_default()
}

/// `GET /account/recovery-codes`.
async fn show_codes(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = recent(&app, &headers, CODES, &context).await?;
        let user = current.row.user_id;
        let codes = shown(&app, &headers, user);
        let standing = storage::factors::standing(&app.db, user, app.clock.now()).await?;
        let left = standing.map_or(0, |standing| standing.recovery_codes);
        let page = Codes::new(
            session::view(&current.row),
            CODES,
            token(&app, &current),
            codes,
            CODES_FILE,
            usize::try_from(left).unwrap_or_default(),
            left <= recovery_codes::FEW,
            local::next(query.as_deref()).unwrap_or_else(|| "/".to_owned()),
        );
        Ok(pages::respond(StatusCode::OK, &page, &Freedom::Usual))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// `POST /account/recovery-codes`: makes new ones, or forgets those that are shown.
async fn change_codes(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let (current, params) = posted(&app, &headers, &body, CODES, &context).await?;
        if params.get("saved").is_some() {
            let next = params.get("next").and_then(local::page).unwrap_or("/");
            return Ok(with_cookies(
                see_other(next),
                [app.cookies().remove(Cookie::RecoveryCodes)],
            ));
        }
        let user = current.row.user_id;
        let codes = recovery_codes::renew(&app, user).await?;
        let event = Event::new(Kind::RecoveryCodesRenewed).user(user);
        app.audit.record(event, &context.origin).await?;
        watch::tell(&app, user, &News::RecoveryCodesRenewed, &context).await?;
        Ok(with_cookies(see_other(CODES), [show_once(&app, user, &codes)]))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// `GET /account/recovery-codes.txt`: those that are shown, as a file.
async fn codes_file(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = recent(&app, &headers, CODES, &context).await?;
        let codes = shown(&app, &headers, current.row.user_id);
        if codes.is_empty() {
            return Ok(see_other(CODES));
        }
        let fills =
            [("login", current.row.email.as_str()), ("issuer", app.config.server.issuer.as_str())];
        let text = format!(
            "{}\n{}\n\n{}\n",
            words::with("recovery-codes-file", &fills),
            words::text("recovery-codes-file-hint"),
            codes.join("\n")
        );
        let headers = [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"recovery-codes.txt\""),
            (header::CACHE_CONTROL, "no-store"),
        ];
        Ok((headers, text).into_response())
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}
