//! Who may sign in to what.

use signet::{access::principal::Subject, admin, storage};
use uuid::Uuid;

use super::{OWNER, alice, configured, open, save};
use crate::support::{
    EMAIL, PASSWORD, SPA, Server, Tokens, VERIFIER, WEB,
    server::{claims, error},
};

const NOT_SPA: &str = "@id(\"not-spa\") @reason(\"Not before <b>Monday</b>.\")
forbid (principal, action == Signet::Action::\"sign_in\", resource == Client::\"spa\")
unless { principal in Group::\"staff\" };";

#[tokio::test]
async fn whom_a_policy_forbids_to_sign_in_is_told_so_and_the_client_as_well() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    save(&server, NOT_SPA).await;
    let page = open(&mut browser, &[]).await;
    assert_eq!(page.status, 403, "{}", page.body);
    assert!(page.body.contains("id=\"refused\""), "{}", page.body);
    assert!(page.body.contains("Not before &#60;b&#62;Monday"), "{}", page.body);
    let answer = browser.submit(&page, &[("decision", "deny")]).await;
    let (_, told) = answer.callback();
    assert_eq!(told.get("error").map(String::as_str), Some("access_denied"), "{told:?}");

    let (_, told) = open(&mut browser, &[("prompt", "none")]).await.callback();
    assert_eq!(told.get("error").map(String::as_str), Some("access_denied"), "{told:?}");
    // It is on record.
    server.app.decisions.flush().await;
    let rows = storage::decisions::list(&server.db, Uuid::max(), 10).await.expect("read");
    assert!(!rows.is_empty() && rows.iter().all(|row| row.caller.is_none() && !row.permitted));

    // Another account may.
    let page = open(&mut browser, &[]).await;
    let page = browser.submit(&page, &[("decision", "switch")]).await;
    assert!(page.body.contains("id=\"sign-in\""), "{}", page.body);
    admin::roles::put_group(&server.app, "staff", "").await.expect("added");
    admin::roles::join(&server.app, "staff", alice(&server).await, None).await.expect("in it");
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.body.contains("id=\"allow\""), "{}", page.body);
}

#[tokio::test]
async fn consent_and_a_code_are_out_of_reach_of_whom_a_policy_forbids_to_sign_in() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = open(&mut browser, &[]).await;
    assert!(page.body.contains("id=\"allow\""));
    save(&server, NOT_SPA).await;
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(page.status == 403 && page.body.contains("id=\"refused\""), "{}", page.body);
    save(&server, OWNER).await;
    server.code(&mut browser, &[]).await;
}

#[tokio::test]
async fn a_policy_may_demand_a_second_factor_or_a_recent_sign_in_instead() {
    let server = configured("[sign_in]\nmfa = \"when_enrolled\"").await;
    let mut browser = server.signed_in().await;
    let step_up = |wants: &str, unless: &str| {
        format!(
            "@id(\"careful\") @step_up(\"{wants}\") forbid (principal, action == Signet::Action::\"sign_in\", resource is Client)
             unless {{ {unless} }};"
        )
    };
    let second = step_up("acr=aal2", "context has acr && context.acr == \"aal2\"");
    save(&server, &second).await;
    let page = open(&mut browser, &[]).await;
    assert!(page.body.contains("id=\"secret\""), "an authenticator is set up: {}", page.body);
    let (_, told) = open(&mut browser, &[("prompt", "none")]).await.callback();
    assert_eq!(told.get("error").map(String::as_str), Some("login_required"), "{told:?}");

    save(&server, &step_up("max_age=300", "context has auth_age && context.auth_age < 300")).await;
    let page = open(&mut browser, &[]).await;
    assert!(page.body.contains("id=\"allow\""), "it is recent: {}", page.body);
    server.advance(time::Duration::minutes(5));
    let page = open(&mut browser, &[]).await;
    assert!(page.body.contains("id=\"sign-in\""), "{}", page.body);
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.body.contains("id=\"allow\""), "{}", page.body);

    // What no proof satisfies is a refusal, and no circle.
    save(&server, &step_up("max_age=300", "context has client")).await;
    let page = open(&mut browser, &[]).await;
    assert!(page.status == 403 && page.body.contains("id=\"refused\""), "{}", page.body);
}

