//! When a page cannot be shown: our own error page, with a request id that the log has too.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::{
    RequestContext,
    pages::{self, ErrorPage, Freedom, LinkView},
    words::text,
};
use crate::storage;

/// Why a page cannot be shown.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    title: String,
    message: String,
    details: Option<String>,
    back: Option<Box<LinkView>>,
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem with these words.
    #[must_use]
    pub fn new(status: StatusCode, title: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            title: title.into(),
            message: message.into(),
            details: None,
            back: None,
            retry_after: None,
        }
    }

    /// Too much is going on.
    #[must_use]
    pub fn busy(seconds: u64) -> Self {
        let mut problem = Self::unavailable(text("problem-busy"));
        problem.retry_after = Some(seconds);
        problem
    }

    /// The server cannot answer now, and probably can soon.
    #[must_use]
    pub fn unavailable(message: impl Into<String>) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let mut problem = Self::new(status, text("problem-wait"), message);
        problem.retry_after = Some(1);
        problem
    }

    /// The page was made for another session, or too long ago.
    #[must_use]
    pub fn stale(back: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, text("problem-stale"), text("problem-stale-message"))
            .back(back, text("try-again"))
    }

    /// Something is wrong here, and not with what the person did. The log has what.
    #[must_use]
    pub fn ours() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, text("problem-ours"), text("problem-ours-message"))
    }

    /// After how many seconds it is worth another try.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Something for developers.
    #[must_use]
    pub fn details(mut self, details: impl Into<String>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// A way on.
    #[must_use]
    pub fn back(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.back = Some(Box::new(LinkView { href: href.into(), label: label.into() }));
        self
    }

    /// The page.
    #[must_use]
    pub fn respond(self, context: &RequestContext) -> Response {
        let page = ErrorPage::new(
            self.status.as_u16(),
            self.title,
            self.message,
            context.request_id().to_owned(),
            self.details,
            self.back.map(|back| *back),
        );
        let mut response = pages::respond(self.status, &page, &Freedom::Usual);
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<storage::Error> for Problem {
    fn from(error: storage::Error) -> Self {
        if let storage::Error::Unavailable(_) = error {
            tracing::warn!(%error, "storage is unavailable");
            return Self::unavailable(text("problem-database"));
        }
        tracing::error!(%error, "storage failed");
        Self::ours()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.respond(&RequestContext::default())
    }
}
