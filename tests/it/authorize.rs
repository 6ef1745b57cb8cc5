//! The authorization endpoint and its pages: what is asked, what survives, where errors go.

use time::Duration;

use crate::support::{CALLBACK, EMAIL, Options, PASSWORD, Server, flow::authorize_path};

#[tokio::test]
async fn an_answer_that_cannot_go_to_the_client_safely_stays_here() {
    let server = Server::start().await;
    let mut browser = server.browser();
    for changes in [
        [("client_id", "nobody")],
        [("client_id", "")],
        [("redirect_uri", "https://evil.example/")],
        [("redirect_uri", "")],
        [("redirect_uri", "https://app.example/callback/")],
    ] {
        let answer = browser.get(&authorize_path(&changes)).await;
        assert_eq!(answer.status, 400, "{changes:?}");
        assert_eq!(answer.location(), None);
        assert!(answer.body.contains("This link does not work"));
        assert!(
            answer.body.contains(answer.header("x-request-id")),
            "the log's reference is shown"
        );
    }
    let twice = format!("{}&client_id=spa", authorize_path(&[]));
    assert_eq!(browser.get(&twice).await.status, 400);
}

#[tokio::test]
async fn other_errors_go_to_the_client_with_state_and_issuer() {
    let server = Server::start().await;
    let mut browser = server.browser();
    for (changes, expected) in [
        ([("response_type", "token")], "unsupported_response_type"),
        ([("code_challenge", "")], "invalid_request"),
        ([("code_challenge_method", "plain")], "invalid_request"),
        ([("scope", "openid a\\b")], "invalid_scope"),
        ([("scope", "nonsense")], "invalid_scope"),
        ([("resource", "https://nowhere.example")], "invalid_target"),
        ([("prompt", "none")], "login_required"),
        // OpenID Connect Core §3.1.2.1: `none` stands alone.
        ([("prompt", "none login")], "invalid_request"),
        ([("prompt", "none consent")], "invalid_request"),
        ([("prompt", "select_account none")], "invalid_request"),
        ([("max_age", "-1")], "invalid_request"),
        ([("request", "eyJ")], "invalid_request_object"),
        ([("request_uri", "https://app.example/request")], "request_uri_not_supported"),
        ([("registration", "{}")], "registration_not_supported"),
    ] {
        let answer = browser.get(&authorize_path(&changes)).await;
        assert_eq!(answer.status, 303, "{changes:?}");
        let (url, parameters) = answer.callback();
        assert_eq!(url, CALLBACK);
        assert_eq!(parameters["error"], expected);
        assert_eq!(parameters["state"], "the state");
        assert_eq!(parameters["iss"], server.issuer);
    }
    let twice = format!("{}&nonce=again", authorize_path(&[]));
    assert_eq!(browser.get(&twice).await.callback().1["error"], "invalid_request");
}

#[tokio::test]
async fn a_post_is_answered_like_a_get() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let path =
        authorize_path(&[("client_id", "web"), ("redirect_uri", "https://shop.example/callback")]);
    let (endpoint, query) = path.split_once('?').expect("a query");
    let form: Vec<(String, String)> =
        openidconnect::url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let answer = browser.post_from(Some("https://shop.example"), endpoint, &form).await;
    assert_eq!(answer.status, 303);
    let answer = browser.follow(answer).await;
    assert!(answer.callback().1.contains_key("code"));
}

#[tokio::test]
async fn form_post_posts_the_answer() {
    let server = Server::start().await;
    let page = server.authorize(&mut server.browser(), &[("response_mode", "form_post")]).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.action().as_deref(), Some(CALLBACK));
    assert!(page.field("code").expect("a code").starts_with("sgc_"));
    assert_eq!(page.field("state").as_deref(), Some("the state"));
    assert_eq!(page.field("iss").as_deref(), Some(server.issuer.as_str()));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self'") && !policy.contains("form-action"), "{policy}");
}

#[tokio::test]
async fn consent_is_remembered_for_what_was_asked_and_no_more() {
    let server = Server::start().await;
    let mut browser = server.browser();
    server.code(&mut browser, &[("scope", "openid read")]).await;
    let again = browser.get(&authorize_path(&[("scope", "read openid")])).await;
    assert!(again.callback().1.contains_key("code"), "not asked again");
    let fewer = browser.get(&authorize_path(&[("scope", "openid")])).await;
    assert!(fewer.callback().1.contains_key("code"));
    let more = [("scope", "openid read write"), ("prompt", "none")];
    let more = browser.get(&authorize_path(&more)).await;
    assert_eq!(more.callback().1["error"], "consent_required");
    let asked = browser.get(&authorize_path(&[("scope", "openid read write")])).await;
    let asked = browser.follow(asked).await;
    assert!(asked.body.contains("Change things"), "scopes are explained in words");
}

