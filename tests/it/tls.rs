//! TLS in the process, and plain HTTP behind a proxy.

use std::{fs, time::Duration};

use openidconnect::reqwest;
use rcgen::{CertifiedKey, generate_simple_self_signed};

use crate::support::{
    Options, Server,
    database::Database,
    process::{command, free_port},
};

fn certificate() -> CertifiedKey<rcgen::KeyPair> {
    generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate")
}

fn client(trusted: &CertifiedKey<rcgen::KeyPair>) -> reqwest::Client {
    let root = reqwest::Certificate::from_pem(trusted.cert.pem().as_bytes()).expect("PEM");
    reqwest::Client::builder()
        .add_root_certificate(root)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .build()
        .expect("a client")
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_with_host_cookies_and_follows_its_certificate() {
    let database = Database::filled().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (pem, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let install = |certificate: &CertifiedKey<rcgen::KeyPair>| {
        fs::write(&key, certificate.signing_key.serialize_pem()).expect("written");
        fs::write(&pem, certificate.cert.pem()).expect("written");
    };
    let first = certificate();
    install(&first);
    let port = free_port();
    let issuer = format!("https://localhost:{port}");
    let mut child = command(&database.url)
        .arg("serve")
        .env("SIGNET_SERVER__ISSUER", &issuer)
        .env("SIGNET_SERVER__LISTEN", format!("127.0.0.1:{port}"))
        .env("SIGNET_SERVER__TLS_CERTIFICATE", &pem)
        .env("SIGNET_SERVER__TLS_KEY", &key)
        .env("SIGNET_LOGGING__FILTER", "off")
        .spawn()
        .expect("it starts");
    let https = client(&first);
    let mut answer = None;
    for _ in 0..200 {
        if let Ok(page) = https.get(format!("{issuer}/sign-in")).send().await {
            answer = Some(page);
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let page = answer.expect("it answers over TLS");
    let cookie = page.headers()["set-cookie"].to_str().expect("ASCII");
    assert!(cookie.starts_with("__Host-signet_browser=sgb_"), "{cookie}");
    assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    assert!(page.headers().contains_key("strict-transport-security"));
    assert!(reqwest::get(format!("http://localhost:{port}/")).await.is_err(), "no plain HTTP");

    let second = certificate();
    install(&second);
    let https = client(&second);
    for _ in 0..200 {
        if https.get(format!("{issuer}/healthz")).send().await.is_ok() {
            child.kill().await.expect("killed");
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the new certificate is not served");
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
