//! The authorization code grant, from request to tokens (RFC 6749 §4.1, RFC 7636, OpenID Connect Core §3.1).

use insta::assert_json_snapshot;
use openidconnect::reqwest::Method;
use signet::registry::redirect_uri::Registered;
use time::Duration;

use crate::support::{
    API, CALLBACK, EMAIL, PASSWORD, SPA, Server, Tokens, VAULT, WEB,
    flow::{authorize_path, redemption},
    server::{claims, error, header},
};

#[tokio::test]
async fn a_person_signs_in_consents_and_the_client_gets_tokens() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let answer = server.authorize(&mut browser, &[]).await;
    let (url, parameters) = answer.callback();
    assert_eq!(url, CALLBACK);
    assert_eq!(parameters["state"], "the state");
    assert_eq!(parameters["iss"], server.issuer);
    let tokens = Tokens::from(server.redeem(&parameters["code"]).await).await;
    assert_json_snapshot!("token_response", tokens.body, {
        ".access_token" => "[jwt]", ".id_token" => "[jwt]", ".refresh_token" => "[sgr]",
    });
    assert_json_snapshot!("access_token_header", header(&tokens.access), { ".kid" => "[kid]" });
    assert_json_snapshot!("access_token_claims", claims(&tokens.access), {
        ".iss" => "[issuer]", ".aud[1]" => "[issuer]", ".sub" => "[user]", ".jti" => "[jti]",
    });
    let id = tokens.id.as_deref().expect("an ID token");
    assert_json_snapshot!("id_token_header", header(id), { ".kid" => "[kid]" });
    assert_json_snapshot!("id_token_claims", claims(id), {
        ".iss" => "[issuer]", ".sub" => "[user]", ".sid" => "[session]", ".at_hash" => "[hash]",
    });
    assert_eq!(claims(&tokens.access)["sub"], claims(id)["sub"]);
}

#[tokio::test]
async fn a_confidential_first_party_client_is_not_asked_for_consent() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let callback = "https://shop.example/callback";
    let answer =
        server.authorize(&mut browser, &[("client_id", WEB), ("redirect_uri", callback)]).await;
    let code = answer.callback().1["code"].clone();
    let mut form = redemption(&code).to_vec();
    form.retain(|(name, _)| !["client_id", "redirect_uri"].contains(name));
    form.extend([
        ("client_id", WEB),
        ("redirect_uri", callback),
        ("client_secret", server.secret(WEB)),
    ]);
    let tokens = Tokens::from(server.post("/token", &form).await).await;
    assert_eq!(header(tokens.id.as_deref().expect("an ID token"))["alg"], "EdDSA", "as registered");
}

#[tokio::test]
async fn a_code_used_twice_revokes_what_the_first_use_got() {
    let server = Server::start().await;
    let code = server.code(&mut server.browser(), &[]).await;
    let tokens = Tokens::from(server.redeem(&code).await).await;
    assert!(server.is_active(&tokens.access).await);
    assert_eq!(error(server.redeem(&code).await).await, (400, "invalid_grant".to_owned()));
    assert!(!server.is_active(&tokens.access).await);
    assert_eq!(error(server.refresh(tokens.refresh(), &[]).await).await.1, "invalid_grant");
    assert!(server.events().await.contains(&"reuse.detected".to_owned()));
}

#[tokio::test]
async fn a_code_used_again_much_later_still_revokes() {
    let server = Server::start().await;
    let code = server.code(&mut server.browser(), &[]).await;
    let tokens = Tokens::from(server.redeem(&code).await).await;
    server.advance(Duration::minutes(10));
    assert_eq!(error(server.redeem(&code).await).await.1, "invalid_grant");
    assert!(!server.is_active(&tokens.access).await);
}

#[tokio::test]
async fn a_code_has_a_minute() {
    let server = Server::start().await;
    let code = server.code(&mut server.browser(), &[]).await;
    server.advance(Duration::seconds(61));
    assert_eq!(error(server.redeem(&code).await).await, (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_code_is_bound_to_verifier_client_and_redirect_uri_and_a_wrong_try_does_not_spend_it() {
    let server = Server::start().await;
    let code = server.code(&mut server.browser(), &[]).await;
    let other_verifier = "a".repeat(43);
    let wrong = |name: &'static str, value: &str| {
        let mut form: Vec<(&str, String)> =
            redemption(&code).iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        form.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            form.push((name, value.to_owned()));
        }
        form
    };
    for (name, value, expected) in [
        ("code_verifier", other_verifier.as_str(), "invalid_grant"),
        ("code_verifier", "", "invalid_grant"),
        ("code_verifier", "short", "invalid_grant"),
        ("redirect_uri", "https://app.example/other", "invalid_grant"),
        ("resource", VAULT, "invalid_target"),
        ("code", "", "invalid_request"),
        ("code", "sgc_nonsense", "invalid_grant"),
    ] {
        let form = wrong(name, value);
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let (status, code) = error(server.post("/token", &form).await).await;
        assert_eq!((status, code.as_str()), (400, expected), "{name}={value}");
    }
    let form = wrong("client_id", WEB);
    let mut form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
    form.push(("client_secret", server.secret(WEB)));
    assert_eq!(
        error(server.post("/token", &form).await).await.1,
        "invalid_grant",
        "another client"
    );
    Tokens::from(server.redeem(&code).await).await;
}

#[tokio::test]
async fn the_redirect_uri_may_be_left_out_where_pkce_binds_the_code() {
    let server = Server::start().await;
    let code = server.code(&mut server.browser(), &[]).await;
    let form: Vec<_> =
        redemption(&code).into_iter().filter(|(name, _)| *name != "redirect_uri").collect();
    Tokens::from(server.post("/token", &form).await).await;
}

#[tokio::test]
async fn a_token_is_for_the_resources_that_were_asked_and_no_others() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let changes = [("scope", "openid read open"), ("resource", API), ("resource", VAULT)];
    let code = server.code(&mut browser, &changes).await;
    let mut form = redemption(&code).to_vec();
    form.push(("resource", API));
    let narrow = Tokens::from(server.post("/token", &form).await).await;
    assert_eq!(claims(&narrow.access)["aud"][0], API);
    assert_eq!(narrow.body["scope"], "openid read");

    let both = server.tokens(&mut browser, &changes).await;
    assert!(both.access.starts_with("sga_"), "one resource wants opaque tokens");
    let seen = server.introspect_as("resource-server", &both.access).await;
    assert_eq!(seen["active"], true);
    assert_eq!(seen["scope"], "openid read open");
    assert_eq!(both.body["expires_in"], 300);
}

