//! Messages on their way: the queue, a real mail server, its outage, and the list of development mode.

use std::{env, path::Path, process::Stdio};

use serde_json::Value;
use signet::{
    identity::mail,
    keys::{MasterKeys, secrets::message_place},
};
use time::Duration;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::support::{EMAIL, Options, Server, USERNAME, database::MASTER_KEY, process::free_port};

/// A mail server that others wrote (aiosmtpd), as a process.
struct MailServer {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl MailServer {
    async fn start(port: u16, certificate: Option<&Path>) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
        let python = env::var("PYTHON_BIN").ok().filter(|path| !path.is_empty());
        let python = python.unwrap_or_else(|| "python3".to_owned());
        let mut command = Command::new(&python);
        command.arg(folder.join("python/smtp_server.py")).arg(port.to_string()).args(certificate);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().unwrap_or_else(|error| {
            panic!("{python}: {error}; `make test` installs what it needs")
        });
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let said = lines.next_line().await.expect("a line").expect("it starts");
        assert_eq!(said, port.to_string());
        Self { process, lines }
    }

    /// The next message that it accepted.
    async fn message(&mut self) -> Value {
        let line = self.lines.next_line().await.expect("a line").expect("a message");
        serde_json::from_str(&line).expect("JSON")
    }

    async fn stop(mut self) {
        self.process.kill().await.expect("killed");
    }
}

fn config(port: u16, more: &str) -> String {
    format!(
        "[email]\nhost = \"127.0.0.1\"\nport = {port}\nfrom = \"Signet <no-reply@example.com>\"\n{more}"
    )
}

const PLAIN: &str = "tls = \"insecure_plaintext\"";

async fn start(config: &str) -> Server {
    Server::with(Options { config, ..Options::default() }).await
}

async fn ask(server: &Server, identifier: &str) {
    let mut browser = server.browser();
    let page = browser.get("/forgot").await;
    assert_eq!(browser.submit(&page, &[("identifier", identifier)]).await.status, 200);
}

async fn deliver(server: &Server) -> usize {
    mail::deliver_due(&server.app).await.expect("the database is there")
}

async fn waiting(server: &Server) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM messages").fetch_one(&server.db).await;
    count.expect("counted")
}

#[tokio::test]
async fn a_mail_server_gets_text_and_html_with_the_same_link() {
    let port = free_port();
    let mut mail_server = MailServer::start(port, None).await;
    let server = start(&config(port, PLAIN)).await;
    ask(&server, EMAIL).await;
    assert_eq!(deliver(&server).await, 1);
    let message = mail_server.message().await;
    assert_eq!(message["mail_from"], "no-reply@example.com");
    assert_eq!(message["rcpt_tos"], serde_json::json!([EMAIL]));
    let headers = &message["headers"];
    assert_eq!(headers["From"], "Signet <no-reply@example.com>");
    assert_eq!(headers["To"], EMAIL);
    assert_eq!(headers["Subject"], "Set a new password at Signet");
    assert_eq!(headers["Auto-Submitted"], "auto-generated");
    let text = message["text"].as_str().expect("a text part");
    let link = text.split_whitespace().find(|word| word.starts_with(&server.issuer));
    let link = link.expect("a link");
    assert!(message["html"].as_str().expect("an HTML part").contains(&format!("href=\"{link}\"")));
    let mut browser = server.browser();
    let page = browser.get(link).await;
    let home = browser.submit(&page, &[("password", "an entirely new password")]).await;
    assert!(home.body.contains("Alice Example"), "{}", home.body);
    assert_eq!(waiting(&server).await, 1, "that the password was changed");
}

