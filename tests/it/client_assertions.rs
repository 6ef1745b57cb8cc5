//! Client authentication by JWTs (RFC 7523, OpenID Connect Core §9).

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use aws_lc_rs::hmac;
use axum::{Json, Router, response::IntoResponse, routing::get};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::StatusCode;
use openidconnect::reqwest::Response;
use serde_json::{Value, json};
use signet::{
    admin::{self, manifest::Manifest},
    keys::signing::{Algorithm, SigningKey},
    storage,
};
use time::Duration;

use crate::support::{API, Options, SERVICE, Server, elsewhere::Elsewhere, server::error};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const MACHINE: &str = "machine";

fn key(alg: Algorithm) -> SigningKey {
    let pkcs8 = SigningKey::generate(alg).expect("a key");
    SigningKey::from_pkcs8(alg, &pkcs8).expect("its own bytes")
}

fn encode(json: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(json.to_string())
}

fn merge(mut into: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
    into
}

/// A JWT with this signature.
fn jwt(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn mac(alg: hmac::Algorithm, secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(alg, secret), message).as_ref().to_vec()
}

/// The claims of an assertion that will do, changed.
fn claims(server: &Server, changes: &Value) -> Value {
    let now = server.clock.now().unix_timestamp();
    let id = server.app.uuid();
    let claims = json!({
        "iss": MACHINE, "sub": MACHINE, "aud": server.issuer, "jti": id, "iat": now, "exp": now + 60,
    });
    merge(claims, changes)
}

/// An assertion by a key.
fn signed(server: &Server, key: &SigningKey, changes: &Value) -> String {
    let header = json!({ "alg": key.alg.name(), "kid": key.kid, "typ": "JWT" });
    jwt(&header, &claims(server, changes), |message| key.sign(message))
}

/// Registers a client of client credentials by `private_key_jwt`, changed.
async fn register(server: &Server, id: &str, changes: &Value) -> Result<(), admin::Error> {
    let metadata = json!({
        "client_name": "Machine", "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["client_credentials"], "scopes": ["read"], "resources": [API],
        "introspects": [API],
    });
    let metadata = serde_json::from_value(merge(metadata, changes)).expect("metadata");
    admin::clients::put(&server.app, id, &metadata).await?;
    server.follow().await;
    Ok(())
}

async fn register_key(server: &Server, id: &str, key: &SigningKey) {
    register(server, id, &json!({ "jwks": { "keys": [key.jwk()] } })).await.expect("registered");
}

async fn post(server: &Server, path: &str, assertion: &str, more: &[(&str, &str)]) -> Response {
    let mut form = vec![("client_assertion_type", TYPE), ("client_assertion", assertion)];
    form.extend(more);
    server.post(path, &form).await
}

async fn token(server: &Server, assertion: &str) -> Response {
    post(server, "/token", assertion, &[("grant_type", "client_credentials")]).await
}

async fn works(server: &Server, assertion: &str) -> bool {
    let answer = token(server, assertion).await;
    if answer.status() == 200 {
        return true;
    }
    assert_eq!(error(answer).await, (401, "invalid_client".to_owned()));
    false
}

async fn spent(server: &Server) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM client_assertions");
    count.fetch_one(&server.db).await.expect("counted")
}

