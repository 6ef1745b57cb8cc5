//! Signet as it is delivered: the release binary on a private Postgres whose commits reach the disk, set up by its own
//! commands.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, ensure};
use signet::dev::cluster::Cluster;
use sqlx::PgPool;
use tokio::{
    process::{Child, Command},
    time::Instant,
};

use super::load::{self, CONNECTIONS, Connection};

/// The client of client credentials, introspection and everything that no person has a part in.
pub const SERVICE: &str = "bench-service";
/// The client that asks about access.
pub const DECIDER: &str = "bench-decider";
/// The site behind the gate.
pub const SITE: &str = "bench-site";
/// The client of people.
pub const APPLICATION: &str = "bench-application";
/// Where its answers go. Nothing listens there, and nothing has to.
pub const REDIRECT_URI: &str = "https://application.example.com/callback";
/// A resource with ES256 tokens.
pub const ES256: &str = "https://api.example.com";
/// One with Ed25519.
pub const EDDSA: &str = "https://eddsa.example.com";
/// A scope of both.
pub const SCOPE: &str = "orders:read";
/// Everyone's password.
pub const PASSWORD: &str = "correct horse battery staple";
/// How often it is started to say how long that takes.
const STARTS: usize = 5;
/// Live grants that the database holds beside those in use.
const GRANTS: i32 = 100_000;

/// The e-mail address of a person; there are as many as connections.
#[must_use]
pub fn email(number: usize) -> String {
    format!("person-{number}@example.com")
}

/// A database and what commands on it need to know.
pub struct Deployment {
    folder: PathBuf,
    cluster: Cluster,
    master_key: String,
    secret: String,
}

/// A running `signet serve`.
pub struct Server {
    process: Child,
    /// Its process id.
    pub pid: u32,
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it listens for proxies.
    pub gate: SocketAddr,
    /// From start to readiness: the median.
    pub ready_after: Duration,
}

impl Deployment {
    /// Makes the database, clients and people.
    pub async fn make() -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("signet-bench-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| folder.display().to_string())?;
        // Postgres may run as another user, who has to pass through.
        let cluster = Cluster::start(&folder.join("postgres"), &[]).await?;
        let mut made = Self { folder, cluster, master_key: String::new(), secret: String::new() };
        made.master_key = made.run(&["key", "generate-master"]).await?;
        made.secret = made.run(&["client", "generate-secret"]).await?;
        made.run(&["migrate"]).await?;
        let manifest = made.folder.join("manifest.toml");
        fs::write(&manifest, made.manifest())?;
        made.run(&["apply", &manifest.display().to_string()]).await?;
        Ok(made)
    }

    /// Ends everything and removes it.
    pub async fn remove(self) -> anyhow::Result<()> {
        self.cluster.stop().await?;
        fs::remove_dir_all(&self.folder)?;
        Ok(())
    }

    /// Where all of it is kept.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The database.
    #[must_use]
    pub fn url(&self) -> String {
        self.cluster.url("postgres")
    }

    /// The first process of Postgres.
    #[must_use]
    pub fn postmaster(&self) -> Option<u32> {
        let file = self.folder.join("postgres/data/postmaster.pid");
        fs::read_to_string(file).ok()?.lines().next()?.parse().ok()
    }

    /// The `Authorization` header of both clients: they share a secret.
    #[must_use]
    pub fn authorization(&self, client: &str) -> String {
        use base64::{Engine, prelude::BASE64_STANDARD};
        let credentials = BASE64_STANDARD.encode(format!("{client}:{}", self.secret));
        format!("Authorization: Basic {credentials}\r\n")
    }

    /// Fills the table of grants with copies of one that is there.
    pub async fn add_grants(&self) -> anyhow::Result<()> {
        let db = PgPool::connect(&self.url()).await?;
        let sql = "INSERT INTO grants
             SELECT (jsonb_populate_record(g, jsonb_build_object(
                 'id', left(g.id::text, 24) || lpad(to_hex(n), 12, '0')))).*
             FROM grants g, generate_series(1, $1) n WHERE g.id = (SELECT id FROM grants LIMIT 1)";
        let done = sqlx::query(sql).bind(GRANTS).execute(&db).await?;
        ensure!(done.rows_affected() == u64::from(GRANTS.unsigned_abs()), "there was no grant");
        for statement in ["VACUUM ANALYZE grants", "CHECKPOINT"] {
            sqlx::query(statement).execute(&db).await?;
        }
        db.close().await;
        Ok(())
    }

