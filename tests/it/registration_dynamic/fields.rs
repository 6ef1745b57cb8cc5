//! Each member of a registration: what is taken, what is answered, and what is refused by which error.

use axum::{Router, response::Redirect, routing::get};
use openidconnect::reqwest::Method;
use serde_json::{Value, json};

use super::{CALLBACK, OPEN, REGISTER, members, open, own, register, registered, send, text, with};
use crate::support::{elsewhere::Elsewhere, server::error};

/// What differs from run to run.
fn redact(mut body: Value, issuer: &str) -> Value {
    let id = text(&body, "client_id").to_owned();
    assert_eq!(
        text(&body, "registration_client_uri"),
        format!("{issuer}{REGISTER}/{id}"),
        "where it is managed"
    );
    for (name, prefix) in [("client_secret", "sgx_"), ("registration_access_token", "sgm_")] {
        if body.get(name).is_some() {
            assert!(text(&body, name).starts_with(prefix), "{body}");
            body[name] = "[secret]".into();
        }
    }
    body["client_id"] = "[id]".into();
    body["registration_client_uri"] = "[issuer]/connect/register/[id]".into();
    body
}

#[tokio::test]
async fn what_is_left_out_has_the_defaults_of_the_specifications() {
    // RFC 7591 §2, §3.2.1, OpenID Connect Registration §2, §3.2.
    let server = open().await;
    let answer = register(&server, json!({})).await;
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let body = answer.json().await.expect("JSON");
    insta::assert_json_snapshot!("registered_with_defaults", redact(body, &server.issuer));
}

#[tokio::test]
async fn all_that_is_registered_is_answered() {
    let server = open().await;
    let all = r#"{
        "application_type": "web",
        "client_name": "Neuling", "client_name#de": "Neuling", "client_name#ja-Jpan-JP": "新人",
        "client_uri": "https://new.example", "logo_uri": "https://new.example/logo.png",
        "policy_uri": "https://new.example/policy", "policy_uri#de": "https://new.example/richtlinie",
        "tos_uri": "https://new.example/terms",
        "contacts": ["ops@new.example", "https://new.example/contact"],
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "ES256",
        "jwks_uri": "https://new.example/jwks",
        "id_token_signed_response_alg": "ES256", "userinfo_signed_response_alg": "EdDSA",
        "id_token_encrypted_response_alg": "ECDH-ES",
        "userinfo_encrypted_response_alg": "RSA-OAEP-256", "userinfo_encrypted_response_enc": "A256GCM", "subject_type": "pairwise",
        "scope": "openid email write",
        "default_max_age": 3600, "require_auth_time": true, "default_acr_values": ["aal2", "aal1"],
        "initiate_login_uri": "https://new.example/login",
        "post_logout_redirect_uris": ["https://new.example/out"],
        "frontchannel_logout_uri": "https://new.example/front",
        "frontchannel_logout_session_required": true,
        "backchannel_logout_uri": "https://new.example/back",
        "backchannel_logout_session_required": true,
        "request_uris": ["https://new.example/request.jwt#1"], "request_object_signing_alg": "ES256",
        "require_signed_request_object": true, "request_object_encryption_alg": "ECDH-ES",
        "software_id": "4NRB1-0XZABZI9E6-5SM3R", "software_version": "1.2",
        "tls_client_auth_subject_dn": "CN=ignored", "unheard_of": { "a": [1] }, "also#de": 1,
        "client_id": "chosen", "client_secret": "chosen", "first_party": true, "disabled": true,
        "unsafe_without_pkce": true, "unsafe_silent_native": true, "introspects": ["https://api.example.com"], "mfa": "never",
        "resources": ["https://api.example.com"], "registered_by": "operator", "consent": "remembered"
    }"#;
    let all: Value = serde_json::from_str(all).expect("JSON");
    let body = registered(&server, all).await;
    let client = server.app.replica.client(text(&body, "client_id")).await.expect("read");
    let metadata = &client.expect("there").metadata;
    assert!(!metadata.first_party && !metadata.disabled && !metadata.unsafe_without_pkce);
    assert!(!metadata.unsafe_silent_native);
    assert!(metadata.introspects.is_empty() && metadata.resources.is_empty());
    insta::assert_json_snapshot!("registered_with_everything", redact(body, &server.issuer));
}