#[tokio::test]
async fn a_client_authenticates_by_its_key_at_every_endpoint() {
    let server = Server::start().await;
    for alg in Algorithm::ALL {
        let key = key(alg);
        register_key(&server, MACHINE, &key).await;
        let answer = token(&server, &signed(&server, &key, &json!({}))).await;
        assert_eq!(answer.status(), 200, "{alg}");
        let answer: Value = answer.json().await.expect("JSON");
        let access = answer["access_token"].as_str().expect("a token");
        let assertion = signed(&server, &key, &json!({}));
        let answer = post(&server, "/introspect", &assertion, &[("token", access)]).await;
        let answer: Value = answer.json().await.expect("JSON");
        assert_eq!((&answer["active"], &answer["client_id"]), (&json!(true), &json!(MACHINE)));
        let assertion = signed(&server, &key, &json!({}));
        let more = [("token", access), ("client_id", MACHINE)];
        assert_eq!(post(&server, "/revoke", &assertion, &more).await.status(), 200);
        assert!(!server.is_active(access).await);
    }
    // The endpoints that take a lone key need no kid.
    let key = key(Algorithm::Es256);
    register_key(&server, MACHINE, &key).await;
    let lone = jwt(&json!({ "alg": "ES256" }), &claims(&server, &json!({})), |m| key.sign(m));
    assert!(works(&server, &lone).await);
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_uses_nothing_up() {
    let server = Server::start().await;
    let (own, other) = (key(Algorithm::Es256), key(Algorithm::Es256));
    register_key(&server, MACHINE, &own).await;
    register_key(&server, "other", &other).await;
    let good = claims(&server, &json!({ "jti": "the same" }));
    let now = server.clock.now().unix_timestamp();
    let header = json!({ "alg": "ES256", "kid": own.kid });
    let changed = |changes: Value| jwt(&header, &merge(good.clone(), &changes), |m| own.sign(m));
    let under = |changes: Value, key: &SigningKey| {
        jwt(&merge(header.clone(), &changes), &good, |message| key.sign(message))
    };
    let by_mac = |secret: &[u8]| {
        let header = json!({ "alg": "HS256", "kid": own.kid });
        jwt(&header, &good, |message| mac(hmac::HMAC_SHA256, secret, message))
    };
    let x = BASE64_URL_SAFE_NO_PAD.decode(own.jwk()["x"].as_str().expect("x")).expect("base64");
    let valid = under(json!({}), &own);
    let (message, signature) = valid.rsplit_once('.').expect("a signature");
    for (name, assertion) in [
        ("aud of another", changed(json!({ "aud": "https://other.example" }))),
        ("aud of the endpoint", changed(json!({ "aud": server.url("/token") }))),
        ("two audiences", changed(json!({ "aud": [server.issuer, "https://other.example"] }))),
        ("iss of another", changed(json!({ "iss": "other" }))),
        ("sub of another", changed(json!({ "sub": "other" }))),
        ("expired", changed(json!({ "exp": now - 31 }))),
        ("too long", changed(json!({ "exp": now + 7200 }))),
        ("not yet", changed(json!({ "nbf": now + 60 }))),
        ("without jti", changed(json!({ "jti": null }))),
        ("alg none", jwt(&json!({ "alg": "none" }), &good, |_| Vec::new())),
        ("alg none, signed", under(json!({ "alg": "none" }), &own)),
        ("HMAC by the public key", by_mac(own.jwk().to_string().as_bytes())),
        ("HMAC by its coordinate", by_mac(&x)),
        ("another algorithm", under(json!({ "alg": "EdDSA" }), &own)),
        ("foreign kid", under(json!({ "kid": "unknown" }), &own)),
        ("embedded key", under(json!({ "kid": other.kid, "jwk": other.jwk() }), &other)),
        ("embedded key, own kid", under(json!({ "jwk": other.jwk() }), &other)),
        ("another client's key", under(json!({ "kid": other.kid }), &other)),
        ("another client's key, own kid", under(json!({}), &other)),
        ("crit", under(json!({ "crit": ["exp"] }), &own)),
        ("an access token's type", under(json!({ "typ": "at+jwt" }), &own)),
        ("no signature", format!("{message}.")),
        ("another signature", format!("{message}.{}", signature.replace(&signature[..4], "AAAA"))),
        (
            "another message",
            format!(
                "{}.{signature}",
                changed(json!({ "more": 1 })).rsplit_once('.').expect("it").0
            ),
        ),
        ("no JWT", "assertion".to_owned()),
        ("much too long", format!("{valid}{}", "A".repeat(9000))),
    ] {
        assert!(!works(&server, &assertion).await, "{name}");
    }
    // A client that authenticates in another way.
    let service = changed(json!({ "iss": SERVICE, "sub": SERVICE }));
    assert!(!works(&server, &service).await);
    let nobody = changed(json!({ "iss": "nobody", "sub": "nobody" }));
    assert!(!works(&server, &nobody).await);
    for (more, code) in [
        (("client_secret", server.secret(SERVICE)), "invalid_request"),
        (("client_id", "other"), "invalid_request"),
    ] {
        let form = [more, ("grant_type", "client_credentials")];
        assert_eq!(error(post(&server, "/token", &valid, &form).await).await.1, code);
    }
    for kind in ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"] {
        let form = [("client_assertion", valid.as_str()), ("client_assertion_type", kind)];
        let form = [&form[..], &[("grant_type", "client_credentials")]].concat();
        assert_eq!(error(server.post("/token", &form).await).await.1, "invalid_client");
    }
    assert_eq!(spent(&server).await, 0);
    assert!(works(&server, &valid).await, "and now the one that all differ from");
    server.app.audit.flush().await;
    let reasons: Vec<Value> = sqlx::query_scalar(
        "SELECT detail -> 'reason' FROM audit_events WHERE kind = 'client.refused'",
    )
    .fetch_all(&server.db)
    .await
    .map(|rows: Vec<Option<Value>>| rows.into_iter().flatten().collect())
    .expect("read");
    assert!(reasons.contains(&json!("the signature is not by the client's key")), "{reasons:?}");
}

