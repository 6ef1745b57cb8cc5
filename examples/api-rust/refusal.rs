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
    /// There is no token. RFC 6750 §3.1: then there is no error in the challenge either.
    pub fn missing(&self) -> Refusal {
        let mut refusal =
            Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", "an access token is needed");
        refusal.challenge = Some(self.challenge(&[]));
        refusal
    }

    /// There is one that is no good here. Why is not said: whoever made it up is not helped.
    pub fn invalid_token(&self) -> Refusal {
        let description = "the access token is not valid here";
        self.because(StatusCode::UNAUTHORIZED, "invalid_token", description, &[])
    }

    /// It lacks a scope.
    pub fn insufficient_scope(&self, scope: &str) -> Refusal {
        let description = "the access token lacks a scope";
        let scope = [("scope", scope)];
        self.because(StatusCode::FORBIDDEN, "insufficient_scope", description, &scope)
    }

    /// The person has to prove once more who they are.
    pub fn insufficient_authentication(&self, step_up: &StepUp) -> Refusal {
        let error = "insufficient_user_authentication";
        let description = "this takes a stronger or more recent sign-in";
        let max_age = step_up.max_age.map(|seconds| seconds.to_string());
        let acr_values = step_up.acr_values.iter().map(|values| ("acr_values", values.as_str()));
        let max_age = max_age.iter().map(|seconds| ("max_age", seconds.as_str()));
        let more: Vec<_> = acr_values.chain(max_age).collect();
        self.because(StatusCode::UNAUTHORIZED, error, description, &more)
    }

    fn because(
        &self,
        status: StatusCode,
        error: &'static str,
        description: &str,
        more: &[(&str, &str)],
    ) -> Refusal {
        let said = [("error", error), ("error_description", description)];
        let challenge = Some(self.challenge(&[&said[..], more].concat()));
        Refusal { challenge, ..Refusal::new(status, error, description) }
    }

    fn challenge(&self, parameters: &[(&str, &str)]) -> String {
        let metadata = [("resource_metadata", self.resource_metadata.as_str())];
        let all = parameters.iter().chain(&metadata);
        // Quotes and backslashes would end a value.
        let written = all.map(|(name, value)| {
            let value = value.replace(['"', '\\'], "");
            format!("{name}=\"{value}\"")
        });
        format!("Bearer {}", written.collect::<Vec<_>>().join(", "))
    }
}

impl Refusal {
    fn new(status: StatusCode, error: &'static str, description: &str) -> Self {
        Self { status, error, description: description.to_owned(), challenge: None }
    }

    /// A policy does not permit it, and another token would not help.
    pub fn denied(reason: Option<&str>) -> Self {
        let description = reason.unwrap_or("you may not do this");
        Self::new(StatusCode::FORBIDDEN, "access_denied", description)
    }

    /// There is no such thing.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is no such order")
    }
}

/// What cannot be checked is refused.
impl From<Unavailable> for Refusal {
    fn from(problem: Unavailable) -> Self {
        tracing::error!(%problem, "Signet could not be asked");
        let description = "access cannot be checked at the moment";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", description)
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
