//! An issuer with a path: metadata at both of its places, and everything else below the path.

use serde_json::Value;

use crate::support::{Browser, EMAIL, Options, PASSWORD, Server, flow::authorize_path};

async fn server() -> (Server, Browser) {
    let server = Server::with(Options { path: "/tenants/one", ..Options::default() }).await;
    let origin = server.issuer.strip_suffix("/tenants/one").expect("its path").to_owned();
    (server, Browser::new(&origin))
}

#[tokio::test]
async fn metadata_is_where_either_specification_looks() {
    let (server, mut browser) = server().await;
    for path in [
        // OpenID Connect Discovery §4: behind the issuer.
        "/tenants/one/.well-known/openid-configuration",
        "/tenants/one/.well-known/oauth-authorization-server",
        // RFC 8414 §3.1: before its path.
        "/.well-known/oauth-authorization-server/tenants/one",
        "/.well-known/openid-configuration/tenants/one",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        let metadata: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(metadata["issuer"], server.issuer);
        assert_eq!(metadata["jwks_uri"], format!("{}/jwks", server.issuer));
    }
    let found = browser.get("/.well-known/webfinger?resource=acct:a@127.0.0.1").await;
    assert!(found.body.contains(&server.issuer), "{}", found.body);
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/tenants/two",
        "/",
        "/tenants/oneself/jwks",
        "/jwks",
        "/tenants",
    ] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    assert_eq!(browser.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_person_signs_in_below_the_path_and_a_client_gets_its_code() {
    let (server, mut browser) = server().await;
    let answer = browser.get(&format!("/tenants/one{}", authorize_path(&[]))).await;
    let page = browser.follow(answer).await;
    assert!(page.action().expect("a form").starts_with("/tenants/one/interaction/"));
    for attribute in page.body.split("=\"").filter(|text| text.starts_with('/')) {
        assert!(attribute.starts_with("/tenants/one/"), "{attribute}");
    }
    let style =
        page.body.split("href=\"").find(|rest| rest.contains(".css")).expect("a stylesheet");
    let style = style.split('"').next().expect("an address").to_owned();
    assert_eq!(browser.get(&style).await.status, 200);

    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    let answer = browser.submit(&page, &[("decision", "allow")]).await;
    let (_, answer) = answer.callback();
    assert_eq!(answer["iss"], server.issuer);
    let tokens = server.redeem(&answer["code"]).await;
    assert_eq!(tokens.status(), 200);

    let page = browser.get("/tenants/one/sign-out").await;
    let page = browser.submit(&page, &[]).await;
    assert_eq!(page.status, 200, "a redirect within Signet stays below the path");
}

#[tokio::test]
async fn values_that_look_like_paths_stay_as_they_are() {
    let (_server, mut browser) = server().await;
    let request = authorize_path(&[("state", "/cart"), ("response_mode", "form_post")]);
    let answer = browser.get(&format!("/tenants/one{request}")).await;
    let page = browser.follow(answer).await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    let answer = browser.submit(&page, &[("decision", "allow")]).await;
    assert_eq!(answer.field("state").as_deref(), Some("/cart"), "{}", answer.body);
}