#[tokio::test]
async fn an_assertion_is_good_once_until_it_is_over() {
    let server = Server::start().await;
    let (own, other) = (key(Algorithm::EdDsa), key(Algorithm::EdDsa));
    register_key(&server, MACHINE, &own).await;
    register_key(&server, "other", &other).await;
    let changes = json!({ "jti": "one" });
    let assertion = signed(&server, &own, &changes);
    assert!(works(&server, &assertion).await);
    assert!(!works(&server, &assertion).await, "again");
    let replica = server.replica().await;
    assert!(!works(&replica, &signed(&replica, &own, &changes)).await, "elsewhere");
    let again = signed(&server, &own, &merge(changes.clone(), &json!({ "iat": 1 })));
    assert!(!works(&server, &again).await, "another assertion of that id");
    let theirs = merge(changes, &json!({ "iss": "other", "sub": "other" }));
    assert!(works(&server, &signed(&server, &other, &theirs)).await, "of another client");
    server.advance(Duration::seconds(89));
    assert!(server.app.maintain().await.is_empty());
    assert!(!works(&server, &assertion).await, "within the skew");
    assert_eq!(spent(&server).await, 2);
    server.advance(Duration::seconds(31));
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(spent(&server).await, 0);
    assert!(!works(&server, &assertion).await, "over");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_uses_at_once_on_two_replicas_one_wins() {
    let server = Server::start().await;
    let own = key(Algorithm::Es256);
    register_key(&server, MACHINE, &own).await;
    let replica = server.replica().await;
    // In the tests each replica has an issuer of its own, so there is one for each, of the same id.
    let id = json!({ "jti": "one" });
    let both = [&server, &replica].map(|server| (server, signed(server, &own, &id)));
    let uses = (0..32).map(|at| works(both[at % 2].0, &both[at % 2].1));
    let won = futures_util::future::join_all(uses).await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 1);
    assert_eq!(spent(&server).await, 1);
}

#[tokio::test]
async fn an_endpoint_is_an_audience_for_those_who_are_registered_so() {
    let server = Server::start().await;
    let own = key(Algorithm::Es256);
    let jwks = json!({ "keys": [own.jwk()] });
    register(&server, MACHINE, &json!({ "jwks": jwks, "unsafe_endpoint_audience": true }))
        .await
        .expect("registered");
    for (path, fine) in
        [("/token", true), ("/introspect", true), ("", true), ("/", false), ("/authorize", false)]
    {
        let assertion = signed(&server, &own, &json!({ "aud": server.url(path) }));
        assert_eq!(works(&server, &assertion).await, fine, "{path}");
    }
}

#[tokio::test]
async fn the_registered_algorithm_is_the_only_one() {
    let server = Server::start().await;
    let (ec, ed) = (key(Algorithm::Es256), key(Algorithm::EdDsa));
    let jwks = json!({ "keys": [ec.jwk(), ed.jwk()] });
    let changes = json!({ "jwks": jwks, "token_endpoint_auth_signing_alg": "EdDSA" });
    register(&server, MACHINE, &changes).await.expect("registered");
    assert!(works(&server, &signed(&server, &ed, &json!({}))).await);
    assert!(!works(&server, &signed(&server, &ec, &json!({}))).await);
}

/// An assertion by a secret.
fn by_secret(server: &Server, alg: &str, secret: &str) -> String {
    let hash = if alg == "HS384" { hmac::HMAC_SHA384 } else { hmac::HMAC_SHA256 };
    let claims = claims(server, &json!({}));
    jwt(&json!({ "alg": alg }), &claims, |message| mac(hash, secret.as_bytes(), message))
}