/// A member with so many URLs.
fn many(name: &str, count: usize) -> Value {
    let urls: Vec<String> = (0..count).map(|n| format!("https://a.example/{n}")).collect();
    json!({ name: urls })
}

#[tokio::test]
async fn what_is_wrong_with_redirect_uris_has_an_error_of_its_own() {
    let server = with(&format!("{OPEN}clients_per_address = 1000\n")).await;
    let redirects = |uris: Value| json!({ "redirect_uris": uris });
    for wrong in [
        // RFC 7591 §2, §3.2.2, OpenID Connect Registration §2.
        redirects(json!(null)),
        redirects(json!([])),
        redirects(json!("https://a.example")),
        redirects(json!([1])),
        redirects(json!([""])),
        redirects(json!(["http://a.example"])),
        redirects(json!(["https://a.example#f"])),
        redirects(json!(["https://localhost/cb"])),
        redirects(json!(["http://127.0.0.1/cb"])),
        redirects(json!(["com.example.app:/cb"])),
        redirects(json!(["javascript:alert(1)"])),
        redirects(json!([CALLBACK, "https://user@a.example"])),
        many("redirect_uris", 21),
    ] {
        let answer = error(register(&server, wrong.clone()).await).await;
        assert_eq!(answer, (400, "invalid_redirect_uri".to_owned()), "{wrong}");
    }
}

/// The key of RFC 7517 appendix A.1.
fn p256() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    })
}

#[tokio::test]
async fn what_would_go_unheard_and_what_must_not_be_called_is_refused() {
    let server = with(&format!("{OPEN}clients_per_address = 1000\n")).await;
    for wrong in [
        // Demands that would go unheard: RFC 9449 §5.2, RFC 9126 §6, RFC 8705 §3.4, JARM §3, RFC 9701 §6.
        json!({ "dpop_bound_access_tokens": true }),
        json!({ "require_pushed_authorization_requests": true }),
        json!({ "tls_client_certificate_bound_access_tokens": true }),
        json!({ "tls_client_certificate_bound_access_tokens": "true" }),
        json!({ "authorization_encrypted_response_alg": "ECDH-ES" }),
        json!({ "authorization_encrypted_response_enc": "A128GCM" }),
        json!({ "introspection_encrypted_response_alg": "ECDH-ES" }),
        json!({ "introspection_encrypted_response_enc": "A128GCM" }),
        // What this server would call, and must not.
        json!({ "backchannel_logout_uri": "https://127.0.0.1/out" }),
        json!({ "backchannel_logout_uri": "https://169.254.169.254/out" }),
        json!({ "backchannel_logout_uri": "https://[::1]/out" }),
        json!({ "backchannel_logout_uri": "http://127.0.0.1:9000/out" }),
        json!({ "backchannel_logout_uri": "https://a.example:22/out" }),
    ] {
        let answer = error(register(&server, wrong.clone()).await).await;
        assert_eq!(answer, (400, "invalid_client_metadata".to_owned()), "{wrong}");
    }
}

#[tokio::test]
async fn what_is_not_demanded_is_no_matter() {
    let server = open().await;
    let body = registered(
        &server,
        json!({
            "dpop_bound_access_tokens": false, "require_pushed_authorization_requests": false,
            "tls_client_certificate_bound_access_tokens": false, "jwks": { "keys": [p256()] },
        }),
    )
    .await;
    assert!(body.get("dpop_bound_access_tokens").is_none(), "{body}");
    assert_eq!(body["jwks"], json!({ "keys": [p256()] }));
}

