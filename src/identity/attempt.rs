//! A sign-in, step by step: what was proven is kept between the steps, and a session begins when nothing is missing.
//!
//! Between the steps there is no session, so that what was proven so far opens nothing. The browser has a cookie for the
//! sign-in alone, and every page of it is bound to that cookie.

mod session;

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use uuid::Uuid;

use self::session::{Proven, begin, stay};
use super::{
    account,
    proof::{Assurance, Factor, Proofs},
    requirement::{self, Enrolled, Mfa, Step},
    session::Current,
};
use crate::{
    app::App,
    storage::{
        self,
        factors::Standing,
        sessions::{By, Password},
        sign_ins::{NewSignIn, SignInRow},
    },
    tokens::{
        digest::Digest,
        handle::{Handle, SignIn},
    },
    web::{RequestContext, cookies::Cookie},
};

/// How long a person has from the first step to the last.
const LIFETIME: Duration = Duration::from_mins(15);

/// Pages that a sign-in leads through.
pub mod path {
    /// Where a second factor is asked for.
    pub const VERIFY: &str = "/sign-in/verify";
    /// Where one is set up that is demanded.
    pub const ENROL: &str = "/sign-in/enrol";
    /// Where a password is replaced that was another's choice.
    pub const PASSWORD: &str = "/sign-in/password";
}

/// What a sign-in is for.
#[derive(Clone, Debug)]
pub struct Goal {
    /// The page of Signet's own that it leads to.
    pub return_to: String,
    /// What is demanded beside what the person's own policy demands.
    pub policies: Vec<Mfa>,
    /// How surely they have to prove who they are at the least.
    pub level: Assurance,
    /// Whose sign-in it has to be, where someone is to confirm that it is them; anyone's, if no one is named.
    pub person: Option<Uuid>,
}

impl Goal {
    /// To a page, with nothing demanded beyond what is usual there.
    #[must_use]
    pub fn page(return_to: &str) -> Self {
        // No policy is about the pages that factors are taken away on.
        let policies =
            account::is_guarded(return_to).then_some(Mfa::WhenEnrolled).into_iter().collect();
        let return_to = return_to.to_owned();
        Self { return_to, policies, level: Assurance::Aal1, person: None }
    }

    /// Whether it may be the sign-in of this person.
    #[must_use]
    pub fn is_for(&self, user: Uuid) -> bool {
        self.person.is_none_or(|person| person == user)
    }
}

/// Where a sign-in goes on, and what the browser has to remember for that.
#[derive(Debug)]
pub struct Advanced {
    /// To be set in the answer.
    pub cookies: Vec<HeaderValue>,
    /// The next page.
    pub to: String,
    /// Whether a session began: nothing is missing.
    pub done: bool,
}

/// A sign-in that is going on.
#[derive(Debug)]
pub struct Attempt {
    /// Its row.
    pub row: SignInRow,
    /// What page tokens are bound to.
    pub digest: Digest,
}

impl Attempt {
    /// The one of this browser.
    pub async fn current(app: &App, headers: &HeaderMap) -> storage::Result<Option<Self>> {
        let cookie = app.cookies().get(headers, Cookie::SignIn);
        let Some(handle) = cookie.and_then(Handle::<SignIn>::parse) else { return Ok(None) };
        let digest = handle.digest();
        let cutoffs = app.cutoffs(app.clock.now());
        let row = storage::sign_ins::find(&app.db, handle.id, digest.bytes(), cutoffs).await?;
        Ok(row.map(|row| Self { row, digest }))
    }

    /// The password that was proven.
    fn password(&self) -> Option<Password> {
        self.row.by_password.then_some(Password { set_at: self.row.password_set_at })
    }

    /// What was proven.
    #[must_use]
    pub fn proofs(&self) -> Proofs {
        read(&self.row.proofs)
    }

    /// Where it is: what comes next, with what the person has. None if the person may no longer sign in.
    pub async fn step(&self, app: &App) -> storage::Result<Option<(Step, Standing)>> {
        let standing =
            storage::factors::standing(&app.db, self.row.user_id, app.clock.now()).await?;
        Ok(standing.map(|standing| {
            let level = self.row.acr.parse().unwrap_or(Assurance::Aal2);
            (next(level, &standing, &self.proofs()), standing)
        }))
    }

    /// Goes on after something more was proven. None if the sign-in is over, or the person may no longer sign in.
    pub async fn prove(
        self,
        app: &App,
        factor: Factor,
        headers: &HeaderMap,
        context: &RequestContext,
    ) -> storage::Result<Option<Advanced>> {
        let proof = write(&Proofs::default().with(factor, app.clock.now().unix_timestamp()));
        let Some(proofs) = storage::sign_ins::prove(&app.db, self.row.id, &proof).await? else {
            return Ok(None);
        };
        let attempt = Self { row: SignInRow { proofs, ..self.row }, ..self };
        attempt.proceed(app, headers, context).await
    }

    /// Goes on to what is missing; to the session, if that is nothing.
    pub async fn proceed(
        self,
        app: &App,
        headers: &HeaderMap,
        context: &RequestContext,
    ) -> storage::Result<Option<Advanced>> {
        let Some((step, standing)) = self.step(app).await? else { return Ok(None) };
        if step != Step::Done {
            let to = page(step).to_owned();
            return Ok(Some(Advanced { cookies: Vec::new(), to, done: false }));
        }
        // Once: two tabs that end the same sign-in begin one session.
        if !storage::sign_ins::delete(&app.db, self.row.id).await? {
            return Ok(None);
        }
        let proven = Proven {
            user: self.row.user_id,
            proofs: self.proofs(),
            by: self.password().map(By::Password),
            session: self.row.session_id,
        };
        let Some(mut cookies) = begin(app, &proven, headers, context).await? else {
            return Ok(None);
        };
        cookies.push(app.cookies().remove(Cookie::SignIn));
        let to = stay(app, proven.user, &standing, self.row.return_to, context).await?;
        Ok(Some(Advanced { cookies, to, done: true }))
    }
}