#[tokio::test]
async fn policies_see_the_address_and_the_roles_of_clients() {
    let server = configured("[server]\ntrusted_proxies = [\"127.0.0.0/8\"]").await;
    let mut browser = server.signed_in().await;
    save(
        &server,
        "@id(\"inside\") forbid (principal, action == Signet::Action::\"sign_in\", resource in Role::\"internal\")
         unless { context has address && context.address.isInRange(ip(\"10.0.0.0/8\")) };",
    )
    .await;
    assert!(open(&mut browser, &[]).await.body.contains("id=\"allow\""));
    let role = signet::access::roles::Role {
        name: "internal".to_owned(),
        metadata: signet::access::roles::Metadata::default(),
    };
    admin::roles::put(&server.app, &role).await.expect("added");
    let client = admin::roles::Holder::Subject(Subject::Client(SPA.to_owned()));
    admin::roles::assign(&server.app, "internal", &client, None).await.expect("assigned");
    browser.address = Some("192.0.2.1".to_owned());
    assert_eq!(open(&mut browser, &[]).await.status, 403);
    browser.address = Some("10.1.2.3".to_owned());
    assert!(open(&mut browser, &[]).await.body.contains("id=\"allow\""));
}

#[tokio::test]
async fn whom_a_policy_forbids_to_sign_in_gets_no_more_tokens_until_it_permits_it_again() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    let late = server.code(&mut browser, &[]).await;
    save(&server, NOT_SPA).await;
    let refused = error(server.redeem(&late).await).await;
    assert_eq!(refused, (400, "invalid_grant".to_owned()));
    // Again and again: it is no theft, and nothing is revoked.
    for _ in 0..3 {
        server.advance(time::Duration::minutes(2));
        let refused = error(server.refresh(tokens.refresh(), &[]).await).await;
        assert_eq!(refused, (400, "invalid_grant".to_owned()));
    }
    assert!(server.is_active(&tokens.access).await, "what is out stays out");
    assert!(!server.events().await.contains(&"reuse.detected".to_owned()));
    save(&server, OWNER).await;
    let tokens = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;

    // One that is stolen is found out nonetheless.
    let second = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    save(&server, NOT_SPA).await;
    server.advance(time::Duration::minutes(2));
    assert_eq!(error(server.refresh(tokens.refresh(), &[]).await).await.1, "invalid_grant");
    assert!(server.events().await.contains(&"reuse.detected".to_owned()));
    assert!(!server.is_active(&second.access).await);
}

#[tokio::test]
async fn a_refresh_is_no_sign_in_but_takes_the_second_factor_that_one_would() {
    let server = configured("[sign_in]\nmfa = \"when_enrolled\"").await;
    let mut browser = server.signed_in().await;
    let step_up = |wants: &str, unless: &str| {
        format!(
            "@id(\"careful\") @step_up(\"{wants}\") forbid (principal, action == Signet::Action::\"sign_in\", resource is Client)
             unless {{ {unless} }};"
        )
    };
    let fresh = "context has auth_age && context.auth_age < 300";
    save(&server, &step_up("max_age=300", fresh)).await;
    let mut tokens = server.tokens(&mut browser, &[]).await;
    server.advance(time::Duration::minutes(10));
    tokens = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert_eq!(claims(&tokens.access)["scope"], "openid read");
    save(&server, &step_up("acr=aal2", "context has acr && context.acr == \"aal2\"")).await;
    let refused = error(server.refresh(tokens.refresh(), &[]).await).await;
    assert_eq!(refused, (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn where_a_server_stands_is_not_where_the_person_is() {
    let server = configured("[server]\ntrusted_proxies = [\"127.0.0.0/8\"]").await;
    save(
        &server,
        "@id(\"office\") forbid (principal, action == Signet::Action::\"sign_in\", resource is Client)
         unless { context has address && context.address.isInRange(ip(\"10.0.0.0/8\")) };",
    )
    .await;
    let mut browser = server.browser();
    browser.address = Some("10.1.2.3".to_owned());
    let callback = "https://shop.example/callback";
    let shop = [("client_id", WEB), ("redirect_uri", callback)];
    let code = server.code(&mut browser, &shop).await;
    let own = [("client_id", WEB), ("client_secret", server.secret(WEB))];
    let as_shop =
        async |more: &[(&str, &str)]| server.post("/token", &[&own[..], more].concat()).await;
    let redemption = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", callback),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let tokens = Tokens::from(as_shop(&redemption).await).await;
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())];
    Tokens::from(as_shop(&refresh).await).await;
    // An application on the person's device is where they are.
    let code = server.code(&mut browser, &[]).await;
    assert_eq!(error(server.redeem(&code).await).await, (400, "invalid_grant".to_owned()));
}
