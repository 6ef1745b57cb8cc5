//! `/account/password`, where one changes one's password, and `/sign-in/password`, where one replaces a password that was
//! another's choice before one is signed in.

use axum::{body::Bytes, extract::State, response::Response};
use http::HeaderMap;

use super::{HOME, PASSWORD, posted, recent, token};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    identity::{
        attempt::{Attempt, path},
        hashing::{HashError, Outcome},
        instead::Instead,
        notice::{Notice, minutes},
        pages::{read_post, see_other},
        passwords::{self, Person},
        requirement::Step,
        second_factor::{at, lead_on, view as person},
        session::{self, Current},
        text, throttle,
        watch::{self, Guessed, News},
    },
    storage::{self, passwords::Kept},
    web::{
        RequestContext, csrf,
        pages::{Freedom, UserView, page},
        params::Params,
        problem::Problem,
        words,
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

/// The field of the present password.
const CURRENT: &str = "current";

/// The new password of a form, typed twice.
fn typed(params: &Params) -> Result<&str, Notice> {
    let new = params.get("new").unwrap_or_default();
    if new.is_empty() {
        return Err(Notice::wrong(words::text("password-missing")));
    }
    if params.get("repeat") != Some(new) {
        return Err(Notice::wrong(words::text("password-not-repeated")));
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
        let current = recent(&app, &headers, PASSWORD, &context).await?;
        let has = storage::users::has_password(&app.db, current.row.user_id).await?;
        let (user, csrf) = (session::view(&current.row), token(&app, &current));
        Ok(respond(&app, &headers, user, PASSWORD, csrf, has))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

fn respond(
    app: &App,
    headers: &HeaderMap,
    user: UserView,
    action: &'static str,
    csrf: String,
    current: bool,
) -> Response {
    let notice = Notice::of(app, headers, action);
    let (error, wrong) = (notice.error.clone(), notice.field == CURRENT);
    let demanded = action == path::PASSWORD;
    let shortest = passwords::SHORTEST;
    let page = NewPassword::new(user, action, csrf, error, wrong, current, demanded, shortest);
    notice.respond(app, &page, &Freedom::Script)
}

/// `POST /account/password`.
pub(super) async fn change(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let (current, params) = posted(&app, &headers, &body, PASSWORD, &context).await?;
        if let Err(notice) = try_change(&app, &current, &params, &context).await? {
            return Ok(notice.lead_back(&app, PASSWORD));
        }
        Ok(see_other(&format!("{HOME}?changed=password")))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

async fn try_change(
    app: &AppState,
    current: &Current,
    params: &Params,
    context: &RequestContext,
) -> Result<Result<(), Notice>, Problem> {
    let new = match typed(params) {
        Ok(new) => new,
        Err(notice) => return Ok(Err(notice)),
    };
    let row = &current.row;
    let given = params.get(CURRENT).unwrap_or_default();
    if let Some(notice) = check_current(app, row.user_id, given, context).await? {
        return Ok(Err(notice));
    }
    let person =
        Person { email: row.email.clone(), username: row.username.clone(), name: row.name.clone() };
    let set = async {
        let new = passwords::accept(app, new, person).await?;
        let kept = Kept { session: Some(row.id), sign_in: None };
        passwords::set(app, row.user_id, new, false, kept, &context.origin).await
    };
    if let Err(refused) = set.await {
        return Ok(Err(Notice::wrong(refused.explain()?)));
    }
    let event = Event::new(Kind::PasswordChanged).user(row.user_id).session(row.id);
    app.audit.record(event, &context.origin).await?;
    watch::tell(app, row.user_id, &News::PasswordChanged, context).await?;
    Ok(Ok(()))
}

/// Holds what was typed against the present password, if there is one. Attempts are counted before it is looked at: whoever
/// found a browser open is not to guess the password in it.
async fn check_current(
    app: &App,
    user: uuid::Uuid,
    given: &str,
    context: &RequestContext,
) -> Result<Option<Notice>, Problem> {
    let Some(phc) = storage::passwords::get(&app.db, user).await? else { return Ok(None) };
    let busy = |error| match error {
        HashError::Busy(seconds) => Problem::busy(seconds),
        HashError::Unreadable => Problem::unavailable(words::text("password-unchecked")),
    };
    let place = app.hasher.admit().map_err(busy)?;
    let counters = throttle::password(&app.config.sign_in, user);
    let counted = throttle::count(app, &counters).await?;
    if let Some(until) = counted.until {
        let event = Event::new(Kind::SignInThrottled)
            .user(user)
            .detail(serde_json::json!({ "what": "password" }));
        app.audit.record(event, &context.origin).await?;
        watch::failed(app, Some(user), "", Guessed::Password, &counted, context).await?;
        let words = words::with("password-throttled", &[("count", minutes(app, until))]);
        return Ok(Some(Notice::throttled(words, until).about(CURRENT)));
    }
    let given = text::password(given).unwrap_or_default();
    match app.hasher.verify(place, given, Some(&phc)).await.map_err(busy)? {
        Outcome::Wrong => {
            let event = Event::new(Kind::SignInFailed)
                .user(user)
                .detail(serde_json::json!({ "what": "password" }));
            app.audit.record(event, &context.origin).await?;
            watch::failed(app, Some(user), "", Guessed::Password, &counted, context).await?;
            Ok(Some(Notice::wrong(words::text("password-present-wrong")).about(CURRENT)))
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
        let (attempt, _) = at(&app, &headers, &context, Step::ReplacePassword).await?;
        let csrf = csrf::token(&app.secrets.pages, &attempt.digest);
        Ok(respond(&app, &headers, person(&attempt), path::PASSWORD, csrf, false))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// `POST /sign-in/password`.
pub(super) async fn replace(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let (attempt, _) = at(&app, &headers, &context, Step::ReplacePassword).await?;
        let params = read_post(&app, &headers, &body, &attempt.digest, path::PASSWORD)?;
        let new = match typed(&params) {
            Ok(new) => new,
            Err(notice) => return Ok(notice.lead_back(&app, path::PASSWORD)),
        };
        let user = attempt.row.user_id;
        let row = storage::users::get(&app.db, user).await?;
        let person = row.map(Person::from).unwrap_or_default();
        // The session of this browser goes on under the one that begins now.
        let own = session::current(&app, &headers).await?;
        let own = own.map(|own| own.row).filter(|own| own.user_id == user);
        let kept = Kept { session: own.map(|own| own.id), sign_in: Some(attempt.row.id) };
        let set = async {
            let new = passwords::accept(&app, new, person).await?;
            passwords::set(&app, user, new, false, kept, &context.origin).await
        };
        if let Err(refused) = set.await {
            let notice = Notice::wrong(refused.explain()?);
            return Ok(notice.lead_back(&app, path::PASSWORD));
        }
        let event = Event::new(Kind::PasswordChanged).user(user);
        app.audit.record(event, &context.origin).await?;
        watch::tell(&app, user, &News::PasswordChanged, &context).await?;
        // As it is now: by the new password.
        let advanced = match Attempt::current(&app, &headers).await? {
            Some(attempt) => attempt.proceed(&app, &headers, &context).await?,
            None => None,
        };
        Ok(lead_on(advanced))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}
