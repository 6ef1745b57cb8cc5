//! `/verify-email` and `/change-email`: the links that are sent to an address. Opening one changes nothing, since programs
//! that look at mail open it too; its page has a form for that.

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    response::Response,
    routing::get,
};
use http::{HeaderMap, StatusCode};

use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    config::Concern,
    identity::{
        links::{self, Opened, Purpose},
        mail::{self, letters},
        notices,
        pages::{Browser, read_post, see_other},
        watch,
    },
    storage::{self, email_changes::Confirmed},
    web::{
        RequestContext,
        language::Language,
        pages::{self, Freedom, page},
        problem::Problem,
        words::{self, Html},
    },
};

page! {
    /// Asks to confirm what a link is for.
    Confirm("confirm.html") {
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
        /// In a few words.
        title: String,
        /// In a sentence, with the address.
        message: Html,
    }
}

/// The pages: one a purpose.
pub(super) fn routes() -> Router<AppState> {
    [Purpose::VerifyEmail, Purpose::ChangeEmail].into_iter().fold(
        Router::new(),
        |router, purpose| {
            let page = get(move |app, query, context, headers| {
                show(purpose, app, query, context, headers)
            });
            let form = move |app, query, context, headers, body| {
                confirm(purpose, app, query, context, headers, body)
            };
            router.route(purpose.page(), page.post(form))
        },
    )
}

/// `GET` of a link.
async fn show(
    purpose: Purpose,
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let opened = Opened::read(purpose, query.as_deref())?;
        let detail = opened.look(&app).await?.detail;
        let browser = Browser::of(&app, &headers);
        let (title, message) = match purpose {
            Purpose::ChangeEmail => ("email-confirm-new", "email-confirm-new-lead"),
            _ => ("email-confirm-own", "email-confirm-own-lead"),
        };
        let email = detail["email"].as_str().unwrap_or_default();
        let message = Language::current().html(message, &[("email", email)]);
        let csrf = browser.csrf(&app);
        let page = Confirm::new(opened.path.clone(), csrf, words::text(title), message);
        Ok(browser.remember(pages::respond(StatusCode::OK, &page, &Freedom::Usual)))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// `POST` of the form of its page.
async fn confirm(
    purpose: Purpose,
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let opened = Opened::read(purpose, query.as_deref())?;
        read_post(&app, &headers, &body, &Browser::of(&app, &headers).digest, &opened.path)?;
        let next = match purpose {
            Purpose::ChangeEmail => change(&app, &opened, &context).await?,
            _ => verify(&app, &opened, &context).await?,
        };
        Ok(see_other(next))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// The address of an account is proven. The page that says so.
async fn verify(
    app: &App,
    opened: &Opened,
    context: &RequestContext,
) -> Result<&'static str, Problem> {
    let now = app.clock.now();
    let user = storage::accounts::verify_email(&app.db, opened.presented(), now).await?;
    let user = user.ok_or_else(|| links::over(opened.purpose))?;
    app.audit.record(Event::new(Kind::EmailVerified).user(user), &context.origin).await?;
    Ok(notices::VERIFIED)
}

/// One side confirmed another address, which counts now if that was the last one. The page that says so.
async fn change(
    app: &App,
    opened: &Opened,
    context: &RequestContext,
) -> Result<&'static str, Problem> {
    let detail = opened.look(app).await?.detail;
    let now = app.clock.now();
    let done = match storage::email_changes::confirm(&app.db, opened.presented(), now).await {
        Ok(done) => done.ok_or_else(|| links::over(opened.purpose))?,
        Err(storage::Error::Duplicate(_)) => return Err(taken()),
        Err(error) => return Err(error.into()),
    };
    let Confirmed::Changed { user_id, from } = done else { return Ok(notices::HALF) };
    app.audit.record(Event::new(Kind::EmailChanged).user(user_id), &context.origin).await?;
    let to = detail["email"].as_str().unwrap_or_default();
    if app.config.watch.tells(Concern::EmailChanged) {
        let person = storage::users::get(&app.db, user_id).await?;
        let letter = mail::write(person.as_ref(), || {
            letters::email_changed(app.mail.product(), to, watch::facts(app, context))
        });
        mail::send(app, Some(&from), &letter).await?;
    }
    Ok(notices::CHANGED)
}

/// Said only to whoever proved that the address is theirs.
fn taken() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        words::text("email-taken"),
        words::text("email-taken-message"),
    )
    .back("/", words::text("to-first-page"))
}
