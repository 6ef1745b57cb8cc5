//! Server metadata (RFC 8414, OpenID Connect Discovery) and the JWK Set: true, cacheable, readable from anywhere.

use openidconnect::reqwest::{Method, header};
use serde_json::Value;

use crate::support::{Options, Server};

const OPENID: &str = "/.well-known/openid-configuration";

async fn document(server: &Server) -> Value {
    server.get(OPENID).await.json().await.expect("JSON")
}

#[tokio::test]
async fn both_well_known_documents_are_the_same() {
    let server = Server::start().await;
    let metadata = document(&server).await;
    let oauth: Value =
        server.get("/.well-known/oauth-authorization-server").await.json().await.expect("JSON");
    assert_eq!(metadata, oauth);
    assert_eq!(metadata["issuer"], server.issuer);
    let text = metadata.to_string().replace(&server.issuer, "[issuer]");
    insta::assert_json_snapshot!("metadata", serde_json::from_str::<Value>(&text).expect("JSON"));
}

#[tokio::test]
async fn every_endpoint_that_is_named_is_there() {
    let config = "[dynamic_registration]\nmode = \"open\"\n";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let metadata = document(&server).await;
    // What each answers to a request with nothing in it, by the methods that belong there and by one that does not.
    let expected = [
        (
            "authorization_endpoint",
            vec![(Method::GET, 400), (Method::POST, 303), (Method::PUT, 405)],
        ),
        ("token_endpoint", vec![(Method::POST, 401), (Method::GET, 405)]),
        ("jwks_uri", vec![(Method::GET, 200), (Method::POST, 405)]),
        ("introspection_endpoint", vec![(Method::POST, 401), (Method::GET, 405)]),
        ("revocation_endpoint", vec![(Method::POST, 401), (Method::GET, 405)]),
        ("userinfo_endpoint", vec![(Method::GET, 401), (Method::POST, 401), (Method::PUT, 405)]),
        ("registration_endpoint", vec![(Method::POST, 400), (Method::GET, 405)]),
        ("end_session_endpoint", vec![(Method::GET, 303), (Method::POST, 303), (Method::PUT, 405)]),
        ("check_session_iframe", vec![(Method::GET, 200), (Method::POST, 405)]),
    ];
    let named = metadata.as_object().expect("an object").keys().filter(|name| {
        name.ends_with("_endpoint") || ["jwks_uri", "check_session_iframe"].contains(&name.as_str())
    });
    for name in named {
        assert!(expected.iter().any(|(known, _)| known == name), "{name}");
    }
    for (name, methods) in expected {
        let url = metadata[name].as_str().unwrap_or_else(|| panic!("{name}"));
        let path = url.strip_prefix(&server.issuer).expect("our own");
        for (method, status) in methods {
            let mut request = server.request(method.clone(), path);
            if method == Method::POST {
                request = request.form(&[("", "")]);
            }
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), status, "{method} {name}");
        }
    }
}

#[tokio::test]
async fn documents_are_cacheable_and_confirmed_by_their_tag() {
    let server = Server::start().await;
    for path in [OPENID, "/jwks"] {
        let answer = server.get(path).await;
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "public, max-age=300");
        let tag = answer.headers()[header::ETAG].clone();
        let request = server.request(Method::GET, path).header(header::IF_NONE_MATCH, tag);
        assert_eq!(request.send().await.expect("an answer").status(), 304, "{path}");
    }
}

#[tokio::test]
async fn the_jwk_set_has_public_keys_alone() {
    let server = Server::start().await;
    let jwks: Value = server.get("/jwks").await.json().await.expect("JSON");
    let keys = jwks["keys"].as_array().expect("keys");
    let mut algs: Vec<&str> = keys.iter().map(|key| key["alg"].as_str().expect("an alg")).collect();
    algs.sort_unstable();
    assert_eq!(algs, ["ECDH-ES", "ES256", "EdDSA", "RS256", "RSA-OAEP-256"]);
    for key in keys {
        let encrypts = ["ECDH-ES", "RSA-OAEP-256"].contains(&key["alg"].as_str().expect("an alg"));
        assert_eq!(key["use"], if encrypts { "enc" } else { "sig" });
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none());
        }
    }
}

#[tokio::test]
async fn scripts_of_other_origins_may_call_what_has_no_cookies_and_nothing_else() {
    let server = Server::start().await;
    let preflight = |path: &'static str| {
        server
            .request(Method::OPTIONS, path)
            .header(header::ORIGIN, "https://app.example")
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type")
    };
    for path in ["/token", "/revoke", "/userinfo", "/jwks", OPENID] {
        let answer = preflight(path).send().await.expect("an answer");
        assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*", "{path}");
        assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
    }
    for path in ["/authorize", "/introspect", "/sign-in", "/sign-out", "/"] {
        let answer = preflight(path).send().await.expect("an answer");
        assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{path}");
    }
}

#[tokio::test]
async fn webfinger_leads_to_the_issuer_from_any_origin() {
    let server = Server::start().await;
    let path = "/.well-known/webfinger?resource=acct:nobody@127.0.0.1";
    let request = server.request(Method::GET, path).header(header::ORIGIN, "https://app.example");
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/jrd+json");
    assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let found: Value = answer.json().await.expect("JSON");
    assert_eq!(found["links"][0]["href"], server.issuer);
    let other = server.get("/.well-known/webfinger?resource=acct:nobody@other.example").await;
    assert_eq!(other.status(), 404);
    let none = server.get("/.well-known/webfinger").await;
    assert_eq!(none.status(), 400);
}
