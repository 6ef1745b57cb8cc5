//! A Postgres of one's own: a data directory below a folder, a Unix socket, no network interface, no password.
//!
//! Postgres refuses to run as root; the cluster then runs as the user `postgres`, whose the data directory becomes.

use std::{
    env, fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use sqlx::{Connection, PgConnection};
use tokio::process::{Child, Command};

/// The oldest release that will do.
const OLDEST: u32 = 15;
/// The longest path of a Unix socket is 107 bytes on Linux and 103 on macOS, its name within included.
const LONGEST_SOCKET: usize = 80;

/// A running cluster. It stops when this is dropped or [`Cluster::stop`] is called.
pub struct Cluster {
    postmaster: Child,
    socket: PathBuf,
    /// A socket directory of its own, where the folder's path is too long for one.
    temporary: Option<PathBuf>,
}

impl Cluster {
    /// Starts the cluster in `folder`, making it if it is not there. `settings` are added to its configuration.
    pub async fn start(folder: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let programs = find_programs().await?;
        let user = server_user()?;
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let folder = fs::canonicalize(folder)?;
        let data = folder.join("data");
        if let Some(user) = &user {
            user.own(&folder)?;
            reachable(&folder)?;
        }
        if !data.join("PG_VERSION").exists() {
            init(&programs, user.as_ref(), &data).await?;
        }
        stop_orphan(&programs, user.as_ref(), &data).await?;
        let (socket, temporary) = socket_directory(&folder, user.as_ref())?;
        let mut command = command(user.as_ref(), &programs.join("postgres"));
        command.arg("-D").arg(&data);
        command.arg("-c").arg("listen_addresses=");
        command.arg("-c").arg(format!("unix_socket_directories={}", socket.display()));
        for (name, value) in settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let log = fs::File::create(folder.join("postgres.log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        // A group of its own: Ctrl-C is for us, who then stop it in order.
        command.process_group(0).kill_on_drop(true);
        let postmaster = command.spawn().context("Postgres does not start")?;
        let mut cluster = Self { postmaster, socket, temporary };
        let url = cluster.url("postgres");
        wait_until_ready(&url, &mut cluster.postmaster, &folder).await?;
        Ok(cluster)
    }

    /// Stops a cluster in `folder` that a process left running when it was killed.
    pub async fn stop_former(folder: &Path) -> anyhow::Result<()> {
        stop_orphan(&find_programs().await?, server_user()?.as_ref(), &folder.join("data")).await
    }

    /// Where to connect to.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let host: String =
            form_urlencoded::byte_serialize(self.socket.to_string_lossy().as_bytes()).collect();
        format!("postgres://signet@localhost/{database}?host={host}")
    }

    /// Stops it: connections are ended and everything is written ("fast").
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.signal("-INT").await;
        let stopped = tokio::time::timeout(Duration::from_secs(20), self.postmaster.wait()).await;
        if stopped.is_err() {
            self.postmaster.kill().await?;
        }
        Ok(())
    }

    /// Ends it as a crash would: nothing is written any more.
    pub async fn crash(mut self) -> anyhow::Result<()> {
        self.signal("-QUIT").await;
        self.postmaster.wait().await?;
        Ok(())
    }

    async fn signal(&self, signal: &str) {
        if let Some(pid) = self.postmaster.id() {
            let _ = Command::new("kill").arg(signal).arg(pid.to_string()).status().await;
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(directory) = &self.temporary {
            let _ = fs::remove_dir_all(directory);
        }
    }
}

/// The user that the server runs as, if it cannot be us.
struct ServerUser {
    uid: u32,
    gid: u32,
}

impl ServerUser {
    fn own(&self, path: &Path) -> io::Result<()> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
    }
}

/// The first `postgres` of a sufficient release: on `PATH`, where Debian keeps them, where Homebrew does.
async fn find_programs() -> anyhow::Result<PathBuf> {
    let mut candidates: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    for release in (OLDEST..OLDEST + 10).rev() {
        candidates.push(format!("/usr/lib/postgresql/{release}/bin").into());
        candidates.push(format!("/opt/homebrew/opt/postgresql@{release}/bin").into());
        candidates.push(format!("/usr/local/opt/postgresql@{release}/bin").into());
        candidates.push(format!("/usr/pgsql-{release}/bin").into());
    }
    for directory in candidates {
        if directory.join("initdb").is_file()
            && release_of(&directory).await.is_some_and(|release| release >= OLDEST)
        {
            return Ok(directory);
        }
    }
    bail!(
        "no Postgres server of release {OLDEST} or newer was found; `scripts/setup run` installs one"
    )
}

async fn release_of(directory: &Path) -> Option<u32> {
    let output = Command::new(directory.join("postgres")).arg("--version").output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().find_map(|word| word.split('.').next()?.parse().ok())
}

fn server_user() -> anyhow::Result<Option<ServerUser>> {
    // The owner of a file that we make is who we are.
    let probe = env::temp_dir().join(format!("signet-{}", std::process::id()));
    fs::write(&probe, b"")?;
    let uid = fs::metadata(&probe)?.uid();
    fs::remove_file(&probe)?;
    if uid != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd")?;
    let entry = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == "postgres").then_some(())?;
        let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        Some(ServerUser { uid, gid })
    });
    let user = entry.context("Postgres does not run as root, and there is no user `postgres`")?;
    Ok(Some(user))
}

