//! Browser sessions: found by their cookie, begun by a sign-in, ended by a sign-out.

use http::{HeaderMap, HeaderValue};
use serde_json::json;
use uuid::Uuid;

use super::{
    attempt,
    proof::{Assurance, Factor},
};
use crate::{
    app::App,
    audit::{Event, Kind, Origin},
    clock::Timestamp,
    storage::{
        self,
        sessions::{Others, SessionRow},
    },
    tokens::{
        digest::Digest,
        handle::{Handle, Session},
        secret::BrowserSecret,
    },
    web::{RequestContext, cookies::Cookie, pages::UserView},
};

/// The session cookie.
pub type SessionHandle = Handle<Session>;

/// A live session and the digest of its cookie's secret, which its pages are bound to.
#[derive(Clone, Debug)]
pub struct Current {
    /// The session.
    pub row: SessionRow,
    /// What page tokens are bound to.
    pub digest: Digest,
}

/// The session cookie of a request, if it has a well-formed one.
#[must_use]
pub fn handle(app: &App, headers: &HeaderMap) -> Option<SessionHandle> {
    SessionHandle::parse(app.cookies().get(headers, Cookie::Session)?)
}

/// The live session of a request.
pub async fn current(app: &App, headers: &HeaderMap) -> storage::Result<Option<Current>> {
    let Some(handle) = handle(app, headers) else { return Ok(None) };
    let digest = handle.digest();
    let cutoffs = app.cutoffs(app.clock.now());
    let row = storage::sessions::find(&app.db, handle.id, digest.bytes(), cutoffs).await?;
    Ok(row.map(|row| Current { row, digest }))
}

/// The browser's own secret, if it has one.
#[must_use]
pub fn browser(app: &App, headers: &HeaderMap) -> Option<BrowserSecret> {
    BrowserSecret::parse(app.cookies().get(headers, Cookie::Browser)?)
}

/// Notes a factor that was set up in a session just now, so that it is not asked for there at once.
pub async fn prove(app: &App, current: &Current, factor: Factor) -> storage::Result<()> {
    let now = app.clock.now().unix_timestamp();
    let proofs = attempt::read(&current.row.proofs).with(factor, now);
    storage::sessions::prove(
        &app.db,
        current.row.id,
        current.digest.bytes(),
        &attempt::write(&proofs),
        &proofs.methods(),
        proofs.assurance().unwrap_or(Assurance::Aal1).name(),
    )
    .await
}

/// Ends a session with the grants that are bound to it.
pub async fn end(app: &App, session: &SessionRow, context: &RequestContext) -> storage::Result<()> {
    end_of(app, session.user_id, session.id, context).await
}

/// Ends a session of this person by its id.
pub async fn end_of(
    app: &App,
    user: Uuid,
    session: Uuid,
    context: &RequestContext,
) -> storage::Result<()> {
    let now = app.clock.now();
    let tokens_end = app.tokens_end(now);
    let ended = storage::sessions::end(&app.db, session, now, tokens_end).await?;
    revoked(app, ended.grants, tokens_end);
    if ended.first {
        let event = Event::new(Kind::SignedOut).user(user).session(session);
        app.audit.record(event, &context.origin).await?;
    }
    Ok(())
}

/// Ends sessions of a person with the grants that are bound to them.
pub async fn end_others(
    app: &App,
    user: Uuid,
    which: Others,
    origin: &Origin,
) -> storage::Result<()> {
    let now = app.clock.now();
    let tokens_end = app.tokens_end(now);
    let ended = storage::sessions::end_others(&app.db, user, which, now, tokens_end).await?;
    record_ended(app, user, ended, tokens_end, origin).await
}

/// What there is to do after sessions of a person ended with their grants.
pub(super) async fn record_ended(
    app: &App,
    user: Uuid,
    (sessions, grants): (Vec<Uuid>, Vec<Uuid>),
    tokens_end: Timestamp,
    origin: &Origin,
) -> storage::Result<()> {
    revoked(app, grants, tokens_end);
    if !sessions.is_empty() {
        let detail = json!({ "sessions": sessions });
        let event = Event::new(Kind::SessionsEnded).user(user).detail(detail);
        app.audit.record(event, origin).await?;
    }
    Ok(())
}

/// What removes the cookies of a session that ended and of a sign-in that may build on it, as far as this browser has them.
#[must_use]
pub fn forget(app: &App, headers: &HeaderMap) -> Vec<HeaderValue> {
    let cookies = app.cookies();
    [Cookie::Session, Cookie::BrowserState, Cookie::SignIn]
        .into_iter()
        .filter(|cookie| cookies.get(headers, *cookie).is_some())
        .map(|cookie| cookies.remove(cookie))
        .collect()
}

/// Here at once; other replicas follow, and so do applications that want to be told.
pub(super) fn revoked(app: &App, grants: Vec<Uuid>, tokens_end: Timestamp) {
    for grant in grants {
        app.replica.revoked(grant, tokens_end);
    }
    app.logouts.notify_one();
}

/// How pages show the person of a session.
#[must_use]
pub fn view(session: &SessionRow) -> UserView {
    UserView { name: session.name.clone().unwrap_or_default(), login: session.email.clone() }
}
