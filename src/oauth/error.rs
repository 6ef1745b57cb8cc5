//! Errors by their registered names, and the JSON form of RFC 6749 §5.2.

use std::borrow::Cow;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{registry::scope::NotAScope, storage, web::params::ParamsError};

/// An error code of the "OAuth Extensions Error" registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidRequest,
    /// RFC 6749 §5.2.
    InvalidClient,
    /// RFC 6749 §5.2.
    InvalidGrant,
    /// RFC 6749 §4.1.2.1, §5.2.
    UnauthorizedClient,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidScope,
    /// RFC 6749 §4.1.2.1.
    AccessDenied,
    /// RFC 6749 §4.1.2.1.
    ServerError,
    /// RFC 6749 §4.1.2.1.
    TemporarilyUnavailable,
    /// RFC 8707 §2.
    InvalidTarget,
    /// RFC 6750 §3.1.
    InvalidToken,
    /// RFC 6750 §3.1.
    InsufficientScope,
    /// OpenID Connect Core §3.1.2.6.
    LoginRequired,
    /// OpenID Connect Core §3.1.2.6.
    ConsentRequired,
    /// OpenID Connect Core Error Code `unmet_authentication_requirements` §2.
    UnmetAuthenticationRequirements,
    /// OpenID Connect Core §3.1.2.6.
    RequestNotSupported,
    /// OpenID Connect Core §3.1.2.6.
    RequestUriNotSupported,
    /// OpenID Connect Core §3.1.2.6.
    RegistrationNotSupported,
    /// OpenID Connect Core §3.1.2.6, RFC 9101 §6.
    InvalidRequestObject,
    /// OpenID Connect Core §3.1.2.6, RFC 9101 §6.
    InvalidRequestUri,
    /// RFC 7591 §3.2.2.
    InvalidRedirectUri,
    /// RFC 7591 §3.2.2.
    InvalidClientMetadata,
    /// RFC 7591 §3.2.2.
    InvalidSoftwareStatement,
    /// RFC 7591 §3.2.2.
    UnapprovedSoftwareStatement,
}

impl Code {
    /// The registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidSoftwareStatement => "invalid_software_statement",
            Self::UnapprovedSoftwareStatement => "unapproved_software_statement",
        }
    }

    /// The status of an answer given to the client itself.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidClient | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// An error of the protocol: a code, and a sentence for the developer who reads it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", code.name())]
pub struct Error {
    /// The code.
    pub code: Code,
    /// Printable ASCII without quotes and backslashes (RFC 6749 §4.1.2.1), nothing internal.
    pub description: Cow<'static, str>,
}

impl Error {
    /// An error with its sentence.
    #[must_use]
    pub fn new(code: Code, description: impl Into<Cow<'static, str>>) -> Self {
        let mut description = description.into();
        let fine = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        if !description.chars().all(fine) {
            description = description.chars().map(|c| if fine(c) { c } else { '\'' }).collect();
        }
        Self { code, description }
    }

    /// `invalid_request`.
    #[must_use]
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidRequest, description)
    }

    /// `invalid_client`.
    #[must_use]
    pub fn invalid_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidClient, description)
    }

    /// `invalid_grant`.
    #[must_use]
    pub fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidGrant, description)
    }

    /// `invalid_scope`.
    #[must_use]
    pub fn invalid_scope(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidScope, description)
    }

    /// `invalid_target`.
    #[must_use]
    pub fn invalid_target(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidTarget, description)
    }

    /// The server is at fault; the log says how.
    #[must_use]
    pub fn server_error() -> Self {
        Self::new(Code::ServerError, "something went wrong here; the log has the request id")
    }
}

impl From<ParamsError> for Error {
    fn from(error: ParamsError) -> Self {
        Self::invalid_request(error.to_string())
    }
}

impl From<NotAScope> for Error {
    fn from(error: NotAScope) -> Self {
        Self::invalid_scope(error.to_string())
    }
}

impl From<storage::Error> for Error {
    fn from(error: storage::Error) -> Self {
        if let storage::Error::Unavailable(_) = error {
            tracing::warn!(%error, "storage is unavailable");
            return Self::new(Code::TemporarilyUnavailable, "try again in a moment");
        }
        tracing::error!(%error, "storage failed");
        Self::server_error()
    }
}

#[derive(Serialize)]
struct Body<'a> {
    error: Code,
    error_description: &'a str,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = Body { error: self.code, error_description: &self.description };
        let mut response = (self.code.status(), Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.code {
            // RFC 6749 §5.2, RFC 9110 §11.6.1.
            Code::InvalidClient => {
                let challenge =
                    HeaderValue::from_static("Basic realm=\"signet\", charset=\"UTF-8\"");
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
            Code::TemporarilyUnavailable => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}
