//! Sign-in at a site, and what ends it.

use serde_json::Value;
use signet::{admin, storage};
use time::Duration;

use super::site::{Gate, ORIGIN, location, manifest, said};
use crate::support::{EMAIL, Server};

async fn server() -> Server {
    let server = Server::start().await;
    server.apply(&manifest("")).await;
    server
}

async fn is_known(gate: &Gate) -> bool {
    let answer = gate.ask("GET", "/page").await;
    match answer.status().as_u16() {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_person_signs_in_at_a_site_goes_on_where_they_wanted_to_and_is_known_there() {
    let server = server().await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    assert!(!is_known(&gate).await);

    let authorization = gate.begin("/deep/page?a=b%26c").await;
    let callback = gate.through(&mut browser, &authorization).await;
    let answer = gate.own("GET", &callback, &[]).await;
    assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, "/deep/page?a=b%26c"));
    let cookie = said(&answer, "set-cookie");
    assert!(cookie.starts_with("__Host-signet_gate=sgg_"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");

    let alice = storage::users::find(&server.db, EMAIL).await.expect("read").expect("there").id;
    let answer = gate.ask_with("GET", "/page", &[("cookie", "theme=dark")]).await;
    assert_eq!(answer.status(), 200);
    for (name, expected) in [
        ("remote-user", alice.to_string().as_str()),
        ("remote-subject", &alice.to_string()),
        ("remote-name", "Alice Example"),
        ("remote-email", EMAIL),
        ("remote-groups", ""),
        ("remote-roles", ""),
        ("remote-client", "wiki"),
        ("remote-scopes", "openid profile email read"),
        ("authorization", ""),
        ("cookie", "theme=dark"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(said(&answer, name), expected, "{name}");
    }
    let events = server.events().await;
    assert!(events.iter().any(|kind| kind == "gate.signed_in"), "{events:?}");
}

#[tokio::test]
async fn several_tabs_sign_in_at_once_and_a_callback_that_is_loaded_again_ends_nothing() {
    let server = server().await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    let (one, two) = (gate.begin("/one").await, gate.begin("/two").await);
    let one = gate.through(&mut browser, &one).await;
    let two = gate.through(&mut browser, &two).await;
    for (callback, page) in [(&one, "/one"), (&two, "/two"), (&two, "/two")] {
        let answer = gate.own("GET", callback, &[]).await;
        assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (302, page));
        assert!(is_known(&gate).await);
    }
    // The first one's code is spent, and its session ended when the second began.
    let answer = gate.own("GET", &one, &[]).await;
    assert_eq!(answer.status(), 400);
    assert!(is_known(&gate).await);
    // Nor where the answer was lost: what it began is not taken for stolen.
    let kept = gate.cookies.clone();
    gate.cookies.remove("__Host-signet_gate");
    assert_eq!(gate.own("GET", &two, &[]).await.status(), 400);
    gate.cookies = kept;
    assert!(is_known(&gate).await);
}

#[tokio::test]
async fn an_answer_is_taken_by_the_browser_and_the_site_that_asked_and_while_it_is_fresh() {
    let server = server().await;
    let mut browser = server.signed_in().await;
    let mut gate = server.gate().await;
    let authorization = gate.begin("/").await;
    let callback = gate.through(&mut browser, &authorization).await;
    let own = gate.cookies.clone();
    // Another browser: login CSRF.
    let mut other = server.gate().await;
    other.begin("/").await;
    assert_eq!(other.own("GET", &callback, &[]).await.status(), 400);
    other.cookies.clear();
    assert_eq!(other.own("GET", &callback, &[]).await.status(), 400);
    // Another origin of the same site: its cookie is not there, but had it been.
    gate.origin = "https://wiki.example.org".to_owned();
    assert_eq!(gate.own("GET", &callback, &[]).await.status(), 400);
    gate.origin = ORIGIN.to_owned();
    for (name, changed) in [
        ("state", callback.replacen("&state=", "&state=x", 1)),
        ("code", callback.replacen("code=sgc_", "code=sgc_x", 1)),
        ("iss", callback.replacen("iss=http", "iss=https", 1)),
    ] {
        let answer = gate.own("GET", &changed, &[]).await;
        assert_eq!(answer.status(), 400, "{name}");
        let body = answer.text().await.expect("a page");
        assert!(body.contains("/.signet/assets/"), "its styles are the site's own: {body}");
        assert!(!is_known(&gate).await, "{name}");
    }
    server.advance(Duration::minutes(31));
    assert_eq!(gate.own("GET", &callback, &[]).await.status(), 400, "too old");
    gate.cookies = own;
    let authorization = gate.begin("/").await;
    let mut browser = server.signed_in().await;
    let callback = gate.through(&mut browser, &authorization).await;
    assert_eq!(gate.own("GET", &callback, &[]).await.status(), 302, "as it is");
}

#[tokio::test]
async fn a_session_is_good_at_one_origin_of_one_site() {
    let server = server().await;
    let other = manifest("").replace("wiki", "blog");
    server.apply(&other).await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    gate.sign_in(&mut browser, "/").await;
    assert!(is_known(&gate).await);
    for origin in ["https://wiki.example.org", "https://blog.example"] {
        gate.origin = origin.to_owned();
        assert!(!is_known(&gate).await, "{origin}");
    }
    gate.origin = ORIGIN.to_owned();
    // Its name does without the secret of another.
    let cookie = gate.cookies["__Host-signet_gate"].clone();
    let mut second = server.gate().await;
    second.sign_in(&mut browser, "/").await;
    let forged = format!("{}{}", &cookie[..20], &second.cookies["__Host-signet_gate"][20..]);
    gate.cookies.insert("__Host-signet_gate".to_owned(), forged);
    assert!(!is_known(&gate).await);
    gate.cookies = [("signet_gate".to_owned(), cookie)].into();
    assert!(!is_known(&gate).await, "over TLS the prefix counts");
}

#[tokio::test]
async fn what_ends_a_session_ends_it_on_both_replicas() {
    for end in ["signed out of the site", "signed out of Signet", "disabled", "client", "revoked"] {
        let server = server().await;
        let second = server.replica().await;
        let (mut gate, mut browser) = (server.gate().await, server.browser());
        gate.sign_in(&mut browser, "/").await;
        let mut there = second.gate().await;
        there.cookies = gate.cookies.clone();
        assert!(is_known(&gate).await && is_known(&there).await, "{end}");
        let alice = storage::users::find(&server.db, EMAIL).await.expect("read").expect("there").id;
        match end {
            "signed out of the site" => {
                let answer = gate.own("POST", "/.signet/sign-out", &[("origin", ORIGIN)]).await;
                assert_eq!(answer.status(), 200);
                assert!(!gate.cookies.contains_key("__Host-signet_gate"));
                gate.cookies = there.cookies.clone();
            }
            "signed out of Signet" => {
                let page = browser.get("/sign-out").await;
                browser.submit(&page, &[]).await;
            }
            "disabled" => {
                admin::users::set_disabled(&server.app, alice, true).await.expect("disabled");
            }
            "client" => {
                server.change_client("wiki", |wiki| wiki.disabled = true).await;
                admin::clients::set_disabled(&server.app, "wiki", true).await.expect("disabled");
            }
            _ => {
                let page = browser.get("/account/applications").await;
                assert!(page.body.contains("Wiki"), "{}", page.body);
                let grant = sqlx::query_as::<_, (uuid::Uuid,)>("SELECT id FROM gate_sessions")
                    .fetch_one(&server.db)
                    .await
                    .expect("one")
                    .0;
                let now = server.clock.now();
                storage::grants::revoke(&server.db, grant, now, now).await.expect("revoked");
            }
        }
        server.follow().await;
        second.follow().await;
        for gate in [&gate, &there] {
            let status = gate.ask("GET", "/page").await.status().as_u16();
            assert_eq!(status, if end == "client" { 403 } else { 401 }, "{end}");
        }
        // Also when the revocation itself is forgotten.
        server.advance(Duration::hours(1));
        server.app.replica.sweep(server.clock.now());
        second.app.replica.sweep(server.clock.now());
        for gate in [&gate, &there] {
            assert_ne!(gate.ask("GET", "/page").await.status(), 200, "{end}");
        }
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_with_the_one_at_signet() {
    let server = server().await;
    let second = server.replica().await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    gate.sign_in(&mut browser, "/").await;
    let mut there = second.gate().await;
    there.cookies = gate.cookies.clone();
    assert!(is_known(&there).await);
    // Used at one replica, it lives at the other.
    for _ in 0..3 {
        server.advance(Duration::hours(8));
        assert!(is_known(&gate).await);
        server.app.replica.write_gate_session_uses().await.expect("written");
    }
    assert!(is_known(&there).await);
    server.advance(Duration::hours(12) + Duration::seconds(1));
    assert!(!is_known(&gate).await && !is_known(&there).await);
    gate.sign_in(&mut browser, "/").await;
    // The session at Signet was begun anew meanwhile; it lasts 30 days at most, whatever goes on here.
    for _ in 0..100 {
        server.advance(Duration::hours(8));
        if !is_known(&gate).await {
            let begun = server.clock.now() - crate::support::server::START;
            assert!(begun > Duration::days(30) && begun < Duration::days(33), "{begun}");
            return;
        }
    }
    panic!("it lasts for ever");
}

#[tokio::test]
async fn a_site_is_told_who_is_signed_in_and_how_to_sign_out() {
    let server = server().await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    let answer = gate.own("GET", "/.signet/user", &[]).await;
    assert_eq!(answer.status(), 401);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["sign_in"], "/.signet/sign-in");
    gate.sign_in(&mut browser, "/").await;
    let answer = gate.own("GET", "/.signet/user", &[("sec-fetch-site", "same-origin")]).await;
    assert_eq!((answer.status().as_u16(), said(&answer, "cache-control")), (200, "no-store"));
    let body: Value = answer.json().await.expect("JSON");
    for (name, expected) in [("name", "Alice Example"), ("email", EMAIL), ("acr", "aal1")] {
        assert_eq!(body[name], expected, "{body}");
    }
    for elsewhere in ["same-site", "cross-site"] {
        for path in ["/.signet/user", "/.signet/csrf"] {
            let answer = gate.own("GET", path, &[("sec-fetch-site", elsewhere)]).await;
            assert_eq!(answer.status(), 403, "{path} {elsewhere}");
        }
    }
    for headers in
        [&[][..], &[("origin", "https://evil.example")], &[("sec-fetch-site", "same-site")]]
    {
        let answer = gate.own("POST", "/.signet/sign-out", headers).await;
        assert_eq!(answer.status(), 403, "{headers:?}");
        assert!(is_known(&gate).await);
    }
    let headers = [("origin", ORIGIN), ("accept", "text/html")];
    let answer = gate.own("POST", "/.signet/sign-out", &headers).await;
    assert_eq!(answer.status(), 302);
    assert!(!is_known(&gate).await);
    // Signet ends its own session too, knowing which one is meant, and leads back to the site.
    let page = browser.get(&location(&answer)).await;
    assert_eq!(page.location().as_deref(), Some("https://wiki.example/"), "{}", page.body);
    let page = browser.get("/sign-in").await;
    assert!(page.body.contains("id=\"sign-in\""), "{}", page.body);
}

#[tokio::test]
async fn an_origin_is_one_clients_site() {
    let server = server().await;
    let other = manifest("").replace("client_id = \"wiki\"", "client_id = \"thief\"");
    let manifest = admin::manifest::Manifest::parse(&other).expect("a manifest");
    let plan = admin::manifest::plan(&server.db, &manifest).await.expect("a plan");
    let problem = admin::manifest::apply(&server.app, plan).await.expect_err("taken").to_string();
    assert!(problem.contains("https://wiki.example is the site of client wiki"), "{problem}");
}

#[tokio::test]
async fn what_an_api_behind_the_site_wants_of_a_sign_in_is_asked_for() {
    let server = server().await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    gate.sign_in(&mut browser, "/").await;
    server.advance(Duration::minutes(10));
    let answer = gate.own("GET", "/.signet/sign-in?return_to=%2Forders", &[]).await;
    assert_eq!(location(&answer), "/orders", "signed in already");

    let path = "/.signet/sign-in?return_to=%2Forders&acr_values=aal1&max_age=300";
    let authorization = location(&gate.own("GET", path, &[]).await);
    for expected in ["&max_age=300", "aal1"] {
        assert!(authorization.contains(expected), "{authorization}");
    }
    let callback = gate.through(&mut browser, &authorization).await;
    assert_eq!(location(&gate.own("GET", &callback, &[]).await), "/orders");
    let told: Value = gate.own("GET", "/.signet/user", &[]).await.json().await.expect("JSON");
    assert_eq!(told["auth_time"], server.clock.now().unix_timestamp(), "{told}");
}

#[tokio::test]
async fn the_code_of_a_sign_in_is_worth_nothing_to_a_script_that_reads_it() {
    let server = server().await;
    let mut browser = server.signed_in().await;
    let gate = server.gate().await;
    // Begun by a script, which so knows the verifier (RFC 7636 appendix B).
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let authorization = server.url(
        "/authorize?response_type=code&client_id=wiki&scope=openid%20read&state=x\
         &redirect_uri=https%3A%2F%2Fwiki.example%2F.signet%2Fcallback\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
    );
    let callback = gate.through(&mut browser, &authorization).await;
    let (_, code) = callback.split_once("code=").expect("a code");
    let code = code.split('&').next().expect("one");
    let callback = format!("{ORIGIN}/.signet/callback");
    for redirect_uri in [callback.as_str(), ""] {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "wiki"),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", redirect_uri),
        ];
        let answer = server.post("/token", &form).await;
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(status, 400, "{body}");
        assert_eq!(body["error"], "invalid_grant");
        assert_eq!(
            body["error_description"],
            "Signet itself redeems the codes of sign-ins at a site"
        );
    }
}

#[tokio::test]
async fn a_session_is_no_longer_lived_than_the_one_at_signet_whatever_a_browser_adds() {
    let server = server().await;
    server
        .change_client("wiki", |wiki| {
            wiki.scopes.push("offline_access".to_owned());
            wiki.grant_types.push(signet::registry::client::GrantType::RefreshToken);
        })
        .await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    let authorization = gate.begin("/").await;
    assert!(!authorization.contains("offline_access"), "{authorization}");
    let more =
        authorization.replacen("scope=openid", "prompt=consent&scope=offline_access+openid", 1);
    assert_ne!(more, authorization);
    let mut page = browser.get(&more).await;
    page = browser.follow(page).await;
    let fields = [("identifier", EMAIL), ("password", crate::support::PASSWORD)];
    page = browser.submit(&page, &fields).await;
    if page.body.contains("id=\"allow\"") {
        page = browser.submit(&page, &[("decision", "allow")]).await;
    }
    let to = page.location().or_else(|| page.leads_to()).unwrap_or_else(|| panic!("{page:?}"));
    let callback = to.strip_prefix(ORIGIN).expect("below the site");
    assert_eq!(gate.own("GET", callback, &[]).await.status(), 400);
    assert!(!is_known(&gate).await);
}

#[tokio::test]
async fn sessions_of_a_client_that_is_removed_do_not_come_again_with_another_of_its_name() {
    let server = server().await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    gate.sign_in(&mut browser, "/").await;
    server.advance(Duration::hours(11));
    assert!(is_known(&gate).await);
    admin::clients::delete(&server.app, "wiki").await.expect("removed");
    server.follow().await;
    server.advance(Duration::minutes(30));
    server.apply(&manifest("")).await;
    assert!(!is_known(&gate).await);
}

#[tokio::test]
async fn a_cookie_that_is_no_text_hides_no_other_and_one_that_was_made_up_is_not_looked_for() {
    let server = server().await;
    let (mut gate, mut browser) = (server.gate().await, server.browser());
    gate.sign_in(&mut browser, "/").await;
    let session = gate.cookies.remove("__Host-signet_gate").expect("signed in");
    let line = [b"x=\xe9; __Host-signet_gate=", session.as_bytes()].concat();
    let request = gate.question("/gate/auth", "GET", "/");
    let request = request.header("cookie", line.as_slice());
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cookie"].as_bytes(), b"x=\xe9");
    let (text, tag) = session.split_once('.').expect("a tag");
    for made_up in [text.to_owned(), format!("{text}."), format!("{text}.{}", &tag[1..])] {
        gate.cookies.insert("__Host-signet_gate".to_owned(), made_up);
        assert!(!is_known(&gate).await);
    }
}
