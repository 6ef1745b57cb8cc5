//! Reverse proxies that others wrote, as processes, by the configurations that are shipped as examples.

use std::{
    env, fs,
    io::{self, Read, Write},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use http::StatusCode;
use tempfile::TempDir;

use crate::support::{Authority, browser::client, process::free_port};

/// The proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nginx,
    Caddy,
    Traefik,
    Envoy,
}

pub const ALL: [Kind; 4] = [Kind::Nginx, Kind::Caddy, Kind::Traefik, Kind::Envoy];

/// The ones that can be had on this machine.
pub fn there() -> Vec<Kind> {
    ALL.into_iter().filter(|kind| kind.binary().is_some()).collect()
}

impl Kind {
    /// Its program. Where scripts/setup and scripts/test-packages bring it, it has to be there.
    fn binary(self) -> Option<PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (found, expected) = if self == Self::Nginx {
            let found = Command::new(root.join("scripts/find-nginx")).output().expect("it runs");
            let path = String::from_utf8(found.stdout).expect("UTF-8");
            let there = found.status.success();
            (there.then(|| path.trim_end().into()), Path::new("/usr/bin/apt-get").exists())
        } else {
            let own = root.join("target/proxies");
            let path = match self {
                Self::Caddy => own.join("bin/caddy"),
                Self::Traefik => own.join("bin/traefik"),
                // What is in `bin` is a script that starts it.
                _ => fs::read_dir(own.join("lib"))
                    .ok()
                    .and_then(|mut versions| versions.next()?.ok())
                    .map(|python| python.path().join("site-packages/envoy/_bin/envoy"))
                    .unwrap_or_default(),
            };
            let linux = cfg!(all(
                target_os = "linux",
                any(target_arch = "x86_64", target_arch = "aarch64")
            ));
            (path.exists().then_some(path), linux)
        };
        assert!(
            found.is_some() || !expected,
            "{self:?} is missing: scripts/setup test and scripts/test-packages bring it"
        );
        if found.is_none() {
            // Not by `eprintln!`, which is not seen of tests that pass.
            writeln!(io::stderr(), "skipped: {self:?} is not here").expect("standard error");
        }
        found
    }
}

/// Where a proxy is, and what is around it.
pub struct Place {
    /// Where it is to listen.
    pub port: u16,
    /// The gate.
    pub gate: SocketAddr,
    /// The application.
    pub upstream: SocketAddr,
}

impl Place {
    /// One with a port of its own.
    pub fn between(gate: SocketAddr, upstream: SocketAddr) -> Self {
        Self { port: free_port(), gate, upstream }
    }

    /// The origin of the site there.
    pub fn origin(&self) -> String {
        format!("https://localhost:{}", self.port)
    }
}

/// A running one. It ends when this is dropped.
pub struct Front {
    pub kind: Kind,
    /// Of the site.
    pub origin: String,
    log: Arc<Mutex<String>>,
    child: Child,
    _folder: TempDir,
}

impl Front {
    /// Starts one with a certificate of this authority's. Envoy ends when the thread that started it does.
    pub fn start(kind: Kind, place: &Place, authority: &Authority) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let own = folder.path();
        // nginx gives up root, if it has that.
        fs::set_permissions(own, fs::Permissions::from_mode(0o755)).expect("its mode");
        let set_up = SetUp { own, place, authority };
        let mut command = Command::new(kind.binary().expect("it is there"));
        match kind {
            Kind::Nginx => set_up.nginx(&mut command),
            Kind::Caddy => set_up.caddy(&mut command),
            Kind::Traefik => set_up.traefik(&mut command),
            Kind::Envoy => set_up.envoy(&mut command),
        }
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let child = command
            .env_remove("NOTIFY_SOCKET")
            .stdin(Stdio::null())
            .stdout(writer.try_clone().expect("a pipe"))
            .stderr(writer)
            .spawn()
            .expect("it starts");
        // It keeps the writing ends, without which the log would have no end.
        drop(command);
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..count]);
                kept.lock().expect("not poisoned").push_str(&text);
            }
        });
        Self { kind, origin: place.origin(), log, child, _folder: folder }
    }

    /// Waits until it answers for the site: Traefik listens before it knows of it.
    pub async fn listens(&mut self, authority: &Authority) {
        let http = client(Some(authority));
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = http.get(self.url("/")).send().await;
            if answer.is_ok_and(|answer| answer.status() != StatusCode::NOT_FOUND) {
                return;
            }
            let ended = self.child.try_wait().expect("its state").is_some();
            assert!(!ended && Instant::now() < deadline, "{:?} does not answer", self.kind);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// An absolute URL of the site.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

#[expect(clippy::print_stderr, reason = "of a test that fails")]
impl Drop for Front {
    fn drop(&mut self) {
        // Killed outright, nginx would leave its workers behind.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
        if thread::panicking() {
            let log = self.log.lock().expect("not poisoned");
            eprintln!("{:?} at {} said:\n{log}", self.kind, self.origin);
        }
    }
}

/// Puts the examples where a proxy finds them, with the addresses of a test in place of theirs.
struct SetUp<'a> {
    own: &'a Path,
    place: &'a Place,
    authority: &'a Authority,
}

