//! Which scopes may be granted.

use openidconnect::reqwest::Method;
use serde_json::{Value, json};
use signet::{admin, storage};
use uuid::Uuid;

use super::{OWNER, alice, configured, open, policies, save};
use crate::support::{
    API, Browser, EMAIL, PASSWORD, SERVICE, SPA, Server, Tokens, VAULT,
    process::{command, run},
    server::{claims, error},
};

/// What only staff may let an application have.
fn staff_only(scope: &str) -> String {
    format!(
        "@id(\"staff-only\") @reason(\"For staff.\") forbid (principal, action == Signet::Action::\"grant_scope\", resource)
         when {{ context.scope == \"{scope}\" }} unless {{ principal in Group::\"staff\" }};"
    )
}

const ALL: (&str, &str) = ("scope", "openid read write");

async fn join(server: &Server) {
    admin::roles::put_group(&server.app, "staff", "").await.expect("added");
    admin::roles::join(&server.app, "staff", alice(server).await, None).await.expect("in it");
}

async fn by_service(server: &Server, more: &[(&str, &str)]) -> (u16, Value) {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend_from_slice(more);
    let answer = server.post_as(SERVICE, "/token", &form).await;
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn what_a_policy_forbids_is_neither_shown_nor_consented_to_nor_granted_later() {
    let server = Server::start().await;
    save(&server, &staff_only("write")).await;
    let mut browser = server.signed_in().await;
    let page = open(&mut browser, &[ALL]).await;
    assert!(page.body.contains("See things"), "{}", page.body);
    assert!(!page.body.contains("Change things"), "{}", page.body);
    let answer = browser.submit(&page, &[("decision", "allow")]).await;
    let code = answer.callback().1["code"].clone();
    let tokens = Tokens::from(server.redeem(&code).await).await;
    assert_eq!(tokens.body["scope"], "openid read");
    assert_eq!(claims(&tokens.access)["scope"], "openid read");

    // What is permitted later was not allowed by the person: nothing that is there has it, and they are asked.
    join(&server).await;
    let refreshed = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert_eq!(refreshed.body["scope"], "openid read");
    let page = open(&mut browser, &[ALL]).await;
    assert!(page.body.contains("Change things"), "{}", page.body);

    // It is on record, by Signet itself.
    server.app.decisions.flush().await;
    let rows = storage::decisions::list(&server.db, Uuid::max(), 10).await.expect("read");
    let last = rows.first().expect("recorded");
    assert!(last.caller.is_none() && !last.permitted);
    assert_eq!(last.asked["action"], "Signet::Action::\"grant_scope\"");
    assert_eq!(last.asked["resource"]["id"], SPA);
    assert_eq!(last.asked["context"]["scope"], "write");
    assert_eq!(last.asked["context"]["resource"], json!({ "type": "Resource", "id": API }));
    let name = json!({ "name": "Example API" });
    assert_eq!(last.asked["others"][0]["properties"], name, "{}", last.asked);
}

#[tokio::test]
async fn what_is_forbidden_after_it_was_granted_is_cut_at_the_next_token_and_comes_back() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[ALL]).await;
    assert_eq!(tokens.body["scope"], "openid read write");
    let code = server.code(&mut browser, &[ALL]).await;
    save(&server, &staff_only("write")).await;
    let redeemed = Tokens::from(server.redeem(&code).await).await;
    assert_eq!(redeemed.body["scope"], "openid read");
    let refreshed = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert_eq!(refreshed.body["scope"], "openid read");
    assert_eq!(claims(&refreshed.access)["aud"], json!([API, server.issuer]));
    // Who narrows a token to that gets one that opens nothing, and says so.
    let narrowed = server.refresh(refreshed.refresh(), &[("scope", "write")]).await;
    let narrowed = Tokens::from(narrowed).await;
    assert_eq!(narrowed.body["scope"], "");
    assert_eq!(claims(&narrowed.access)["aud"], server.issuer);
    join(&server).await;
    let refreshed = Tokens::from(server.refresh(narrowed.refresh(), &[]).await).await;
    assert_eq!(refreshed.body["scope"], "openid read write");
}

#[tokio::test]
async fn an_opaque_token_has_what_is_left_as_well() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let both = [("scope", "openid read open"), ("resource", VAULT), ("resource", API)];
    let tokens = server.tokens(&mut browser, &both).await;
    let scope = async |token: &str| {
        let said = server.introspect_as(crate::support::RESOURCE_SERVER, token).await;
        (said["active"].clone(), said["scope"].clone())
    };
    assert_eq!(scope(&tokens.access).await, (json!(true), json!("openid read open")));
    save(&server, &staff_only("read")).await;
    let refreshed = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert_eq!(refreshed.body["scope"], "openid open");
    assert_eq!(scope(&refreshed.access).await, (json!(true), json!("openid open")));
    // What was out before is good until it ends.
    assert_eq!(scope(&tokens.access).await.1, "openid read open");
}

