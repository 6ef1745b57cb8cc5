//! A forgotten password: a link to the address of the account, and a new password by it. Whether there is an account, no
//! answer tells; a second factor is asked for as ever.

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    response::Response,
    routing::get,
};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::{
    attempt::{self, Goal},
    links::{self, Opened, Purpose},
    local,
    mail::{self, letters},
    notices,
    pages::{Browser, check_post, read_form, see_other, with_cookies},
    passwords::{self, Person},
    proof::{Factor, Proofs},
    session, text,
};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    storage::{self, accounts::NewPassword},
    web::{
        RequestContext,
        pages::{self, Freedom, page},
        params::Params,
        problem::Problem,
    },
};

/// Where a link is asked for.
pub const PATH: &str = "/forgot";

page! {
    /// Asks whose password it is.
    Forgot("forgot.html") {
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<&'static str>,
    }
}

page! {
    /// Asks for a new password.
    NewPasswordPage("reset_password.html") {
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<String>,
        /// Whose, for password managers.
        email: String,
    }
}

/// The pages.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(PATH, get(show).post(request))
        .route(Purpose::ResetPassword.page(), get(show_reset).post(reset))
}

fn forgot_page(app: &App, query: Option<&str>, browser: Browser, wrong: bool) -> Response {
    let action = local::next(query).map_or_else(|| PATH.to_owned(), |n| local::with_next(PATH, &n));
    let error = wrong.then_some("Enter your e-mail or user name.");
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Forgot::new(action, browser.csrf(app), error);
    browser.remember(pages::respond(status, &page, &Freedom::Usual))
}

/// `GET /forgot`.
async fn show(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    match app.mail.require() {
        Ok(()) => forgot_page(&app, query.as_deref(), Browser::of(&app, &headers), false),
        Err(problem) => problem.respond(&context),
    }
}

/// `POST /forgot`: the same work and the same answer, be there an account or not.
async fn request(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        app.mail.require()?;
        let params = read_form(&body)?;
        let browser = Browser::of(&app, &headers);
        check_post(&app, &headers, &params, &browser.digest, PATH)?;
        let key = text::identifier_key(params.get("identifier").unwrap_or_default());
        if key.is_empty() {
            return Ok(forgot_page(&app, query.as_deref(), browser, true));
        }
        mail::count_request(&app, &key, &context).await?;
        let user = storage::users::find(&app.db, &key).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        let to = user.as_ref().map(|user| user.email.as_str());
        let next = local::next(query.as_deref()).unwrap_or_else(|| "/".to_owned());
        let detail = json!({
            "email_key": to.map(text::identifier_key),
            "next": links::destination(&next, &browser),
        });
        let (purpose, id) = (Purpose::ResetPassword, user.as_ref().map(|user| user.id));
        let link = links::draw(&app, purpose, id, &detail, purpose.lifetime()).await?;
        let letter = letters::reset_password(app.mail.product(), &link, purpose.lifetime());
        mail::send(&app, to, &letter).await?;
        let event = Event::new(Kind::PasswordResetRequested).user(id);
        let event =
            if id.is_none() { event.detail(json!({ "account": "unknown" })) } else { event };
        app.audit.record(event, &context.origin).await?;
        Ok(see_other(notices::FORGOT))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

async fn reset_page(
    app: &App,
    opened: &Opened,
    browser: Browser,
    error: Option<String>,
) -> Result<Response, Problem> {
    let row = opened.look(app).await?;
    let user = match row.user_id {
        Some(user) => storage::users::get(&app.db, user).await?,
        None => None,
    };
    let email = user.map(|user| user.email).ok_or_else(|| links::over(opened.purpose))?;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = NewPasswordPage::new(opened.path.clone(), browser.csrf(app), error, email);
    Ok(browser.remember(pages::respond(status, &page, &Freedom::Usual)))
}

/// The password that was chosen, hashed, if it will do.
async fn new_password(
    app: &AppState,
    user: Option<Uuid>,
    params: &Params,
) -> Result<String, passwords::Refused> {
    let person = match user {
        Some(user) => storage::users::get(&app.db, user).await?,
        None => None,
    };
    let person = person.map_or_else(Person::default, |user| Person {
        email: user.email,
        username: user.username,
        name: user.name,
    });
    let password = params.get("password").unwrap_or_default();
    let password = passwords::accept(app, password, person).await?;
    passwords::hash(app, user, password).await
}

/// `GET /reset-password`.
async fn show_reset(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let opened = Opened::read(Purpose::ResetPassword, query.as_deref())?;
        reset_page(&app, &opened, Browser::of(&app, &headers), None).await
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// `POST /reset-password`: sets the password, ends what was begun by the former one, and signs in.
async fn reset(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let opened = Opened::read(Purpose::ResetPassword, query.as_deref())?;
        let params = read_form(&body)?;
        let browser = Browser::of(&app, &headers);
        check_post(&app, &headers, &params, &browser.digest, &opened.path)?;
        // Before anything dear is done for it.
        let link = opened.look(&app).await?;
        let phc = match new_password(&app, link.user_id, &params).await {
            Ok(phc) => phc,
            Err(refused) => {
                let wrong = refused.explain()?;
                return reset_page(&app, &opened, browser, Some(wrong)).await;
            }
        };
        let now = app.clock.now();
        let ends = app.tokens_end(now);
        let new = NewPassword { id: app.uuid(), phc: &phc };
        let done = storage::accounts::reset_password(&app.db, opened.presented(), new, now, ends);
        let done = done.await?.ok_or_else(|| links::over(opened.purpose))?;
        session::revoked(&app, done.grants, ends);
        let event = Event::new(Kind::PasswordChanged).user(done.user_id);
        let detail = json!({ "by": "link", "email_verified": done.verified });
        app.audit.record(event.detail(detail), &context.origin).await?;
        let forgot = app.config.server.issuer.join(PATH);
        let letter = letters::password_changed(app.mail.product(), &forgot);
        mail::send(&app, Some(&done.email), &letter).await?;
        let goal = Goal::page(links::arrive(&link.detail, &browser));
        let proofs = Proofs::default().with(Factor::Password, now.unix_timestamp());
        let advanced =
            attempt::start(&app, done.user_id, proofs, None, &goal, &headers, &context).await?;
        Ok(match advanced {
            Some(advanced) => with_cookies(see_other(&advanced.to), advanced.cookies),
            None => see_other("/sign-in"),
        })
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}
