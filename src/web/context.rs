//! What is known of a request beside its content.

use axum::extract::FromRequestParts;
use http::{header, request::Parts};

use crate::audit::Origin;

/// The longest `User-Agent` that is kept.
const USER_AGENT: usize = 512;

/// From where a request came and what it is called in the log.
#[derive(Clone, Debug, Default)]
pub struct RequestContext {
    /// The client's address and the request's id.
    pub origin: Origin,
    /// The browser's own words about itself.
    pub user_agent: Option<String>,
}

impl RequestContext {
    /// The request's id.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.origin.request_id.as_deref().unwrap_or_default()
    }
}

impl<S: Sync> FromRequestParts<S> for RequestContext {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let origin = parts.extensions.get::<Origin>().cloned().unwrap_or_default();
        let user_agent = parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(|text| text.chars().take(USER_AGENT).collect());
        Ok(Self { origin, user_agent })
    }
}