#[tokio::test]
async fn an_outage_of_the_mail_server_loses_nothing() {
    let port = free_port();
    let server = start(&config(port, PLAIN)).await;
    ask(&server, EMAIL).await;
    for minutes in [0.0, 0.5, 1.0, 2.0, 4.0] {
        server.advance(Duration::seconds_f64(minutes * 60.0));
        assert_eq!(deliver(&server).await, 0);
        assert_eq!(waiting(&server).await, 1);
        assert_eq!(attempts(&server).await.len(), 1);
    }
    assert_eq!(attempts(&server).await, [5], "with a delay that grows");
    let mut mail_server = MailServer::start(port, None).await;
    assert_eq!(deliver(&server).await, 0, "not before its time");
    server.advance(Duration::minutes(8));
    assert_eq!(deliver(&server).await, 1);
    assert_eq!(mail_server.message().await["headers"]["To"], EMAIL);
    assert_eq!(waiting(&server).await, 0);

    mail_server.stop().await;
    ask(&server, USERNAME).await;
    assert_eq!(deliver(&server).await, 0, "down again");
    let mut mail_server = MailServer::start(port, None).await;
    server.advance(Duration::seconds(30));
    assert_eq!(deliver(&server).await, 1);
    assert_eq!(mail_server.message().await["headers"]["To"], EMAIL);
}

async fn attempts(server: &Server) -> Vec<i32> {
    let attempts = sqlx::query_scalar("SELECT attempts FROM messages").fetch_all(&server.db).await;
    attempts.expect("read")
}

#[tokio::test]
async fn a_message_is_given_up_after_three_days_and_a_refused_one_after_an_hour() {
    let port = free_port();
    let server = start(&config(port, PLAIN)).await;
    let hours = async || {
        let mut hours = 0;
        while waiting(&server).await > 0 {
            server.advance(Duration::hours(1));
            deliver(&server).await;
            hours += 1;
        }
        hours
    };
    ask(&server, EMAIL).await;
    let gone = hours().await;
    assert!((60..=72).contains(&gone), "{gone}");

    let _mail_server = MailServer::start(port, None).await;
    server.apply("[[user]]\nemail = \"refused@example.com\"").await;
    ask(&server, "refused@example.com").await;
    assert_eq!(deliver(&server).await, 0);
    let gone = hours().await;
    assert!((1..=2).contains(&gone), "{gone}");
}

#[tokio::test]
async fn a_letter_is_in_the_language_of_whoever_has_it_sent() {
    let server = Server::catching("").await;
    let mut browser = server.browser();
    browser.cookies.insert("signet_language".to_owned(), "ar".to_owned());
    let page = browser.get("/forgot").await;
    let root = "<html lang=\"ar\" dir=\"rtl\">";
    assert!(page.body.contains(root), "{}", page.body);
    let sent = browser.submit(&page, &[("identifier", EMAIL)]).await;
    assert!(sent.body.contains(root), "{}", sent.body);
    let caught = server.mail().await;
    assert!(caught[0].html.contains(root), "{}", caught[0].html);
}

#[tokio::test]
async fn replicas_that_send_at_once_send_each_message_once() {
    let server = Server::catching("").await;
    let options =
        Options { clock: Some(server.clock.clone()), catches_mail: true, ..Options::default() };
    let other = Server::on(std::sync::Arc::clone(&server.database), options).await;
    let letter = mail::letters::address_in_use("Signet");
    for at in 0..40 {
        let to = format!("person{at}@example.com");
        mail::send(&server.app, Some(&to), &letter).await.expect("queued");
    }
    let (here, there) = tokio::join!(deliver(&server), deliver(&other));
    assert_eq!(here + there, 40);
    let caught = [&server, &other].map(|server| server.app.mail.caught());
    let mut to: Vec<_> = caught.iter().flatten().map(|caught| &caught.message.to).collect();
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 40);
}

