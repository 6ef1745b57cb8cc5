//! `/account/delete`: an account is removed after a time in which signing in has it stay, and nothing else.
//! `/account/export`: all that is kept of a person, as a file.

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::{DELETE, EXPORT, HOME, posted, present, recent, token};
use crate::{
    app::AppState,
    audit::{Event, Kind},
    identity::{
        instead::Instead,
        local,
        notice::Notice,
        pages::{see_other, with_cookies},
        session, text,
    },
    storage,
    web::{
        RequestContext,
        moment::MomentView,
        pages::{self, Freedom, UserView, page},
        words,
    },
};

page! {
    /// Asks whether an account is to be removed.
    Delete("account_delete.html") {
        /// Whose.
        user: UserView,
        /// Where the form goes.
        action: &'static str,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<String>,
        /// When it would be removed.
        at: MomentView,
        /// Where its data can be had before.
        export: &'static str,
    }
}

page! {
    /// Says that an account will be removed.
    Leaving("account_leaving.html") {}
}

page! {
    /// Says that an account stays after all.
    Staying("account_staying.html") {
        /// Whose.
        user: UserView,
        /// The page that is next.
        next: String,
    }
}

/// `GET /account/delete`.
pub(super) async fn show(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = recent(&app, &headers, DELETE, &context).await?;
        let notice = Notice::of(&app, &headers, DELETE);
        let at = MomentView::day(app.clock.now() + app.config.account.deletion_grace.0);
        let (user, csrf) = (session::view(&current.row), token(&app, &current));
        let page = Delete::new(user, DELETE, csrf, notice.error.clone(), at, EXPORT);
        Ok(notice.respond(&app, &page, &Freedom::Usual))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// `POST /account/delete`.
pub(super) async fn delete(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let (current, params) = posted(&app, &headers, &body, DELETE, &context).await?;
        let typed = text::identifier_key(params.get("email").unwrap_or_default());
        if typed != text::identifier_key(&current.row.email) {
            let notice = Notice::wrong(words::text("delete-wrong"));
            return Ok(notice.lead_back(&app, DELETE));
        }
        let user = current.row.user_id;
        let now = app.clock.now();
        let (at, tokens_end) = (now + app.config.account.deletion_grace.0, app.tokens_end(now));
        let (_, grants) = storage::deletion::schedule(&app.db, user, at, now, tokens_end).await?;
        session::revoked(&app, grants, tokens_end);
        let detail = json!({ "at": at.format(&Rfc3339).unwrap_or_default() });
        let event = Event::new(Kind::DeletionRequested).user(user).detail(detail);
        app.audit.record(event, &context.origin).await?;
        Ok(with_cookies(see_other(super::LEAVING), session::forget(&app, &headers)))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// `GET /account/leaving`: no one is signed in any more.
pub(super) async fn leaving() -> Response {
    pages::respond(StatusCode::OK, &Leaving::new(), &Freedom::Usual)
}

/// `GET /account/staying`: where a sign-in leads that has the account stay.
pub(super) async fn staying(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = present(&app, &headers, HOME).await?;
        let next = local::next(query.as_deref()).unwrap_or_else(|| HOME.to_owned());
        let page = Staying::new(session::view(&current.row), next);
        Ok(pages::respond(StatusCode::OK, &page, &Freedom::Usual))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// `GET /account/export`.
pub(super) async fn export(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = recent(&app, &headers, EXPORT, &context).await?;
        let user = current.row.user_id;
        // Before it is read, so that it tells of itself too.
        let event = Event::new(Kind::DataExported).user(user).session(current.row.id);
        app.audit.record(event, &context.origin).await?;
        let all = storage::deletion::export(&app.db, user).await?;
        let text = serde_json::to_string_pretty(&all).unwrap_or_default();
        let headers = [
            (header::CONTENT_TYPE, "application/json"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"account.json\""),
            (header::CACHE_CONTROL, "no-store"),
        ];
        Ok((headers, text).into_response())
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}
