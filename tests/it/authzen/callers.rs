//! Who may ask.

use openidconnect::reqwest::{Method, header};
use serde_json::{Value, json};
use signet::{
    access::principal::Subject,
    admin,
    identity::api_keys::NewKey,
    keys::signing::Type,
    registry::resource::AUTHORIZATION_API,
    storage::{self, opaque_tokens::OpaqueRow},
    tokens::{
        access::TokenId,
        api_key::Environment,
        handle::{Access, Handle},
        jws,
    },
};

use super::{ALL, EVALUATION, Pep, entity};
use crate::support::{API, EMAIL, Options, SERVICE, Server, Tokens, server::claims};

fn question() -> Value {
    json!({
        "subject": entity("user", "a"), "action": { "name": "x" }, "resource": entity("thing", "7"),
    })
}

#[tokio::test]
async fn a_token_of_a_service_for_this_api_opens_it_and_no_other() {
    let pep = Pep::start().await;
    assert_eq!(claims(&pep.token)["aud"], "urn:signet:authorization-api");
    assert_eq!(claims(&pep.token)["scope"], "decide");
    assert_eq!(pep.status(EVALUATION, &question()).await, 200);

    let form = [("grant_type", "client_credentials")];
    let other = Tokens::from(pep.server.post_as(SERVICE, "/token", &form).await).await.access;
    let mute = pep.token_of("mute").await;
    let mut forged = pep.token.clone();
    forged.replace_range(forged.len() - 4.., "AAAA");
    for path in ALL {
        for (token, status, challenge) in [
            (other.as_str(), 401, "error=\"invalid_token\""),
            (&forged, 401, "error=\"invalid_token\""),
            ("nonsense", 401, "error=\"invalid_token\""),
            (&mute, 403, "error=\"insufficient_scope\""),
        ] {
            let answer = pep.send_as(token, path, &question()).await;
            assert_eq!(answer.status(), status, "{path} {token}");
            let told = answer.headers()[header::WWW_AUTHENTICATE].to_str().expect("text");
            assert!(told.starts_with("Bearer realm=") && told.contains(challenge), "{told}");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/plain; charset=utf-8");
            assert!(!answer.text().await.expect("text").is_empty());
        }
        let request = pep.server.request(Method::POST, path).json(&question());
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers()[header::WWW_AUTHENTICATE], "Bearer realm=\"signet\"");
        assert_eq!(pep.server.get(path).await.status(), 405);
    }
}

#[tokio::test]
async fn a_token_that_is_over_opens_nothing() {
    let pep = Pep::start().await;
    let secret = &pep.secrets.iter().find(|(id, _)| id == "pep").expect("a client").1;
    let request = pep.server.request(Method::POST, "/revoke").basic_auth("pep", Some(secret));
    let answer = request.form(&[("token", pep.token.as_str())]).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(pep.status(EVALUATION, &question()).await, 401, "revoked");

    let token = pep.token_of("pep").await;
    let status = async || pep.send_as(&token, EVALUATION, &question()).await.status();
    assert_eq!(status().await, 200);
    admin::clients::set_disabled(&pep.server.app, "pep", true).await.expect("disabled");
    pep.server.follow().await;
    assert_eq!(status().await, 401, "of a client that is disabled");
    admin::clients::set_disabled(&pep.server.app, "pep", false).await.expect("enabled");
    pep.server.follow().await;
    assert_eq!(status().await, 200);
    pep.server.advance(time::Duration::minutes(16));
    assert_eq!(status().await, 401, "expired");
}

#[tokio::test]
async fn a_persons_grant_does_not_open_it() {
    let pep = Pep::start().await;
    pep.server
        .change_client(crate::support::SPA, |metadata| {
            metadata.scopes.push("decide".to_owned());
            metadata.resources.push("urn:signet:authorization-api".to_owned());
        })
        .await;
    let asked = [("scope", "decide"), ("resource", "urn:signet:authorization-api")];
    let token = pep.server.tokens(&mut pep.server.browser(), &asked).await.access;
    assert_eq!(claims(&token)["scope"], "decide");
    assert_eq!(pep.send_as(&token, EVALUATION, &question()).await.status(), 401);
}

