//! The sign-in form, and what comes of it. A failed attempt leads back to the form's own page by a redirect, so that
//! reloading it or going back to it sends nothing again (RFC 9700 §4.12); a short-lived cookie carries what was wrong.

use axum::response::Response;
use http::HeaderMap;

use super::{
    attempt::{Advanced, Goal},
    forgot, local,
    notice::{Notice, wait},
    pages::Browser,
    passkeys, registration,
    second_factor::Refused,
    session::{self, Current},
    sign_in::{self, Refusal},
};
use crate::{
    app::App,
    clock::Timestamp,
    web::{
        RequestContext,
        pages::{ClientView, Freedom, SignIn, SignInWays},
        params::Params,
        problem::Problem,
    },
};

const INCOMPLETE: &str = "Enter your e-mail or user name, and your password.";
const WRONG: &str = "That e-mail, user name or password is not right.";
const WRONG_PASSKEY: &str =
    "That passkey did not work here. Try again, or sign in with your password.";

/// The sign-in form, apart from where it is shown.
pub struct SignInForm {
    /// For which client.
    pub client: Option<ClientView>,
    /// Its page.
    pub page: String,
    /// Where the form goes.
    pub action: String,
    /// What is filled in.
    pub identifier: String,
    /// Whose session it is that is to be confirmed: no one else's sign-in will do.
    pub account: Option<Current>,
    /// What else is to be known.
    pub notice: Option<String>,
    /// Whether another account than that will do as well.
    pub switch: bool,
    /// Whether there is a way back to the client.
    pub cancel: bool,
    /// What it may do beyond the usual.
    pub freedom: Freedom,
}

impl SignInForm {
    /// The form, with what was wrong with the last attempt.
    #[must_use]
    pub fn show(mut self, app: &App, headers: &HeaderMap, browser: Browser) -> Response {
        let notice = Notice::of(app, headers, &self.page);
        if notice.error.is_some() {
            self.identifier.clone_from(&notice.typed);
        }
        let ways = self.ways(app);
        let Self { client, action, identifier, account, notice: also, freedom, .. } = self;
        let (csrf, error) = (browser.csrf(app), notice.error.clone());
        let account = account.map(|current| session::view(&current.row));
        let page = SignIn::new(client, action, csrf, identifier, error, also, account, ways);
        browser.remember(notice.respond(app, &page, &freedom.with_script()))
    }

    /// Signs in with what was typed or with a passkey, or leads back to the form.
    pub async fn submit(
        self,
        app: &App,
        params: &Params,
        headers: &HeaderMap,
        goal: &Goal,
        context: &RequestContext,
    ) -> Result<Result<Advanced, Response>, Problem> {
        let person = self.account.as_ref().map(|current| current.row.user_id);
        let goal = &Goal { person, ..goal.clone() };
        let identifier = params.get("identifier").unwrap_or_default();
        let password = params.get("password").unwrap_or_default();
        let notice = if let Some(answer) = params.get("passkey") {
            match passkeys::sign_in(app, answer, goal, headers, context).await {
                Ok(advanced) => return Ok(Ok(advanced)),
                Err(Refused::Wrong) => Notice::wrong(WRONG_PASSKEY),
                Err(Refused::Throttled(until)) => throttled(app, until),
                Err(Refused::Problem(problem)) => return Err(problem),
            }
        } else if identifier.trim().is_empty() || password.is_empty() {
            Notice::wrong(INCOMPLETE)
        } else {
            match sign_in::sign_in(app, identifier, password, goal, headers, context).await {
                Ok(advanced) => return Ok(Ok(advanced)),
                Err(Refusal::Wrong) => Notice::wrong(WRONG),
                Err(Refusal::Throttled(until)) => throttled(app, until),
                Err(Refusal::Busy(seconds)) => {
                    return Err(Problem::busy(seconds).back(self.page, "Try again"));
                }
                Err(Refusal::Storage(error)) => return Err(error.into()),
            }
        };
        Ok(Err(notice.typed(identifier).lead_back(app, &self.page)))
    }

    /// What can be done instead, with the page that this one leads to.
    fn ways(&self, app: &App) -> SignInWays {
        let (page, query) = self.page.split_once('?').unwrap_or((&self.page, ""));
        let next = local::next(Some(query)).or_else(|| local::page(page).map(str::to_owned));
        let to = |path: &str| match &next {
            Some(next) => local::with_next(path, next),
            None => path.to_owned(),
        };
        SignInWays {
            switch: self.switch,
            cancel: self.cancel,
            forgot: app.mail.is_on().then(|| to(forgot::PATH)),
            // Whoever is to prove themself again has an account.
            register: (registration::is_open(app) && self.account.is_none())
                .then(|| to(registration::PATH)),
        }
    }
}

fn throttled(app: &App, until: Timestamp) -> Notice {
    let wait = wait(app, until);
    let words = format!(
        "There were too many attempts. Try again in {wait}, or from a browser in which you signed in before."
    );
    Notice::throttled(words, until)
}
