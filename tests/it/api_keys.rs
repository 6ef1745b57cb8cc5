//! API keys: exchanged for short tokens, explained by introspection, replaced and revoked.

use std::time::Duration as Transition;

use openidconnect::reqwest::Response;
use serde_json::{Value, json};
use signet::{
    access::principal::Subject,
    admin::{
        self,
        api_keys::{self, Found, Leaked, Reporter},
    },
    identity::api_keys::{Made, NewKey},
    storage,
    tokens::api_key::{ApiKeySecret, Environment},
};
use time::Duration;
use uuid::Uuid;

use crate::support::{
    API, Browser, EMAIL, Options, RESOURCE_SERVER, SERVICE, STRANGER, Server, VAULT,
    browser::Answer,
    process::{command, run},
    server::{claims, error},
};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const KEY: &str = "urn:signet:params:oauth:token-type:api-key";

/// The resources of the tests, open to keys of people and of clients.
fn resources(takes: &str) -> String {
    format!(
        r#"
[[resource]]
identifier = "{API}"
name = "Example API"
scopes = [{{ name = "read", description = "See things" }}, {{ name = "write", description = "Change things" }}]
api_keys = "{takes}"

[[resource]]
identifier = "{VAULT}"
name = "Vault"
access_token_format = "opaque"
access_token_lifetime = 3600
scopes = [{{ name = "open", description = "Open the vault" }}]
api_keys = "{takes}"
"#
    )
}

async fn server() -> Server {
    let server = Server::start().await;
    server.apply(&resources("people")).await;
    server
}

async fn alice(server: &Server) -> Uuid {
    storage::users::find(&server.db, EMAIL).await.expect("read").expect("Alice").id
}

fn new(owner: Subject, resource: &str, scopes: &[&str]) -> NewKey {
    NewKey {
        owner,
        name: "backup".to_owned(),
        environment: Environment::Live,
        resource: resource.to_owned(),
        scopes: scopes.iter().map(|&name| name.to_owned()).collect(),
        addresses: Vec::new(),
        expires_at: None,
    }
}

async fn add(server: &Server, new: NewKey) -> Made {
    api_keys::add(&server.app, new).await.expect("made")
}

/// A key of Alice's for the API.
async fn of_alice(server: &Server) -> Made {
    add(server, new(Subject::User(alice(server).await), API, &["read", "write"])).await
}

/// A key of the service's for the API.
async fn of_service(server: &Server) -> Made {
    add(server, new(Subject::Client(SERVICE.to_owned()), API, &["read"])).await
}

async fn exchange(server: &Server, key: &str, more: &[(&str, &str)]) -> Response {
    let mut form =
        vec![("grant_type", EXCHANGE), ("subject_token", key), ("subject_token_type", KEY)];
    form.extend_from_slice(more);
    server.post("/token", &form).await
}

async fn exchanged(server: &Server, key: &str) -> Value {
    let answer = exchange(server, key, &[]).await;
    let status = answer.status();
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(status, 200, "{body}");
    body
}

async fn is_good(server: &Server, key: &str) -> bool {
    exchange(server, key, &[]).await.status() == 200
}

