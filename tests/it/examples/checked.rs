//! One table of cases: which tokens are good, and what whoever has one may do.

use std::{fs, sync::Arc};

use serde_json::{Value, json};
use signet::keys::signing::SigningKey;

use super::{Api, Language, METADATA, RESOURCE, Way, World, everywhere, folder, secret_of, told};
use crate::support::{
    API, EMAIL, PASSWORD, SERVICE, Tokens,
    jwt::{forged, jwt, key, merge},
    server::{claims, header},
};

const ALICE: (&str, &str) = (EMAIL, PASSWORD);
const BOB: (&str, &str) = ("bob@example.com", "another good password");
const BOTH: [&str; 2] = ["orders:read", "orders:write"];

everywhere!(
    tokens_that_are_not_good_open_nothing,
    a_good_token_opens_what_its_scopes_say,
    decisions_are_signets,
);

/// The key of ours that signed a token.
fn signer(world: &World, token: &str) -> Arc<SigningKey> {
    let kid = header(token)["kid"].as_str().expect("a kid").to_owned();
    Arc::clone(&world.server.app.keys.set().by_kid(&kid).expect("our own").key)
}

/// The same token with other members, by a key of ours: what Signet might have signed for another purpose.
fn ours(world: &World, token: &str, head: &Value, said: &Value) -> String {
    let key = signer(world, token);
    jwt(&merge(header(token), head), &merge(claims(token), said), |message| key.sign(message))
}

/// Tokens that are no good, by what is wrong with them.
async fn wrong(world: &World, right: &str) -> Vec<(String, String)> {
    let key_of_right = signer(world, right);
    let mut wrong: Vec<(String, String)> = forged(right, key_of_right.jwk(), &|message| key_of_right.sign(message))
            .into_iter()
            // Those are signed by Signet, and it says nothing twice.
            .filter(|(name, _)| !name.starts_with("alg twice"))
            .map(|(name, token)| (name.to_owned(), token))
            .collect();
    let now = world.server.clock.now().unix_timestamp();
    for (name, head, said) in [
        ("ended", json!({}), json!({ "iat": now - 900, "exp": now - 60 })),
        ("without an end", json!({}), json!({ "exp": null })),
        ("another issuer's", json!({}), json!({ "iss": "https://evil.example" })),
        ("without an issuer", json!({}), json!({ "iss": null })),
        ("for another audience", json!({}), json!({ "aud": "https://other.example" })),
        ("for others", json!({}), json!({ "aud": [API, "http://localhost:90"] })),
        ("for no one", json!({}), json!({ "aud": null })),
        ("about no one", json!({}), json!({ "sub": null })),
        ("of no client", json!({}), json!({ "client_id": null })),
        ("without an id", json!({}), json!({ "jti": null })),
        ("a JWT", json!({ "typ": "JWT" }), json!({})),
        ("of no type", json!({ "typ": null }), json!({})),
        ("a logout token", json!({ "typ": "logout+jwt" }), json!({})),
        ("critical", json!({ "crit": ["exp"] }), json!({})),
    ] {
        wrong.push((name.to_owned(), ours(world, right, &head, &said)));
    }
    // Its signature is another key's of this server.
    let stranger = key(signet::keys::signing::Algorithm::EdDsa);
    let by_stranger = jwt(&header(right), &claims(right), |message| stranger.sign(message));
    wrong.push(("by another algorithm than it says".to_owned(), by_stranger));

    let server = &world.server;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    wrong.push(("an ID token".to_owned(), tokens.id.expect("one")));
    let form = [("grant_type", "client_credentials"), ("resource", API)];
    let elsewhere = Tokens::from(server.post_as(SERVICE, "/token", &form).await).await.access;
    wrong.push(("for another API".to_owned(), elsewhere));
    // Signet tells the API of this one, as it is its own.
    let decides = [("resource", "urn:signet:authorization-api")];
    wrong.push(("its own".to_owned(), world.token_of("orders-api", &decides).await));
    for garbage in ["x", "..", "a.b.c", "a.b.c.d.e", "eyJhbGciOiJFUzI1NiJ9.e30.AA"] {
        wrong.push((garbage.to_owned(), garbage.to_owned()));
    }
    wrong
}