#[tokio::test]
async fn who_denies_or_cancels_is_sent_back_with_access_denied() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let page = browser.get(&authorize_path(&[])).await;
    let page = browser.follow(page).await;
    let cancelled = browser.submit(&page, &[("cancel", "1")]).await;
    assert_eq!(cancelled.callback().1["error"], "access_denied");

    let mut browser = server.signed_in().await;
    let page = browser.get(&authorize_path(&[])).await;
    let page = browser.follow(page).await;
    let denied = browser.submit(&page, &[("decision", "deny")]).await;
    assert_eq!(denied.callback().1["error"], "access_denied");
    assert!(server.events().await.contains(&"consent.denied".to_owned()));
}

#[tokio::test]
async fn prompt_login_and_max_age_ask_again_once() {
    let server = Server::start().await;
    let mut browser = server.browser();
    server.code(&mut browser, &[]).await;
    server.advance(Duration::minutes(10));
    for changes in [[("prompt", "login")], [("max_age", "300")], [("max_age", "0")]] {
        let page = browser.get(&authorize_path(&changes)).await;
        let page = browser.follow(page).await;
        assert!(page.body.contains("Confirm it’s you"), "{changes:?}: {}", page.body);
        let fields = [("identifier", EMAIL), ("password", PASSWORD)];
        let answer = browser.submit(&page, &fields).await;
        assert!(answer.callback().1.contains_key("code"), "{changes:?}");
        server.advance(Duration::minutes(10));
    }
    let recent = browser.get(&authorize_path(&[("max_age", "3600")])).await;
    assert!(recent.callback().1.contains_key("code"));
    let beyond = browser.get(&authorize_path(&[("max_age", "99999999999999999999")])).await;
    assert!(beyond.callback().1.contains_key("code"));
    for max_age in ["60", "0"] {
        let none = browser.get(&authorize_path(&[("max_age", max_age), ("prompt", "none")])).await;
        assert_eq!(none.callback().1["error"], "login_required", "{max_age}");
    }
}

#[tokio::test]
async fn signing_in_again_keeps_the_session_and_what_was_granted_in_it() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let before = server.tokens(&mut browser, &[]).await;
    let cookie = browser.cookies["signet_session"].clone();
    server.advance(Duration::seconds(5));
    let after = server.tokens(&mut browser, &[("prompt", "login")]).await;
    assert_ne!(browser.cookies["signet_session"], cookie, "the secret is new");
    let sid = |tokens: &crate::support::Tokens| {
        crate::support::server::claims(tokens.id.as_deref().expect("an ID token"))["sid"].clone()
    };
    assert_eq!(sid(&before), sid(&after));
    assert_eq!(server.refresh(before.refresh(), &[]).await.status(), 200);
}

#[tokio::test]
async fn prompt_consent_asks_again_and_select_account_lets_choose() {
    let server = Server::start().await;
    let mut browser = server.browser();
    server.code(&mut browser, &[]).await;
    server.advance(Duration::seconds(5));
    let page = browser.get(&authorize_path(&[("prompt", "consent")])).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("id=\"allow\""));

    let page = browser.get(&authorize_path(&[("prompt", "select_account")])).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("id=\"continue-as\""), "{}", page.body);
    let same = browser.submit(&page, &[("decision", "continue")]).await;
    assert!(same.callback().1.contains_key("code"));

    let page = browser.get(&authorize_path(&[("prompt", "select_account")])).await;
    let page = browser.follow(page).await;
    let other = browser.submit(&page, &[("decision", "other")]).await;
    assert!(other.body.contains("id=\"sign-in\""));
    let fields = [("identifier", "bob@example.com"), ("password", "another good password")];
    let other = browser.submit(&other, &fields).await;
    assert!(other.body.contains("bob@example.com"), "Bob is asked for his own consent");
}

