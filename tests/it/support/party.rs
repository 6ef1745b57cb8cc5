//! An application that is told of logouts behind the browser, on loopback.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};

use axum::{Form, Router, extract::State, routing::post};
use http::StatusCode;
use serde::Deserialize;
use signet::registry::redirect_uri::Registered;
use tokio::{net::TcpListener, sync::Notify, task::JoinSet};

use super::Server;

/// What lets Signet reach it.
pub const REACHABLE: &str = "[fetch]\ninsecure_allow_hosts = [\"127.0.0.0/8\"]\n";
/// The status of an application that never answers.
pub const NEVER: u16 = 0;

/// A running one. It ends when this is dropped.
pub struct Party {
    url: String,
    told: Arc<Told>,
    _task: JoinSet<()>,
}

struct Told {
    tokens: Mutex<Vec<String>>,
    status: AtomicU16,
    more: Notify,
}

#[derive(Deserialize)]
struct Message {
    logout_token: String,
}

async fn told(State(told): State<Arc<Told>>, Form(form): Form<Message>) -> StatusCode {
    told.tokens.lock().expect("a lock").push(form.logout_token);
    told.more.notify_one();
    match told.status.load(Ordering::SeqCst) {
        NEVER => std::future::pending().await,
        status => StatusCode::from_u16(status).expect("a status"),
    }
}

impl Party {
    /// Starts one that is told of logouts of this client.
    pub async fn of(server: &Server, client_id: &str) -> Self {
        let told = Arc::new(Told {
            tokens: Mutex::default(),
            status: AtomicU16::new(200),
            more: Notify::new(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/told?tenant=1", listener.local_addr().expect("an address"));
        let router = Router::new().route("/told", post(self::told)).with_state(Arc::clone(&told));
        let mut task = JoinSet::new();
        task.spawn(async move { axum::serve(listener, router).await.expect("served") });
        let party = Self { url, told, _task: task };
        let uri = Registered::parse(&party.url).expect("loopback");
        server
            .change_client(client_id, |metadata| {
                metadata.sessions.backchannel_logout_uri = Some(uri);
            })
            .await;
        party
    }

    /// Has it answer so from now on.
    pub fn answer(&self, status: u16) {
        self.told.status.store(status, Ordering::SeqCst);
    }

    /// The logout tokens that it was sent so far.
    pub fn tokens(&self) -> Vec<String> {
        self.told.tokens.lock().expect("a lock").clone()
    }

    /// Waits until it was sent so many.
    pub async fn told(&self, count: usize) {
        let more = async {
            while self.tokens().len() < count {
                self.told.more.notified().await;
            }
        };
        let limit = std::time::Duration::from_secs(4);
        tokio::time::timeout(limit, more).await.expect("it is told soon");
    }
}