async fn tokens_that_are_not_good_open_nothing(language: Language, way: Way) {
    let world = World::start().await;
    // Whatever key is named is looked for.
    let api = world.api(language, way, &[("JWKS_COOLDOWN", "0")]).await;
    let right = world.service().await;
    assert_eq!(api.status("GET /orders", &right).await, 200, "{}", api.log());
    for (name, token) in wrong(&world, &right).await {
        for request in ["GET /orders", "POST /orders", "GET /orders/1", "DELETE /orders/1"] {
            let (status, said) = api.ask(request, &token).await;
            assert_eq!(status, 401, "{name}: {request}: {said}\n{}", api.log());
            assert!(said.starts_with("Bearer error=\"invalid_token\""), "{name}: {said}");
            assert!(said.contains(METADATA), "{name}: {said}");
        }
    }
    for authorization in ["", "Bearer", "Bearer ", "Basic b3JkZXJzOm9yZGVycw==", &right] {
        let (status, said) = told(api.send("GET /orders", authorization).await).await;
        assert_eq!(status, 401, "{authorization}: {said}");
        // Without a token nothing is wrong with one (RFC 6750 §3.1).
        assert!(said.starts_with(&format!("Bearer {METADATA}")), "{authorization}: {said}");
    }
    let in_query = format!("GET /orders?access_token={right}");
    assert_eq!(told(api.send(&in_query, "").await).await.0, 401);

    assert_eq!(api.status("GET /orders", &right).await, 200, "{}", api.log());
    let (logged, secret) = (api.log(), secret_of(&world.secrets, "orders-api"));
    let signature = right.rsplit('.').next().expect("a signature");
    assert!(!logged.contains(signature) && !logged.contains(secret), "{logged}");
}

async fn a_good_token_opens_what_its_scopes_say(language: Language, way: Way) {
    let world = World::start().await;
    let api = world.api(language, way, &[]).await;
    let reader = world.token_of("orders-service", &[("scope", "orders:read")]).await;
    assert_eq!(api.status("GET /orders", &reader).await, 200, "{}", api.log());
    for request in ["POST /orders", "DELETE /orders/1"] {
        let (status, said) = api.ask(request, &reader).await;
        assert_eq!(status, 403, "{request}: {said}");
        assert!(said.starts_with("Bearer error=\"insufficient_scope\""), "{said}");
        assert!(said.contains("scope=\"orders:write\"") && said.contains(METADATA), "{said}");
    }
    let writer = world.token_of("orders-service", &[("scope", "orders:write")]).await;
    assert_eq!(api.status("POST /orders", &writer).await, 201);
    let (status, said) = api.ask("GET /orders", &writer).await;
    assert_eq!(status, 403, "{said}");
    assert!(said.contains("scope=\"orders:read\""), "{said}");

    // The scheme is written in any case (RFC 9110 §11.1), and two audiences are a list.
    assert_eq!(told(api.send("GET /orders", &format!("bEARER {reader}")).await).await.0, 200);
    let both = ours(&world, &reader, &json!({}), &json!({ "aud": [API, RESOURCE] }));
    assert_eq!(api.status("GET /orders", &both).await, 200);
    let long = ours(&world, &reader, &json!({ "typ": "application/AT+JWT" }), &json!({}));
    assert_eq!(api.status("GET /orders", &long).await, 200);

    let answer = api.send("GET /.well-known/oauth-protected-resource", "").await;
    assert_eq!(answer.status(), 200);
    let metadata: Value = answer.json().await.expect("JSON");
    assert_eq!(
        metadata,
        json!({
            "resource": RESOURCE, "resource_name": "Orders",
            "authorization_servers": [world.server.issuer],
            "scopes_supported": BOTH, "bearer_methods_supported": ["header"],
        })
    );
}