    /// Starts the server a few times and leaves the last one running.
    pub async fn start(&self) -> anyhow::Result<Server> {
        let mut times = Vec::new();
        loop {
            let mut server = self.start_with(&[]).await?;
            times.push(server.ready_after);
            if times.len() == STARTS {
                times.sort_unstable();
                server.ready_after = times[STARTS / 2];
                return Ok(server);
            }
            server.stop().await?;
        }
    }

    /// Starts one with more of its settings set.
    pub async fn start_with(&self, settings: &[(&str, &str)]) -> anyhow::Result<Server> {
        // Both at once, so that they are not the same.
        let sockets = [
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
        ];
        let (address, gate) = (sockets[0].local_addr()?, sockets[1].local_addr()?);
        drop(sockets);
        let log = fs::File::create(self.folder.join("signet.log"))?;
        let mut command = self.command();
        command
            .arg("serve")
            .env("SIGNET_SERVER__ISSUER", format!("http://{address}"))
            .env("SIGNET_SERVER__LISTEN", address.to_string())
            .env("SIGNET_SERVER__MANAGEMENT_LISTEN", "")
            .env("SIGNET_GATE__LISTEN", gate.to_string())
            .envs(settings.iter().copied())
            .stderr(log);
        let began = Instant::now();
        let mut process = command.spawn()?;
        let pid = process.id().context("it ended at once")?;
        while !is_ready(address).await {
            let ended = process.try_wait()?.is_some() || began.elapsed().as_secs() > 20;
            let log = || fs::read_to_string(self.folder.join("signet.log")).unwrap_or_default();
            ensure!(!ended, "signet serve is not ready:\n{}", log());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Server { process, pid, address, gate, ready_after: began.elapsed() })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signet"));
        command
            .env_remove("SIGNET_CONFIG")
            .env("DATABASE_URL", self.url())
            .env("SIGNET_MASTER_KEY", &self.master_key)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        command
    }

    async fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = self.command();
        let output = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = output.output().await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "signet {}: {said}", arguments.join(" "));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    fn manifest(&self) -> String {
        use std::fmt::Write;
        let secret = &self.secret;
        let mut text = String::new();
        for (identifier, alg) in [(ES256, "ES256"), (EDDSA, "EdDSA")] {
            let _ = write!(
                text,
                "[[resource]]\nidentifier = \"{identifier}\"\nname = \"{alg}\"\n\
                 access_token_alg = \"{alg}\"\napi_keys = \"people\"\nscopes = [{{ name = \"{SCOPE}\" }}]\n"
            );
        }
        let _ = write!(
            text,
            "[[client]]\nclient_id = \"{SERVICE}\"\nclient_name = \"Service\"\nsecret = \"{secret}\"\n\
             token_endpoint_auth_method = \"client_secret_basic\"\n\
             grant_types = [\"client_credentials\"]\nscopes = [\"{SCOPE}\"]\n\
             resources = [\"{ES256}\", \"{EDDSA}\"]\nintrospects = [\"{ES256}\"]\n\
             [[client]]\nclient_id = \"{APPLICATION}\"\nclient_name = \"Application\"\n\
             secret = \"{secret}\"\ntoken_endpoint_auth_method = \"client_secret_basic\"\n\
             grant_types = [\"authorization_code\", \"refresh_token\"]\n\
             redirect_uris = [\"{REDIRECT_URI}\"]\nscopes = [\"openid\", \"{SCOPE}\"]\n\
             resources = [\"{ES256}\"]\nid_token_signed_response_alg = \"ES256\"\nfirst_party = true\n"
        );
        text.push_str(&super::decisions::client(secret));
        text.push_str(&super::gate::client());
        for number in 0..CONNECTIONS {
            let email = email(number);
            let _ = write!(text, "[[user]]\nemail = \"{email}\"\npassword = \"{PASSWORD}\"\n");
        }
        text
    }
}

impl Server {
    /// Asks it to end and waits for that.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let asked = Command::new("kill").arg(self.pid.to_string()).status().await?;
        ensure!(asked.success(), "the server cannot be stopped");
        tokio::time::timeout(Duration::from_secs(30), self.process.wait())
            .await
            .context("the server does not stop")??;
        Ok(())
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut connection) = Connection::open(address).await else { return false };
    connection.exchange(&load::get("/readyz", "")).await.is_ok_and(|answer| answer.status == 200)
}