#[tokio::test]
async fn an_interaction_survives_reloading_and_a_second_tab() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let first = browser.get(&authorize_path(&[("state", "one")])).await.location().expect("a page");
    let second =
        browser.get(&authorize_path(&[("state", "two")])).await.location().expect("a page");
    let page_one = browser.get(&first).await;
    assert!(browser.get(&first).await.body.contains("id=\"sign-in\""), "reloaded");
    let page_two = browser.get(&second).await;
    let fields = [("identifier", EMAIL), ("password", PASSWORD)];
    let consent = browser.submit(&page_one, &fields).await;
    // The second tab still shows the sign-in form; submitting it goes on to the consent of its own request.
    let other = browser.submit(&page_two, &fields).await;
    assert!(other.body.contains("id=\"allow\""), "{}", other.body);
    let stale = browser.submit(&consent, &[("decision", "allow")]).await;
    assert_eq!(stale.status, 403, "made before the session was renewed");
    assert!(stale.body.contains("out of date"));
    let fresh = browser.get(&first).await;
    let done = browser.submit(&fresh, &[("decision", "allow")]).await;
    assert_eq!(done.callback().1["state"], "one");
    let done = browser.get(&second).await;
    assert_eq!(done.callback().1["state"], "two", "the consent covers it too");
}

#[tokio::test]
async fn who_comes_back_to_a_finished_request_can_go_on_to_the_client_again() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let page = browser.get(&authorize_path(&[])).await.location().expect("a page");
    let answer = server.authorize(&mut browser, &[]).await;
    assert!(answer.callback().1.contains_key("code"));
    let own = browser.get(&page).await;
    let first = own.callback().1["code"].clone();
    let again = browser.get(&page).await;
    assert!(again.body.contains("id=\"continue\""), "{}", again.body);
    let second = browser.submit(&again, &[]).await.callback().1["code"].clone();
    assert_ne!(first, second);
    assert_eq!(server.redeem(&second).await.status(), 200);
}

#[tokio::test]
async fn an_interaction_belongs_to_its_browser_and_to_its_time() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let page = browser.get(&authorize_path(&[])).await.location().expect("a page");
    let mut other = server.signed_in().await;
    let stolen = other.get(&page).await;
    assert_eq!(stolen.status, 404);
    assert_eq!(browser.get(&page).await.status, 200);
    server.advance(Duration::minutes(31));
    assert_eq!(browser.get(&page).await.status, 404);
    assert_eq!(browser.get("/interaction/nonsense").await.status, 404);
}

#[tokio::test]
async fn the_login_hint_is_filled_in_and_nothing_in_it_is_markup() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let hint = "\"><script>alert(1)</script>";
    let page = browser.get(&authorize_path(&[("login_hint", hint)])).await;
    let page = browser.follow(page).await;
    assert_eq!(page.field("identifier").as_deref(), Some(hint));
    assert!(!page.body.contains("<script>alert"));
}

#[tokio::test]
async fn offline_access_is_a_matter_of_consent() {
    let server = Server::start().await;
    let mut browser = server.browser();
    server.code(&mut browser, &[("scope", "openid")]).await;
    let page = browser.get(&authorize_path(&[("scope", "openid offline_access")])).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("Stay connected while you are away"), "{}", page.body);
}

#[tokio::test]
async fn with_an_id_token_hint_the_answer_is_about_that_person_or_there_is_none() {
    let server = Server::start().await;
    let mut alice = server.browser();
    let tokens = server.tokens(&mut alice, &[]).await;
    let hint = tokens.id.as_deref().expect("an ID token");
    server.advance(Duration::hours(1));
    let silent = authorize_path(&[("id_token_hint", hint), ("prompt", "none")]);
    let same = alice.get(&silent).await;
    assert!(same.callback().1.contains_key("code"), "also when it has ended");

    let mut bob = server.browser();
    let page = bob.get("/sign-in").await;
    let as_bob = [("identifier", "bob@example.com"), ("password", "another good password")];
    bob.submit(&page, &as_bob).await;
    assert_eq!(bob.get(&silent).await.callback().1["error"], "login_required");
    let page = bob.get(&authorize_path(&[("id_token_hint", hint)])).await;
    let page = bob.follow(page).await;
    assert!(page.body.contains("id=\"form-notice\""), "{}", page.body);
    assert_eq!(page.field("identifier").as_deref(), Some(""), "neither account is filled in");
    let again = bob.submit(&page, &as_bob).await;
    assert!(again.body.contains("id=\"sign-in\""), "Bob is not the one: {}", again.body);
    let answer = bob.submit(&again, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(answer.callback().1.contains_key("code"), "{}", answer.body);
}

#[tokio::test]
async fn an_id_token_hint_that_is_not_ours_is_refused() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &[]).await;
    let id = tokens.id.as_deref().expect("an ID token");
    let forged = format!("{}.{}", &id[..id.rfind('.').expect("a JWT")], "AAAA");
    for hint in ["nonsense", &forged, &tokens.access] {
        let answer = browser.get(&authorize_path(&[("id_token_hint", hint)])).await;
        assert_eq!(answer.callback().1["error"], "invalid_request", "{hint}");
    }
    let of_another_client = authorize_path(&[
        ("client_id", "web"),
        ("redirect_uri", "https://shop.example/callback"),
        ("id_token_hint", id),
    ]);
    assert_eq!(browser.get(&of_another_client).await.callback().1["error"], "invalid_request");
}

