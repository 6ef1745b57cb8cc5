//! What goes through besides headers.

use super::{Stage, front::Kind};

#[tokio::test(flavor = "multi_thread")]
async fn bodies_go_to_the_application_alone() {
    let stage = Stage::new().await;
    for front in &stage.fronts {
        let session = stage.session(front).await;
        stage.upstream.seen();
        let origin = format!("Origin: {}", front.origin);
        let body = vec![b'x'; 1_000_000];
        for encoding in ["Content-Type: application/octet-stream", "Transfer-Encoding: chunked"] {
            let request = stage.get_as(front, &session, "/upload").by("POST").arg("--http1.1");
            let seen = request.with(&origin).with(encoding).body(body.clone()).send().await.seen();
            assert_eq!(
                (seen.method.as_str(), seen.length),
                ("POST", body.len()),
                "{:?}",
                front.kind
            );
        }
        // What is refused is refused before it is read.
        let refused = stage.get(front, "/upload").by("POST").arg("--http1.1").body(body);
        let refused = refused.send().await;
        assert_eq!(refused.status, 401, "{:?}: {refused:?}", front.kind);
        assert_eq!(stage.upstream.seen().len(), 2, "{:?}", front.kind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_that_fill_a_request_get_through() {
    let stage = Stage::new().await;
    for front in &stage.fronts {
        let session = stage.session(front).await;
        let long = "x".repeat(5000);
        let cookies = format!("Cookie: a={long}; {session}");
        let seen = stage.get(front, "/page").with(cookies).send().await.seen();
        assert_eq!(seen.header("cookie"), format!("a={long}"), "{:?}", front.kind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn websockets_are_opened_by_who_may() {
    let stage = Stage::new().await;
    for front in &stage.fronts {
        let session = stage.session(front).await;
        stage.upstream.seen();
        let open = |path: &str, origin: &str| {
            stage
                .get(front, path)
                .arg("--http1.1")
                .with("Connection: Upgrade")
                .with("Upgrade: websocket")
                .with("Sec-WebSocket-Version: 13")
                .with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
                .with(format!("Origin: {origin}"))
        };
        let cookie = format!("Cookie: {session}");
        let opened = open("/socket", &front.origin).with(&cookie).send().await;
        assert_eq!((opened.status, opened.body.as_str()), (101, "open"), "{:?}", front.kind);
        let [seen] = &stage.upstream.seen()[..] else { panic!("one request") };
        assert!(!seen.header("remote-user").is_empty() && seen.header("cookie").is_empty());

        let anyone = open("/socket", &front.origin).send().await;
        assert_eq!(anyone.status, 401, "{:?}: {anyone:?}", front.kind);
        let forbidden = open("/admin/socket", &front.origin).with(&cookie).send().await;
        assert_eq!(forbidden.status, 403, "{:?}: {forbidden:?}", front.kind);
        // Pages elsewhere can open one too, and browsers send cookies along if the site is the same.
        let foreign = open("/socket", "https://elsewhere.example").with(&cookie).send().await;
        assert_eq!(foreign.status, 403, "{:?}: {foreign:?}", front.kind);
        assert!(stage.upstream.seen().is_empty(), "{:?}", front.kind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_below_the_sites_own_address_is_signets() {
    let stage = Stage::new().await;
    for front in &stage.fronts {
        let session = stage.session(front).await;
        stage.upstream.seen();
        let origin = format!("Origin: {}", front.origin);
        for path in ["/.signet/", "/.signet/nothing", "/.signet/user/x"] {
            assert_eq!(stage.get_as(front, &session, path).send().await.status, 404, "{path}");
        }
        let ends = stage.get_as(front, &session, "/.signet/sign-out").by("POST").with(&origin);
        let ends = ends.with("Accept: application/json").send().await;
        assert_eq!(ends.status, 200, "{:?}: {ends:?}", front.kind);
        assert!(ends.header("set-cookie").contains("signet_gate=;"), "{ends:?}");
        assert_eq!(stage.get_as(front, &session, "/page").send().await.status, 401);
        // What asks the gate cannot be reached from outside.
        for path in ["/gate/auth", "/gate/forward", "/gate/envoy/page", "/.signet/auth"] {
            let answer = stage.get_as(front, &session, path).send().await;
            assert!([401, 404].contains(&answer.status), "{:?}: {path}: {answer:?}", front.kind);
            // Named for what it hides: nginx knows the last as its own.
            assert!(front.kind == Kind::Nginx || answer.status == 401 || path.starts_with("/."));
        }
        assert!(stage.upstream.seen().is_empty(), "{:?}", front.kind);
    }
}
