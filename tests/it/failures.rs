//! Real failure: Signet killed, Postgres crashed, under load. What was acknowledged is there afterwards.

use std::time::Duration;

use signet::{dev::cluster::Cluster, storage};
use tokio::{sync::mpsc, time::Instant};

use crate::support::{
    Browser, SPA,
    database::Database,
    flow::{authorize_path, redemption},
    process::{self, Process},
};

/// How long anything may take to recover.
const PATIENCE: Duration = Duration::from_secs(20);

/// Requests of the token endpoint, which say nothing but the status and the answer.
async fn post(issuer: &str, form: &[(&str, &str)]) -> Option<(u16, serde_json::Value)> {
    let client = openidconnect::reqwest::Client::new();
    let answer = client.post(format!("{issuer}/token")).form(form).send().await.ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.json().await.ok()?))
}

/// Signs in and gets the first refresh token of a grant.
async fn first_token(issuer: &str) -> String {
    let mut browser = Browser::new(issuer);
    let page = browser.get(&authorize_path(&[])).await;
    let mut page = browser.follow(page).await;
    let fields = [("identifier", crate::support::EMAIL), ("password", crate::support::PASSWORD)];
    page = browser.submit(&page, &fields).await;
    if page.body.contains("id=\"allow\"") {
        page = browser.submit(&page, &[("decision", "allow")]).await;
    }
    let code = page.callback().1["code"].clone();
    let (status, body) = post(issuer, &redemption(&code)).await.expect("an answer");
    assert_eq!(status, 200, "{body}");
    body["refresh_token"].as_str().expect("a refresh token").to_owned()
}

async fn refresh(issuer: &str, token: &str) -> Option<(u16, serde_json::Value)> {
    let form = [("grant_type", "refresh_token"), ("client_id", SPA), ("refresh_token", token)];
    post(issuer, &form).await
}

