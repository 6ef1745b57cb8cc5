//! An application behind a proxy, which answers what it was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::{io::AsyncWriteExt, net::TcpListener, task::JoinSet};

/// A request as it arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Seen {
    pub method: String,
    /// With its query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub length: usize,
}

impl Seen {
    /// The values of a header.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let own = self.headers.iter().filter(|(own, _)| own == name);
        own.map(|(_, value)| value.as_str()).collect()
    }

    /// The value of a header; none is as good as an empty one.
    pub fn header(&self, name: &str) -> &str {
        match self.all(name)[..] {
            [] => "",
            [one] => one,
            _ => panic!("more than one {name}: {self:?}"),
        }
    }
}

/// A running one. It ends when this is dropped.
pub struct Upstream {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    _task: JoinSet<()>,
}

impl Upstream {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&seen));
        let mut task = JoinSet::new();
        task.spawn(async move { axum::serve(listener, router).await.expect("served") });
        Self { address, seen, _task: task }
    }

    /// What arrived since this was called last.
    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().expect("not poisoned"))
    }
}

async fn answer(State(all): State<Arc<Mutex<Vec<Seen>>>>, mut request: Request) -> Response {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = request.headers().iter();
    let mut seen = Seen {
        method: request.method().to_string(),
        target: request.uri().to_string(),
        headers: headers.map(|(name, value)| (name.to_string(), text(value))).collect(),
        length: 0,
    };
    if request.headers().contains_key(header::UPGRADE) {
        all.lock().expect("not poisoned").push(seen);
        let upgrade = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut stream = TokioIo::new(upgrade.await.expect("upgraded"));
            let _ = stream.write_all(b"open").await;
        });
        let headers = [(header::CONNECTION, "upgrade"), (header::UPGRADE, "websocket")];
        return (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response();
    }
    seen.length = request.into_body().collect().await.expect("a body").to_bytes().len();
    all.lock().expect("not poisoned").push(seen.clone());
    // An application has cookies of its own.
    ([(header::SET_COOKIE, "app=1; Path=/")], Json(seen)).into_response()
}
