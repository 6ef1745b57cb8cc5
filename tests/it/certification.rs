//! What the OpenID Foundation's plans for providers (Basic, Config, Form Post) look at, with the client that they bring: a
//! confidential one that sends neither PKCE nor a nonce. What other tests hold is not repeated.

use std::collections::BTreeMap;

use openidconnect::{
    reqwest::{Method, Response},
    url::form_urlencoded,
};
use serde_json::{Value, json};
use signet::registry::redirect_uri::Registered;
use time::Duration;

use crate::support::{
    Browser, EMAIL, PASSWORD, Server, Tokens, WEB,
    browser::Answer,
    server::{claims, error, header},
};

const CALLBACK: &str = "https://shop.example/callback";

async fn start() -> Server {
    let server = Server::start().await;
    server.change_client(WEB, |metadata| metadata.unsafe_without_pkce = true).await;
    server
}

/// A request of the plans' client, changed.
fn path(changes: &[(&str, &str)]) -> String {
    let usual = [
        ("client_id", WEB),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "the state"),
    ];
    let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    let all = kept.chain(changes).filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    format!("/authorize?{query}")
}

/// Signs in where that is asked.
async fn go(browser: &mut Browser, changes: &[(&str, &str)]) -> Answer {
    let answer = browser.get(&path(changes)).await;
    let answer = browser.follow(answer).await;
    if !answer.body.contains("id=\"sign-in\"") {
        return answer;
    }
    browser.submit(&answer, &[("identifier", EMAIL), ("password", PASSWORD)]).await
}

async fn code(browser: &mut Browser, changes: &[(&str, &str)]) -> String {
    let (_, parameters) = go(browser, changes).await.callback();
    parameters.get("code").unwrap_or_else(|| panic!("{changes:?}: {parameters:?}")).clone()
}

async fn redeem(server: &Server, code: &str, redirect_uri: &str) -> Response {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", WEB),
        ("client_secret", server.secret(WEB)),
        ("redirect_uri", redirect_uri),
        ("code", code),
    ];
    server.post("/token", &form).await
}

async fn tokens(server: &Server, browser: &mut Browser, changes: &[(&str, &str)]) -> Tokens {
    let code = code(browser, changes).await;
    Tokens::from(redeem(server, &code, CALLBACK).await).await
}

/// The claims of the ID token that a request gets.
async fn id(server: &Server, browser: &mut Browser, changes: &[(&str, &str)]) -> Value {
    claims(&tokens(server, browser, changes).await.id.expect("an ID token"))
}

