//! What roles permit and demand: scopes, second factors, and the end of both on every replica.

use serde_json::{Value, json};
use signet::{
    access::{principal::Subject, roles::Role},
    admin::{self, roles},
    config::Mfa,
};
use time::Duration;

use super::{LEDGER, ORDERS, alice, assign, client, role, start, unassign, user};
use crate::support::{
    API, EMAIL, PASSWORD, RESOURCE_SERVER, SERVICE, Server, Tokens,
    flow::authorize_path,
    server::{claims, error},
};

async fn by_service(server: &Server, scope: &str, resources: &[&str]) -> (u16, Value) {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(resources.iter().map(|name| ("resource", *name)));
    if !scope.is_empty() {
        form.push(("scope", scope));
    }
    let answer = server.post_as(SERVICE, "/token", &form).await;
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn a_client_is_granted_what_its_roles_permit_and_nothing_without_one() {
    let server = start().await;
    for (scope, resources) in
        [("", &[ORDERS][..]), ("orders:read", &[ORDERS]), ("ledger:read", &[LEDGER])]
    {
        let (status, body) = by_service(&server, scope, resources).await;
        assert_eq!((status, &body["error"]), (400, &json!("invalid_scope")), "{scope}: {body}");
    }
    // What is not enforced is as ever, and the token is for no one else.
    let (status, body) = by_service(&server, "read orders:read", &[API, ORDERS]).await;
    assert_eq!((status, &body["scope"]), (200, &json!("read")), "{body}");
    assert_eq!(claims(body["access_token"].as_str().expect("a token"))["aud"], API);

    assign(&server, "viewer", &client(SERVICE), None).await;
    for (asked, granted) in [
        ("", "orders:read"),
        ("orders:read orders:write", "orders:read"),
        ("orders:read", "orders:read"),
    ] {
        let (status, body) = by_service(&server, asked, &[ORDERS]).await;
        assert_eq!((status, &body["scope"]), (200, &json!(granted)), "{asked}: {body}");
        let token = claims(body["access_token"].as_str().expect("a token"));
        assert_eq!((&token["scope"], &token["aud"]), (&json!(granted), &json!(ORDERS)));
    }
    let (status, body) = by_service(&server, "orders:write", &[ORDERS]).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_scope")));
}

#[tokio::test]
async fn whoever_has_no_role_is_refused_and_not_asked() {
    let server = start().await;
    let asked = [("scope", "orders:read"), ("resource", ORDERS)];
    let mut browser = server.browser();
    let answer = server.authorize(&mut browser, &asked).await;
    assert_eq!(answer.callback().1["error"], "access_denied");
    // Signed in by now: at once, and also if nothing may be asked.
    for prompt in ["", "none", "consent"] {
        let path = authorize_path(&[asked[0], asked[1], ("prompt", prompt)]);
        let answer = browser.get(&path).await;
        let answer = browser.follow(answer).await;
        let (_, parameters) = answer.callback();
        assert_eq!(parameters["error"], "access_denied", "{prompt}");
        assert!(!parameters.contains_key("code"));
    }
    // Who they are they may still tell.
    let asked = [("scope", "openid orders:read"), ("resource", ORDERS)];
    let tokens = server.tokens(&mut browser, &asked).await;
    assert_eq!(tokens.body["scope"], "openid");
    assert_eq!(claims(&tokens.access)["aud"], server.issuer);
}

#[tokio::test]
async fn what_is_not_permitted_is_neither_shown_nor_consented_to_nor_granted_later() {
    let server = start().await;
    let id = alice(&server).await;
    assign(&server, "viewer", &user(id), None).await;
    let asked = [("scope", "openid orders:read orders:write"), ("resource", ORDERS)];
    let mut browser = server.signed_in().await;
    let page = browser.get(&authorize_path(&asked)).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("See orders"), "{}", page.body);
    assert!(!page.body.contains("Place orders"), "{}", page.body);
    let answer = browser.submit(&page, &[("decision", "allow")]).await;
    let code = answer.callback().1["code"].clone();
    let tokens = Tokens::from(server.redeem(&code).await).await;
    assert_eq!(tokens.body["scope"], "openid orders:read");

    // What they come to hold later was not allowed: nothing that is there has it, and they are asked.
    assign(&server, "clerk", &user(id), None).await;
    let refreshed = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert_eq!(refreshed.body["scope"], "openid orders:read");
    let page = browser.get(&authorize_path(&asked)).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("Place orders"), "{}", page.body);
    let answer = browser.submit(&page, &[("decision", "allow")]).await;
    let code = answer.callback().1["code"].clone();
    let tokens = Tokens::from(server.redeem(&code).await).await;
    assert_eq!(tokens.body["scope"], "openid orders:read orders:write");

    // What was allowed and is lost is back when they hold it again.
    unassign(&server, "clerk", &user(id)).await;
    let refreshed = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    assert_eq!(refreshed.body["scope"], "openid orders:read");
    assign(&server, "clerk", &user(id), None).await;
    let refreshed = Tokens::from(server.refresh(refreshed.refresh(), &[]).await).await;
    assert_eq!(refreshed.body["scope"], "openid orders:read orders:write");
}

