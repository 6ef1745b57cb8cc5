//! Signet's own pages: home, sign-in, sign-out. Sign-in on behalf of a client is in `oauth::authorize`, with this
//! form.

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{
    attempt::Goal,
    ended::Ended,
    local,
    session::{self, Current},
    sign_in_form::SignInForm,
};
use crate::{
    app::{App, AppState},
    tokens::{digest::Digest, secret::BrowserSecret},
    web::{
        RequestContext,
        cookies::Cookie,
        csrf,
        pages::{self, Freedom, Home, SignOut, SignedOut},
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
    pub fn remember(self, response: Response) -> Response {
        with_cookies(response, self.cookie)
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
    check_origin(app, headers, back)?;
    let token = params.get("csrf").unwrap_or_default();
    if csrf::is_valid(&app.secrets.pages, bound_to, token) {
        return Ok(());
    }
    Err(Problem::stale(back))
}

/// Refuses a form post that the browser says comes from elsewhere.
pub fn check_origin(app: &App, headers: &HeaderMap, back: &str) -> Result<(), Problem> {
    if csrf::is_same_origin(headers, &app.config.server.issuer.origin()) {
        return Ok(());
    }
    Err(Problem::stale(back))
}

/// Reads a form that was posted from its page, shown to whoever holds the secret with this digest.
pub fn read_post(
    app: &App,
    headers: &HeaderMap,
    body: &[u8],
    bound_to: &Digest,
    back: &str,
) -> Result<Params, Problem> {
    let params = read_form(body)?;
    check_post(app, headers, &params, bound_to, back)?;
    Ok(params)
}

/// Reads a form, or says what is wrong with it.
pub fn read_form(body: &[u8]) -> Result<Params, Problem> {
    Params::parse_unique(body).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, "This form could not be read", "Please try again.")
            .details(error.to_string())
    })
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

/// The form for Signet's own pages, with the page that it leads to. Whoever is signed in is to prove who they are again.
fn own_form(next: Option<&str>, session: Option<Current>) -> SignInForm {
    let page =
        next.map_or_else(|| "/sign-in".to_owned(), |next| local::with_next("/sign-in", next));
    SignInForm {
        client: None,
        action: page.clone(),
        page,
        identifier: String::new(),
        account: session,
        notice: None,
        switch: false,
        cancel: false,
        freedom: Freedom::Usual,
    }
}

/// `GET /sign-in`.
pub async fn show_sign_in(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let next = local::next(query.as_deref());
    // Without a page that it leads to, anyone may sign in, whoever is signed in.
    let session = match &next {
        Some(_) => session::current(&app, &headers).await,
        None => Ok(None),
    };
    match session {
        Ok(session) => {
            let form = own_form(next.as_deref(), session);
            form.show(&app, &headers, Browser::of(&app, &headers))
        }
        Err(error) => Problem::from(error).respond(&context),
    }
}

/// `POST /sign-in`.
pub async fn post_sign_in(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let browser = Browser::of(&app, &headers);
        let params = read_post(&app, &headers, &body, &browser.digest, "/sign-in")?;
        let next = local::next(query.as_deref());
        let goal = Goal::page(next.as_deref().unwrap_or("/"));
        let session = match &next {
            Some(_) => session::current(&app, &headers).await?,
            None => None,
        };
        let form = own_form(next.as_deref(), session);
        Ok(match form.submit(&app, &params, &headers, &goal, &context).await? {
            Ok(advanced) => with_cookies(see_other(&advanced.to), advanced.cookies),
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
        Ok(None) => pages::respond(StatusCode::OK, &SignedOut::new(), &Freedom::Usual),
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
        // Also without a session: other sites' posts come without the cookie, but what the answer sets is kept.
        check_origin(&app, &headers, "/sign-out")?;
        let over = session::forget(&app, &headers);
        let Some(Current { row, digest }) = session::current(&app, &headers).await? else {
            return Ok(with_cookies(see_other("/sign-out"), over));
        };
        check_post(&app, &headers, &params, &digest, "/sign-out")?;
        session::end(&app, &row, &context).await?;
        Ok(with_cookies(Ended::session(row.id).lead_on(&app, &headers), over))
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
pub fn with_cookies(
    mut response: Response,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
