//! JWTs that are presented: none counts but by the key, the algorithm and for the purpose that it is taken for (RFC 8725).

use std::sync::Arc;

use openidconnect::reqwest::Method;
use serde_json::{Value, json};
use signet::{
    admin,
    keys::signing::{Algorithm, SigningKey, Type},
    tokens::{jwe::KeyAlg, jws, logout::LogoutClaims},
};

use crate::support::{
    API, RESOURCE_SERVER, SPA, Server, Tokens,
    flow::authorize_path,
    jwt::{forged, hs256, jwt, key, merge, signed, twice},
    server::{claims, header},
};

/// The key of ours that signed this.
fn signer(server: &Server, right: &str) -> Arc<SigningKey> {
    let kid = header(right)["kid"].as_str().expect("a kid").to_owned();
    Arc::clone(&server.app.keys.set().by_kid(&kid).expect("our own").key)
}

/// The same claims changed, by a key of our own.
fn ours(server: &Server, right: &str, head: &Value, changes: &Value) -> String {
    let key = signer(server, right);
    let head = merge(header(right), head);
    jwt(&head, &merge(claims(right), changes), |message| key.sign(message))
}

/// One of ours in every wrong way, its claims twice among them.
fn forged_of_ours(server: &Server, right: &str) -> Vec<(&'static str, String)> {
    let key = signer(server, right);
    let mut wrong = forged(right, key.jwk(), &|message| key.sign(message));
    let iss = format!("\"iss\":\"{}\"", server.issuer);
    wrong.push(("iss twice", twice(right, 1, &iss, |message| key.sign(message))));
    wrong
}

/// What we sign for something else, by the same keys: a logout token, the answer of `UserInfo`, and an ID token that only its
/// client can read.
async fn of_other_kinds(server: &Server, access: &str) -> Vec<(&'static str, String)> {
    let said = claims(access);
    let key = server.app.keys.signing(Algorithm::Rs256, server.clock.now());
    let logout = LogoutClaims::new(
        &server.issuer,
        SPA,
        said["sub"].as_str().expect("a subject").to_owned(),
        server.app.uuid().to_string(),
        server.clock.now().unix_timestamp(),
        &server.app.entropy,
    );
    let logout = jws::sign(&key, Type::Logout, &logout);
    server
        .change_client(SPA, |spa| spa.userinfo_signed_response_alg = Some(Algorithm::Rs256))
        .await;
    let answer = server.post("/userinfo", &[("access_token", access)]).await;
    assert_eq!(answer.status(), 200);
    let userinfo = answer.text().await.expect("text");
    assert_eq!(claims(&userinfo)["aud"], SPA);
    let jwk = merge(
        crate::support::jwt::key(Algorithm::Es256).jwk().clone(),
        &json!({ "use": "enc", "alg": null }),
    );
    server
        .change_client(SPA, |spa| {
            spa.userinfo_signed_response_alg = None;
            spa.jwks = Some(json!({ "keys": [jwk] }));
            spa.id_token_encrypted_response_alg = Some(KeyAlg::EcdhEs);
        })
        .await;
    let encrypted = tokens(server).await.id.expect("an ID token");
    assert_eq!(encrypted.split('.').count(), 5);
    server.change_client(SPA, |spa| spa.id_token_encrypted_response_alg = None).await;
    vec![("a logout token", logout), ("UserInfo", userinfo), ("an encrypted ID token", encrypted)]
}

async fn tokens(server: &Server) -> Tokens {
    server.tokens(&mut server.browser(), &[("scope", "openid read")]).await
}