fn command(user: Option<&ServerUser>, program: &Path) -> Command {
    let mut command = Command::new(program);
    // A directory that the server's user can enter.
    command.current_dir("/");
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid);
    }
    command
}

/// Every folder above must let the server's user pass.
fn reachable(folder: &Path) -> anyhow::Result<()> {
    for parent in folder.ancestors().skip(1) {
        let mode = fs::metadata(parent)?.permissions().mode();
        ensure!(
            mode & 0o001 != 0,
            "{} cannot be entered by the user `postgres`, as which Postgres runs here since it refuses to run \
             as root: run `chmod o+x {0}`, choose another folder with --dir, or do not run as root",
            parent.display()
        );
    }
    Ok(())
}

async fn init(programs: &Path, user: Option<&ServerUser>, data: &Path) -> anyhow::Result<()> {
    let output = command(user, &programs.join("initdb"))
        .arg("-D")
        .arg(data)
        .args([
            "-U",
            "signet",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-instructions",
        ])
        .output()
        .await?;
    ensure!(
        output.status.success(),
        "initdb failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}

/// Stops the server of a process that was killed before it could.
async fn stop_orphan(
    programs: &Path,
    user: Option<&ServerUser>,
    data: &Path,
) -> anyhow::Result<()> {
    let Ok(file) = fs::read_to_string(data.join("postmaster.pid")) else { return Ok(()) };
    let pid = file.lines().next().unwrap_or_default().trim().to_owned();
    // The number may be another process's by now; a server that is gone leaves its file behind.
    let named = Command::new("ps").args(["-o", "comm=", "-p", &pid]).output().await?;
    if !String::from_utf8_lossy(&named.stdout).trim().ends_with("postgres") {
        return Ok(());
    }
    let output = command(user, &programs.join("pg_ctl"))
        .args(["stop", "--wait", "--mode=fast", "-D"])
        .arg(data)
        .output()
        .await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "a former Postgres does not stop: {}", said.trim());
    Ok(())
}

/// The folder itself, or a private one with a shorter path.
fn socket_directory(
    folder: &Path,
    user: Option<&ServerUser>,
) -> anyhow::Result<(PathBuf, Option<PathBuf>)> {
    if folder.as_os_str().len() <= LONGEST_SOCKET {
        // Only whoever may enter the folder gets in without a password.
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        return Ok((folder.to_owned(), None));
    }
    let short = env::temp_dir().join(format!("signet-socket-{}", std::process::id()));
    fs::create_dir(&short).with_context(|| short.display().to_string())?;
    fs::set_permissions(&short, fs::Permissions::from_mode(0o700))?;
    if let Some(user) = user {
        user.own(&short)?;
    }
    Ok((short.clone(), Some(short)))
}

async fn wait_until_ready(url: &str, postmaster: &mut Child, folder: &Path) -> anyhow::Result<()> {
    let log = folder.join("postgres.log");
    for _ in 0..600 {
        if postmaster.try_wait()?.is_some() {
            let log = fs::read_to_string(&log).unwrap_or_default();
            bail!("Postgres stopped at once:\n{log}");
        }
        if let Ok(connection) = PgConnection::connect(url).await {
            connection.close().await?;
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    bail!("Postgres is not ready after 15 seconds; see {}", log.display())
}
