//! `[dynamic_registration]`: whether clients may register themselves (RFC 7591), and what such a client may be.

use serde::Deserialize;
use url::Url;

use super::{ConfigError, Span, duration};

/// Which clients may register themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DynamicRegistrationMode {
    /// None: operators add them.
    Off,
    /// Whoever has an initial access token.
    Token,
    /// Everyone.
    Open,
}

/// Whether people are asked again for what they allowed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentRule {
    /// What they allowed is remembered.
    Remembered,
    /// They are asked each time.
    EachTime,
}

/// Of whom a software statement is demanded (RFC 7591 §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SoftwareStatements {
    /// Of no one.
    Optional,
    /// Of those who have no initial access token.
    RequiredWithoutToken,
    /// Of everyone.
    Required,
}

/// `[dynamic_registration]`. Its words are those of the protocol; the server checks at its start that it knows them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "independent choices, one a key")]
pub struct DynamicRegistration {
    /// Which clients may.
    pub mode: DynamicRegistrationMode,
    /// What they may do at the token endpoint.
    pub allowed_grant_types: Vec<String>,
    /// How they may authenticate; none for every way there is.
    pub allowed_auth_methods: Vec<String>,
    /// What they may be.
    pub allowed_application_types: Vec<String>,
    /// Hosts of https redirect URIs, `*.example.com` for all below one; none for any.
    pub allowed_redirect_hosts: Vec<String>,
    /// What they may ask for.
    pub allowed_scopes: Vec<String>,
    /// The resources that they may ask tokens for.
    pub allowed_resources: Vec<String>,
    /// Whether people are asked each time.
    pub consent: ConsentRule,
    /// Whether people go on to such a client with an error by their own choice only (RFC 9700 §4.11.2).
    pub confirm_redirects: bool,
    /// Without a token: how many clients may be registered a day from one address, and from all together.
    pub clients_per_address: i32,
    /// From all addresses together.
    pub clients_per_day: i32,
    /// A client to which no one granted anything for so long is removed; never if zero.
    pub unused_lifetime: Span,
    /// A client is removed so long after it registered or last changed its registration; never if zero.
    pub max_lifetime: Span,
    /// Web applications may be redirected to this machine.
    pub insecure_loopback_web: bool,
    /// Confidential clients need not use PKCE, with which an injected code is told (RFC 9700 §4.5).
    pub unsafe_confidential_without_pkce: bool,
    /// Assertions may name an endpoint as their audience instead of the issuer (docs/decisions/0017).
    pub unsafe_endpoint_audience: bool,
    /// Whose software statements are believed.
    pub software_statement_issuers: Vec<StatementIssuer>,
    /// Of whom one is demanded.
    pub software_statements: SoftwareStatements,
}

/// Someone whose software statements are believed (RFC 7591 §2.3).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementIssuer {
    /// The `iss` of the statements.
    pub issuer: String,
    /// Where the keys are that they are signed with: a JWK Set.
    pub jwks_uri: Url,
}

impl Default for DynamicRegistration {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Self {
            mode: DynamicRegistrationMode::Off,
            allowed_grant_types: words(&["authorization_code", "refresh_token"]),
            allowed_auth_methods: Vec::new(),
            allowed_application_types: words(&["web", "native"]),
            allowed_redirect_hosts: Vec::new(),
            allowed_scopes: words(&["openid", "profile", "email", "offline_access"]),
            allowed_resources: Vec::new(),
            consent: ConsentRule::Remembered,
            confirm_redirects: false,
            clients_per_address: 20,
            clients_per_day: 1000,
            unused_lifetime: Span::seconds(0),
            max_lifetime: Span::seconds(0),
            insecure_loopback_web: false,
            unsafe_confidential_without_pkce: false,
            unsafe_endpoint_audience: false,
            software_statement_issuers: Vec::new(),
            software_statements: SoftwareStatements::Optional,
        }
    }
}

impl DynamicRegistration {
    /// Whether any client may.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.mode != DynamicRegistrationMode::Off
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        for (key, most) in [
            ("clients_per_address", self.clients_per_address),
            ("clients_per_day", self.clients_per_day),
        ] {
            if most < 1 {
                let problem = format!("{most} must be at least 1; mode says whether there are any");
                return Err(ConfigError::invalid(&format!("dynamic_registration.{key}"), problem));
            }
        }
        let demanded = self.software_statements != SoftwareStatements::Optional;
        if demanded && self.software_statement_issuers.is_empty() {
            let problem = "it takes software_statement_issuers, whose statements are believed";
            return Err(ConfigError::invalid("dynamic_registration.software_statements", problem));
        }
        for (key, span) in
            [("unused_lifetime", self.unused_lifetime), ("max_lifetime", self.max_lifetime)]
        {
            if span != Span::seconds(0) {
                let key = format!("dynamic_registration.{key}");
                duration::within(&key, span, Span::hours(1), duration::LONGEST)?;
            }
        }
        Ok(())
    }
}
