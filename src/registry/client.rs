//! Clients and their metadata, by the names of RFC 7591 §2.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    about::About,
    client_keys::{ClientKeys, SigningAlg},
    readable,
    redirect_uri::{Matched, Registered, web_url},
    request_metadata::RequestMetadata,
    scope,
    sector::{self, SubjectType},
    session_metadata::SessionMetadata,
};
use crate::{
    config::{Mfa, Tokens},
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
        self.metadata.redirect_uris.iter().find_map(|registered| registered.matches(presented))
    }

    /// Checks one that an operator wants to add.
    pub fn validate(client_id: &str, metadata: &Metadata) -> Result<(), String> {
        // RFC 6749 appendix A.1, and nothing that would need escaping everywhere.
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '<' | '>');
        if client_id.is_empty() || client_id.len() > 128 || !client_id.chars().all(plain) {
            return Err("client_id must be 1 to 128 visible ASCII characters".to_owned());
        }
        readable::check("client_name", &metadata.client_name)?;
        for uri in &metadata.redirect_uris {
            Registered::parse(uri.as_str())
                .map_err(|problem| format!("redirect_uris: {problem}"))?;
        }
        let may = |grant_type| metadata.grant_types.contains(&grant_type);
        let public = metadata.token_endpoint_auth_method == AuthMethod::None;
        if may(GrantType::AuthorizationCode) == metadata.redirect_uris.is_empty() {
            return Err(
                "redirect_uris and the grant type authorization_code go together".to_owned()
            );
        }
        if may(GrantType::RefreshToken) && !may(GrantType::AuthorizationCode) {
            return Err("the grant type refresh_token needs authorization_code".to_owned());
        }
        if public && may(GrantType::ClientCredentials) {
            return Err("client_credentials needs a client that authenticates".to_owned());
        }
        if public && metadata.unsafe_without_pkce {
            return Err("unsafe_without_pkce is for clients that authenticate".to_owned());
        }
        if !public && metadata.unsafe_silent_native {
            return Err("unsafe_silent_native is for public clients".to_owned());
        }
        if public && !metadata.introspects.is_empty() {
            return Err("introspects is for clients that authenticate".to_owned());
        }
        validate_keys(metadata)?;
        metadata.requests.validate(metadata)?;
        validate_encryption(metadata)?;
        if !metadata.subject_type.is_public() || metadata.sector_identifier_uri.is_some() {
            sector::of(client_id, metadata)?;
        }
        metadata.sessions.validate(&metadata.redirect_uris)?;
        if let Some(bad) = metadata.scopes.iter().find(|scope| !scope::is_token(scope)) {
            return Err(format!("scope {bad:?} has a character that scopes cannot have"));
        }
        let longest = Tokens::LONGEST_RETRY_WINDOW.0.as_secs();
        if metadata.refresh_retry_window.is_some_and(|seconds| u64::from(seconds) > longest) {
            return Err(format!("refresh_retry_window must be at most {longest} seconds"));
        }
        metadata.about.validate()?;
        let https = |uri: &String| web_url(uri).is_some_and(|url| url.scheme() == "https");
        let loopback = |uri: &String| uri.starts_with("http:") && Registered::parse(uri).is_ok();
        for (name, uri) in [
            ("client_uri", &metadata.client_uri),
            ("logo_uri", &metadata.logo_uri),
            ("policy_uri", &metadata.about.policy_uri),
            ("tos_uri", &metadata.about.tos_uri),
        ] {
            if uri.as_ref().is_some_and(|uri| !https(uri) && !loopback(uri)) {
                return Err(format!("{name} must be an https URL, or http on loopback"));
            }
        }
        Ok(())
    }
}

/// What is encrypted for a client needs a key (OpenID Connect Registration §2).
fn validate_encryption(metadata: &Metadata) -> Result<(), String> {
    let jwks = metadata.jwks.as_ref().map(ClientKeys::fetched).transpose()?;
    for (name, alg, enc) in [
        (
            "id_token_encrypted_response",
            metadata.id_token_encrypted_response_alg,
            metadata.id_token_encrypted_response_enc,
        ),
        (
            "userinfo_encrypted_response",
            metadata.userinfo_encrypted_response_alg,
            metadata.userinfo_encrypted_response_enc,
        ),
    ] {
        if alg.is_none() && enc.is_some() {
            return Err(format!("{name}_enc needs {name}_alg"));
        }
        // What is published can be looked at only when it is needed.
        let key = |alg| {
            metadata.jwks_uri.is_some()
                || jwks.as_ref().is_some_and(|keys| keys.for_encryption(alg).is_some())
        };
        if let Some(alg) = alg.filter(|alg| !key(*alg)) {
            return Err(format!("{name}_alg: jwks has no key for {}", alg.name()));
        }
    }
    Ok(())
}