#[tokio::test]
async fn a_sign_in_begins_on_loopback_where_the_operator_lets_it() {
    // OpenID Connect Registration §2: https, elsewhere.
    let server = with(&format!("{OPEN}insecure_loopback_web = true\n")).await;
    let local = json!({ "initiate_login_uri": "http://127.0.0.1:3000/login" });
    assert_eq!(
        registered(&server, local.clone()).await["initiate_login_uri"],
        local["initiate_login_uri"]
    );
}

#[tokio::test]
async fn what_is_wrong_otherwise_is_invalid_metadata() {
    let server = with(&format!("{OPEN}clients_per_address = 1000\n")).await;
    for wrong in [
        // RFC 7591 §2: of their types.
        json!({ "client_name": 1 }),
        json!({ "client_name": "" }),
        json!({ "client_name": " " }),
        json!({ "client_name": "x".repeat(121) }),
        json!({ "client_name": "a\u{202e}b" }),
        json!({ "client_name": "a\nb" }),
        json!({ "client_name#de": "\u{2066}" }),
        json!({ "client_name#": "a" }),
        json!({ "client_name#de<": "a" }),
        json!({ "logo_uri#de": "http://a.example" }),
        json!({ "client_uri": "http://a.example" }),
        json!({ "logo_uri": "data:image/png;base64,AA" }),
        json!({ "policy_uri": "javascript:alert(1)" }),
        json!({ "tos_uri": "terms" }),
        json!({ "contacts": "ops@a.example" }),
        json!({ "contacts": [1] }),
        many("contacts", 11),
        json!({ "software_id": "x".repeat(256) }),
        json!({ "scope": ["openid"] }),
        json!({ "scope": "quo\"te" }),
        json!({ "scope": "read" }),
        // RFC 7591 §2.1: they go together.
        json!({ "grant_types": ["implicit"] }),
        json!({ "grant_types": ["client_credentials"] }),
        json!({ "grant_types": ["password"] }),
        json!({ "grant_types": [] }),
        json!({ "grant_types": ["refresh_token"] }),
        json!({ "response_types": ["token"] }),
        json!({ "response_types": ["code id_token"] }),
        json!({ "response_types": ["code", "none"] }),
        json!({ "response_types": [] }),
        json!({ "response_types": "code" }),
        // What the server does not have.
        json!({ "token_endpoint_auth_method": "tls_client_auth" }),
        json!({ "token_endpoint_auth_method": "private_key_jwt" }),
        json!({ "token_endpoint_auth_signing_alg": "none" }),
        json!({ "token_endpoint_auth_signing_alg": "ES256" }),
        json!({ "id_token_signed_response_alg": "none" }),
        json!({ "id_token_signed_response_alg": "HS256" }),
        json!({ "request_object_signing_alg": "RS256" }),
        json!({ "introspection_signed_response_alg": "RS256" }),
        json!({ "authorization_signed_response_alg": "RS256" }),
        json!({ "require_signed_request_object": true }),
        json!({ "userinfo_signed_response_alg": "none" }),
        json!({ "userinfo_encrypted_response_alg": "RSA-OAEP" }),
        json!({ "userinfo_encrypted_response_alg": "RSA1_5", "jwks_uri": "https://a.example/jwks" }),
        json!({ "id_token_encrypted_response_alg": "none", "jwks_uri": "https://a.example/jwks" }),
        json!({ "id_token_encrypted_response_enc": "A128GCM", "jwks_uri": "https://a.example/jwks" }),
        json!({ "id_token_encrypted_response_alg": "ECDH-ES", "id_token_encrypted_response_enc": "A64GCM",
                "jwks_uri": "https://a.example/jwks" }),
        json!({ "subject_type": "secret" }),
        json!({ "subject_type": "pairwise", "redirect_uris": ["https://a.example", "https://b.example"] }),
        json!({ "application_type": "service" }),
        // Keys: one of the two, public, in order.
        json!({ "jwks": { "keys": [] } }),
        json!({ "jwks": [] }),
        json!({ "jwks": { "keys": [{ "kty": "oct", "k": "AAAA" }] } }),
        json!({ "jwks": { "keys": [p256()] }, "jwks_uri": "https://a.example/jwks" }),
        json!({ "jwks_uri": "http://a.example/jwks" }),
        json!({ "jwks_uri": "https://127.0.0.1/jwks" }),
        json!({ "jwks_uri": "https://169.254.169.254/jwks" }),
        json!({ "jwks_uri": "file:///etc/passwd" }),
        json!({ "sector_identifier_uri": "https://10.0.0.1/list" }),
        // OpenID Connect Registration §2.
        json!({ "default_max_age": -1 }),
        json!({ "default_max_age": 1.5 }),
        json!({ "default_max_age": "3600" }),
        json!({ "default_max_age": 4_294_967_296_u64 }),
        json!({ "require_auth_time": "true" }),
        json!({ "default_acr_values": "aal2" }),
        json!({ "default_acr_values": ["two words"] }),
        json!({ "initiate_login_uri": "http://a.example" }),
        json!({ "request_uris": "https://a.example" }),
        json!({ "request_uris": ["https://10.0.0.1/request"] }),
        json!({ "request_object_signing_alg": "RS1" }),
        json!({ "request_object_encryption_alg": "RSA-OAEP" }),
        json!({ "request_object_encryption_alg": "dir" }),
        json!({ "request_object_encryption_enc": "A128GCM" }),
        json!({ "request_object_encryption_alg": "ECDH-ES", "request_object_encryption_enc": "A192GCM" }),
        // The logout specifications.
        json!({ "post_logout_redirect_uris": ["javascript:alert(1)"] }),
        json!({ "post_logout_redirect_uris": "https://a.example" }),
        json!({ "post_logout_redirect_uris": ["com.example.app:/out"] }),
        json!({ "post_logout_redirect_uris": ["http://127.0.0.1/out"] }),
        json!({ "initiate_login_uri": "http://127.0.0.1/login" }),
        json!({ "initiate_login_uri": "http://127.0.0.1/login", "application_type": "native",
                "redirect_uris": ["com.example.app:/cb"] }),
        json!({ "initiate_login_uri": "com.example.app:/login", "application_type": "native",
                "redirect_uris": ["com.example.app:/cb"] }),
        json!({ "frontchannel_logout_uri": "https://other.example/out" }),
        json!({ "frontchannel_logout_session_required": true }),
        json!({ "backchannel_logout_uri": "https://a.example/out#f" }),
        json!({ "backchannel_logout_session_required": 1 }),
    ] {
        let answer = error(register(&server, wrong.clone()).await).await;
        assert_eq!(answer, (400, "invalid_client_metadata".to_owned()), "{wrong}");
    }
    let statement = json!({ "software_statement": "no JWT" });
    let answer = error(register(&server, statement).await).await;
    assert_eq!(answer, (400, "invalid_software_statement".to_owned()));
}