/// Refreshes a chain without end and tells each token that was acknowledged. A lost answer is asked for again, as a
/// client would. Other statuses than 200 are told too.
async fn refresh_forever(
    issuer: String,
    mut token: String,
    acknowledged: mpsc::UnboundedSender<(u16, String)>,
) {
    loop {
        match refresh(&issuer, &token).await {
            Some((200, body)) => {
                body["refresh_token"].as_str().expect("a refresh token").clone_into(&mut token);
                if acknowledged.send((200, token.clone())).is_err() {
                    return;
                }
            }
            Some((status, body)) => {
                let text = body["error"].as_str().unwrap_or_default().to_owned();
                if acknowledged.send((status, text)).is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            None => tokio::time::sleep(Duration::from_millis(20)).await,
        }
        if acknowledged.is_closed() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_grant_is_lost_when_signet_is_killed() {
    let database = Database::filled().await;
    let port = process::free_port();
    let mut server = Process::serve(process::command(&database.url), port).await;
    let mut chains = Vec::new();
    for _ in 0..4 {
        let (told, mut tokens) = mpsc::unbounded_channel();
        let token = first_token(&server.issuer).await;
        tokio::spawn(refresh_forever(server.issuer.clone(), token, told));
        assert!(tokens.recv().await.is_some());
        chains.push(tokens);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.kill().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut last = Vec::new();
    for tokens in &mut chains {
        let mut newest = None;
        while let Ok((status, token)) = tokens.try_recv() {
            assert_eq!(status, 200, "{token}");
            newest = Some(token);
        }
        last.push(newest);
        tokens.close();
    }
    let server = Process::serve(process::command(&database.url), port).await;
    for token in last.into_iter().flatten() {
        // The last acknowledged token is current, or was rotated by a request whose answer was cut off.
        let (status, body) = refresh(&server.issuer, &token).await.expect("an answer");
        assert_eq!(status, 200, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_grant_is_lost_when_postgres_crashes_and_signet_recovers_by_itself() {
    let folder = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .tempdir()
        .expect("a folder");
    let path = folder.path().join("postgres");
    let cluster = Cluster::start(&path, &[]).await.expect("a cluster");
    let url = cluster.url("postgres");
    let db = storage::connect(&url, 4, Duration::from_secs(5)).expect("a pool");
    storage::migrate(&db).await.expect("migrated");
    let manifest = folder.path().join("manifest.toml");
    std::fs::write(&manifest, crate::support::MANIFEST).expect("written");
    let (code, _, errors) = process::run(process::command(&url).arg("apply").arg(&manifest)).await;
    assert_eq!(code, 0, "{errors}");
    db.close().await;

    let server = Process::serve(process::command(&url), process::free_port()).await;
    let (told, mut tokens) = mpsc::unbounded_channel();
    let first = first_token(&server.issuer).await;
    tokio::spawn(refresh_forever(server.issuer.clone(), first, told));
    tokens.recv().await.expect("it refreshes");
    tokio::time::sleep(Duration::from_millis(300)).await;

    cluster.crash().await.expect("it ended");
    let unavailable = async {
        loop {
            let (status, text) = tokens.recv().await.expect("it goes on");
            assert!([200, 503].contains(&status), "{status} {text}");
            if status == 503 {
                assert_eq!(text, "temporarily_unavailable");
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, unavailable).await.expect("503 while the database is away");
    let mut browser = Browser::new(&server.issuer);
    let page = browser.get(&authorize_path(&[])).await;
    assert!([303, 503].contains(&page.status), "{}", page.status);

    let cluster = Cluster::start(&path, &[]).await.expect("it starts again");
    let restarted = Instant::now();
    let recovered = async {
        loop {
            let (status, text) = tokens.recv().await.expect("it goes on");
            assert!([200, 503].contains(&status), "lost after the crash: {status} {text}");
            if status == 200 {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, recovered).await.expect("it recovers by itself");
    assert!(restarted.elapsed() < Duration::from_secs(10), "within seconds");
    // And it is one of the following answers, not only the first, that works.
    for _ in 0..20 {
        let (status, text) = tokens.recv().await.expect("it goes on");
        assert_eq!(status, 200, "{text}");
    }
    tokens.close();
    cluster.stop().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_finishes_requests_in_flight() {
    let database = Database::filled().await;
    let mut command = process::command(&database.url);
    // Seconds of hashing: the password is hashed anew at this cost.
    command.env("SIGNET_PASSWORD__ITERATIONS", "100");
    command.env("SIGNET_PASSWORD__MEMORY_KIB", "65536");
    let mut server = Process::serve(command, process::free_port()).await;
    let issuer = server.issuer.clone();
    let sign_in = tokio::spawn(async move {
        let mut browser = Browser::new(&issuer);
        let page = browser.get("/sign-in").await;
        let csrf = page.field("csrf").expect("a page token");
        let form = [
            ("csrf", csrf.as_str()),
            ("identifier", crate::support::EMAIL),
            ("password", crate::support::PASSWORD),
        ];
        browser.post("/sign-in", &form).await.status
    });
    // The attempt is counted before the password is looked at.
    let db = storage::connect(&database.url, 1, Duration::from_secs(5)).expect("a pool");
    let counted = async {
        let sql = "SELECT EXISTS (SELECT FROM throttles)";
        while !sqlx::query_scalar::<_, bool>(sql).fetch_one(&db).await.expect("read") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, counted).await.expect("it is being worked on");
    assert!(!sign_in.is_finished(), "in flight at the signal");
    assert_eq!(server.terminate().await, 0);
    assert_eq!(sign_in.await.expect("it ran"), 303);
    assert!(server.log().contains("stopping"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_writes_what_was_only_counted() {
    let database = Database::filled().await;
    let secret = &database.secrets.iter().find(|(id, _)| id == "service").expect("a secret").1;
    let mut server = Process::serve(process::command(&database.url), process::free_port()).await;
    let client = openidconnect::reqwest::Client::new();
    for _ in 0..20 {
        let request = client
            .post(format!("{}/token", server.issuer))
            .basic_auth("service", Some(secret))
            .form(&[("grant_type", "client_credentials")]);
        assert_eq!(request.send().await.expect("an answer").status(), 200);
    }
    // Much sooner than the next summary, as a rule.
    assert_eq!(server.terminate().await, 0);
    let db = storage::connect(&database.url, 1, Duration::from_secs(5)).expect("a pool");
    let sql = "SELECT sum((detail->>'count')::bigint)::bigint FROM audit_events WHERE kind = 'token.issued'";
    let counted: i64 = sqlx::query_scalar(sql).fetch_one(&db).await.expect("summaries");
    assert_eq!(counted, 20);
}