#[tokio::test]
async fn a_client_signs_with_its_secret() {
    let server = Server::start().await;
    let method = json!({ "token_endpoint_auth_method": "client_secret_jwt" });
    register(&server, MACHINE, &method).await.expect("registered");
    let secret = admin::clients::add_secret(&server.app, MACHINE, None).await.expect("added");
    server.follow().await;
    for alg in ["HS256", "HS384"] {
        assert!(works(&server, &by_secret(&server, alg, &secret)).await, "{alg}");
        assert!(!works(&server, &by_secret(&server, alg, server.secret(SERVICE))).await, "{alg}");
        assert!(!works(&server, &by_secret(&server, alg, "")).await, "{alg}");
        // At every endpoint (RFC 7662 §2.1, RFC 7009 §2.1).
        let answer: Value =
            token(&server, &by_secret(&server, alg, &secret)).await.json().await.expect("JSON");
        let access = answer["access_token"].as_str().expect("a token");
        let about = [("token", access)];
        for (secret, status) in [(secret.as_str(), 200), ("another", 401)] {
            let answer =
                post(&server, "/introspect", &by_secret(&server, alg, secret), &about).await;
            assert_eq!(answer.status(), status, "{alg}");
            let answer: Value = answer.json().await.expect("JSON");
            assert_eq!(answer["active"] == json!(true), status == 200, "{alg}: {answer}");
        }
        for (secret, status) in [("another", 401), (secret.as_str(), 200)] {
            let answer = post(&server, "/revoke", &by_secret(&server, alg, secret), &about).await;
            assert_eq!(answer.status(), status, "{alg}");
            assert_eq!(server.is_active(access).await, status != 200, "{alg}");
        }
    }
    assert!(!works(&server, &by_secret(&server, "HS512", &secret)).await);
    let form = [("client_id", MACHINE), ("client_secret", secret.as_str())];
    let form = [&form[..], &[("grant_type", "client_credentials")]].concat();
    assert_eq!(error(server.post("/token", &form).await).await.1, "invalid_client");
    // The second one works beside the first, until that is removed.
    server.advance(Duration::seconds(1));
    let second = admin::clients::add_secret(&server.app, MACHINE, None).await.expect("added");
    for secret in [&secret, &second] {
        assert!(works(&server, &by_secret(&server, "HS256", secret)).await);
    }
    let first = &storage::client_secrets::list(&server.db, MACHINE).await.expect("read")[0];
    admin::clients::remove_secret(&server.app, MACHINE, first.id).await.expect("removed");
    assert!(!works(&server, &by_secret(&server, "HS256", &secret)).await);
    assert!(works(&server, &by_secret(&server, "HS256", &second)).await);
}

#[tokio::test]
async fn a_secret_is_kept_sealed_only_for_those_who_sign_with_it() {
    let server = Server::start().await;
    let sealed = || async {
        let all = storage::client_secrets::all_sealed(&server.db).await.expect("read");
        all.into_iter().map(|(_, sealed)| sealed).collect::<Vec<_>>()
    };
    assert!(sealed().await.is_empty(), "no client of the tests signs");
    let manifest = |method: &str, secret: &str| {
        format!(
            "[[client]]\nclient_id = \"{MACHINE}\"\nclient_name = \"Machine\"\n\
             token_endpoint_auth_method = \"{method}\"\ngrant_types = [\"client_credentials\"]\n\
             scopes = [\"read\"]\nresources = [\"{API}\"]\n{secret}"
        )
    };
    let drawn = server.apply(&manifest("client_secret_basic", "")).await;
    let secret = drawn[0].1.clone();
    assert!(sealed().await.is_empty());
    let brought = format!("secret = \"{secret}\"\n");
    let signs = manifest("client_secret_jwt", &brought);
    // Changed without its secret, it has none that it could sign with; brought along, it is the same one.
    server.apply(&manifest("client_secret_jwt", "")).await;
    assert!(!works(&server, &by_secret(&server, "HS256", &secret)).await);
    server.apply(&signs).await;
    assert!(works(&server, &by_secret(&server, "HS256", &secret)).await);
    let [kept] = &sealed().await[..] else { panic!("one secret") };
    let found =
        |bytes: &[u8]| bytes.windows(8).any(|part| secret.as_bytes()[8..].starts_with(part));
    assert!(!found(&kept.bytes), "it is not there in the clear");
    let plan = admin::manifest::plan(&server.db, &Manifest::parse(&signs).expect("TOML")).await;
    assert!(
        plan.expect("a plan")[0].to_string().starts_with('='),
        "applied twice, nothing changes"
    );
    server.apply(&manifest("client_secret_basic", &brought)).await;
    assert!(sealed().await.is_empty());
}

