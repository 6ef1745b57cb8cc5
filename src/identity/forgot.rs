//! A forgotten password: a link to the address of the account, and a new password by it. Whether there is an account, no
//! answer tells; a second factor is asked for as ever.

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    response::Response,
    routing::get,
};
use http::HeaderMap;
use serde_json::json;
use uuid::Uuid;

use super::{
    attempt::{self, Goal},
    links::{self, Opened, Purpose},
    local,
    mail::{self, letters},
    notice::Notice,
    notices,
    pages::{Browser, read_post, see_other, with_cookies},
    passwords::{self, Person},
    proof::{Factor, Proofs},
    session, text,
    watch::{self, News},
};
use crate::{
    app::AppState,
    audit::{Event, Kind},
    storage::{
        self,
        accounts::NewPassword,
        sessions::{By, Password},
    },
    web::{
        RequestContext,
        pages::{Freedom, page},
        params::Params,
        problem::Problem,
        words,
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
        error: Option<String>,
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

/// The page's own address, with the page that it leads to.
fn own(query: Option<&str>) -> String {
    local::next(query).map_or_else(|| PATH.to_owned(), |next| local::with_next(PATH, &next))
}

/// `GET /forgot`.
async fn show(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    if let Err(problem) = app.mail.require() {
        return problem.respond(&context);
    }
    let (action, browser) = (own(query.as_deref()), Browser::of(&app, &headers));
    let notice = Notice::of(&app, &headers, &action);
    let page = Forgot::new(action, browser.csrf(&app), notice.error.clone());
    browser.remember(notice.respond(&app, &page, &Freedom::Usual))
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
        let browser = Browser::of(&app, &headers);
        let params = read_post(&app, &headers, &body, &browser.digest, PATH)?;
        let key = text::identifier_key(params.get("identifier").unwrap_or_default());
        if key.is_empty() {
            let notice = Notice::wrong(words::text("forgot-missing"));
            return Ok(notice.lead_back(&app, &own(query.as_deref())));
        }
        if let Some(notice) = mail::count_request(&app, &key, &context).await? {
            return Ok(notice.lead_back(&app, &own(query.as_deref())));
        }
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
        let letter =
            mail::write(user.as_ref(), || letters::reset_password(app.mail.product(), &link));
        mail::send(&app, to, &letter).await?;
        let event = Event::new(Kind::PasswordResetRequested).user(id);
        let event =
            if id.is_none() { event.detail(json!({ "account": "unknown" })) } else { event };
        app.audit.record(event, &context.origin).await?;
        Ok(see_other(notices::FORGOT))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
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
    let person = person.map(Person::from).unwrap_or_default();
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
        let user = match opened.look(&app).await?.user_id {
            Some(user) => storage::users::get(&app.db, user).await?,
            None => None,
        };
        let email = user.map(|user| user.email).ok_or_else(|| links::over(opened.purpose))?;
        let browser = Browser::of(&app, &headers);
        let notice = Notice::of(&app, &headers, &opened.path);
        let (csrf, error) = (browser.csrf(&app), notice.error.clone());
        let page = NewPasswordPage::new(opened.path, csrf, error, email);
        Ok(browser.remember(notice.respond(&app, &page, &Freedom::Script)))
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
        let browser = Browser::of(&app, &headers);
        let params = read_post(&app, &headers, &body, &browser.digest, &opened.path)?;
        // Before anything dear is done for it.
        let link = opened.look(&app).await?;
        let phc = match new_password(&app, link.user_id, &params).await {
            Ok(phc) => phc,
            Err(refused) => {
                let notice = Notice::wrong(refused.explain()?);
                return Ok(notice.lead_back(&app, &opened.path));
            }
        };
        let now = app.clock.now();
        let ends = app.tokens_end(now);
        let new = NewPassword { id: app.uuid(), phc: &phc };
        let (presented, history) = (opened.presented(), i64::from(app.config.password.history));
        let done = storage::accounts::reset_password(&app.db, presented, new, history, now, ends);
        let done = done.await?.ok_or_else(|| links::over(opened.purpose))?;
        session::revoked(&app, done.grants, ends);
        let event = Event::new(Kind::PasswordChanged).user(done.user_id);
        let detail = json!({ "by": "link", "email_verified": done.verified });
        app.audit.record(event.detail(detail), &context.origin).await?;
        watch::tell(&app, done.user_id, &News::PasswordChanged, &context).await?;
        let goal = Goal::page(links::arrive(&link.detail, &browser));
        let proofs = Proofs::default().with(Factor::Password, now.unix_timestamp());
        let by = By::Password(Password { set_at: Some(now) });
        let advanced =
            attempt::start(&app, done.user_id, proofs, by, &goal, &headers, &context).await?;
        Ok(match advanced {
            Some(advanced) => with_cookies(see_other(&advanced.to), advanced.cookies),
            None => see_other("/sign-in"),
        })
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}
