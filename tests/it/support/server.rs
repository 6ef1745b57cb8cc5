//! A running server with a fake clock, in this process but spoken to over real connections.

use std::{sync::Arc, time::Duration};

use openidconnect::reqwest::{self, Response};
use serde_json::Value;
use signet::{
    admin::{self, manifest::Manifest},
    app::{App, AppState, Demo},
    clock::{Clock, Timestamp},
    config::{Config, Environment},
    entropy::Entropy,
    http::{
        self,
        listener::{Limits, Listener},
    },
    identity::mail::{self, Message},
    keys::MasterKeys,
    registry::client::{Client, Metadata},
    storage,
};
use sqlx::PgPool;
use time::macros::datetime;

use super::{
    Authority, Browser,
    browser::client,
    database::{Database, MASTER_KEY},
};

/// When the tests begin.
pub const START: Timestamp = datetime!(2030-01-01 12:00 UTC);

/// How a server differs from the usual.
#[derive(Default)]
pub struct Options<'a> {
    /// More configuration.
    pub config: &'a str,
    /// Another way to the database.
    pub database_url: Option<String>,
    /// Another clock.
    pub clock: Option<Clock>,
    /// Another master key.
    pub master_key: Option<&'a str>,
    /// Another source of randomness.
    pub entropy: Option<Entropy>,
    /// It does not follow what others change.
    pub lags: bool,
    /// It catches messages, as development mode does.
    pub catches_mail: bool,
    /// The path of its issuer.
    pub path: &'a str,
    /// It speaks TLS, by a certificate of this authority's.
    pub authority: Option<Arc<Authority>>,
}

/// A running server.
pub struct Server {
    /// Its insides.
    pub app: AppState,
    /// Its issuer.
    pub issuer: String,
    /// Its clock.
    pub clock: Clock,
    /// Its database.
    pub db: PgPool,
    /// That database's URL and secrets.
    pub database: Arc<Database>,
    /// Whose certificate it has, if it speaks TLS.
    pub authority: Option<Arc<Authority>>,
    http: reqwest::Client,
}

impl Server {
    /// Starts one with the usual data.
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    /// Starts one that differs.
    pub async fn with(options: Options<'_>) -> Self {
        Self::on(Arc::new(Database::filled().await), options).await
    }

    /// Starts one on a database that is there.
    pub async fn on(database: Arc<Database>, options: Options<'_>) -> Self {
        let mut config =
            Config::read(options.config, &Environment::default()).expect("a valid configuration");
        let limits = Limits::of(&config.server);
        if let Some(authority) = &options.authority {
            [config.server.tls_certificate, config.server.tls_key] = authority.server().map(Some);
        }
        let tls = config.server.tls();
        let address = "127.0.0.1:0".parse().expect("an address");
        let listener = Listener::bind(address, tls.as_ref(), limits).await.expect("a free port");
        let address = listener.address().expect("an address");
        let origin = match tls {
            None => format!("http://{address}"),
            Some(_) => format!("https://localhost:{}", address.port()),
        };
        let issuer = format!("{origin}{}", options.path);
        config.server.issuer = signet::config::Issuer::parse(&issuer).expect("loopback");
        let clock = options.clock.unwrap_or_else(|| Clock::fake(START));
        let url = options.database_url.unwrap_or_else(|| database.url.clone());
        let db = storage::connect(&url, 24, Duration::from_secs(10)).expect("a pool");
        let master = MasterKeys::parse(options.master_key.unwrap_or(MASTER_KEY)).expect("a key");
        let entropy = options.entropy.unwrap_or_else(Entropy::system);
        let demo =
            options.catches_mail.then(|| Demo { login: String::new(), password: String::new() });
        let app = App::load(config, clock.clone(), entropy, db.clone(), master, demo)
            .await
            .expect("it loads");
        if !options.lags {
            let follower = Arc::clone(&app);
            tokio::spawn(async move {
                follower.replica.follow_forever(&follower.keys, &follower.clock).await;
            });
        }
        let service = http::Service::new(&app);
        tokio::spawn(listener.serve(service, std::future::pending(), Duration::ZERO));
        let authority = options.authority;
        let http = client(authority.as_deref());
        Self { app, issuer, clock, db, database, authority, http }
    }

    /// A second replica on the same database, with the same clock.
    pub async fn replica(&self) -> Self {
        let options = Options { clock: Some(self.clock.clone()), ..Options::default() };
        Self::on(Arc::clone(&self.database), options).await
    }

