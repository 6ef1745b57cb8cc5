//! What is answered when a request is refused: challenges as RFC 6750 §3, RFC 9470 §3 and RFC 9728 §5.1 have them.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::signet::{StepUp, Unavailable};

/// A request that is refused.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: String,
    challenge: Option<String>,
}

/// Makes challenges. Each says where clients learn what the API takes.
pub struct Challenges {
    /// The URL of the protected resource metadata.
    pub resource_metadata: String,
}

impl Challenges {
    /// There is no token. RFC 6750 §3.1: then no error either.
    pub fn missing(&self) -> Refusal {
        let challenge = format!("Bearer resource_metadata=\"{}\"", self.resource_metadata);
        let description = "an access token is needed".to_owned();
        let challenge = Some(challenge);
        Refusal { status: StatusCode::UNAUTHORIZED, error: "unauthorized", description, challenge }
    }

    /// There is one that is no good here. Why is not said: whoever made it up is not helped.
    pub fn invalid_token(&self) -> Refusal {
        let description = "the access token is not valid here";
        self.because(StatusCode::UNAUTHORIZED, "invalid_token", description, &[])
    }

    /// It lacks a scope.
    pub fn insufficient_scope(&self, scope: &str) -> Refusal {
        let description = "the access token lacks a scope";
        let scope = [("scope", scope.to_owned())];
        self.because(StatusCode::FORBIDDEN, "insufficient_scope", description, &scope)
    }

    /// The person has to prove once more who they are.
    pub fn insufficient_authentication(&self, step_up: &StepUp) -> Refusal {
        let description = "this takes a stronger or more recent sign-in";
        let acr_values = step_up.acr_values.clone().map(|values| ("acr_values", values));
        let max_age = step_up.max_age.map(|seconds| ("max_age", seconds.to_string()));
        let more: Vec<_> = acr_values.into_iter().chain(max_age).collect();
        let error = "insufficient_user_authentication";
        self.because(StatusCode::UNAUTHORIZED, error, description, &more)
    }

    fn because(
        &self,
        status: StatusCode,
        error: &'static str,
        description: &str,
        more: &[(&str, String)],
    ) -> Refusal {
        let mut challenge =
            format!("Bearer error=\"{error}\", error_description=\"{description}\"");
        let metadata = ("resource_metadata", self.resource_metadata.clone());
        for (name, value) in more.iter().chain([&metadata]) {
            // Quotes and backslashes would end the value.
            let value = value.replace(['"', '\\'], "");
            challenge.push_str(&format!(", {name}=\"{value}\""));
        }
        let (description, challenge) = (description.to_owned(), Some(challenge));
        Refusal { status, error, description, challenge }
    }
}

impl Refusal {
    /// A policy does not permit it, and another token would not help.
    pub fn denied(reason: Option<String>) -> Self {
        let description = reason.unwrap_or_else(|| "you may not do this".to_owned());
        Self { status: StatusCode::FORBIDDEN, error: "access_denied", description, challenge: None }
    }

    /// There is no such thing.
    pub fn not_found() -> Self {
        let description = "there is no such order".to_owned();
        Self { status: StatusCode::NOT_FOUND, error: "not_found", description, challenge: None }
    }
}

/// What cannot be checked is refused.
impl From<Unavailable> for Refusal {
    fn from(problem: Unavailable) -> Self {
        tracing::error!(%problem, "Signet could not be asked");
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let description = "access cannot be checked at the moment".to_owned();
        Self { status, error: "temporarily_unavailable", description, challenge: None }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
