//! `/account/sessions`: where one is signed in. Each of these can be ended, and all but this one at once.

use axum::{body::Bytes, extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use uuid::Uuid;

use super::{SESSIONS, present, token};
use crate::{
    app::AppState,
    identity::{
        ended::Ended,
        instead::Instead,
        pages::{read_post, see_other, with_cookies},
        session, user_agent,
    },
    storage::{
        self,
        sessions::{ListedSession, Others},
    },
    web::{
        RequestContext,
        moment::MomentView,
        pages::{self, Freedom, page},
        problem::Problem,
    },
};

/// A session as its page shows it.
#[derive(Clone, Debug)]
pub(super) struct SessionView {
    id: Uuid,
    browser: String,
    address: String,
    /// Where that is, if it is known.
    place: String,
    used: MomentView,
    since: MomentView,
    /// Whether it is the one in which the page is shown.
    here: bool,
}

page! {
    /// Shows where a person is signed in.
    AccountSessions("account_sessions.html") {
        /// Where the form goes.
        action: &'static str,
        /// The page token.
        csrf: String,
        /// This browser first.
        sessions: Vec<SessionView>,
    }
}

/// `GET /account/sessions`.
pub(super) async fn show(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = present(&app, &headers, SESSIONS).await?;
        let now = app.clock.now();
        let listed =
            storage::sessions::list(&app.db, current.row.user_id, app.cutoffs(now)).await?;
        let view = |session: ListedSession| SessionView {
            browser: user_agent::describe(session.user_agent.as_deref()),
            address: session.address.map(|net| net.addr().to_string()).unwrap_or_default(),
            place: session
                .address
                .and_then(|net| app.places.find(net.addr()))
                .and_then(|place| place.words())
                .unwrap_or_default(),
            used: MomentView::ago(session.last_seen_at, now),
            since: MomentView::day(session.created_at),
            here: session.id == current.row.id,
            id: session.id,
        };
        let mut sessions: Vec<SessionView> = listed.into_iter().map(view).collect();
        sessions.sort_by_key(|session| !session.here);
        let csrf = token(&app, &current);
        let page = AccountSessions::new(SESSIONS, csrf, sessions);
        Ok(pages::respond(StatusCode::OK, &page, &Freedom::Usual))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// `POST /account/sessions`: ends the one that is named, or all others.
pub(super) async fn change(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let current = present(&app, &headers, SESSIONS).await?;
        let params = read_post(&app, &headers, &body, &current.digest, SESSIONS)?;
        let user = current.row.user_id;
        if params.get("others").is_some() {
            let others = Others { keep: Some(current.row.id), own_grants: false };
            session::end_others(&app, user, others, &context.origin).await?;
            return Ok(see_other(SESSIONS));
        }
        let id = params.get("end").and_then(|id| id.parse::<Uuid>().ok());
        let cutoffs = app.cutoffs(app.clock.now());
        let listed = storage::sessions::list(&app.db, user, cutoffs).await?;
        // Another person's is as unknown as one that never was.
        let Some(id) = id.filter(|id| listed.iter().any(|session| session.id == *id)) else {
            return Err(Problem::new(
                StatusCode::NOT_FOUND,
                "That browser is not signed in",
                "You may have signed out there meanwhile.",
            )
            .back(SESSIONS, "Where you are signed in")
            .into());
        };
        session::end_of(&app, user, id, &context).await?;
        if id == current.row.id {
            let over = session::forget(&app, &headers);
            return Ok(with_cookies(Ended::session(id).lead_on(&app, &headers), over));
        }
        Ok(see_other(SESSIONS))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}