#[tokio::test]
async fn what_a_replica_took_and_died_over_is_sent_by_another() {
    let server = Server::catching("").await;
    ask(&server, EMAIL).await;
    let now = server.clock.now();
    let lease = now + Duration::minutes(10);
    let taken = signet::storage::messages::claim(&server.db, 4, now, lease).await.expect("taken");
    assert_eq!(taken.len(), 1);
    assert!(server.mail().await.is_empty(), "it is being sent elsewhere");
    server.advance(Duration::minutes(10));
    assert_eq!(server.mail().await.len(), 1);
}

#[tokio::test]
async fn a_message_that_waits_is_sealed_and_resealed() {
    let server = Server::catching("").await;
    ask(&server, EMAIL).await;
    let (id, sealed): (uuid::Uuid, Vec<u8>) = sqlx::query_as("SELECT id, sealed FROM messages")
        .fetch_one(&server.db)
        .await
        .expect("a message");
    assert!(!sealed.windows(EMAIL.len()).any(|window| window == EMAIL.as_bytes()));
    assert!(!sealed.windows(4).any(|window| window == b"sgl_"));
    let new = MasterKeys::generate("next", &server.app.entropy);
    let both = format!("{},{MASTER_KEY}", *new);
    let options = Options {
        master_key: Some(&both),
        clock: Some(server.clock.clone()),
        catches_mail: true,
        ..Options::default()
    };
    let during = Server::on(std::sync::Arc::clone(&server.database), options).await;
    assert_eq!(during.app.keys.reseal(&during.db).await.expect("resealed"), 9);
    let [(_, sealed)] = &signet::storage::messages::all_sealed(&server.db).await.expect("read")[..]
    else {
        panic!("one message")
    };
    assert_eq!(sealed.with, "next");
    let only = MasterKeys::parse(&new).expect("a key");
    assert!(only.open(&message_place(id), sealed).is_ok());
    assert_eq!(during.mail().await.len(), 1);
}

#[tokio::test]
async fn starttls_with_a_password_is_spoken_and_nothing_is_sent_without_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let certificate = folder.path().join("certificate.pem");
    std::fs::write(&certificate, key.cert.pem()).expect("written");
    let both = folder.path().join("both.pem");
    let text = format!("{}{}", key.cert.pem(), key.signing_key.serialize_pem());
    std::fs::write(&both, text).expect("written");
    let port = free_port();
    let mut mail_server = MailServer::start(port, Some(&both)).await;
    let login =
        format!("user = \"signet\"\npassword = \"secret\"\nca_certificate = {certificate:?}");
    let server = start(&config(port, &login)).await;
    ask(&server, EMAIL).await;
    assert_eq!(deliver(&server).await, 1);
    let message = mail_server.message().await;
    assert_eq!((&message["tls"], &message["authenticated"]), (&true.into(), &true.into()));

    let stranger = start(&config(port, "user = \"signet\"\npassword = \"secret\"")).await;
    ask(&stranger, EMAIL).await;
    assert_eq!(deliver(&stranger).await, 0, "a certificate that no one vouches for");
    let wrong = format!("user = \"signet\"\npassword = \"x\"\nca_certificate = {certificate:?}");
    let wrong = start(&config(port, &wrong)).await;
    ask(&wrong, EMAIL).await;
    assert_eq!(deliver(&wrong).await, 0, "the wrong password");

    let plain_port = free_port();
    let _plain = MailServer::start(plain_port, None).await;
    let downgraded = start(&config(plain_port, "")).await;
    ask(&downgraded, EMAIL).await;
    assert_eq!(deliver(&downgraded).await, 0, "a server that offers no TLS");
}

