//! Requests that are not answered (`AuthZEN` § Error Responses): a status, and a message as plain text.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::{
    oauth::{self, Code, bearer},
    storage,
};

/// Why a request is not answered.
#[derive(Debug)]
pub enum Refusal {
    /// It cannot be understood.
    Malformed(String),
    /// Whoever asks has no token that opens this (RFC 6750 §3).
    Caller(bearer::Refusal),
    /// The fault is Signet's.
    Failed(oauth::Error),
}

impl From<bearer::Refusal> for Refusal {
    fn from(refusal: bearer::Refusal) -> Self {
        Self::Caller(refusal)
    }
}

impl From<storage::Error> for Refusal {
    fn from(error: storage::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (message, response) = match self {
            Self::Malformed(message) => (message, StatusCode::BAD_REQUEST.into_response()),
            Self::Caller(refusal) => (said(&refusal), refusal.into_response()),
            Self::Failed(error) => (error.description.to_string(), error.into_response()),
        };
        // The status and headers, with another body.
        let (mut head, _) = response.into_parts();
        head.headers.remove(header::CONTENT_LENGTH);
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        head.headers.insert(header::CONTENT_TYPE, text);
        head.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Response::from_parts(head, message.into())
    }
}

fn said(refusal: &bearer::Refusal) -> String {
    match refusal {
        bearer::Refusal::Missing => "an access token is needed".to_owned(),
        bearer::Refusal::Invalid(error) => error.description.to_string(),
    }
}

/// `insufficient_scope`.
pub fn lacks(scope: &str) -> Refusal {
    let description = format!("the scope {scope} is needed");
    Refusal::Caller(oauth::Error::new(Code::InsufficientScope, description).into())
}
