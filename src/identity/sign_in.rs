//! Sign-in with a password: counted, looked up, checked, and a session begun.
//!
//! An unknown account takes the same steps as a known one and gets the same answer.

use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use serde_json::json;
use uuid::Uuid;

use super::{
    device,
    hashing::{HashError, Outcome, Place},
    session::{self, Current, SessionHandle},
    text, throttle,
};
use crate::{
    app::App,
    audit::{Event, Kind},
    clock::Timestamp,
    storage::{self, sessions::NewSession, throttles::Counter, users::Account},
    web::{RequestContext, cookies::Cookie},
};

/// How surely a password proves who someone is: NIST SP 800-63B-4's first level.
pub const ACR_PASSWORD: &str = "aal1";
/// `pwd` of RFC 8176.
const AMR_PASSWORD: &str = "pwd";

/// Someone proved who they are.
#[derive(Debug)]
pub struct SignedIn {
    /// What says so, to be set in the answer.
    pub cookies: Vec<HeaderValue>,
}

/// Why someone is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Wrong password, unknown account, disabled account: no one is told which.
    #[error("wrong e-mail, user name or password")]
    Wrong,
    /// Too many attempts; the next one is looked at after this time.
    #[error("too many attempts")]
    Throttled(Timestamp),
    /// Too many people are signing in: come back after this many seconds.
    #[error("busy")]
    Busy(u64),
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
}

impl From<HashError> for Refusal {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy(seconds) => Self::Busy(seconds),
            HashError::Unreadable => Self::Wrong,
        }
    }
}

/// Checks a password and begins a session in the browser of `headers`.
pub async fn sign_in(
    app: &App,
    identifier: &str,
    password: &str,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<SignedIn, Refusal> {
    // Before the database is asked anything: a flood stops here.
    let place = app.hasher.admit()?;
    let key = text::identifier_key(identifier);
    let cookie = app.cookies().get(headers, Cookie::Device);
    let devices =
        cookie.map(|cookie| device::parse(&app.secrets.pages, cookie)).unwrap_or_default();

    let account = storage::users::account(&app.db, &key).await?;
    let known = account.as_ref().and_then(|account| throttle::known(&devices, account.user_id));
    let counters = throttle::counters(&app.config.sign_in, &key, context.origin.address, known);
    if let Some(until) = count(app, &counters).await? {
        drop(place);
        let event = with_user(Event::new(Kind::SignInThrottled), account.as_ref());
        app.audit.record(event, &context.origin).await?;
        return Err(Refusal::Throttled(until));
    }

    match check(app, place, account.as_ref(), password).await {
        Ok(Some(account)) => {
            forgive(app, &counters).await?;
            match begin(app, account.user_id, cookie, headers, context).await? {
                Some(cookies) => Ok(SignedIn { cookies }),
                None => refuse(app, Some(account), context).await,
            }
        }
        Ok(None) => refuse(app, account.as_ref(), context).await,
        Err(HashError::Unreadable) => {
            tracing::error!(user = ?account.map(|account| account.user_id), "unreadable password hash");
            Err(Refusal::Wrong)
        }
        Err(error @ HashError::Busy(_)) => {
            // It was not looked at, so it was no guess.
            forgive(app, &counters).await?;
            Err(error.into())
        }
    }
}

/// Counts the attempt. If there were too many, until when it is refused.
async fn count(app: &App, counters: &[Vec<Counter>]) -> storage::Result<Option<Timestamp>> {
    let window = app.config.sign_in.window.0;
    let window = time::Duration::try_from(window).unwrap_or(time::Duration::DAY);
    let now = app.clock.now();
    for counters in counters {
        let until = storage::throttles::count(&app.db, counters, window, now).await?;
        if until.is_some() {
            return Ok(until);
        }
    }
    Ok(None)
}

/// The answer to a wrong password, an unknown account and a disabled one.
async fn refuse(
    app: &App,
    account: Option<&Account>,
    context: &RequestContext,
) -> Result<SignedIn, Refusal> {
    let event = with_user(Event::new(Kind::SignInFailed), account);
    app.audit.record(event, &context.origin).await?;
    Err(Refusal::Wrong)
}

async fn forgive(app: &App, counters: &[Vec<Counter>]) -> storage::Result<()> {
    let keys: Vec<Vec<u8>> = counters.iter().flatten().map(|counter| counter.key.clone()).collect();
    storage::throttles::forgive(&app.db, &keys).await
}

/// The account, if the password is right and sign-in is allowed. The work is the same in every case.
async fn check<'a>(
    app: &App,
    place: Place,
    account: Option<&'a Account>,
    password: &str,
) -> Result<Option<&'a Account>, HashError> {
    let stored = account.and_then(|account| account.password.as_deref());
    // A password that is too long is none: it is checked as an empty one, which no one has.
    let password = text::password(password).unwrap_or_default();
    let outcome = app.hasher.verify(place, password.clone(), stored).await?;
    let Some(account) = account.filter(|account| !account.disabled) else { return Ok(None) };
    match outcome {
        Outcome::Wrong => Ok(None),
        Outcome::Right => Ok(Some(account)),
        Outcome::RightButCheap => {
            rehash(app, account, password).await;
            Ok(Some(account))
        }
    }
}

