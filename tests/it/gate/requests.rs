//! What the gate says about a request: by whom, by which policies, and to which kind of proxy.

use serde_json::{Value, json};
use signet::{
    access::{principal::Subject, source::Source},
    admin::{self, api_keys},
    identity::api_keys::NewKey,
    storage,
    tokens::api_key::Environment,
};
use time::Duration;

use super::site::{Gate, ORIGIN, location, manifest, said};
use crate::support::{API, EMAIL, SERVICE, Server, server::claims};

async fn server(more: &str) -> Server {
    let server = Server::start().await;
    server.apply(&manifest(more)).await;
    server
}

/// Has these policies decide.
async fn decide_by(server: &Server, policies: &str) {
    let source = Source { policies: policies.to_owned(), ..Source::default() };
    admin::policies::save(&server.app, &source, "test").await.expect("saved");
    server.follow().await;
}

/// An API key of Alice's: its text.
async fn key(server: &Server, scopes: &[&str]) -> (uuid::Uuid, String) {
    let alice = storage::users::find(&server.db, EMAIL).await.expect("read").expect("there").id;
    let new = NewKey {
        owner: Subject::User(alice),
        name: "script".to_owned(),
        environment: Environment::Live,
        resource: API.to_owned(),
        scopes: scopes.iter().map(|&name| name.to_owned()).collect(),
        addresses: Vec::new(),
        expires_at: None,
    };
    let made = api_keys::add(&server.app, new).await.expect("made");
    (made.id, made.text)
}

/// The statuses of a request with each of these `Authorization` headers.
async fn statuses(gate: &Gate, credentials: &[&str]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for credential in credentials {
        let answer = gate.ask_with("GET", "/", &[("authorization", credential)]).await;
        statuses.push(answer.status().as_u16());
    }
    statuses
}

#[tokio::test]
async fn a_page_is_led_to_sign_in_and_all_else_is_challenged() {
    let server = server("").await;
    let mut gate = server.gate().await;
    let page = [("accept", "text/html,*/*;q=0.8")];
    let navigation = [("sec-fetch-mode", "navigate"), ("accept", "*/*")];
    let fetched = [("sec-fetch-mode", "cors"), ("accept", "text/html")];
    for (at, method, headers, expected) in [
        ("/gate/auth", "GET", &page[..], 401),
        ("/gate/forward", "GET", &page, 302),
        ("/gate/forward", "GET", &navigation, 302),
        ("/gate/forward", "GET", &fetched, 401),
        ("/gate/forward", "POST", &navigation, 401),
        ("/gate/forward", "GET", &[], 401),
    ] {
        let mut request = gate.question(at, method, "/a?b=c");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), expected, "{at} {method} {headers:?}");
        assert_eq!(said(&answer, "remote-user"), "none");
        match expected {
            302 => assert_eq!(
                location(&answer),
                format!("{ORIGIN}/.signet/sign-in?return_to=%2Fa%3Fb%3Dc")
            ),
            _ => assert_eq!(said(&answer, "www-authenticate"), "Bearer realm=\"signet\""),
        }
    }
    // Envoy sends the request itself, below a path.
    let envoy = gate
        .request("GET", "/gate/envoy/a?b=c")
        .header("host", "wiki.example")
        .header("x-forwarded-proto", "https")
        .header("accept", "text/html");
    let answer = envoy.send().await.expect("an answer");
    assert_eq!(location(&answer), format!("{ORIGIN}/.signet/sign-in?return_to=%2Fa%3Fb%3Dc"));
    // nginx leads what it was told 401 about to the sign-in itself.
    for (headers, expected) in [(&page[..], 302), (&[], 401), (&fetched, 401)] {
        let mut request = gate.question("/.signet/sign-in", "GET", "/a?b=c");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), expected, "{headers:?}");
        if expected == 302 {
            assert!(location(&answer).starts_with(&server.url("/authorize?")));
        }
    }
    for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let path = format!("/.signet/sign-in?return_to={elsewhere}");
        let mut browser = server.signed_in().await;
        let answer = gate.own("GET", &path, &[]).await;
        let callback = gate.through(&mut browser, &location(&answer)).await;
        assert_eq!(location(&gate.own("GET", &callback, &[]).await), "/", "{elsewhere}");
        gate.cookies.clear();
    }
}

