//! The second listener: metrics and health for operators.

use crate::support::{
    SERVICE,
    database::Database,
    process::{self, Process, command, free_port, run},
};

#[tokio::test(flavor = "multi_thread")]
async fn metrics_and_health_have_a_listener_of_their_own() {
    let database = Database::filled().await;
    let secret = &database.secrets.iter().find(|(id, _)| id == SERVICE).expect("a secret").1;
    let management = format!("127.0.0.1:{}", free_port());
    let mut serve = process::command(&database.url);
    serve.env("SIGNET_SERVER__MANAGEMENT_LISTEN", &management);
    let mut server = Process::serve(serve, free_port()).await;
    let http = openidconnect::reqwest::Client::new();
    let token = http
        .post(format!("{}/token", server.issuer))
        .basic_auth(SERVICE, Some(secret))
        .form(&[("grant_type", "client_credentials")]);
    assert_eq!(token.send().await.expect("an answer").status(), 200);

    let get = |path: &str| {
        let request = http.get(format!("http://{management}{path}"));
        async move {
            let answer = request.send().await.expect("an answer");
            (answer.status().as_u16(), answer.text().await.expect("text"))
        }
    };
    for path in ["verify-email?link=sgl_nonsense", "verify-email", "not-me?link=sgl_nonsense"] {
        let answer = http.get(format!("{}/{path}", server.issuer)).send().await.expect("an answer");
        assert_eq!(answer.status(), 410, "{path}");
    }
    assert_eq!(get("/healthz").await.0, 200);
    assert_eq!(get("/readyz").await.0, 200);
    assert_eq!(get("/token").await.0, 404, "nothing else is there");
    let (status, metrics) = get("/metrics").await;
    assert_eq!(status, 200);
    for line in [
        "signet_http_requests_total{status=\"2xx\"}",
        "signet_tokens_issued_total{grant_type=\"client_credentials\"} 1",
        "signet_links_refused_total{purpose=\"verify_email\"} 2",
        "signet_links_refused_total{purpose=\"not_me\"} 1",
    ] {
        assert!(metrics.contains(line), "{line}:\n{metrics}");
    }
    let public = http.get(format!("{}/metrics", server.issuer)).send().await.expect("an answer");
    assert_eq!(public.status(), 404, "not for everyone");

    let check = || {
        let mut command = command(&database.url);
        command.env("SIGNET_SERVER__MANAGEMENT_LISTEN", &management).arg("healthcheck");
        async move { run(&mut command).await.0 }
    };
    assert_eq!(check().await, 0);
    server.terminate().await;
    assert_eq!(check().await, 1);
}

#[tokio::test]
async fn the_health_check_asks_where_the_configuration_file_says() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().expect("asked");
        let _ = stream.read(&mut [0; 1024]);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").expect("answered");
    });
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("signet.toml");
    std::fs::write(&file, format!("[server]\nmanagement_listen = \"{address}\"")).expect("written");
    let mut command = command("postgres://nowhere");
    command.env_remove("SIGNET_SERVER__MANAGEMENT_LISTEN").env("SIGNET_CONFIG", &file);
    assert_eq!(run(command.arg("healthcheck")).await.0, 0);
}

#[test]
fn the_image_names_its_configuration_file_once_for_every_command() {
    let text = include_str!("../../Dockerfile");
    assert!(text.contains("\nENV SIGNET_CONFIG=/etc/signet/signet.toml\n"));
    assert!(text.contains("\nCMD [\"serve\"]\n") && !text.contains("--config"));
}
