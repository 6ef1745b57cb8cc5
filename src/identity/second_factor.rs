//! The second step of a sign-in: a one-time password, a passkey or a recovery code, or setting the former up where it is demanded.

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    response::Response,
};
use http::HeaderMap;
use serde_json::json;
use uuid::Uuid;

use super::{
    asked::Asked,
    attempt::{Advanced, Attempt, path},
    instead::Instead,
    notice::{Notice, minutes},
    pages::{read_post, see_other, with_cookies},
    passkeys,
    proof::Factor,
    recovery_codes,
    requirement::Step,
    throttle,
    totp::{self, Enrolment, TotpError},
    watch::{self, Guessed, News},
};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    clock::Timestamp,
    storage::{self, disowning},
    tokens::digest::Digest,
    web::{
        RequestContext, csrf,
        pages::{self, Freedom, UserView, page},
        params::Params,
        problem::Problem,
        words,
    },
};

page! {
    /// Asks for a second factor.
    Verify("verify.html") {
        /// Who is signing in.
        user: UserView,
        /// Where the form goes.
        action: &'static str,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<String>,
        /// What is asked for.
        asked: Asked,
        /// What else there is.
        others: Vec<Asked>,
        /// Whether there are passkeys.
        passkeys: bool,
    }
}

page! {
    /// Sets an authenticator up.
    Enrol("enrol.html") {
        /// For whom.
        user: UserView,
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<String>,
        /// What to scan or type.
        enrolment: Enrolment,
        /// Whether it is demanded, so that there is no way round it.
        demanded: bool,
    }
}

/// Why a code was not accepted.
#[derive(Debug)]
pub enum Refused {
    /// It is wrong, was used, or is no code.
    Wrong,
    /// Too many were: until then.
    Throttled(Timestamp),
    /// Something failed.
    Problem(Problem),
}

impl From<storage::Error> for Refused {
    fn from(error: storage::Error) -> Self {
        Self::Problem(error.into())
    }
}

impl From<TotpError> for Refused {
    fn from(error: TotpError) -> Self {
        match error {
            TotpError::Storage(error) => error.into(),
            TotpError::Sealed(error) => {
                tracing::error!(%error, "the secret of an authenticator does not open");
                Self::Problem(Problem::ours())
            }
        }
    }
}

impl Refused {
    /// Leads back to the page, which says what was wrong: the message called `wrong`, or that there were too many.
    pub fn lead_back(self, app: &App, page: &str, wrong: &str) -> Result<Response, Problem> {
        match self {
            Self::Problem(problem) => Err(problem),
            Self::Wrong => Ok(Notice::wrong(words::text(wrong)).lead_back(app, page)),
            Self::Throttled(until) => {
                let words = words::with("codes-throttled", &[("count", minutes(app, until))]);
                Ok(Notice::throttled(words, until).lead_back(app, page))
            }
        }
    }

    /// The page that says so, where it is not about what was typed.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        match self {
            Self::Problem(problem) => problem,
            Self::Wrong | Self::Throttled(_) => Problem::busy(1),
        }
    }
}

/// What kind of code was typed.
#[derive(Clone, Copy, Debug)]
pub enum Code<'a> {
    /// Of an authenticator.
    Totp,
    /// Of an authenticator that is being set up, in the session or sign-in with this digest.
    Enrolling(&'a Digest),
    /// A recovery code.
    Recovery,
}

