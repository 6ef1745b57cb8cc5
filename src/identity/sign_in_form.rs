//! The sign-in form, and what comes of it. A failed attempt leads back to the form's own page by a redirect, so that
//! reloading it or going back to it sends nothing again (RFC 9700 §4.12); a short-lived cookie carries what was wrong.

use std::time::Duration;

use axum::response::Response;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::{
    attempt::{Advanced, Goal},
    forgot, local,
    pages::{Browser, see_other, with_cookies},
    passkeys, registration,
    second_factor::Refused,
    sign_in::{self, Refusal},
};
use crate::{
    app::App,
    web::{
        RequestContext,
        cookies::Cookie,
        pages::{self, ClientView, Freedom, SignIn, SignInWays, UserView},
        params::Params,
        problem::Problem,
    },
};

/// How long a browser has to show what was wrong.
const NOTICE_AGE: Duration = Duration::from_mins(1);
/// As much of what was typed as is filled in again, in characters.
const IDENTIFIER: usize = 320;

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
    /// Who is to prove themself again.
    pub account: Option<UserView>,
    /// What else is to be known.
    pub notice: Option<String>,
    /// Whether another account than that will do as well.
    pub switch: bool,
    /// Whether there is a way back to the client.
    pub cancel: bool,
    /// What it may do beyond the usual.
    pub freedom: Freedom,
}

/// What was wrong with the last attempt.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Notice {
    problem: Mistake,
    identifier: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Mistake {
    Incomplete,
    Wrong,
    Passkey,
    /// Until this second since 1970.
    Throttled(i64),
}

impl SignInForm {
    /// The form, with what was wrong with the last attempt.
    #[must_use]
    pub fn show(mut self, app: &App, headers: &HeaderMap, browser: Browser) -> Response {
        let csrf = browser.csrf(app);
        let notice = app.cookies().get(headers, Cookie::Notice).and_then(Notice::read);
        let Some(Notice { problem, identifier }) = notice else {
            return browser.remember(self.page(app, csrf, StatusCode::OK, None));
        };
        self.identifier = identifier;
        let now = app.clock.now().unix_timestamp();
        let mut page = self.page(app, csrf, problem.status(), Some(problem.message(now)));
        if let Mistake::Throttled(until) = problem {
            let seconds = HeaderValue::from(until.saturating_sub(now).max(1));
            page.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        browser.remember(with_cookies(page, [app.cookies().remove(Cookie::Notice)]))
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
        let identifier = params.get("identifier").unwrap_or_default();
        if let Some(answer) = params.get("passkey") {
            let problem = match passkeys::sign_in(app, answer, goal, headers, context).await {
                Ok(advanced) => return Ok(Ok(advanced)),
                Err(Refused::Wrong) => Mistake::Passkey,
                Err(Refused::Throttled(until)) => Mistake::Throttled(until.unix_timestamp()),
                Err(Refused::Problem(problem)) => return Err(problem),
            };
            return Ok(Err(self.again(app, problem, identifier)));
        }
        let password = params.get("password").unwrap_or_default();
        if identifier.trim().is_empty() || password.is_empty() {
            return Ok(Err(self.again(app, Mistake::Incomplete, identifier)));
        }
        match sign_in::sign_in(app, identifier, password, goal, headers, context).await {
            Ok(advanced) => Ok(Ok(advanced)),
            Err(Refusal::Wrong) => Ok(Err(self.again(app, Mistake::Wrong, identifier))),
            Err(Refusal::Throttled(until)) => {
                let problem = Mistake::Throttled(until.unix_timestamp());
                Ok(Err(self.again(app, problem, identifier)))
            }
            Err(Refusal::Busy(seconds)) => Err(Problem::busy(seconds).back(self.page, "Try again")),
            Err(Refusal::Storage(error)) => Err(error.into()),
        }
    }

    fn again(&self, app: &App, problem: Mistake, identifier: &str) -> Response {
        let identifier = identifier.chars().take(IDENTIFIER).collect();
        let notice = Notice { problem, identifier }.write();
        let cookie = app.cookies().set(Cookie::Notice, &notice, Some(NOTICE_AGE));
        with_cookies(see_other(&self.page), [cookie])
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

    fn page(self, app: &App, csrf: String, status: StatusCode, error: Option<String>) -> Response {
        let ways = self.ways(app);
        let Self { client, action, identifier, account, notice, freedom, .. } = self;
        let page = SignIn::new(client, action, csrf, identifier, error, notice, account, ways);
        pages::respond(status, &page, &freedom.with_script())
    }
}

impl Notice {
    fn write(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn read(text: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

impl Mistake {
    const fn status(self) -> StatusCode {
        match self {
            Self::Incomplete | Self::Wrong | Self::Passkey => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn message(self, now: i64) -> String {
        match self {
            Self::Incomplete => "Enter your e-mail or user name, and your password.".to_owned(),
            Self::Wrong => "That e-mail, user name or password is not right.".to_owned(),
            Self::Passkey => {
                "That passkey did not work here. Try again, or sign in with your password."
                    .to_owned()
            }
            Self::Throttled(until) => {
                let minutes = until.saturating_sub(now).max(1).unsigned_abs().div_ceil(60);
                let unit = if minutes == 1 { "minute" } else { "minutes" };
                format!(
                    "There were too many attempts. Try again in {minutes} {unit}, or from a browser in which you \
                     signed in before."
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_and_nothing_breaks_the_reader(text in "\\PC{0,80}", until: i64) {
            let _ = Notice::read(&text);
            let notice = Notice { problem: Mistake::Throttled(until), identifier: text };
            prop_assert_eq!(Notice::read(&notice.write()), Some(notice));
        }
    }
}
