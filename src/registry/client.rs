//! Clients and their metadata, by the names of RFC 7591 §2.

mod valid;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    about::About,
    client_keys::{ClientKeys, SigningAlg},
    redirect_uri::{Matched, Registered},
    request_metadata::RequestMetadata,
    sector::{self, SubjectType},
    session_metadata::SessionMetadata,
    site::Site,
};
use crate::{
    config::Mfa,
    keys::signing::Algorithm,
    storage::{self, clients::ClientRow},
    tokens::{
        digest::Digest,
        jwe::{ContentAlg, KeyAlg},
    },
};

/// How many secrets a client may have at a time: the one in use, and the one that replaces it.
pub const SECRETS: i64 = 2;

/// How a client authenticates at the token endpoint (RFC 7591 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Not at all: a public client (RFC 6749 §2.1).
    None,
    /// HTTP Basic.
    ClientSecretBasic,
    /// In the request body.
    ClientSecretPost,
    /// By a JWT under the client's secret (OpenID Connect Core §9).
    ClientSecretJwt,
    /// By a JWT under a key of the client's (OpenID Connect Core §9).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// Every method.
    pub const ALL: [Self; 5] = [
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
        Self::None,
    ];

    /// The registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// Whether it takes a secret that Signet gives out.
    #[must_use]
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }

    /// Whether it is by an assertion.
    #[must_use]
    pub const fn is_jwt(self) -> bool {
        matches!(self, Self::ClientSecretJwt | Self::PrivateKeyJwt)
    }
}

/// A grant type (RFC 7591 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// RFC 6749 §6.
    RefreshToken,
}

impl GrantType {
    /// Every grant type.
    pub const ALL: [Self; 3] =
        [Self::AuthorizationCode, Self::ClientCredentials, Self::RefreshToken];

    /// The registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::RefreshToken => "refresh_token",
        }
    }
}

/// What is stored of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, by their registered names")]
pub struct Metadata {
    /// What people are told it is.
    pub client_name: String,
    /// How it authenticates.
    pub token_endpoint_auth_method: AuthMethod,
    /// What it may do at the token endpoint.
    pub grant_types: Vec<GrantType>,
    /// Where responses may be sent.
    #[serde(default)]
    pub redirect_uris: Vec<Registered>,
    /// What concerns the end of sessions, and their beginning elsewhere.
    #[serde(flatten)]
    pub sessions: SessionMetadata,
    /// What it may ask for, identity scopes included.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The resources it may ask tokens for; the first is its default.
    #[serde(default)]
    pub resources: Vec<String>,
    /// The resources it serves, whose tokens it may introspect.
    #[serde(default)]
    pub introspects: Vec<String>,
    /// Its home page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// What it says of itself, and what it wants of every authorization.
    #[serde(flatten)]
    pub about: About,
    /// What it says of its authorization requests.
    #[serde(flatten)]
    pub requests: RequestMetadata,
    /// Its public keys, a JWK Set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Value>,
    /// Where it publishes them instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The one algorithm that its assertions are signed with; any that its method knows if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<SigningAlg>,
    /// Its assertions may name an endpoint as their audience instead of the issuer. What it risks is that an assertion
    /// which was made for another server that claims our endpoints is good here (docs/decisions/0017).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsafe_endpoint_audience: bool,
    /// How it knows people (OpenID Connect Core §8).
    #[serde(default, skip_serializing_if = "SubjectType::is_public")]
    pub subject_type: SubjectType,
    /// Names its sector, where its redirect URIs do not (OpenID Connect Core §8.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// What `UserInfo` answers are signed with; they are plain JSON without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<Algorithm>,
    /// What its ID tokens are signed with (OpenID Connect Registration §2).
    #[serde(default = "rs256")]
    pub id_token_signed_response_alg: Algorithm,
    /// How the key of its encrypted ID tokens reaches it; they are not encrypted without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<KeyAlg>,
    /// How they are encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_enc: Option<ContentAlg>,
    /// The same of `UserInfo` answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_alg: Option<KeyAlg>,
    /// The same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_enc: Option<ContentAlg>,
    /// Belongs to whoever runs Signet: people are not asked for consent.
    #[serde(default)]
    pub first_party: bool,
    /// Need not use PKCE. For confidential clients that cannot; what it risks is RFC 9700 §4.5's code injection.
    #[serde(default)]
    pub unsafe_without_pkce: bool,
    /// People are not asked each time, though it is a public client on their own machine. What it risks is that any program
    /// there can pose as it and is given codes without a word (RFC 8252 §8.6).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsafe_silent_native: bool,
    /// Whether it demands a second factor of people, beside what is demanded of them anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<Mfa>,
    /// For how many seconds a former refresh token is answered again; the server's default if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_retry_window: Option<u32>,
    /// How a reverse proxy protects it that asks the gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Site>,
    /// Refused everywhere.
    #[serde(default)]
    pub disabled: bool,
}

