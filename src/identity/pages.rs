//! Signet's own pages: home, sign-in, sign-out. Sign-in on behalf of a client is in `oauth::authorize`, with this
//! form.

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{
    session::{self, Current},
    sign_in::{self, Refusal, SignedIn},
};
use crate::{
    app::{App, AppState},
    clock::Timestamp,
    tokens::{digest::Digest, secret::BrowserSecret},
    web::{
        RequestContext,
        cookies::Cookie,
        csrf,
        pages::{self, ClientView, Freedom, Home, SignIn, SignOut, SignedOut, UserView},
        params::Params,
        problem::Problem,
    },
};

/// The browser that a page is shown to: its secret's digest, and the cookie to set if it is new.
pub struct Browser {
    /// What pages before sign-in, and authorization requests, are bound to.
    pub digest: Digest,
    cookie: Option<HeaderValue>,
}

impl Browser {
    /// The browser of a request, or a new one.
    #[must_use]
    pub fn of(app: &App, headers: &HeaderMap) -> Self {
        if let Some(secret) = session::browser(app, headers) {
            return Self { digest: secret.digest(), cookie: None };
        }
        let secret = BrowserSecret::draw(&app.entropy);
        let age = Some(super::device::MAX_AGE);
        let cookie = app.cookies().set(Cookie::Browser, &secret.expose(), age);
        Self { digest: secret.digest(), cookie: Some(cookie) }
    }

    /// The page token for this browser.
    #[must_use]
    pub fn csrf(&self, app: &App) -> String {
        csrf::token(&app.secrets.pages, &self.digest)
    }

    /// Sets the browser's cookie if it is new.
    #[must_use]
    pub fn remember(self, mut response: Response) -> Response {
        if let Some(cookie) = self.cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// Refuses a form post that does not come from one of our pages, shown to whoever holds the secret with this digest.
pub fn check_post(
    app: &App,
    headers: &HeaderMap,
    params: &Params,
    bound_to: &Digest,
    back: &str,
) -> Result<(), Problem> {
    let same_origin = csrf::is_same_origin(headers, &app.config.server.issuer.origin());
    let token = params.get("csrf").unwrap_or_default();
    if same_origin && csrf::is_valid(&app.secrets.pages, bound_to, token) {
        return Ok(());
    }
    Err(Problem::stale(back))
}

/// Reads a form, or says what is wrong with it.
pub fn read_form(body: &[u8]) -> Result<Params, Problem> {
    Params::parse_unique(body).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, "This form could not be read", "Please try again.")
            .details(error.to_string())
    })
}

/// The sign-in page, and what comes of it, apart from where it is shown.
pub struct SignInForm {
    /// For which client.
    pub client: Option<ClientView>,
    /// Where the form goes.
    pub action: String,
    /// What is filled in.
    pub identifier: String,
    /// Who is to prove themself again.
    pub account: Option<UserView>,
    /// Whether there is a way back to the client.
    pub cancel: bool,
    /// What it may do beyond the usual.
    pub freedom: Freedom,
}

impl SignInForm {
    /// The form.
    #[must_use]
    pub fn show(self, app: &App, browser: Browser) -> Response {
        let csrf = browser.csrf(app);
        browser.remember(self.page(csrf, StatusCode::OK, None))
    }

