//! Fetching what others name: what is reached, and what never is.

use std::{
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    response::Redirect,
    routing::{get, post},
};
use futures_util::{StreamExt, stream};
use http::{HeaderMap, header};
use signet::{
    config::{Config, Environment},
    fetch::{Client, FetchError, Limits, Owner, Resolve},
};
use tokio::net::TcpListener;
use url::Url;

use crate::support::elsewhere::Elsewhere;

/// A resolver that answers one thing after the other, and the last one from then on.
struct Told {
    answers: Vec<Vec<IpAddr>>,
    asked: Arc<AtomicUsize>,
}

impl Resolve for Told {
    fn resolve<'a>(
        &'a self,
        _: &'a Owner,
        _: &'a str,
        port: u16,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        let at = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let found = self.answers[at].iter().map(|ip| SocketAddr::new(*ip, port)).collect();
        Box::pin(std::future::ready(Ok(found)))
    }
}

fn client(config: &str) -> Client {
    let config = Config::read(config, &Environment::default()).expect("valid");
    Client::new(&config.fetch).expect("a client")
}

/// A client with a resolver, and how often that was asked.
fn client_told(config: &str, answers: &[&[&str]]) -> (Client, Arc<AtomicUsize>) {
    let config = Config::read(config, &Environment::default()).expect("valid");
    let asked = Arc::new(AtomicUsize::new(0));
    let address = |text: &&str| text.parse().expect("an address");
    let answers = answers.iter().map(|answer| answer.iter().map(address).collect()).collect();
    let told = Told { answers, asked: Arc::clone(&asked) };
    (Client::with_resolver(&config.fetch, Box::new(told)).expect("a client"), asked)
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

fn soon() -> Limits {
    Limits { total: Duration::from_millis(400), ..Limits::default() }
}

#[tokio::test]
async fn an_answer_comes_with_what_it_says_of_itself() {
    let router = Router::new().route(
        "/keys",
        get(|headers: HeaderMap| async move {
            assert!(headers[header::USER_AGENT].to_str().expect("text").starts_with("Signet/"));
            for none in [header::COOKIE, header::AUTHORIZATION, header::REFERER] {
                assert!(!headers.contains_key(&none), "{none}");
            }
            let said = [("etag", "\"7\""), ("cache-control", "max-age=300"), ("set-cookie", "a=b")];
            (said, "hello")
        }),
    );
    let server = Elsewhere::start(router).await;
    let client = client(&server.config());
    for _ in 0..2 {
        let fetched = client
            .get(&Owner::Operator, &url(&server.url("/keys")), Limits::default())
            .await
            .expect("it");
        assert_eq!(fetched.body, "hello");
        assert_eq!(fetched.etag.as_deref(), Some("\"7\""));
        assert_eq!(fetched.fresh_for, Some(Duration::from_mins(5)));
    }
    let missing =
        client.get(&Owner::Operator, &url(&server.url("/other")), Limits::default()).await;
    assert!(matches!(missing, Err(FetchError::Status(status)) if status == 404), "{missing:?}");
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_connected_to() {
    let server = Elsewhere::start(Router::new().route("/", get(|| async { "hello" }))).await;
    let address = format!("https://keys.example:{}/", server.port);
    let config = server.config_allowing("[]");
    for inside in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0"]
    {
        let (client, _) = client_told(&config, &[&[inside]]);
        let refused = client.get(&Owner::Operator, &url(&address), Limits::default()).await;
        assert!(matches!(refused, Err(FetchError::Address)), "{inside}: {refused:?}");
        let refused = client
            .post_form(&Owner::Operator, &url(&address), &[("a", "b")], Limits::default())
            .await;
        assert!(matches!(refused, Err(FetchError::Address)), "{inside}: {refused:?}");
    }
    let literal = url(&format!("https://127.0.0.1:{}/", server.port));
    let refused = client(&config).get(&Owner::Operator, &literal, Limits::default()).await;
    assert!(matches!(refused, Err(FetchError::Address)), "{refused:?}");
    let localhost =
        client(&config).get(&Owner::Operator, &url(&server.url("/")), Limits::default()).await;
    assert!(matches!(localhost, Err(FetchError::Address)), "{localhost:?}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn what_a_name_leads_to_later_is_of_no_use() {
    let server = Elsewhere::start(Router::new().route("/", get(|| async { "hello" }))).await;
    // The same port on another address, which must not be spoken to.
    let trap = TcpListener::bind(("127.0.0.2", server.port)).await.expect("a port");
    let config = server.config_allowing("[\"127.0.0.1\"]");
    let address = url(&format!("https://keys.example:{}/", server.port));
    let (client, asked) = client_told(&config, &[&["127.0.0.1"], &["127.0.0.2"]]);
    let fetched =
        client.get(&Owner::Operator, &address, Limits::default()).await.expect("the first answer");
    assert_eq!((fetched.body.as_ref(), asked.load(Ordering::SeqCst)), (&b"hello"[..], 1));
    let refused = client.get(&Owner::Operator, &address, Limits::default()).await;
    assert!(matches!(refused, Err(FetchError::Address)), "{refused:?}");
    // Of several, only those that may be are tried.
    let (client, _) = client_told(&config, &[&["127.0.0.2", "127.0.0.1"]]);
    client.get(&Owner::Operator, &address, Limits::default()).await.expect("the other address");
    let waited = tokio::time::timeout(Duration::from_millis(50), trap.accept()).await;
    assert!(waited.is_err(), "the trap was spoken to");
}

#[tokio::test]
async fn each_redirect_is_checked_like_the_first_request() {
    let inside = Elsewhere::start(Router::new().route("/", get(|| async { "secret" }))).await;
    let port = inside.port;
    let to = move |to: String| get(move || async move { Redirect::temporary(&to) });
    let router = Router::new()
        .route("/name", to(format!("https://inside.example:{port}/")))
        .route("/literal", to(format!("https://127.0.0.1:{port}/")))
        .route("/mapped", to(format!("https://[::ffff:127.0.0.1]:{port}/")))
        .route("/plain", to("http://other.example/".to_owned()))
        .route("/user", to(format!("https://a:b@keys.example:{port}/")))
        .route("/file", to("file:///etc/passwd".to_owned()))
        .route("/loop", to("/loop".to_owned()))
        .route("/nowhere", get(|| async { http::StatusCode::FOUND }))
        .route("/once", to("/twice".to_owned()))
        .route("/twice", to("/end".to_owned()))
        .route("/end", get(|| async { "end" }))
        .route("/form", post(|| async { Redirect::temporary("/end") }));
    let server = Elsewhere::start(router).await;
    let config = server.config_allowing("[\"keys.example\"]");
    let (client, _) = client_told(&config, &[&["127.0.0.1"]]);
    let at = |path: &str| url(&format!("https://keys.example:{}{path}", server.port));
    for path in ["/name", "/literal", "/mapped"] {
        let refused = client.get(&Owner::Operator, &at(path), Limits::default()).await;
        assert!(matches!(refused, Err(FetchError::Address)), "{path}: {refused:?}");
    }
    for path in ["/plain", "/user", "/file"] {
        let refused = client.get(&Owner::Operator, &at(path), Limits::default()).await;
        assert!(matches!(refused, Err(FetchError::Url(_))), "{path}: {refused:?}");
    }
    for path in ["/loop", "/nowhere"] {
        let refused = client.get(&Owner::Operator, &at(path), Limits::default()).await;
        assert!(matches!(refused, Err(FetchError::Redirects)), "{path}: {refused:?}");
    }
    assert_eq!(
        client.get(&Owner::Operator, &at("/once"), Limits::default()).await.expect("it").body,
        "end"
    );
    let few = Limits { redirects: 1, ..Limits::default() };
    let refused = client.get(&Owner::Operator, &at("/once"), few).await;
    assert!(matches!(refused, Err(FetchError::Redirects)), "{refused:?}");
    // A form is not passed on.
    let posted =
        client.post_form(&Owner::Operator, &at("/form"), &[("a", "b")], Limits::default()).await;
    assert_eq!(posted.expect("an answer"), 307);
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_form_arrives_as_it_was_filled_in() {
    let router = Router::new().route(
        "/",
        post(|headers: HeaderMap, body: String| async move {
            assert_eq!(headers[header::CONTENT_TYPE], "application/x-www-form-urlencoded");
            assert_eq!(body, "logout_token=a%26b");
            http::StatusCode::NO_CONTENT
        }),
    );
    let server = Elsewhere::start(router).await;
    let form = [("logout_token", "a&b")];
    let status = client(&server.config())
        .post_form(&Owner::Operator, &url(&server.url("/")), &form, soon())
        .await;
    assert_eq!(status.expect("an answer"), 204);
}

#[tokio::test]
async fn bodies_and_heads_are_read_no_further_than_they_may_be() {
    let kilobyte = || stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from(vec![b'x'; 1024])));
    let router = Router::new()
        .route("/announced", get(|| async { "x".repeat(5000) }))
        .route("/fits", get(|| async { "x".repeat(4096) }))
        .route("/endless", get(move || async move { Body::from_stream(kilobyte()) }))
        .route("/head", get(|| async { ([("x-long", "x".repeat(100_000))], "") }))
        .route("/coded", get(|| async { ([("content-encoding", "gzip")], "x") }));
    let server = Elsewhere::start(router).await;
    let client = client(&server.config());
    let limits = Limits { bytes: 4096, ..Limits::default() };
    for path in ["/announced", "/endless"] {
        let refused = client.get(&Owner::Operator, &url(&server.url(path)), limits).await;
        assert!(matches!(refused, Err(FetchError::Large)), "{path}: {refused:?}");
    }
    assert_eq!(
        client
            .get(&Owner::Operator, &url(&server.url("/fits")), limits)
            .await
            .expect("it")
            .body
            .len(),
        4096
    );
    let refused = client.get(&Owner::Operator, &url(&server.url("/head")), limits).await;
    assert!(matches!(refused, Err(FetchError::Unreadable(_))), "{refused:?}");
    let refused = client.get(&Owner::Operator, &url(&server.url("/coded")), limits).await;
    assert!(matches!(refused, Err(FetchError::Encoded)), "{refused:?}");
}

#[tokio::test]
async fn whoever_is_slow_is_not_waited_for() {
    let drip = || stream::iter([Ok::<_, io::Error>("x")]).chain(stream::pending());
    let router = Router::new()
        .route("/body", get(move || async move { Body::from_stream(drip()) }))
        .route("/head", get(std::future::pending::<()>));
    let server = Elsewhere::start(router).await;
    let quick = client(&server.config());
    for path in ["/body", "/head"] {
        let refused = quick.get(&Owner::Operator, &url(&server.url(path)), soon()).await;
        assert!(matches!(refused, Err(FetchError::Slow)), "{path}: {refused:?}");
    }
    // Connections are accepted, and nothing is ever said on them.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let silent_url = format!("https://127.0.0.1:{}/", silent.local_addr().expect("it").port());
    let limits = Limits { connect: Duration::from_millis(100), ..Limits::default() };
    let client = client(&server.config_allowing("[\"127.0.0.1\"]"));
    let refused = client.get(&Owner::Operator, &url(&silent_url), limits).await;
    assert!(matches!(refused, Err(FetchError::Slow)), "{refused:?}");
}

#[tokio::test]
async fn certificates_are_from_an_authority_that_is_trusted_and_name_the_host() {
    let server = Elsewhere::start(Router::new().route("/", get(|| async { "hello" }))).await;
    let stranger = client("[fetch]\ninsecure_allow_hosts = [\"localhost\"]");
    let refused = stranger.get(&Owner::Operator, &url(&server.url("/")), Limits::default()).await;
    assert!(matches!(refused, Err(FetchError::Connecting(_))), "{refused:?}");
    let other = format!("https://other.example:{}/", server.port);
    let config = server.config_allowing("[\"other.example\"]");
    let (misled, _) = client_told(&config, &[&["127.0.0.1"]]);
    let refused = misled.get(&Owner::Operator, &url(&other), Limits::default()).await;
    assert!(matches!(refused, Err(FetchError::Connecting(_))), "{refused:?}");
}

#[tokio::test]
async fn a_file_without_certificates_is_refused_at_the_start() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    for (path, text) in [(file.path().to_owned(), "empty"), ("/nowhere/ca.pem".into(), "missing")] {
        let config = format!("[fetch]\nca_certificate = {path:?}");
        let config = Config::read(&config, &Environment::default()).expect("valid");
        let error = Client::new(&config.fetch).expect_err(text);
        assert!(error.to_string().contains("fetch.ca_certificate"), "{error}");
    }
}