#[tokio::test]
async fn an_id_token_hint_counts_if_it_is_one_of_ours_for_this_client() {
    let server = Server::start().await;
    let tokens = tokens(&server).await;
    let right = tokens.id.expect("an ID token");
    let mut browser = server.browser();
    let told = async |browser: &mut crate::support::Browser, hint: &str| {
        let path = authorize_path(&[("id_token_hint", hint), ("prompt", "none")]);
        browser.get(&path).await.callback().1["error"].clone()
    };
    assert_eq!(told(&mut browser, &right).await, "login_required");
    let same = ours(&server, &right, &json!({}), &json!({}));
    assert_eq!(told(&mut browser, &same).await, "login_required", "the tool itself is right");
    let mut wrong = forged_of_ours(&server, &right);
    wrong.extend(of_other_kinds(&server, &tokens.access).await);
    wrong.extend([
        ("aud", ours(&server, &right, &json!({}), &json!({ "aud": "web" }))),
        ("iss", ours(&server, &right, &json!({}), &json!({ "iss": "https://evil.example" }))),
        ("crit", ours(&server, &right, &json!({ "crit": ["exp"] }), &json!({}))),
        ("typ", ours(&server, &right, &json!({ "typ": "at+jwt" }), &json!({}))),
        ("an access token", tokens.access),
    ]);
    for (what, hint) in wrong {
        assert_eq!(told(&mut browser, &hint).await, "invalid_request", "{what}");
    }
    let long = ours(&server, &right, &json!({}), &json!({ "more": "x".repeat(20_000) }));
    let answer = browser.post_from(None, "/authorize", &[("id_token_hint", &long)]).await;
    assert_eq!(answer.status, 400, "it is too long");
}

#[tokio::test]
async fn a_hint_at_logout_counts_if_it_is_one_of_ours() {
    // RP-Initiated Logout §2.
    let server = Server::start().await;
    let tokens = tokens(&server).await;
    let right = tokens.id.expect("an ID token");
    let mut browser = server.signed_in().await;
    let status = async |browser: &mut crate::support::Browser, hint: &str| {
        browser.get(&format!("/logout?id_token_hint={hint}")).await.status
    };
    let same = ours(&server, &right, &json!({}), &json!({}));
    assert_eq!(status(&mut browser, &same).await, 200, "the tool itself is right: she is asked");
    let mut wrong = forged_of_ours(&server, &right);
    wrong.extend(of_other_kinds(&server, &tokens.access).await);
    wrong.extend([
        ("iss", ours(&server, &right, &json!({}), &json!({ "iss": "https://evil.example" }))),
        ("crit", ours(&server, &right, &json!({ "crit": ["exp"] }), &json!({}))),
        ("typ", ours(&server, &right, &json!({ "typ": "at+jwt" }), &json!({}))),
        ("an access token", tokens.access),
    ]);
    for (what, hint) in wrong {
        assert_eq!(status(&mut browser, &hint).await, 400, "{what}");
    }
    let long = ours(&server, &right, &json!({}), &json!({ "more": "x".repeat(20_000) }));
    let answer = browser.post_from(None, "/logout", &[("id_token_hint", &long)]).await;
    assert_eq!(answer.status, 400, "it is too long");
    assert!(browser.get("/").await.body.contains("Alice Example"), "no one was signed out");
}

#[tokio::test]
async fn an_access_token_opens_what_it_is_for_if_it_is_one_of_ours() {
    let server = Server::start().await;
    let tokens = tokens(&server).await;
    let right = &tokens.access;
    let opens = async |token: &str| {
        let request = server.request(Method::GET, "/userinfo").bearer_auth(token);
        let answer = request.send().await.expect("an answer").status().as_u16();
        (answer, server.is_active(token).await)
    };
    assert_eq!(opens(right).await, (200, true));
    let same = ours(&server, right, &json!({}), &json!({}));
    assert_eq!(opens(&same).await, (200, true), "the tool itself is right");
    let now = server.clock.now().unix_timestamp();
    let mut wrong = forged_of_ours(&server, right);
    let others = of_other_kinds(&server, right).await;
    wrong.extend(others);
    wrong.extend([
        // RFC 9068 §4.
        ("aud", ours(&server, right, &json!({}), &json!({ "aud": "https://other.example" }))),
        ("iss", ours(&server, right, &json!({}), &json!({ "iss": "https://evil.example" }))),
        ("exp", ours(&server, right, &json!({}), &json!({ "exp": now - 1, "iat": now - 60 }))),
        ("no exp", ours(&server, right, &json!({}), &json!({ "exp": null }))),
        ("crit", ours(&server, right, &json!({ "crit": ["exp"] }), &json!({}))),
        ("typ", ours(&server, right, &json!({ "typ": "JWT" }), &json!({}))),
        ("no typ", ours(&server, right, &json!({ "typ": null }), &json!({}))),
        ("an ID token", tokens.id.clone().expect("an ID token")),
    ]);
    for (what, token) in &wrong {
        assert_eq!(opens(token).await, (401, false), "{what}");
    }
    // What is for a resource alone opens nothing here; the resource is told of it.
    let elsewhere = ours(&server, right, &json!({}), &json!({ "aud": API }));
    assert_eq!(opens(&elsewhere).await, (401, true));
    let long = ours(&server, right, &json!({}), &json!({ "more": "x".repeat(20_000) }));
    let request = server.request(Method::GET, "/userinfo").bearer_auth(&long);
    assert_eq!(request.send().await.expect("an answer").status(), 401, "it is too long");
    for (path, name) in [("/userinfo", "access_token"), ("/introspect", "token")] {
        let answer = server.post_as(RESOURCE_SERVER, path, &[(name, &long)]).await;
        assert_eq!(answer.status(), 400, "too long for any parameter: {path}");
    }
    // RFC 7009 §2.2: what is none is revoked already. The right one is not, by any of them but the one that has its id and
    // is by our key.
    wrong.retain(|(what, _)| *what != "aud");
    for (what, token) in wrong {
        let answer = server.post("/revoke", &[("client_id", SPA), ("token", &token)]).await;
        assert_eq!(answer.status(), 200, "{what}");
        assert_eq!(opens(right).await, (200, true), "{what}");
    }
}

