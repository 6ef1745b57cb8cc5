//! The real binary as a process.

use std::{
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
};

use super::database::MASTER_KEY;

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_signet");

/// A command with the environment of the tests and nothing else of Signet's.
pub fn command(database_url: &str) -> Command {
    let mut command = Command::new(BINARY);
    command
        .env_remove("SIGNET_BIN")
        .env("DATABASE_URL", database_url)
        .env("SIGNET_MASTER_KEY", MASTER_KEY)
        .env("SIGNET_SERVER__MANAGEMENT_LISTEN", "")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs a command to its end: exit code, standard output and standard error.
pub async fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().await.expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// A free port. Another process could take it meanwhile; none here does.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// `signet serve` as a process.
pub struct Process {
    child: Child,
    /// Its issuer.
    pub issuer: String,
    log: Arc<Mutex<String>>,
}

impl Process {
    /// Starts it on a port, and waits until it listens.
    pub async fn serve(mut command: Command, port: u16) -> Self {
        let issuer = format!("http://127.0.0.1:{port}");
        let mut child = command
            .arg("serve")
            .env("SIGNET_SERVER__ISSUER", &issuer)
            .env("SIGNET_SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let log = Arc::new(Mutex::new(String::new()));
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let (listening, mut listens) = tokio::sync::watch::channel(false);
        let kept = Arc::clone(&log);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                if line.contains("listening") {
                    let _ = listening.send(true);
                }
                let mut log = kept.lock().expect("not poisoned");
                log.push_str(&line);
                log.push('\n');
            }
        });
        let process = Self { child, issuer, log };
        let waited =
            tokio::time::timeout(Duration::from_secs(20), listens.wait_for(|yes| *yes)).await;
        assert!(matches!(waited, Ok(Ok(_))), "it does not listen:\n{}", process.log());
        process
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("not poisoned").clone()
    }

    /// Kills it as no one can prepare for.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("killed");
    }

    /// Asks it to end. Its exit code.
    pub async fn terminate(&mut self) -> i32 {
        let pid = self.child.id().expect("running").to_string();
        Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill runs");
        let status = tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await;
        status.expect("it ends in time").expect("it ends").code().unwrap_or(-1)
    }

    /// What it wrote to standard output, once it has ended.
    pub async fn output(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut stdout) = self.child.stdout.take() {
            stdout.read_to_string(&mut text).await.expect("UTF-8");
        }
        text
    }
}
