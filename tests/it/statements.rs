//! Statements that requests cost, noted on the wire between Signet and Postgres.

use std::sync::Arc;

use signet::{
    access::source::Source, admin, app::App, clock::Clock, config::Config, entropy::Entropy,
    keys::MasterKeys, storage,
};

use serde_json::json;

use crate::authzen::{self, Pep, entity};
use crate::support::{
    API, EMAIL, Options, PASSWORD, SERVICE, Server, Tokens, VAULT, WEB,
    database::MASTER_KEY,
    flow::{authorize_path, redemption},
    proxy::Proxy,
    server::{START, claims},
};

/// A server whose statements are noted.
struct Noted {
    server: Server,
    proxy: Proxy,
}

impl Noted {
    async fn start() -> Self {
        Self::with("").await
    }

    async fn with(config: &str) -> Self {
        let plain = Server::start().await;
        let proxy = Proxy::before(&plain.database.url).await;
        let database_url = Some(proxy.url.clone());
        let options = Options { config, database_url, ..Options::default() };
        let server = Server::on(Arc::clone(&plain.database), options).await;
        Self { server, proxy }
    }

    /// The statements of what `run` does.
    async fn statements<T>(&self, run: impl Future<Output = T>) -> (T, Vec<String>) {
        let before = self.proxy.count();
        let outcome = run.await;
        (outcome, self.proxy.since(before))
    }
}

#[tokio::test]
async fn client_credentials_cost_no_statement_and_one_for_an_opaque_token() {
    let noted = Noted::start().await;
    let grant = ("grant_type", "client_credentials");
    let jwt = [grant];
    let opaque = [grant, ("resource", VAULT)];
    for (form, expected) in [(&jwt[..], 0), (&opaque[..], 1)] {
        // The first one also reads the client.
        noted.server.post_as(SERVICE, "/token", form).await;
        let request = noted.server.post_as(SERVICE, "/token", form);
        let (answer, statements) = noted.statements(request).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(statements.len(), expected, "{statements:#?}");
    }
}

#[tokio::test]
async fn decisions_cost_no_statement_once_who_asks_and_who_is_asked_about_are_known() {
    let noted = Noted::start().await;
    let pep = Pep::at(noted.server).await;
    let person = pep.person(EMAIL).await.to_string();
    for subject in [entity("user", &person), entity("client", SERVICE), entity("user", "x")] {
        let question = json!({
            "subject": subject, "action": { "name": "x" }, "resource": entity("resource", API),
        });
        let batch = json!({ "evaluations": [question, question] });
        for (path, body) in [(authzen::EVALUATION, &question), (authzen::EVALUATIONS, &batch)] {
            // The first one reads the caller and the subject.
            pep.ask(path, body).await;
            let before = noted.proxy.count();
            pep.ask(path, body).await;
            let statements = noted.proxy.since(before);
            assert_eq!(statements.len(), 0, "{statements:#?}");
        }
    }
}

#[tokio::test]
async fn introspection_costs_no_statement_and_one_for_an_opaque_token() {
    let noted = Noted::start().await;
    let mut browser = noted.server.browser();
    let jwt = noted.server.tokens(&mut browser, &[]).await.access;
    let vault = [("scope", "open"), ("resource", VAULT)];
    let opaque = noted.server.tokens(&mut browser, &vault).await.access;
    noted.server.is_active(&jwt).await;
    for (token, expected) in [(jwt, 0), (opaque, 1)] {
        let (active, statements) = noted.statements(noted.server.is_active(&token)).await;
        assert!(active);
        assert_eq!(statements.len(), expected, "{statements:#?}");
    }
}

#[tokio::test]
async fn refresh_costs_one_statement_also_when_it_is_a_retry_or_for_an_opaque_token() {
    let noted = Noted::start().await;
    let mut browser = noted.server.browser();
    let vault = [("scope", "openid open"), ("resource", VAULT)];
    for changes in [&[][..], &vault[..]] {
        let tokens = noted.server.tokens(&mut browser, changes).await;
        for _ in 0..2 {
            let refresh = noted.server.refresh(tokens.refresh(), &[]);
            let (answer, statements) = noted.statements(refresh).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(statements.len(), 1, "{statements:#?}");
            assert!(statements[0].contains("UPDATE grants"));
        }
    }
}

#[tokio::test]
async fn the_code_flow_costs_one_statement_at_authorize_and_one_at_token() {
    let noted = Noted::start().await;
    let server = &noted.server;
    let mut browser = server.signed_in().await;
    let callback = "https://shop.example/callback";
    let path = authorize_path(&[("client_id", WEB), ("redirect_uri", callback)]);
    // The first one also reads the client.
    browser.get(&path).await;
    let (answer, statements) = noted.statements(browser.get(&path)).await;
    assert_eq!(statements.len(), 1, "{statements:#?}");
    let code = answer.callback().1["code"].clone();
    let mut form = redemption(&code).to_vec();
    form[1].1 = WEB;
    form[2].1 = callback;
    form.push(("client_secret", server.secret(WEB)));
    let (answer, statements) = noted.statements(server.post("/token", &form)).await;
    Tokens::from(answer).await;
    assert_eq!(statements.len(), 1, "{statements:#?}");
}

