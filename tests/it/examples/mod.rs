//! The example APIs (`examples/`) as processes: each language and each way to check a token does the same.

mod checked;
mod kept;

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use openidconnect::reqwest::{self, Method, Response};
use serde_json::Value;
use signet::clock::Clock;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::watch,
};

use crate::support::{
    Browser, Options, Server,
    process::{BINARY, command, run},
};

/// The identifier of the API, whichever port it listens on.
const RESOURCE: &str = "http://localhost:9000";
/// What all challenges say.
const METADATA: &str =
    "resource_metadata=\"http://localhost:9000/.well-known/oauth-protected-resource\"";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Rust,
    Node,
    Python,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Jwks,
    Introspection,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// What starts the API of a language. Without what that takes the tests fail.
fn program(language: Language) -> Command {
    let own = folder().join(format!("api-{}", format!("{language:?}").to_lowercase()));
    match language {
        Language::Rust => {
            let binary = Path::new(BINARY).with_file_name("examples").join("api-rust");
            let changed = |path: &Path| path.metadata().and_then(|it| it.modified()).ok();
            let sources = own.read_dir().expect("sources").map(|file| file.expect("a file").path());
            let newest: Option<SystemTime> = sources.filter_map(|path| changed(&path)).max();
            assert!(
                changed(&binary) >= newest,
                "{} is not there, or older than its source: `cargo build --example api-rust` makes it, as `cargo test` does",
                binary.display()
            );
            Command::new(binary)
        }
        Language::Node => {
            let packages = own.join("node_modules");
            assert!(packages.exists(), "{}: `make test` installs it", packages.display());
            let mut command = Command::new("node");
            command.arg(own.join("server.mjs"));
            command
        }
        Language::Python => {
            let python = folder().with_file_name("target/venv-examples/bin/python");
            assert!(python.exists(), "{}: `make test` installs it", python.display());
            let mut command = Command::new(python);
            command.arg(own.join("app.py"));
            command
        }
    }
}

/// The secrets of the examples' clients, by client.
type Secrets = Vec<(String, String)>;

/// Does what examples/README.md says: registers what the examples take, and saves their policies.
async fn register(database_url: &str) -> Secrets {
    let signet = async |arguments: &[&str], path: PathBuf| {
        let mut command = command(database_url);
        let (code, printed, errors) = run(command.args(arguments).arg(path)).await;
        assert_eq!(code, 0, "{arguments:?}: {errors}");
        printed
    };
    let printed = signet(&["apply"], folder().join("signet.toml")).await;
    signet(&["policy", "save", "--comment", "Orders"], folder().join("policies")).await;
    let secret = |line: &str| {
        let (client, secret) =
            line.strip_prefix("secret of ")?.split_once(", shown this once: ")?;
        Some((client.to_owned(), secret.to_owned()))
    };
    printed.lines().filter_map(secret).collect()
}

fn secret_of<'a>(secrets: &'a Secrets, client: &str) -> &'a str {
    &secrets.iter().find(|(id, _)| id == client).expect("a client").1
}

/// Signet with the examples' clients and policies.
struct World {
    server: Server,
    secrets: Secrets,
}

impl World {
    async fn start() -> Self {
        // The APIs check times by the system's clock.
        let options = Options { clock: Some(Clock::System), ..Options::default() };
        let server = Server::with(options).await;
        let secrets = register(&server.database.url).await;
        server.follow().await;
        Self { server, secrets }
    }

    /// Runs a command beside the server.
    async fn signet(&self, arguments: &[&str]) {
        let (code, _, errors) = run(command(&self.server.database.url).args(arguments)).await;
        assert_eq!(code, 0, "{arguments:?}: {errors}");
        self.server.follow().await;
    }

    /// An API with more settings.
    async fn api(&self, language: Language, way: Way, more: &[(&str, &str)]) -> Api {
        let secret = secret_of(&self.secrets, "orders-api");
        Api::start(language, way, &self.server.issuer, secret, more).await
    }

