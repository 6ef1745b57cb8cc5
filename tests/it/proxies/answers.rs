//! What callers are answered, and what the application is told of them.

use super::{
    Place, SITE, Stage, TOKENS,
    front::{Kind, there},
    session,
};
use crate::support::{API, EMAIL, arrival::go, process::free_port, server::claims};

/// What the gate alone says of a caller, in the spellings that applications take for it; and what some take for the path.
const FORGED: [&str; 22] = [
    "Remote-User: forged",
    "remote-subject: forged",
    "REMOTE-NAME: forged",
    "Remote-Email: forged@example.com",
    "Remote-Groups: forged",
    "Remote-Roles: forged",
    "Remote-Client: forged",
    "Remote-Scopes: forged",
    "Remote_User: forged",
    "Remote_Subject: forged",
    "Remote_Name: forged",
    "REMOTE_EMAIL: forged",
    "remote_groups: forged",
    "Remote_Roles: forged",
    "Remote_Client: forged",
    "Remote_Scopes: forged",
    "X-Original-URL: /forged",
    "X-Rewrite-URL: /forged",
    "X_Original_URL: /forged",
    "X_Original-URL: /forged",
    "X-API_Key: forged",
    "Remote-User;",
];

/// What a proxy alone knows.
const SAID: [&str; 12] = [
    "Forwarded: for=192.0.2.66;host=forged",
    "X-Forwarded-For: 192.0.2.66",
    "X-Forwarded-Host: forged.example",
    "X-Forwarded-Method: FORGED",
    "X-Forwarded-Prefix: /forged",
    "X-Forwarded-Proto: forged",
    "X-Forwarded-Server: forged",
    "X-Forwarded-Uri: /forged",
    "X-Real-IP: 192.0.2.66",
    "X_Forwarded_For: 192.0.2.66",
    "X_Forwarded-Host: forged.example",
    "X-Forwarded_Proto: forged",
];

