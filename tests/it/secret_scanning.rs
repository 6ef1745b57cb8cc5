//! API keys that GitHub finds where others can read them.

use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use axum::{Router, routing::get};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::StatusCode;
use openidconnect::reqwest::{Method, Response};
use serde_json::{Value, json};
use signet::{
    access::principal::Subject,
    admin::api_keys,
    entropy::Entropy,
    identity::api_keys::{Made, NewKey},
    storage,
    tokens::api_key::{ApiKeySecret, Environment},
};
use time::Duration;
use uuid::Uuid;

use crate::support::{
    API, EMAIL, Options, RESOURCE_SERVER, SERVICE, Server, elsewhere::Elsewhere, server::error,
};

const PATH: &str = "/secret-scanning/github";
const URL: &str = "https://github.com/octocat/hello/blob/main/.env";

/// A key of GitHub's.
struct Signer {
    name: &'static str,
    key: EcdsaKeyPair,
}

impl Signer {
    fn new(name: &'static str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        Self { name, key }
    }

    fn sign(&self, body: &str) -> String {
        let signature = self.key.sign(&SystemRandom::new(), body.as_bytes()).expect("signed");
        BASE64_STANDARD.encode(signature)
    }

    fn published(&self) -> Value {
        let der: PublicKeyX509Der<'_> = self.key.public_key().as_der().expect("DER");
        let text = BASE64_STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
        json!({ "key_identifier": self.name, "key": pem, "is_current": self.name == "current" })
    }
}

/// Publishes keys as GitHub does.
struct GitHub {
    list: Arc<Mutex<(StatusCode, Value)>>,
    elsewhere: Elsewhere,
}

impl GitHub {
    async fn publishing(signers: &[&Signer]) -> Self {
        let list = Arc::new(Mutex::new((StatusCode::OK, Value::Null)));
        let shown = Arc::clone(&list);
        let show = move || async move {
            let (status, list) = shown.lock().expect("no panic").clone();
            (status, axum::Json(list))
        };
        let elsewhere = Elsewhere::start(Router::new().route("/keys", get(show))).await;
        let github = Self { list, elsewhere };
        github.publish(signers);
        github
    }

    fn publish(&self, signers: &[&Signer]) {
        let keys: Vec<Value> = signers.iter().map(|signer| signer.published()).collect();
        *self.list.lock().expect("no panic") = (StatusCode::OK, json!({ "public_keys": keys }));
    }

    fn fail(&self) {
        self.list.lock().expect("no panic").0 = StatusCode::FORBIDDEN;
    }

    fn asked(&self) -> usize {
        self.elsewhere.connections()
    }

    fn config(&self) -> String {
        let keys = self.elsewhere.url("/keys");
        let fetch = self.elsewhere.config();
        format!("[api_keys]\nsecret_scanning = \"on\"\nsecret_scanning_keys = \"{keys}\"\n{fetch}")
    }

    async fn server(&self, more: &str) -> Server {
        let config = format!("{}{more}", self.config());
        let server =
            Server::with(Options { config: &config, catches_mail: true, ..Options::default() })
                .await;
        take_keys(&server).await;
        server
    }
}

async fn take_keys(server: &Server) {
    let resource = format!(
        "[[resource]]\nidentifier = \"{API}\"\nname = \"Example API\"\napi_keys = \"people\"\n\
         scopes = [{{ name = \"read\" }}, {{ name = \"write\" }}]\n"
    );
    server.apply(&resource).await;
}

async fn add(server: &Server, owner: Subject, environment: Environment) -> Made {
    let new = NewKey {
        owner,
        name: "backup".to_owned(),
        environment,
        resource: API.to_owned(),
        scopes: vec!["read".to_owned()],
        addresses: Vec::new(),
        expires_at: None,
    };
    api_keys::add(&server.app, new).await.expect("made")
}

async fn of_alice(server: &Server) -> Made {
    let alice = storage::users::find(&server.db, EMAIL).await.expect("read").expect("Alice");
    add(server, Subject::User(alice.id), Environment::Live).await
}

/// A key that is well-formed, and of no one.
fn strange(id: Uuid) -> String {
    ApiKeySecret::draw(id, Environment::Live, &Entropy::system()).expose()
}

fn found(token: &str) -> Value {
    json!({ "token": token, "type": "signet_api_key", "url": URL, "source": "content" })
}

