//! `signet dev`: a newcomer's first minutes.

use std::{path::Path, process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::support::process::BINARY;

/// What `dev` says when it is ready.
struct Dev {
    child: Child,
    welcome: String,
}

impl Dev {
    async fn start(folder: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(BINARY)
            .args(["dev", "--port", "0", "--dir"])
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
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .tempdir()
        .expect("a folder");
    let folder = parent.path().join("signet");
    let dev = Dev::start(&folder, &[]).await;
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
    let form = vec![("grant_type", "client_credentials".to_owned())];
    let token = post("/token", &service, &secret, form).await;
    let token = token["access_token"].as_str().unwrap_or_else(|| panic!("{token}")).to_owned();
    let seen = post("/introspect", &api, &api_secret, vec![("token", token)]).await;
    assert_eq!(seen["active"], true);
    assert_eq!(seen["aud"], "https://api.example.com");
    let playground = http.get(dev.word("Playground", 0)).send().await.expect("an answer");
    assert_eq!(playground.status(), 200);
    assert!(playground.text().await.expect("text").contains("demo-spa"));
    dev.interrupt().await;
    assert!(!folder.join("postgres/data/postmaster.pid").exists(), "Postgres stopped too");

    let again = Dev::start(&folder, &[]).await;
    assert_eq!(again.word("alice@example.com", 0), password);
    assert_eq!(again.word("Service client", 1), secret);
    again.interrupt().await;

    let anew = Dev::start(&folder, &["--reset"]).await;
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
    let mut killed = Dev::start(&folder, &[]).await;
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
    let again = Dev::start(&folder, &[]).await;
    assert!(!former.is_empty() && pid() != former, "a cluster of its own");
    again.interrupt().await;
    assert_eq!(pid(), "", "and nothing is left running");
}