#[tokio::test(flavor = "multi_thread")]
async fn pages_lead_to_the_sign_in_and_all_else_is_challenged() {
    let stage = Stage::new().await;
    for front in &stage.fronts {
        let page = stage.get(front, "/deep/link?x=1&y=%20").navigating().send().await;
        assert_eq!(page.status, 302, "{:?}: {page:?}", front.kind);
        let to = page.header("location");
        assert!(to.contains("/authorize?") || to.contains("/.signet/sign-in?"), "{to}");

        let call = stage.get(front, "/deep/link").with("Accept: application/json").send().await;
        assert_eq!(call.status, 401, "{:?}: {call:?}", front.kind);
        assert!(call.header("www-authenticate").starts_with("Bearer"), "{call:?}");
        let post = stage.get(front, "/pages").by("POST").arg("--http1.1").body(b"a=b".to_vec());
        let post = post.send().await;
        assert_eq!(post.status, 401, "{:?}: {post:?}", front.kind);
        assert!(post.header("www-authenticate").starts_with("Bearer"), "{post:?}");
        assert_eq!(stage.get(front, "/.signet/user").send().await.status, 401);
        assert!(stage.upstream.seen().is_empty(), "{:?}", front.kind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_back_to_where_they_wanted_and_the_application_knows_them() {
    let gate = format!("{TOKENS}upstream_token = true\nremote_user = \"email\"\n");
    let stage = Stage::with(&gate).await;
    for front in &stage.fronts {
        let (mut browser, answer) = stage.open(front, "/deep/link?x=1&y=%20").await;
        assert_eq!(answer.status, 200, "{:?}: {answer:?}", front.kind);
        stage.upstream.seen();
        let seen =
            stage.get_as(front, &session(&browser), "/deep/link?x=1&y=%20").send().await.seen();
        assert_eq!((seen.method.as_str(), seen.target.as_str()), ("GET", "/deep/link?x=1&y=%20"));
        assert_eq!(
            ["remote-user", "remote-email", "remote-name", "remote-client", "cookie"]
                .map(|name| seen.header(name)),
            [EMAIL, EMAIL, "Alice Example", SITE, ""],
            "{:?}",
            front.kind
        );
        let token = seen.header("authorization").strip_prefix("Bearer ").expect("a token");
        let claims = claims(token);
        assert_eq!((&claims["aud"], &claims["client_id"]), (&API.into(), &SITE.into()));
        assert_eq!(claims["sub"], seen.header("remote-subject"));
        // One that the resource's own check finds good.
        assert!(stage.server.is_active(token).await, "{:?}", front.kind);

        let who = stage.get_as(front, &session(&browser), "/.signet/user").send().await;
        assert!(who.status == 200 && who.body.contains(EMAIL), "{who:?}");
        // Signed in to Signet, one is let in by another proxy's address without being asked.
        let arrival = go(&stage.server, &mut browser, &front.url("/again")).await;
        assert_eq!(arrival.through.len(), 1, "the session is there: {:?}", arrival.through);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_callers_say_of_themselves_never_gets_through() {
    let stage = Stage::with("public = [\"/assets\"]\n").await;
    for front in &stage.fronts {
        let session = stage.session(front).await;
        stage.upstream.seen();
        for header in FORGED {
            for request in [stage.get_as(front, &session, "/page"), stage.get(front, "/assets/x")] {
                let answer = request.with(header).send().await;
                assert!([200, 400, 403].contains(&answer.status), "{header}: {answer:?}");
                for seen in stage.upstream.seen() {
                    let said = format!("{seen:?}").to_lowercase();
                    assert!(!said.contains("forged"), "{:?}: {header}: {said}", front.kind);
                }
            }
        }

        let mut caller = stage.get(front, "/page");
        let mut anyone = stage.get(front, "/assets/x");
        for header in SAID {
            caller = caller.with(header);
            anyone = anyone.with(header);
        }
        let seen = caller.with(format!("Cookie: a=1; {session}; b=2")).send().await.seen();
        let said = format!("{seen:?}").to_lowercase();
        for word in ["forged", "192.0.2.66", "signet_gate"] {
            assert!(!said.contains(word), "{:?}: {said}", front.kind);
        }
        assert_eq!(seen.header("remote-user"), seen.header("remote-subject"));
        assert!(!seen.header("remote-subject").is_empty(), "{:?}", front.kind);
        assert_eq!(seen.header("cookie"), "a=1; b=2", "{:?}", front.kind);
        assert!(["", "https"].contains(&seen.header("x-forwarded-proto")));

        let seen = anyone.with("Authorization: Basic Zm9yZ2Vk").send().await.seen();
        let said = format!("{seen:?}").to_lowercase();
        assert!(!said.contains("forged") && !said.contains("zm9y"), "{:?}: {said}", front.kind);
        assert_eq!(seen.header("remote-user"), "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_called_hop_by_hop_take_nothing_away_that_protects() {
    let stage = Stage::new().await;
    for front in &stage.fronts {
        let session = stage.session(front).await;
        stage.upstream.seen();
        for named in [
            "X-Forwarded-Uri, X-Forwarded-Method",
            "X-Forwarded-Host, X-Forwarded-Proto, X-Forwarded-For",
            "Remote-User, Remote-Roles, Authorization",
            "Cookie",
        ] {
            let request = stage
                .get_as(front, &session, "/admin")
                .arg("--http1.1")
                .with("Remote-User: forged")
                .with("X-Forwarded-Uri: /page")
                .with(format!("Connection: close, {named}"));
            let answer = request.send().await;
            assert!([400, 401, 403].contains(&answer.status), "{:?}: {answer:?}", front.kind);
            assert!(stage.upstream.seen().is_empty(), "{:?}: {named}", front.kind);
            let request = stage
                .get_as(front, &session, "/page")
                .arg("--http1.1")
                .with("Remote-User: forged")
                .with(format!("Connection: close, {named}"));
            request.send().await;
            for seen in stage.upstream.seen() {
                assert!(!format!("{seen:?}").contains("forged"), "{:?}: {seen:?}", front.kind);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_do_not_choose_the_site_that_is_asked_about() {
    let stage = Stage::new().await;
    let elsewhere = "https://open.example.com".to_owned();
    stage.another(&elsewhere).await;
    for front in &stage.fronts {
        let mut others = vec![elsewhere.clone()];
        // Traefik does not tell ports apart: docs/gate.md says so.
        if front.kind != Kind::Traefik {
            let neighbour = format!("https://localhost:{}", free_port());
            stage.another(&neighbour).await;
            others.push(neighbour);
        }
        for other in others {
            stage.another(&other).await;
            let host = other.strip_prefix("https://").expect("a host");
            let [host, forwarded] =
                ["Host", "X-Forwarded-Host"].map(|name| format!("{name}: {host}"));
            let ask = || stage.get(front, "/page").arg("--http1.1");
            for request in [
                stage.get(front, "/page").with(&host),
                stage.get(front, "/page").with(&forwarded),
                ask().with(&host),
                ask().with(&host).with(&forwarded),
                // The whole URL in the request line (RFC 9112 §3.2.2).
                ask().with(&host).arg("--request-target").arg(&front.url("/page")),
                ask().arg("--request-target").arg(&format!("{other}/page")),
                ask().with(&host).arg("--request-target").arg(&format!("{other}/page")),
            ] {
                let answer = request.send().await;
                assert!(stage.upstream.seen().is_empty(), "{:?} {other}: {answer:?}", front.kind);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_is_403_and_what_takes_more_says_so() {
    let stage = Stage::new().await;
    for front in &stage.fronts {
        let session = stage.session(front).await;
        stage.upstream.seen();
        assert_eq!(stage.get_as(front, &session, "/pages/1").send().await.status, 200);
        for path in ["/admin", "/admin/", "/admin/users?x=/pages"] {
            let answer = stage.get_as(front, &session, path).send().await;
            assert_eq!(answer.status, 403, "{:?}: {answer:?}", front.kind);
        }
        let origin = format!("Origin: {}", front.origin);
        let change = stage.get_as(front, &session, "/pages/1").by("PUT").with(&origin);
        assert_eq!(change.send().await.status, 403, "{:?}", front.kind);
        let change = stage.get_as(front, &session, "/other/1").by("PUT").with(&origin);
        assert_eq!(change.send().await.status, 200, "{:?}", front.kind);
        // Another site sends the browser here.
        let foreign = stage.get_as(front, &session, "/other/1").by("POST");
        let foreign = foreign.with("Origin: https://elsewhere.example").send().await;
        assert_eq!(foreign.status, 403, "{:?}: {foreign:?}", front.kind);
        assert_eq!(stage.upstream.seen().len(), 2, "{:?}", front.kind);

        let vault = stage.get_as(front, &session, "/vault").send().await;
        assert_eq!(vault.status, 401, "{:?}: {vault:?}", front.kind);
        let challenge = vault.header("www-authenticate");
        assert!(challenge.contains("insufficient_user_authentication"), "{challenge}");
        assert!(challenge.contains("acr_values=\"aal2\""), "{challenge}");
        let page = stage.get_as(front, &session, "/vault").navigating().send().await;
        assert_eq!(page.status, 302, "{:?}: {page:?}", front.kind);
        assert!(stage.upstream.seen().is_empty(), "{:?}", front.kind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_signet_no_one_gets_in() {
    let mut stage = Stage::with("public = [\"/assets\"]\n").await;
    let session = match stage.fronts.first() {
        Some(front) => stage.session(front).await,
        None => return,
    };
    // As if it were gone: nothing listens there.
    let gone = Place::between(([127, 0, 0, 1], free_port()).into(), stage.upstream.address);
    stage.fronts.clear();
    stage.upstream.seen();
    for kind in there() {
        let place = Place { port: free_port(), ..gone };
        stage.add(kind, &place);
    }
    stage.listen().await;
    for front in &stage.fronts {
        for path in ["/", "/assets/x", "/.signet/user"] {
            let answer = stage.get_as(front, &session, path).send().await;
            let expected: &[u16] = match front.kind {
                Kind::Nginx | Kind::Traefik => &[500, 502],
                Kind::Caddy => &[502],
                Kind::Envoy => &[503],
            };
            assert!(expected.contains(&answer.status), "{:?}: {answer:?}", front.kind);
        }
    }
    assert!(stage.upstream.seen().is_empty());
}
