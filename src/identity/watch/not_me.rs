//! “This was not me”: a link of a letter about an account, by which its person has all end that someone else may have begun,
//! and then sets a new password.
//!
//! It takes no more than the mailbox, as a forgotten password does; so it removes no second factor but the one that the
//! letter is about, which was just added.

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    response::Response,
    routing::get,
};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    identity::{
        account,
        links::{self, Opened, Purpose},
        pages::{Browser, check_post, read_form, see_other},
        session,
    },
    storage::{self, disowning::Factor, links::LinkRow},
    web::{
        RequestContext,
        pages::{self, Freedom, page},
        problem::Problem,
    },
};

page! {
    /// Explains what happens, and has it happen.
    NotMe("not_me.html") {
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
        /// Whose account it is.
        email: String,
    }
}

/// The page.
pub fn routes() -> Router<AppState> {
    Router::new().route(Purpose::NotMe.page(), get(show).post(disown))
}

/// The link's person and what it holds, if it is good.
async fn look(app: &App, opened: &Opened) -> Result<(storage::users::UserRow, LinkRow), Problem> {
    let row = opened.look(app).await?;
    let user = match row.user_id {
        Some(user) => storage::users::get(&app.db, user).await?,
        None => None,
    };
    Ok((user.ok_or_else(|| links::over(opened.purpose))?, row))
}

/// `GET /not-me`: changes nothing.
async fn show(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let opened = Opened::read(Purpose::NotMe, query.as_deref())?;
        let (user, _) = look(&app, &opened).await?;
        let browser = Browser::of(&app, &headers);
        let page = NotMe::new(opened.path, browser.csrf(&app), user.email);
        Ok(browser.remember(pages::respond(StatusCode::OK, &page, &Freedom::Usual)))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// `POST /not-me`: ends everything, and leads to where a new password is set.
async fn disown(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let opened = Opened::read(Purpose::NotMe, query.as_deref())?;
        let params = read_form(&body)?;
        let browser = Browser::of(&app, &headers);
        check_post(&app, &headers, &params, &browser.digest, &opened.path)?;
        let (user, row) = look(&app, &opened).await?;
        // Afterwards to the account's pages: they are to look at what someone may have added.
        let detail = json!({
            "email_key": row.detail["email_key"],
            "next": links::destination(account::HOME, &browser),
        });
        let reset = links::Fresh::new(&app, Purpose::ResetPassword);
        let now = app.clock.now();
        let ends = app.tokens_end(now);
        let new = reset.row(Some(user.id), &detail, now + reset.purpose.lifetime());
        let done =
            storage::disowning::disown(&app.db, user.id, opened.presented(), &new, now, ends);
        let done = done.await?.ok_or_else(|| links::over(opened.purpose))?;
        let detail = json!({ "sessions": done.sessions, "grants": done.grants });
        // Here at once; other replicas follow.
        session::revoked(&app, done.grants, ends);
        let event = Event::new(Kind::Disowned).user(user.id).detail(detail);
        app.audit.record(event, &context.origin).await?;
        if let Some(added) = done.factor {
            let detail = match added.factor {
                Factor::Passkey(id) => {
                    json!({ "factor": "passkey", "passkey": id, "by": "not_me" })
                }
                Factor::Authenticator(_) => json!({ "factor": "totp", "by": "not_me" }),
            };
            let event = Event::new(Kind::FactorRemoved).user(user.id).detail(detail);
            app.audit.record(event, &context.origin).await?;
        }
        Ok(see_other(&reset.path))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}
