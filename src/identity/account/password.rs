//! `/account/password`, where one changes one's password, and `/sign-in/password`, where one replaces a password that was
//! another's choice before one is signed in.

use axum::{body::Bytes, extract::State, response::Response};
use http::{HeaderMap, StatusCode};

use super::{HOME, PASSWORD, recent, token};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    identity::{
        attempt::{Attempt, path},
        hashing::{HashError, Outcome},
        pages::{check_post, read_form, see_other},
        passwords::{self, Person, Refused},
        requirement::Step,
        second_factor::{at, lead_on, view as person},
        session::{self, Current},
        text, throttle,
    },
    storage::{self, sessions::Others},
    web::{
        RequestContext, csrf,
        pages::{self, Freedom, UserView, page},
        params::Params,
        problem::Problem,
    },
};

page! {
    /// Asks for a new password.
    NewPassword("new_password.html") {
        /// Whose.
        user: UserView,
        /// Where the form goes.
        action: &'static str,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<String>,
        /// Whether that was the present password.
        wrong: bool,
        /// Whether the present one is asked for.
        current: bool,
        /// Whether there is no way round it.
        demanded: bool,
        /// The shortest that it may be.
        shortest: usize,
    }
}

/// What is wrong with what was typed, with the status of the page that says so.
struct Mistake {
    status: StatusCode,
    words: String,
    /// Whether it is the present password.
    wrong: bool,
}

impl Mistake {
    fn new(words: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, words: words.into(), wrong: false }
    }
}

impl From<Refused> for Result<Mistake, Problem> {
    fn from(refused: Refused) -> Self {
        refused.explain().map(Mistake::new)
    }
}

/// The new password of a form, typed twice.
fn typed(params: &Params) -> Result<&str, Mistake> {
    let new = params.get("new").unwrap_or_default();
    if new.is_empty() {
        return Err(Mistake::new("Enter a new password."));
    }
    if params.get("repeat") != Some(new) {
        return Err(Mistake::new("The two are not the same. Enter the new password twice."));
    }
    Ok(new)
}

