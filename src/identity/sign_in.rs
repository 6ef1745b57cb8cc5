//! The password of a sign-in: counted, looked up, checked.
//!
//! An unknown account takes the same steps as a known one and gets the same answer.

use http::HeaderMap;
use serde_json::json;

use super::{
    attempt::{self, Advanced, Goal},
    hashing::{HashError, Outcome, Place},
    proof::{Factor, Proofs},
    text, throttle,
    watch::{self, Guessed},
};
use crate::{
    app::App,
    audit::{Event, Kind},
    clock::Timestamp,
    storage::{
        self,
        sessions::{By, Password},
        throttles::Counted,
        users::Account,
    },
    web::RequestContext,
};

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

/// Checks a password, and goes on in the browser of `headers`: to a session, or to what is still missing.
pub async fn sign_in(
    app: &App,
    identifier: &str,
    password: &str,
    goal: &Goal,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Advanced, Refusal> {
    // Before the database is asked anything: a flood stops here.
    let place = app.hasher.admit()?;
    let key = text::identifier_key(identifier);
    let devices = throttle::devices(app, headers);

    let account = storage::users::account(&app.db, &key).await?;
    let known = account.as_ref().and_then(|account| throttle::known(&devices, account.user_id));
    let counters = throttle::counters(&app.config.sign_in, &key, context.origin.address, known);
    let counted = throttle::count(app, &counters).await?;
    if let Some(until) = counted.until {
        drop(place);
        fail(app, Kind::SignInThrottled, account.as_ref(), &key, &counted, context).await?;
        return Err(Refusal::Throttled(until));
    }

    match check(app, place, account.as_ref(), password, goal).await {
        Ok(Some(account)) => {
            throttle::forgive(app, &counters).await?;
            let now = app.clock.now().unix_timestamp();
            let proofs = Proofs::default().with(Factor::Password, now);
            let by = By::Password(Password { set_at: account.password_set_at });
            let user = account.user_id;
            let advanced = attempt::start(app, user, proofs, by, goal, headers, context).await?;
            if let Some(advanced) = advanced {
                return Ok(advanced);
            }
            fail(app, Kind::SignInFailed, Some(account), &key, &counted, context).await?;
            Err(Refusal::Wrong)
        }
        Ok(None) => {
            fail(app, Kind::SignInFailed, account.as_ref(), &key, &counted, context).await?;
            Err(Refusal::Wrong)
        }
        Err(HashError::Unreadable) => {
            tracing::error!(user = ?account.map(|account| account.user_id), "unreadable password hash");
            Err(Refusal::Wrong)
        }
        Err(error @ HashError::Busy(_)) => {
            // It was not looked at, so it was no guess.
            throttle::forgive(app, &counters).await?;
            Err(error.into())
        }
    }
}

/// Puts an attempt on record that failed or was refused unseen: of an unknown account and a disabled one as well.
async fn fail(
    app: &App,
    kind: Kind,
    account: Option<&Account>,
    typed: &str,
    counted: &Counted,
    context: &RequestContext,
) -> storage::Result<()> {
    app.audit.record(with_user(Event::new(kind), account), &context.origin).await?;
    let user = account.map(|account| account.user_id);
    watch::failed(app, user, typed, Guessed::Password, counted, context).await
}

/// The account, if the password is right, sign-in is allowed and it is the one that is asked for. The work is the same in
/// every case.
async fn check<'a>(
    app: &App,
    place: Place,
    account: Option<&'a Account>,
    password: &str,
    goal: &Goal,
) -> Result<Option<&'a Account>, HashError> {
    let stored = account.and_then(|account| account.password.as_deref());
    // A password that is too long is none: it is checked as an empty one, which no one has.
    let password = text::password(password).unwrap_or_default();
    let outcome = app.hasher.verify(place, password.clone(), stored).await?;
    let may = |account: &&Account| !account.disabled && goal.is_for(account.user_id);
    let Some(account) = account.filter(may) else { return Ok(None) };
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

fn with_user(event: Event, account: Option<&Account>) -> Event {
    match account {
        Some(account) => event.user(account.user_id),
        None => event.detail(json!({ "account": "unknown" })),
    }
}