const fn rs256() -> Algorithm {
    Algorithm::Rs256
}

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub id: Arc<str>,
    /// All else.
    pub metadata: Metadata,
    secrets: Vec<Digest>,
    keys: ClientKeys,
    sector: Option<String>,
}

impl Client {
    /// Reads what is stored.
    pub fn from_row(row: ClientRow) -> storage::Result<Self> {
        let metadata: Metadata = serde_json::from_value(row.metadata).map_err(|source| {
            storage::Error::Unreadable { what: format!("client {}", row.client_id), source }
        })?;
        let secrets = row.secrets.iter().filter_map(|hash| hash.as_slice().try_into().ok());
        let secrets = secrets.map(Digest).collect();
        // They were checked when they were stored.
        let keys = metadata.jwks.as_ref().map(ClientKeys::fetched).and_then(Result::ok);
        let keys = keys.unwrap_or_default();
        let sector = sector::stored(&row.client_id, &metadata);
        Ok(Self { id: row.client_id.into(), metadata, secrets, keys, sector })
    }

    /// Whether it cannot keep a secret (RFC 6749 §2.1).
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == AuthMethod::None
    }

    /// Whether `secret` is one of its own. Takes the same time for each of them.
    #[must_use]
    pub fn has_secret(&self, secret: &Digest) -> bool {
        self.secrets.iter().fold(false, |found, own| (own == secret) | found)
    }

    /// The keys that it registered; none of those that it publishes.
    #[must_use]
    pub fn keys(&self) -> &ClientKeys {
        &self.keys
    }

    /// The sector in which its people have subjects of their own; none if they have the same as everywhere.
    #[must_use]
    pub fn sector(&self) -> Option<&str> {
        self.sector.as_deref()
    }

    /// Whether it may use this grant type.
    #[must_use]
    pub fn may(&self, grant_type: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant_type)
    }

    /// Whether PKCE is demanded of it.
    #[must_use]
    pub fn needs_pkce(&self) -> bool {
        self.is_public() || !self.metadata.unsafe_without_pkce
    }

    /// The registered redirect URI that `presented` is.
    #[must_use]
    pub fn match_redirect_uri(&self, presented: &str) -> Option<Matched> {
        let registered = self.metadata.redirect_uris.iter();
        let of_site = || self.metadata.gate.as_ref()?.match_callback(presented);
        registered
            .map(|own| own.matches(presented))
            .find(Option::is_some)
            .flatten()
            .or_else(of_site)
    }

    /// The URI that `presented` is, where a person may be sent after they signed out: a registered one, or the first page of
    /// its site.
    #[must_use]
    pub fn match_post_logout_redirect_uri(&self, presented: &str) -> Option<Matched> {
        let registered = self.metadata.sessions.match_post_logout_redirect_uri(presented);
        registered.or_else(|| self.metadata.gate.as_ref()?.match_first_page(presented))
    }

    /// Checks one that an operator wants to add.
    pub fn validate(client_id: &str, metadata: &Metadata) -> Result<(), String> {
        valid::check(client_id, metadata)
    }
}
