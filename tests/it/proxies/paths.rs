//! Ways to write a path that lead to `/admin` in the eyes of one program and not of another.

use super::{Stage, TOKENS};

/// Each of them some server takes for `/admin`.
const TRICKS: [&str; 46] = [
    "/admin",
    "/admin/",
    "/admin?x",
    "/admin#x",
    "//admin",
    "///admin",
    "/admin//",
    "/./admin",
    "/.//admin",
    "/pages/../admin",
    "/pages/./../admin",
    "/pages//../admin",
    "/../admin",
    "/%2e/admin",
    "/pages/%2e%2e/admin",
    "/pages/.%2E/admin",
    "/pages/%252e%252e/admin",
    "/pages/..%2fadmin",
    "/pages%2f..%2fadmin",
    "/pages/..%5cadmin",
    "/pages/..\\admin",
    "/pages%5c..%5cadmin",
    "/%2fadmin",
    "/%2Fadmin",
    "/%252fadmin",
    "/%5cadmin",
    "/%61dmin",
    "/%41dmin",
    "/%2561dmin",
    "/adm%69n/x",
    "/admin%2f",
    "/admin%00",
    "/admin%20",
    "/admin%09",
    "/admin.",
    "/admin./",
    "/admin..",
    "/admin;x=1",
    "/admin;/x",
    "/;x/admin",
    "/pages/..;/admin",
    "/Admin",
    "/ADMIN/x",
    "/assets/../admin",
    "/assets/..;/admin",
    "/.signet/../admin",
];

/// Whether an application could take a path for one of the administration, by any rule that is known of one.
fn is_admin(target: &str) -> bool {
    let mut path = target.split(['?', '#']).next().expect("a first part").to_owned();
    for _ in 0..3 {
        path = decode(&path);
    }
    let mut segments = Vec::new();
    for segment in path.split(['/', '\\']) {
        let segment = segment.split([';', '\0']).next().expect("a first part");
        match segment.trim_matches([' ', '\t']) {
            "" | "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other.trim_end_matches('.').to_lowercase()),
        }
    }
    segments.first().is_some_and(|first| first == "admin")
}

fn decode(text: &str) -> String {
    let (mut bytes, mut decoded) = (text.as_bytes(), Vec::new());
    while let Some((first, rest)) = bytes.split_first() {
        let hex = (*first == b'%').then(|| rest.get(..2)).flatten();
        let byte = hex.and_then(|hex| u8::from_str_radix(str::from_utf8(hex).ok()?, 16).ok());
        bytes = if byte.is_some() { &rest[2..] } else { rest };
        decoded.push(byte.unwrap_or(*first));
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[test]
fn every_trick_is_one() {
    for trick in TRICKS {
        assert!(is_admin(trick), "{trick}");
    }
    for other in ["/", "/pages/admin", "/administrator", "/admin/..", "/.admin"] {
        assert!(!is_admin(other), "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_path_leads_around_a_policy() {
    let gate = format!("{TOKENS}public = [\"/assets\"]\ncase_insensitive = true\n");
    let stage = Stage::with(&gate).await;
    for front in &stage.fronts {
        let session = stage.session(front).await;
        stage.upstream.seen();
        for trick in TRICKS {
            for request in [
                stage.get_as(front, &session, trick),
                stage.get_as(front, &session, trick).arg("--http1.1"),
                stage.get_as(front, &session, trick).by("HEAD").arg("--head"),
                stage.get(front, trick),
            ] {
                let answer = request.send().await;
                assert_ne!(answer.status, 500, "{:?}: {trick}: {answer:?}", front.kind);
                for seen in stage.upstream.seen() {
                    assert!(!is_admin(&seen.target), "{:?}: {trick}: {seen:?}", front.kind);
                }
            }
        }
        // Not all is refused that looks odd.
        for fine in [
            "/administrator",
            "/pages/admin",
            "/pages/a%20b",
            "/p%C3%A4ges",
            "/a.b/c-d_e~f",
            "/.well-known/x",
            "/a/",
        ] {
            let answer = stage.get_as(front, &session, fine).send().await;
            assert_eq!(answer.status, 200, "{:?}: {fine}: {answer:?}", front.kind);
        }
        stage.upstream.seen();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_header_or_parameter_is_another_method_or_path() {
    let stage = Stage::new().await;
    for front in &stage.fronts {
        let session = stage.session(front).await;
        stage.upstream.seen();
        for header in [
            "X-HTTP-Method-Override: DELETE",
            "X-HTTP-Method: DELETE",
            "X-Method-Override: DELETE",
            "X-Original-URL: /admin",
            "X-Rewrite-URL: /admin",
            "X_HTTP_Method_Override: DELETE",
            "X_Original_URL: /admin",
            "X-Rewrite_URL: /admin",
        ] {
            stage.get_as(front, &session, "/pages/1").with(header).send().await;
            for seen in stage.upstream.seen() {
                let said = format!("{seen:?}");
                assert!(!said.contains("DELETE") && !said.contains("/admin"), "{said}");
            }
        }
        let answer = stage.get_as(front, &session, "/pages/1?_method=DELETE").send().await;
        assert_eq!(answer.status, 403, "{:?}: {answer:?}", front.kind);
        let answer = stage.get_as(front, &session, "/pages/1").by("DELETE").send().await;
        assert_eq!(answer.status, 403, "{:?}: {answer:?}", front.kind);
        assert!(stage.upstream.seen().is_empty(), "{:?}", front.kind);
    }
}
