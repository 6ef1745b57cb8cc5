//! Making an account: the address first, then, by the link that was sent there, a name and a password. So no account is
//! there before its address is proven, and whoever enters an address does not learn whether it has one.

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    response::Response,
    routing::get,
};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{
    attempt::{self, Goal},
    forgot,
    links::{self, Opened, Purpose},
    local,
    mail::{self, letters},
    notice::Notice,
    notices,
    pages::{Browser, read_post, see_other, with_cookies},
    passwords::{self, Person},
    proof::{Factor, Proofs},
    text,
};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    config::RegistrationMode,
    storage::{
        self,
        accounts::NewPassword,
        sessions::{By, Password},
        users::NewUser,
    },
    web::{
        RequestContext,
        pages::{Freedom, page},
        params::Params,
        problem::Problem,
        words::{self, Fill},
    },
};

/// Where one begins.
pub const PATH: &str = "/register";
/// The longest name, in characters.
const NAME: usize = 100;

page! {
    /// Asks for an e-mail address.
    Register("register.html") {
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<String>,
        /// What was typed.
        email: String,
        /// Domains that it has to be of, if not any will do.
        domains: String,
    }
}

page! {
    /// Asks for a name and a password.
    NewAccount("new_account.html") {
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<String>,
        /// The proven address.
        email: String,
        /// What was typed.
        name: String,
    }
}

/// The pages.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(PATH, get(show).post(request))
        .route(Purpose::Register.page(), get(show_account).post(make_account))
}

/// Whether everyone may.
#[must_use]
pub fn is_open(app: &App) -> bool {
    app.mail.is_on() && app.config.registration.mode == RegistrationMode::Open
}

fn require_open(app: &App) -> Result<(), Problem> {
    if is_open(app) {
        return Ok(());
    }
    Err(closed())
}

fn closed() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        words::text("register-closed"),
        words::text("register-closed-message"),
    )
    .back("/sign-in", words::text("to-sign-in"))
}

/// The first page's own address, with the page that it leads to.
fn own(query: Option<&str>) -> String {
    local::next(query).map_or_else(|| PATH.to_owned(), |next| local::with_next(PATH, &next))
}

/// `GET /register`.
async fn show(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    if let Err(problem) = require_open(&app) {
        return problem.respond(&context);
    }
    let (action, browser) = (own(query.as_deref()), Browser::of(&app, &headers));
    let notice = Notice::of(&app, &headers, &action);
    let (error, typed) = (notice.error.clone(), notice.typed.clone());
    let page = Register::new(action, browser.csrf(&app), error, typed, domains(&app));
    browser.remember(notice.respond(&app, &page, &Freedom::Usual))
}

/// The domains that addresses have to be of, if not any will do.
fn domains(app: &App) -> String {
    app.config.registration.allowed_domains.join(", ")
}

/// The address that was typed, if it may register.
fn allowed(app: &App, typed: &str) -> Result<String, String> {
    let email = mail::check_address(typed)?;
    let registration = &app.config.registration;
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    if registration.allows(domain) {
        return Ok(email);
    }
    let (count, domains) = (registration.allowed_domains.len(), domains(app));
    Err(words::with(
        "register-wrong-domain",
        &[("count", Fill::from(count)), ("domains", domains.into())],
    ))
}