#[tokio::test]
async fn what_is_no_question_about_a_site_is_refused() {
    let server = server("").await;
    let gate = server.gate().await;
    for (changes, what) in [
        (&[("x-forwarded-host", "evil.example")][..], "another host"),
        (&[("x-forwarded-host", "wiki.example.")], "a dot behind the host"),
        (&[("x-forwarded-host", "wiki.example, evil.example")], "two hosts"),
        (&[("x-forwarded-host", "wiki.example:8443")], "another port"),
        (&[("x-forwarded-proto", "http")], "no TLS"),
        (&[("x-forwarded-proto", "")], "no scheme"),
        (&[("x-forwarded-uri", "")], "no path"),
        (&[("x-forwarded-uri", "https://wiki.example/")], "a whole URL"),
        (&[("x-forwarded-uri", "/.signet/user")], "Signet's own"),
        (&[("x-forwarded-method", "")], "no method"),
        (&[("x-forwarded-method", "get")], "no method that there is"),
    ] {
        let mut usual = vec![
            ("x-forwarded-method", "GET"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "wiki.example"),
            ("x-forwarded-uri", "/"),
        ];
        usual.retain(|(name, _)| !changes.iter().any(|(other, _)| other == name));
        let mut request = gate.request("GET", "/gate/auth");
        for (name, value) in
            usual.iter().chain(changes.iter()).filter(|(_, value)| !value.is_empty())
        {
            request = request.header(*name, *value);
        }
        assert_eq!(request.send().await.expect("an answer").status(), 403, "{what}");
    }
    for name in ["x-forwarded-host", "x-forwarded-uri", "x-forwarded-proto", "x-forwarded-method"] {
        let request = gate.question("/gate/auth", "GET", "/").header(name, "wiki.example");
        assert_eq!(request.send().await.expect("an answer").status(), 403, "{name} twice");
    }
    for path in ["/", "/gate", "/gate/", "/authorize", "/.signet", "/.signet/x", "/gate/envoyx"] {
        let answer = gate.request("GET", path).send().await.expect("an answer");
        assert_eq!(answer.status(), 404, "{path}");
    }
    // The public listener knows nothing of it.
    for path in ["/gate/auth", "/gate/forward", "/.signet/user", "/.signet/callback"] {
        assert_eq!(server.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn what_could_be_read_in_two_ways_is_refused_and_all_else_decided_as_it_is_meant() {
    let server = server("").await;
    let forbid = r#"@id("admin") @reason("Administrators only.")
        forbid(principal, action == Signet::Action::"request", resource == Client::"wiki")
        when { context.path_prefixes.contains("/admin") };"#;
    decide_by(&server, forbid).await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    gate.sign_in(&mut browser, "/").await;
    for path in ["/", "/administrator", "/x/admin", "/Admin", "/a%20b?x=%2e%2e//", "/%E4%B8%AD"] {
        assert_eq!(gate.ask("GET", path).await.status(), 200, "{path}");
    }
    for path in [
        "/admin",
        "/admin/",
        "/admin?x",
        "/admin/x",
        "/%61dmin",
        "/adm%69n/x",
        "//admin",
        "/x/../admin",
        "/x/%2e%2e/admin",
        "/./admin",
        "/%2e/admin",
        "/x%2f..%2fadmin",
        "/x%2fadmin",
        "/admin%2fx",
        "/admin.",
        "/admin%20",
        "/admin;x",
        "/x;/admin",
        "/%2561dmin",
        "/x\\admin",
        "/x%5cadmin",
        "/admin%00",
        "/x%0a",
        "/%c0%af",
        "/x?_method=DELETE",
        "/%",
    ] {
        assert_eq!(gate.ask("GET", path).await.status(), 403, "{path}");
    }
    let reason = gate.ask("GET", "/admin").await.text().await.expect("JSON");
    assert!(reason.contains("Administrators only."), "{reason}");
    let own = [("origin", ORIGIN), ("x-http-method-override", "DELETE")];
    assert_eq!(gate.ask_with("POST", "/x", &own).await.status(), 403);
    assert_eq!(gate.ask_with("POST", "/x", &own[..1]).await.status(), 200);
    // Nor what the gate alone says, or what names another path, also as servers that make variables of headers read it.
    for name in [
        "remote-user",
        "remote_user",
        "Remote-Groups",
        "remote_groups",
        "x_api_key",
        "x-api_key",
        "X-Original-URL",
        "x_rewrite_url",
        "x-rewrite-url",
        "x_http_method",
    ] {
        assert_eq!(gate.ask_with("GET", "/x", &[(name, "/x")]).await.status(), 403, "{name}");
    }
    // Where the upstream does not tell cases apart, policies do not either.
    server.apply(&manifest("case_insensitive = true")).await;
    assert_eq!(gate.ask("GET", "/aDMIN/x").await.status(), 403);
}

#[tokio::test]
async fn a_request_by_cookie_that_may_change_something_comes_from_the_site() {
    let server = server("").await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    gate.sign_in(&mut browser, "/").await;
    let key = "x3JJHMbDL1EzLkh9GBhXDw==";
    let table = [
        ("GET", &[][..], 200),
        ("HEAD", &[], 200),
        ("OPTIONS", &[], 200),
        ("POST", &[], 403),
        ("POST", &[("origin", ORIGIN)], 200),
        ("DELETE", &[("sec-fetch-site", "same-origin")], 200),
        ("PUT", &[("sec-fetch-site", "same-site")], 403),
        ("PATCH", &[("sec-fetch-site", "cross-site")], 403),
        ("POST", &[("origin", "https://wiki.example.org")], 403),
        ("POST", &[("origin", "null")], 403),
        ("POST", &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], 403),
        ("GET", &[("sec-websocket-key", key)], 403),
        ("GET", &[("sec-websocket-key", key), ("origin", "https://evil.example")], 403),
        ("GET", &[("sec-websocket-key", key), ("origin", ORIGIN)], 200),
        ("GET", &[("upgrade", "websocket")], 403),
    ];
    for (method, headers, expected) in table {
        let answer = gate.ask_with(method, "/", headers).await;
        assert_eq!(answer.status(), expected, "{method} {headers:?}");
    }
    // With a token, if the site wants one.
    server
        .apply(&manifest(
            "csrf = \"token\"\nresource = \"https://api.example.com\"\nwrite_scopes = [\"read\"]",
        ))
        .await;
    let answer = gate.own("GET", "/.signet/csrf", &[]).await;
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["header"], "X-CSRF-Token");
    let token = body["csrf_token"].as_str().expect("a token");
    let mut other = server.gate().await;
    other.sign_in(&mut browser, "/").await;
    for (token, origin, expected) in [
        ("", ORIGIN, 403),
        ("x", ORIGIN, 403),
        (token, ORIGIN, 200),
        (token, "https://evil.example", 403),
    ] {
        let headers = [("x-csrf-token", token), ("origin", origin)];
        assert_eq!(gate.ask_with("POST", "/", &headers).await.status(), expected, "{headers:?}");
    }
    let headers = [("x-csrf-token", token), ("origin", ORIGIN)];
    assert_eq!(other.ask_with("POST", "/", &headers).await.status(), 403, "another session's");
    // Credentials that browsers do not send by themselves need none of it.
    let (_, text) = self::key(&server, &["read"]).await;
    let bearer = format!("Bearer {text}");
    gate.cookies.clear();
    assert_eq!(gate.ask_with("POST", "/", &[("authorization", &bearer)]).await.status(), 200);
}

#[tokio::test]
async fn tokens_and_keys_are_taken_for_the_sites_resource_alone() {
    let server = server("").await;
    let gate = server.gate().await;
    let mut browser = server.browser();
    let person = server.tokens(&mut browser, &[]).await.access;
    let grant = [("grant_type", "client_credentials")];
    let service: Value =
        server.post_as(SERVICE, "/token", &grant).await.json().await.expect("JSON");
    let service = service["access_token"].as_str().expect("a token").to_owned();
    let grant = [grant[0], ("resource", crate::support::VAULT)];
    let vault: Value = server.post_as(SERVICE, "/token", &grant).await.json().await.expect("JSON");
    let vault = vault["access_token"].as_str().expect("a token").to_owned();
    let (id, text) = key(&server, &["read"]).await;
    let bearer = |token: &str| format!("Bearer {token}");
    let all = [bearer(&person), bearer(&service), bearer(&vault), bearer(&text)];
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    // None, without a resource.
    assert_eq!(statuses(&gate, &all).await, [401, 401, 401, 401]);
    // Those for it are known, and let through for what their scopes are for, or by a policy.
    server.apply(&manifest("resource = \"https://api.example.com\"")).await;
    assert_eq!(statuses(&gate, &all).await, [403, 403, 401, 403]);
    let scoped = "resource = \"https://api.example.com\"\nread_scopes = [\"read\"]\nwrite_scopes = [\"write\"]";
    server.apply(&manifest(scoped)).await;
    assert_eq!(statuses(&gate, &all).await, [200, 200, 401, 200]);
    for (credential, expected) in [(all[0], 403), (all[1], 200), (all[3], 403)] {
        let answer = gate.ask_with("DELETE", "/", &[("authorization", credential)]).await;
        assert_eq!(answer.status(), expected, "{credential}");
    }
    let broken = [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "bearer x.y.z",
        "Basic eDp5",
        "Digest x",
        "sgk_live_x",
        "Bearer sgk_live_x",
    ];
    assert!(statuses(&gate, &broken).await.iter().all(|status| *status == 401));

    let answer = gate.ask_with("GET", "/", &[("authorization", all[1])]).await;
    for (name, expected) in [
        ("remote-user", SERVICE),
        ("remote-client", SERVICE),
        ("remote-email", ""),
        ("remote-scopes", "read write"),
        ("authorization", ""),
    ] {
        assert_eq!(said(&answer, name), expected, "{name}");
    }
    let answer = gate.ask_with("GET", "/", &[("x-api-key", &text)]).await;
    assert_eq!((answer.status().as_u16(), said(&answer, "remote-name")), (200, "Alice Example"));
    let two = [("x-api-key", text.as_str()), ("authorization", all[0])];
    assert_eq!(gate.ask_with("GET", "/", &two).await.status(), 401, "which one counts?");

    // An ID token is no access token.
    let id_token = server.tokens(&mut browser, &[]).await.id.expect("an ID token");
    assert_eq!(statuses(&gate, &[&bearer(&id_token)]).await, [401]);
    // What is revoked is no good at once.
    admin::api_keys::revoke(&server.app, id).await.expect("revoked");
    admin::clients::set_disabled(&server.app, SERVICE, true).await.expect("disabled");
    assert_eq!(statuses(&gate, &all[1..]).await, [401, 401, 401]);
    let alice = storage::users::find(&server.db, EMAIL).await.expect("read").expect("there").id;
    admin::users::set_disabled(&server.app, alice, true).await.expect("disabled");
    server.follow().await;
    assert_eq!(statuses(&gate, &all[..1]).await, [401]);
}

#[tokio::test]
async fn basic_is_taken_where_a_site_wants_it_with_keys_and_secrets_and_no_persons_password() {
    let server = server("resource = \"https://api.example.com\"\nread_scopes = [\"read\"]").await;
    let mut gate = server.gate().await;
    let (_, text) = key(&server, &["read"]).await;
    let basic = |user: &str, password: &str| {
        use base64::{Engine, prelude::BASE64_STANDARD};
        format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
    };
    let good = [
        basic(EMAIL, &text),
        basic("alice", &text),
        basic("ALICE", &text),
        basic(SERVICE, server.secret(SERVICE)),
    ];
    let bad = [
        basic("bob@example.com", &text),
        basic("", &text),
        basic(EMAIL, crate::support::PASSWORD),
        basic(SERVICE, "sgx_wrong"),
        basic("web", server.secret("web")),
        basic("resource-server", server.secret("resource-server")),
        basic("\0a", server.secret(SERVICE)),
        "Basic".to_owned(),
        "Basic !".to_owned(),
        "Basic eA==".to_owned(),
    ];
    let (good, bad): (Vec<&str>, Vec<&str>) =
        (good.iter().map(String::as_str).collect(), bad.iter().map(String::as_str).collect());
    assert_eq!(statuses(&gate, &good).await, [401; 4], "off by default");
    let wants = manifest(
        "resource = \"https://api.example.com\"\nread_scopes = [\"read\"]\nwrite_scopes = [\"read\"]\nbasic = true",
    );
    server.apply(&wants.replace("https://wiki.example.org", "http://localhost:3000")).await;
    assert_eq!(statuses(&gate, &good).await, [200; 4]);
    assert_eq!(statuses(&gate, &bad).await, [401; 10]);
    // A browser that was asked for it sends it along for other sites too.
    for (headers, expected) in [
        (&[][..], 200),
        (&[("origin", ORIGIN)], 200),
        (&[("origin", "https://evil.example")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
    ] {
        let headers = [&[("authorization", good[0])], headers].concat();
        assert_eq!(gate.ask_with("POST", "/", &headers).await.status(), expected, "{headers:?}");
    }
    let answer = gate.ask("GET", "/").await;
    let challenges: Vec<&str> = answer
        .headers()
        .get_all("www-authenticate")
        .iter()
        .map(|value| value.to_str().expect("ASCII"))
        .collect();
    assert_eq!(
        challenges,
        ["Bearer realm=\"signet\"", "Basic realm=\"signet\", charset=\"UTF-8\""]
    );
    gate.origin = "http://localhost:3000".to_owned();
    assert_eq!(statuses(&gate, &good).await, [401; 4], "only over TLS");
}

#[tokio::test]
async fn what_is_behind_the_proxy_is_handed_a_fresh_token_that_says_what_is_so_now() {
    let server = server("resource = \"https://api.example.com\"\nupstream_token = true\nread_scopes = [\"read\", \"write\"]").await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    gate.sign_in(&mut browser, "/").await;
    let token = async |gate: &Gate, headers: &[(&str, &str)]| {
        let answer = gate.ask_with("GET", "/", headers).await;
        assert_eq!(answer.status(), 200);
        said(&answer, "authorization").strip_prefix("Bearer ").expect("a token").to_owned()
    };
    let first = token(&gate, &[]).await;
    assert!(server.is_active(&first).await);
    let told = claims(&first);
    for (name, expected) in [
        ("aud", json!(API)),
        ("client_id", json!("wiki")),
        ("scope", json!("read")),
        ("acr", json!("aal1")),
    ] {
        assert_eq!(told[name], expected, "{told}");
    }
    assert_eq!(told["exp"].as_i64(), told["iat"].as_i64().map(|iat| iat + 300));
    assert_eq!(token(&gate, &[]).await, first, "signed once a minute");
    server.advance(Duration::seconds(61));
    assert_ne!(token(&gate, &[]).await, first);
    // With the person's own token, one for the upstream all the same: never what was sent.
    let sent = server.tokens(&mut browser, &[]).await.access;
    let bearer = format!("Bearer {sent}");
    let handed = token(&gate, &[("authorization", &bearer)]).await;
    assert_ne!(handed, sent);
    assert_eq!(claims(&handed)["client_id"], crate::support::SPA);
    let (_, text) = key(&server, &["write"]).await;
    let handed = claims(&token(&gate, &[("x-api-key", &text)]).await);
    assert_eq!(
        (&handed["scope"], &handed["api_key"]["environment"]),
        (&json!("write"), &json!("live"))
    );
    // It ends with the session.
    let last = token(&gate, &[]).await;
    gate.own("POST", "/.signet/sign-out", &[("origin", ORIGIN)]).await;
    assert!(!server.is_active(&last).await);
}

#[tokio::test]
async fn a_site_may_want_a_policy_that_permits_and_policies_may_want_more_of_a_sign_in() {
    let server =
        server("deny_by_default = true\npublic = [\"/assets\"]\ncors_preflight = true").await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    for (path, expected) in
        [("/assets/a.css", 200), ("/assets", 200), ("/assetsx", 401), ("/assets/%2e%2e/x", 403)]
    {
        assert_eq!(gate.ask("GET", path).await.status(), expected, "{path}");
    }
    assert_eq!(gate.ask("POST", "/assets/a.css").await.status(), 401);
    let answer = gate.ask("GET", "/assets").await;
    assert_eq!((said(&answer, "remote-user"), said(&answer, "x-api-key")), ("", ""));
    let preflight = [("origin", "https://other.example"), ("access-control-request-method", "PUT")];
    for (method, headers, expected) in [
        ("OPTIONS", &preflight[..], 200),
        ("OPTIONS", &preflight[..1], 401),
        ("PUT", &preflight, 401),
    ] {
        let answer = gate.ask_with(method, "/", headers).await;
        assert_eq!(answer.status(), expected, "{method} {headers:?}");
    }
    gate.sign_in(&mut browser, "/").await;
    assert_eq!(gate.ask("GET", "/").await.status(), 403);
    let policies = r#"
        @id("people") permit(principal is User, action == Signet::Action::"request", resource == Client::"wiki");
        @id("fresh") @step_up("max_age=300")
        forbid(principal, action == Signet::Action::"request", resource == Client::"wiki")
        when { context.path_prefixes.contains("/bank") }
        unless { context has auth_age && context.auth_age < 300 };
    "#;
    decide_by(&server, policies).await;
    assert_eq!(gate.ask("GET", "/").await.status(), 200);
    assert_eq!(gate.ask("GET", "/bank").await.status(), 200);
    server.advance(Duration::seconds(301));
    let answer = gate.ask("GET", "/bank").await;
    assert_eq!(answer.status(), 401);
    let challenge = said(&answer, "www-authenticate");
    assert!(challenge.contains("error=\"insufficient_user_authentication\""), "{challenge}");
    assert!(challenge.ends_with("max_age=\"300\""), "{challenge}");
    // What is let through is for the proxy alone: scripts that lead themselves here get none of it.
    let request = gate.question("/.signet/sign-in", "GET", "/").header("accept", "*/*");
    let answer = request.send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), said(&answer, "remote-user")), (401, "none"));
    // A page is led to prove it, and back.
    let page = gate.question("/gate/forward", "GET", "/bank").header("accept", "text/html");
    let answer = page.send().await.expect("an answer");
    assert_eq!(location(&answer), format!("{ORIGIN}/.signet/sign-in?return_to=%2Fbank"));
    let answer = gate.own("GET", "/.signet/sign-in?return_to=%2Fbank", &[]).await;
    let authorization = location(&answer);
    assert!(authorization.contains("&max_age=300"), "{authorization}");
    let callback = gate.through(&mut browser, &authorization).await;
    assert_eq!(location(&gate.own("GET", &callback, &[]).await), "/bank");
    assert_eq!(gate.ask("GET", "/bank").await.status(), 200);
}