/// What is answered to a body with these headers.
async fn post(server: &Server, body: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = server.request(Method::POST, PATH).body(body.to_owned());
    request = request.header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

/// The same, signed as GitHub signs.
async fn tell(server: &Server, signer: &Signer, body: &str) -> Response {
    let signature = signer.sign(body);
    let headers = [
        ("Github-Public-Key-Identifier", signer.name),
        ("Github-Public-Key-Signature", &signature),
    ];
    post(server, body, &headers).await
}

/// What each key is called in a successful answer.
async fn labels(answer: Response) -> Vec<(String, String)> {
    let status = answer.status();
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(status, 200, "{body}");
    let said = body.as_array().expect("a list").iter().map(|each| {
        assert_eq!(each["token_type"], "signet_api_key");
        let text = |name: &str| each[name].as_str().expect("a text").to_owned();
        (text("token_raw"), text("label"))
    });
    said.collect()
}

async fn details(server: &Server) -> Vec<Value> {
    server.app.audit.flush().await;
    let rows = sqlx::query_scalar(
        "SELECT detail FROM audit_events WHERE kind = 'api_key.leaked' ORDER BY at, id",
    );
    rows.fetch_all(&server.db).await.expect("events")
}

#[tokio::test]
async fn keys_that_github_finds_are_revoked_on_every_replica_and_their_people_are_told() {
    let signer = Signer::new("current");
    let github = GitHub::publishing(&[&signer]).await;
    let one = github.server("").await;
    let two = one.replica().await;
    let person = of_alice(&one).await;
    let test = add(&one, Subject::Client(SERVICE.to_owned()), Environment::Test).await;
    let kept = of_alice(&one).await;
    for server in [&one, &two] {
        for key in [&person, &test, &kept] {
            assert!(server.is_active(&key.text).await);
        }
    }
    // The key of Alice's, with another secret behind its id.
    let forged = strange(kept.id);
    let unknown = strange(Uuid::from_u128(9));
    let broken = person.text.replace("live", "test");
    let all = [&person.text, &test.text, &forged, &unknown, &broken, &person.text];
    let body = Value::from_iter(all.map(|token| found(token))).to_string();
    let answer = tell(&one, &signer, &body).await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let mut expected = vec![
        (person.text.clone(), "true_positive".to_owned()),
        (test.text.clone(), "true_positive".to_owned()),
    ];
    expected.extend([forged, unknown, broken].map(|text| (text, "false_positive".to_owned())));
    expected.sort();
    assert_eq!(labels(answer).await, expected);

    assert!(!one.is_active(&person.text).await, "before any change is followed");
    two.follow().await;
    for server in [&one, &two] {
        assert!(!server.is_active(&person.text).await);
        assert!(!server.is_active(&test.text).await);
        assert!(server.is_active(&kept.text).await, "whoever knows an id revokes nothing");
    }
    let letters = one.mail().await;
    assert_eq!(letters.len(), 1, "the client has no one to write to");
    assert_eq!(letters[0].to.as_deref(), Some(EMAIL));
    assert!(letters[0].text.contains("backup") && !letters[0].text.contains("sgk_"));
    let said = |id: Uuid| json!({ "api_key": id, "url": URL, "scanner": "github" });
    // Those of one millisecond are in no order.
    let told = details(&one).await;
    assert_eq!(told.len(), 2);
    assert!(told.contains(&said(person.id)) && told.contains(&said(test.id)), "{told:?}");

    // Told once more, it says the same, and no one else is told anything.
    let answer = tell(&two_with(&github, &one).await, &signer, &body).await;
    assert_eq!(labels(answer).await, expected);
    assert_eq!(details(&one).await.len(), 2);
    assert_eq!(one.mail().await.len(), 1);
}

/// Another replica that GitHub reaches.
async fn two_with(github: &GitHub, one: &Server) -> Server {
    let clock = Some(one.clock.clone());
    let config = github.config();
    let options = Options { config: &config, clock, ..Options::default() };
    Server::on(Arc::clone(&one.database), options).await
}

#[tokio::test]
async fn what_is_not_signed_by_github_is_told_nothing() {
    let (signer, other) = (Signer::new("current"), Signer::new("current"));
    let github = GitHub::publishing(&[&signer]).await;
    let server = github.server("").await;
    let key = of_alice(&server).await;
    let body = json!([found(&key.text)]).to_string();
    let (id, signature) = ("Github-Public-Key-Identifier", "Github-Public-Key-Signature");
    let right = signer.sign(&body);
    let twice = [(id, "current"), (signature, right.as_str()), (signature, &right)];
    let empty = signer.sign("");
    let (long, strange) = ("k".repeat(200), other.sign(&body));
    for headers in [
        &[][..],
        &[(id, "current")],
        &[(signature, &right)],
        &twice,
        &[(id, "current"), (signature, "")],
        &[(id, "current"), (signature, "not base64")],
        &[(id, "current"), (signature, "AAAA")],
        &[(id, "current"), (signature, &strange)],
        &[(id, "current"), (signature, &empty)],
        &[(id, "another"), (signature, &right)],
        &[(id, &long), (signature, &right)],
    ] {
        let answer = error(post(&server, &body, headers).await).await;
        assert_eq!(answer, (400, "invalid_request".to_owned()), "{headers:?}");
    }
    let changed = format!("{body} ");
    let headers = [(id, "current"), (signature, right.as_str())];
    assert_eq!(post(&server, &changed, &headers).await.status(), 400);
    assert!(server.is_active(&key.text).await);
    assert_eq!(server.get(PATH).await.status(), 405);
    assert_eq!(post(&server, &body, &headers).await.status(), 200);

    let off = Server::start().await;
    assert_eq!(post(&off, &body, &headers).await.status(), 404, "unless an operator wants it");
}

#[tokio::test]
async fn what_github_says_is_bounded_and_one_bad_match_spares_no_other() {
    let signer = Signer::new("current");
    let github = GitHub::publishing(&[&signer]).await;
    let server = github.server("").await;
    let key = of_alice(&server).await;
    for body in ["", "{}", "[", "\"x\"", "null", &format!("[{}]", vec!["{}"; 2001].join(","))] {
        let answer = error(tell(&server, &signer, body).await).await;
        assert_eq!(answer, (400, "invalid_request".to_owned()), "{}", &body[..body.len().min(9)]);
    }
    let huge = format!("[\"{}\"]", "x".repeat(300 * 1024));
    assert_eq!(tell(&server, &signer, &huge).await.status(), 413);
    assert_eq!(labels(tell(&server, &signer, "[]").await).await, []);

    // More than any other request may bring, and things that are no matches among it.
    let mut all: Vec<Value> = (0..900).map(|id| found(&strange(Uuid::from_u128(id)))).collect();
    all.extend([json!(7), json!({ "token": null }), json!({ "type": "signet_api_key" })]);
    let mut own = found(&key.text);
    own["url"] = json!(format!("https://github.com/\0{}", "x".repeat(5000)));
    all.push(own);
    let body = Value::from(all).to_string();
    assert!(body.len() > 64 * 1024);
    let said = labels(tell(&server, &signer, &body).await).await;
    assert_eq!(said.len(), 901);
    assert!(said.contains(&(key.text.clone(), "true_positive".to_owned())));
    assert!(!server.is_active(&key.text).await);
    let url = details(&server).await[0]["url"].as_str().expect("a URL").to_owned();
    assert!(url.starts_with("https://github.com/x") && url.len() == 2048, "{url}");
}

#[tokio::test]
async fn githubs_keys_are_remembered_and_fetched_again_when_there_may_be_others() {
    let (first, second) = (Signer::new("first"), Signer::new("current"));
    let github = GitHub::publishing(&[&first]).await;
    let server = github.server("").await;
    assert_eq!(github.asked(), 0, "not before they are needed");
    for _ in 0..3 {
        assert_eq!(tell(&server, &first, "[]").await.status(), 200);
    }
    assert_eq!(github.asked(), 1);
    github.publish(&[&first, &second]);
    assert_eq!(tell(&server, &second, "[]").await.status(), 400, "they were just fetched");
    assert_eq!(github.asked(), 1);
    server.advance(Duration::minutes(5));
    for signer in [&second, &first, &second] {
        let answer = tell(&server, signer, "[]").await;
        assert_eq!(answer.status(), 200, "{}: a former key is still published", signer.name);
    }
    for _ in 0..3 {
        assert_eq!(tell(&server, &Signer::new("invented"), "[]").await.status(), 400);
    }
    assert_eq!(github.asked(), 2, "strangers have nothing fetched");
    github.publish(&[&second]);
    server.advance(Duration::hours(1));
    assert_eq!(tell(&server, &first, "[]").await.status(), 400, "it is no longer published");
    assert_eq!(github.asked(), 3);

    github.fail();
    server.advance(Duration::hours(24));
    assert_eq!(tell(&server, &second, "[]").await.status(), 200, "none other can be had");
    server.advance(Duration::hours(2));
    let answer = tell(&server, &second, "[]").await;
    assert_eq!(answer.status(), 503, "it may be worthless by now");
    assert!(answer.headers().contains_key("retry-after"));
    github.publish(&[&second]);
    server.advance(Duration::minutes(5));
    assert_eq!(tell(&server, &second, "[]").await.status(), 200);
}

#[tokio::test]
async fn whoever_sends_too_much_that_is_not_githubs_has_to_wait() {
    let signer = Signer::new("current");
    let github = GitHub::publishing(&[&signer]).await;
    let server = github.server("[sign_in]\naddress_attempts = 2\n").await;
    for _ in 0..4 {
        assert_eq!(tell(&server, &signer, "[]").await.status(), 200, "GitHub is not counted");
    }
    let other = Signer::new("current");
    for _ in 0..2 {
        assert_eq!(tell(&server, &other, "[]").await.status(), 400);
    }
    let answer = error(tell(&server, &other, "[]").await).await;
    assert_eq!(answer, (503, "temporarily_unavailable".to_owned()));
    server.advance(Duration::minutes(16));
    assert_eq!(tell(&server, &signer, "[]").await.status(), 200);
}

#[tokio::test]
async fn a_message_takes_the_tokens_of_its_keys_along() {
    let signer = Signer::new("current");
    let github = GitHub::publishing(&[&signer]).await;
    let server = github.server("").await;
    let key = of_alice(&server).await;
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", key.text.as_str()),
        ("subject_token_type", "urn:signet:params:oauth:token-type:api-key"),
    ];
    let body: Value = server.post("/token", &form).await.json().await.expect("JSON");
    let token = body["access_token"].as_str().expect("a token");
    assert_eq!(server.introspect_as(RESOURCE_SERVER, token).await["active"], true);
    tell(&server, &signer, &json!([found(&key.text)]).to_string()).await;
    assert_eq!(server.introspect_as(RESOURCE_SERVER, token).await["active"], false);
}