/// `POST /register`: the same work and the same answer, be there an account or not.
async fn request(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        require_open(&app)?;
        let browser = Browser::of(&app, &headers);
        let params = read_post(&app, &headers, &body, &browser.digest, PATH)?;
        let typed = params.get("email").unwrap_or_default();
        let email = match allowed(&app, typed) {
            Ok(email) => email,
            Err(wrong) => {
                let notice = Notice::wrong(wrong).typed(typed);
                return Ok(notice.lead_back(&app, &own(query.as_deref())));
            }
        };
        let key = text::identifier_key(&email);
        if let Some(notice) = mail::count_request(&app, &key, &context).await? {
            return Ok(notice.typed(typed).lead_back(&app, &own(query.as_deref())));
        }
        let there = storage::users::find(&app.db, &key).await?;
        let next = local::next(query.as_deref()).unwrap_or_else(|| "/".to_owned());
        let detail = json!({ "email": email, "next": links::destination(&next, &browser) });
        let purpose = Purpose::Register;
        let link = links::draw(&app, purpose, None, &detail, purpose.lifetime()).await?;
        let product = app.mail.product();
        let letter = mail::write(there.as_ref(), || {
            if there.is_some() {
                let issuer = &app.config.server.issuer;
                let (sign_in, forgot) = (issuer.join("/sign-in"), issuer.join(forgot::PATH));
                letters::already_registered(product, &sign_in, &forgot)
            } else {
                letters::register(product, &link)
            }
        });
        mail::send(&app, Some(&email), &letter).await?;
        Ok(see_other(notices::REGISTER))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// The link of a request, and what it stands for: while accounts are made at all, or whoever was invited may.
pub(super) async fn opened(app: &App, query: Option<&str>) -> Result<(Opened, Value), Problem> {
    let opened = Opened::read(Purpose::Register, query)?;
    let detail = opened.look(app).await?.detail;
    let may = match app.config.registration.mode {
        RegistrationMode::Off => false,
        RegistrationMode::Invited => detail["invited"] == true,
        RegistrationMode::Open => true,
    };
    if may { Ok((opened, detail)) } else { Err(closed()) }
}

fn email_of(detail: &Value) -> String {
    detail["email"].as_str().unwrap_or_default().to_owned()
}

/// `GET /register/account`.
async fn show_account(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    match opened(&app, query.as_deref()).await {
        Ok((opened, detail)) => {
            let browser = Browser::of(&app, &headers);
            let notice = Notice::of(&app, &headers, &opened.path);
            let (csrf, email) = (browser.csrf(&app), email_of(&detail));
            let (error, name) = (notice.error.clone(), notice.typed.clone());
            let page = NewAccount::new(opened.path, csrf, error, email, name);
            browser.remember(notice.respond(&app, &page, &Freedom::Script))
        }
        Err(problem) => problem.respond(&context),
    }
}

/// A name that was typed, without space around it.
fn name(params: &Params) -> Result<&str, String> {
    let name = params.get("name").unwrap_or_default().trim();
    if name.is_empty() {
        return Err(words::text("new-account-name-missing"));
    }
    if name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(words::with("new-account-name-wrong", &[("count", NAME)]));
    }
    Ok(name)
}

/// What is known of whoever makes an account, with the name that they typed.
pub(super) fn person(detail: &Value, params: &Params) -> Person {
    let name = params.get("name").map(|name| name.trim().chars().take(NAME).collect());
    Person { email: email_of(detail), username: None, name }
}

/// The name and the hashed password that were chosen, or what is wrong with them.
async fn choices<'a>(
    app: &AppState,
    params: &'a Params,
    detail: &Value,
) -> Result<Result<(&'a str, String), String>, Problem> {
    let name = match name(params) {
        Ok(name) => name,
        Err(wrong) => return Ok(Err(wrong)),
    };
    let person = person(detail, params);
    let password = params.get("password").unwrap_or_default();
    let hashed = match passwords::accept(app, password, person).await {
        Ok(password) => passwords::hash(app, None, password).await,
        Err(refused) => Err(refused),
    };
    match hashed {
        Ok(phc) => Ok(Ok((name, phc))),
        Err(refused) => Ok(Err(refused.explain()?)),
    }
}

/// `POST /register/account`: makes the account, and signs in.
async fn make_account(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let (opened, detail) = opened(&app, query.as_deref()).await?;
        let browser = Browser::of(&app, &headers);
        let params = read_post(&app, &headers, &body, &browser.digest, &opened.path)?;
        let email = email_of(&detail);
        let (name, phc) = match choices(&app, &params, &detail).await? {
            Ok(choices) => choices,
            Err(wrong) => {
                let typed = params.get("name").unwrap_or_default();
                let notice = Notice::wrong(wrong).typed(typed);
                return Ok(notice.lead_back(&app, &opened.path));
            }
        };
        let (id, email_key) = (app.uuid(), text::identifier_key(&email));
        let user = NewUser {
            id,
            email: &email,
            email_key: &email_key,
            email_verified: true,
            username: None,
            username_key: None,
            name: Some(name),
        };
        let new = NewPassword { id: app.uuid(), phc: &phc };
        let now = app.clock.now();
        match storage::accounts::register(&app.db, opened.presented(), &user, new, now).await {
            Ok(true) => {}
            Ok(false) => return Err(links::over(opened.purpose)),
            Err(storage::Error::Duplicate(_)) => return Err(there_is_one()),
            Err(error) => return Err(error.into()),
        }
        let event = Event::new(Kind::UserRegistered).user(id);
        let event = event.detail(json!({ "invited": detail["invited"] == true }));
        app.audit.record(event, &context.origin).await?;
        let goal = Goal::page(links::arrive(&detail, &browser));
        let proofs = Proofs::default().with(Factor::Password, now.unix_timestamp());
        let by = By::Password(Password { set_at: None });
        let advanced = attempt::start(&app, id, proofs, by, &goal, &headers, &context).await?;
        Ok(match advanced {
            Some(advanced) => with_cookies(see_other(&advanced.to), advanced.cookies),
            None => see_other("/sign-in"),
        })
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// Said only to whoever proved that the address is theirs.
fn there_is_one() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        words::text("new-account-there"),
        words::text("new-account-there-message"),
    )
    .back("/sign-in", words::text("to-sign-in"))
}
