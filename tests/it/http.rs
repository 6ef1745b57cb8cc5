//! What surrounds every request: headers, ids, limits, health, shutdown.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use openidconnect::reqwest::{Method, header};
use signet::entropy::Entropy;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Options, Server, flow::authorize_path};

#[tokio::test]
async fn every_answer_is_guarded() {
    let server = Server::start().await;
    for path in ["/", "/sign-in", "/nowhere", "/jwks", "/token", "/healthz"] {
        let answer = server.get(path).await;
        let headers = answer.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin", "{path}");
        assert!(
            headers.contains_key("permissions-policy") && headers.contains_key("referrer-policy")
        );
        let policy = headers["content-security-policy"].to_str().expect("ASCII");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"));
        assert!(headers["x-request-id"].len() == 20, "{path}");
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY), "not over http");
    }
}

#[tokio::test]
async fn pages_are_not_kept_and_the_stylesheet_is() {
    let server = Server::start().await;
    let page = server.get("/sign-in").await;
    assert_eq!(page.headers()[header::CACHE_CONTROL], "no-store");
    let page = page.text().await.expect("text");
    let start = page.find("/assets/signet.").expect("the stylesheet");
    let url = &page[start..start + page[start..].find('"').expect("a quote")];
    let sheet = server.get(url).await;
    assert_eq!(sheet.status(), 200);
    assert!(sheet.headers()[header::CACHE_CONTROL].to_str().expect("ASCII").contains("immutable"));
    assert_eq!(server.get("/assets/favicon.svg").await.status(), 200);
    assert_eq!(server.get("/assets/other").await.status(), 404);
}