#[tokio::test]
async fn who_proved_all_that_a_policy_wants_is_not_sent_in_circles() {
    let server = server("").await;
    let policies = r#"@id("never") @step_up("max_age=300 acr=aal1") @reason("Closed.")
        forbid(principal, action == Signet::Action::"request", resource == Client::"wiki");"#;
    decide_by(&server, policies).await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    gate.sign_in(&mut browser, "/").await;
    let answer = gate.ask("GET", "/").await;
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.expect("JSON").contains("Closed."));
}

#[tokio::test]
async fn roles_cut_what_a_site_is_told_and_let_through_at_a_resource_that_enforces_them() {
    let server = server("").await;
    let resource = r#"
[[resource]]
identifier = "https://api.example.com"
name = "Example API"
api_keys = "people"
enforce_permissions = true
scopes = [{ name = "read", description = "See things" }, { name = "write", description = "Change things" }]

[[role]]
name = "reader"
permissions = { "https://api.example.com" = ["read"] }
"#;
    let site =
        "resource = \"https://api.example.com\"\nupstream_token = true\nread_scopes = [\"read\"]";
    server.apply(&manifest(site)).await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    gate.sign_in(&mut browser, "/").await;
    let (_, text) = key(&server, &["read"]).await;
    let token = server.tokens(&mut browser, &[]).await.access;
    let (key, token) = (format!("Bearer {text}"), format!("Bearer {token}"));
    let both = [key.as_str(), token.as_str()];
    assert_eq!(statuses(&gate, &both).await, [200, 200]);
    assert!(said(&gate.ask("GET", "/").await, "authorization").starts_with("Bearer "));
    server.apply(resource).await;
    assert_eq!(statuses(&gate, &both).await, [401, 401], "no role permits anything");
    let answer = gate.ask("GET", "/").await;
    assert_eq!((answer.status().as_u16(), said(&answer, "authorization")), (200, ""));
    let alice = storage::users::find(&server.db, EMAIL).await.expect("read").expect("there").id;
    let holder = admin::roles::Holder::Subject(Subject::User(alice));
    let until = Some(server.clock.now() + Duration::minutes(10));
    admin::roles::assign(&server.app, "reader", &holder, until).await.expect("assigned");
    assert_eq!(statuses(&gate, &both).await, [200, 200]);
    let answer = gate.ask("GET", "/").await;
    assert_eq!(said(&answer, "remote-roles"), "reader");
    assert_eq!(said(&answer, "remote-scopes"), "openid profile email read");
    server.advance(Duration::minutes(10));
    assert_eq!(statuses(&gate, &both).await, [401, 401], "the assignment has ended");
    assert_eq!(said(&gate.ask("GET", "/").await, "authorization"), "");
}

#[tokio::test]
async fn a_site_is_told_no_more_of_people_than_they_allowed_it() {
    let site =
        "remote_user = \"email\"\nresource = \"https://api.example.com\"\nread_scopes = [\"read\"]";
    let server = server(site).await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    gate.sign_in(&mut browser, "/").await;
    assert_eq!(said(&gate.ask("GET", "/").await, "remote-user"), EMAIL);
    gate.cookies.clear();
    // Without the scope there is no address; and no client is taken for a person.
    let narrow = server.tokens(&mut browser, &[("scope", "read")]).await.access;
    let grant = [("grant_type", "client_credentials")];
    let service: Value =
        server.post_as(SERVICE, "/token", &grant).await.json().await.expect("JSON");
    let service = service["access_token"].as_str().expect("a token");
    for (token, client) in [(narrow.as_str(), crate::support::SPA), (service, SERVICE)] {
        let bearer = format!("Bearer {token}");
        let answer = gate.ask_with("GET", "/", &[("authorization", &bearer)]).await;
        assert_eq!(answer.status(), 200, "{client}");
        for name in ["remote-user", "remote-email"] {
            assert_eq!(said(&answer, name), "", "{client} {name}");
        }
        assert_eq!(said(&answer, "remote-client"), client);
    }
}
