//! `signet dev`: a newcomer's first minutes.

use std::{os::unix::fs::PermissionsExt, path::Path, process::Stdio, time::Duration};

use serde_json::Value;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::support::process::{BINARY, free_port, run};

/// What `dev` says when it is ready.
struct Dev {
    child: Child,
    welcome: String,
}

impl Dev {
    async fn start(folder: &Path, port: u16, more: &[&str]) -> Self {
        let mut child = Command::new(BINARY)
            .args(["dev", "--port", &port.to_string(), "--dir"])
            .arg(folder)
            .args(more)
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut welcome = String::new();
        let reading = async {
            while let Ok(Some(line)) = lines.next_line().await {
                welcome.push_str(&line);
                welcome.push('\n');
                if line.contains("/introspect") {
                    return;
                }
            }
        };
        let read = tokio::time::timeout(Duration::from_mins(1), reading).await;
        assert!(read.is_ok() && welcome.contains("/introspect"), "{welcome}");
        Self { child, welcome }
    }

    /// The word behind a label.
    fn word(&self, label: &str, at: usize) -> String {
        let line = self.welcome.lines().find(|line| line.contains(label)).expect(label);
        let rest = line.split_once(label).expect(label).1;
        rest.split_whitespace().nth(at).expect(label).to_owned()
    }

    /// What the shell prints of the lines that are there to be copied.
    async fn shell(&self) -> String {
        let at = self.welcome.find("TOKEN=").expect("lines for a shell");
        let mut shell = Command::new("sh");
        shell.args(["-euc", &self.welcome[at..]]);
        let (code, printed, errors) = run(&mut shell).await;
        assert_eq!(code, 0, "{errors}");
        printed
    }

    async fn interrupt(mut self) {
        let pid = self.child.id().expect("running").to_string();
        Command::new("kill").args(["-INT", &pid]).status().await.expect("kill runs");
        let status = tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await;
        assert!(status.expect("in time").expect("it ends").success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_gets_tokens_and_finds_them_again_the_next_day() {
    let parent = tempfile::Builder::new()
        .permissions(PermissionsExt::from_mode(0o755))
        .tempdir()
        .expect("a folder");
    let folder = parent.path().join("signet");
    let same_port = free_port();
    let dev = Dev::start(&folder, same_port, &[]).await;
    let issuer = dev.word("running at", 0);
    let (service, secret) = (dev.word("Service client", 0), dev.word("Service client", 1));
    let (api, api_secret) = (dev.word("Resource server", 0), dev.word("Resource server", 1));
    let password = dev.word("alice@example.com", 0);
    let http = openidconnect::reqwest::Client::new();
    let post = |path: &str, id: &str, secret: &str, form: Vec<(&'static str, String)>| {
        let request = http.post(format!("{issuer}{path}")).basic_auth(id, Some(secret)).form(&form);
        async move {
            let text = request.send().await.expect("an answer").text().await.expect("text");
            serde_json::from_str::<Value>(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
        }
    };
    let introspect =
        |token: &str| post("/introspect", &api, &api_secret, vec![("token", token.to_owned())]);
    let jwks = || async {
        let answer = http.get(format!("{issuer}/jwks")).send().await.expect("an answer");
        answer.text().await.expect("text")
    };
    let form = vec![("grant_type", "client_credentials".to_owned())];
    let token = post("/token", &service, &secret, form).await;
    let token = token["access_token"].as_str().unwrap_or_else(|| panic!("{token}")).to_owned();
    let seen = introspect(&token).await;
    assert_eq!(seen["active"], true);
    assert_eq!(seen["aud"], "https://api.example.com");
    assert!(dev.shell().await.contains("\"active\":true"));
    let playground = http.get(dev.word("Playground", 0)).send().await.expect("an answer");
    assert_eq!(playground.status(), 200);
    assert!(playground.text().await.expect("text").contains("demo-spa"));
    let (alice, keys) = (subject_of_alice(&folder).await, jwks().await);
    dev.interrupt().await;
    assert!(!folder.join("postgres/data/postmaster.pid").exists(), "Postgres stopped too");

    let again = Dev::start(&folder, same_port, &[]).await;
    assert_eq!(again.word("alice@example.com", 0), password);
    assert_eq!(again.word("Service client", 1), secret);
    assert_eq!(jwks().await, keys);
    assert_eq!(subject_of_alice(&folder).await, alice);
    assert_eq!(introspect(&token).await["active"], true, "a token of the day before");
    again.interrupt().await;

    let anew = Dev::start(&folder, same_port, &["--reset"]).await;
    assert_ne!(anew.word("alice@example.com", 0), password);
    anew.interrupt().await;

    let foreign = parent.path().join("something-else");
    std::fs::create_dir(&foreign).expect("a folder");
    let status = Command::new(BINARY)
        .args(["dev", "--reset", "--dir"])
        .arg(&foreign)
        .stderr(Stdio::null())
        .status()
        .await
        .expect("it runs");
    assert!(!status.success() && foreign.exists(), "it removes no folder that is not its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_after_a_kill_takes_the_cluster_over_and_one_beside_it_is_refused() {
    let parent = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .tempdir()
        .expect("a folder");
    let folder = parent.path().join("signet");
    let mut killed = Dev::start(&folder, 0, &[]).await;
    let mut beside = Command::new(BINARY);
    beside.args(["dev", "--port", "0", "--dir"]).arg(&folder);
    let (code, _, errors) = crate::support::process::run(&mut beside).await;
    assert!(code != 0 && errors.contains("another `signet dev` runs"), "{errors}");

    killed.child.kill().await.expect("killed");
    let postmaster = folder.join("postgres/data/postmaster.pid");
    let pid = || {
        let file = std::fs::read_to_string(&postmaster).unwrap_or_default();
        file.lines().next().unwrap_or_default().to_owned()
    };
    let former = pid();
    let again = Dev::start(&folder, 0, &[]).await;
    assert!(!former.is_empty() && pid() != former, "a cluster of its own");
    again.interrupt().await;
    assert_eq!(pid(), "", "and nothing is left running");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_one_else_reaches_the_private_postgres() {
    let parent = tempfile::Builder::new()
        .permissions(PermissionsExt::from_mode(0o755))
        .tempdir()
        .expect("a folder");
    let folder = parent.path().join("signet");
    let dev = Dev::start(&folder, 0, &[]).await;
    let mode = |path: &str| {
        let metadata = std::fs::metadata(folder.join(path)).expect(path);
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode("postgres"), 0o700, "the socket's folder");
    assert_eq!(mode("master.key"), 0o600);
    assert_eq!(mode("demo.toml"), 0o600);
    let mut db = connect(&folder).await;
    let listens: String =
        sqlx::query_scalar("SHOW listen_addresses").fetch_one(&mut db).await.expect("shown");
    assert_eq!(listens, "", "on no network interface");
    dev.interrupt().await;
}

async fn connect(folder: &Path) -> PgConnection {
    let options = PgConnectOptions::new().username("signet").database("postgres");
    let options = options.socket(folder.join("postgres"));
    PgConnection::connect_with(&options).await.expect("its owner reaches it")
}

/// What tokens name Alice by.
async fn subject_of_alice(folder: &Path) -> String {
    let mut db = connect(folder).await;
    let sql = "SELECT id::text FROM users WHERE email = 'alice@example.com'";
    sqlx::query_scalar(sql).fetch_one(&mut db).await.expect("Alice")
}
