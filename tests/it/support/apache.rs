//! Debian's Apache with `mod_auth_openidc`, as a process: an application that others wrote and packaged.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use rcgen::KeyPair;
use serde_json::json;
use signet::keys::signing::{Algorithm, SigningKey};
use tempfile::TempDir;

use super::{Server, process::free_port};

const BINARY: &str = "/usr/sbin/apache2";
const MODULES: &str = "/usr/lib/apache2/modules";
/// What is behind the sign-in.
pub const PAGE: &str = "What only people who signed in see";

/// Whether it can be here. Where Debian's packages are, it has to be.
pub fn is_there() -> bool {
    let there =
        Path::new(BINARY).exists() && Path::new(MODULES).join("mod_auth_openidc.so").exists();
    let debian = Path::new("/usr/bin/apt-get").exists();
    assert!(
        there || !debian,
        "apache2-bin and libapache2-mod-auth-openidc are missing: scripts/setup test installs them"
    );
    if !there {
        // Not by `eprintln!`, which is not seen of tests that pass.
        let said = "skipped: mod_auth_openidc is tested as Debian and Ubuntu package it";
        writeln!(io::stderr(), "{said}").expect("standard error");
    }
    there
}

/// A running one. It ends when this is dropped.
pub struct Apache {
    origin: String,
    log: Arc<Mutex<String>>,
    child: Child,
    _folder: TempDir,
}

impl Apache {
    /// Starts one that trusts this authority and signs people in as this client, which authenticates by its secret or, if it
    /// has none, by a key of Apache's own.
    pub fn start(server: &Server, ca: &Path, client_id: &str, secret: Option<&str>) -> Self {
        let how = if secret.is_some() { "SECRET" } else { "OWN_KEY" };
        let client = [("CLIENT_ID", client_id), ("CLIENT_SECRET", secret.unwrap_or_default())];
        Self::launch(server, ca, how, &client, |own| {
            if secret.is_none() {
                write_key(own);
            }
        })
    }

    /// Starts one that knows no provider, and registers itself at this one, if it is sent there, by this token.
    pub fn registering(server: &Server, ca: &Path, token: &str) -> Self {
        Self::launch(server, ca, "REGISTERS", &[], |own| {
            let folder = own.join("metadata");
            fs::create_dir(&folder).expect("a folder");
            // It is the other user who writes there.
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("its mode");
            // Left to itself it registers for all that it can do, also what is not to be had here.
            let members = json!({
                "response_types": ["code"], "grant_types": ["authorization_code", "refresh_token"],
                "scope": "openid email profile",
            });
            let conf = json!({
                "registration_token": token, "registration_endpoint_json": members.to_string(),
            });
            let issuer = server.issuer.trim_start_matches("https://").replace(':', "%3A");
            fs::write(folder.join(format!("{issuer}.conf")), conf.to_string()).expect("written");
        })
    }

    fn launch(
        server: &Server,
        ca: &Path,
        how: &str,
        variables: &[(&str, &str)],
        prepare: impl FnOnce(&Path),
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let own = folder.path();
        // It serves pages as another user if it is started as root.
        fs::set_permissions(own, fs::Permissions::from_mode(0o755)).expect("its mode");
        fs::create_dir_all(own.join("pages/app")).expect("a folder");
        fs::write(own.join("pages/app/page.html"), PAGE).expect("written");
        fs::write(own.join("pages/out.html"), "Signed out of Apache").expect("written");
        // The authority's own folder is closed to that user.
        fs::copy(ca, own.join("ca.pem")).expect("copied");
        let port = free_port();
        let conf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/apache/httpd.conf");
        let mut command = Command::new(BINARY);
        command.args(["-D", "FOREGROUND", "-D", how, "-f"]).arg(conf);
        prepare(own);
        let mut child = command
            .env("FOLDER", own)
            .env("MODULES", MODULES)
            .env("PORT", port.to_string())
            .env("CA", own.join("ca.pem"))
            .env("ISSUER", &server.issuer)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Apache starts");
        let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        let (listening, listens) = mpsc::channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if line.contains("resuming normal operations") {
                    let _ = listening.send(());
                }
                let mut log = kept.lock().expect("not poisoned");
                log.push_str(&line);
                log.push('\n');
            }
        });
        let origin = format!("http://127.0.0.1:{port}");
        let apache = Self { origin, log, child, _folder: folder };
        let waited = listens.recv_timeout(Duration::from_secs(20));
        assert!(waited.is_ok(), "Apache does not listen:\n{}", apache.log());
        apache
    }

    /// An absolute URL of it.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("not poisoned").clone()
    }
}

#[expect(clippy::print_stderr, reason = "of a test that fails")]
impl Drop for Apache {
    fn drop(&mut self) {
        // Killed outright, it would leave its processes and semaphores behind.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("Apache said:\n{}", self.log());
        }
    }
}

/// Writes both halves of an RSA key.
fn write_key(folder: &Path) {
    let pkcs8 = SigningKey::generate(Algorithm::Rs256).expect("a key");
    let key = KeyPair::try_from(&pkcs8[..]).expect("PKCS#8");
    fs::write(folder.join("private.pem"), key.serialize_pem()).expect("written");
    fs::write(folder.join("public.pem"), key.public_key_pem()).expect("written");
}
