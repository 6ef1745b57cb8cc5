//! mozilla-django-oidc, for applications of the Django web framework.

use std::{path::Path, process::Stdio};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::{CLIENT, ca, register, rotate_keys, secret, start, uri};
use crate::{
    foreign::python,
    support::{
        Browser, EMAIL, Server,
        arrival::{go, go_on},
    },
};

/// A running application. It ends when this is dropped.
struct Django {
    origin: String,
    _child: Child,
}

/// Signet and an application that is registered with it.
async fn with_django() -> (Server, Django) {
    let server = start().await;
    register(&server, "http://127.0.0.1/oidc/callback/", json!({})).await;
    let secret = secret(&server).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/python/django_party.py");
    let mut child = Command::new(python())
        .arg(script)
        .env("REQUESTS_CA_BUNDLE", ca(&server))
        .env("ISSUER", &server.issuer)
        .env("CLIENT_ID", CLIENT)
        .env("CLIENT_SECRET", secret)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("Python; `make test` installs what it needs");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let origin = lines.next_line().await.expect("UTF-8").expect("where it listens");
    let out = vec![uri(&format!("{origin}/"))];
    server.change_client(CLIENT, |it| it.sessions.post_logout_redirect_uris = out).await;
    (server, Django { origin, _child: child })
}

impl Django {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Signs in, and returns what the application knows of the person.
    async fn sign_in(&self, server: &Server, browser: &mut Browser) -> Value {
        let arrival = go(server, browser, &self.url("/oidc/authenticate/")).await;
        assert!(arrival.saw(server, "/authorize"));
        assert_eq!(arrival.at.as_str(), self.url("/"), "{}", arrival.answer.body);
        serde_json::from_str(&arrival.answer.body).expect("JSON")
    }

    /// What it knows of the person at this browser.
    async fn person(&self, browser: &mut Browser) -> Value {
        serde_json::from_str(&browser.get(&self.url("/")).await.body).expect("JSON")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_and_out() {
    let (server, django) = with_django().await;
    let mut browser = server.browser();
    assert_eq!(django.person(&mut browser).await, Value::Null);
    let person = django.sign_in(&server, &mut browser).await;
    assert_eq!((&person["email"], &person["name"]), (&json!(EMAIL), &json!("Alice Example")));
    assert_eq!(
        (&person["id_token"]["iss"], &person["id_token"]["aud"]),
        (&json!(server.issuer), &json!(CLIENT))
    );
    assert_eq!(person["id_token"]["sub"], person["userinfo"]["sub"]);
    assert_eq!(django.person(&mut browser).await, person);

    let leave = django.url("/oidc/logout/");
    let answer = browser.post(&leave, &[]).await;
    let at = openidconnect::url::Url::parse(&leave).expect("a URL");
    let arrival = go_on(&server, &mut browser, at, answer).await;
    assert!(arrival.saw(&server, "/logout"), "{:?}", arrival.answer);
    assert_eq!(
        (arrival.at.as_str(), arrival.answer.body.as_str()),
        (django.url("/").as_str(), "null")
    );
    assert!(!browser.get("/").await.body.contains("Alice Example"), "at Signet too");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_when_keys_are_rotated() {
    let (server, django) = with_django().await;
    let mut browser = server.browser();
    let before = django.sign_in(&server, &mut browser).await;
    rotate_keys(&server).await;
    assert_eq!(django.person(&mut browser).await, before);
    let after = django.sign_in(&server, &mut server.browser()).await;
    assert_ne!(after["kid"], before["kid"]);
    assert_eq!(after["userinfo"], before["userinfo"]);
}