#[tokio::test]
async fn hostile_requests_are_answered_and_harm_no_one() {
    let server = Server::start().await;
    let address = server.issuer.strip_prefix("http://").expect("http");
    let long = format!("GET /authorize?state={} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000));
    for raw in [
        "nonsense\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nzzz\r\n",
        long.as_str(),
    ] {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        stream.write_all(raw.as_bytes()).await.ok();
        let mut answer = vec![0; 1024];
        let count = stream.read(&mut answer).await.unwrap_or(0);
        let answer = String::from_utf8_lossy(&answer[..count]);
        assert!(!answer.starts_with("HTTP/1.1 2"), "{raw:.60}: {answer}");
    }
    let mut browser = server.browser();
    for query in ["%ff", "client_id=%00", "a=b&a=b", "client_id[]=x", "%", "&&&==="] {
        let answer = browser.get(&format!("/authorize?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
    }
    let many: Vec<String> = (0..100).map(|number| format!("&p{number}=x")).collect();
    let many = many.concat();
    assert_eq!(browser.get(&format!("{}{many}", authorize_path(&[]))).await.status, 400);
    assert_eq!(server.get("/healthz").await.status(), 200);
}

#[tokio::test]
async fn methods_that_a_path_does_not_take_are_refused() {
    let server = Server::start().await;
    for (method, path) in [
        (Method::DELETE, "/token"),
        (Method::PUT, "/authorize"),
        (Method::GET, "/introspect"),
        (Method::POST, "/jwks"),
    ] {
        let answer = server.request(method.clone(), path).send().await.expect("an answer");
        assert_eq!(answer.status(), 405, "{method} {path}");
    }
}

#[tokio::test]
async fn the_playground_is_for_development_mode_alone() {
    let server = Server::start().await;
    assert_eq!(server.get(signet::dev::playground::PATH).await.status(), 404);
    assert_eq!(server.get("/dev/playground").await.status(), 404);
    let home = server.get("/").await.text().await.expect("text");
    assert!(!home.contains("playground"), "{home}");
}

#[tokio::test]
async fn nothing_that_is_about_a_person_or_token_is_kept() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &[]).await;
    let redirect = browser.get(&authorize_path(&[])).await;
    assert!(redirect.callback().1.contains_key("code"));
    assert_eq!(redirect.status, 303);
    assert_eq!(redirect.header("cache-control"), "no-store");
    let refused = browser.get(&authorize_path(&[("response_type", "token")])).await;
    assert_eq!(refused.header("cache-control"), "no-store");

    let token = [("token", tokens.access.as_str())];
    let seen = server.post_as("resource-server", "/introspect", &token).await;
    assert_eq!(seen.headers()[header::CACHE_CONTROL], "no-store");
    let userinfo = server.request(Method::GET, "/userinfo").bearer_auth(&tokens.access);
    let userinfo = userinfo.send().await.expect("an answer");
    assert_eq!(userinfo.headers()[header::CACHE_CONTROL], "no-store");
    for refused in [
        server.get("/userinfo").await,
        server.request(Method::GET, "/userinfo").bearer_auth("x").send().await.expect("an answer"),
    ] {
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.headers()[header::CACHE_CONTROL], "no-store");
    }
    let revoked = [("client_id", "spa"), ("token", tokens.access.as_str())];
    let revoked = server.post("/revoke", &revoked).await;
    assert_eq!(revoked.status(), 200);
    assert_eq!(revoked.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn scripts_elsewhere_may_read_why_the_token_endpoint_refused() {
    let server = Server::start().await;
    let refused = server
        .request(Method::POST, "/token")
        .header(header::ORIGIN, "https://app.example")
        .form(&[("grant_type", "refresh_token"), ("client_id", "spa"), ("refresh_token", "sgr_x")]);
    let answer = refused.send().await.expect("an answer");
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let exposed = answer.headers()[header::ACCESS_CONTROL_EXPOSE_HEADERS].to_str().expect("ASCII");
    assert!(exposed.contains("retry-after") && exposed.contains("www-authenticate"), "{exposed}");
    assert_eq!(crate::support::server::error(answer).await.1, "invalid_grant");
}

/// A connection to the server.
async fn connect(server: &Server) -> TcpStream {
    let address = server.issuer.strip_prefix("http://").expect("http");
    TcpStream::connect(address).await.expect("connected")
}

/// All that comes over a connection until the server closes it.
async fn rest(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    let patience = Duration::from_secs(10);
    let read = tokio::time::timeout(patience, stream.read_to_end(&mut said)).await;
    read.expect("closed in time").ok();
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test]
async fn a_connection_that_brings_no_request_is_closed() {
    let config = "[server]\nidle_timeout = \"1s\"";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let begun = "POST /token HTTP/1.1\r\nHost: x\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant";
    let whole = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    // Nothing, half a request line, half of what HTTP/2 begins with, a whole connection preface, half a body.
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0";
    // And a second request whose head has no end.
    let unfinished = format!("{whole}GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");
    for said in ["", "GET / HT", "PRI * HT", preface, begun, whole, &unfinished] {
        let mut stream = connect(&server).await;
        stream.write_all(said.as_bytes()).await.expect("written");
        let answer = rest(stream).await;
        let answered = said.starts_with(whole);
        assert_eq!(answer.starts_with("HTTP/1.1 200"), answered, "{said:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), usize::from(answered), "{answer}");
    }
}

#[tokio::test]
async fn a_head_may_be_as_long_as_any_uri_and_not_much_longer() {
    let server = Server::start().await;
    for (uri, expected) in [(60_000, "HTTP/1.1 200"), (70_000, "HTTP/1.1 414")] {
        let (uri, more) = ("a".repeat(uri), "a".repeat(8000));
        let head = format!("GET /healthz?{uri} HTTP/1.1\r\nHost: x\r\nX: {more}\r\n\r\n");
        let mut stream = connect(&server).await;
        stream.write_all(head.as_bytes()).await.expect("written");
        let mut answer = [0; 12];
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_exact(&mut answer));
        read.await.expect("in time").expect("an answer");
        assert_eq!(String::from_utf8_lossy(&answer), expected, "{}", uri.len());
    }
    // In pieces, so that all that was sent is read when the answer comes.
    let mut stream = connect(&server).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ").await.expect("written");
    let (piece, mut answer, mut sent) = ("a".repeat(4096), [0; 12], 0);
    while sent < 200_000 {
        stream.write_all(piece.as_bytes()).await.expect("written");
        sent += piece.len();
        let read = tokio::time::timeout(Duration::from_millis(20), stream.read_exact(&mut answer));
        if read.await.is_ok() {
            break;
        }
    }
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 431", "after {sent}");
}

#[tokio::test]
async fn more_connections_than_there_is_room_for_wait() {
    let config = "[server]\nmax_connections = 2";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut streams = Vec::new();
    for _ in 0..3 {
        let mut stream = connect(&server).await;
        stream.write_all(request).await.expect("written");
        streams.push(stream);
    }
    let mut third = streams.pop().expect("three");
    let mut answer = [0; 12];
    let short = Duration::from_millis(300);
    assert!(tokio::time::timeout(short, third.read_exact(&mut answer)).await.is_err(), "it waits");
    streams.pop();
    let patience = Duration::from_secs(10);
    let read = tokio::time::timeout(patience, third.read_exact(&mut answer)).await;
    read.expect("its turn came").expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 200");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_in_the_words_of_whoever_is_asked() {
    let server = Server::start().await;
    let large = "x".repeat(70_000);
    let answer = server.post("/token", &[("grant_type", large.as_str())]).await;
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(crate::support::server::error(answer).await, (413, "invalid_request".to_owned()));
    let page = server.post("/sign-in", &[("password", large.as_str())]).await;
    assert_eq!(page.status(), 413);
    let id = page.headers()["x-request-id"].to_str().expect("ASCII").to_owned();
    let page = page.text().await.expect("text");
    assert!(page.contains("the request is too large") && page.contains(&id), "{page}");

    // Without a length, so that only counting tells.
    let mut stream = connect(&server).await;
    let head = "POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("written");
    let chunk = format!("{:x}\r\n{large}\r\n", large.len());
    stream.write_all(chunk.as_bytes()).await.expect("written");
    let mut answer = vec![0; 1024];
    let count = stream.read(&mut answer).await.expect("an answer");
    let answer = String::from_utf8_lossy(&answer[..count]);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_own_request_and_no_other() {
    let broken = Arc::new(AtomicBool::new(false));
    let entropy = {
        let broken = Arc::clone(&broken);
        let system = Entropy::system();
        Entropy::of(move |bytes| {
            for byte in bytes.iter_mut() {
                *byte = system.bytes::<1>()[0];
            }
            !broken.load(Ordering::SeqCst)
        })
    };
    let server = Server::with(Options { entropy: Some(entropy), ..Options::default() }).await;
    let grant = [("grant_type", "client_credentials")];
    assert_eq!(server.post_as("service", "/token", &grant).await.status(), 200);
    broken.store(true, Ordering::SeqCst);
    let answer = server.post_as("service", "/token", &grant).await;
    assert!(answer.headers().contains_key("x-request-id"));
    assert_eq!(crate::support::server::error(answer).await, (500, "server_error".to_owned()));
    let page = server.get("/sign-in").await;
    assert_eq!(page.status(), 500);
    let id = page.headers()["x-request-id"].to_str().expect("ASCII").to_owned();
    let page = page.text().await.expect("text");
    assert!(page.contains("Something went wrong") && page.contains(&id), "{page}");
    assert!(!page.contains("random"), "nothing internal: {page}");
    broken.store(false, Ordering::SeqCst);
    assert_eq!(server.post_as("service", "/token", &grant).await.status(), 200);
}

#[tokio::test]
async fn a_document_that_the_client_has_is_not_sent_again() {
    let server = Server::start().await;
    for path in ["/jwks", "/.well-known/openid-configuration"] {
        let first = server.get(path).await;
        assert_eq!(first.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(first.headers()[header::CONTENT_TYPE], "application/json");
        let tag = first.headers()[header::ETAG].clone();
        let weak = format!("\"other\", W/{}", tag.to_str().expect("ASCII"));
        let again = server.request(Method::GET, path).header(header::IF_NONE_MATCH, weak);
        let again = again.send().await.expect("an answer");
        assert_eq!(again.status(), 304, "{path}");
        assert_eq!(again.headers()[header::ETAG], tag);
        assert_eq!(again.text().await.expect("nothing"), "");
        let head = server.request(Method::HEAD, path).send().await.expect("an answer");
        assert_eq!((head.status().as_u16(), &head.headers()[header::ETAG]), (200, &tag), "{path}");
    }
}
