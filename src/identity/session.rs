//! Browser sessions: found by their cookie, begun by a sign-in, ended by a sign-out.

use http::HeaderMap;

use crate::{
    app::App,
    audit::{Event, Kind},
    storage::{self, sessions::SessionRow},
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

/// Ends a session with the grants that are bound to it.
pub async fn end(app: &App, session: &SessionRow, context: &RequestContext) -> storage::Result<()> {
    let now = app.clock.now();
    let tokens_end = app.tokens_end(now);
    let ended = storage::sessions::end(&app.db, session.id, now, tokens_end).await?;
    // Here at once; other replicas follow.
    for grant in ended.grants {
        app.replica.revoked(grant, tokens_end);
    }
    if ended.first {
        let event = Event::new(Kind::SignedOut).user(session.user_id).session(session.id);
        app.audit.record(event, &context.origin).await?;
    }
    Ok(())
}

/// How pages show the person of a session.
#[must_use]
pub fn view(session: &SessionRow) -> UserView {
    UserView { name: session.name.clone().unwrap_or_default(), login: session.email.clone() }
}