/// Stores the password at today's cost. Failing that, the next sign-in tries again.
async fn rehash(app: &App, account: &Account, password: zeroize::Zeroizing<String>) {
    let (Some(old), Ok(new)) = (&account.password, app.hasher.hash(password).await) else { return };
    let now = app.clock.now();
    if let Err(error) =
        storage::users::rehash_password(&app.db, account.user_id, old, &new, now).await
    {
        tracing::warn!(%error, user = %account.user_id, "a password was not rehashed");
    }
}

/// Begins a session, with a new secret in any case. The same person's session goes on under it, so that what was
/// granted in it stays; another person's session in this browser ends. None if the person was disabled meanwhile.
async fn begin(
    app: &App,
    user_id: Uuid,
    device_cookie: Option<&str>,
    headers: &HeaderMap,
    context: &RequestContext,
) -> storage::Result<Option<Vec<HeaderValue>>> {
    let mut id = app.uuid();
    if let Some(Current { row, .. }) = session::current(app, headers).await? {
        if row.user_id == user_id {
            id = row.id;
        } else {
            session::end(app, &row, context).await?;
        }
    }
    let mut handle = SessionHandle::draw(id, &app.entropy);
    if !write(app, &handle, user_id, context).await? {
        // It ended in the meantime: a new one, then.
        id = app.uuid();
        handle = SessionHandle::draw(id, &app.entropy);
        if !write(app, &handle, user_id, context).await? {
            return Ok(None);
        }
    }
    let event = Event::new(Kind::SignInSucceeded)
        .user(user_id)
        .session(id)
        .detail(json!({ "amr": [AMR_PASSWORD] }));
    app.audit.record(event, &context.origin).await?;

    let policy = app.cookies();
    let device = device::with(&app.secrets.pages, device_cookie, user_id, &app.entropy);
    Ok(Some(vec![
        policy.set(Cookie::Session, &handle.expose(), None),
        policy.set(Cookie::Device, &device, Some(device::MAX_AGE)),
    ]))
}

/// Writes the session of a handle; whether there is one now.
async fn write(
    app: &App,
    handle: &SessionHandle,
    user_id: Uuid,
    context: &RequestContext,
) -> storage::Result<bool> {
    let now = app.clock.now();
    let digest = handle.digest();
    let new = NewSession {
        id: handle.id,
        secret_hash: digest.bytes(),
        user_id,
        amr: &[AMR_PASSWORD.to_owned()],
        acr: ACR_PASSWORD,
        address: context.origin.address.map(IpNet::from),
        user_agent: context.user_agent.as_deref(),
        expires_at: now + app.config.sessions.absolute_lifetime.0,
    };
    storage::sessions::begin(&app.db, &new, now).await
}

fn with_user(event: Event, account: Option<&Account>) -> Event {
    match account {
        Some(account) => event.user(account.user_id),
        None => event.detail(json!({ "account": "unknown" })),
    }
}
