//! Claims about people (OpenID Connect Core §5): where they come from, and who is told.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::support::{EMAIL, SPA, Server, server::claims};

/// All that can be said of Alice.
const PROFILE: &str = r#"
[[user]]
email = "alice@example.com"
email_verified = true
username = "alice"
name = "Alice Example"
[user.profile]
given_name = "Alice"
family_name = "Example"
middle_name = "Maria"
nickname = "Al"
profile = "https://people.example/alice"
picture = "https://people.example/alice.png"
website = "https://alice.example"
gender = "female"
birthdate = "1990-02-28"
zoneinfo = "Europe/Berlin"
locale = "en-GB"
phone_number = "+49 30 1234"
phone_number_verified = true
[user.profile.address]
street_address = "Main Street 1"
postal_code = "10115"
locality = "Berlin"
country = "Germany"
"#;

async fn userinfo(server: &Server, token: &str) -> Value {
    let request = server.request(openidconnect::reqwest::Method::GET, "/userinfo");
    let answer = request.bearer_auth(token).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.json().await.expect("JSON")
}

/// A server whose usual client may ask for every scope.
async fn start() -> Server {
    let server = Server::start().await;
    server
        .change_client(SPA, |spa| spa.scopes.extend(["address".to_owned(), "phone".to_owned()]))
        .await;
    server
}

#[tokio::test]
async fn every_standard_claim_is_returned_as_its_type() {
    let server = start().await;
    server.apply(PROFILE).await;
    let all = [("scope", "openid profile email address phone")];
    let tokens = server.tokens(&mut server.browser(), &all).await;
    assert_json_snapshot!("every_claim", userinfo(&server, &tokens.access).await, { ".sub" => "[user]" });
    // Core §5.4: with a code, scopes open claims at UserInfo and not in the ID token.
    assert!(claims(&tokens.id.expect("an ID token")).get("nickname").is_none());
    for (scope, expected) in [
        ("openid phone", json!({ "phone_number": "+49 30 1234", "phone_number_verified": true })),
        (
            "openid address",
            json!({ "address": {
                "street_address": "Main Street 1", "postal_code": "10115", "locality": "Berlin", "country": "Germany",
            } }),
        ),
    ] {
        let tokens = server.tokens(&mut server.browser(), &[("scope", scope)]).await;
        let mut seen = userinfo(&server, &tokens.access).await;
        seen.as_object_mut().expect("an object").remove("sub");
        assert_eq!(seen, expected, "{scope}");
    }
}

#[tokio::test]
async fn a_manifest_says_what_it_changes_and_refuses_what_is_no_profile() {
    use signet::admin::manifest::{self, Manifest};
    let server = start().await;
    let plan = async |text: &str| {
        let manifest = Manifest::parse(text)?;
        manifest::plan(&server.db, &manifest).await
    };
    let steps = plan(PROFILE).await.expect("a plan");
    assert!(steps[0].to_string().contains("nickname: null → \"Al\""), "{}", steps[0]);
    server.apply(PROFILE).await;
    let again = plan(PROFILE).await.expect("a plan");
    assert!(again[0].to_string().starts_with('='), "{}", again[0]);
    for (from, to, problem) in [
        ("nickname =", "nick_name =", "unknown key"),
        ("locality =", "town =", "unknown key"),
        ("1990-02-28", "28.2.1990", "birthdate"),
        ("https://alice.example", "javascript:alert(1)", "website"),
    ] {
        let error = plan(&PROFILE.replace(from, to)).await.expect_err(problem).to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[tokio::test]
async fn people_change_their_profile() {
    let server = start().await;
    let mut browser = server.browser();
    let answer = browser.get("/account/profile").await;
    assert_eq!(answer.location().as_deref(), Some("/sign-in?next=%2Faccount%2Fprofile"));
    let mut browser = server.signed_in().await;
    assert!(browser.get("/account").await.body.contains("href=\"/account/profile\""));
    let page = browser.get("/account/profile").await;
    assert_eq!(page.field("name").as_deref(), Some("Alice Example"));
    let typed = [
        ("name", "Alice Ex"),
        ("birthdate", "0000-02-29"),
        ("website", "https://alice.example"),
        ("phone_number", "+49 30 1234"),
        ("address.street_address", "Main Street 1\r\nBack door"),
        // No field of the form.
        ("phone_number_verified", "true"),
    ];
    let home = browser.submit(&page, &typed).await;
    assert!(home.body.contains("Your profile is changed."), "{}", home.body);
    assert!(server.events().await.contains(&"profile.changed".to_owned()));
    let all = [("scope", "openid profile address phone")];
    let tokens = server.tokens(&mut browser, &all).await;
    let seen = userinfo(&server, &tokens.access).await;
    for (name, expected) in [
        ("name", json!("Alice Ex")),
        ("birthdate", json!("0000-02-29")),
        ("phone_number_verified", json!(false)),
        ("address", json!({ "street_address": "Main Street 1\nBack door" })),
    ] {
        assert_eq!(seen[name], expected, "{name}");
    }
    let export = browser.get("/account/export").await;
    let export: Value = serde_json::from_str(&export.body).expect("JSON");
    assert_eq!(export["account"]["profile"]["birthdate"], json!("0000-02-29"));

    // What is wrong changes nothing, and what was typed is there again.
    let page = browser.get("/account/profile").await;
    let wrong = [("name", "Al"), ("birthdate", "soon"), ("nickname", "<b>")];
    let answer = browser.submit(&page, &wrong).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.field("birthdate").as_deref(), Some("soon"));
    assert!(answer.body.contains("aria-invalid"), "{}", answer.body);
    assert!(!answer.body.contains("<b>"));
    let seen = userinfo(&server, &tokens.access).await;
    assert_eq!(seen["name"], json!("Alice Ex"));
    // What is left out is taken away.
    let page = browser.get("/account/profile").await;
    browser.submit(&page, &[("name", "Alice")]).await;
    let seen = userinfo(&server, &tokens.access).await;
    assert_eq!(seen["name"], json!("Alice"));
    assert!(seen.get("birthdate").is_none() && seen.get("address").is_none(), "{seen}");
}

#[tokio::test]
async fn operators_change_parts_of_a_profile() {
    let server = start().await;
    let user = signet::storage::users::find(&server.db, EMAIL).await.expect("read").expect("her");
    let change = async |pairs: &[(&str, &str)]| {
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        signet::admin::users::change_profile(&server.app, user.id, &pairs).await
    };
    let stored = async || {
        let row = signet::storage::profiles::get(&server.db, user.id).await;
        row.expect("read").expect("her").profile
    };
    change(&[("phone_number", "+1 555 0100"), ("phone_number_verified", "true")])
        .await
        .expect("fine");
    change(&[("address.locality", "Berlin"), ("name", "A")]).await.expect("fine");
    let expected = json!({
        "phone_number": "+1 555 0100", "phone_number_verified": true, "address": { "locality": "Berlin" },
    });
    assert_eq!(stored().await, expected);
    for bad in [
        &[("nickname", "B"), ("birthdate", "soon")][..],
        &[("email", "x@example.com")],
        &[("phone_number", ""), ("phone_number_verified", "true")],
    ] {
        change(bad).await.expect_err("refused");
        assert_eq!(stored().await, expected, "all or nothing");
    }
    change(&[("phone_number", ""), ("address.locality", "")]).await.expect("fine");
    assert_eq!(stored().await, json!({}));
}
