//! What the APIs keep between requests, and what they do without Signet.

use std::time::Duration;

use serde_json::json;
use sqlx::PgPool;

use super::{Api, Language, RESOURCE, Way, World, client_token, everywhere, register, secret_of};
use crate::support::{
    database::Database,
    jwt::{jwt, merge},
    process::{Process, command, free_port},
    server::{claims, header},
};

everywhere!(
    a_revoked_token_is_known_by_introspection_alone,
    without_signet_nothing_is_open,
    keys_and_answers_last_as_long_as_they_may,
);

const CACHE: &str = "INTROSPECTION_CACHE";

async fn a_revoked_token_is_known_by_introspection_alone(language: Language, way: Way) {
    let world = World::start().await;
    let [quick, patient] = [[(CACHE, "0")], [(CACHE, "3600")]];
    let quick = world.api(language, way, &quick).await;
    let patient = world.api(language, way, &patient).await;
    let [seen, new] = [world.service().await, world.service().await];
    for api in [&quick, &patient] {
        assert_eq!(api.status("GET /orders", &seen).await, 200, "{}", api.log());
    }
    for token in [&seen, &new] {
        world.revoke("orders-service", token).await;
    }
    let expected = match way {
        Way::Jwks => [200, 200, 200, 200],
        Way::Introspection => [401, 401, 200, 401],
    };
    let mut found = Vec::new();
    for api in [&quick, &patient] {
        for token in [&seen, &new] {
            found.push(api.status("GET /orders", token).await);
        }
    }
    assert_eq!(found, expected);
}

/// A new key, and then the end of a token.
async fn keys_and_answers_last_as_long_as_they_may(language: Language, way: Way) {
    let world = World::start().await;
    let eager = world.api(language, way, &[("JWKS_COOLDOWN", "0"), (CACHE, "3600")]).await;
    let strict = world.api(language, way, &[("JWKS_COOLDOWN", "3600")]).await;
    let before = world.service().await;
    for api in [&eager, &strict] {
        assert_eq!(api.status("GET /orders", &before).await, 200, "{}", api.log());
    }
    world.signet(&["key", "rotate", "--now"]).await;
    let after = world.service().await;
    assert_ne!(header(&before)["kid"], header(&after)["kid"]);
    // Keys are not fetched for every kid that someone made up; Signet publishes its own long before it signs by them.
    let strictly = if way == Way::Jwks { 401 } else { 200 };
    for (api, expected) in [(&eager, 200), (&strict, strictly)] {
        assert_eq!(api.status("GET /orders", &after).await, expected, "{}", api.log());
        assert_eq!(api.status("GET /orders", &before).await, 200, "{}", api.log());
    }
    assert_eq!(eager.status("POST /orders", &after).await, 201);
    assert_eq!(eager.status("GET /orders/1", &after).await, 403, "decided: {}", eager.log());

    if way == Way::Introspection {
        // What is remembered of a token ends with it.
        let set = world.server.app.keys.set();
        let kid = header(&after)["kid"].as_str().expect("a kid").to_owned();
        let key = &set.by_kid(&kid).expect("our own").key;
        let end = world.server.clock.now().unix_timestamp() + 3;
        let said = merge(claims(&after), &json!({ "exp": end }));
        let brief = jwt(&header(&after), &said, |message| key.sign(message));
        assert_eq!(eager.status("GET /orders", &brief).await, 200, "{}", eager.log());
        while world.server.clock.now().unix_timestamp() <= end {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(eager.status("GET /orders", &brief).await, 401);
    }
}

async fn without_signet_nothing_is_open(language: Language, way: Way) {
    let database = Database::filled().await;
    let secrets = register(&database.url).await;
    let port = free_port();
    let mut signet = Process::serve(command(&database.url), port).await;
    let issuer = signet.issuer.clone();
    let secret = secret_of(&secrets, "orders-api");
    let own = secret_of(&secrets, "orders-service");
    let settings = [(CACHE, "0"), ("JWKS_COOLDOWN", "0")];
    let api = Api::start(language, way, &issuer, secret, &settings).await;
    let token = client_token(&issuer, "orders-service", own, &[("resource", RESOURCE)]).await;
    assert_eq!(api.status("POST /orders", &token).await, 201, "{}", api.log());
    assert_eq!(api.status("GET /orders/1", &token).await, 403, "{}", api.log());

    signet.kill().await;
    // By keys that are known, tokens are checked without Signet; decisions are not made.
    let listed = if way == Way::Jwks { 200 } else { 503 };
    let new = Api::start(language, way, &issuer, secret, &settings).await;
    for (api, request, expected) in [
        (&api, "GET /orders", listed),
        (&api, "GET /orders/1", 503),
        (&api, "DELETE /orders/1", 503),
        (&new, "GET /orders", 503),
        (&new, "POST /orders", 503),
    ] {
        let answer = api.send(request, &format!("Bearer {token}")).await;
        assert_eq!(answer.status(), expected, "{request}: {}", api.log());
        assert_eq!(answer.headers().contains_key("retry-after"), expected == 503);
        assert!(!answer.headers().contains_key("www-authenticate"), "the token may be good");
    }

    // And they go on when it is there again, be it with other keys: then their own tokens are no good any more either.
    let db = PgPool::connect(&database.url).await.expect("Postgres answers");
    sqlx::query("DELETE FROM signing_keys").execute(&db).await.expect("deleted");
    db.close().await;
    let _signet = Process::serve(command(&database.url), port).await;
    let token = client_token(&issuer, "orders-service", own, &[("resource", RESOURCE)]).await;
    for api in [&api, &new] {
        assert_eq!(api.status("GET /orders", &token).await, 200, "{}", api.log());
    }
    assert_eq!(api.status("GET /orders/1", &token).await, 403, "{}", api.log());
}
