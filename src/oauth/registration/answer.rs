//! The client information response (RFC 7591 §3.2.1, RFC 7592 §3): all that is registered, with what only the server can
//! know.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::{
    app::App,
    clock::Timestamp,
    oauth::{metadata::path, token},
    registry::client::{GrantType, Metadata},
};

/// What an answer is about.
#[derive(Debug)]
pub struct Information<'a> {
    /// Its id.
    pub client_id: &'a str,
    /// What is registered.
    pub metadata: &'a Metadata,
    /// Since when.
    pub registered_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// Its secret, if it is to be told.
    pub secret: Option<&'a str>,
    /// The token by which it may change that.
    pub token: &'a str,
}

impl Information<'_> {
    /// The answer. Nothing keeps it.
    pub fn respond(&self, app: &App, status: StatusCode) -> Response {
        token::no_store((status, Json(Value::Object(self.json(app)))).into_response())
    }

    fn json(&self, app: &App) -> Map<String, Value> {
        let mut object = registered(self.metadata);
        let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
        put("client_id", self.client_id.into());
        put("client_id_issued_at", self.registered_at.unix_timestamp().into());
        if let Some(secret) = self.secret {
            put("client_secret", secret.into());
            let lifetime = app.config.dynamic_registration.max_lifetime.0;
            let expires_at =
                if lifetime.is_zero() { 0 } else { (self.changed_at + lifetime).unix_timestamp() };
            put("client_secret_expires_at", expires_at.into());
        }
        put("registration_access_token", self.token.into());
        let uri = format!("{}/{}", path::REGISTRATION, self.client_id);
        put("registration_client_uri", app.config.server.issuer.join(&uri).into());
        object
    }
}

/// The metadata by its registered names. What is the server's own business is not among it.
fn registered(metadata: &Metadata) -> Map<String, Value> {
    let about = &metadata.about;
    let codes = metadata.grant_types.contains(&GrantType::AuthorizationCode);
    let all = [
        ("client_name", json!(metadata.client_name)),
        ("redirect_uris", json!(metadata.redirect_uris)),
        ("grant_types", json!(metadata.grant_types)),
        ("response_types", if codes { json!(["code"]) } else { json!([]) }),
        ("token_endpoint_auth_method", json!(metadata.token_endpoint_auth_method)),
        ("scope", json!(metadata.scopes.join(" "))),
        ("application_type", json!(about.application_type)),
        ("subject_type", json!(metadata.subject_type)),
        ("sector_identifier_uri", json!(metadata.sector_identifier_uri)),
        ("userinfo_signed_response_alg", json!(metadata.userinfo_signed_response_alg)),
        ("id_token_signed_response_alg", json!(metadata.id_token_signed_response_alg)),
        ("id_token_encrypted_response_alg", json!(metadata.id_token_encrypted_response_alg)),
        ("id_token_encrypted_response_enc", json!(metadata.id_token_encrypted_response_enc)),
        ("userinfo_encrypted_response_alg", json!(metadata.userinfo_encrypted_response_alg)),
        ("userinfo_encrypted_response_enc", json!(metadata.userinfo_encrypted_response_enc)),
        ("client_uri", json!(metadata.client_uri)),
        ("logo_uri", json!(metadata.logo_uri)),
        ("jwks", json!(metadata.jwks)),
        ("jwks_uri", json!(metadata.jwks_uri)),
        ("token_endpoint_auth_signing_alg", json!(metadata.token_endpoint_auth_signing_alg)),
        ("software_statement", json!(about.software_statement)),
        ("policy_uri", json!(about.policy_uri)),
        ("tos_uri", json!(about.tos_uri)),
        ("contacts", json!(about.contacts)),
        ("software_id", json!(about.software_id)),
        ("software_version", json!(about.software_version)),
        ("default_max_age", json!(about.default_max_age)),
        ("require_auth_time", json!(about.require_auth_time)),
        ("default_acr_values", json!(about.default_acr_values)),
    ];
    let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    // An empty list says something of these.
    let kept = ["grant_types", "response_types"];
    let mut object: Map<String, Value> = all
        .into_iter()
        .filter(|(name, value)| kept.contains(name) || !empty(value))
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    // By the same names as they are stored.
    if let Ok(Value::Object(sessions)) = serde_json::to_value(&metadata.sessions) {
        object.extend(sessions);
    }
    if let Ok(Value::Object(requests)) = serde_json::to_value(&metadata.requests) {
        object.extend(requests);
    }
    for (name, text) in &about.localized {
        object.insert(name.clone(), text.as_str().into());
    }
    object
}