#[tokio::test]
async fn a_grant_of_which_nothing_is_left_gives_tokens_that_open_nothing_and_goes_on() {
    let server = start().await;
    let id = alice(&server).await;
    let all = [ORDERS, LEDGER].map(str::to_owned);
    server.change_client(RESOURCE_SERVER, |metadata| metadata.introspects.extend(all)).await;
    for (scope, resource) in [("orders:read", ORDERS), ("ledger:read", LEDGER)] {
        assign(&server, "viewer", &user(id), None).await;
        let asked = [("scope", scope), ("resource", resource)];
        let mut browser = server.browser();
        let code = server.code(&mut browser, &asked).await;
        let tokens = server.tokens(&mut browser, &asked).await;
        assert!(server.is_active(&tokens.access).await);
        unassign(&server, "viewer", &user(id)).await;
        assert!(!server.is_active(&tokens.access).await);
        // A code that was written before, and the refresh token.
        let redeemed = Tokens::from(server.redeem(&code).await).await;
        let refreshed = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
        for left in [&redeemed, &refreshed] {
            assert_eq!(left.body["scope"], "", "{}", left.body);
            assert_eq!(claims(&left.access)["aud"], server.issuer);
            assert!(!server.is_active(&left.access).await);
        }
        // No reuse: the client has the token that works.
        assign(&server, "viewer", &user(id), None).await;
        let refreshed = Tokens::from(server.refresh(refreshed.refresh(), &[]).await).await;
        assert_eq!(refreshed.body["scope"], scope);
        assert!(server.is_active(&refreshed.access).await);
        unassign(&server, "viewer", &user(id)).await;
    }
}

/// Whether Alice gets in by her password alone.
async fn gets_in(server: &Server) -> bool {
    let mut browser = server.browser();
    let page = browser.get("/sign-in").await;
    browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    browser.cookies.contains_key("signet_session")
}

async fn demand(server: &Server, name: &str, mfa: Option<Mfa>) {
    let mut changed: Role = role(server, name).await;
    changed.metadata.mfa = mfa;
    roles::put(&server.app, &changed).await.expect("stored");
}

#[tokio::test]
async fn a_role_demands_a_second_factor_of_whoever_has_it_until_it_ends() {
    let server = start().await;
    let id = alice(&server).await;
    demand(&server, "viewer", Some(Mfa::Always)).await;
    let holder = user(id);
    let staff = roles::Holder::Group("staff".to_owned());
    let soon = || Some(server.clock.now() + Duration::hours(1));
    assert!(gets_in(&server).await, "she has none");

    assign(&server, "viewer", &holder, None).await;
    assert!(!gets_in(&server).await, "by herself");
    unassign(&server, "viewer", &holder).await;
    assert!(gets_in(&server).await);

    assign(&server, "clerk", &holder, soon()).await;
    assert!(!gets_in(&server).await, "by inheritance");
    server.advance(Duration::hours(1));
    assert!(gets_in(&server).await, "it ended");

    assign(&server, "clerk", &staff, None).await;
    assert!(gets_in(&server).await, "not in the group yet");
    roles::join(&server.app, "staff", id, soon()).await.expect("joined");
    assert!(!gets_in(&server).await, "by a group");
    server.advance(Duration::hours(1));
    assert!(gets_in(&server).await, "her membership ended");
    roles::join(&server.app, "staff", id, None).await.expect("joined");
    assign(&server, "clerk", &staff, soon()).await;
    assert!(!gets_in(&server).await);
    server.advance(Duration::hours(1));
    assert!(gets_in(&server).await, "the group's role ended");

    // The strictest counts, whatever the person's own says.
    let never = admin::users::Policy { mfa: Some(Some(Mfa::Never)), administrator: None };
    admin::users::set_policy(&server.app, id, &never).await.expect("stored");
    assign(&server, "viewer", &holder, None).await;
    assert!(!gets_in(&server).await);
    demand(&server, "viewer", Some(Mfa::Never)).await;
    assert!(gets_in(&server).await);
    let always = admin::users::Policy { mfa: Some(Some(Mfa::Always)), administrator: None };
    admin::users::set_policy(&server.app, id, &always).await.expect("stored");
    assert!(!gets_in(&server).await, "a role takes nothing back");
}

/// A replica, and what is asked of it.
async fn is_held(server: &Server, subject: &Subject, role: &str) -> bool {
    let principal = server.app.replica.principal(subject, server.clock.now()).await.expect("read");
    principal.is_some_and(|principal| principal.roles.contains(role))
}

