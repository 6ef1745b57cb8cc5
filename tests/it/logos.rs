//! Logos of clients: fetched by the server, and shown from it.

use std::{io, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    response::Redirect,
    routing::get,
};
use futures_util::{StreamExt, future::join_all, stream};
use http::header;
use signet::admin;

use crate::support::{
    Options, SPA, Server,
    browser::{Answer, Browser},
    elsewhere::Elsewhere,
    flow::authorize_path,
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nthe rest of it";
const GIF: &[u8] = b"GIF89athe rest of it";
const HTML: &str = "<!doctype html><script>alert(1)</script>";
const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

async fn start(elsewhere: &Elsewhere) -> Server {
    Server::with(Options { config: &elsewhere.config(), ..Options::default() }).await
}

async fn set_logo(server: &Server, uri: &str) {
    server.change_client(SPA, |metadata| metadata.logo_uri = Some(uri.to_owned())).await;
}

/// The page on which someone signs in for the usual client.
async fn sign_in_page(browser: &mut Browser) -> Answer {
    let answer = browser.get(&authorize_path(&[])).await;
    browser.follow(answer).await
}

/// Where a page has the logo from.
fn source(page: &Answer) -> Option<String> {
    assert!(page.body.contains("class=\"emblem\""), "{}", page.body);
    let (_, rest) = page.body.split_once("<img src=\"")?;
    Some(rest.split_once('"')?.0.replace("&#38;", "&"))
}

/// The same of a page where there is one.
async fn logo(server: &Server) -> String {
    source(&sign_in_page(&mut server.browser()).await).expect("a logo")
}

#[tokio::test]
async fn a_logo_is_fetched_once_and_served_from_here() {
    let router = Router::new().route("/logo", get(|| async { ([("content-type", "x/y")], PNG) }));
    let elsewhere = Elsewhere::start(router).await;
    let server = start(&elsewhere).await;
    set_logo(&server, &elsewhere.url("/logo")).await;
    let page = sign_in_page(&mut server.browser()).await;
    assert!(!page.body.contains(&elsewhere.url("")), "the browser does not go there");
    assert!(page.header("content-security-policy").contains("img-src 'self' data:;"));
    assert_eq!(elsewhere.connections(), 0, "the page does not wait for it");
    let path = source(&page).expect("a logo");
    assert!(path.starts_with("/logo/"), "{path}");
    let answers = join_all((0..8).map(|_| server.get(&path))).await;
    for answer in answers {
        assert_eq!(answer.status(), 200);
        let headers = answer.headers().clone();
        for (name, value) in [
            ("content-type", "image/png"),
            ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
            ("content-disposition", "inline"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "public, max-age=3600"),
        ] {
            assert_eq!(headers[name], value, "{name}");
        }
        assert_eq!(answer.bytes().await.expect("a body"), PNG);
    }
    assert_eq!(elsewhere.connections(), 1);
    let etag = server.get(&path).await.headers()["etag"].clone();
    let again = server.request(http::Method::GET, &path).header(header::IF_NONE_MATCH, etag);
    assert_eq!(again.send().await.expect("an answer").status(), 304);
    server.advance(time::Duration::minutes(59));
    let answer = server.get(&path).await;
    assert_eq!(answer.headers()["cache-control"], "public, max-age=60");
    assert_eq!(elsewhere.connections(), 1);
    server.advance(time::Duration::minutes(1));
    assert_eq!(server.get(&path).await.status(), 200);
    assert_eq!(elsewhere.connections(), 2);
}

#[tokio::test]
async fn a_page_that_leads_on_by_itself_waits_for_no_picture() {
    let elsewhere = Elsewhere::start(Router::new().route("/", get(|| async { PNG }))).await;
    let server = start(&elsewhere).await;
    set_logo(&server, &elsewhere.url("/")).await;
    let path = logo(&server).await;
    let mut browser = server.browser();
    // What follows a form is a page, and so is what a form posts.
    let page = server.authorize(&mut browser, &[]).await;
    assert!(page.callback().1.contains_key("code"));
    assert_eq!(source(&page), None, "the browser would wait for it");
    let posts = authorize_path(&[("response_mode", "form_post")]);
    assert_eq!(source(&browser.get(&posts).await), None);
    assert_eq!(server.get(&path).await.status(), 200);
    assert_eq!(source(&browser.get(&posts).await), Some(path), "it is at hand");
}

#[tokio::test]
async fn what_is_no_picture_is_not_shown_and_not_asked_for_again_at_once() {
    let big = || {
        let rest = stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from(vec![0; 16 * 1024])));
        Body::from_stream(stream::once(async { Ok(Bytes::from_static(PNG)) }).chain(rest))
    };
    let to = |to: String| get(move || async move { Redirect::temporary(&to) });
    let inside = Elsewhere::start(Router::new().route("/", get(|| async { PNG }))).await;
    let router = Router::new()
        .route("/html", get(|| async { ([("content-type", "image/png")], HTML) }))
        .route("/svg", get(|| async { ([("content-type", "image/svg+xml")], SVG) }))
        .route("/huge", get(move || async move { big() }))
        .route("/empty", get(|| async { ([("content-type", "image/png")], "") }))
        .route("/error", get(|| async { (http::StatusCode::FORBIDDEN, PNG) }))
        .route("/loop", to("/loop".to_owned()))
        .route("/inside", to(format!("https://127.0.0.1:{}/", inside.port)))
        .route("/plain", to("http://inside.example/".to_owned()));
    let elsewhere = Elsewhere::start(router).await;
    let server = start(&elsewhere).await;
    let paths = ["/html", "/svg", "/huge", "/empty", "/error", "/loop", "/inside", "/plain"];
    for path in paths {
        set_logo(&server, &elsewhere.url(path)).await;
        let from = logo(&server).await;
        for _ in 0..2 {
            let answer = server.get(&from).await;
            assert_eq!(answer.status(), 404, "{path}");
            assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
            assert_eq!(answer.bytes().await.expect("a body"), "", "{path}");
        }
        let connections = elsewhere.connections();
        assert_eq!(server.get(&from).await.status(), 404);
        assert_eq!(elsewhere.connections(), connections, "{path}");
        let page = sign_in_page(&mut server.browser()).await;
        assert_eq!(source(&page), None, "{path}");
        assert!(page.body.contains("<span>"), "its initial instead: {path}");
        server.advance(time::Duration::minutes(1));
        assert_eq!(source(&sign_in_page(&mut server.browser()).await), Some(from.clone()));
        server.get(&from).await;
        assert!(elsewhere.connections() > connections, "tried again: {path}");
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn how_long_a_logo_is_kept_has_bounds() {
    let said = |said: &'static str| get(move || async move { ([("cache-control", said)], GIF) });
    let router = Router::new()
        .route("/never", said("no-store"))
        .route("/short", said("max-age=1"))
        .route("/own", said("max-age=1200"))
        .route("/forever", said("max-age=31536000, immutable"));
    let elsewhere = Elsewhere::start(router).await;
    let server = start(&elsewhere).await;
    for (path, seconds) in [("/never", 300), ("/short", 300), ("/own", 1200), ("/forever", 86_400)]
    {
        set_logo(&server, &elsewhere.url(path)).await;
        let from = logo(&server).await;
        let answer = server.get(&from).await;
        let expected = format!("public, max-age={seconds}");
        assert_eq!(answer.headers()["cache-control"].to_str().expect("ASCII"), expected, "{path}");
        assert_eq!(answer.headers()["content-type"], "image/gif");
        let connections = elsewhere.connections();
        server.advance(time::Duration::seconds(seconds - 1));
        assert_eq!(server.get(&from).await.status(), 200);
        assert_eq!(elsewhere.connections(), connections, "{path}");
        server.advance(time::Duration::seconds(1));
        assert_eq!(server.get(&from).await.status(), 200);
        assert_eq!(elsewhere.connections(), connections + 1, "{path}");
    }
}

#[tokio::test]
async fn nothing_is_fetched_but_the_logo_that_a_client_has_now() {
    let picture = || get(|| async { PNG });
    let router = Router::new().route("/one", picture()).route("/two", picture());
    let elsewhere = Elsewhere::start(router).await;
    let server = start(&elsewhere).await;
    set_logo(&server, &elsewhere.url("/one")).await;
    let one = logo(&server).await;
    let (path, _) = one.split_once('?').expect("a query");
    for wrong in [
        path.to_owned(),
        format!("{path}?client_id=nobody"),
        format!("{path}?client_id=web"),
        format!("{path}?client_id={SPA}&client_id={SPA}"),
        format!("{path}?client_id=%ff"),
        format!("/logo/AAAAAAAAAAAAAAAA?client_id={SPA}"),
        format!("/logo/%00?client_id={SPA}"),
        format!("/logo/https%3A%2F%2Flocalhost%2Fone?client_id={SPA}"),
    ] {
        assert_eq!(server.get(&wrong).await.status(), 404, "{wrong}");
    }
    set_logo(&server, &elsewhere.url("/two")).await;
    assert_eq!(server.get(&one).await.status(), 404, "it has another one");
    let two = logo(&server).await;
    admin::clients::set_disabled(&server.app, SPA, true).await.expect("disabled");
    server.follow().await;
    assert_eq!(server.get(&two).await.status(), 404, "it is disabled");
    assert_eq!(elsewhere.connections(), 0);
    admin::clients::set_disabled(&server.app, SPA, false).await.expect("enabled");
    server.follow().await;
    assert_eq!(server.get(&two).await.status(), 200);
}

#[tokio::test]
async fn whatever_a_client_is_called_its_logo_is_found() {
    let elsewhere = Elsewhere::start(Router::new().route("/", get(|| async { PNG }))).await;
    let config = elsewhere.config();
    let server = Server::with(Options { config: &config, path: "/id", ..Options::default() }).await;
    for client_id in ["..", "a/../b", "a?b=c&d#e", "%2e%2e", "a+b;c", "'"] {
        let logo = elsewhere.url("/");
        server
            .apply(&format!(
                r#"
                [[client]]
                client_id = "{client_id}"
                client_name = "Strange"
                token_endpoint_auth_method = "none"
                grant_types = ["authorization_code"]
                redirect_uris = ["https://strange.example/callback"]
                scopes = ["openid"]
                logo_uri = "{logo}"
                "#
            ))
            .await;
        let mut browser = server.browser();
        let request = [
            ("client_id", client_id),
            ("redirect_uri", "https://strange.example/callback"),
            ("scope", "openid"),
        ];
        let answer = browser.get(&authorize_path(&request)).await;
        let to = answer.location().expect("a redirect");
        let page = browser.get(to.strip_prefix("/id").expect("below the issuer")).await;
        let from = source(&page).expect("a logo").replace("&#39;", "'");
        let from = from.strip_prefix("/id").expect("below the issuer");
        assert_eq!(server.get(from).await.status(), 200, "{client_id}: {from}");
    }
    assert_eq!(elsewhere.connections(), 1, "it is the same one");
}

#[tokio::test]
async fn hosts_that_do_not_answer_hold_up_neither_pages_nor_more_than_a_few_connections() {
    let router = Router::new()
        .route("/fine", get(|| async { PNG }))
        .route("/silent/{number}", get(std::future::pending::<()>));
    let elsewhere = Elsewhere::start(router).await;
    let server = start(&elsewhere).await;
    set_logo(&server, &elsewhere.url("/fine")).await;
    let fine = logo(&server).await;
    assert_eq!(server.get(&fine).await.status(), 200);
    let mut waiting = Vec::new();
    let mut paths = Vec::new();
    for number in 0..17 {
        set_logo(&server, &elsewhere.url(&format!("/silent/{number}"))).await;
        paths.push(logo(&server).await);
        if number < 16 {
            let request = server.request(http::Method::GET, paths.last().expect("one"));
            waiting.push(tokio::spawn(request.send()));
            while elsewhere.connections() < number + 2 {
                tokio::task::yield_now().await;
            }
        }
    }
    let none = tokio::time::timeout(Duration::from_secs(2), server.get(&paths[16])).await;
    let none = none.expect("at once");
    assert_eq!(
        (none.status().as_u16(), &none.headers()["cache-control"]),
        (503, &"no-store".parse().expect("a value"))
    );
    assert_eq!(elsewhere.connections(), 17);
    let page = sign_in_page(&mut server.browser()).await;
    assert!(page.body.contains("id=\"sign-in\""), "{}", page.body);
    // Those that are known need none.
    set_logo(&server, &elsewhere.url("/fine")).await;
    assert_eq!(server.get(&fine).await.status(), 200);
    assert!(waiting.iter().all(|request| !request.is_finished()));
    // Whoever waited goes away; it is not begun again for whoever comes next.
    set_logo(&server, &elsewhere.url("/silent/0")).await;
    waiting.remove(0).abort();
    let again = server.request(http::Method::GET, &paths[0]).send();
    assert!(tokio::time::timeout(Duration::from_millis(50), again).await.is_err(), "it waits");
    assert_eq!(elsewhere.connections(), 17);
}
