//! TLS in the process, and plain HTTP behind a proxy.

use std::{fs, process::Stdio, time::Duration};

use openidconnect::reqwest::{self, tls::Version};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr},
};

use crate::support::{
    EMAIL, Options, PASSWORD, Server,
    database::Database,
    process::{command, free_port},
};

fn certificate() -> CertifiedKey<rcgen::KeyPair> {
    generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate")
}

fn client(trusted: &CertifiedKey<rcgen::KeyPair>) -> reqwest::ClientBuilder {
    let root = reqwest::Certificate::from_pem(trusted.cert.pem().as_bytes()).expect("PEM");
    reqwest::Client::builder()
        .add_root_certificate(root)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
}

/// `signet serve` with TLS of its own, and the files that it reads its certificate from.
struct Secure {
    issuer: String,
    port: u16,
    folder: TempDir,
    log: Lines<BufReader<ChildStderr>>,
    _child: Child,
}

impl Secure {
    async fn start(certificate: &CertifiedKey<rcgen::KeyPair>) -> Self {
        let database = Database::filled().await;
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let issuer = format!("https://localhost:{port}");
        install(&folder, certificate, certificate);
        let mut child = command(&database.url)
            .arg("serve")
            .env("SIGNET_SERVER__ISSUER", &issuer)
            .env("SIGNET_SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .env("SIGNET_SERVER__TLS_CERTIFICATE", folder.path().join("cert.pem"))
            .env("SIGNET_SERVER__TLS_KEY", folder.path().join("key.pem"))
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let log = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut secure = Self { issuer, port, folder, log, _child: child };
        secure.wait_for("listening").await;
        secure
    }

    /// Waits until the log says something.
    async fn wait_for(&mut self, text: &str) {
        let said = async {
            while let Some(line) = self.log.next_line().await.expect("UTF-8") {
                if line.contains(text) {
                    return;
                }
            }
            panic!("it ended");
        };
        tokio::time::timeout(Duration::from_secs(20), said).await.expect(text);
    }

    /// A GET that must be answered.
    async fn get(&self, client: &reqwest::Client, path: &str) -> reqwest::Response {
        client.get(format!("{}{path}", self.issuer)).send().await.expect("an answer over TLS")
    }
}

/// Writes the certificate of one pair and the key of another, or of the same.
fn install(
    folder: &TempDir,
    certificate: &CertifiedKey<rcgen::KeyPair>,
    key: &CertifiedKey<rcgen::KeyPair>,
) {
    fs::write(folder.path().join("key.pem"), key.signing_key.serialize_pem()).expect("written");
    fs::write(folder.path().join("cert.pem"), certificate.cert.pem()).expect("written");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_with_host_cookies_and_follows_its_certificate() {
    let first = certificate();
    let mut server = Secure::start(&first).await;
    let https = client(&first).build().expect("a client");
    let page = server.get(&https, "/sign-in").await;
    let cookie = page.headers()["set-cookie"].to_str().expect("ASCII");
    assert!(cookie.starts_with("__Host-signet_browser=sgb_"), "{cookie}");
    assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    assert!(page.headers().contains_key("strict-transport-security"));
    let plain = format!("http://localhost:{}/", server.port);
    assert!(reqwest::get(plain).await.is_err(), "no plain HTTP");

    let second = certificate();
    install(&server.folder, &second, &first);
    server.wait_for("the former one stays").await;
    server.get(&https, "/healthz").await;

    install(&server.folder, &second, &second);
    server.wait_for("was read again").await;
    server.get(&client(&second).build().expect("a client"), "/healthz").await;
    // A new one, with no TLS session to resume.
    let former = client(&first).build().expect("a client");
    assert!(former.get(format!("{}/healthz", server.issuer)).send().await.is_err(), "no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_tls_and_of_http_are_spoken() {
    let certificate = certificate();
    let server = Secure::start(&certificate).await;
    for version in [Version::TLS_1_2, Version::TLS_1_3] {
        let https = client(&certificate).min_tls_version(version).max_tls_version(version);
        let answer = server.get(&https.build().expect("a client"), "/healthz").await;
        assert_eq!(answer.status(), 200, "{version:?}");
    }
    let either = client(&certificate).build().expect("a client");
    assert_eq!(server.get(&either, "/healthz").await.version(), http::Version::HTTP_2);
    let former = client(&certificate).http1_only().build().expect("a client");
    assert_eq!(server.get(&former, "/healthz").await.version(), http::Version::HTTP_11);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_over_tls_is_bound_to_the_host() {
    let certificate = certificate();
    let server = Secure::start(&certificate).await;
    let https = client(&certificate).build().expect("a client");
    let page = server.get(&https, "/sign-in").await;
    let browser = page.headers()["set-cookie"].to_str().expect("ASCII");
    let browser = browser.split(';').next().expect("a pair").to_owned();
    let page = page.text().await.expect("text");
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a page token");
    let csrf = rest.split('"').next().expect("a page token");
    let sign_in = https
        .post(format!("{}/sign-in", server.issuer))
        .header("cookie", browser)
        .header("origin", &server.issuer)
        .form(&[("csrf", csrf), ("identifier", EMAIL), ("password", PASSWORD)]);
    let answer = sign_in.send().await.expect("an answer");
    assert_eq!(answer.status(), 303);
    let cookies = answer.headers().get_all("set-cookie").iter();
    let cookies: Vec<&str> = cookies.map(|line| line.to_str().expect("ASCII")).collect();
    let session = cookies.iter().find(|line| line.starts_with("__Host-signet_session=sgs_"));
    let session = session.unwrap_or_else(|| panic!("{cookies:?}"));
    assert!(session.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{session}");
    assert!(cookies.iter().all(|line| line.starts_with("__Host-")), "{cookies:?}");
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_address_is_the_one_it_names() {
    let trusted =
        Options { config: "[server]\ntrusted_proxies = [\"127.0.0.0/8\"]", ..Options::default() };
    for (server, expected) in
        [(Server::with(trusted).await, "198.51.100.7"), (Server::start().await, "127.0.0.1")]
    {
        let form = [("grant_type", "client_credentials")];
        let request = server
            .request(reqwest::Method::POST, "/token")
            .header("x-forwarded-for", "203.0.113.9, 198.51.100.7")
            .basic_auth("service", Some("wrong"))
            .form(&form);
        assert_eq!(request.send().await.expect("an answer").status(), 401);
        server.app.audit.flush().await;
        let sql = "SELECT host(address) FROM audit_events WHERE kind = 'client.refused'";
        let address: String =
            sqlx::query_scalar(sql).fetch_one(&server.db).await.expect("an event");
        assert_eq!(address, expected);
    }
}