#[tokio::test]
async fn a_native_application_has_redirect_uris_of_its_own() {
    // RFC 8252 §7, OpenID Connect Registration §2.
    let server = open().await;
    let uris = json!(["com.example.app:/cb", "http://127.0.0.1/cb", "https://app.example/cb"]);
    let body = registered(
        &server,
        json!({ "application_type": "native", "redirect_uris": uris, "token_endpoint_auth_method": "none" }),
    )
    .await;
    assert_eq!(body["redirect_uris"], uris);
    assert!(body.get("client_secret").is_none() && body.get("client_secret_expires_at").is_none());
    assert_eq!(body["client_name"], "com.example.app", "called after where it leads");
}

#[tokio::test]
async fn what_the_operator_allows_is_what_can_be_had() {
    let config = format!(
        "{OPEN}allowed_grant_types = [\"client_credentials\"]\nallowed_auth_methods = [\"client_secret_post\"]\n\
         allowed_scopes = [\"read\", \"write\"]\nallowed_resources = [\"https://api.example.com\"]\n\
         allowed_application_types = [\"web\"]\n"
    );
    let server = with(&config).await;
    let service = json!({
        "redirect_uris": [], "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_post", "scope": "read everything",
    });
    let body = registered(&server, service.clone()).await;
    assert_eq!(body["scope"], "read");
    assert_eq!(body["response_types"], json!([]));
    for (name, value) in [
        ("grant_types", json!(["authorization_code"])),
        ("grant_types", json!(null)),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!(null)),
        ("application_type", json!("native")),
        ("scope", json!("openid")),
    ] {
        let mut wrong = service.clone();
        wrong[name] = value;
        let answer = error(register(&server, wrong.clone()).await).await;
        assert_eq!(answer, (400, "invalid_client_metadata".to_owned()), "{wrong}");
    }
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", text(&body, "client_id")),
        ("client_secret", text(&body, "client_secret")),
    ];
    let token: Value = server.post("/token", &form).await.json().await.expect("JSON");
    assert_eq!(token["scope"], "read");
}

