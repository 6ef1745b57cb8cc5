//! What a client says of its authorization requests (OpenID Connect Registration §2, RFC 9101 §10.5).

use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    client::{AuthMethod, Metadata},
    client_keys::SigningAlg,
};
use crate::{keys::encryption::EncryptionAlg, tokens::jwe::ContentAlg};

/// The longest URL of a request (OpenID Connect Core §6.2), in bytes.
pub const LONGEST_URI: usize = 512;
/// The most of them.
const MOST_URIS: usize = 50;

/// What a client's request objects are signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RequestAlg {
    /// With this algorithm.
    By(SigningAlg),
    /// Not at all.
    Unsigned(Unsigned),
}

/// Anyone can have written it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unsigned {
    /// RFC 7518 §3.6.
    #[serde(rename = "none")]
    None,
}

impl RequestAlg {
    /// The registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::By(alg) => alg.name(),
            Self::Unsigned(_) => "none",
        }
    }

    /// The one of that name, if it is offered.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == "none" {
            return Some(Self::Unsigned(Unsigned::None));
        }
        SigningAlg::named(name).map(Self::By)
    }
}

/// The part of a client's metadata that this file is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestMetadata {
    /// Where its requests may be fetched from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// The one algorithm of its request objects; any that goes with its keys or its secret if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<RequestAlg>,
    /// How the content's key of its request objects reaches us. With it, no request object is taken that is not encrypted so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_encryption_alg: Option<EncryptionAlg>,
    /// How their content is encrypted; the default of OpenID Connect Registration §2 if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_encryption_enc: Option<ContentAlg>,
    /// It makes no request but by a request object that it signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_signed_request_object: bool,
}

impl RequestMetadata {
    /// Whether a request may be fetched from there. The fragment tells versions of it apart, and is not part of the address
    /// (OpenID Connect Core §6.2).
    #[must_use]
    pub fn has_uri(&self, presented: &str) -> bool {
        let address = |uri: &str| uri.split('#').next().unwrap_or_default().to_owned();
        self.request_uris.iter().any(|own| address(own) == address(presented))
    }

    /// Checks it beside the rest.
    pub fn validate(&self, metadata: &Metadata) -> Result<(), String> {
        if self.request_uris.len() > MOST_URIS {
            return Err(format!("request_uris has more than {MOST_URIS} items"));
        }
        // Whether what is no https is let through, and where it leads, `fetch` decides.
        let web = |uri: &String| {
            uri.len() <= LONGEST_URI
                && Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
        };
        if let Some(bad) = self.request_uris.iter().find(|uri| !web(uri)) {
            return Err(format!(
                "request_uris: {bad} must be an https URL of at most {LONGEST_URI} characters"
            ));
        }
        if self.request_object_encryption_enc.is_some()
            && self.request_object_encryption_alg.is_none()
        {
            return Err(
                "request_object_encryption_enc needs request_object_encryption_alg".to_owned()
            );
        }
        let by_secret = metadata.token_endpoint_auth_method == AuthMethod::ClientSecretJwt;
        let by_key = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
        match self.request_object_signing_alg {
            Some(RequestAlg::Unsigned(_)) if self.require_signed_request_object => {
                return Err("request_object_signing_alg: none is no signature".to_owned());
            }
            // The secret is kept for clients of that method alone.
            Some(RequestAlg::By(alg)) if alg.is_symmetric() && !by_secret => {
                return Err(format!(
                    "request_object_signing_alg: {} needs client_secret_jwt",
                    alg.name()
                ));
            }
            Some(RequestAlg::By(alg)) if !alg.is_symmetric() && !by_key => {
                return Err("request_object_signing_alg needs jwks or jwks_uri".to_owned());
            }
            None if self.require_signed_request_object && !by_key && !by_secret => {
                return Err("require_signed_request_object needs jwks or jwks_uri".to_owned());
            }
            _ => {}
        }
        Ok(())
    }
}