#[tokio::test]
async fn a_client_proves_itself_and_its_requests_by_its_own_keys_alone() {
    let server = Server::start().await;
    let own = key(Algorithm::Es256);
    server
        .change_client(SPA, |metadata| metadata.jwks = Some(json!({ "keys": [own.jwk()] })))
        .await;
    let now = server.clock.now().unix_timestamp();
    let machine = json!({
        "client_name": "Machine", "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["client_credentials"], "scopes": ["read"],
        "resources": [crate::support::API], "jwks": { "keys": [own.jwk()] },
    });
    let machine = serde_json::from_value(machine).expect("metadata");
    signet::admin::clients::put(&server.app, "machine", &machine).await.expect("registered");
    server.follow().await;

    let authenticates = async |assertion: &str| {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", kind),
            ("client_assertion", assertion),
        ];
        server.post("/token", &form).await.status().as_u16()
    };
    let assertion = |changes: Value| {
        let usual = json!({
            "iss": "machine", "sub": "machine", "aud": server.issuer, "jti": server.app.uuid(),
            "iat": now, "exp": now + 60,
        });
        signed(&own, &json!({}), &merge(usual, &changes))
    };
    assert_eq!(authenticates(&assertion(json!({}))).await, 200);
    let as_ed25519 =
        |key: &SigningKey, claims: &Value| signed(key, &json!({ "alg": "Ed25519" }), claims);
    let right = assertion(json!({}));
    let sign = |message: &[u8]| own.sign(message);
    let mut wrong = forged(&right, own.jwk(), &sign);
    let request = signed(&own, &json!({ "typ": "oauth-authz-req+jwt" }), &claims(&right));
    wrong.extend([
        ("iss twice", twice(&right, 1, "\"iss\":\"machine\"", sign)),
        ("a request object", request),
        ("too long", assertion(json!({ "more": "x".repeat(9000) }))),
        ("by another algorithm", as_ed25519(&own, &claims(&right))),
        ("aud", assertion(json!({ "aud": "https://other.example" }))),
        ("iss", assertion(json!({ "iss": SPA }))),
        ("exp", assertion(json!({ "exp": now - 60 }))),
        ("no exp", assertion(json!({ "exp": null }))),
        ("our own token", tokens(&server).await.access),
    ]);
    for (what, assertion) in wrong {
        assert_eq!(authenticates(&assertion).await, 401, "{what}");
    }

    let mut browser = server.browser();
    let request = |changes: Value| {
        let usual = json!({ "iss": SPA, "aud": server.issuer, "exp": now + 60, "state": "inside" });
        signed(&own, &json!({}), &merge(usual, &changes))
    };
    let told = async |browser: &mut crate::support::Browser, object: &str| {
        let path = authorize_path(&[("request", object), ("prompt", "none")]);
        browser.get(&path).await.callback().1["error"].clone()
    };
    assert_eq!(told(&mut browser, &request(json!({}))).await, "login_required");
    let right = request(json!({}));
    let mut wrong = forged(&right, own.jwk(), &sign);
    // Nothing is wrong with that one but that it is not offered to this client.
    wrong.retain(|(what, _)| *what != "none");
    let spa = tokens(&server).await;
    wrong.extend([
        ("aud", request(json!({ "aud": "https://other.example" }))),
        ("iss", request(json!({ "iss": "machine" }))),
        ("exp", request(json!({ "exp": now - 60 }))),
        ("an assertion", request(json!({ "sub": SPA }))),
        ("an ID token", spa.id.expect("an ID token")),
        ("an access token", spa.access),
    ]);
    for (what, object) in wrong {
        assert_eq!(told(&mut browser, &object).await, "invalid_request_object", "{what}");
    }
    // RFC 7519 §4: of claims that are there twice the last one counts.
    let last = twice(&right, 1, "\"iss\":\"machine\"", sign);
    assert_eq!(told(&mut browser, &last).await, "login_required");
    let bare = jwt(&json!({ "alg": "none" }), &claims(&right), |_| Vec::new());
    assert_eq!(told(&mut browser, &bare).await, "request_not_supported");
}