#[tokio::test]
async fn what_is_taken_is_gone_on_every_replica() {
    let one = start().await;
    let two = one.replica().await;
    let all = [ORDERS, LEDGER].map(str::to_owned);
    one.change_client(RESOURCE_SERVER, |metadata| metadata.introspects.extend(all)).await;
    two.follow().await;
    let id = alice(&one).await;
    let (person, service) = (Subject::User(id), Subject::Client(SERVICE.to_owned()));
    let asked = [("scope", "ledger:read"), ("resource", LEDGER)];
    let staff = roles::Holder::Group("staff".to_owned());
    roles::join(&one.app, "staff", id, None).await.expect("joined");

    // How someone comes to hold it, and how that ends.
    for way in ["unassigned", "role removed", "ended", "group", "group removed"] {
        match way {
            "ended" => {
                let soon = Some(one.clock.now() + Duration::minutes(1));
                assign(&one, "viewer", &user(id), soon).await;
                assign(&one, "viewer", &client(SERVICE), soon).await;
            }
            "group" | "group removed" => {
                assign(&one, "viewer", &staff, None).await;
                assign(&one, "viewer", &client(SERVICE), None).await;
            }
            _ => {
                assign(&one, "viewer", &user(id), None).await;
                assign(&one, "viewer", &client(SERVICE), None).await;
            }
        }
        two.follow().await;
        // Opaque, since a JWT is of its own replica's issuer here.
        let tokens = one.tokens(&mut one.browser(), &asked).await;
        for server in [&one, &two] {
            assert!(is_held(server, &person, "viewer").await, "{way}");
            assert!(is_held(server, &service, "viewer").await, "{way}");
            assert!(server.is_active(&tokens.access).await, "{way}");
            assert_eq!(by_service(server, "ledger:read", &[LEDGER]).await.0, 200, "{way}");
        }
        match way {
            "unassigned" => {
                unassign(&one, "viewer", &user(id)).await;
                unassign(&one, "viewer", &client(SERVICE)).await;
            }
            "role removed" => {
                let mut clerk = role(&one, "clerk").await;
                clerk.metadata.inherits.clear();
                roles::put(&one.app, &clerk).await.expect("stored");
                let kept = role(&one, "viewer").await;
                roles::delete(&one.app, "viewer").await.expect("removed");
                // It is there again; no one has it.
                roles::put(&one.app, &kept).await.expect("stored");
            }
            "ended" => one.advance(Duration::minutes(1)),
            "group" => {
                roles::unassign(&one.app, "viewer", &staff).await.expect("unassigned");
                unassign(&one, "viewer", &client(SERVICE)).await;
            }
            _ => {
                roles::delete_group(&one.app, "staff").await.expect("removed");
                unassign(&one, "viewer", &client(SERVICE)).await;
            }
        }
        // At once where it was done, and where it ends by itself; elsewhere with the next reading.
        assert!(!is_held(&one, &person, "viewer").await, "{way}");
        if way != "ended" {
            two.follow().await;
        }
        for server in [&one, &two] {
            assert!(!is_held(server, &person, "viewer").await, "{way}");
            assert!(!is_held(server, &service, "viewer").await, "{way}");
            assert!(!server.is_active(&tokens.access).await, "{way}");
            let (status, body) = by_service(server, "ledger:read", &[LEDGER]).await;
            assert_eq!((status, &body["error"]), (400, &json!("invalid_scope")), "{way}");
        }
        let left = Tokens::from(two.refresh(tokens.refresh(), &[]).await).await;
        assert_eq!(left.body["scope"], "", "{way}");
    }
}

#[tokio::test]
async fn whoever_is_disabled_holds_nothing_on_any_replica() {
    let one = start().await;
    let two = one.replica().await;
    let id = alice(&one).await;
    let (person, service) = (Subject::User(id), Subject::Client(SERVICE.to_owned()));
    assign(&one, "viewer", &user(id), None).await;
    assign(&one, "viewer", &client(SERVICE), None).await;
    let asked = [("scope", "ledger:read"), ("resource", LEDGER)];
    let tokens = one.tokens(&mut one.browser(), &asked).await;
    two.follow().await;
    for server in [&one, &two] {
        assert!(
            is_held(server, &person, "viewer").await && is_held(server, &service, "viewer").await
        );
    }
    admin::users::set_disabled(&one.app, id, true).await.expect("disabled");
    admin::clients::set_disabled(&one.app, SERVICE, true).await.expect("disabled");
    assert!(!is_held(&one, &person, "viewer").await && !is_held(&one, &service, "viewer").await);
    two.follow().await;
    for server in [&one, &two] {
        let now = server.clock.now();
        for subject in [&person, &service] {
            let principal = server.app.replica.principal(subject, now).await.expect("read");
            assert!(principal.is_none(), "{subject}");
        }
        assert_eq!(by_service(server, "ledger:read", &[LEDGER]).await.0, 401);
        let refused = error(server.refresh(tokens.refresh(), &[]).await).await;
        assert_eq!(refused, (400, "invalid_grant".to_owned()));
    }
    admin::users::set_disabled(&one.app, id, false).await.expect("enabled");
    assert!(is_held(&one, &person, "viewer").await, "as before");
}