#[tokio::test]
async fn a_code_of_a_session_that_ended_is_worth_nothing() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let code = server.code(&mut browser, &[]).await;
    let page = browser.get("/sign-out").await;
    browser.submit(&page, &[]).await;
    assert_eq!(error(server.redeem(&code).await).await.1, "invalid_grant");
}

#[tokio::test]
async fn a_person_who_was_disabled_gets_nothing_more() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &[]).await;
    let code = server.code(&mut browser, &[]).await;
    let alice = claims(&tokens.access)["sub"].as_str().expect("a subject").parse().expect("a UUID");
    signet::admin::users::set_disabled(&server.app, alice, true).await.expect("disabled");
    assert_eq!(error(server.redeem(&code).await).await.1, "invalid_grant");
    assert_eq!(error(server.refresh(tokens.refresh(), &[]).await).await.1, "invalid_grant");
    server.follow().await;
    assert!(!server.is_active(&tokens.access).await);
    let userinfo = server.request(Method::GET, "/userinfo").bearer_auth(&tokens.access);
    assert_eq!(userinfo.send().await.expect("an answer").status(), 401);
    let silently = authorize_path(&[("prompt", "none")]);
    assert_eq!(browser.get(&silently).await.callback().1["error"], "login_required");
    let page = browser.get("/sign-in").await;
    let right = [("identifier", EMAIL), ("password", PASSWORD)];
    assert_eq!(browser.submit(&page, &right).await.status, 422, "also with the right password");
    assert!(server.events().await.contains(&"sign_in.failed".to_owned()));

    signet::admin::users::set_disabled(&server.app, alice, false).await.expect("enabled");
    assert_eq!(browser.get(&silently).await.callback().1["error"], "login_required");
    assert!(!browser.get("/").await.body.contains("Alice Example"), "what ended stays ended");
    assert_eq!(error(server.refresh(tokens.refresh(), &[]).await).await.1, "invalid_grant");
    assert!(!server.is_active(&tokens.access).await);
    server.signed_in().await;
}

#[tokio::test]
async fn a_native_application_listens_on_any_loopback_port() {
    let server = Server::start().await;
    let uri = "http://127.0.0.1:51004/callback";
    let answer = server.authorize(&mut server.browser(), &[("redirect_uri", uri)]).await;
    let (url, parameters) = answer.callback();
    assert_eq!(url, uri);
    let mut form = redemption(&parameters["code"]);
    form[2].1 = uri;
    assert_eq!(form[1].1, SPA);
    Tokens::from(server.post("/token", &form).await).await;
}

#[tokio::test]
async fn a_native_application_gets_no_code_without_a_word_unless_an_operator_lets_it() {
    let server = Server::start().await;
    let scheme = Registered::parse("com.example.app:/callback").expect("a URI");
    for first_party in [false, true] {
        for uri in ["http://127.0.0.1:51004/callback", scheme.as_str()] {
            server
                .change_client(SPA, |spa| {
                    spa.redirect_uris.push(scheme.clone());
                    (spa.first_party, spa.unsafe_silent_native) = (first_party, false);
                })
                .await;
            let mut browser = server.signed_in().await;
            let (asked, silent) =
                ([("redirect_uri", uri)], [("redirect_uri", uri), ("prompt", "none")]);
            for _ in 0..2 {
                let page = browser.get(&authorize_path(&asked)).await;
                let page = browser.follow(page).await;
                assert!(page.body.contains("id=\"allow\""), "{uri}: {}", page.body);
                let answer = browser.submit(&page, &[("decision", "allow")]).await;
                assert!(answer.callback().1.contains_key("code"));
                let answer = browser.get(&authorize_path(&silent)).await;
                assert_eq!(answer.callback().1["error"], "consent_required");
            }
            // Where no other program listens, it is as ever.
            server.code(&mut browser, &[]).await;
            let silently = browser.get(&authorize_path(&[("prompt", "none")])).await;
            assert!(silently.callback().1.contains_key("code"));

            server.change_client(SPA, |spa| spa.unsafe_silent_native = true).await;
            let answer = browser.get(&authorize_path(&silent)).await;
            assert!(answer.callback().1.contains_key("code"), "{:?}", answer.callback());
        }
    }
}
