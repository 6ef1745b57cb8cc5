//! The log of a whole run, at the most talkative level, has no secret in it.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::support::{
    Browser, EMAIL, PASSWORD, RESOURCE_SERVER, SERVICE, SPA, VAULT, VERIFIER, WEB,
    database::{Database, MASTER_KEY},
    flow::{authorize_path, redemption},
    process::{self, Process},
};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_logged_at_any_level() {
    let database = Database::filled().await;
    let secret_of =
        |client: &str| &database.secrets.iter().find(|(id, _)| id == client).expect("a secret").1;
    let (secret, web_secret) = (secret_of(SERVICE), secret_of(WEB));
    let api_secret = secret_of(RESOURCE_SERVER);
    // Which the tests' Postgres does not ask for.
    let url = database.url.replace("signet@", "signet:the-database-password@");
    assert_ne!(url, database.url);
    let mut command = process::command(&url);
    command.env("SIGNET_LOGGING__FILTER", "trace");
    let mut server = Process::serve(command, process::free_port()).await;
    let issuer = server.issuer.clone();
    let http = openidconnect::reqwest::Client::new();
    let token = |form: Vec<(String, String)>| {
        let request = http.post(format!("{issuer}/token")).form(&form);
        async move {
            let answer = request.send().await.expect("an answer");
            answer.json::<serde_json::Value>().await.expect("JSON")
        }
    };
    let owned = |form: &[(&str, &str)]| -> Vec<(String, String)> {
        form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };

    let mut browser = Browser::new(&issuer);
    let page = browser.get(&authorize_path(&[("state", "the-secret-state")])).await;
    let page = browser.follow(page).await;
    let page =
        browser.submit(&page, &[("identifier", EMAIL), ("password", "a wrong password")]).await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    let answer = browser.submit(&page, &[("decision", "allow")]).await;
    let code = answer.callback().1["code"].clone();
    let tokens = token(owned(&redemption(&code))).await;
    let text = |body: &serde_json::Value, name: &str| body[name].as_str().expect(name).to_owned();
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let refreshing =
        owned(&[("grant_type", "refresh_token"), ("client_id", SPA), ("refresh_token", &refresh)]);
    let next = token(refreshing).await;
    token(owned(&redemption(&code))).await;
    let as_client = |id: &str, secret: &str, path: &str, form: &[(&str, &str)]| {
        let request = http.post(format!("{issuer}{path}")).basic_auth(id, Some(secret)).form(form);
        async move { request.send().await.expect("an answer").bytes().await.expect("a body") }
    };
    let credentials = ("grant_type", "client_credentials");
    let parse = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body).expect("JSON");
    let service = parse(&as_client(SERVICE, secret, "/token", &[credentials]).await);
    let opaque = [credentials, ("resource", VAULT)];
    let opaque = parse(&as_client(SERVICE, secret, "/token", &opaque).await);
    let opaque = text(&opaque, "access_token");
    for (path, made_up) in [("/introspect", "token-asked-about"), ("/revoke", "token-given-back")] {
        for token in [made_up, &opaque, &refresh] {
            as_client(RESOURCE_SERVER, api_secret, path, &[("token", token)]).await;
        }
    }
    let by_post = [("client_id", WEB), ("client_secret", web_secret), credentials];
    token(owned(&by_post)).await;
    let wrong =
        [("client_id", WEB), ("client_secret", "a-client-secret-that-is-wrong"), credentials];
    token(owned(&wrong)).await;
    let userinfo = http.get(format!("{issuer}/userinfo")).bearer_auth(&access);
    userinfo.send().await.expect("an answer");
    let csrf = browser.get("/sign-out").await.field("csrf").unwrap_or_default();
    server.terminate().await;

    let mut secrets = vec![
        PASSWORD.to_owned(),
        "a wrong password".to_owned(),
        VERIFIER.to_owned(),
        MASTER_KEY.split_once(':').expect("id:key").1.to_owned(),
        secret.clone(),
        code,
        access,
        refresh,
        text(&tokens, "id_token"),
        text(&next, "access_token"),
        text(&next, "refresh_token"),
        text(&service, "access_token"),
        browser.cookies["signet_browser"].clone(),
        browser.cookies["signet_device"].clone(),
        browser.cookies["signet_session"].clone(),
        BASE64_STANDARD.encode(format!("{SERVICE}:{secret}")),
        web_secret.clone(),
        api_secret.clone(),
        opaque,
        "token-asked-about".to_owned(),
        "token-given-back".to_owned(),
        "a-client-secret-that-is-wrong".to_owned(),
        "the-database-password".to_owned(),
    ];
    secrets.extend((!csrf.is_empty()).then_some(csrf));
    let log = server.log() + &server.output().await;
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "it was talkative: {} bytes",
        log.len()
    );
    has_spans_of_the_protocol(&log);
    for (at, secret) in secrets.iter().enumerate() {
        assert!(secret.len() > 8);
        assert!(!log.contains(secret.as_str()), "secret {at} is in the log");
    }
}

/// Requests are in a log by the names that the specifications have for them.
fn has_spans_of_the_protocol(log: &str) {
    for span in ["authorization{", "token{", "introspection{", "revocation{", "userinfo{"] {
        assert!(log.contains(span), "{span}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_for_machines_is_json_line_by_line() {
    let database = Database::filled().await;
    let mut command = process::command(&database.url);
    command.env("SIGNET_LOGGING__FORMAT", "json").env("SIGNET_LOGGING__FILTER", "debug");
    let mut server = Process::serve(command, process::free_port()).await;
    let page = openidconnect::reqwest::get(format!("{}/sign-in", server.issuer)).await;
    let page = page.expect("an answer");
    let id = page.headers()["x-request-id"].to_str().expect("ASCII");
    assert_eq!(server.terminate().await, 0);
    let log = server.log();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    for line in &lines {
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
    let listening = lines.iter().find(|line| line["message"] == "listening").expect("it says so");
    assert_eq!(listening["issuer"], server.issuer);
    let answered = lines.iter().find(|line| line["span"]["id"] == id).expect("the request's line");
    assert_eq!(answered["span"]["path"], "/sign-in");
    assert_eq!(answered["status"], 200);
}