/// Goes on after the first proof: to the session, or to what is still missing. None if the person may not sign in, or what
/// it was proven `by` is no longer theirs.
pub async fn start(
    app: &App,
    user: Uuid,
    proofs: Proofs,
    by: By,
    goal: &Goal,
    headers: &HeaderMap,
    context: &RequestContext,
) -> storage::Result<Option<Advanced>> {
    let Some(standing) = storage::factors::standing(&app.db, user, app.clock.now()).await? else {
        return Ok(None);
    };
    let proven = Proven { user, proofs, by: Some(by), session: None };
    go_on(app, &proven, &standing, goal, headers, context).await
}

async fn go_on(
    app: &App,
    proven: &Proven,
    standing: &Standing,
    goal: &Goal,
    headers: &HeaderMap,
    context: &RequestContext,
) -> storage::Result<Option<Advanced>> {
    let level = level(app, goal, standing);
    let step = next(level, standing, &proven.proofs);
    if step == Step::Done {
        let Some(cookies) = begin(app, proven, headers, context).await? else {
            return Ok(None);
        };
        let to = stay(app, proven.user, standing, goal.return_to.clone(), context).await?;
        return Ok(Some(Advanced { cookies, to, done: true }));
    }
    let handle = Handle::<SignIn>::draw(app.uuid(), &app.entropy);
    let now = app.clock.now();
    let digest = handle.digest();
    let new = NewSignIn {
        id: handle.id,
        secret_hash: digest.bytes(),
        user_id: proven.user,
        proofs: &write(&proven.proofs),
        acr: level.name(),
        return_to: &goal.return_to,
        password: proven.by.and_then(By::password),
        session: proven.session,
        expires_at: now + LIFETIME,
    };
    if !storage::sign_ins::insert(&app.db, &new, now).await? {
        return Ok(None);
    }
    let cookies = vec![app.cookies().set(Cookie::SignIn, &handle.expose(), Some(LIFETIME))];
    Ok(Some(Advanced { cookies, to: page(step).to_owned(), done: false }))
}

/// Goes on from a session that is there, for which more is asked than was proven in it: what it still has to show
/// for itself counts, so that exactly what is missing is asked for (RFC 9470 §4). None if the person has to prove who they
/// are from the beginning: nothing else is asked of whoever sets a factor up, so what they proved must not be old.
pub async fn strengthen(
    app: &App,
    session: &Current,
    goal: &Goal,
    headers: &HeaderMap,
    context: &RequestContext,
) -> storage::Result<Option<Advanced>> {
    let proofs = read(&session.row.proofs);
    if proofs.assurance().is_none() {
        // Nothing is known of it to build on.
        return Ok(None);
    }
    let user = session.row.user_id;
    let Some(standing) = storage::factors::standing(&app.db, user, app.clock.now()).await? else {
        return Ok(None);
    };
    let step = next(level(app, goal, &standing), &standing, &proofs);
    if step == Step::Enrol && !is_recent(app, &proofs) {
        return Ok(None);
    }
    let proven = Proven { user, proofs, by: None, session: Some(session.row.id) };
    go_on(app, &proven, &standing, goal, headers, context).await
}

/// Whether someone proved who they are so short a while ago that they may change what protects their account.
fn is_recent(app: &App, proofs: &Proofs) -> bool {
    let since = app.clock.now() - app.config.sessions.sensitive_age.0;
    proofs.alone_at().is_some_and(|at| at >= since.unix_timestamp())
}

fn level(app: &App, goal: &Goal, standing: &Standing) -> Assurance {
    let own = standing.mfa.as_deref().and_then(Mfa::of).unwrap_or(app.config.sign_in.mfa);
    let own = if standing.administrator { Mfa::Always } else { own };
    let authority = app.replica.authority();
    let by_roles = authority.roles.mfa(standing.roles.iter().map(String::as_str));
    let policies = goal.policies.iter().copied().chain([own]).chain(by_roles);
    requirement::level(policies, enrolled(standing)).max(goal.level)
}

fn next(level: Assurance, standing: &Standing, proofs: &Proofs) -> Step {
    requirement::next(level, enrolled(standing), standing.password_expired, proofs)
}

fn enrolled(standing: &Standing) -> Enrolled {
    Enrolled {
        password: standing.password,
        totp: standing.totp,
        recovery_codes: standing.recovery_codes > 0,
        passkeys: standing.passkeys,
    }
}

const fn page(step: Step) -> &'static str {
    match step {
        Step::Second => path::VERIFY,
        Step::Enrol => path::ENROL,
        Step::ReplacePassword => path::PASSWORD,
        Step::First | Step::Done => "/sign-in",
    }
}

/// Stored proofs. What this version cannot read was not proven.
#[must_use]
pub fn read(stored: &Value) -> Proofs {
    serde_json::from_value(stored.clone()).unwrap_or_default()
}

/// Proofs as they are stored.
#[must_use]
pub fn write(proofs: &Proofs) -> Value {
    serde_json::to_value(proofs).unwrap_or_else(|_| json!({}))
}