#[tokio::test]
async fn a_persons_key_is_exchanged_for_a_short_token_of_theirs() {
    let server = server().await;
    let key = of_alice(&server).await;
    assert!(key.text.starts_with("sgk_live_"));
    let body = exchanged(&server, &key.text).await;
    assert_eq!(body["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
    assert_eq!(
        (&body["token_type"], &body["expires_in"], &body["scope"]),
        (&json!("Bearer"), &json!(900), &json!("read write"))
    );
    assert!(body.get("refresh_token").is_none());
    let token = body["access_token"].as_str().expect("a token");
    let said = claims(token);
    assert_eq!(said["sub"], alice(&server).await.to_string());
    assert_eq!(said["aud"], API);
    assert_eq!(said["client_id"], format!("urn:signet:api-key:{}", key.id));
    assert_eq!(said["api_key"], json!({ "id": key.id, "environment": "live" }));
    assert!(said.get("auth_time").is_none() && said.get("acr").is_none(), "no one signed in");

    let seen = server.introspect_as(RESOURCE_SERVER, token).await;
    assert_eq!((&seen["active"], &seen["api_key"]), (&json!(true), &said["api_key"]));
    let userinfo = server.request(openidconnect::reqwest::Method::GET, "/userinfo");
    let userinfo = userinfo.bearer_auth(token).send().await.expect("an answer");
    assert_eq!(userinfo.status(), 401, "it is no sign-in");
}

#[tokio::test]
async fn a_clients_key_is_exchanged_for_a_token_of_the_client() {
    let server = server().await;
    let key = of_service(&server).await;
    let body = exchanged(&server, &key.text).await;
    let said = claims(body["access_token"].as_str().expect("a token"));
    assert_eq!((&said["sub"], &said["client_id"]), (&json!(SERVICE), &json!(SERVICE)));
    assert_eq!(said["scope"], "read");

    // A client may say who it is, and then that has to be so.
    let form =
        [("grant_type", EXCHANGE), ("subject_token", &key.text), ("subject_token_type", KEY)];
    assert_eq!(server.post_as(SERVICE, "/token", &form).await.status(), 200);
    let other = error(server.post_as(STRANGER, "/token", &form).await).await;
    assert_eq!(other, (400, "unauthorized_client".to_owned()));
    let wrong = exchange(&server, &key.text, &[("client_id", SERVICE)]).await;
    assert_eq!(error(wrong).await, (401, "invalid_client".to_owned()));
}

#[tokio::test]
async fn a_resource_that_wants_opaque_tokens_gets_one_that_ends_with_its_key() {
    let server = server().await;
    let key = add(&server, new(Subject::Client(SERVICE.to_owned()), VAULT, &["open"])).await;
    let body = exchanged(&server, &key.text).await;
    assert_eq!(body["expires_in"], 900, "an hour is too long");
    let token = body["access_token"].as_str().expect("a token");
    assert!(token.starts_with("sga_"));
    let seen = server.introspect_as(RESOURCE_SERVER, token).await;
    assert_eq!((&seen["active"], &seen["sub"]), (&json!(true), &json!(SERVICE)));
    assert_eq!(seen["api_key"]["id"], key.id.to_string());
    api_keys::revoke(&server.app, key.id).await.expect("revoked");
    assert!(!server.is_active(token).await);

    let person = add(&server, new(Subject::User(alice(&server).await), VAULT, &["open"])).await;
    let body = exchanged(&server, &person.text).await;
    let token = body["access_token"].as_str().expect("a token");
    assert_eq!(
        server.introspect_as(RESOURCE_SERVER, token).await["sub"],
        alice(&server).await.to_string()
    );
}

#[tokio::test]
async fn a_token_can_do_less_than_its_key_and_never_more() {
    let server = server().await;
    let key = of_alice(&server).await.text;
    let fewer = exchange(&server, &key, &[("scope", "read"), ("resource", API)]).await;
    assert_eq!(fewer.json::<Value>().await.expect("JSON")["scope"], "read");
    for (more, code) in [
        (("scope", "delete"), "invalid_scope"),
        (("scope", "openid"), "invalid_scope"),
        (("resource", VAULT), "invalid_target"),
        (("audience", "https://elsewhere.example"), "invalid_target"),
        (("actor_token", "x"), "invalid_request"),
        (
            ("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
            "invalid_request",
        ),
    ] {
        let answer = error(exchange(&server, &key, &[more]).await).await;
        assert_eq!(answer, (400, code.to_owned()), "{more:?}");
    }
    let other = [
        ("grant_type", EXCHANGE),
        ("subject_token", key.as_str()),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
    ];
    for form in [&other[..], &other[..2], &other[..1]] {
        let answer = error(server.post("/token", form).await).await;
        assert_eq!(answer, (400, "invalid_request".to_owned()), "{form:?}");
    }
}

#[tokio::test]
async fn what_is_no_key_is_refused_and_what_is_malformed_never_looked_up() {
    let server = server().await;
    let key = of_alice(&server).await.text;
    let (start, end) = key.split_at(key.len() - 1);
    let flipped = format!("{start}{}", if end == "0" { "1" } else { "0" });
    for bad in [flipped.as_str(), "sgk_live_", "nonsense", &key.replace("live", "test")] {
        let answer = error(exchange(&server, bad, &[]).await).await;
        assert_eq!(answer, (400, "invalid_request".to_owned()), "{bad}");
    }
    let counted = || async {
        let rows = sqlx::query_scalar::<_, i64>("SELECT coalesce(sum(attempts), 0) FROM throttles");
        rows.fetch_one(&server.db).await.expect("counted")
    };
    assert_eq!(counted().await, 0, "nothing was looked up");
    // Well-formed, and of the right id: another secret.
    let drawn = signet::tokens::api_key::ApiKeySecret::draw(
        signet::tokens::api_key::ApiKeySecret::parse(&key).expect("a key").id(),
        Environment::Live,
        &signet::entropy::Entropy::system(),
    );
    assert!(!is_good(&server, &drawn.expose()).await);
    assert_eq!(counted().await, 1);
    assert!(is_good(&server, &key).await);
    assert_eq!(counted().await, 1, "what is good is not counted");
    let stored: Vec<String> = sqlx::query_scalar("SELECT api_keys::text FROM api_keys")
        .fetch_all(&server.db)
        .await
        .expect("rows");
    assert!(stored.iter().all(|row| !row.contains(&key[9..40])), "no secret is stored");
}

#[tokio::test]
async fn whoever_tries_too_many_keys_has_to_wait() {
    let config = "[sign_in]\naddress_attempts = 2";
    let server = Server::with(Options { config, ..Options::default() }).await;
    server.apply(&resources("people")).await;
    let key = of_alice(&server).await.text;
    assert!(is_good(&server, &key).await, "it is remembered from now on");
    let guess = || {
        signet::tokens::api_key::ApiKeySecret::draw(
            Uuid::from_u128(9),
            Environment::Live,
            &signet::entropy::Entropy::system(),
        )
        .expose()
    };
    for _ in 0..2 {
        assert_eq!(exchange(&server, &guess(), &[]).await.status(), 400);
    }
    let answer = exchange(&server, &guess(), &[]).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    assert!(is_good(&server, &key).await, "no one else's guesses lock a key out");
    server.advance(Duration::minutes(16));
    assert_eq!(exchange(&server, &guess(), &[]).await.status(), 400);
}

#[tokio::test]
async fn a_resource_server_learns_about_keys_for_it_and_no_one_else_does() {
    let server = server().await;
    let test = NewKey {
        environment: Environment::Test,
        expires_at: Some(server.clock.now() + Duration::days(1)),
        ..new(Subject::User(alice(&server).await), API, &["read"])
    };
    let key = add(&server, test).await;
    assert!(key.text.starts_with("sgk_test_"));
    let seen = server.introspect_as(RESOURCE_SERVER, &key.text).await;
    assert_eq!(
        seen,
        json!({
            "active": true, "token_type": KEY, "scope": "read", "aud": API, "iss": server.issuer,
            "client_id": format!("urn:signet:api-key:{}", key.id), "sub": alice(&server).await.to_string(),
            "iat": server.clock.now().unix_timestamp(), "exp": server.clock.now().unix_timestamp() + 86400,
            "api_key": { "id": key.id, "environment": "test" },
        })
    );
    assert_eq!(server.introspect_as(STRANGER, &key.text).await, json!({ "active": false }));
    assert_eq!(
        server.introspect_as(RESOURCE_SERVER, &key.text.replace("test", "live")).await,
        json!({ "active": false })
    );
    let body = exchanged(&server, &key.text).await;
    let token = body["access_token"].as_str().expect("a token");
    server.advance(Duration::days(1) - Duration::minutes(5));
    assert_eq!(exchanged(&server, &key.text).await["expires_in"], 300, "no longer than its key");
    assert!(!server.is_active(token).await);
    server.advance(Duration::minutes(5));
    assert!(!server.is_active(&key.text).await);
    assert!(!is_good(&server, &key.text).await);
}

#[tokio::test]
async fn a_key_is_good_from_its_addresses_alone() {
    let server = server().await;
    let from = |net: &str| NewKey {
        addresses: vec![net.parse().expect("a network")],
        ..new(Subject::Client(SERVICE.to_owned()), API, &["read"])
    };
    let here = add(&server, from("127.0.0.0/8")).await.text;
    let elsewhere = add(&server, from("192.0.2.0/24")).await.text;
    assert!(is_good(&server, &here).await);
    assert!(!is_good(&server, &elsewhere).await);
    let introspect = async |address: &str| {
        let form = [("token", elsewhere.as_str()), ("address", address)];
        let answer = server.post_as(RESOURCE_SERVER, "/introspect", &form).await;
        answer.json::<Value>().await.expect("JSON")["active"].clone()
    };
    assert_eq!(introspect("192.0.2.7").await, true, "the resource server says from where it came");
    assert_eq!(introspect("198.51.100.1").await, false);
    assert_eq!(introspect("").await, false, "not knowing is not enough");
    let form = [("token", elsewhere.as_str()), ("address", "next door")];
    let answer = server.post_as(RESOURCE_SERVER, "/introspect", &form).await;
    assert_eq!(error(answer).await, (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn both_keys_are_good_for_a_while_and_the_old_one_says_until_when() {
    let server = server().await;
    let old = of_alice(&server).await;
    let token =
        exchanged(&server, &old.text).await["access_token"].as_str().expect("one").to_owned();
    let week = Transition::from_hours(7 * 24);
    let fresh = api_keys::rotate(&server.app, old.id, week).await.expect("rotated");
    api_keys::rotate(&server.app, old.id, week).await.expect_err("it has a successor");

    let answer = exchange(&server, &old.text, &[]).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-api-key-status"], "deprecated");
    assert_eq!(answer.headers()["sunset"], "Tue, 08 Jan 2030 12:00:00 GMT");
    let answer = server.post_as(RESOURCE_SERVER, "/introspect", &[("token", &old.text)]).await;
    assert_eq!(answer.headers()["x-api-key-status"], "deprecated");
    assert_eq!(answer.headers()["sunset"], "Tue, 08 Jan 2030 12:00:00 GMT");
    // Whatever is wrong with what is asked of it.
    for (more, code) in [
        (("scope", "delete"), "invalid_scope"),
        (("scope", "openid"), "invalid_scope"),
        (("resource", VAULT), "invalid_target"),
    ] {
        let answer = exchange(&server, &old.text, &[more]).await;
        assert_eq!(answer.headers()["x-api-key-status"], "deprecated", "{more:?}");
        assert_eq!(answer.headers()["sunset"], "Tue, 08 Jan 2030 12:00:00 GMT", "{more:?}");
        assert_eq!(error(answer).await, (400, code.to_owned()));
    }
    let answer = server.post_as(STRANGER, "/introspect", &[("token", &old.text)]).await;
    assert!(!answer.headers().contains_key("sunset"), "it is not the business of others");
    for more in [&[][..], &[("scope", "delete")]] {
        let answer = exchange(&server, &fresh.text, more).await;
        assert!(!answer.headers().contains_key("sunset"));
        assert!(!answer.headers().contains_key("x-api-key-status"));
    }
    let answer = exchange(&server, &fresh.text, &[]).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json::<Value>().await.expect("JSON")["scope"], "read write");
    assert!(server.is_active(&token).await);

    server.advance(Duration::days(7));
    let answer = exchange(&server, &old.text, &[]).await;
    assert_eq!(answer.status(), 400);
    assert!(!answer.headers().contains_key("sunset"), "it is no key any more");
    assert!(!server.is_active(&old.text).await);
    assert!(is_good(&server, &fresh.text).await);
    api_keys::rotate(&server.app, fresh.id, Transition::ZERO).await.expect("at once");
    assert!(!is_good(&server, &fresh.text).await);
}

#[tokio::test]
async fn a_revoked_key_is_dead_at_once_with_its_tokens_on_every_replica() {
    let one = server().await;
    let two = one.replica().await;
    let key = of_alice(&one).await;
    let mut tokens = Vec::new();
    for server in [&one, &two] {
        let body = exchanged(server, &key.text).await;
        tokens.push(body["access_token"].as_str().expect("a token").to_owned());
        assert!(server.is_active(&key.text).await);
    }
    api_keys::revoke(&one.app, key.id).await.expect("revoked");
    assert!(!is_good(&one, &key.text).await, "before any change is followed");
    assert!(!one.is_active(&tokens[0]).await);
    two.follow().await;
    assert!(!is_good(&two, &key.text).await);
    assert!(!two.is_active(&key.text).await);
    assert!(!two.is_active(&tokens[1]).await);
    api_keys::revoke(&one.app, key.id).await.expect_err("it is");
    assert!(one.events().await.contains(&"api_key.refused".to_owned()));
}

#[tokio::test]
async fn a_key_of_someone_disabled_is_dead_on_every_replica() {
    let one = server().await;
    let two = one.replica().await;
    let (person, client) = (of_alice(&one).await, of_service(&one).await);
    let mut tokens = Vec::new();
    for server in [&one, &two] {
        for key in [&person, &client] {
            let body = exchanged(server, &key.text).await;
            tokens.push((server, body["access_token"].as_str().expect("one").to_owned()));
        }
    }
    let user = alice(&one).await;
    admin::users::set_disabled(&one.app, user, true).await.expect("disabled");
    admin::clients::set_disabled(&one.app, SERVICE, true).await.expect("disabled");
    assert!(!is_good(&one, &person.text).await, "before any change is followed");
    one.follow().await;
    two.follow().await;
    for server in [&one, &two] {
        assert!(!is_good(server, &person.text).await);
        assert!(!server.is_active(&person.text).await);
        assert!(!is_good(server, &client.text).await);
        assert!(!server.is_active(&client.text).await);
    }
    for (server, token) in &tokens {
        assert!(!server.is_active(token).await);
    }
    admin::users::set_disabled(&one.app, user, false).await.expect("enabled");
    two.follow().await;
    assert!(is_good(&two, &person.text).await, "it was not revoked");
}

#[tokio::test]
async fn a_key_never_does_more_than_its_owner_and_resource_allow_now() {
    let server = server().await;
    let (person, client) = (of_alice(&server).await.text, of_service(&server).await.text);
    server.change_client(SERVICE, |metadata| metadata.scopes = vec!["write".to_owned()]).await;
    let answer = error(exchange(&server, &client, &[]).await).await;
    assert_eq!(answer, (400, "invalid_scope".to_owned()));
    assert!(!server.is_active(&client).await);
    server.apply(&resources("clients")).await;
    let answer = error(exchange(&server, &person, &[]).await).await;
    assert_eq!(answer, (400, "invalid_target".to_owned()));
    assert!(!server.is_active(&person).await);

    let refused = async |new: NewKey| api_keys::add(&server.app, new).await.expect_err("refused");
    let (user, service) =
        (Subject::User(alice(&server).await), Subject::Client(SERVICE.to_owned()));
    refused(new(user.clone(), API, &["read"])).await;
    refused(new(service.clone(), API, &["read"])).await;
    refused(new(service.clone(), API, &[])).await;
    refused(new(service.clone(), "https://elsewhere.example", &["read"])).await;
    refused(new(Subject::Client("no-one".to_owned()), API, &["read"])).await;
    let over =
        NewKey { expires_at: Some(server.clock.now()), ..new(service.clone(), API, &["write"]) };
    refused(over).await;
    add(&server, new(service, API, &["write"])).await;
}

#[tokio::test]
async fn a_key_that_is_remembered_takes_no_round_trip_and_its_last_use_is_written_later() {
    let server = server().await;
    let key = of_service(&server).await;
    exchanged(&server, &key.text).await;
    server.app.replica.write_api_key_uses().await.expect("written");
    server.advance(Duration::minutes(1));
    let last = || async {
        sqlx::query_scalar::<_, Option<time::OffsetDateTime>>("SELECT last_used_at FROM api_keys")
            .fetch_one(&server.db)
            .await
            .expect("read")
    };
    assert_eq!(last().await, Some(server.clock.now() - Duration::minutes(1)));
    // Whoever would ask the database now fails.
    sqlx::query("ALTER TABLE api_keys RENAME TO hidden").execute(&server.db).await.expect("hidden");
    exchanged(&server, &key.text).await;
    sqlx::query("ALTER TABLE hidden RENAME TO api_keys").execute(&server.db).await.expect("back");
    server.app.replica.write_api_key_uses().await.expect("written");
    assert_eq!(last().await, Some(server.clock.now()));
    let from: String = sqlx::query_scalar("SELECT host(last_used_address) FROM api_keys")
        .fetch_one(&server.db)
        .await
        .expect("read");
    assert_eq!(from, "127.0.0.1");
}

#[tokio::test]
async fn whoever_leaves_or_disowns_something_leaves_no_key_behind() {
    let server = server().await;
    let key = of_alice(&server).await;
    let mut browser = server.signed_in().await;
    let export: Value =
        serde_json::from_str(&browser.get("/account/export").await.body).expect("JSON");
    assert_eq!(export["api_keys"][0]["name"], "backup");
    assert!(export["api_keys"][0].get("secret_hash").is_none());
    let page = browser.get("/account/delete").await;
    browser.submit(&page, &[("email", EMAIL)]).await;
    assert!(!is_good(&server, &key.text).await, "at once");
    server.advance(Duration::days(15));
    assert!(server.app.maintain().await.is_empty());
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM api_keys")
        .fetch_one(&server.db)
        .await
        .expect("counted");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn keys_that_have_been_worthless_for_long_are_removed() {
    let server = server().await;
    let (gone, kept) = (of_alice(&server).await, of_alice(&server).await);
    api_keys::revoke(&server.app, gone.id).await.expect("revoked");
    let ids = || async {
        let rows = sqlx::query_scalar::<_, Uuid>("SELECT id FROM api_keys ORDER BY id");
        rows.fetch_all(&server.db).await.expect("ids")
    };
    server.advance(Duration::days(89));
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(ids().await.len(), 2);
    server.advance(Duration::days(2));
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(ids().await, [kept.id]);
}

#[tokio::test]
async fn the_metadata_say_that_there_is_token_exchange() {
    let server = Server::start().await;
    let metadata: Value =
        server.get("/.well-known/oauth-authorization-server").await.json().await.expect("JSON");
    let types = metadata["grant_types_supported"].as_array().expect("a list");
    assert!(types.contains(&json!(EXCHANGE)));
}

/// Runs `signet` on the server's database.
async fn signet(server: &Server, arguments: &[&str], input: &str) -> (i32, String, String) {
    use tokio::io::AsyncWriteExt;
    let mut command = command(&server.database.url);
    command.args(arguments);
    if input.is_empty() {
        return run(&mut command).await;
    }
    let piped = std::process::Stdio::piped;
    command.stdin(piped()).stdout(piped()).stderr(piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).await.expect("written");
    drop(stdin);
    let output = child.wait_with_output().await.expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn operators_make_replace_and_revoke_keys_by_command() {
    let server = server().await;
    let add = [
        "api-key",
        "add",
        "--client",
        SERVICE,
        "--resource",
        API,
        "--scope",
        "read",
        "--name",
        "nightly",
        "--address",
        "127.0.0.1",
        "--test",
    ];
    let (code, key, errors) = signet(&server, &add, "").await;
    assert_eq!(code, 0, "{errors}");
    let key = key.trim();
    assert!(key.starts_with("sgk_test_") && is_good(&server, key).await);
    let (_, listed, _) = signet(&server, &["api-key", "list", "--client", SERVICE], "").await;
    assert!(listed.contains("test  client service  read at https://api.example.com"), "{listed}");
    assert!(listed.contains("from 127.0.0.1/32") && listed.contains("nightly"), "{listed}");
    assert!(!listed.contains("sgk_"));
    let (_, others, _) = signet(&server, &["api-key", "list", "--user", "alice"], "").await;
    assert_eq!(others, "");
    let id = listed.split(' ').next().expect("an id");
    let (code, fresh, errors) =
        signet(&server, &["api-key", "rotate", id, "--transition", "1h"], "").await;
    assert_eq!(code, 0, "{errors}");
    server.follow().await;
    assert!(is_good(&server, fresh.trim()).await);
    // The command has a clock of its own, by which the hour was over long ago.
    assert!(!is_good(&server, key).await);
    let (_, listed, _) = signet(&server, &["api-key", "list", "--client", SERVICE], "").await;
    assert!(listed.contains("replaced by"), "{listed}");
    let (code, _, errors) = signet(&server, &["api-key", "revoke", id], "").await;
    assert_eq!(code, 0, "{errors}");
    server.follow().await;
    assert!(!is_good(&server, key).await);
    let (code, _, errors) = signet(&server, &["api-key", "revoke", id], "").await;
    assert!(code == 1 && errors.contains("revoked already"), "{errors}");
    let (code, _, errors) =
        signet(&server, &["api-key", "rotate", id, "--transition", "100days"], "").await;
    assert!(code == 1 && errors.contains("at most"), "{errors}");
    let kinds: Vec<String> =
        sqlx::query_scalar("SELECT kind FROM audit_events WHERE kind LIKE 'api_key.%' AND client_id = 'service' ORDER BY at, id")
            .fetch_all(&server.db)
            .await
            .expect("events");
    assert_eq!(kinds, ["api_key.added", "api_key.rotated", "api_key.revoked"]);
}

#[tokio::test]
async fn keys_that_were_found_in_public_are_revoked_and_their_person_is_told() {
    let server = Server::catching("").await;
    server.apply(&resources("people")).await;
    let (person, client) = (of_alice(&server).await, of_service(&server).await);
    let secret = ApiKeySecret::parse(&person.text).expect("a key");
    let found = [Found { secret: &secret, url: None }];
    for revoked in [true, false] {
        let told = api_keys::leaked(&server.app, &found, &Reporter::Operator).await;
        assert_eq!(told.expect("looked up"), [Some(Leaked { id: person.id, revoked })]);
    }
    assert!(!is_good(&server, &person.text).await);
    let letter = &server.mail().await[0];
    assert!(letter.subject.contains("was found in public"), "{}", letter.subject);
    assert!(letter.text.contains("backup") && !letter.text.contains("sgk_"));

    let lines = format!("a={}\n\nnonsense\nb={}\n", client.text, person.text);
    let (code, printed, errors) = signet(&server, &["api-key", "leaked", "-"], &lines).await;
    assert_eq!(code, 0, "{errors}");
    let expected = format!(
        "1  {}  revoked\n3  no key of this server\n4  {}  was revoked before\n",
        client.id, person.id
    );
    assert_eq!(printed, expected);
    server.follow().await;
    assert!(!is_good(&server, &client.text).await);

    let third = of_service(&server).await;
    let text = format!("config.py:7: KEY = \"{}\" # never commit this", third.text);
    let (code, printed, errors) =
        signet(&server, &["api-key", "leaked", &text, "--url", "https://git.example/7"], "").await;
    assert_eq!((code, printed), (0, format!("1  {}  revoked\n", third.id)), "{errors}");
    let last = "SELECT detail FROM audit_events WHERE detail->>'url' IS NOT NULL";
    let detail: Value = sqlx::query_scalar(last).fetch_one(&server.db).await.expect("an event");
    assert_eq!(
        (&detail["api_key"], &detail["url"]),
        (&json!(third.id), &json!("https://git.example/7"))
    );
}

const PAGE: &str = "/account/api-keys";

/// A key that a person makes on their page.
async fn made_on_page(browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.get(PAGE).await.field("csrf").expect("a page token");
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend_from_slice(fields);
    let answer = browser.post(PAGE, &form).await;
    assert_eq!((answer.status, answer.location().as_deref()), (303, Some(PAGE)), "{}", answer.body);
    browser.get(PAGE).await
}

/// The key that a page shows.
fn shown(page: &Answer) -> Option<String> {
    let (_, rest) = page.body.split_once("id=\"made\">")?;
    rest.split('<').next().map(str::to_owned)
}

#[tokio::test]
async fn a_person_makes_replaces_and_revokes_a_key_on_their_page() {
    let server = Server::catching("").await;
    let mut browser = server.signed_in().await;
    assert!(!browser.get("/account").await.body.contains(PAGE), "nothing takes keys");
    assert!(browser.get(PAGE).await.body.contains("id=\"nowhere\""));
    server.apply(&resources("people")).await;
    assert!(browser.get("/account").await.body.contains(PAGE));

    let form = [("name", " my <script> "), ("resource", API), ("scope.read", "1"), ("days", "30")];
    let page = made_on_page(&mut browser, &form).await;
    let key = shown(&page).expect("a key");
    let said = claims(exchanged(&server, &key).await["access_token"].as_str().expect("a token"));
    assert_eq!((&said["scope"], &said["sub"]), (&json!("read"), &json!(alice(&server).await)));
    assert!(server.mail().await[0].text.contains("my <script>"));
    let page = made_on_page(&mut browser, &[("saved", "1")]).await;
    assert_eq!(shown(&page), None, "once");
    assert!(
        !page.body.contains(&key) && page.body.contains("my &#60;script&#62;"),
        "{}",
        page.body
    );
    assert!(page.body.contains("31 January 2030"), "{}", page.body);

    let id = ids(&page.body, "rotate")[0].clone();
    let fresh = shown(&made_on_page(&mut browser, &[("rotate", &id)]).await).expect("a key");
    let page = made_on_page(&mut browser, &[("saved", "1")]).await;
    assert_eq!((ids(&page.body, "rotate").len(), ids(&page.body, "revoke").len()), (1, 2));
    assert!(page.body.contains("Another key takes its place"));
    assert!(is_good(&server, &key).await && is_good(&server, &fresh).await);
    let page = made_on_page(&mut browser, &[("revoke", &id)]).await;
    assert!(!page.body.contains(&id));
    assert!(!is_good(&server, &key).await);
    assert!(is_good(&server, &fresh).await);
    let events = server.events().await;
    for kind in ["api_key.added", "api_key.rotated", "api_key.revoked"] {
        assert!(events.contains(&kind.to_owned()), "{kind}");
    }
}

#[tokio::test]
async fn a_person_says_what_a_key_is_for_and_from_where_it_is_good() {
    let server = server().await;
    let mut browser = server.signed_in().await;
    let form = [
        ("name", "nightly"),
        ("resource", API),
        ("scope.read", "1"),
        ("days", "30"),
        ("environment", "test"),
        ("addresses", " 127.0.0.1, 2001:db8::7/32\r\n192.0.2.0/24 "),
    ];
    let key = shown(&made_on_page(&mut browser, &form).await).expect("a key");
    assert!(key.starts_with("sgk_test_"), "{key}");
    assert!(is_good(&server, &key).await, "it comes from 127.0.0.1");
    let page = made_on_page(&mut browser, &[("saved", "1")]).await;
    assert!(
        page.body.contains("<bdi>127.0.0.1, 2001:db8::/32, 192.0.2.0/24</bdi>"),
        "{}",
        page.body
    );
    assert!(page.body.contains("class=\"badge\">Test"), "{}", page.body);
    let with = |field: (&'static str, &'static str)| {
        let mut form = form.to_vec();
        let at = form.iter().position(|(name, _)| *name == field.0).expect("such a field");
        form[at] = field;
        form
    };
    let elsewhere = made_on_page(&mut browser, &with(("addresses", "192.0.2.0/24"))).await;
    assert!(!is_good(&server, &shown(&elsewhere).expect("a key")).await);

    for (field, words) in [
        (("addresses", "192.0.2.1 <b>.example"), "“&#60;b&#62;.example” is not an IP address"),
        (("addresses", "10.0.0.0/8 192.0.2.0/33"), "“192.0.2.0/33” is not an IP address"),
        (("environment", "both"), "cannot be made"),
    ] {
        made_on_page(&mut browser, &[("saved", "1")]).await;
        let page = made_on_page(&mut browser, &with(field)).await;
        assert_eq!((page.status, shown(&page)), (422, None), "{field:?}");
        assert!(page.body.contains(words), "{field:?}: {}", page.body);
        // What was typed is there again.
        assert!(page.body.contains("value=\"nightly\""), "{}", page.body);
        assert!(page.body.contains("value=\"30\" selected"), "{}", page.body);
        assert!(page.body.contains("name=\"scope.read\" type=\"checkbox\" value=\"1\" checked"));
        assert!(!page.body.contains("name=\"scope.write\" type=\"checkbox\" value=\"1\" checked"));
        if field.0 == "addresses" {
            assert!(page.body.contains("value=\"test\" selected"), "{}", page.body);
            assert!(page.body.contains(&field.1.replace('<', "&#60;").replace('>', "&#62;")));
        }
    }
    let many = vec!["192.0.2.1"; 51].join(" ");
    let mut form = form.to_vec();
    form[5].1 = &many;
    let page = made_on_page(&mut browser, &form).await;
    assert!(page.body.contains("at most 50 addresses"), "{}", page.body);
    let longest = "x".repeat(16_000);
    form[5].1 = &longest;
    let page = made_on_page(&mut browser, &form).await;
    assert!(page.body.contains("is not an IP address"), "it is said all the same: {}", page.body);
}

/// The ids of the keys that a page has such a button for.
fn ids(body: &str, name: &str) -> Vec<String> {
    let start = format!("name=\"{name}\" value=\"");
    let rests = body.split(&start).skip(1);
    rests.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[tokio::test]
async fn no_one_makes_a_key_that_is_not_offered_or_touches_anothers() {
    let server = server().await;
    let of_alice = of_alice(&server).await;
    let mut bob = server.browser();
    let page = bob.get("/sign-in").await;
    let fields = [("identifier", "bob@example.com"), ("password", "another good password")];
    bob.submit(&page, &fields).await;
    let key = [("name", "a"), ("resource", API), ("scope.read", "1"), ("days", "30")];
    let with = |at: usize, field: (&'static str, &'static str)| {
        let mut form = key.to_vec();
        form[at] = field;
        form
    };
    let id = of_alice.id.to_string();
    for (form, words) in [
        (with(0, ("name", " ")), "Give it a name"),
        (with(1, ("resource", "https://elsewhere.example")), "cannot be made"),
        (with(2, ("scope.delete", "1")), "cannot be made"),
        (with(2, ("scope", "read")), "at least one thing"),
        (with(3, ("days", "100000")), "cannot be made"),
        (with(3, ("days", "0")), "cannot be made"),
        (vec![("rotate", id.as_str())], "not there any more"),
        (vec![("revoke", id.as_str())], "not there any more"),
        (vec![("revoke", "everything")], "not there any more"),
    ] {
        let page = made_on_page(&mut bob, &form).await;
        assert_eq!(page.status, 422, "{form:?}");
        assert!(page.body.contains(words), "{form:?}: {}", page.body);
    }
    assert!(is_good(&server, &of_alice.text).await);
    let csrf = bob.get(PAGE).await.field("csrf").expect("a page token");
    server.apply(&resources("clients")).await;
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend_from_slice(&key);
    bob.post(PAGE, &form).await;
    let page = bob.get(PAGE).await;
    assert!(page.body.contains("cannot be made"), "people's are not taken any more");
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM api_keys")
        .fetch_one(&server.db)
        .await
        .expect("counted");
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_persons_keys_have_a_number_and_a_longest_life() {
    let config = "[api_keys]\nlongest_lifetime = \"60days\"";
    let server = Server::with(Options { config, ..Options::default() }).await;
    server.apply(&resources("people")).await;
    let mut browser = server.signed_in().await;
    let page = browser.get(PAGE).await.body;
    assert!(page.contains("value=\"60\" selected") || page.contains("value=\"60\""), "{page}");
    assert!(!page.contains("value=\"90\"") && !page.contains("value=\"365\""), "{page}");
    for _ in 0..50 {
        of_alice(&server).await;
    }
    let form = [("name", "a"), ("resource", API), ("scope.read", "1"), ("days", "30")];
    let page = made_on_page(&mut browser, &form).await;
    assert!(page.body.contains("as many keys as there may be"), "{}", page.body);
}