#[tokio::test]
async fn who_may_not_be_known_to_a_client_is_refused() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    let code = server.code(&mut browser, &[]).await;
    save(&server, &staff_only("openid")).await;
    let page = open(&mut browser, &[]).await;
    assert!(page.status == 403 && page.body.contains("id=\"refused\""), "{}", page.body);
    assert!(page.body.contains("For staff."), "{}", page.body);
    let (_, told) = open(&mut browser, &[("prompt", "none")]).await.callback();
    assert_eq!(told["error"], "access_denied");
    let refused = (400, "invalid_grant".to_owned());
    assert_eq!(error(server.redeem(&code).await).await, refused);
    assert_eq!(error(server.refresh(tokens.refresh(), &[]).await).await, refused);
    // A token for the API alone says nothing of who they are.
    let tokens = server.tokens(&mut browser, &[("scope", "read")]).await;
    assert_eq!(tokens.body["scope"], "read");
}

#[tokio::test]
async fn whoever_gets_nothing_of_what_is_asked_is_refused() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    save(&server, &staff_only("write")).await;
    for prompt in ["", "none", "consent"] {
        let asked = [("scope", "write"), ("prompt", prompt)];
        let (_, told) = open(&mut browser, &asked).await.callback();
        assert_eq!(told["error"], "access_denied", "{prompt}");
    }
}

