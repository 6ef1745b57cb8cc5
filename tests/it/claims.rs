//! Claims about people (OpenID Connect Core §5): where they come from, and who is told.

use std::collections::BTreeMap;

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::support::{
    Browser, EMAIL, SPA, Server, Tokens, VAULT, flow::authorize_path, server::claims,
};

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
async fn an_address_has_each_of_its_parts() {
    // OpenID Connect Core §5.1.1.
    let server = start().await;
    let parts = json!({
        "formatted": "Main Street 1\n10115 Berlin", "street_address": "Main Street 1", "locality": "Berlin",
        "region": "BE", "postal_code": "10115", "country": "Germany",
    });
    let more = "street_address = \"Main Street 1\"\nformatted = \"Main Street 1\\n10115 Berlin\"\nregion = \"BE\"";
    server.apply(&PROFILE.replace("street_address = \"Main Street 1\"", more)).await;
    let scope = [("scope", "openid address")];
    let tokens = server.tokens(&mut server.browser(), &scope).await;
    assert_eq!(userinfo(&server, &tokens.access).await["address"], parts);
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

/// The parameters of an answer that came without any page.
async fn silently(
    server: &Server,
    browser: &mut Browser,
    claims: &str,
) -> BTreeMap<String, String> {
    let path = authorize_path(&[("claims", claims), ("prompt", "none")]);
    let answer = browser.get(&path).await;
    assert!(answer.location().is_some_and(|to| !to.starts_with(&server.issuer)), "{answer:?}");
    answer.callback().1
}

#[tokio::test]
async fn what_is_asked_for_by_name_is_told_where_it_was_asked_for() {
    let server = start().await;
    server.apply(PROFILE).await;
    let asked = r#"{"id_token":{"email":null,"birthdate":{"essential":true},"picture":{"value":"x"},"unknown":null},
                    "userinfo":{"phone_number":{"essential":true},"middle_name":null,"unknown":{"essential":true}}}"#;
    let mut browser = server.browser();
    let mut tokens = server.tokens(&mut browser, &[("claims", asked)]).await;
    for _ in 0..2 {
        let id = claims(tokens.id.as_ref().expect("an ID token"));
        assert_eq!(id["email"], json!("alice@example.com"));
        assert_eq!(id["birthdate"], json!("1990-02-28"));
        assert_eq!(id["picture"], json!("https://people.example/alice.png"));
        for absent in ["phone_number", "middle_name", "email_verified", "unknown"] {
            assert!(id.get(absent).is_none(), "{absent}: {id}");
        }
        let seen = userinfo(&server, &tokens.access).await;
        let expected =
            json!({ "sub": id["sub"], "phone_number": "+49 30 1234", "middle_name": "Maria" });
        assert_eq!(seen, expected);
        // A refreshed grant is the same grant.
        tokens = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    }
    let vault = [("claims", asked), ("scope", "openid open"), ("resource", VAULT)];
    let opaque = server.tokens(&mut browser, &vault).await;
    assert!(opaque.access.starts_with("sga_"));
    let seen = userinfo(&server, &opaque.access).await;
    assert_eq!(seen["phone_number"], json!("+49 30 1234"));
    // Another grant asked for nothing.
    let other = server.tokens(&mut browser, &[]).await;
    assert_eq!(userinfo(&server, &other.access).await.as_object().expect("an object").len(), 1);
    assert!(claims(&other.id.expect("an ID token")).get("email").is_none());
}

#[tokio::test]
async fn a_claim_is_consented_to_as_a_scope_is() {
    let server = start().await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    let email = r#"{"id_token":{"email":null}}"#;
    let both = r#"{"id_token":{"email":null},"userinfo":{"phone_number":null}}"#;
    assert_eq!(silently(&server, &mut browser, email).await["error"], "consent_required");
    let page = browser.get(&authorize_path(&[("claims", email)])).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("See your e-mail address"), "{}", page.body);
    assert!(page.body.contains("<code>email</code>"), "{}", page.body);
    browser.submit(&page, &[("decision", "allow")]).await;
    // It covers the claim wherever it is told, and no other one.
    let at_userinfo = r#"{"userinfo":{"email":null}}"#;
    assert!(silently(&server, &mut browser, at_userinfo).await.contains_key("code"));
    assert_eq!(silently(&server, &mut browser, both).await["error"], "consent_required");
    let scope = authorize_path(&[("scope", "openid read email"), ("prompt", "none")]);
    let refused = browser.get(&scope).await.callback().1;
    assert_eq!(refused["error"], "consent_required", "a claim is not its scope");
    let page = browser.get("/account/applications").await.body;
    assert!(page.contains("See your e-mail address"), "{page}");
    // The scope covers its claims.
    server.tokens(&mut browser, &[("scope", "openid read email phone")]).await;
    assert!(silently(&server, &mut browser, both).await.contains_key("code"));
}