async fn userinfo(server: &Server, token: &str) -> u16 {
    let request = server.request(Method::GET, "/userinfo").bearer_auth(token);
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn a_request_without_pkce_and_nonce_gets_tokens_of_the_right_types() {
    // oidcc-server, -ensure-request-without-nonce-succeeds-for-code-flow, -server-client-secret-post
    let server = start().await;
    let mut browser = server.browser();
    let code = code(&mut browser, &[]).await;
    let answer = redeem(&server, &code, CALLBACK).await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(
        answer.headers()["content-type"].to_str().expect("text").starts_with("application/json")
    );
    let tokens = Tokens::from(answer).await;
    assert!(tokens.body["token_type"].as_str().is_some_and(|t| t.eq_ignore_ascii_case("bearer")));
    assert!(tokens.body["expires_in"].is_u64(), "a number: {}", tokens.body);
    let token = tokens.id.expect("an ID token");
    let id = claims(&token);
    assert_eq!((&id["iss"], &id["aud"]), (&json!(server.issuer), &json!(WEB)));
    assert!(id["sub"].as_str().is_some_and(|sub| (1..=255).contains(&sub.len()) && sub.is_ascii()));
    assert!(["exp", "iat", "auth_time"].iter().all(|name| id[name].is_u64()), "{id}");
    assert!(id.get("nonce").is_none(), "what was not asked: {id}");
    let jwks: Value = server.get("/jwks").await.json().await.expect("JSON");
    let kid = &header(&token)["kid"];
    assert!(jwks["keys"].as_array().is_some_and(|keys| keys.iter().any(|key| &key["kid"] == kid)));
    let nonce = self::id(&server, &mut browser, &[("nonce", "n-0S6")]).await;
    assert_eq!(nonce["nonce"], "n-0S6");
}

#[tokio::test]
async fn id_tokens_are_signed_with_rs256_by_default_and_as_registered() {
    // oidcc-idtoken-rs256
    let server = start().await;
    let mut browser = server.browser();
    for alg in ["RS256", "ES256", "EdDSA"] {
        let wanted = alg.parse().expect("an algorithm");
        server.change_client(WEB, |metadata| metadata.id_token_signed_response_alg = wanted).await;
        let token = tokens(&server, &mut browser, &[]).await.id.expect("an ID token");
        assert_eq!(header(&token)["alg"], alg);
    }
}

#[tokio::test]
async fn what_is_not_understood_or_a_wish_alone_changes_nothing() {
    // oidcc-display-*, -ui-locales, -claims-locales, -ensure-request-with-acr-values-succeeds, -login-hint,
    // -ensure-request-with-unknown-parameter-succeeds, -ensure-other-scope-order-succeeds
    let server = start().await;
    for more in [
        [("display", "page")],
        [("display", "popup")],
        [("display", "nonsense")],
        [("ui_locales", "se")],
        [("ui_locales", "fr-CA fr en")],
        [("claims_locales", "se")],
        [("acr_values", "1 2")],
        [("login_hint", "buffy@127.0.0.1")],
        [("login_hint", EMAIL)],
        [("extra", "foobar")],
        [("scope", "email openid")],
        [("scope", "profile email openid")],
        [("max_age", "10000")],
    ] {
        let mut browser = server.browser();
        let id = id(&server, &mut browser, &more).await;
        assert!(id["sub"].is_string(), "{more:?}: {id}");
    }
}

#[tokio::test]
async fn prompt_login_and_max_age_have_the_person_sign_in_anew() {
    // oidcc-prompt-login, -max-age-1
    let server = start().await;
    for again in [("prompt", "login"), ("max_age", "1")] {
        let mut browser = server.browser();
        let first = id(&server, &mut browser, &[]).await;
        server.advance(Duration::seconds(61));
        let page = browser.get(&path(&[again])).await;
        let page = browser.follow(page).await;
        assert!(page.body.contains("id=\"sign-in\""), "{again:?}");
        let fields = [("identifier", EMAIL), ("password", PASSWORD)];
        let answer = browser.submit(&page, &fields).await;
        let (_, parameters) = answer.callback();
        let tokens = redeem(&server, &parameters["code"], CALLBACK).await;
        let second = claims(&Tokens::from(tokens).await.id.expect("an ID token"));
        assert_eq!(first["sub"], second["sub"]);
        let now = server.clock.now().unix_timestamp();
        assert_eq!(second["auth_time"], now, "{again:?}");
        assert_eq!(first["auth_time"], now - 61);
    }
}

#[tokio::test]
async fn who_is_signed_in_is_not_asked_again_and_stays_the_same() {
    // oidcc-prompt-none-logged-in, -max-age-10000, -id-token-hint
    let server = start().await;
    let mut browser = server.browser();
    let first = tokens(&server, &mut browser, &[]).await.id.expect("an ID token");
    server.advance(Duration::seconds(60));
    for more in [
        vec![("prompt", "none")],
        vec![("max_age", "10000")],
        vec![("prompt", "none"), ("id_token_hint", first.as_str())],
    ] {
        let answer = browser.get(&path(&more)).await;
        let (_, parameters) = answer.callback();
        let tokens = redeem(&server, &parameters["code"], CALLBACK).await;
        let id = claims(&Tokens::from(tokens).await.id.expect("an ID token"));
        let before = claims(&first);
        assert_eq!((&id["sub"], &id["auth_time"]), (&before["sub"], &before["auth_time"]));
    }
}

#[tokio::test]
async fn errors_reach_the_client_by_the_mode_that_it_wants_and_in_the_charset_of_errors() {
    // oidcc-prompt-none-not-logged-in, -response-type-missing, in the query and by form_post
    let server = start().await;
    let fine = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    for (more, expected) in [
        (("prompt", "none"), "login_required"),
        (("response_type", ""), "invalid_request"),
        (("response_type", "\u{e4}\"\\"), "unsupported_response_type"),
        (("scope", "openid \u{e4}\"\\"), "invalid_scope"),
        (("max_age", "\u{e4}"), "invalid_request"),
        (("claims", "{\"\u{e4}\\"), "invalid_request"),
    ] {
        let mut browser = server.browser();
        let (url, parameters) = browser.get(&path(&[more])).await.callback();
        assert_eq!((url.as_str(), &*parameters["error"]), (CALLBACK, expected), "{more:?}");
        assert_eq!((&*parameters["state"], &*parameters["iss"]), ("the state", &*server.issuer));
        assert!(parameters["error_description"].chars().all(fine), "{parameters:?}");
        let page = browser.get(&path(&[more, ("response_mode", "form_post")])).await;
        assert_eq!((page.status, page.action().as_deref()), (200, Some(CALLBACK)), "{more:?}");
        assert_eq!(page.field("error").as_deref(), Some(expected));
        assert_eq!(page.field("state").as_deref(), Some("the state"));
        assert_eq!(page.field("code"), None);
        let answer = browser.get(&path(&[more, ("response_mode", "fragment")])).await;
        let parameters = in_fragment(&answer, CALLBACK);
        assert_eq!((&*parameters["error"], &*parameters["state"]), (expected, "the state"));
    }
}

/// The parameters of an answer to `uri` that has them in its fragment, and nothing else.
fn in_fragment(answer: &Answer, uri: &str) -> BTreeMap<String, String> {
    let url = answer.leads_to().expect("it leads on");
    let (bare, fragment) = url.split_once('#').expect("a fragment");
    assert_eq!(bare, uri);
    form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn a_fragment_has_the_code_that_is_redeemed() {
    // OAuth 2.0 Multiple Response Types §2.1; a query of the redirect URI stays where it is (RFC 6749 §3.1.2).
    let server = start().await;
    let with_query = "https://shop.example/callback?of=shop";
    let registered = Registered::parse(with_query).expect("a redirect URI");
    server.change_client(WEB, |metadata| metadata.redirect_uris.push(registered)).await;
    for uri in [CALLBACK, with_query] {
        let mode = [("response_mode", "fragment"), ("redirect_uri", uri)];
        let mut browser = server.browser();
        // After the form by a page that leads on, then by a redirect.
        for _ in 0..2 {
            let parameters = in_fragment(&go(&mut browser, &mode).await, uri);
            let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
            assert_eq!(names, ["code", "iss", "session_state", "state"]);
            assert_eq!(redeem(&server, &parameters["code"], uri).await.status(), 200);
        }
    }
}

#[tokio::test]
async fn form_post_has_the_code_that_is_redeemed() {
    // The Form Post plan's oidcc-server
    let server = start().await;
    let page = go(&mut server.browser(), &[("response_mode", "form_post")]).await;
    assert_eq!(page.action().as_deref(), Some(CALLBACK));
    assert!(page.header("cache-control").contains("no-store"));
    let code = page.field("code").expect("a code");
    assert_eq!(redeem(&server, &code, CALLBACK).await.status(), 200);
}

#[tokio::test]
async fn a_code_that_is_used_again_ends_what_the_first_use_got() {
    // oidcc-codereuse, -codereuse-30seconds
    let server = start().await;
    for later in [0, 30] {
        let mut browser = server.browser();
        let code = code(&mut browser, &[]).await;
        let tokens = Tokens::from(redeem(&server, &code, CALLBACK).await).await;
        assert_eq!(userinfo(&server, &tokens.access).await, 200);
        server.advance(Duration::seconds(later));
        let again = redeem(&server, &code, CALLBACK).await;
        assert_eq!(error(again).await, (400, "invalid_grant".to_owned()));
        assert_eq!(userinfo(&server, &tokens.access).await, 401, "after {later} s");
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", WEB),
            ("client_secret", server.secret(WEB)),
            ("refresh_token", tokens.refresh()),
        ];
        let refreshed = server.post("/token", &form).await;
        assert_eq!(error(refreshed).await, (400, "invalid_grant".to_owned()));
    }
}

#[tokio::test]
async fn a_refreshed_id_token_is_about_the_same() {
    // oidcc-refresh-token
    let server = start().await;
    let mut browser = server.browser();
    let first = tokens(&server, &mut browser, &[("nonce", "n")]).await;
    server.advance(Duration::seconds(5));
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", WEB),
        ("client_secret", server.secret(WEB)),
        ("refresh_token", first.refresh()),
    ];
    let second = Tokens::from(server.post("/token", &form).await).await;
    assert_ne!(first.access, second.access);
    let (first, second) = (claims(&first.id.expect("one")), claims(&second.id.expect("one")));
    for name in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(first[name], second[name], "{name}");
    }
    // Core §12.2.
    assert!(second["iat"].as_i64() > first["iat"].as_i64());
}

