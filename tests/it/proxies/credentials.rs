//! What callers that are not browsers prove who they are by.

use signet::{
    access::principal::Subject,
    admin::api_keys,
    identity::api_keys::{Made, NewKey},
    tokens::api_key::Environment,
};

use super::{SITE, Stage, TOKENS};
use crate::support::{API, EMAIL, SERVICE, Server, Tokens, VAULT, server::claims};

/// A token of the service's for a resource.
pub async fn token(server: &Server, resource: &str, scope: &str) -> String {
    let form = [("grant_type", "client_credentials"), ("scope", scope), ("resource", resource)];
    Tokens::from(server.post_as(SERVICE, "/token", &form).await).await.access
}

/// An API key of Alice's.
pub async fn key(server: &Server) -> Made {
    let alice = signet::storage::users::find(&server.db, EMAIL).await.expect("read");
    let new = NewKey {
        owner: Subject::User(alice.expect("Alice").id),
        name: "backup".to_owned(),
        environment: Environment::Live,
        resource: API.to_owned(),
        scopes: vec!["read".to_owned()],
        addresses: Vec::new(),
        expires_at: None,
    };
    api_keys::add(&server.app, new).await.expect("made")
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_keys_for_the_resource_of_the_site_are_taken() {
    let stage = Stage::with(&format!("{TOKENS}upstream_token = true\n")).await;
    let token = token(&stage.server, API, "read").await;
    let key = key(&stage.server).await.text;
    for front in &stage.fronts {
        let bearer = format!("Authorization: Bearer {token}");
        let seen = stage.get(front, "/pages/1").with(&bearer).send().await.seen();
        assert_eq!(
            [
                seen.header("remote-user"),
                seen.header("remote-client"),
                seen.header("remote-scopes")
            ],
            [SERVICE, SERVICE, "read"],
            "{:?}",
            front.kind
        );
        let fresh = seen.header("authorization").strip_prefix("Bearer ").expect("a token");
        assert_ne!(fresh, token, "the caller's own goes no further");
        assert_eq!(claims(fresh)["aud"], API);
        assert!(stage.server.is_active(fresh).await, "{:?}", front.kind);
        assert_eq!(stage.get(front, "/admin").with(&bearer).send().await.status, 403);
        // It is for reading.
        let write = stage.get(front, "/other").by("PUT").with(&bearer).send().await;
        assert_eq!(write.status, 403, "{:?}: {write:?}", front.kind);

        for header in [format!("Authorization: Bearer {key}"), format!("X-API-Key: {key}")] {
            let seen = stage.get(front, "/pages/1").with(&header).send().await.seen();
            assert_eq!(seen.header("remote-email"), EMAIL, "{:?}", front.kind);
            assert_eq!(seen.header("remote-scopes"), "read", "{:?}", front.kind);
            assert!(!format!("{seen:?}").contains(&key), "{:?}: {seen:?}", front.kind);
        }
        stage.upstream.seen();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_the_site_is_not_taken() {
    let stage = Stage::new().await;
    let elsewhere = token(&stage.server, VAULT, "open").await;
    let good = token(&stage.server, API, "read").await;
    let broken = format!("{}x", &good[..good.len() - 1]);
    let secret = stage.server.secret(SERVICE);
    for front in &stage.fronts {
        let session = stage.session(front).await;
        stage.upstream.seen();
        for header in [
            format!("Authorization: Bearer {elsewhere}"),
            format!("Authorization: Bearer {broken}"),
            "Authorization: Bearer sgk_live_0000".to_owned(),
            "X-API-Key: sgk_live_0000".to_owned(),
            "Authorization: Bearer".to_owned(),
            "Authorization: Digest x".to_owned(),
            "Cookie: __Host-signet_gate=forged".to_owned(),
        ] {
            let answer = stage.get(front, "/page").with(&header).send().await;
            assert_eq!(answer.status, 401, "{:?}: {header}: {answer:?}", front.kind);
        }
        // Not even beside a session that is good.
        let bearer = format!("Authorization: Bearer {broken}");
        let answer = stage.get_as(front, &session, "/page").with(&bearer).send().await;
        assert_eq!(answer.status, 401, "{:?}: {answer:?}", front.kind);
        // Basic was not asked for.
        let basic = stage.get(front, "/page").arg("--user").arg(&format!("{SERVICE}:{secret}"));
        let answer = basic.send().await;
        assert_eq!(answer.status, 401, "{:?}: {answer:?}", front.kind);
        assert!(!answer.header("www-authenticate").contains("Basic"), "{answer:?}");
        assert!(stage.upstream.seen().is_empty(), "{:?}", front.kind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_is_for_keys_and_clients_and_not_for_peoples_passwords() {
    let stage = Stage::with(&format!("{TOKENS}basic = true\n")).await;
    let key = key(&stage.server).await.text;
    let secret = stage.server.secret(SERVICE);
    for front in &stage.fronts {
        let answer = stage.get(front, "/page").send().await;
        let challenge = answer.header("www-authenticate");
        assert!(challenge.contains("Basic realm="), "{:?}: {answer:?}", front.kind);

        let ask = |user: String| stage.get(front, "/page").arg("--user").arg(&user);
        let seen = ask(format!("{EMAIL}:{key}")).send().await.seen();
        assert_eq!((seen.header("remote-scopes"), seen.header("authorization")), ("read", ""));
        let seen = ask(format!("{SERVICE}:{secret}")).send().await.seen();
        assert_eq!((seen.header("remote-user"), seen.header("authorization")), (SERVICE, ""));
        stage.upstream.seen();
        for wrong in [
            format!("{SERVICE}:wrong"),
            format!("{SERVICE}:{key}"),
            format!("{SITE}:{secret}"),
            format!("{EMAIL}:{}", crate::support::PASSWORD),
            "alice:".to_owned(),
        ] {
            let answer = ask(wrong.clone()).send().await;
            assert_eq!(answer.status, 401, "{:?}: {wrong}: {answer:?}", front.kind);
        }
        assert!(stage.upstream.seen().is_empty(), "{:?}", front.kind);
    }
}
