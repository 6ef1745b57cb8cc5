//! Authorization server metadata (RFC 8414 §2) and OpenID Provider metadata (Discovery §3): one document for both, and
//! nothing in it that does not work.

use serde_json::json;

use super::token::token_exchange;
use crate::{
    config::Config,
    identity::proof::Assurance,
    keys::{Document, encryption::EncryptionAlg, signing::Algorithm},
    registry::{
        claim,
        client::{AuthMethod, GrantType},
        client_keys::SigningAlg,
        scope,
        sector::SubjectType,
    },
    tokens::jwe::{ContentAlg, KeyAlg},
    web::language::Language,
};

/// Paths below the issuer.
pub mod path {
    /// RFC 6749 §3.1.
    pub const AUTHORIZE: &str = "/authorize";
    /// RFC 6749 §3.2.
    pub const TOKEN: &str = "/token";
    /// RFC 7662.
    pub const INTROSPECT: &str = "/introspect";
    /// RFC 7009.
    pub const REVOKE: &str = "/revoke";
    /// OpenID Connect Core §5.3.
    pub const USERINFO: &str = "/userinfo";
    /// RFC 7591 §3, and below it, by client, RFC 7592 §2.
    pub const REGISTRATION: &str = "/connect/register";
    /// OpenID Connect RP-Initiated Logout §2.
    pub const END_SESSION: &str = "/logout";
    /// OpenID Connect Session Management §3.2.
    pub const CHECK_SESSION: &str = "/check-session";
    /// RFC 7517 §5.
    pub const JWKS: &str = "/jwks";
    /// RFC 8414 §3.
    pub const OAUTH: &str = "/.well-known/oauth-authorization-server";
    /// Discovery §4.
    pub const OPENID: &str = "/.well-known/openid-configuration";
    /// RFC 7033 §4.
    pub const WEBFINGER: &str = "/.well-known/webfinger";
}

/// The claims of ID tokens, and those about people.
fn claims_supported() -> Vec<&'static str> {
    let own =
        ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"];
    own.into_iter().chain(claim::STANDARD.iter().map(|claim| claim.name)).collect()
}

/// What clients register for, and what takes no registration.
fn grant_types() -> Vec<&'static str> {
    GrantType::ALL.map(GrantType::name).into_iter().chain([token_exchange::GRANT_TYPE]).collect()
}

/// The metadata of this issuer.
#[must_use]
pub fn document(config: &Config) -> Document {
    let issuer = &config.server.issuer;
    let confidential: Vec<&str> = AuthMethod::ALL
        .into_iter()
        .filter(|method| *method != AuthMethod::None)
        .map(AuthMethod::name)
        .collect();
    let assertions = SigningAlg::ALL.map(SigningAlg::name);
    let mut json = json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.join(path::AUTHORIZE),
        "token_endpoint": issuer.join(path::TOKEN),
        "jwks_uri": issuer.join(path::JWKS),
        "introspection_endpoint": issuer.join(path::INTROSPECT),
        "revocation_endpoint": issuer.join(path::REVOKE),
        "userinfo_endpoint": issuer.join(path::USERINFO),
        // RP-Initiated Logout §2.1, Session Management §3.3.
        "end_session_endpoint": issuer.join(path::END_SESSION),
        "check_session_iframe": issuer.join(path::CHECK_SESSION),
        // Front-Channel Logout §3.
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        // Back-Channel Logout §2.1.
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "scopes_supported": scope::IDENTITY,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": grant_types(),
        "token_endpoint_auth_methods_supported": AuthMethod::ALL.map(AuthMethod::name),
        "revocation_endpoint_auth_methods_supported": AuthMethod::ALL.map(AuthMethod::name),
        "introspection_endpoint_auth_methods_supported": confidential,
        "token_endpoint_auth_signing_alg_values_supported": assertions,
        "revocation_endpoint_auth_signing_alg_values_supported": assertions,
        "introspection_endpoint_auth_signing_alg_values_supported": assertions,
        "code_challenge_methods_supported": ["S256"],
        // RFC 9207 §3.
        "authorization_response_iss_parameter_supported": true,
        "subject_types_supported": SubjectType::ALL.map(SubjectType::name),
        "id_token_signing_alg_values_supported": Algorithm::ALL.map(Algorithm::name),
        "userinfo_signing_alg_values_supported": Algorithm::ALL.map(Algorithm::name),
        "id_token_encryption_alg_values_supported": KeyAlg::ALL.map(KeyAlg::name),
        "id_token_encryption_enc_values_supported": ContentAlg::ALL.map(ContentAlg::name),
        "userinfo_encryption_alg_values_supported": KeyAlg::ALL.map(KeyAlg::name),
        "userinfo_encryption_enc_values_supported": ContentAlg::ALL.map(ContentAlg::name),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "acr_values_supported": Assurance::ALL.map(Assurance::name),
        "claim_types_supported": ["normal"],
        "claims_supported": claims_supported(),
        "claims_parameter_supported": true,
        "ui_locales_supported": Language::ALL.map(Language::tag),
    });
    let requests = json!({
        // RFC 9101 §9, Discovery §3. What is not signed is for clients that registered just that.
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "require_signed_request_object": false,
        "request_object_signing_alg_values_supported": assertions,
        "request_object_encryption_alg_values_supported": EncryptionAlg::ALL.map(EncryptionAlg::name),
        "request_object_encryption_enc_values_supported": ContentAlg::ALL.map(ContentAlg::name),
    });
    for (name, value) in requests.as_object().into_iter().flatten() {
        json[name] = value.clone();
    }
    if config.dynamic_registration.is_on() {
        json["registration_endpoint"] = issuer.join(path::REGISTRATION).into();
    }
    Document::new(&json, None)
}
