//! Bearer tokens in requests (RFC 6750): where they may be, and the challenge when something is wrong with one.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};

use super::{Code, Error, token::no_store};
use crate::web::params::Params;

/// Why a protected resource refuses a request.
#[derive(Debug)]
pub enum Refusal {
    /// There is no token: the challenge says nothing more (RFC 6750 §3.1).
    Missing,
    /// Something is wrong with it.
    Invalid(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Invalid(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (challenge, mut response) = match self {
            Self::Missing => (challenge(None), http::StatusCode::UNAUTHORIZED.into_response()),
            Self::Invalid(error) => (challenge(Some(&error)), error.into_response()),
        };
        if let Some(challenge) = challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        no_store(response)
    }
}

/// What a request without a good token is told (§3). None cannot be: descriptions hold neither quotes nor anything but visible
/// ASCII.
#[must_use]
pub fn challenge(error: Option<&Error>) -> Option<HeaderValue> {
    let text = match error {
        None => "Bearer realm=\"signet\"".to_owned(),
        Some(Error { code, description, .. }) => {
            let code = code.name();
            format!(
                "Bearer realm=\"signet\", error=\"{code}\", error_description=\"{description}\""
            )
        }
    };
    HeaderValue::from_str(&text).ok()
}

/// The token of a request: in the `Authorization` header (§2.1) or in a form-encoded body (§2.2), never in the query
/// (RFC 9700 §4.3.2) and never in two places.
pub fn token(headers: &HeaderMap, form: Option<&Params>) -> Result<String, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let in_header = values.next();
    let in_body = form.and_then(|params| params.get("access_token"));
    if values.next().is_some() || (in_header.is_some() && in_body.is_some()) {
        return Err(Error::invalid_request("there is more than one token").into());
    }
    if let Some(token) = in_body {
        return Ok(token.to_owned());
    }
    let value = in_header.ok_or(Refusal::Missing)?;
    let malformed = || Error::invalid_request("Authorization is not Bearer as RFC 6750 writes it");
    let text = value.to_str().map_err(|_| malformed())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(Refusal::Missing);
    }
    if token.is_empty() || token.contains(' ') {
        return Err(malformed().into());
    }
    Ok(token.to_owned())
}

/// `invalid_token`.
#[must_use]
pub fn invalid() -> Refusal {
    Error::new(Code::InvalidToken, "the token is malformed, has ended or was revoked").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_in_one_place() {
        let with = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            headers
        };
        let body = Params::parse(b"access_token=b").expect("fine");
        assert_eq!(token(&with(&["bearer a"]), None).expect("there"), "a");
        assert_eq!(token(&with(&[]), Some(&body)).expect("there"), "b");
        assert!(matches!(token(&with(&[]), None), Err(Refusal::Missing)));
        assert!(matches!(token(&with(&["Basic a"]), None), Err(Refusal::Missing)));
        for bad in [
            with(&["Bearer a", "Bearer a"]),
            with(&["Bearer "]),
            with(&["Bearer a b"]),
            with(&["Bearer"]),
        ] {
            assert!(matches!(token(&bad, None), Err(Refusal::Invalid(_))));
        }
        assert!(matches!(token(&with(&["Bearer a"]), Some(&body)), Err(Refusal::Invalid(_))));
    }
}
