//! `/account/passkeys`: the passkeys of whoever is signed in. All of it takes a recent proof of who they are.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use http::HeaderMap;
use serde_json::json;
use uuid::Uuid;
use webauthn_rs_core::proto::{Credential, RegisterPublicKeyCredential, RegistrationState};

use super::{
    PAGE,
    ceremony::{Fault, Purpose, take},
    relying_party::{RelyingParty, is_passwordless},
};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    identity::{
        account::{codes_page, posted, recent, show_once},
        instead::Instead,
        notice::Notice,
        pages::{Browser, see_other, with_cookies},
        proof::Factor,
        recovery_codes,
        session::{self, Current},
        watch::{self, FactorKind, News},
    },
    storage::{
        self, disowning,
        passkeys::{Added, NewPasskey, PasskeyRow, Removed},
    },
    web::{
        RequestContext, csrf,
        moment::MomentView,
        pages::{Freedom, UserView, page},
        params::Params,
        problem::Problem,
        words,
    },
};

/// As many a person may have.
const MOST: usize = 20;
/// The longest name, in characters.
const NAME: usize = 64;

/// A passkey as its page shows it.
pub struct PasskeyView {
    /// Its id.
    id: Uuid,
    /// What its person calls it.
    name: String,
    /// The day since when it is there.
    created: MomentView,
    /// The day on which it was last used.
    used: Option<MomentView>,
    /// Whether a copy of it is kept with a provider.
    backed_up: bool,
}

page! {
    /// Shows a person's passkeys.
    Passkeys("passkeys.html") {
        /// Whose.
        user: UserView,
        /// Where the form goes.
        action: &'static str,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<String>,
        /// Those that there are.
        kept: Vec<PasskeyView>,
        /// Whether there may be no more.
        full: bool,
        /// As many as there may be.
        most: usize,
    }
}

/// The page.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route(PAGE, get(show).post(add)).route(&format!("{PAGE}/{{id}}"), post(change))
}

