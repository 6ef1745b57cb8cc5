//! A database for each test, cloned from one that is migrated and filled once.

use std::{
    cell::Cell,
    env,
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use signet::{
    admin::manifest::{self, Manifest},
    app::App,
    clock::Clock,
    config::Config,
    entropy::Entropy,
    keys::MasterKeys,
    storage,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, postgres::PgConnectOptions};
use tokio::sync::OnceCell;

use super::{MANIFEST, server::START};

static TEMPLATE: OnceCell<Template> = OnceCell::const_new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The database that others are cloned from.
pub struct Template {
    name: String,
    /// The secrets of its clients, by id.
    pub secrets: Vec<(String, String)>,
}

/// The master key of all tests.
pub const MASTER_KEY: &str = "test:dGhpcyBpcyBub3QgYSBzZWNyZXQsIHRlc3Qgb25seSE=";

/// A database of one's own.
pub struct Database {
    /// How to connect to it.
    pub url: String,
    /// The secrets of its clients, by id.
    pub secrets: &'static [(String, String)],
}

impl Database {
    /// Clones the template.
    pub async fn filled() -> Self {
        let template = TEMPLATE.get_or_init(fill).await;
        let name = create(Some(&template.name)).await;
        Self { url: url(&name), secrets: &template.secrets }
    }

    /// Nothing but an empty database.
    pub async fn empty() -> Self {
        Self { url: url(&create(None).await), secrets: &[] }
    }
}

/// The server's own database, from which others are made.
pub fn server_url() -> String {
    env::var("DATABASE_URL")
        .expect("run the tests by `make test` or `scripts/with-postgres cargo test`")
}

/// The URL of another database of that server.
fn url(name: &str) -> String {
    let base = server_url();
    let (before, query) = base.split_once('?').unwrap_or((&base, ""));
    let (server, _) = before.rsplit_once('/').expect("a database in the URL");
    format!("{server}/{name}?{query}")
}

async fn create(template: Option<&str>) -> String {
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    let name = format!("test_{}_{number}", std::process::id());
    let options = PgConnectOptions::from_str(&server_url()).expect("a URL");
    let mut connection = PgConnection::connect_with(&options).await.expect("Postgres answers");
    let from = template.map(|template| format!(" TEMPLATE {template}")).unwrap_or_default();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}{from}")))
        .execute(&mut connection)
        .await
        .expect("a database is made");
    name
}

async fn fill() -> Template {
    let name = create(None).await;
    // A runtime of its own: the pool's tasks must not die with the test that came first.
    let url = url(&name);
    let secrets = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async move {
            let db = storage::connect(&url, 4, Duration::from_secs(10)).expect("a pool");
            storage::migrate(&db).await.expect("migrations apply");
            let master = MasterKeys::parse(MASTER_KEY).expect("a master key");
            let clock = Clock::fake(START);
            let config = Config::default();
            let app = App::load(config, clock, Entropy::system(), db.clone(), master, None)
                .await
                .expect("it loads");
            let manifest = Manifest::parse(MANIFEST).expect("a manifest");
            let plan = manifest::plan(&app.db, &manifest).await.expect("a plan");
            let secrets = manifest::apply(&app, plan).await.expect("it applies");
            app.audit.flush().await;
            // Each test sees what it does itself.
            sqlx::query("TRUNCATE audit_events").execute(&db).await.expect("emptied");
            sqlx::query("ANALYZE").execute(&db).await.expect("analysed");
            db.close().await;
            secrets
        })
    })
    .join()
    .expect("the template is filled");
    Template { name, secrets }
}

/// One connection in an open transaction, as a pool: what goes on in it is not committed yet.
pub struct Held(PgPool);

impl Held {
    /// Opens one.
    pub async fn begin(url: &str) -> Self {
        let db = storage::connect(url, 1, Duration::from_secs(5)).expect("a pool");
        sqlx::query("BEGIN").execute(&db).await.expect("begun");
        Self(db)
    }

    /// Where it goes on.
    pub fn db(&self) -> &PgPool {
        &self.0
    }

    /// Commits.
    pub async fn commit(&self) {
        sqlx::query("COMMIT").execute(&self.0).await.expect("committed");
    }

    /// Runs `action` and commits as soon as it waits for what is held, or is done without waiting.
    pub async fn commit_meanwhile<T>(&self, action: impl Future<Output = T>) -> T {
        let done = Cell::new(false);
        let action = async {
            let outcome = action.await;
            done.set(true);
            outcome
        };
        let commit = async {
            let sql = "SELECT EXISTS (SELECT FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock')";
            while !done.get()
                && !sqlx::query_scalar::<_, bool>(sql).fetch_one(&self.0).await.expect("an answer")
            {
                // Within a transaction, the view is as it was first looked at.
                sqlx::query("SELECT pg_stat_clear_snapshot()")
                    .execute(&self.0)
                    .await
                    .expect("cleared");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            self.commit().await;
        };
        tokio::join!(action, commit).0
    }
}
