//! Signing out at a client's request (OpenID Connect RP-Initiated Logout 1.0), through frames (Front-Channel Logout 1.0), and
//! how scripts notice it (Session Management 1.0).

use openidconnect::url::form_urlencoded;
use signet::{
    keys::signing::Algorithm,
    registry::{about::RegisteredBy, redirect_uri::Registered, sector::SubjectType},
    tokens::digest::Digest,
    web::language::Language,
};
use time::Duration;

use crate::support::{
    Browser, SPA, Server, Tokens, WEB, browser::Answer, flow::authorize_path, server::claims,
};

const OUT: &str = "https://app.example/out?tenant=1";

async fn start() -> Server {
    let server = Server::start().await;
    let out = Registered::parse(OUT).expect("a URI");
    server.change_client(SPA, |it| it.sessions.post_logout_redirect_uris = vec![out]).await;
    server
}

fn id_token(tokens: &Tokens) -> &str {
    tokens.id.as_deref().expect("an ID token")
}

fn path(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/logout?{query}")
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("/").await.body.contains("Alice Example")
}

/// Submits the page that asks.
async fn agree(browser: &mut Browser, page: &Answer) -> Answer {
    let kept = ["client_id", "post_logout_redirect_uri", "state"];
    let fields: Vec<(&str, String)> =
        kept.into_iter().filter_map(|name| Some((name, page.field(name)?))).collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    browser.submit(page, &fields).await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Refused,
    Asked,
    SignedOut,
    Redirected,
}