#[tokio::test]
async fn userinfo_takes_its_token_in_each_place_that_it_may_be_in() {
    // oidcc-userinfo-get, -post-header, -post-body
    let server = start().await;
    let tokens = tokens(&server, &mut server.browser(), &[]).await;
    let sub = claims(&tokens.id.expect("an ID token"))["sub"].clone();
    let answers = [
        server.request(Method::GET, "/userinfo").bearer_auth(&tokens.access),
        server.request(Method::POST, "/userinfo").bearer_auth(&tokens.access),
        server.request(Method::POST, "/userinfo").form(&[("access_token", &tokens.access)]),
    ];
    for request in answers {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/json");
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["sub"], sub);
    }
}

#[tokio::test]
async fn a_registered_query_is_part_of_the_redirect_uri() {
    // oidcc-redirect-uri-query-OK, -query-mismatch, -query-added, -ensure-registered-redirect-uri
    let server = start().await;
    let with_query = format!("{CALLBACK}?foo=bar");
    let registered = serde_json::from_value(json!([with_query])).expect("a redirect URI");
    server.change_client(WEB, |metadata| metadata.redirect_uris = registered).await;
    let mut browser = server.browser();
    let (url, parameters) = go(&mut browser, &[("redirect_uri", &with_query)]).await.callback();
    assert_eq!((url.as_str(), &*parameters["foo"]), (CALLBACK, "bar"));
    let tokens = redeem(&server, &parameters["code"], &with_query).await;
    assert_eq!(tokens.status(), 200);
    for other in [
        CALLBACK.to_owned(),
        format!("{CALLBACK}?foo=baz"),
        format!("{CALLBACK}?foo=bar&extra=1"),
        format!("{CALLBACK}?extra=1&foo=bar"),
        format!("{with_query}#f"),
    ] {
        let answer = browser.get(&path(&[("redirect_uri", &other)])).await;
        assert_eq!((answer.status, answer.location()), (400, None), "{other}");
    }
}