    /// Signs in with what was typed, or shows the form again with what was wrong.
    pub async fn submit(
        mut self,
        app: &App,
        params: &Params,
        headers: &HeaderMap,
        context: &RequestContext,
        browser: &Browser,
    ) -> Result<Result<SignedIn, Response>, Problem> {
        let identifier = params.get("identifier").unwrap_or_default();
        let password = params.get("password").unwrap_or_default();
        identifier.clone_into(&mut self.identifier);
        let csrf = browser.csrf(app);
        if identifier.trim().is_empty() || password.is_empty() {
            let message = "Enter your e-mail or user name, and your password.";
            return Ok(Err(self.page(
                csrf,
                StatusCode::UNPROCESSABLE_ENTITY,
                Some(message.into()),
            )));
        }
        match sign_in::sign_in(app, identifier, password, headers, context).await {
            Ok(signed_in) => Ok(Ok(signed_in)),
            Err(Refusal::Wrong) => {
                let message = "That e-mail, user name or password is not right.";
                Ok(Err(self.page(csrf, StatusCode::UNPROCESSABLE_ENTITY, Some(message.into()))))
            }
            Err(Refusal::Throttled(until)) => {
                let seconds = (until - app.clock.now()).whole_seconds().max(1);
                let message = throttled(until, app.clock.now());
                let mut page = self.page(csrf, StatusCode::TOO_MANY_REQUESTS, Some(message));
                page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                Ok(Err(page))
            }
            Err(Refusal::Busy(seconds)) => {
                Err(Problem::busy(seconds).back(self.action, "Try again"))
            }
            Err(Refusal::Storage(error)) => Err(error.into()),
        }
    }

    fn page(self, csrf: String, status: StatusCode, error: Option<String>) -> Response {
        let Self { client, action, identifier, account, cancel, freedom } = self;
        let page = SignIn::new(client, action, csrf, identifier, error, None, account, cancel);
        pages::respond(status, &page, &freedom)
    }
}

fn throttled(until: Timestamp, now: Timestamp) -> String {
    let minutes = (until - now).whole_seconds().max(1).unsigned_abs().div_ceil(60);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    format!(
        "There were too many attempts. Try again in {minutes} {unit}, or from a browser in which you signed in before."
    )
}

/// `GET /`.
pub async fn home(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    match session::current(&app, &headers).await {
        Ok(current) => {
            let user = current.map(|current| session::view(&current.row));
            let issuer = app.config.server.issuer.as_str().to_owned();
            let page = Home::new(user, issuer, app.demo.is_some());
            pages::respond(StatusCode::OK, &page, &Freedom::Usual)
        }
        Err(error) => Problem::from(error).respond(&context),
    }
}

fn own_form(identifier: String) -> SignInForm {
    SignInForm {
        client: None,
        action: "/sign-in".to_owned(),
        identifier,
        account: None,
        cancel: false,
        freedom: Freedom::Usual,
    }
}

/// `GET /sign-in`.
pub async fn show_sign_in(State(app): State<AppState>, headers: HeaderMap) -> Response {
    own_form(String::new()).show(&app, Browser::of(&app, &headers))
}

/// `POST /sign-in`.
pub async fn post_sign_in(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let params = read_form(&body)?;
        let browser = Browser::of(&app, &headers);
        check_post(&app, &headers, &params, &browser.digest, "/sign-in")?;
        let form = own_form(String::new());
        Ok(match form.submit(&app, &params, &headers, &context, &browser).await? {
            Ok(signed_in) => with_cookies(see_other("/"), signed_in.cookies),
            Err(page) => page,
        })
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// `GET /sign-out`.
pub async fn show_sign_out(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    match session::current(&app, &headers).await {
        Ok(Some(Current { row, digest })) => {
            let csrf = csrf::token(&app.secrets.pages, &digest);
            let page = SignOut::new(session::view(&row), "/sign-out".to_owned(), csrf);
            pages::respond(StatusCode::OK, &page, &Freedom::Usual)
        }
        Ok(None) => pages::respond(StatusCode::OK, &SignedOut::new(None), &Freedom::Usual),
        Err(error) => Problem::from(error).respond(&context),
    }
}

/// `POST /sign-out`.
pub async fn post_sign_out(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let params = read_form(&body)?;
        if let Some(Current { row, digest }) = session::current(&app, &headers).await? {
            check_post(&app, &headers, &params, &digest, "/sign-out")?;
            session::end(&app, &row, &context).await?;
        }
        Ok(with_cookies(see_other("/sign-out"), vec![app.cookies().remove(Cookie::Session)]))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// 303, so that whatever was posted is not posted again (RFC 9700 §4.12).
#[must_use]
pub fn see_other(to: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Adds cookies to an answer.
#[must_use]
pub fn with_cookies(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