    /// Follows what was changed so far, without waiting for the next poll.
    pub async fn follow(&self) {
        self.app.replica.follow(&self.app.keys, self.clock.now()).await.expect("followed");
    }

    /// Changes the metadata of a client, and follows the change.
    pub async fn change_client(&self, client_id: &str, change: impl FnOnce(&mut Metadata)) {
        let row = storage::clients::get(&self.db, client_id).await.expect("read").expect("there");
        let mut client = Client::from_row(row).expect("a client");
        change(&mut client.metadata);
        admin::clients::put(&self.app, client_id, &client.metadata).await.expect("stored");
        self.follow().await;
    }

    /// Applies a manifest, and follows the change. The secrets that were drawn, by client.
    pub async fn apply(&self, manifest: &str) -> Vec<(String, String)> {
        let manifest = Manifest::parse(manifest).expect("a manifest");
        let plan = admin::manifest::plan(&self.db, &manifest).await.expect("a plan");
        let drawn = admin::manifest::apply(&self.app, plan).await.expect("applied");
        self.follow().await;
        drawn
    }

    /// Moves the clock.
    pub fn advance(&self, by: time::Duration) {
        self.clock.advance(by);
    }

    /// A browser of its own.
    pub fn browser(&self) -> Browser {
        Browser::with(client(self.authority.as_deref()), &self.issuer)
    }

    /// An absolute URL.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// The secret of a client.
    pub fn secret(&self, client_id: &str) -> &'static str {
        let secrets = self.database.secrets.iter();
        let found = secrets.into_iter().find(|(id, _)| id == client_id);
        &found.expect("a client with a secret").1
    }

    /// A GET.
    pub async fn get(&self, path: &str) -> Response {
        self.http.get(self.url(path)).send().await.expect("an answer")
    }

    /// A request to be changed before it is sent.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// A form post.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.http.post(self.url(path)).form(form).send().await.expect("an answer")
    }

    /// A form post by a client with `client_secret_basic`.
    pub async fn post_as(&self, client_id: &str, path: &str, form: &[(&str, &str)]) -> Response {
        self.http
            .post(self.url(path))
            .basic_auth(client_id, Some(self.secret(client_id)))
            .form(form)
            .send()
            .await
            .expect("an answer")
    }

    /// What introspection says, asked by a client.
    pub async fn introspect_as(&self, client_id: &str, token: &str) -> Value {
        let answer = self.post_as(client_id, "/introspect", &[("token", token)]).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.expect("JSON")
    }

    /// Whether introspection calls a token active.
    pub async fn is_active(&self, token: &str) -> bool {
        self.introspect_as(super::RESOURCE_SERVER, token).await["active"] == Value::Bool(true)
    }

    /// Starts one that catches messages.
    pub async fn catching(config: &str) -> Self {
        Self::with(Options { config, catches_mail: true, ..Options::default() }).await
    }

    /// Sends what is due, and returns all that was caught, the latest first.
    pub async fn mail(&self) -> Vec<Message> {
        mail::deliver_due(&self.app).await.expect("delivered");
        self.app.mail.caught().into_iter().map(|caught| caught.message).collect()
    }

    /// The link of the latest message to this address.
    pub async fn link_to(&self, to: &str) -> String {
        let messages = self.mail().await;
        let message = messages.iter().find(|message| message.to.as_deref() == Some(to));
        let text = &message.unwrap_or_else(|| panic!("no message to {to}")).text;
        let link = text.split_whitespace().find(|word| word.starts_with(&self.issuer));
        link.unwrap_or_else(|| panic!("no link: {text}")).to_owned()
    }

    /// Acts at once on what changed.
    pub async fn catch_up(&self) {
        self.app.replica.follow(&self.app.keys, self.clock.now()).await.expect("followed");
    }

    /// The kinds of the audit events so far, in order.
    pub async fn events(&self) -> Vec<String> {
        self.app.audit.flush().await;
        let rows = sqlx::query_as::<_, (String,)>(
            "SELECT kind FROM audit_events WHERE request_id IS DISTINCT FROM 'command-line' ORDER BY at, id",
        );
        rows.fetch_all(&self.db).await.expect("events").into_iter().map(|row| row.0).collect()
    }
}

/// The `error` of an answer of the protocol, with its status.
pub async fn error(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.expect("JSON");
    (status, body["error"].as_str().unwrap_or("none").to_owned())
}

/// The claims of a JWT, unverified.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a JWT.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, at: usize) -> Value {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let part = token.split('.').nth(at).expect("a JWT");
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}