#[tokio::test]
async fn a_client_gets_no_claim_of_a_scope_that_is_not_its_own() {
    let server = Server::start().await;
    server.apply(PROFILE).await;
    let asked = r#"{"id_token":{"phone_number":{"essential":true}},"userinfo":{"address":null,"name":null}}"#;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &[("claims", asked)]).await;
    let seen = userinfo(&server, &tokens.access).await;
    assert_eq!(seen["name"], json!("Alice Example"));
    assert!(seen.get("address").is_none(), "{seen}");
    assert!(claims(&tokens.id.expect("an ID token")).get("phone_number").is_none());
}

#[tokio::test]
async fn an_answer_is_about_the_subject_that_was_asked_for_or_there_is_none() {
    let server = start().await;
    let mut browser = server.signed_in().await;
    let tokens = server.tokens(&mut browser, &[]).await;
    let sub = claims(&tokens.access)["sub"].as_str().expect("a subject").to_owned();
    for place in ["id_token", "userinfo"] {
        let asked = |sub: &str| json!({ place: { "sub": { "value": sub } } }).to_string();
        assert!(silently(&server, &mut browser, &asked(&sub)).await.contains_key("code"));
        let someone = silently(&server, &mut browser, &asked("someone else")).await;
        assert_eq!(someone["error"], "login_required");
        let page = browser.get(&authorize_path(&[("claims", &asked("someone else"))])).await;
        let page = browser.follow(page).await;
        assert!(page.body.contains("another one than the one that"), "{}", page.body);
    }
    let asked = json!({ "id_token": { "sub": { "values": ["x", sub] } } }).to_string();
    assert!(silently(&server, &mut browser, &asked).await.contains_key("code"));
    let other = json!({ "id_token": { "sub": { "value": "x" } } }).to_string();
    let id = tokens.id.expect("an ID token");
    let changes = [("claims", other.as_str()), ("id_token_hint", id.as_str())];
    let answer = browser.get(&authorize_path(&changes)).await.callback().1;
    assert_eq!(answer["error"], "invalid_request");
}

#[tokio::test]
async fn an_essential_acr_is_met_and_told_or_there_is_an_error() {
    let server = start().await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    let acr = |asked: Value| json!({ "id_token": { "acr": asked } }).to_string();
    for (asked, error) in [
        (
            json!({ "essential": true, "values": ["gold"] }),
            Some("unmet_authentication_requirements"),
        ),
        (json!({ "essential": true, "value": "gold" }), Some("unmet_authentication_requirements")),
        (json!({ "essential": true, "values": ["gold", "aal2"] }), Some("login_required")),
        (json!({ "values": ["aal2"] }), Some("login_required")),
        (json!({ "values": ["gold"] }), None),
        (json!({ "essential": true, "values": ["gold", "aal1"] }), None),
        (json!({ "essential": true }), None),
        (json!(null), None),
    ] {
        let answer = silently(&server, &mut browser, &acr(asked.clone())).await;
        assert_eq!(answer.get("error").map(String::as_str), error, "{asked}");
    }
    // Whoever proved more is told to have proved what was asked for (Core §5.5.1.1).
    let sql = "UPDATE sessions SET acr = 'aal2'";
    sqlx::query(sql).execute(&server.db).await.expect("stronger");
    for (asked, told) in [
        (json!({ "essential": true, "values": ["gold", "aal1"] }), "aal1"),
        (json!({ "essential": true, "values": ["aal1", "aal2"] }), "aal2"),
        (json!({ "values": ["aal1"] }), "aal2"),
    ] {
        let asked = acr(asked);
        let tokens = server.tokens(&mut browser, &[("claims", &asked)]).await;
        let id = claims(&tokens.id.expect("an ID token"));
        assert_eq!(id["acr"], json!(told), "{asked}");
        assert!(id["auth_time"].is_number());
    }
}

#[tokio::test]
async fn a_claims_parameter_is_json_of_the_right_form() {
    let server = start().await;
    let mut browser = server.signed_in().await;
    server.tokens(&mut browser, &[]).await;
    for bad in ["x", "[]", r#"{"userinfo":{"email":1}}"#] {
        let answer = silently(&server, &mut browser, bad).await;
        assert_eq!(answer["error"], "invalid_request", "{bad}");
    }
    // RFC 6749 §3.1: to a request that is none of OpenID Connect it means nothing.
    let path = authorize_path(&[("claims", "x"), ("scope", "read"), ("prompt", "none")]);
    assert!(browser.get(&path).await.callback().1.contains_key("code"));
    // Core §5.2: nor is a language an error, whatever it is.
    for locales in ["de fr-CA", "x", "German, please", ""] {
        let path = authorize_path(&[("claims_locales", locales), ("prompt", "none")]);
        assert!(browser.get(&path).await.callback().1.contains_key("code"), "{locales}");
    }
}