#[tokio::test]
async fn an_api_key_does_not_open_it_nor_does_a_token_of_one() {
    let pep = Pep::start().await;
    let server = &pep.server;
    server
        .apply(
            "[[resource]]\nidentifier = \"https://api.example.com\"\nname = \"Example API\"\n\
             scopes = [{ name = \"read\" }, { name = \"decide\" }]\napi_keys = \"people\"\n",
        )
        .await;
    server.change_client("pep", |metadata| metadata.resources.push(API.to_owned())).await;
    let alice = storage::users::find(&server.db, EMAIL).await.expect("read").expect("Alice");
    for owner in [Subject::User(alice.id), Subject::Client("pep".to_owned())] {
        let new = |resource: &str| NewKey {
            owner: owner.clone(),
            name: "script".to_owned(),
            environment: Environment::Live,
            resource: resource.to_owned(),
            scopes: vec!["decide".to_owned()],
            addresses: Vec::new(),
            expires_at: None,
        };
        let none = admin::api_keys::add(&server.app, new(AUTHORIZATION_API)).await;
        none.expect_err("there are no keys for it");
        let key = admin::api_keys::add(&server.app, new(API)).await.expect("made");
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", key.text.as_str()),
            ("subject_token_type", "urn:signet:params:oauth:token-type:api-key"),
        ];
        let token = Tokens::from(server.post("/token", &form).await).await.access;
        for path in ALL {
            for token in [&key.text, &token] {
                let answer = pep.send_as(token, path, &question()).await;
                assert_eq!(answer.status(), 401, "{path} {owner}");
            }
        }
    }
    // Not even if its token said that it is for this.
    let key = uuid::Uuid::from_u128(7);
    for (of, status) in [(None, 200), (Some(key), 401)] {
        for token in [jwt(server, of), opaque(server, of).await] {
            let answer = pep.send_as(&token, EVALUATION, &question()).await;
            assert_eq!(answer.status(), status, "{of:?} {token}");
        }
    }
}

/// A JWT for this API, perhaps of an API key.
fn jwt(server: &Server, of: Option<uuid::Uuid>) -> String {
    let app = &server.app;
    let (now, iat) = (server.clock.now(), server.clock.now().unix_timestamp());
    let mut said = json!({
        "iss": server.issuer, "sub": "pep", "aud": AUTHORIZATION_API, "exp": iat + 300, "iat": iat,
        "jti": TokenId::draw(of, &app.entropy), "client_id": "pep", "scope": "decide",
    });
    if let Some(id) = of {
        said["api_key"] = json!({ "id": id, "environment": "live" });
    }
    jws::sign(&app.keys.signing(app.config.tokens.access_token_alg, now), Type::Access, &said)
}

/// An opaque token for it.
async fn opaque(server: &Server, of: Option<uuid::Uuid>) -> String {
    let handle = Handle::<Access>::draw(server.app.uuid(), &server.app.entropy);
    let row = OpaqueRow {
        id: handle.id,
        grant_id: None,
        api_key: of,
        client_id: "pep".to_owned(),
        subject: "pep".to_owned(),
        scopes: vec!["decide".to_owned()],
        audience: vec![AUTHORIZATION_API.to_owned()],
        issued_at: server.clock.now(),
        expires_at: server.clock.now() + time::Duration::minutes(5),
    };
    let digest = handle.digest();
    storage::opaque_tokens::insert(&server.db, &row, digest.bytes()).await.expect("written");
    handle.expose()
}

#[tokio::test]
async fn no_operator_defines_the_api_otherwise() {
    let server = Server::start().await;
    let manifest = "[[resource]]\nidentifier = \"urn:signet:authorization-api\"\nname = \"Mine\"";
    let manifest = admin::manifest::Manifest::parse(manifest).expect("a manifest");
    let refused = admin::manifest::plan(&server.db, &manifest).await.expect_err("it is Signet's");
    assert!(refused.to_string().contains("Signet itself"), "{refused}");
    // Not even by what is stored.
    let sql = "INSERT INTO resources (identifier, metadata, created_at, updated_at)
               VALUES ('urn:signet:authorization-api', '{\"name\":\"Mine\",\"access_token_format\":\"opaque\"}', now(), now())";
    sqlx::query(sql).execute(&server.db).await.expect("stored");
    server.app.replica.reload_resources().await.expect("read");
    let pep = Pep::at(server).await;
    assert!(pep.token.starts_with("ey"));
    assert_eq!(pep.status(EVALUATION, &question()).await, 200);
}

#[tokio::test]
async fn an_issuer_may_have_a_path() {
    let server = Server::with(Options { path: "/tenants/one", ..Options::default() }).await;
    let pep = Pep::at(server).await;
    assert_eq!(pep.status(EVALUATION, &question()).await, 200);
    let origin = pep.server.issuer.strip_suffix("/tenants/one").expect("its path");
    let mut browser = crate::support::Browser::new(origin);
    let answer = browser.get("/.well-known/authzen-configuration/tenants/one").await;
    assert_eq!(answer.status, 200);
    let metadata: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(metadata["policy_decision_point"], pep.server.issuer);
    assert_eq!(metadata["access_evaluation_endpoint"], pep.server.url(EVALUATION));
    assert_eq!(browser.get("/.well-known/authzen-configuration").await.status, 404);
}
