//! What was wrong with the form that was just submitted. The answer to a form leads back to its page by a redirect, so that
//! no page in the history sends anything again; a sealed cookie carries what was wrong, for a minute and for that page.

use std::time::Duration;

use askama::Template;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::pages::{see_other, with_cookies};
use crate::{
    app::App,
    clock::Timestamp,
    web::{
        cookies::Cookie,
        pages::{self, Freedom},
        params::Params,
    },
};

/// How long a browser has to show it.
const AGE: Duration = Duration::from_mins(1);
/// What it is sealed for.
const PLACE: &str = "notice";
/// As much of what was typed as is filled in again, in characters.
const TYPED: usize = 320;
/// The longest form that is filled in again, in bytes: a cookie has 4096 (RFC 6265 §6.1), sealed and in base64.
const FORM: usize = 1600;

/// How many minutes it is until then, at least one.
#[must_use]
pub fn minutes(app: &App, until: Timestamp) -> usize {
    let now = app.clock.now().unix_timestamp();
    let seconds = until.unix_timestamp().saturating_sub(now).max(1).unsigned_abs();
    usize::try_from(seconds.div_ceil(60)).unwrap_or(usize::MAX)
}

/// What was wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The page that it is for.
    page: String,
    /// The status that the attempt deserves, which its page is answered with, for those who watch statuses.
    status: u16,
    /// In words for the person.
    pub error: Option<String>,
    /// The second since 1970 from which on it is worth trying again.
    until: Option<i64>,
    /// What is filled in again: one field, or a form.
    pub typed: String,
    /// The field that it is about, where a page has several.
    pub field: String,
}

impl Notice {
    /// Something was wrong with what was entered.
    #[must_use]
    pub fn wrong(error: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY.as_u16();
        Self { status, error: Some(error.into()), ..Self::default() }
    }

    /// There were too many attempts.
    #[must_use]
    pub fn throttled(error: impl Into<String>, until: Timestamp) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS.as_u16();
        let until = Some(until.unix_timestamp());
        Self { status, error: Some(error.into()), until, ..Self::default() }
    }

    /// With what is filled in again.
    #[must_use]
    pub fn typed(mut self, text: &str) -> Self {
        self.typed = text.chars().take(TYPED).collect();
        self
    }

    /// About this field.
    #[must_use]
    pub fn about(mut self, field: &str) -> Self {
        field.clone_into(&mut self.field);
        self
    }

    /// With a form that is filled in again, unless it has more in it than a cookie holds.
    #[must_use]
    pub fn filled(mut self, form: &Params) -> Self {
        self.typed = Some(form.encode()).filter(|form| form.len() <= FORM).unwrap_or_default();
        self
    }

    /// The form that is filled in again.
    #[must_use]
    pub fn form(&self) -> Params {
        Params::parse(self.typed.as_bytes()).unwrap_or_default()
    }

    /// Leads back to a page that shows it.
    #[must_use]
    pub fn lead_back(mut self, app: &App, page: &str) -> Response {
        page.clone_into(&mut self.page);
        let json = serde_json::to_vec(&self).unwrap_or_default();
        let value = app.keys.master().seal_text(PLACE, &json);
        let cookie = app.cookies().set(Cookie::Notice, &value, Some(AGE));
        with_cookies(see_other(page), [cookie])
    }

    /// What this page has to show; nothing wrong, if there is nothing.
    #[must_use]
    pub fn of(app: &App, headers: &HeaderMap, page: &str) -> Self {
        let open = || {
            let sealed = app.cookies().get(headers, Cookie::Notice)?;
            let json = app.keys.master().open_text(PLACE, sealed)?;
            serde_json::from_slice::<Self>(&json).ok().filter(|notice| notice.page == page)
        };
        open().unwrap_or_default()
    }

    /// Its page's answer.
    #[must_use]
    pub fn respond(self, app: &App, page: &impl Template, freedom: &Freedom) -> Response {
        let response = pages::respond(self.status(), page, freedom);
        self.finish(app, response)
    }

    /// The status of its page.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK)
    }

    /// Adds what belongs to it to its page's answer, and sees that it is shown once.
    #[must_use]
    pub fn finish(self, app: &App, mut response: Response) -> Response {
        if self.error.is_none() {
            return response;
        }
        if let Some(until) = self.until {
            let seconds = until.saturating_sub(app.clock.now().unix_timestamp()).max(1);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        with_cookies(response, [app.cookies().remove(Cookie::Notice)])
    }
}
