//! What a client may be, and why one is not (RFC 7591 §2, OpenID Connect Registration §2).

use url::Url;

use super::{AuthMethod, GrantType, Metadata};
use crate::{
    config::Tokens,
    registry::{
        client_keys::ClientKeys,
        readable,
        redirect_uri::{Registered, web_url},
        scope, sector,
    },
};

/// Checks one that is to be added.
pub(super) fn check(client_id: &str, metadata: &Metadata) -> Result<(), String> {
    // RFC 6749 appendix A.1, and nothing that would need escaping everywhere.
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '<' | '>');
    if client_id.is_empty() || client_id.len() > 128 || !client_id.chars().all(plain) {
        return Err("client_id must be 1 to 128 visible ASCII characters".to_owned());
    }
    readable::check("client_name", &metadata.client_name)?;
    for uri in &metadata.redirect_uris {
        Registered::parse(uri.as_str()).map_err(|problem| format!("redirect_uris: {problem}"))?;
    }
    let may = |grant_type| metadata.grant_types.contains(&grant_type);
    let public = metadata.token_endpoint_auth_method == AuthMethod::None;
    let redirects = !metadata.redirect_uris.is_empty() || metadata.gate.is_some();
    if may(GrantType::AuthorizationCode) != redirects {
        return Err("redirect_uris and the grant type authorization_code go together".to_owned());
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
    if let Some(site) = &metadata.gate {
        site.validate(metadata)?;
    }
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

    use crate::registry::client::Client;

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
