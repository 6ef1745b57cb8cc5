//! ID tokens (OpenID Connect Core §2, RFC 7519 §4.1).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::digest::Digest;

/// The claims of an ID token. Times are seconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IdClaims {
    /// Signet's issuer identifier.
    pub iss: String,
    /// The user's id.
    pub sub: String,
    /// The client.
    pub aud: String,
    /// When it ends.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// When the person proved who they are.
    pub auth_time: i64,
    /// What the client sent along, to tie the token to its own session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How surely the person proved it.
    pub acr: String,
    /// By which means (RFC 8176).
    pub amr: Vec<String>,
    /// The browser session (OpenID Connect Front-Channel Logout §3).
    pub sid: String,
    /// Half the hash of the access token issued along with it.
    pub at_hash: String,
    /// Claims about the person that the request asked for by name (OpenID Connect Core §5.5).
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

/// `at_hash` (OpenID Connect Core §3.1.3.6) of ID tokens signed with ES256 or RS256, whose hash is SHA-256.
#[must_use]
pub fn at_hash(access_token: &str) -> String {
    let digest = Digest::of(access_token.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(&digest.bytes()[..16])
}

/// `at_hash` of ID tokens signed with Ed25519, whose own hash is SHA-512.
#[must_use]
pub fn at_hash_ed25519(access_token: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA512, access_token.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(&digest.as_ref()[..32])
}

#[cfg(test)]
mod tests {
    #[test]
    fn at_hash_is_the_one_of_the_specification() {
        // OpenID Connect Core, appendix A.3.
        assert_eq!(
            super::at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
    }

    #[test]
    fn at_hash_of_ed25519_is_half_of_sha512() {
        // The same token; SHA-512 is the hash of Ed25519 (RFC 8032 §5.1).
        assert_eq!(
            super::at_hash_ed25519("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM"
        );
    }
}