/// Checks a code of this person and uses it up. Attempts are counted before it is looked at, and given back if it is
/// right.
pub async fn check(
    app: &App,
    user: Uuid,
    kind: Code<'_>,
    code: &str,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<(), Refused> {
    let counters = throttle::codes(app, user, headers);
    let counted = throttle::count(app, &counters).await?;
    if let Some(until) = counted.until {
        let event = Event::new(Kind::SignInThrottled).user(user).detail(json!({ "what": "code" }));
        app.audit.record(event, &context.origin).await?;
        watch::failed(app, Some(user), "", Guessed::Code, &counted, context).await?;
        return Err(Refused::Throttled(until));
    }
    let right = match kind {
        Code::Totp => totp::verify(app, user, code, None).await?,
        Code::Enrolling(drawer) => totp::verify(app, user, code, Some(drawer)).await?,
        Code::Recovery => match recovery_codes::spend(app, user, code).await? {
            Some(left) => {
                let event =
                    Event::new(Kind::RecoveryCodeUsed).user(user).detail(json!({ "left": left }));
                app.audit.record(event, &context.origin).await?;
                watch::tell(app, user, &News::RecoveryCodeUsed(left), context).await?;
                true
            }
            None => false,
        },
    };
    if !right {
        let event = Event::new(Kind::SignInFailed).user(user).detail(json!({ "what": "code" }));
        app.audit.record(event, &context.origin).await?;
        watch::failed(app, Some(user), "", Guessed::Code, &counted, context).await?;
        return Err(Refused::Wrong);
    }
    throttle::forgive(app, &counters).await?;
    Ok(())
}

/// Someone without a sign-in that is going on: it took too long, or goes on elsewhere.
fn begin_again() -> Response {
    see_other("/sign-in")
}

pub(super) fn view(attempt: &Attempt) -> UserView {
    UserView {
        name: attempt.row.name.clone().unwrap_or_default(),
        login: attempt.row.email.clone(),
    }
}

pub(super) fn lead_on(advanced: Option<Advanced>) -> Response {
    match advanced {
        Some(advanced) => with_cookies(see_other(&advanced.to), advanced.cookies),
        None => begin_again(),
    }
}

/// The sign-in of this browser, if `step` is the one it is at; where it goes on, if not.
pub(super) async fn at(
    app: &App,
    headers: &HeaderMap,
    context: &RequestContext,
    step: Step,
) -> Result<(Attempt, storage::factors::Standing), Instead> {
    let Some(attempt) = Attempt::current(app, headers).await? else {
        return Err(Instead::elsewhere(begin_again()));
    };
    match attempt.step(app).await? {
        Some((current, standing)) if current == step => Ok((attempt, standing)),
        Some(_) => {
            let advanced = attempt.proceed(app, headers, context).await?;
            Err(Instead::elsewhere(lead_on(advanced)))
        }
        None => Err(Instead::elsewhere(begin_again())),
    }
}

/// `GET /sign-in/verify`.
pub async fn show_verify(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let (attempt, standing) = at(&app, &headers, &context, Step::Second).await?;
        let name = query.as_deref().and_then(|query| query.strip_prefix("with="));
        let asked = Asked::among(&Asked::ways(&standing), name);
        let notice = Notice::of(&app, &headers, &verify_path(asked));
        let page = verify_page(&app, &attempt, &standing, asked, &notice);
        Ok(notice.finish(&app, page))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// The page that asks for this.
fn verify_path(asked: Asked) -> String {
    format!("{}?with={}", path::VERIFY, asked.name())
}

fn verify_page(
    app: &App,
    attempt: &Attempt,
    standing: &storage::factors::Standing,
    asked: Asked,
    notice: &Notice,
) -> Response {
    let others = Asked::ways(standing).into_iter().filter(|way| *way != asked).collect();
    let page = Verify::new(
        view(attempt),
        path::VERIFY,
        csrf::token(&app.secrets.pages, &attempt.digest),
        notice.error.clone(),
        asked,
        others,
        standing.passkeys,
    );
    let freedom = if standing.passkeys { Freedom::Script } else { Freedom::Usual };
    pages::respond(notice.status(), &page, &freedom)
}

/// `POST /sign-in/verify`.
pub async fn verify(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let (attempt, standing) = at(&app, &headers, &context, Step::Second).await?;
        let params = read_post(&app, &headers, &body, &attempt.digest, path::VERIFY)?;
        // The page that is shown, from which a passkey may come all the same.
        let asked = Asked::among(&Asked::ways(&standing), params.get("kind"));
        let wrong = match (params.get("passkey"), asked) {
            (Some(_), _) | (None, Asked::Passkey) => "verify-passkey-wrong",
            (None, Asked::RecoveryCode) => "verify-recovery-code-wrong",
            (None, Asked::Totp) => "verify-totp-wrong",
        };
        match second(&app, attempt.row.user_id, asked, &params, &headers, &context).await {
            Ok(factor) => Ok(lead_on(attempt.prove(&app, factor, &headers, &context).await?)),
            Err(refused) => Ok(refused.lead_back(&app, &verify_path(asked), wrong)?),
        }
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// Checks what was sent as a second factor, and says which one it is.
async fn second(
    app: &App,
    user: Uuid,
    asked: Asked,
    params: &Params,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Factor, Refused> {
    if let Some(answer) = params.get("passkey") {
        return passkeys::prove(app, user, answer, headers, context).await;
    }
    let code = params.get("code").unwrap_or_default();
    match asked {
        // Its form sends nothing but a passkey.
        Asked::Passkey => Err(Refused::Wrong),
        Asked::Totp => {
            check(app, user, Code::Totp, code, headers, context).await?;
            Ok(Factor::Totp)
        }
        Asked::RecoveryCode => {
            check(app, user, Code::Recovery, code, headers, context).await?;
            Ok(Factor::RecoveryCode)
        }
    }
}

/// `GET /sign-in/enrol`.
pub async fn show_enrol(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let (attempt, _) = at(&app, &headers, &context, Step::Enrol).await?;
        let notice = Notice::of(&app, &headers, path::ENROL);
        let page = enrol_page(&app, &attempt, &notice).await?;
        Ok(notice.finish(&app, page))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

async fn enrol_page(app: &App, attempt: &Attempt, notice: &Notice) -> Result<Response, Problem> {
    let row = &attempt.row;
    let enrolment = match totp::enrol(app, row.user_id, &row.email, &attempt.digest).await {
        Ok(Some(enrolment)) => enrolment,
        Ok(None) => return Ok(see_other(path::VERIFY)),
        Err(error) => return Err(Refused::from(error).into_problem()),
    };
    let error = notice.error.clone();
    let csrf = csrf::token(&app.secrets.pages, &attempt.digest);
    let page = Enrol::new(view(attempt), path::ENROL.to_owned(), csrf, error, enrolment, true);
    Ok(pages::respond(notice.status(), &page, &Freedom::Usual))
}

/// `POST /sign-in/enrol`.
pub async fn enrol(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let (attempt, _) = at(&app, &headers, &context, Step::Enrol).await?;
        let params = read_post(&app, &headers, &body, &attempt.digest, path::ENROL)?;
        let user = attempt.row.user_id;
        match confirm(&app, user, &attempt.digest, &params, &headers, &context).await {
            Ok(codes) => {
                let to = super::account::codes_page(&attempt.row.return_to);
                let shown = super::account::show_once(&app, user, &codes);
                let advanced = attempt.prove(&app, Factor::Totp, &headers, &context).await?;
                Ok(match advanced {
                    Some(advanced) if advanced.done => {
                        with_cookies(with_cookies(see_other(&to), advanced.cookies), [shown])
                    }
                    other => lead_on(other),
                })
            }
            Err(refused) => Ok(refused.lead_back(&app, path::ENROL, WRONG)?),
        }
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// The message about a code that does not fit while an authenticator is set up.
pub const WRONG: &str = "enrol-wrong";

/// Confirms the authenticator that is being set up in the session or sign-in with this digest, and makes the recovery codes that go with it.
pub async fn confirm(
    app: &App,
    user: Uuid,
    drawer: &Digest,
    params: &Params,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Vec<String>, Refused> {
    let code = params.get("code").unwrap_or_default();
    check(app, user, Code::Enrolling(drawer), code, headers, context).await?;
    let event = Event::new(Kind::FactorAdded).user(user).detail(json!({ "factor": "totp" }));
    app.audit.record(event, &context.origin).await?;
    let codes = recovery_codes::renew(app, user).await?;
    // None if it was removed meanwhile, which its person is told of.
    if let Some(since) = storage::disowning::authenticator_since(&app.db, user).await? {
        let factor = disowning::Factor::Authenticator(since);
        watch::tell_added(app, user, disowning::Added { factor, codes: true }, context).await?;
    }
    Ok(codes)
}