#[tokio::test]
async fn development_mode_shows_what_it_caught() {
    let server = Server::catching("").await;
    let mut browser = server.browser();
    assert!(browser.get("/dev/mail").await.body.contains("There are none yet"));
    ask(&server, EMAIL).await;
    let link = server.link_to(EMAIL).await;
    let list = browser.get("/dev/mail").await;
    assert!(list.body.contains(EMAIL), "{}", list.body);
    let page = list.body.split("href=\"").find(|part| part.starts_with("/dev/mail/"));
    let page = page.expect("a message").split('"').next().expect("its end").to_owned();
    let shown = browser.get(&page).await;
    assert!(shown.body.contains(&format!("<a href=\"{link}\">")), "{}", shown.body);
    assert!(!shown.header("content-security-policy").contains("unsafe"));
    let html = browser.get(&format!("{page}/html")).await;
    assert!(html.header("content-security-policy").starts_with("sandbox; default-src 'none'"));
    assert!(html.body.contains(&format!("<a href=\"{link}\"")), "{}", html.body);
    let gone = browser.get("/dev/mail/00000000-0000-0000-0000-000000000000").await;
    assert_eq!(gone.status, 404);
    let start = Server::start().await;
    assert_eq!(start.browser().get("/dev/mail").await.status, 404, "nowhere else");
}

/// The link of the next message that the mail server gets.
async fn link_of(server: &Server, mail_server: &mut MailServer) -> String {
    let message = mail_server.message().await;
    let text = message["text"].as_str().expect("a text part");
    let link = text.split_whitespace().find(|word| word.starts_with(&server.issuer));
    link.expect("a link").to_owned()
}

/// Two days in which messages are tried and maintenance is done.
async fn two_days(server: &Server) {
    for _ in 0..8 {
        server.advance(Duration::hours(6));
        assert_eq!(deliver(server).await, 0);
        assert!(server.app.maintain().await.is_empty());
    }
}

#[tokio::test]
async fn the_time_of_a_link_begins_when_the_mail_server_has_it() {
    let port = free_port();
    let server = start(&config(port, PLAIN)).await;
    ask(&server, EMAIL).await;
    two_days(&server).await;
    let mut mail_server = MailServer::start(port, None).await;
    server.advance(Duration::hours(6));
    assert_eq!(deliver(&server).await, 1);
    let link = link_of(&server, &mut mail_server).await;
    server.advance(Duration::minutes(59));
    assert_eq!(deliver(&server).await, 0);
    let mut browser = server.browser();
    assert_eq!(browser.get(&link).await.status, 200, "an hour from when it was sent");
    // Nothing has it last longer, now that it was sent.
    server.advance(Duration::minutes(2));
    assert_eq!(deliver(&server).await, 0);
    assert_eq!(browser.get(&link).await.status, 410);
    server.advance(Duration::hours(79));
    assert!(server.app.maintain().await.is_empty());
    let kept = sqlx::query_scalar("SELECT count(*) FROM links").fetch_one(&server.db).await;
    assert_eq!(kept.unwrap_or(-1_i64), 0, "in the end it is removed");
}

#[tokio::test]
async fn late_mail_revives_no_link_that_was_taken_back_or_used() {
    let port = free_port();
    let server = start(&config(port, PLAIN)).await;
    for _ in 0..3 {
        ask(&server, EMAIL).await;
    }
    // As far as its row tells, one of them was taken back and one was used.
    let ids = sqlx::query_scalar::<_, uuid::Uuid>("SELECT id FROM links ORDER BY id");
    let ids = ids.fetch_all(&server.db).await.expect("read");
    sqlx::query("DELETE FROM links WHERE id = $1")
        .bind(ids[0])
        .execute(&server.db)
        .await
        .expect("taken back");
    let used = sqlx::query("UPDATE links SET used_at = $2 WHERE id = $1");
    used.bind(ids[1]).bind(server.clock.now()).execute(&server.db).await.expect("used");
    two_days(&server).await;
    let mut mail_server = MailServer::start(port, None).await;
    server.advance(Duration::hours(6));
    assert_eq!(deliver(&server).await, 3);
    let mut good = 0;
    for _ in 0..3 {
        let link = link_of(&server, &mut mail_server).await;
        match server.browser().get(&link).await.status {
            200 => good += 1,
            status => assert_eq!(status, 410),
        }
    }
    assert_eq!(good, 1);
}