/// `GET /account/password`.
pub(super) async fn show(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = match recent(&app, &headers, PASSWORD).await? {
            Ok(current) => current,
            Err(elsewhere) => return Ok(elsewhere),
        };
        own_page(&app, &current, None).await
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

async fn own_page(
    app: &App,
    current: &Current,
    mistake: Option<Mistake>,
) -> Result<Response, Problem> {
    let has = storage::users::has_password(&app.db, current.row.user_id).await?;
    let csrf = token(app, current);
    Ok(respond(session::view(&current.row), PASSWORD, csrf, mistake, has))
}

fn respond(
    user: UserView,
    action: &'static str,
    csrf: String,
    mistake: Option<Mistake>,
    current: bool,
) -> Response {
    let status = mistake.as_ref().map_or(StatusCode::OK, |mistake| mistake.status);
    let wrong = mistake.as_ref().is_some_and(|mistake| mistake.wrong);
    let error = mistake.map(|mistake| mistake.words);
    let demanded = action == path::PASSWORD;
    let shortest = passwords::SHORTEST;
    let page = NewPassword::new(user, action, csrf, error, wrong, current, demanded, shortest);
    pages::respond(status, &page, &Freedom::Script)
}

/// `POST /account/password`.
pub(super) async fn change(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let params = read_form(&body)?;
        let current = match recent(&app, &headers, PASSWORD).await? {
            Ok(current) => current,
            Err(elsewhere) => return Ok(elsewhere),
        };
        check_post(&app, &headers, &params, &current.digest, PASSWORD)?;
        if let Err(mistake) = try_change(&app, &current, &params, &context).await? {
            return own_page(&app, &current, Some(mistake)).await;
        }
        let user = current.row.user_id;
        // Whoever knew the former password is out: so is what they were given, but for what is to outlive sessions.
        let others = Others { keep: Some(current.row.id), own_grants: true };
        session::end_others(&app, user, others, &context.origin).await?;
        Ok(see_other(&format!("{HOME}?changed=password")))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

async fn try_change(
    app: &AppState,
    current: &Current,
    params: &Params,
    context: &RequestContext,
) -> Result<Result<(), Mistake>, Problem> {
    let new = match typed(params) {
        Ok(new) => new,
        Err(mistake) => return Ok(Err(mistake)),
    };
    let row = &current.row;
    let given = params.get("current").unwrap_or_default();
    if let Some(mistake) = check_current(app, row.user_id, given, context).await? {
        return Ok(Err(mistake));
    }
    let person =
        Person { email: row.email.clone(), username: row.username.clone(), name: row.name.clone() };
    let set = async {
        let new = passwords::accept(app, new, person).await?;
        passwords::set(app, row.user_id, new, false, None).await
    };
    if let Err(refused) = set.await {
        return Result::from(refused).map(Err);
    }
    let event = Event::new(Kind::PasswordChanged).user(row.user_id).session(row.id);
    app.audit.record(event, &context.origin).await?;
    Ok(Ok(()))
}

/// Holds what was typed against the present password, if there is one. Attempts are counted before it is looked at: whoever
/// found a browser open is not to guess the password in it.
async fn check_current(
    app: &App,
    user: uuid::Uuid,
    given: &str,
    context: &RequestContext,
) -> Result<Option<Mistake>, Problem> {
    let Some(phc) = storage::passwords::get(&app.db, user).await? else { return Ok(None) };
    let busy = |error| match error {
        HashError::Busy(seconds) => Problem::busy(seconds),
        HashError::Unreadable => Problem::unavailable("Your password cannot be checked right now."),
    };
    let place = app.hasher.admit().map_err(busy)?;
    let counters = throttle::password(&app.config.sign_in, user);
    if throttle::count(app, &counters).await?.is_some() {
        let event = Event::new(Kind::SignInThrottled)
            .user(user)
            .detail(serde_json::json!({ "what": "password" }));
        app.audit.record(event, &context.origin).await?;
        let words = "There were too many wrong passwords. Try again later.".to_owned();
        return Ok(Some(Mistake { status: StatusCode::TOO_MANY_REQUESTS, words, wrong: true }));
    }
    let given = text::password(given).unwrap_or_default();
    match app.hasher.verify(place, given, Some(&phc)).await.map_err(busy)? {
        Outcome::Wrong => {
            let event = Event::new(Kind::SignInFailed)
                .user(user)
                .detail(serde_json::json!({ "what": "password" }));
            app.audit.record(event, &context.origin).await?;
            Ok(Some(Mistake { wrong: true, ..Mistake::new("That is not your present password.") }))
        }
        Outcome::Right | Outcome::RightButCheap => {
            throttle::forgive(app, &counters).await?;
            Ok(None)
        }
    }
}

/// `GET /sign-in/password`.
pub(super) async fn show_replace(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let attempt = match at(&app, &headers, &context, Step::ReplacePassword).await? {
            Ok((attempt, _)) => attempt,
            Err(elsewhere) => return Ok(elsewhere),
        };
        Ok(replace_page(&app, &attempt, None))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

fn replace_page(app: &App, attempt: &Attempt, mistake: Option<Mistake>) -> Response {
    let csrf = csrf::token(&app.secrets.pages, &attempt.digest);
    respond(person(attempt), path::PASSWORD, csrf, mistake, false)
}

/// `POST /sign-in/password`.
pub(super) async fn replace(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let params = read_form(&body)?;
        let attempt = match at(&app, &headers, &context, Step::ReplacePassword).await? {
            Ok((attempt, _)) => attempt,
            Err(elsewhere) => return Ok(elsewhere),
        };
        check_post(&app, &headers, &params, &attempt.digest, path::PASSWORD)?;
        let new = match typed(&params) {
            Ok(new) => new,
            Err(mistake) => return Ok(replace_page(&app, &attempt, Some(mistake))),
        };
        let user = attempt.row.user_id;
        let row = storage::users::get(&app.db, user).await?;
        let person = row.map(Person::from).unwrap_or_default();
        let set = async {
            let new = passwords::accept(&app, new, person).await?;
            passwords::set(&app, user, new, false, Some(attempt.row.id)).await
        };
        if let Err(refused) = set.await {
            let mistake = Result::from(refused)?;
            return Ok(replace_page(&app, &attempt, Some(mistake)));
        }
        let event = Event::new(Kind::PasswordChanged).user(user);
        app.audit.record(event, &context.origin).await?;
        Ok(lead_on(attempt.proceed(&app, &headers, &context).await?))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}