/// What a client signs with, and how that goes with its method.
fn validate_keys(metadata: &Metadata) -> Result<(), String> {
    let method = metadata.token_endpoint_auth_method;
    if metadata.jwks.is_some() && metadata.jwks_uri.is_some() {
        return Err("jwks and jwks_uri: there is one of them at most".to_owned());
    }
    if let Some(jwks) = &metadata.jwks {
        ClientKeys::registered(jwks).map_err(|problem| format!("jwks: {problem}"))?;
    }
    // Whether what is no https is let through, and where it leads, `fetch` decides.
    let web = |uri: &str| {
        Url::parse(uri)
            .is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.fragment().is_none())
    };
    if metadata.jwks_uri.as_ref().is_some_and(|uri| !web(uri)) {
        return Err("jwks_uri must be an https URL without a fragment".to_owned());
    }
    let keys = metadata.jwks.is_some() || metadata.jwks_uri.is_some();
    if method == AuthMethod::PrivateKeyJwt && !keys {
        return Err("private_key_jwt needs jwks or jwks_uri".to_owned());
    }
    if let Some(alg) = metadata.token_endpoint_auth_signing_alg
        && (!method.is_jwt() || alg.is_symmetric() != (method == AuthMethod::ClientSecretJwt))
    {
        let (alg, method) = (alg.name(), method.name());
        return Err(format!("token_endpoint_auth_signing_alg: {alg} does not go with {method}"));
    }
    if metadata.unsafe_endpoint_audience && !method.is_jwt() {
        return Err("unsafe_endpoint_audience is for clients that send assertions".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// What validation says of a public client of the code flow with these members replaced.
    fn validate(id: &str, changes: &Value) -> Result<(), String> {
        let mut metadata = json!({
            "client_name": "Test", "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": ["https://app.example/cb"], "scopes": ["openid", "read"],
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            metadata[name] = value.clone();
        }
        let metadata = serde_json::from_value(metadata).expect("of the right types");
        Client::validate(id, &metadata)
    }

    #[test]
    fn what_a_client_may_be() {
        let confidential = |more: Value| {
            let mut changes = json!({ "token_endpoint_auth_method": "client_secret_basic" });
            for (name, value) in more.as_object().into_iter().flatten() {
                changes[name] = value.clone();
            }
            changes
        };
        for fine in [
            json!({}),
            json!({ "client_name": "ä".repeat(120) }),
            json!({ "grant_types": ["authorization_code"] }),
            json!({ "grant_types": [], "redirect_uris": [] }),
            json!({ "redirect_uris": ["http://127.0.0.1/cb", "http://localhost:8080/cb", "com.example.app:/cb"] }),
            json!({ "refresh_retry_window": 0 }),
            json!({ "refresh_retry_window": 600 }),
            json!({ "client_uri": "https://app.example", "logo_uri": "https://app.example/logo.png" }),
            json!({ "policy_uri": "https://app.example/p", "tos_uri": "http://localhost/t" }),
            json!({ "contacts": ["a@b.example"], "default_max_age": 60, "default_acr_values": ["aal2"] }),
            json!({ "first_party": true, "disabled": true }),
            confidential(json!({ "grant_types": ["client_credentials"], "redirect_uris": [] })),
            confidential(json!({ "unsafe_without_pkce": true })),
            confidential(json!({ "introspects": ["https://api.example"] })),
            json!({ "jwks_uri": "https://app.example/keys" }),
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example/keys",
                    "token_endpoint_auth_signing_alg": "PS256", "unsafe_endpoint_audience": true }),
            json!({ "token_endpoint_auth_method": "client_secret_jwt",
                    "token_endpoint_auth_signing_alg": "HS384", "request_object_signing_alg": "HS256" }),
            json!({ "request_object_signing_alg": "none", "request_uris": ["https://app.example/r.jwt#1"] }),
            json!({ "jwks_uri": "https://app.example/keys", "request_object_signing_alg": "PS256",
                    "require_signed_request_object": true }),
        ] {
            assert_eq!(validate("spa", &fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn what_no_client_may_be_is_named() {
        for (wrong, named) in [
            (json!({ "client_name": " " }), "client_name"),
            (json!({ "client_name": "a".repeat(121) }), "client_name"),
            (json!({ "client_name": "\u{3164}" }), "client_name"),
            (json!({ "logo_uri": "https:app.example/logo.png" }), "logo_uri"),
            (json!({ "policy_uri": "https:app.example" }), "policy_uri"),
            (json!({ "tos_uri": "https:\\\\app.example" }), "tos_uri"),
            (json!({ "client_uri": "https://app.example/\t" }), "client_uri"),
            (json!({ "redirect_uris": [] }), "redirect_uris"),
            (json!({ "grant_types": [] }), "redirect_uris"),
            (json!({ "grant_types": ["refresh_token"], "redirect_uris": [] }), "refresh_token"),
            (
                json!({ "grant_types": ["client_credentials"], "redirect_uris": [] }),
                "client_credentials",
            ),
            (json!({ "unsafe_without_pkce": true }), "unsafe_without_pkce"),
            (
                json!({ "unsafe_silent_native": true,
                        "token_endpoint_auth_method": "client_secret_basic" }),
                "unsafe_silent_native",
            ),
            (json!({ "introspects": ["https://api.example"] }), "introspects"),
            (json!({ "jwks": { "keys": [] } }), "jwks"),
            (json!({ "jwks": { "keys": [{ "kty": "oct", "k": "AAAA" }] } }), "private"),
            (json!({ "jwks_uri": "keys" }), "jwks_uri"),
            (json!({ "jwks_uri": "file:///etc/passwd" }), "jwks_uri"),
            (json!({ "jwks_uri": "https://app.example/keys#a" }), "jwks_uri"),
            (
                json!({ "jwks_uri": "https://app.example/keys", "jwks": { "keys": [] } }),
                "one of them",
            ),
            (json!({ "token_endpoint_auth_method": "private_key_jwt" }), "needs jwks"),
            (json!({ "token_endpoint_auth_signing_alg": "ES256" }), "does not go with none"),
            (
                json!({ "token_endpoint_auth_method": "client_secret_jwt",
                        "token_endpoint_auth_signing_alg": "RS256" }),
                "does not go with",
            ),
            (
                json!({ "token_endpoint_auth_method": "private_key_jwt",
                        "jwks_uri": "https://app.example/keys",
                        "token_endpoint_auth_signing_alg": "HS256" }),
                "does not go with",
            ),
            (json!({ "unsafe_endpoint_audience": true }), "unsafe_endpoint_audience"),
            (json!({ "request_uris": ["request.jwt"] }), "request_uris"),
            (json!({ "request_uris": ["urn:ietf:params:oauth:request_uri:a"] }), "request_uris"),
            (
                json!({ "request_uris": [format!("https://app.example/{}", "a".repeat(500))] }),
                "request_uris",
            ),
            (json!({ "request_uris": vec!["https://app.example/r"; 51] }), "request_uris"),
            (json!({ "request_object_signing_alg": "HS256" }), "client_secret_jwt"),
            (json!({ "request_object_signing_alg": "RS256" }), "needs jwks"),
            (json!({ "require_signed_request_object": true }), "needs jwks"),
            (
                json!({ "request_object_signing_alg": "none", "require_signed_request_object": true }),
                "no signature",
            ),
            (json!({ "scopes": ["two words"] }), "two words"),
            (json!({ "scopes": ["quo\"te"] }), "scope"),
            (json!({ "scopes": [""] }), "scope"),
            (json!({ "refresh_retry_window": 601 }), "refresh_retry_window"),
            (json!({ "client_uri": "http://app.example" }), "client_uri"),
            (json!({ "client_uri": "javascript:alert(1)" }), "client_uri"),
            (json!({ "policy_uri": "http://app.example" }), "policy_uri"),
            (json!({ "tos_uri": "data:text/html,x" }), "tos_uri"),
            (json!({ "contacts": [""] }), "contacts"),
            (json!({ "contacts": vec!["a@b.example"; 11] }), "contacts"),
            (json!({ "default_acr_values": ["two words"] }), "default_acr_values"),
            (json!({ "software_id": "" }), "software_id"),
            (json!({ "software_version": "1".repeat(256) }), "software_version"),
            (json!({ "logo_uri": "data:image/png;base64,AA" }), "logo_uri"),
            (json!({ "logo_uri": "no URL" }), "logo_uri"),
            (json!({ "logo_uri": "http://app.example/logo.png" }), "logo_uri"),
        ] {
            let problem = validate("spa", &wrong).expect_err(named);
            assert!(problem.contains(named), "{wrong}: {problem}");
        }
    }

    #[test]
    fn a_client_id_needs_no_escaping_anywhere() {
        for fine in ["a", "shop-web", "https://client.example/", &"a".repeat(128)] {
            assert_eq!(validate(fine, &json!({})), Ok(()), "{fine}");
        }
        for bad in ["", "a b", "ä", "a\n", "a\"b", "<a>", "a\\b", &"a".repeat(129)] {
            assert!(validate(bad, &json!({})).expect_err(bad).contains("client_id"));
        }
    }

    #[test]
    fn a_redirect_uri_leads_to_no_one_else() {
        // As they are stored or in a manifest: reading them does not check them.
        for bad in [
            "http://evil.example/cb",
            "https://app.example/cb#fragment",
            "https://*.app.example/cb",
            "https://user:password@app.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "app:/cb",
            "/cb",
            "",
        ] {
            let uris = json!({ "redirect_uris": ["https://app.example/cb", bad] });
            let problem = validate("spa", &uris).expect_err(bad);
            assert!(problem.contains("redirect_uris"), "{bad}: {problem}");
        }
    }
}