fn outcome(answer: &Answer) -> Outcome {
    if answer.location().is_some() {
        let (to, parameters) = answer.callback();
        assert_eq!(to, "https://app.example/out");
        assert_eq!(parameters["tenant"], "1");
        assert_eq!(parameters["state"], "a b&c");
        return Outcome::Redirected;
    }
    let asks = |language: Language| answer.body.contains(&language.text("logout-heading"));
    let tells = |language: Language| answer.body.contains(&language.text("signed-out-heading"));
    // What was asked for by `ui_locales` is remembered, until the next that has none.
    let either = [Language::German, Language::English];
    match answer.status {
        400 => Outcome::Refused,
        200 if either.into_iter().any(asks) => Outcome::Asked,
        200 if either.into_iter().any(tells) => Outcome::SignedOut,
        _ => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn each_combination_leads_where_it_has_to() {
    let server = start().await;
    let mut elsewhere = server.signed_in().await;
    let other = server.tokens(&mut elsewhere, &[]).await;
    let mut browser = server.signed_in().await;
    let mut own = server.tokens(&mut browser, &[]).await;
    for signed_in in [false, true] {
        for hint in ["", "own", "other session", "nonsense"] {
            for client in ["", SPA, WEB, "unknown"] {
                for uri in ["", OUT, "https://evil.example/", "https://app.example/out"] {
                    if signed_in && !is_signed_in(&mut browser).await {
                        browser = server.signed_in().await;
                        own = server.tokens(&mut browser, &[]).await;
                    }
                    let mut stranger = server.browser();
                    let who = if signed_in { &mut browser } else { &mut stranger };
                    let token = match hint {
                        "own" => id_token(&own),
                        "other session" => id_token(&other),
                        other => other,
                    }
                    .to_owned();
                    let request = path(&[
                        ("id_token_hint", &token),
                        ("client_id", client),
                        ("post_logout_redirect_uri", uri),
                        ("state", "a b&c"),
                        ("logout_hint", "alice"),
                        ("ui_locales", "de en"),
                    ]);
                    let answer = who.get(&request).await;
                    let answer = who.follow(answer).await;

                    let hinted = !hint.is_empty();
                    let known = hinted || !client.is_empty();
                    let refused = hint == "nonsense"
                        || client == "unknown"
                        || (hinted && client == WEB)
                        || (known && !uri.is_empty() && (uri != OUT || client == WEB));
                    let expected = if refused {
                        Outcome::Refused
                    } else if signed_in && hint != "own" {
                        Outcome::Asked
                    } else if known && uri == OUT {
                        Outcome::Redirected
                    } else {
                        Outcome::SignedOut
                    };
                    let case = format!("{signed_in} {hint:?} {client:?} {uri:?}");
                    assert_eq!(outcome(&answer), expected, "{case}");
                    if signed_in {
                        let stays = matches!(expected, Outcome::Refused | Outcome::Asked);
                        assert_eq!(is_signed_in(&mut browser).await, stays, "{case}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn who_is_asked_and_agrees_is_signed_out_and_goes_on() {
    let server = start().await;
    let mut browser = server.signed_in().await;
    let request =
        path(&[("client_id", SPA), ("post_logout_redirect_uri", OUT), ("state", "the state")]);
    let page = browser.get(&request).await;
    assert!(page.body.contains("Single-page application"), "{}", page.body);
    let answer = agree(&mut browser, &page).await;
    let (to, parameters) = answer.callback();
    assert_eq!(
        (to.as_str(), parameters["state"].as_str()),
        ("https://app.example/out", "the state")
    );
    assert!(!browser.cookies.contains_key("signet_session"));
    assert!(!browser.cookies.contains_key("signet_browser_state"));

    let mut browser = server.signed_in().await;
    let page = browser.get(&path(&[("post_logout_redirect_uri", OUT)])).await;
    let answer = agree(&mut browser, &page).await;
    assert_eq!(outcome(&answer), Outcome::SignedOut, "no one knows whose URI it is");
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn to_a_client_that_registered_itself_no_one_is_sent_without_a_choice_or_a_session() {
    let server = start().await;
    server.change_client(SPA, |it| it.about.registered_by = RegisteredBy::Itself).await;
    let request = [("client_id", SPA), ("post_logout_redirect_uri", OUT), ("state", "a b&c")];
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    let mut hinted = request.to_vec();
    hinted.push(("id_token_hint", id_token(&tokens)));
    // An ID token shows nothing: whoever registered the client has one of their own.
    for request in [&request[..], &hinted] {
        let answer = server.browser().get(&path(request)).await;
        assert_eq!((answer.status, answer.location()), (200, None));
        assert!(!answer.body.contains("http-equiv=\"refresh\""), "{}", answer.body);
        let link = "id=\"continue\" href=\"https://app.example/out?tenant=1";
        assert!(answer.body.contains(link), "{}", answer.body);
    }
    // In the browser whose session it is of, that ends; and where it has ended, its cookie is there.
    let mut ended = browser.clone();
    assert_eq!(outcome(&browser.get(&path(&hinted)).await), Outcome::Redirected);
    assert!(!is_signed_in(&mut browser).await);
    assert_eq!(outcome(&ended.get(&path(&hinted)).await), Outcome::Redirected);
    assert_eq!(ended.get(&path(&hinted)).await.status, 200, "it is gone by now");
}

#[tokio::test]
async fn a_forged_answer_changes_nothing_and_leads_nowhere() {
    let server = start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get(&path(&[("client_id", SPA)])).await;
    let csrf = page.field("csrf").expect("a page token");
    for (origin, form, status) in [
        (Some("https://evil.example"), vec![("csrf", csrf.as_str())], 403),
        (Some(server.issuer.as_str()), vec![], 403),
        (
            Some(server.issuer.as_str()),
            vec![
                ("csrf", csrf.as_str()),
                ("client_id", SPA),
                ("post_logout_redirect_uri", "https://evil.example/"),
            ],
            400,
        ),
    ] {
        let answer = browser.post_from(origin, "/logout/confirm", &form).await;
        assert_eq!((answer.status, answer.location()), (status, None), "{form:?}");
    }
    assert!(is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn a_post_of_another_site_goes_on_as_a_get_with_the_cookies() {
    let server = start().await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    let form = [
        ("id_token_hint", id_token(&tokens)),
        ("post_logout_redirect_uri", OUT),
        ("state", "a b&c"),
    ];
    // As the browser sends it: without cookies.
    let mut bare = server.browser();
    let answer = bare.post_from(Some("https://app.example"), "/logout", &form).await;
    assert_eq!(answer.status, 303);
    let to = answer.location().expect("onward");
    assert!(to.starts_with("/logout?"), "{to}");
    let answer = browser.get(&to).await;
    assert_eq!(outcome(&answer), Outcome::Redirected);
    assert!(!is_signed_in(&mut browser).await);
    let twice = browser.get("/logout?client_id=spa&client_id=web").await;
    assert_eq!(twice.status, 400);
    let other = server.request(openidconnect::reqwest::Method::POST, "/logout").body("{}").send();
    assert_eq!(other.await.expect("an answer").status(), 400);
}

#[tokio::test]
async fn a_hint_may_have_ended_and_its_key_been_replaced() {
    let server = start().await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    server.advance(Duration::hours(2));
    let now = server.clock.now();
    let alg = Algorithm::Rs256;
    server.app.keys.add(&server.db, alg, true, now).await.expect("a new key");
    server.advance(Duration::hours(1));
    let request = path(&[
        ("id_token_hint", id_token(&tokens)),
        ("post_logout_redirect_uri", OUT),
        ("state", "a b&c"),
    ]);
    assert_eq!(outcome(&browser.get(&request).await), Outcome::Redirected);
    assert!(!is_signed_in(&mut browser).await);
}

async fn with_frame(server: &Server) {
    let frame = Registered::parse("https://app.example/frame?a=1").expect("a URI");
    server.change_client(SPA, |it| it.sessions.frontchannel_logout_uri = Some(frame)).await;
}

#[tokio::test]
async fn applications_are_framed_on_the_way_out() {
    let server = start().await;
    with_frame(&server).await;
    for way in ["logout", "own page"] {
        let mut browser = server.signed_in().await;
        let tokens = server.tokens(&mut browser, &[]).await;
        let answer = if way == "logout" {
            let request = path(&[
                ("id_token_hint", id_token(&tokens)),
                ("post_logout_redirect_uri", OUT),
                ("state", "a b&c"),
            ]);
            browser.get(&request).await
        } else {
            let page = browser.get("/sign-out").await;
            let csrf = page.field("csrf").expect("a page token");
            browser.post("/sign-out", &[("csrf", &csrf)]).await
        };
        let address = answer.location().expect("a page of ours");
        let page = browser.follow(answer).await;
        let sid = claims(id_token(&tokens))["sid"].as_str().expect("sid").to_owned();
        let issuer: String = form_urlencoded::byte_serialize(server.issuer.as_bytes()).collect();
        let src = format!("https://app.example/frame?a=1&#38;iss={issuer}&#38;sid={sid}");
        assert!(page.body.contains(&src), "{way}: {}", page.body);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("; frame-src https://app.example;"), "{policy}");
        assert_eq!(page.body.contains("http-equiv"), way == "logout");
        if way == "logout" {
            let (to, parameters) = page.callback();
            assert_eq!(
                (to.as_str(), parameters["state"].as_str()),
                ("https://app.example/out", "a b&c")
            );
        }
        // The address is for this browser, and for a while.
        let elsewhere = server.browser().get(&address).await;
        assert_eq!(elsewhere.location().as_deref(), Some("/sign-out"));
        server.advance(Duration::minutes(10));
        assert_eq!(browser.get(&address).await.location().as_deref(), Some("/sign-out"));
    }
}

#[tokio::test]
async fn the_session_state_is_that_of_the_cookie_until_the_session_changes() {
    let server = start().await;
    let mut browser = server.signed_in().await;
    let mut states = Vec::new();
    for changes in [&[][..], &[("prompt", "none")], &[("prompt", "login")]] {
        server.advance(Duration::SECOND);
        let (_, parameters) = server.authorize(&mut browser, changes).await.callback();
        let (digest, salt) = parameters["session_state"].split_once('.').expect("a salt");
        let cookie = browser.cookies["signet_browser_state"].clone();
        let text = format!("{SPA} https://app.example {cookie} {salt}");
        assert_eq!(digest, Digest::of(text.as_bytes()).base64url());
        states.push(cookie);
    }
    assert_eq!(states[0], states[1]);
    assert_ne!(states[1], states[2], "the person signed in again");
    // Without openid there is no session to watch.
    let (_, parameters) = server.authorize(&mut browser, &[("scope", "read")]).await.callback();
    assert!(!parameters.contains_key("session_state"));
    // A cookie that is lost comes back, one of a session that ended elsewhere goes.
    let state = browser.cookies.remove("signet_browser_state");
    browser.get(&authorize_path(&[("prompt", "none")])).await;
    assert_eq!(browser.cookies.get("signet_browser_state"), state.as_ref());
    sqlx::query("UPDATE sessions SET ended_at = now()").execute(&server.db).await.expect("ended");
    browser.get(&authorize_path(&[("prompt", "none")])).await;
    assert!(!browser.cookies.contains_key("signet_browser_state"));
}

#[tokio::test]
async fn one_page_alone_may_be_framed() {
    let server = start().await;
    let frame = server.browser().get("/check-session").await;
    assert_eq!(frame.status, 200);
    assert_eq!(frame.header("x-frame-options"), "");
    assert!(frame.header("content-security-policy").contains("frame-ancestors *;"));
    for path in ["/", "/sign-in", "/sign-out", "/logout", "/assets/favicon.svg"] {
        let page = server.browser().get(path).await;
        let page = server.browser().follow(page).await;
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
    }
}

#[tokio::test]
async fn one_signs_in_to_an_application_from_the_list_of_them() {
    let server = start().await;
    let login = Registered::parse("https://app.example/login?a=1").expect("a URI");
    server.change_client(SPA, |it| it.sessions.initiate_login_uri = Some(login)).await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    let page = browser.get("/account/applications").await;
    let issuer: String = form_urlencoded::byte_serialize(server.issuer.as_bytes()).collect();
    let link = format!("href=\"https://app.example/login?a=1&#38;iss={issuer}\"");
    assert!(page.body.contains(&link), "{}", page.body);
}

#[tokio::test]
async fn a_hint_of_another_person_signs_no_one_out_unasked() {
    // RP-Initiated Logout §2, §6.
    let server = start().await;
    let mut bob = server.browser();
    let page = bob.get("/sign-in").await;
    let as_bob = [("identifier", "bob@example.com"), ("password", "another good password")];
    bob.submit(&page, &as_bob).await;
    let his = server.tokens(&mut bob, &[]).await;
    let mut alice = server.signed_in().await;
    let hers = server.tokens(&mut alice, &[]).await;
    assert_ne!(claims(id_token(&his))["sub"], claims(id_token(&hers))["sub"]);
    let request = path(&[
        ("id_token_hint", id_token(&his)),
        ("post_logout_redirect_uri", OUT),
        ("state", "a b&c"),
    ]);
    let page = alice.get(&request).await;
    assert_eq!(outcome(&page), Outcome::Asked);
    assert!(is_signed_in(&mut alice).await);
    let (to, parameters) = agree(&mut alice, &page).await.callback();
    assert_eq!((to.as_str(), parameters["state"].as_str()), ("https://app.example/out", "a b&c"));
    assert!(!is_signed_in(&mut alice).await);
    assert!(bob.get("/").await.body.contains("bob@example.com"), "Bob stays");
}

#[tokio::test]
async fn without_a_state_none_comes_back() {
    // RP-Initiated Logout §3.
    let server = start().await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    let request = [("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", OUT)];
    assert_eq!(browser.get(&path(&request)).await.location().as_deref(), Some(OUT));
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn a_client_that_is_disabled_or_gone_has_no_one_signed_out() {
    // RP-Initiated Logout §4.
    let server = start().await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    for how in ["disabled", "deleted"] {
        if how == "disabled" {
            let done = signet::admin::clients::set_disabled(&server.app, SPA, true).await;
            done.expect("disabled");
        } else {
            signet::admin::clients::delete(&server.app, SPA).await.expect("deleted");
        }
        server.follow().await;
        let (hint, id) = (("id_token_hint", id_token(&tokens)), ("client_id", SPA));
        let out = ("post_logout_redirect_uri", OUT);
        for request in [vec![hint], vec![hint, out], vec![id], vec![id, out], vec![hint, id, out]] {
            let answer = browser.get(&path(&request)).await;
            assert_eq!((answer.status, answer.location()), (400, None), "{how} {request:?}");
            assert!(is_signed_in(&mut browser).await, "{how} {request:?}");
        }
    }
}

#[tokio::test]
async fn a_pairwise_subject_is_the_hint_of_its_person() {
    // RP-Initiated Logout §2, OpenID Connect Core §8.1.
    let server = start().await;
    server
        .change_client(SPA, |spa| {
            spa.subject_type = SubjectType::Pairwise;
            spa.sector_identifier_uri = Some("https://a.example/redirects.json".to_owned());
        })
        .await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    assert_eq!(claims(id_token(&tokens))["sub"].as_str().map(str::len), Some(43));
    let request = [
        ("id_token_hint", id_token(&tokens)),
        ("post_logout_redirect_uri", OUT),
        ("state", "a b&c"),
    ];
    assert_eq!(outcome(&browser.get(&path(&request)).await), Outcome::Redirected, "unasked");
    assert!(!is_signed_in(&mut browser).await);
}
