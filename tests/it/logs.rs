//! The log of a whole run, at the most talkative level, has no secret in it.

use crate::support::{
    Browser, EMAIL, PASSWORD, SERVICE, SPA, VERIFIER,
    database::{Database, MASTER_KEY},
    flow::{authorize_path, redemption},
    process::{self, Process},
};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_logged_at_any_level() {
    let database = Database::filled().await;
    let secret = &database.secrets.iter().find(|(id, _)| id == SERVICE).expect("a secret").1;
    let mut command = process::command(&database.url);
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
    let service = http
        .post(format!("{issuer}/token"))
        .basic_auth(SERVICE, Some(secret))
        .form(&[("grant_type", "client_credentials")]);
    let service: serde_json::Value =
        service.send().await.expect("an answer").json().await.expect("JSON");
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
    ];
    secrets.extend((!csrf.is_empty()).then_some(csrf));
    let log = server.log() + &server.output().await;
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "it was talkative: {} bytes",
        log.len()
    );
    assert!(log.contains("path=/token") || log.contains("/token"), "requests are in it");
    for (at, secret) in secrets.iter().enumerate() {
        assert!(secret.len() > 8);
        assert!(!log.contains(secret.as_str()), "secret {at} is in the log");
    }
}