#[tokio::test]
async fn a_token_for_a_resource_is_a_matter_of_consent_also_without_a_scope_of_it() {
    let server = Server::start().await;
    let mut browser = server.browser();
    server.code(&mut browser, &[("scope", "openid")]).await;
    let vault = [("scope", "openid"), ("resource", crate::support::VAULT)];
    let silent = browser.get(&authorize_path(&[vault[0], vault[1], ("prompt", "none")])).await;
    assert_eq!(silent.callback().1["error"], "consent_required");
    let page = browser.get(&authorize_path(&vault)).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains(crate::support::VAULT), "{}", page.body);
    assert!(page.body.contains("It may act there as you"), "{}", page.body);
    let allowed = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(allowed.callback().1.contains_key("code"));
    let again = browser.get(&authorize_path(&vault)).await;
    assert!(again.callback().1.contains_key("code"), "not asked again");
}

#[tokio::test]
async fn consent_for_one_client_is_none_for_another() {
    let server = Server::start().await;
    server
        .apply(
            r#"
            [[client]]
            client_id = "other"
            client_name = "Another application"
            token_endpoint_auth_method = "none"
            grant_types = ["authorization_code"]
            redirect_uris = ["https://other.example/callback"]
            scopes = ["openid", "read"]
            resources = ["https://api.example.com"]
            "#,
        )
        .await;
    let mut browser = server.browser();
    server.code(&mut browser, &[]).await;
    let other = [("client_id", "other"), ("redirect_uri", "https://other.example/callback")];
    let silently = [&other[..], &[("prompt", "none")]].concat();
    let answer = browser.get(&authorize_path(&silently)).await;
    assert_eq!(answer.callback().1["error"], "consent_required");
    let page = browser.get(&authorize_path(&other)).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("id=\"allow\"") && page.body.contains("Another application"));
    let denied = browser.submit(&page, &[("decision", "deny")]).await;
    assert_eq!(denied.callback().1["error"], "access_denied");
    let own = browser.get(&authorize_path(&[])).await;
    assert!(own.callback().1.contains_key("code"), "the first one's consent stands");
}