/// What the API answers about the one order that a person placed.
async fn asked(api: &Api, token: &str, expected: [u16; 2]) -> String {
    let (viewed, _) = api.ask("GET /orders/1", token).await;
    let (cancelled, said) = api.ask("DELETE /orders/1", token).await;
    assert_eq!([viewed, cancelled], expected, "{said}\n{}", api.log());
    said
}

async fn decisions_are_signets(language: Language, way: Way) {
    let world = World::start().await;
    let api = world.api(language, way, &[]).await;
    let alice = world.person(ALICE, &BOTH, &[]).await;
    let bob = world.person(BOB, &BOTH, &[]).await;
    let service = world.service().await;
    let (status, said) = api.ask("POST /orders", &alice).await;
    assert_eq!(status, 201, "{said}\n{}", api.log());
    assert!(said.contains("a hat"), "{said}");

    for (token, own) in [(&alice, 1), (&bob, 0), (&service, 0)] {
        let answer = api.send("GET /orders", &format!("Bearer {token}")).await;
        let orders: Value = answer.json().await.expect("JSON");
        assert_eq!(orders.as_array().map(Vec::len), Some(own), "{orders}");
    }
    // The owner may look, and has to prove more to cancel.
    let said = asked(&api, &alice, [200, 401]).await;
    let challenge = "Bearer error=\"insufficient_user_authentication\"";
    assert!(said.starts_with(challenge) && said.contains(METADATA), "{said}");
    assert!(said.contains("acr_values=\"aal2\", max_age=\"600\""), "{said}");
    // No one else may do either, and for them nothing is to be proven.
    for token in [&bob, &service] {
        let said = asked(&api, token, [403, 403]).await;
        assert!(said.contains("access_denied") && !said.contains("Bearer"), "{said}");
    }
    assert_eq!(api.status("GET /orders/2", &alice).await, 404);

    // A role counts at once, with what it obliges to.
    world.signet(&["role", "assign", "orders-admin", "--user", BOB.0]).await;
    assert_eq!(api.status("GET /orders/1", &bob).await, 200, "{}", api.log());
    let [own, other] = [&alice, &bob].map(|token| claims(token)["jti"].clone());
    api.logs(other.as_str().expect("an id")).await;
    let own = own.as_str().expect("an id");
    assert!(!api.log().contains(own), "her own order is no one else's business: {}", api.log());
    world.signet(&["role", "unassign", "orders-admin", "--user", BOB.0]).await;
    assert_eq!(api.status("GET /orders/1", &bob).await, 403);

    // With a second factor of now the owner may, by the parameters of the challenge.
    let surely = [("ACR_VALUES", "aal2"), ("MAX_AGE", "600")];
    let surely = world.person(ALICE, &BOTH, &surely).await;
    assert_eq!(api.status("DELETE /orders/1", &surely).await, 204, "{}", api.log());
    assert_eq!(api.status("GET /orders/1", &alice).await, 404);
    assert!([&alice, &bob, &surely].iter().all(|token| !api.log().contains(token.as_str())));

    // What it is obliged to and cannot do, it does not permit.
    assert_eq!(api.status("POST /orders", &alice).await, 201);
    world.signet(&["role", "assign", "orders-admin", "--user", BOB.0]).await;
    let policies = tempfile::tempdir().expect("a folder");
    for name in ["policies.cedar", "schema.cedarschema"] {
        let text = fs::read_to_string(folder().join("policies").join(name)).expect("a file");
        let text = text.replace("record-access", "watermark");
        fs::write(policies.path().join(name), text).expect("written");
    }
    assert_eq!(api.status("GET /orders/2", &bob).await, 200, "{}", api.log());
    let path = policies.path().to_str().expect("UTF-8");
    world.signet(&["policy", "save", path]).await;
    assert_eq!(api.status("GET /orders/2", &bob).await, 403, "{}", api.log());
    api.logs("an unknown obligation").await;
}