impl SetUp<'_> {
    /// Copies an example. Each replacement has to find something.
    fn copy(&self, from: &str, to: &str, replacements: &[(&str, String)]) -> PathBuf {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/examples/gate");
        let mut text = fs::read_to_string(examples.join(from)).expect("an example");
        for (example, own) in replacements {
            assert!(text.contains(example), "{from} has no {example}");
            text = text.replace(example, own);
        }
        let to = self.own.join(to);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::write(&to, text).expect("written");
        to
    }

    /// What the examples have of the certificate.
    fn certificate(&self) -> [(&'static str, String); 2] {
        let [certificate, key] = self.authority.server().map(|path| path.display().to_string());
        [
            ("/etc/ssl/wiki.example.com.pem", certificate),
            ("/etc/ssl/private/wiki.example.com.key", key),
        ]
    }

    fn upstream(&self) -> (&'static str, String) {
        ("127.0.0.1:3000", self.place.upstream.to_string())
    }

    fn gate(&self) -> (&'static str, String) {
        ("127.0.0.1:8082", self.place.gate.to_string())
    }

    fn nginx(&self, command: &mut Command) {
        self.copy("nginx/conf.d/signet.conf", "conf.d/signet.conf", &[self.gate()]);
        for name in ["signet.conf", "signet-question.conf", "signet-identity.conf"] {
            self.copy(&format!("nginx/snippets/{name}"), &format!("snippets/{name}"), &[]);
        }
        let [certificate, key] = self.certificate();
        let replacements = [
            certificate,
            key,
            ("listen 443", format!("listen 127.0.0.1:{}", self.place.port)),
            ("server_name wiki.example.com", "server_name localhost".to_owned()),
            self.upstream(),
        ];
        self.copy("nginx/sites/wiki.conf", "sites/wiki.conf", &replacements);
        let own = self.own.display();
        let main = format!(
            "daemon off;\npid {own}/pid;\nerror_log stderr notice;\nworker_processes 1;\nevents {{}}\nhttp {{\n\
             access_log off;\nclient_body_temp_path {own}/body;\nproxy_temp_path {own}/proxy;\n\
             fastcgi_temp_path {own}/fastcgi;\nuwsgi_temp_path {own}/uwsgi;\nscgi_temp_path {own}/scgi;\n\
             include conf.d/*.conf;\ninclude sites/*.conf;\n}}\n"
        );
        let conf = self.own.join("nginx.conf");
        fs::write(&conf, main).expect("written");
        command.arg("-p").arg(self.own).arg("-c").arg(conf).args(["-e", "stderr"]);
    }

    fn caddy(&self, command: &mut Command) {
        let [(_, certificate), (_, key)] = self.certificate();
        let site = format!("{} {{\n\ttls {certificate} {key}\n", self.place.origin());
        let options = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n(signet) {";
        let replacements = [
            ("wiki.example.com {\n", site),
            ("signet_site wiki.example.com", format!("signet_site localhost:{}", self.place.port)),
            ("(signet) {", options.to_owned()),
            self.gate(),
            self.upstream(),
        ];
        let file = self.copy("caddy/Caddyfile", "Caddyfile", &replacements);
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
        command.env("XDG_DATA_HOME", self.own).env("XDG_CONFIG_HOME", self.own);
    }

    fn traefik(&self, command: &mut Command) {
        let [certificate, key] = self.certificate();
        let name = ("`wiki.example.com`", "`localhost`".to_owned());
        let replacements = [certificate, key, name, self.gate(), self.upstream()];
        let dynamic = self.copy("traefik/dynamic.yml", "dynamic.yml", &replacements);
        let replacements = [
            (":443", format!("127.0.0.1:{}", self.place.port)),
            ("/etc/traefik/dynamic.yml", dynamic.display().to_string()),
        ];
        let file = self.copy("traefik/traefik.yml", "traefik.yml", &replacements);
        let mut text = fs::read_to_string(&file).expect("written");
        // It would look for newer versions of itself.
        text.push_str("\nglobal:\n  checkNewVersion: false\n  sendAnonymousUsage: false\n");
        fs::write(&file, text).expect("written");
        command.arg("--configFile").arg(file);
    }

    fn envoy(&self, command: &mut Command) {
        let [certificate, key] = self.certificate();
        let port = |of: u16| format!("port_value: {of} }}");
        let replacements = [
            certificate,
            key,
            ("address: 0.0.0.0", "address: 127.0.0.1".to_owned()),
            ("port_value: 443 }", port(self.place.port)),
            ("port_value: 3000 }", port(self.place.upstream.port())),
            ("port_value: 8082 }", port(self.place.gate.port())),
            ("[wiki.example.com]", format!("[\"localhost:{}\"]", self.place.port)),
        ];
        let file = self.copy("envoy/envoy.yaml", "envoy.yaml", &replacements);
        command.arg("-c").arg(file);
        command.args(["--use-dynamic-base-id", "--concurrency", "1", "--log-level", "warning"]);
    }
}