/// `GET /account/passkeys`.
async fn show(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = recent(&app, &headers, PAGE, &context).await?;
        let rows = storage::passkeys::list(&app.db, current.row.user_id).await?;
        let notice = Notice::of(&app, &headers, PAGE);
        let page = Passkeys::new(
            session::view(&current.row),
            PAGE,
            csrf::token(&app.secrets.pages, &current.digest),
            notice.error.clone(),
            rows.iter().map(view).collect(),
            rows.len() >= MOST,
            MOST,
        );
        Ok(notice.respond(&app, &page, &Freedom::Script))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

fn view(row: &PasskeyRow) -> PasskeyView {
    let credential = serde_json::from_value::<Credential>(row.credential.clone());
    PasskeyView {
        id: row.id,
        name: row.name.clone(),
        created: MomentView::day(row.created_at),
        used: row.last_used_at.map(MomentView::day),
        backed_up: credential.is_ok_and(|credential| credential.backup_state),
    }
}

/// `POST /account/passkeys`: stores the passkey that the browser made.
async fn add(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let (current, params) = posted(&app, &headers, &body, PAGE, &context).await?;
        let typed =
            params.get("name").map_or_else(|| words::text("passkeys-usual-name"), str::to_owned);
        let refused = match name(&typed) {
            Some(name) => register(&app, &current, name, &params, &headers, &context).await?.err(),
            None => Some(Wrong::Name),
        };
        match refused {
            None => Ok(first_codes(&app, current.row.user_id).await?),
            Some(wrong) => Ok(Notice::wrong(wrong.words()).lead_back(&app, PAGE)),
        }
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// Why nothing was changed.
enum Wrong {
    /// No name, or not one to keep.
    Name,
    /// The browser's answer.
    Answer,
    /// It is there already.
    Taken,
    /// There are as many as there may be.
    TooMany,
    /// Without it there is no way in.
    LastWayIn,
}

impl Wrong {
    /// In words for the person.
    fn words(&self) -> String {
        match self {
            Self::Name => words::with("passkeys-wrong-name", &[("count", NAME)]),
            Self::Answer => words::text("passkeys-wrong"),
            Self::Taken => words::text("passkeys-taken"),
            Self::TooMany => words::text("passkeys-too-many"),
            Self::LastWayIn => words::text("passkeys-last-way-in"),
        }
    }
}

/// A name as it is kept.
fn name(typed: &str) -> Option<&str> {
    let name = typed.trim();
    let fits = !name.is_empty() && name.chars().count() <= NAME && !name.contains(char::is_control);
    fits.then_some(name)
}

/// Checks and stores a new passkey, or says what is wrong.
async fn register(
    app: &App,
    current: &Current,
    name: &str,
    params: &Params,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Result<(), Wrong>, Problem> {
    let user = current.row.user_id;
    let answer = params.get("passkey").unwrap_or_default();
    let browser = Browser::of(app, headers).digest;
    let credential = match made(app, &browser, user, answer).await {
        Ok(credential) => credential,
        Err(Fault::Storage(error)) => return Err(error.into()),
        Err(fault) => {
            let event = Event::new(Kind::PasskeyRefused).user(user).session(current.row.id);
            let event = event.detail(json!({ "why": fault.to_string() }));
            app.audit.record(event, &context.origin).await?;
            return Ok(Err(Wrong::Answer));
        }
    };
    let unreadable = |source| storage::Error::Unreadable { what: "credential".to_owned(), source };
    let new = NewPasskey {
        id: app.uuid(),
        user_id: user,
        credential_id: &credential.cred_id,
        credential: &serde_json::to_value(&credential).map_err(unreadable)?,
        name,
        passwordless: is_passwordless(&credential),
    };
    let codes = gets_codes(app, user).await?;
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    match storage::passkeys::insert(&app.db, &new, most, app.clock.now()).await? {
        Added::Done => {}
        Added::TooMany => return Ok(Err(Wrong::TooMany)),
        Added::Taken => return Ok(Err(Wrong::Taken)),
    }
    let event = Event::new(Kind::FactorAdded).user(user).session(current.row.id).detail(json!({
        "factor": "passkey",
        "passkey": new.id,
        "user_verified": credential.user_verified,
        "backed_up": credential.backup_state,
    }));
    app.audit.record(event, &context.origin).await?;
    let factor = if credential.user_verified { Factor::Passkey } else { Factor::SecurityKey };
    session::prove(app, current, factor).await?;
    let added = disowning::Added { factor: disowning::Factor::Passkey(new.id), codes };
    watch::tell_added(app, user, added, context).await?;
    Ok(Ok(()))
}

async fn made(
    app: &App,
    browser: &crate::tokens::digest::Digest,
    user: Uuid,
    answer: &str,
) -> Result<Credential, Fault> {
    let (answer, state): (RegisterPublicKeyCredential, RegistrationState) =
        take(app, browser, Purpose::Register(user), answer).await?;
    let party = RelyingParty::of(&app.config.server.issuer);
    party.registered(&answer, &state).map_err(Fault::Wrong)
}

/// Whoever has no other second factor gets recovery codes with their first passkey: a passkey can be lost.
async fn gets_codes(app: &App, user: Uuid) -> storage::Result<bool> {
    let standing = storage::factors::standing(&app.db, user, app.clock.now()).await?;
    Ok(standing.is_some_and(|standing| !standing.totp && standing.recovery_codes == 0))
}

async fn first_codes(app: &App, user: Uuid) -> Result<Response, Problem> {
    if !gets_codes(app, user).await? {
        return Ok(see_other(PAGE));
    }
    let codes = recovery_codes::renew(app, user).await?;
    Ok(with_cookies(see_other(&codes_page(PAGE)), [show_once(app, user, &codes)]))
}

/// `POST /account/passkeys/{id}`: renames or removes one.
async fn change(
    State(app): State<AppState>,
    Path(id): Path<String>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let (current, params) = posted(&app, &headers, &body, PAGE, &context).await?;
        let Ok(id) = Uuid::try_parse(&id) else { return Ok(see_other(PAGE)) };
        let user = current.row.user_id;
        let wrong = if params.get("remove").is_some() {
            remove(&app, &current, id, &context).await?
        } else if let Some(name) = name(params.get("name").unwrap_or_default()) {
            storage::passkeys::rename(&app.db, user, id, name).await?;
            None
        } else {
            Some(Wrong::Name)
        };
        Ok(match wrong {
            None => see_other(PAGE),
            Some(wrong) => Notice::wrong(wrong.words()).lead_back(&app, PAGE),
        })
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

async fn remove(
    app: &App,
    current: &Current,
    id: Uuid,
    context: &RequestContext,
) -> Result<Option<Wrong>, Problem> {
    let user = current.row.user_id;
    match storage::passkeys::delete(&app.db, user, id).await? {
        Removed::Done => {
            let detail = json!({ "factor": "passkey", "passkey": id });
            let event = Event::new(Kind::FactorRemoved).user(user).session(current.row.id);
            app.audit.record(event.detail(detail), &context.origin).await?;
            watch::tell(app, user, &News::FactorRemoved(FactorKind::Passkey), context).await?;
            Ok(None)
        }
        Removed::LastWayIn => Ok(Some(Wrong::LastWayIn)),
        // Removed before, in another tab.
        Removed::Unknown => Ok(None),
    }
}