    /// A token of a client for itself.
    async fn token_of(&self, client: &str, form: &[(&str, &str)]) -> String {
        let secret = secret_of(&self.secrets, client);
        client_token(&self.server.issuer, client, secret, form).await
    }

    /// A token of the service for the API.
    async fn service(&self) -> String {
        let scope = "orders:read orders:write";
        self.token_of("orders-service", &[("resource", RESOURCE), ("scope", scope)]).await
    }

    /// Takes a token back, as its client.
    async fn revoke(&self, client: &str, token: &str) {
        let request = self.server.request(Method::POST, "/revoke");
        let request = request.basic_auth(client, Some(secret_of(&self.secrets, client)));
        let answer = request.form(&[("token", token)]).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
    }

    /// A person's token, got by examples/token.mjs, with a browser that does what its pages ask.
    async fn person(
        &self,
        (login, password): (&str, &str),
        scopes: &[&str],
        more: &[(&str, &str)],
    ) -> String {
        let mut child = Command::new("node")
            .arg(folder().join("token.mjs"))
            .args(scopes)
            .env("ISSUER", &self.server.issuer)
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("node: {error}; `make test` installs it"));
        let mut said = BufReader::new(child.stderr.take().expect("piped")).lines();
        let line = said.next_line().await.expect("UTF-8").expect("where to go");
        let url = line.strip_prefix("Open ").unwrap_or_else(|| panic!("{line}"));
        let mut browser = self.server.browser();
        let answer = browser.get(url).await;
        let mut answer = browser.follow(answer).await;
        while answer.leads_to().is_none() {
            let body = answer.body.clone();
            answer = if body.contains("id=\"sign-in\"") {
                let fields = [("identifier", login), ("password", password)];
                browser.submit(&answer, &fields).await
            } else if body.contains("id=\"enrol-form\"") {
                let code = self.one_time_password(&body);
                browser.submit(&answer, &[("code", &code)]).await
            } else if body.contains("id=\"codes\"") {
                let next = answer.field("next").expect("where to go on");
                browser.submit(&answer, &[("saved", "1"), ("next", &next)]).await
            } else {
                assert!(body.contains("id=\"allow\""), "{body}");
                browser.submit(&answer, &[("decision", "allow")]).await
            };
        }
        let back = answer.leads_to().expect("back to the program");
        assert_eq!(Browser::new(&self.server.issuer).get(&back).await.status, 200);
        let output = child.wait_with_output().await.expect("it ends");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    /// What an authenticator shows that a page is set up in.
    fn one_time_password(&self, page: &str) -> String {
        let rest = page.split_once("id=\"secret\"").expect("a secret").1;
        let secret = rest.split_once('>').expect("a tag").1.split('<').next().expect("text");
        let secret = totp_rs::Secret::try_from_base32(secret.trim().replace(' ', ""));
        let totp =
            totp_rs::Builder::new().with_secret(secret.expect("base 32")).build_noncompliant();
        totp.generate(self.server.clock.now().unix_timestamp().unsigned_abs()).to_string()
    }
}

