//! The end of a sign-in: a session for what was proven, and what goes with that.

use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use serde_json::json;
use uuid::Uuid;

use super::write;
use crate::{
    app::App,
    audit::{Event, Kind},
    clock::Timestamp,
    identity::{
        account, browser_state, device, local,
        proof::{Assurance, Proofs},
        session::{self, Current, SessionHandle},
        watch,
    },
    storage::{
        self,
        factors::Standing,
        sessions::{By, NewSession},
    },
    web::{RequestContext, cookies::Cookie},
};

/// Who someone is, and what shows it.
pub(super) struct Proven {
    pub(super) user: Uuid,
    pub(super) proofs: Proofs,
    /// What was proven just now, if that stands by itself.
    pub(super) by: Option<By>,
    /// The session that the proofs are of: they count as long as that lives.
    pub(super) session: Option<Uuid>,
}

/// Has an account stay that was to be removed, now that its person is back; they are told before they go on.
pub(super) async fn stay(
    app: &App,
    user: Uuid,
    standing: &Standing,
    to: String,
    context: &RequestContext,
) -> storage::Result<String> {
    if !standing.leaving || !storage::deletion::cancel(&app.db, user).await? {
        return Ok(to);
    }
    let event = Event::new(Kind::DeletionCancelled).user(user);
    app.audit.record(event, &context.origin).await?;
    Ok(local::with_next(account::STAYING, &to))
}

/// Begins a session, with a new secret in any case. The same person's session goes on under it, so that what was
/// granted in it stays; another person's session in this browser ends. None if the person was disabled
/// meanwhile, or what was proven is of a session that is no longer this browser's.
pub(super) async fn begin(
    app: &App,
    proven: &Proven,
    headers: &HeaderMap,
    context: &RequestContext,
) -> storage::Result<Option<Vec<HeaderValue>>> {
    let user_id = proven.user;
    let current = session::current(app, headers).await?;
    let here = current.as_ref().map(|current| current.row.id);
    if proven.session.is_some() && proven.session != here {
        return Ok(None);
    }
    // A second factor that is added to a session proves nothing by itself: whoever finds the browser and a phone makes no
    // old sign-in a fresh one (OpenID Connect Core §3.1.2.1).
    let auth_time = match (&proven.session, &current) {
        (Some(_), Some(current)) => renewed(current.row.auth_time, &proven.proofs),
        _ => app.clock.now(),
    };
    let mut id = app.uuid();
    if let Some(Current { row, .. }) = current {
        if row.user_id == user_id {
            id = row.id;
        } else {
            session::end(app, &row, context).await?;
        }
    }
    let mut handle = SessionHandle::draw(id, &app.entropy);
    if !write_session(app, &handle, proven, auth_time, context).await? {
        if proven.session.is_some() {
            return Ok(None);
        }
        // It ended in the meantime: a new one, then.
        id = app.uuid();
        handle = SessionHandle::draw(id, &app.entropy);
        if !write_session(app, &handle, proven, auth_time, context).await? {
            return Ok(None);
        }
    }
    let event = Event::new(Kind::SignInSucceeded)
        .user(user_id)
        .session(id)
        .detail(json!({ "amr": proven.proofs.methods() }));
    app.audit.record(event, &context.origin).await?;

    let policy = app.cookies();
    let known = policy.get(headers, Cookie::Device);
    let device = device::with(&app.secrets.pages, known, user_id, &app.entropy);
    watch::signed_in(app, user_id, id, &device, context).await?;
    Ok(Some(vec![
        policy.set(Cookie::Session, &handle.expose(), None),
        browser_state::cookie(app, &handle.digest()),
        policy.set(Cookie::Device, &device, Some(device::MAX_AGE)),
    ]))
}

/// The time of a session to which something was added: the former one, unless what was added stands by itself.
fn renewed(before: Timestamp, proofs: &Proofs) -> Timestamp {
    let alone = proofs.alone_at().and_then(|at| Timestamp::from_unix_timestamp(at).ok());
    alone.map_or(before, |at| at.max(before))
}

/// Writes the session of a handle; whether there is one now.
async fn write_session(
    app: &App,
    handle: &SessionHandle,
    proven: &Proven,
    auth_time: Timestamp,
    context: &RequestContext,
) -> storage::Result<bool> {
    let now = app.clock.now();
    let digest = handle.digest();
    let new = NewSession {
        id: handle.id,
        secret_hash: digest.bytes(),
        user_id: proven.user,
        amr: &proven.proofs.methods(),
        acr: proven.proofs.assurance().unwrap_or(Assurance::Aal1).name(),
        proofs: &write(&proven.proofs),
        by: proven.by,
        auth_time,
        renews: proven.session.is_some(),
        address: context.origin.address.map(IpNet::from),
        user_agent: context.user_agent.as_deref(),
        expires_at: auth_time + app.config.sessions.absolute_lifetime.0,
    };
    storage::sessions::begin(&app.db, &new, now).await
}
