//! Challenges and their answers: a challenge is kept for the browser that it is shown to, and answered once.

use http::HeaderMap;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;
use webauthn_rs_core::{
    error::WebauthnError,
    proto::{AuthenticationState, Credential, PublicKeyCredential},
};

use super::relying_party::{LIFETIME, RelyingParty, after};
use crate::{
    app::App,
    audit::{Event, Kind},
    identity::{
        attempt::{self, Advanced, Goal},
        pages::Browser,
        proof::{Factor, Proofs},
        second_factor::Refused,
        throttle,
        watch::{self, Guessed, News},
    },
    storage::{
        self,
        ceremonies::{CeremonyRow, NewCeremony},
        passkeys::PasskeyRow,
        sessions::By,
        throttles::Counted,
    },
    tokens::digest::Digest,
    web::RequestContext,
};

/// What a challenge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A new passkey of this person.
    Register(Uuid),
    /// A second factor of this person.
    Authenticate(Uuid),
    /// To find out who it is.
    Discover,
}

impl Purpose {
    const fn kind(self) -> &'static str {
        match self {
            Self::Register(_) => "register",
            Self::Authenticate(_) => "authenticate",
            Self::Discover => "discover",
        }
    }

    const fn user(self) -> Option<Uuid> {
        match self {
            Self::Register(user) | Self::Authenticate(user) => Some(user),
            Self::Discover => None,
        }
    }
}

/// Keeps a challenge for a browser, and returns its id.
pub async fn keep(
    app: &App,
    browser: &Digest,
    purpose: Purpose,
    state: &impl Serialize,
) -> storage::Result<Uuid> {
    let unreadable = |source| storage::Error::Unreadable { what: "ceremony".to_owned(), source };
    let new = NewCeremony {
        id: app.uuid(),
        browser_hash: browser.bytes(),
        user_id: purpose.user(),
        kind: purpose.kind(),
        state: &serde_json::to_value(state).map_err(unreadable)?,
        expires_at: app.clock.now() + LIFETIME,
    };
    storage::ceremonies::insert(&app.db, &new).await?;
    Ok(new.id)
}

/// What the script sends: the challenge that is answered, and the browser's answer.
#[derive(Deserialize)]
struct Answer<C> {
    ceremony: Uuid,
    credential: C,
}

/// Why an answer is not accepted, for the log; people are told that it was not.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Not what the script sends.
    #[error("unreadable")]
    Unreadable,
    /// Answered before, too late, another browser's or another person's, or never made.
    #[error("no such challenge")]
    NoChallenge,
    /// Not stored, or its person may not sign in.
    #[error("unknown passkey")]
    Unknown,
    /// Not of the person who is asked.
    #[error("another person's passkey")]
    OtherPerson,
    /// It changed while it was looked at.
    #[error("used at the same time")]
    Raced,
    /// The person may not sign in.
    #[error("not allowed")]
    NotAllowed,
    /// Its signature counter did not go forward.
    #[error("the signature counter went back")]
    Cloned,
    /// Not what was asked for.
    #[error("{0:?}")]
    Wrong(WebauthnError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
}

/// An answer, with the state of the challenge that it is for. That challenge is gone afterwards.
pub async fn take<C: DeserializeOwned, S: DeserializeOwned>(
    app: &App,
    browser: &Digest,
    purpose: Purpose,
    answer: &str,
) -> Result<(C, S), Fault> {
    let answer: Answer<C> = serde_json::from_str(answer).map_err(|_| Fault::Unreadable)?;
    let (id, now) = (answer.ceremony, app.clock.now());
    let taken = storage::ceremonies::take(&app.db, id, browser.bytes(), purpose.kind(), now);
    let CeremonyRow { user_id, state } = taken.await?.ok_or(Fault::NoChallenge)?;
    if user_id != purpose.user() {
        return Err(Fault::NoChallenge);
    }
    let state = serde_json::from_value(state).map_err(|_| Fault::NoChallenge)?;
    Ok((answer.credential, state))
}