#[tokio::test]
async fn a_client_that_signs_with_its_secret_proves_itself_by_that_alone() {
    // RFC 7523 §3, OpenID Connect Core §9.
    let server = Server::start().await;
    let machine = json!({
        "client_name": "Machine", "token_endpoint_auth_method": "client_secret_jwt",
        "grant_types": ["client_credentials"], "scopes": ["read"], "resources": [API],
    });
    let machine = serde_json::from_value(machine).expect("metadata");
    admin::clients::put(&server.app, "machine", &machine).await.expect("registered");
    let secret = admin::clients::add_secret(&server.app, "machine", None).await.expect("added");
    server.follow().await;
    let sign = |message: &[u8]| hs256(secret.as_bytes(), message);
    let now = server.clock.now().unix_timestamp();
    let said = json!({
        "iss": "machine", "sub": "machine", "aud": server.issuer, "jti": "one", "iat": now,
        "exp": now + 60,
    });
    let right = jwt(&json!({ "alg": "HS256" }), &said, sign);
    let authenticates = async |assertion: &str| {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", kind),
            ("client_assertion", assertion),
        ];
        server.post("/token", &form).await.status().as_u16()
    };
    let mut wrong = forged(&right, &json!({}), &sign);
    wrong.extend([
        ("iss twice", twice(&right, 1, "\"iss\":\"machine\"", sign)),
        ("too long", jwt(&json!({ "alg": "HS256", "x": "x".repeat(9000) }), &said, sign)),
        ("HS384 with the tag of HS256", jwt(&json!({ "alg": "HS384" }), &said, sign)),
        ("crit", jwt(&json!({ "alg": "HS256", "crit": null }), &said, sign)),
        ("typ", jwt(&json!({ "alg": "HS256", "typ": "at+jwt" }), &said, sign)),
    ]);
    for (what, assertion) in wrong {
        assert_eq!(authenticates(&assertion).await, 401, "{what}");
    }
    assert_eq!(authenticates(&right).await, 200, "and now the one that all differ from");
}

#[tokio::test]
async fn ed25519_has_two_names_and_both_are_understood() {
    // RFC 9864 §2.2, §4.1.1.
    let server = Server::start().await;
    let own = key(Algorithm::EdDsa);
    let jwks = json!({ "keys": [own.jwk()] });
    server.change_client(SPA, |spa| spa.jwks = Some(jwks.clone())).await;
    let machine = json!({
        "client_name": "Machine", "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["client_credentials"], "scopes": ["read"], "resources": [API],
        "jwks": jwks, "token_endpoint_auth_signing_alg": "EdDSA",
    });
    let machine = serde_json::from_value(machine).expect("metadata");
    admin::clients::put(&server.app, "machine", &machine).await.expect("registered");
    server.follow().await;
    let now = server.clock.now().unix_timestamp();
    for alg in ["EdDSA", "Ed25519"] {
        let head = json!({ "alg": alg });
        let assertion = json!({
            "iss": "machine", "sub": "machine", "aud": server.issuer, "jti": alg, "exp": now + 60,
        });
        let assertion = signed(&own, &head, &assertion);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        assert_eq!(server.post("/token", &form).await.status(), 200, "{alg}");
        let request = json!({ "iss": SPA, "aud": server.issuer, "exp": now + 60 });
        let request = signed(&own, &head, &request);
        let path = authorize_path(&[("request", &request), ("prompt", "none")]);
        let answer = server.browser().get(&path).await;
        assert_eq!(answer.callback().1["error"], "login_required", "{alg}");
    }
}