#[tokio::test]
async fn a_policy_about_signing_in_costs_no_statement_once_it_is_known_who_does() {
    let noted = Noted::start().await;
    let server = &noted.server;
    let mut browser = server.signed_in().await;
    let path =
        authorize_path(&[("client_id", WEB), ("redirect_uri", "https://shop.example/callback")]);
    let source = Source {
        policies: "@id(\"a\") forbid (principal in Group::\"a\", action == Signet::Action::\"sign_in\", resource);"
            .to_owned(),
        ..Source::default()
    };
    admin::policies::save(&server.app, &source, "").await.expect("saved");
    // What is read of the change forgets who holds what.
    server.follow().await;
    browser.get(&path).await;
    let (answer, statements) = noted.statements(browser.get(&path)).await;
    assert!(answer.callback().1.contains_key("code"));
    assert_eq!(statements.len(), 1, "{statements:#?}");
}

#[tokio::test]
async fn claims_asked_for_by_name_are_read_by_the_statement_that_makes_or_rotates_the_grant() {
    let noted = Noted::start().await;
    let server = &noted.server;
    let mut browser = server.browser();
    let asked = [("claims", r#"{"id_token":{"email":null}}"#)];
    let code = server.code(&mut browser, &asked).await;
    let (answer, statements) = noted.statements(server.redeem(&code)).await;
    let tokens = Tokens::from(answer).await;
    assert_eq!(statements.len(), 1, "{statements:#?}");
    let refresh = server.refresh(tokens.refresh(), &[]);
    let (answer, statements) = noted.statements(refresh).await;
    assert_eq!(statements.len(), 1, "{statements:#?}");
    for tokens in [tokens, Tokens::from(answer).await] {
        assert_eq!(claims(tokens.id.as_deref().expect("an ID token"))["email"], EMAIL);
    }
}

#[tokio::test]
async fn a_sign_in_that_is_turned_away_costs_no_statement() {
    let noted = Noted::with("[sign_in]\nmax_wait = \"1ms\"").await;
    let mut browser = noted.server.browser();
    let page = browser.get("/sign-in").await;
    let csrf = page.field("csrf").expect("a page token");
    let form = [("csrf", csrf.as_str()), ("identifier", EMAIL), ("password", PASSWORD)];
    let places: Vec<_> = (0..100).map_while(|_| noted.server.app.hasher.admit().ok()).collect();
    assert!(places.len() < 100, "the line is full");
    let (answer, statements) = noted.statements(browser.post("/sign-in", &form)).await;
    assert_eq!(answer.status, 503);
    assert_eq!(statements.len(), 0, "{statements:#?}");
    drop(places);
    assert_eq!(browser.post("/sign-in", &form).await.status, 303, "there is room again");
}

#[tokio::test]
async fn starting_on_a_database_that_is_ready_takes_few_statements() {
    let plain = Server::start().await;
    let proxy = Proxy::before(&plain.database.url).await;
    let db = storage::connect(&proxy.url, 4, std::time::Duration::from_secs(5)).expect("a pool");
    let master = MasterKeys::parse(MASTER_KEY).expect("a key");
    let clock = Clock::fake(START);
    let config = Config::default();
    App::load(config, clock, Entropy::system(), db, master, None).await.expect("loads");
    let statements = proxy.since(0);
    assert!(statements.len() <= 25, "{statements:#?}");
}

#[tokio::test]
async fn a_password_sign_in_from_a_known_browser_costs_as_few_statements_as_it_did_before_it_was_watched()
 {
    let noted = Noted::start().await;
    let mut browser = noted.server.signed_in().await;
    browser.cookies.remove("signet_session");
    let page = browser.get("/sign-in").await;
    let csrf = page.field("csrf").expect("a page token");
    let form = [("csrf", csrf.as_str()), ("identifier", EMAIL), ("password", PASSWORD)];
    let (answer, statements) = noted.statements(browser.post("/sign-in", &form)).await;
    assert_eq!(answer.status, 303);
    assert_eq!(statements.len(), 7, "{statements:#?}");
}

#[tokio::test]
async fn the_gate_costs_no_statement_once_it_knows_who_asks() {
    let noted = Noted::start().await;
    let site = crate::gate::site::manifest(
        "resource = \"https://api.example.com\"\nupstream_token = true\nread_scopes = [\"read\"]",
    );
    noted.server.apply(&site).await;
    let (mut gate, mut browser) = (noted.server.gate().await, noted.server.browser());
    gate.sign_in(&mut browser, "/").await;
    let token = noted.server.tokens(&mut browser, &[]).await.access;
    let bearer = format!("Bearer {token}");
    for headers in [&[][..], &[("authorization", bearer.as_str())]] {
        gate.ask_with("GET", "/", headers).await;
        let (answer, statements) = noted.statements(gate.ask_with("GET", "/", headers)).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(statements.len(), 0, "{statements:#?}");
    }
    // Whoever has nothing costs nothing; whoever makes something up costs one look.
    gate.cookies.clear();
    let (answer, statements) = noted.statements(gate.ask("GET", "/")).await;
    assert_eq!((answer.status().as_u16(), statements.len()), (401, 0), "{statements:#?}");
}