#[tokio::test]
async fn a_scope_may_take_a_second_factor_or_a_recent_sign_in() {
    let server = configured("[sign_in]\nmfa = \"when_enrolled\"").await;
    let mut browser = server.signed_in().await;
    let step_up = |wants: &str, unless: &str| {
        format!(
            "@id(\"careful\") @step_up(\"{wants}\") forbid (principal, action == Signet::Action::\"grant_scope\", resource)
             when {{ context.scope == \"write\" }} unless {{ {unless} }};"
        )
    };
    let second = step_up("acr=aal2", "context has acr && context.acr == \"aal2\"");
    save(&server, &second).await;
    // Who does not ask for it is not asked for it.
    assert!(open(&mut browser, &[]).await.body.contains("id=\"allow\""));
    let page = open(&mut browser, &[ALL]).await;
    assert!(page.body.contains("id=\"secret\""), "an authenticator is set up: {}", page.body);
    let (_, told) = open(&mut browser, &[ALL, ("prompt", "none")]).await.callback();
    assert_eq!(told["error"], "login_required", "{told:?}");

    let fresh = "context has auth_age && context.auth_age < 300";
    save(&server, &step_up("max_age=300", fresh)).await;
    server.advance(time::Duration::minutes(5));
    let page = open(&mut browser, &[ALL]).await;
    assert!(page.body.contains("id=\"sign-in\""), "{}", page.body);
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.body.contains("Change things"), "{}", page.body);
    let answer = browser.submit(&page, &[("decision", "allow")]).await;
    let code = answer.callback().1["code"].clone();
    let tokens = Tokens::from(server.redeem(&code).await).await;
    assert_eq!(tokens.body["scope"], "openid read write");
    // A refresh proves nothing: what takes a recent sign-in is had for as long as that is one.
    server.advance(time::Duration::minutes(5));
    let tokens = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert_eq!(tokens.body["scope"], "openid read");

    // What no proof satisfies is cut, and no circle.
    save(&server, &step_up("max_age=300", "context has client")).await;
    let page = open(&mut browser, &[ALL, ("prompt", "login")]).await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    let answer = if page.body.contains("id=\"allow\"") {
        browser.submit(&page, &[("decision", "allow")]).await
    } else {
        page
    };
    let code = answer.callback().1["code"].clone();
    let tokens = Tokens::from(server.redeem(&code).await).await;
    assert_eq!(tokens.body["scope"], "openid read");
}

#[tokio::test]
async fn a_client_gets_what_policies_let_it_have() {
    let server = Server::start().await;
    let both = [("scope", "read write"), ("resource", API)];
    assert_eq!(by_service(&server, &both).await.1["scope"], "read write");
    save(
        &server,
        "@id(\"inside\") forbid (principal is Client, action == Signet::Action::\"grant_scope\", resource)
         when { context has resource && context.resource == Resource::\"https://api.example.com\" && context.scope == \"write\" }
         unless { context has address && context.address.isInRange(ip(\"10.0.0.0/8\")) };",
    )
    .await;
    let (status, body) = by_service(&server, &both).await;
    assert_eq!((status, &body["scope"]), (200, &json!("read")), "{body}");
    assert_eq!(claims(body["access_token"].as_str().expect("a token"))["scope"], "read");
    let (status, body) = by_service(&server, &[("scope", "write"), ("resource", API)]).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_scope")), "{body}");
    let (status, body) = by_service(&server, &[("scope", "open"), ("resource", VAULT)]).await;
    assert_eq!((status, &body["scope"]), (200, &json!("open")), "{body}");
    // People are not concerned.
    let tokens = server.tokens(&mut server.browser(), &[ALL]).await;
    assert_eq!(tokens.body["scope"], "openid read write");
}

#[tokio::test]
async fn without_a_policy_about_it_nothing_is_asked() {
    let server = configured("[access]\nrecord_decisions = \"all\"").await;
    save(&server, OWNER).await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    server.refresh(tokens.refresh(), &[]).await;
    by_service(&server, &[("scope", "read"), ("resource", API)]).await;
    server.app.decisions.flush().await;
    let rows = storage::decisions::list(&server.db, Uuid::max(), 10).await.expect("read");
    assert_eq!(rows.len(), 0);
}

#[tokio::test]
async fn a_change_shows_which_scopes_would_be_granted_otherwise() {
    let server = configured("[access]\nrecord_decisions = \"all\"").await;
    save(&server, &staff_only("write")).await;
    server.tokens(&mut server.browser(), &[ALL]).await;
    server.app.decisions.flush().await;
    let folder = policies(&staff_only("read"));
    let mut command = command(&server.database.url);
    command.env("SIGNET_ACCESS__RECORD_DECISIONS", "all").args(["policy", "diff"]);
    let (code, printed, errors) = run(command.arg(folder.path())).await;
    assert_eq!(code, 0, "{errors}");
    for change in ["deny → permit", "permit → deny"] {
        let line = format!(
            "{change}  User::\"{}\" Signet::Action::\"grant_scope\" Client::\"{SPA}\"",
            alice(&server).await
        );
        assert!(printed.contains(&line), "{line}\n{printed}");
    }
}

#[tokio::test]
async fn a_claim_is_not_to_be_had_by_its_name_where_its_scope_is_not() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let asked = r#"{ "id_token": { "email": null, "name": null }, "userinfo": { "email": null } }"#;
    let asked = [("claims", asked)];
    let told = async |browser: &mut Browser| {
        let tokens = server.tokens(browser, &asked).await;
        let userinfo = server.request(Method::GET, "/userinfo").bearer_auth(&tokens.access);
        let userinfo: Value = userinfo.send().await.expect("sent").json().await.expect("JSON");
        let id = claims(tokens.id.as_deref().expect("an ID token"));
        (id["email"].clone(), userinfo["email"].clone(), id["name"].clone())
    };
    let name = json!("Alice Example");
    assert_eq!(told(&mut browser).await, (json!(EMAIL), json!(EMAIL), name.clone()));
    save(&server, &staff_only("email")).await;
    assert_eq!(told(&mut browser).await, (Value::Null, Value::Null, name.clone()));
    join(&server).await;
    assert_eq!(told(&mut browser).await, (json!(EMAIL), json!(EMAIL), name));
}