#[tokio::test]
async fn sealed_secrets_move_to_a_new_master_key() {
    let server = Server::start().await;
    let method = json!({ "token_endpoint_auth_method": "client_secret_jwt" });
    register(&server, MACHINE, &method).await.expect("registered");
    let secret = admin::clients::add_secret(&server.app, MACHINE, None).await.expect("added");
    let new = signet::keys::MasterKeys::generate("new", &server.app.entropy);
    let both = format!("{},{}", *new, crate::support::database::MASTER_KEY);
    let options = |master| Options {
        master_key: Some(master),
        clock: Some(server.clock.clone()),
        ..Options::default()
    };
    let during = Server::on(Arc::clone(&server.database), options(&both)).await;
    assert_eq!(during.app.keys.reseal(&during.db).await.expect("resealed"), 9);
    let after = Server::on(Arc::clone(&server.database), options(&new)).await;
    assert!(works(&after, &by_secret(&after, "HS256", &secret)).await);
}

/// Keys that are published, and may be changed or gone.
struct Published {
    keys: Arc<Mutex<Vec<Value>>>,
    gone: Arc<AtomicBool>,
    elsewhere: Elsewhere,
    server: Server,
}

impl Published {
    async fn start(keys: &[&SigningKey]) -> Self {
        let list = keys.iter().map(|key| key.jwk().clone()).collect();
        let keys: Arc<Mutex<Vec<Value>>> = Arc::new(Mutex::new(list));
        let gone = Arc::new(AtomicBool::new(false));
        let (shown, away) = (Arc::clone(&keys), Arc::clone(&gone));
        let answer = get(move || async move {
            if away.load(Ordering::SeqCst) {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            let keys = shown.lock().expect("unpoisoned").clone();
            let fresh = [("cache-control", "max-age=600")];
            (fresh, Json(json!({ "keys": keys }))).into_response()
        });
        let elsewhere = Elsewhere::start(Router::new().route("/keys", answer)).await;
        let config = elsewhere.config();
        let server = Server::with(Options { config: &config, ..Options::default() }).await;
        register(&server, MACHINE, &json!({ "jwks_uri": elsewhere.url("/keys") }))
            .await
            .expect("registered");
        Self { keys, gone, elsewhere, server }
    }

    fn publish(&self, keys: &[&SigningKey]) {
        *self.keys.lock().expect("unpoisoned") = keys.iter().map(|key| key.jwk().clone()).collect();
    }

    async fn works(&self, key: &SigningKey) -> bool {
        works(&self.server, &signed(&self.server, key, &json!({}))).await
    }
}

#[tokio::test]
async fn published_keys_are_changed_without_an_outage() {
    let (old, new, newer) = (key(Algorithm::Es256), key(Algorithm::EdDsa), key(Algorithm::Es256));
    let published = Published::start(&[&old]).await;
    assert!(published.works(&old).await);
    assert!(published.works(&old).await);
    assert_eq!(published.elsewhere.connections(), 1, "they are remembered");
    // A key that is not known has them fetched again, but not at every request.
    published.publish(&[&old, &new]);
    assert!(!published.works(&new).await, "too soon after the first time");
    assert_eq!(published.elsewhere.connections(), 1);
    published.server.advance(Duration::seconds(30));
    assert!(published.works(&new).await);
    assert!(published.works(&old).await);
    for _ in 0..3 {
        assert!(!published.works(&newer).await);
    }
    assert_eq!(published.elsewhere.connections(), 2);
    // What is not published any more is not accepted once what is remembered is stale.
    published.publish(&[&new]);
    published.server.advance(Duration::seconds(599));
    assert!(published.works(&old).await);
    published.server.advance(Duration::seconds(2));
    assert!(!published.works(&old).await);
    assert!(published.works(&new).await);
}

#[tokio::test]
async fn a_lone_key_that_is_not_named_is_replaced_without_an_outage() {
    let (old, new) = (key(Algorithm::Es256), key(Algorithm::Es256));
    let published = Published::start(&[&old]).await;
    let server = &published.server;
    let by = |key: &SigningKey, header: &Value| {
        let header = merge(json!({ "alg": "ES256" }), header);
        jwt(&header, &claims(server, &json!({})), |message| key.sign(message))
    };
    let unnamed = json!({});
    assert!(works(server, &by(&old, &unnamed)).await);
    published.publish(&[&new]);
    for _ in 0..3 {
        assert!(!works(server, &by(&new, &unnamed)).await, "too soon after the first time");
    }
    assert_eq!(published.elsewhere.connections(), 1);
    server.advance(Duration::seconds(30));
    assert!(works(server, &by(&new, &unnamed)).await);
    for _ in 0..3 {
        assert!(!works(server, &by(&old, &unnamed)).await);
    }
    assert_eq!(published.elsewhere.connections(), 2, "not at every request");
    // A key that is named is that one, whenever it was fetched.
    server.advance(Duration::seconds(30));
    assert!(!works(server, &by(&old, &json!({ "kid": new.kid }))).await);
    assert!(works(server, &by(&new, &unnamed)).await);
    assert_eq!(published.elsewhere.connections(), 2);
    // What cannot be fetched leaves those that are known in use.
    published.gone.store(true, Ordering::SeqCst);
    assert!(!works(server, &by(&old, &unnamed)).await);
    assert_eq!(published.elsewhere.connections(), 3);
    assert!(works(server, &by(&new, &unnamed)).await);
}

#[tokio::test]
async fn former_keys_serve_for_a_day_while_none_can_be_fetched() {
    let own = key(Algorithm::Es256);
    let published = Published::start(&[&own]).await;
    assert!(published.works(&own).await);
    published.gone.store(true, Ordering::SeqCst);
    published.server.advance(Duration::hours(12));
    assert!(published.works(&own).await);
    assert!(published.works(&own).await);
    assert_eq!(published.elsewhere.connections(), 2, "not tried again at once");
    published.server.advance(Duration::hours(13));
    assert!(!published.works(&own).await, "that was long enough");
    published.gone.store(false, Ordering::SeqCst);
    published.server.advance(Duration::seconds(30));
    assert!(published.works(&own).await);
}

#[tokio::test]
async fn of_many_who_need_keys_one_fetches_and_a_changed_client_begins_anew() {
    let own = key(Algorithm::Es256);
    let published = Published::start(&[&own]).await;
    let uses = (0..16).map(|_| published.works(&own));
    assert!(futures_util::future::join_all(uses).await.into_iter().all(|worked| worked));
    assert_eq!(published.elsewhere.connections(), 1);
    published.server.change_client(MACHINE, |client| client.client_name = "Other".to_owned()).await;
    assert!(published.works(&own).await);
    assert_eq!(published.elsewhere.connections(), 2);
}

#[tokio::test]
async fn keys_are_not_fetched_from_inside() {
    let server = Server::start().await;
    for uri in ["https://127.0.0.1/keys", "http://client.example/keys", "https://[::1]:8443/keys"] {
        let refused = register(&server, MACHINE, &json!({ "jwks_uri": uri })).await;
        assert!(refused.expect_err(uri).to_string().contains("jwks_uri"), "{uri}");
    }
    // What a name leads to is seen when it is fetched.
    let elsewhere = Elsewhere::start(Router::new()).await;
    register(&server, MACHINE, &json!({ "jwks_uri": elsewhere.url("/keys") })).await.expect("it");
    assert!(!works(&server, &signed(&server, &key(Algorithm::Es256), &json!({}))).await);
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn keys_are_registered_by_manifests() {
    let server = Server::start().await;
    let own = key(Algorithm::EdDsa);
    let jwk = own.jwk();
    let manifest = format!(
        "[[client]]\nclient_id = \"{MACHINE}\"\nclient_name = \"Machine\"\n\
         token_endpoint_auth_method = \"private_key_jwt\"\ngrant_types = [\"client_credentials\"]\n\
         scopes = [\"read\"]\nresources = [\"{API}\"]\n\
         jwks = {{ keys = [{{ kty = \"OKP\", crv = \"Ed25519\", kid = {}, x = {} }}] }}",
        jwk["kid"], jwk["x"]
    );
    assert!(server.apply(&manifest).await.is_empty(), "no secret is drawn");
    assert!(works(&server, &signed(&server, &own, &json!({}))).await);
    let private = manifest.replace("kty =", "d = \"AAAA\", kty =");
    let plan = Manifest::parse(&private).expect("TOML");
    let refused = admin::manifest::plan(&server.db, &plan).await.expect_err("a private key");
    assert!(refused.to_string().contains("private"), "{refused}");
}