/// Signs in by a passkey alone, and goes on in the browser of `headers`.
pub async fn sign_in(
    app: &App,
    answer: &str,
    goal: &Goal,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Advanced, Refused> {
    let counters = throttle::nameless(&app.config.sign_in, context.origin.address);
    count(app, &counters, None, context).await?;
    let found = check(app, headers, Purpose::Discover, answer).await;
    let found = match found {
        Ok(used) if !goal.is_for(used.user) => Err((Fault::OtherPerson, None)),
        other => other,
    };
    let Used { user, passkey, factor } = judge(app, found, goal.person, context).await?;
    throttle::forgive(app, &counters).await?;
    let proofs = Proofs::default().with(factor, app.clock.now().unix_timestamp());
    let by = By::Passkey(passkey);
    match attempt::start(app, user, proofs, by, goal, headers, context).await? {
        Some(advanced) => Ok(advanced),
        None => judge(app, Err((Fault::NotAllowed, None)), Some(user), context).await,
    }
}

/// Checks a passkey as a second factor of `user`, and says as which factor it counts.
pub async fn prove(
    app: &App,
    user: Uuid,
    answer: &str,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Factor, Refused> {
    let counters = throttle::codes(app, user, headers);
    let counted = count(app, &counters, Some(user), context).await?;
    let found = check(app, headers, Purpose::Authenticate(user), answer).await;
    match judge(app, found, Some(user), context).await {
        Ok(Used { factor, .. }) => {
            throttle::forgive(app, &counters).await?;
            Ok(factor)
        }
        Err(refused) => {
            watch::failed(app, Some(user), "", Guessed::Code, &counted, context).await?;
            Err(refused)
        }
    }
}

/// Counts an answer before it is looked at.
async fn count(
    app: &App,
    counters: &[Vec<storage::throttles::Counter>],
    user: Option<Uuid>,
    context: &RequestContext,
) -> Result<Counted, Refused> {
    let counted = throttle::count(app, counters).await?;
    let Some(until) = counted.until else { return Ok(counted) };
    let event = Event::new(Kind::SignInThrottled).user(user).detail(json!({ "what": "passkey" }));
    app.audit.record(event, &context.origin).await?;
    watch::failed(app, user, "", Guessed::Code, &counted, context).await?;
    Err(Refused::Throttled(until))
}

/// A passkey that was used.
struct Used {
    user: Uuid,
    passkey: Uuid,
    /// As what it counts.
    factor: Factor,
}

/// The passkey; or what is wrong, and with which one.
type Checked = Result<Used, (Fault, Option<PasskeyRow>)>;

async fn check(app: &App, headers: &HeaderMap, purpose: Purpose, answer: &str) -> Checked {
    let nameless = |fault| (fault, None);
    let browser = Browser::of(app, headers).digest;
    let (answer, state): (PublicKeyCredential, AuthenticationState) =
        take(app, &browser, purpose, answer).await.map_err(nameless)?;
    let found = storage::passkeys::find(&app.db, answer.get_credential_id()).await;
    let row = found.map_err(|error| nameless(error.into()))?.ok_or((Fault::Unknown, None))?;
    match verify(app, purpose, &row, &answer, &state).await {
        Ok(factor) => Ok(Used { user: row.user_id, passkey: row.id, factor }),
        Err(fault) => Err((fault, Some(row))),
    }
}

/// Holds an answer against the passkey that it names, and notes its use.
async fn verify(
    app: &App,
    purpose: Purpose,
    row: &PasskeyRow,
    answer: &PublicKeyCredential,
    state: &AuthenticationState,
) -> Result<Factor, Fault> {
    let owner = answer.get_user_unique_id();
    let fits = match purpose {
        // WebAuthn Level 3 §7.2 step 6: who was not known before is named by the answer.
        Purpose::Discover => owner == Some(row.user_id.as_bytes()),
        Purpose::Authenticate(user) | Purpose::Register(user) => {
            user == row.user_id && owner.is_none_or(|owner| owner == user.as_bytes())
        }
    };
    if !fits {
        return Err(Fault::OtherPerson);
    }
    let unreadable =
        |source| storage::Error::Unreadable { what: format!("passkey {}", row.id), source };
    let credential: Credential =
        serde_json::from_value(row.credential.clone()).map_err(unreadable)?;
    let result = RelyingParty::of(&app.config.server.issuer)
        .authenticated(answer, state, &credential)
        .map_err(|error| match error {
            WebauthnError::CredentialPossibleCompromise => Fault::Cloned,
            other => Fault::Wrong(other),
        })?;
    let new: Value = serde_json::to_value(after(credential, &result)).map_err(unreadable)?;
    let alone = purpose == Purpose::Discover;
    let now = app.clock.now();
    if !storage::passkeys::used(&app.db, row.id, &row.credential, &new, alone, now).await? {
        return Err(Fault::Raced);
    }
    Ok(if result.user_verified() { Factor::Passkey } else { Factor::SecurityKey })
}

/// Records what is wrong with an answer.
async fn judge<T>(
    app: &App,
    checked: Result<T, (Fault, Option<PasskeyRow>)>,
    user: Option<Uuid>,
    context: &RequestContext,
) -> Result<T, Refused> {
    let (fault, row) = match checked {
        Ok(right) => return Ok(right),
        Err((Fault::Storage(error), _)) => return Err(error.into()),
        Err(wrong) => wrong,
    };
    let kind = match fault {
        Fault::Cloned => Kind::PasskeyCloned,
        _ => Kind::SignInFailed,
    };
    let user = user.or(row.as_ref().map(|row| row.user_id));
    let passkey = row.map(|row| row.id);
    let why = fault.to_string();
    let detail = json!({ "what": "passkey", "passkey": passkey, "why": why });
    app.audit.record(Event::new(kind).user(user).detail(detail), &context.origin).await?;
    if let (Kind::PasskeyCloned, Some(user)) = (kind, user) {
        watch::tell(app, user, &News::PasskeyCloned, context).await?;
    }
    Err(Refused::Wrong)
}