#[tokio::test]
async fn the_clients_name_and_logo_are_on_the_pages() {
    let server = Server::start().await;
    let logo = "https://cdn.example/logo.png?a=1&b=2";
    let rename = |metadata: &mut signet::registry::client::Metadata| {
        metadata.client_name = "Tea & <Cakes>".to_owned();
        metadata.logo_uri = Some(logo.to_owned());
        metadata.client_uri = Some("https://tea.example/".to_owned());
    };
    server.change_client(crate::support::SPA, rename).await;
    let mut browser = server.browser();
    let page = browser.get(&authorize_path(&[])).await;
    let sign_in = browser.follow(page).await;
    let consent = browser.submit(&sign_in, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(sign_in.body.contains("id=\"sign-in\"") && consent.body.contains("id=\"allow\""));
    for page in [&sign_in, &consent] {
        assert!(page.body.contains("Tea &#38; &#60;Cakes&#62;"), "{}", page.body);
        assert!(page.body.contains("src=\"/logo/") && !page.body.contains("cdn.example"));
        assert!(page.header("content-security-policy").contains("img-src 'self' data:;"));
    }
    assert!(consent.body.contains("href=\"https://tea.example/\""));
}

#[tokio::test]
async fn an_id_token_hint_outlives_the_key_that_signed_it_but_that_key_signs_no_more() {
    // OpenID Connect Core §3.1.2.1, §10.1.1.
    let server = Server::start().await;
    let mut browser = server.browser();
    let hint = server.tokens(&mut browser, &[]).await.id.expect("an ID token");
    let kid = crate::support::server::header(&hint)["kid"].as_str().expect("a kid").to_owned();
    let former = std::sync::Arc::clone(&server.app.keys.set().by_kid(&kid).expect("ours").key);
    server.advance(Duration::hours(2));
    let now = server.clock.now();
    server.app.keys.add(&server.db, former.alg, true, now).await.expect("a new key");
    server.advance(Duration::hours(1));
    let silent = |hint: &str| authorize_path(&[("id_token_hint", hint), ("prompt", "none")]);
    let answer = browser.get(&silent(&hint)).await;
    assert!(answer.callback().1.contains_key("code"), "{:?}", answer.callback());
    // Whoever stole the former key makes no hints with it.
    let iat = server.clock.now().unix_timestamp();
    let late = crate::support::jwt::merge(
        crate::support::server::claims(&hint),
        &serde_json::json!({ "iat": iat, "exp": iat + 60 }),
    );
    let late = signet::tokens::jws::sign(&former, signet::keys::signing::Type::Id, &late);
    assert_eq!(browser.get(&silent(&late)).await.callback().1["error"], "invalid_request");
}

async fn waiting(server: &Server) -> Vec<serde_json::Value> {
    let sql = "SELECT request FROM authorization_requests ORDER BY id";
    sqlx::query_scalar(sql).fetch_all(&server.db).await.expect("requests")
}

#[tokio::test]
async fn no_more_is_kept_of_a_request_than_a_request_needs() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let long = "a".repeat(9000);
    for name in ["state", "nonce"] {
        let answer = browser.get(&authorize_path(&[(name, &long)])).await;
        assert_eq!(answer.callback().1["error"], "invalid_request", "{name}");
    }
    assert_eq!(waiting(&server).await.len(), 0);
    // A hint that can be no one's is none.
    for (hint, kept) in [(EMAIL, true), (&long[..400], false)] {
        // In the order of their ids.
        server.advance(Duration::SECOND);
        let answer = browser.get(&authorize_path(&[("login_hint", hint)])).await;
        assert!(answer.location().expect("a page").contains("/interaction/"));
        let last = waiting(&server).await.pop().expect("kept");
        assert_eq!(last["login_hint"].as_str(), Some(hint).filter(|_| kept));
    }
    // Larger than any client needs, and less than that.
    let answer = browser.get(&authorize_path(&[("state", &long[..4096])])).await;
    let page = browser.follow(answer).await;
    let done = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(done.status, 200, "{}", done.body);
}

#[tokio::test]
async fn an_address_has_so_many_requests_that_wait_and_whoever_signs_in_makes_room() {
    let config = "[sign_in]\naddress_requests = 2";
    let server = Server::with(Options { config, ..Options::default() }).await;
    for _ in 0..4 {
        server.tokens(&mut server.browser(), &[]).await;
    }
    for _ in 0..2 {
        assert_eq!(server.browser().get(&authorize_path(&[])).await.status, 303);
    }
    let before = waiting(&server).await.len();
    let refused = server.browser().get(&authorize_path(&[])).await;
    assert_eq!(refused.status, 429);
    assert!(refused.body.contains("too many attempts"), "{}", refused.body);
    assert_eq!(refused.header("retry-after"), "900");
    assert_eq!(waiting(&server).await.len(), before, "nothing is kept");
    // What needs no one to wait goes on.
    let none = server.browser().get(&authorize_path(&[("prompt", "none")])).await;
    assert_eq!(none.callback().1["error"], "login_required");
    server.advance(Duration::minutes(15));
    assert_eq!(server.browser().get(&authorize_path(&[])).await.status, 303);
}

#[tokio::test]
async fn requests_that_have_ended_do_not_stay() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let path = authorize_path(&[]);
    browser.get(&path).await;
    server.advance(Duration::minutes(20));
    browser.get(&path).await;
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(waiting(&server).await.len(), 2);
    // Of many, all.
    sqlx::query(
        "INSERT INTO authorization_requests (id, browser_hash, client_id, request, created_at, expires_at)
         SELECT overlay(id::text placing lpad(to_hex(n), 12, '0') from 25)::uuid, browser_hash, client_id, request,
                created_at, expires_at
         FROM (SELECT * FROM authorization_requests ORDER BY id LIMIT 1) r, generate_series(1, 2500) n",
    )
    .execute(&server.db)
    .await
    .expect("written");
    server.advance(Duration::minutes(10) + Duration::SECOND);
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(waiting(&server).await.len(), 1, "the one that can be gone on with");
    server.advance(Duration::minutes(20));
    assert!(server.app.maintain().await.is_empty());
    assert_eq!(waiting(&server).await.len(), 0);
}
