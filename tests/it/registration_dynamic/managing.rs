//! A client reads, replaces and removes its own registration (RFC 7592).

use openidconnect::reqwest::Method;
use serde_json::{Value, json};
use signet::{
    registry::about::RegisteredBy,
    storage::{
        clients::{self, Removable},
        registrations::{self, Replacement, SecretChange},
    },
    tokens::handle::{Handle, RegistrationAccess},
};

use super::{CALLBACK, about, open, own, registered, send, text};
use crate::support::{Server, server::error};

/// A change of a client: its id, a redirect URI and these members.
fn change(client: &Value, more: &Value) -> Value {
    let mut all = super::members(more);
    all["client_id"] = client["client_id"].clone();
    all
}

async fn put(server: &Server, client: &Value, token: &str, more: Value) -> (u16, Value) {
    send(own(server, Method::PUT, client, token).json(&change(client, &more))).await
}

/// Whether a secret is the client's: the token endpoint then looks at the code.
async fn has_secret(server: &Server, client: &Value, secret: &str) -> bool {
    server.follow().await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", text(client, "client_id")),
        ("client_secret", secret),
        ("code", "none"),
        ("redirect_uri", CALLBACK),
    ];
    match error(server.post("/token", &form).await).await {
        (400, code) if code == "invalid_grant" => true,
        (401, code) if code == "invalid_client" => false,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_reads_what_is_registered() {
    // RFC 7592 §2.1.
    let server = open().await;
    let client =
        registered(&server, json!({ "client_name": "One", "contacts": ["a@b.example"] })).await;
    let answer = about(&server, Method::GET, &client).send().await.expect("an answer");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let (status, body) = (answer.status(), answer.json::<Value>().await.expect("JSON"));
    assert_eq!(status, 200);
    let mut expected = client.clone();
    // Only its digest is known.
    for name in ["client_secret", "client_secret_expires_at"] {
        expected.as_object_mut().expect("an object").remove(name);
    }
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_change_replaces_all_of_it() {
    // RFC 7592 §2.2.
    let server = open().await;
    let first = json!({ "client_name": "One", "contacts": ["a@b.example"], "default_max_age": 5 });
    let client = registered(&server, first).await;
    let secret = text(&client, "client_secret");
    let more = json!({
        "client_name": "Two", "redirect_uris": ["https://other.example/cb"], "client_secret": secret,
    });
    let (status, body) =
        put(&server, &client, text(&client, "registration_access_token"), more).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["client_name"], "Two");
    assert_eq!(body["redirect_uris"], json!(["https://other.example/cb"]));
    assert_eq!(body["client_secret"], secret);
    assert_eq!(body["client_id_issued_at"], client["client_id_issued_at"]);
    assert!(body.get("contacts").is_none() && body.get("default_max_age").is_none(), "{body}");
    let stored = server.app.replica.client(text(&client, "client_id")).await.expect("read");
    assert_eq!(stored.expect("there").metadata.client_name, "Two", "known here at once");
    let mut events = server.events().await;
    events.sort();
    assert_eq!(events, ["client.registered", "client.registration_changed"]);
}

#[tokio::test]
async fn what_is_not_the_clients_to_say_is_refused() {
    let server = open().await;
    let client = registered(&server, json!({})).await;
    let token = text(&client, "registration_access_token");
    for wrong in [
        json!({ "client_id": "other" }),
        json!({ "client_id": null }),
        json!({ "client_secret": "chosen" }),
        json!({ "client_secret": server.secret("service") }),
        json!({ "registration_access_token": token }),
        json!({ "registration_client_uri": "https://a.example" }),
        json!({ "client_secret_expires_at": 0 }),
        json!({ "client_id_issued_at": 0 }),
        json!({ "grant_types": ["client_credentials"] }),
        json!({ "token_endpoint_auth_method": "tls_client_auth" }),
    ] {
        let mut all = change(&client, &json!({}));
        for (name, value) in wrong.as_object().into_iter().flatten() {
            all[name] = value.clone();
        }
        let (status, body) = send(own(&server, Method::PUT, &client, token).json(&all)).await;
        assert_eq!((status, text(&body, "error")), (400, "invalid_client_metadata"), "{wrong}");
    }
    let uris = json!({ "redirect_uris": ["http://a.example"] });
    let (status, body) = put(&server, &client, token, uris).await;
    assert_eq!((status, text(&body, "error")), (400, "invalid_redirect_uri"));
    // Nothing was changed by it, the token neither.
    assert_eq!(
        send(about(&server, Method::GET, &client)).await.1["redirect_uris"],
        json!([CALLBACK])
    );
}

#[tokio::test]
async fn a_token_stays_good_until_its_successor_is_used() {
    let server = open().await;
    let client = registered(&server, json!({})).await;
    let first = text(&client, "registration_access_token");
    let secret = json!({ "client_secret": text(&client, "client_secret") });
    // The answer to this one is lost; asking again brings the same token.
    let (_, lost) = put(&server, &client, first, secret.clone()).await;
    let (status, again) = put(&server, &client, first, secret.clone()).await;
    assert_eq!(status, 200);
    let second = text(&again, "registration_access_token");
    assert_eq!(text(&lost, "registration_access_token"), second);
    assert_ne!(first, second);
    let read = async |token: &str| send(own(&server, Method::GET, &client, token)).await;
    assert_eq!(read(first).await.1["registration_access_token"], first);
    // Now it is used.
    assert_eq!(read(second).await.0, 200);
    assert_eq!(read(first).await.0, 401);
    assert_eq!(put(&server, &client, first, json!({})).await.0, 401);
    let (_, third) = put(&server, &client, second, secret).await;
    assert_eq!(read(text(&third, "registration_access_token")).await.0, 200);
    assert_eq!(read(second).await.0, 401);
}

#[tokio::test]
async fn a_change_uses_the_successor_too() {
    let server = open().await;
    let client = registered(&server, json!({})).await;
    let first = text(&client, "registration_access_token");
    let (_, changed) = put(&server, &client, first, json!({})).await;
    let second = text(&changed, "registration_access_token");
    assert_eq!(put(&server, &client, second, json!({})).await.0, 200);
    assert_eq!(put(&server, &client, first, json!({})).await.0, 401);
    assert_eq!(put(&server, &client, second, json!({})).await.0, 200, "its answer may be lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_at_once_leave_one_registration_and_a_token_that_works() {
    let server = open().await;
    let client = registered(&server, json!({})).await;
    let first = text(&client, "registration_access_token").to_owned();
    let changes =
        (0..12).map(|n| {
            let (server, client, first) = (&server, &client, &first);
            async move {
                put(server, client, first, json!({ "client_name": format!("Client {n}") })).await
            }
        });
    let answers = futures_util::future::join_all(changes).await;
    let tokens: std::collections::BTreeSet<&str> = answers
        .iter()
        .map(|(status, body)| {
            assert_eq!(*status, 200, "{body}");
            text(body, "registration_access_token")
        })
        .collect();
    assert_eq!(tokens.len(), 1, "all of them got the same");
    let token = tokens.first().expect("one");
    assert_eq!(send(own(&server, Method::GET, &client, token)).await.0, 200);
}

#[tokio::test]
async fn a_client_that_leaves_its_secret_out_gets_a_new_one_and_keeps_the_former_until_the_next() {
    let server = open().await;
    let post = || json!({ "token_endpoint_auth_method": "client_secret_post" });
    let client = registered(&server, post()).await;
    let first = text(&client, "client_secret").to_owned();
    let token = text(&client, "registration_access_token");
    server.advance(time::Duration::SECOND);
    let (_, changed) = put(&server, &client, token, post()).await;
    server.advance(time::Duration::SECOND);
    let second = text(&changed, "client_secret").to_owned();
    assert_ne!(first, second);
    assert_eq!(changed["client_secret_expires_at"], 0);
    assert!(
        has_secret(&server, &client, &first).await && has_secret(&server, &client, &second).await
    );
    let (_, changed) =
        put(&server, &client, text(&changed, "registration_access_token"), post()).await;
    let third = text(&changed, "client_secret").to_owned();
    assert!(!has_secret(&server, &client, &first).await);
    assert!(
        has_secret(&server, &client, &second).await && has_secret(&server, &client, &third).await
    );
}

#[tokio::test]
async fn a_client_that_authenticates_otherwise_has_the_secrets_for_it() {
    let server = open().await;
    let client =
        registered(&server, json!({ "token_endpoint_auth_method": "client_secret_post" })).await;
    let secret = text(&client, "client_secret").to_owned();
    let token = text(&client, "registration_access_token");
    let method = |name: &str| json!({ "token_endpoint_auth_method": name });
    let (_, public) = put(&server, &client, token, method("none")).await;
    assert!(public.get("client_secret").is_none(), "{public}");
    let token = text(&public, "registration_access_token");
    let (_, back) = put(&server, &client, token, method("client_secret_post")).await;
    assert!(!has_secret(&server, &client, &secret).await, "the former ones are gone");
    assert!(has_secret(&server, &client, text(&back, "client_secret")).await);
    // One that is signed with has to be kept itself, so it is another one.
    let mut jwt = method("client_secret_jwt");
    jwt["client_secret"] = back["client_secret"].clone();
    let (_, signing) = put(&server, &client, text(&back, "registration_access_token"), jwt).await;
    assert_ne!(signing["client_secret"], back["client_secret"]);
    let sealed: Vec<bool> =
        sqlx::query_scalar("SELECT sealed IS NOT NULL FROM client_secrets WHERE client_id = $1")
            .bind(text(&client, "client_id"))
            .fetch_all(&server.db)
            .await
            .expect("rows");
    assert_eq!(sealed, [true]);
}

#[tokio::test]
async fn a_client_that_an_operator_disabled_or_took_over_is_the_operators() {
    let server = open().await;
    let client = registered(&server, json!({})).await;
    let id = text(&client, "client_id");
    signet::admin::clients::set_disabled(&server.app, id, true).await.expect("disabled");
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let request = about(&server, method.clone(), &client).json(&change(&client, &json!({})));
        assert_eq!(send(request).await.0, 403, "{method}");
    }
    signet::admin::clients::set_disabled(&server.app, id, false).await.expect("enabled");
    assert_eq!(send(about(&server, Method::GET, &client)).await.0, 200);
    server
        .change_client(id, |metadata| metadata.about.registered_by = RegisteredBy::Operator)
        .await;
    assert_eq!(send(about(&server, Method::DELETE, &client)).await.0, 403);
}

#[tokio::test]
async fn what_a_client_sent_before_an_operator_took_it_over_changes_nothing_after() {
    let server = open().await;
    let client = registered(&server, json!({ "client_name": "Its own" })).await;
    let id = text(&client, "client_id");
    let stored = clients::get(&server.db, id).await.expect("read").expect("there").metadata;
    server
        .change_client(id, |metadata| {
            metadata.client_name = "The operator\u{2019}s".to_owned();
            metadata.about.registered_by = RegisteredBy::Operator;
        })
        .await;
    // As far as a request gets that was let in a moment before.
    let token = text(&client, "registration_access_token");
    let token = Handle::<RegistrationAccess>::parse(token).expect("a token");
    let now = server.clock.now();
    let digest = token.digest();
    let change = Replacement {
        client_id: id,
        metadata: &stored,
        secret: SecretChange::Drop,
        token_hash: digest.bytes(),
        successor_hash: &[1; 32],
    };
    assert!(!registrations::replace(&server.db, &change, now).await.expect("asked"));
    let which = Removable::RegisteredItself;
    assert!(!clients::delete(&server.db, id, which, now, now, now).await.expect("asked"));
    let row = clients::get(&server.db, id).await.expect("read").expect("there");
    assert_eq!(row.metadata["client_name"], "The operator\u{2019}s");
    assert_eq!(row.secrets.len(), 1);
    assert!(
        registrations::open(&server.db, id, digest.bytes()).await.expect("read").is_some(),
        "its token was not replaced"
    );
}

#[tokio::test]
async fn a_client_stays_in_its_sector() {
    // OpenID Connect Core §8.1.
    let server = open().await;
    let pairwise = json!({ "subject_type": "pairwise" });
    let client = registered(&server, pairwise.clone()).await;
    let token = text(&client, "registration_access_token");
    let there =
        json!({ "subject_type": "pairwise", "redirect_uris": ["https://other.example/cb"] });
    for moved in [json!({}), json!({ "subject_type": "public" }), there] {
        let (status, body) = put(&server, &client, token, moved.clone()).await;
        assert_eq!((status, text(&body, "error")), (400, "invalid_client_metadata"), "{moved}");
    }
    let more = json!({ "subject_type": "pairwise", "redirect_uris": ["https://new.example/two"] });
    assert_eq!(put(&server, &client, token, more).await.0, 200);
    let public = registered(&server, json!({})).await;
    let token = text(&public, "registration_access_token");
    assert_eq!(put(&server, &public, token, pairwise.clone()).await.0, 400);
    // A host that is named is not shown to be one's own.
    let other = registered(&server, pairwise).await;
    let mut sectors = Vec::new();
    for client in [&client, &other] {
        let client = server.app.replica.client(text(client, "client_id")).await.expect("read");
        sectors.push(client.expect("there").sector().map(str::to_owned));
    }
    assert_ne!(sectors[0], sectors[1]);
}

#[tokio::test]
async fn there_is_nothing_without_the_right_token() {
    let server = open().await;
    let client = registered(&server, json!({})).await;
    let path = format!("{}/{}", super::REGISTER, text(&client, "client_id"));
    let answer = server.get(&path).await;
    assert_eq!(answer.status(), 401);
    assert!(answer.headers().contains_key("www-authenticate"));
    for bad in ["nothing", text(&client, "client_secret")] {
        assert_eq!(send(own(&server, Method::GET, &client, bad)).await.0, 401, "{bad}");
    }
}