/// A token by client credentials.
async fn client_token(issuer: &str, client: &str, secret: &str, form: &[(&str, &str)]) -> String {
    let form = [&[("grant_type", "client_credentials")], form].concat();
    let request = reqwest::Client::new().post(format!("{issuer}/token"));
    let answer = request.basic_auth(client, Some(secret)).form(&form).send().await;
    let body: Value = answer.expect("an answer").json().await.expect("JSON");
    body["access_token"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

/// A running API. It ends when this is dropped.
struct Api {
    origin: String,
    log: Arc<Mutex<String>>,
    http: reqwest::Client,
    _child: Child,
}

impl Api {
    async fn start(
        language: Language,
        way: Way,
        issuer: &str,
        secret: &str,
        more: &[(&str, &str)],
    ) -> Self {
        let mut child = program(language)
            .env("ISSUER", issuer)
            .env("CLIENT_SECRET", secret)
            .env("CHECK", format!("{way:?}").to_lowercase())
            .env("PORT", "0")
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{language:?}: {error}; `make test` installs it"));
        let log = Arc::default();
        let (found, mut origin) = watch::channel(String::new());
        follow(child.stdout.take().expect("piped"), Arc::clone(&log), found.clone());
        follow(child.stderr.take().expect("piped"), Arc::clone(&log), found);
        let waited = origin.wait_for(|origin| !origin.is_empty());
        let waited = tokio::time::timeout(Duration::from_secs(30), waited).await;
        let origin = match waited {
            Ok(Ok(origin)) => origin.clone(),
            _ => panic!("{language:?} does not listen:\n{}", log.lock().expect("not poisoned")),
        };
        Self { origin, log, http: reqwest::Client::new(), _child: child }
    }

    /// What it logged so far.
    fn log(&self) -> String {
        self.log.lock().expect("not poisoned").clone()
    }

    /// Waits until it has logged this: what a process says arrives a little later.
    async fn logs(&self, text: &str) {
        let logged = async {
            while !self.log().contains(text) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), logged).await;
        assert!(waited.is_ok(), "{text} is not logged:\n{}", self.log());
    }

    /// A request, with this in `Authorization`.
    async fn send(&self, request: &str, authorization: &str) -> Response {
        let (method, path) = request.split_once(' ').expect("a method and a path");
        let method = method.parse::<Method>().expect("a method");
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.origin));
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        if method == Method::POST {
            request = request.json(&serde_json::json!({ "item": "a hat" }));
        }
        request.send().await.expect("an answer")
    }

    /// The status of a request with a token, and the challenge or body that comes with it.
    async fn ask(&self, request: &str, token: &str) -> (u16, String) {
        told(self.send(request, &format!("Bearer {token}")).await).await
    }

    /// The status alone.
    async fn status(&self, request: &str, token: &str) -> u16 {
        self.ask(request, token).await.0
    }
}

/// The status of an answer, with its challenge and its body.
async fn told(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let challenge = answer.headers().get("www-authenticate").map(|it| it.to_str().expect("ASCII"));
    let challenge = challenge.unwrap_or_default().to_owned();
    (status, format!("{challenge} {}", answer.text().await.expect("text")))
}

/// Keeps what a process says, and tells the first origin of which it speaks.
fn follow(
    output: impl AsyncRead + Send + Unpin + 'static,
    log: Arc<Mutex<String>>,
    origin: watch::Sender<String>,
) {
    let mut lines = BufReader::new(output).lines();
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some((_, rest)) = line.split_once("http://127.0.0.1:") {
                let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
                origin.send_if_modified(|origin| {
                    let is_first = origin.is_empty();
                    if is_first {
                        *origin = format!("http://127.0.0.1:{port}");
                    }
                    is_first
                });
            }
            let mut log = log.lock().expect("not poisoned");
            log.push_str(&line);
            log.push('\n');
        }
    });
}

/// The same for each language, each way.
macro_rules! everywhere {
    ($($test:ident),+ $(,)?) => {
        mod rust_by_jwks { $crate::examples::everywhere!(@ Rust Jwks $($test)+); }
        mod rust_by_introspection { $crate::examples::everywhere!(@ Rust Introspection $($test)+); }
        mod node_by_jwks { $crate::examples::everywhere!(@ Node Jwks $($test)+); }
        mod node_by_introspection { $crate::examples::everywhere!(@ Node Introspection $($test)+); }
        mod python_by_jwks { $crate::examples::everywhere!(@ Python Jwks $($test)+); }
        mod python_by_introspection { $crate::examples::everywhere!(@ Python Introspection $($test)+); }
    };
    (@ $language:ident $way:ident $($test:ident)+) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            super::$test($crate::examples::Language::$language, $crate::examples::Way::$way).await;
        })+
    };
}
use everywhere;