#[tokio::test]
async fn the_list_of_a_sector_has_all_redirect_uris() {
    // OpenID Connect Registration §5.
    let list = |text: &'static str| get(move || async move { text });
    let site = Elsewhere::start(
        Router::new()
            .route("/all", list(r#"["https://other.example", "https://new.example/callback"]"#))
            .route("/other", list(r#"["https://other.example"]"#))
            .route("/object", list(r#"{"https://new.example/callback": 1}"#))
            .route("/html", list("<html>"))
            .route("/elsewhere", get(|| async { Redirect::temporary("/all") })),
    )
    .await;
    let server = with(&format!("{OPEN}\n{}", site.config_allowing("[\"127.0.0.1/32\"]"))).await;
    let url = |path: &str| site.url(path).replace("localhost", "127.0.0.1");
    let sector = |path: &str| json!({ "sector_identifier_uri": url(path) });
    let body = registered(&server, sector("/all")).await;
    assert_eq!(body["sector_identifier_uri"], url("/all"));
    assert!(site.connections() > 0);
    for path in ["/other", "/object", "/html", "/nothing", "/elsewhere"] {
        let answer = error(register(&server, sector(path)).await).await;
        assert_eq!(answer, (400, "invalid_client_metadata".to_owned()), "{path}");
    }
    // What was found there is not asked for again as long as nothing of it changes.
    let before = site.connections();
    let token = text(&body, "registration_access_token");
    let mut change = members(&sector("/all"));
    change["client_id"] = body["client_id"].clone();
    let (status, body) = send(own(&server, Method::PUT, &body, token).json(&change)).await;
    assert_eq!((status, site.connections()), (200, before), "{body}");
    let token = text(&body, "registration_access_token");
    change["redirect_uris"] = json!(["https://unlisted.example/cb"]);
    let (status, body) = send(own(&server, Method::PUT, &body, token).json(&change)).await;
    assert_eq!((status, site.connections()), (400, before + 1), "{body}");
}

#[tokio::test]
async fn people_are_led_to_allowed_hosts_alone() {
    let config = format!("{OPEN}allowed_redirect_hosts = [\"new.example\"]\n");
    let server = with(&config).await;
    for (host, status) in [("new.example", 201), ("other.example", 400)] {
        for more in [
            json!({ "post_logout_redirect_uris": [format!("https://{host}/out")] }),
            json!({ "initiate_login_uri": format!("https://{host}/login") }),
        ] {
            assert_eq!(register(&server, more.clone()).await.status(), status, "{more}");
        }
    }
}
