//! Claims in the languages and scripts that are asked for (OpenID Connect Core §5.2, `claims_locales`).

use openidconnect::reqwest::Method;
use serde_json::{Value, json};

use crate::support::{EMAIL, Server, Tokens, VAULT, flow::authorize_path, server::claims};

/// Alice's names.
const NAMES: &str = r#"
[[user]]
email = "alice@example.com"
email_verified = true
username = "alice"
name = "Taro Yamada"
[user.profile]
given_name = "Taro"
family_name = "Yamada"
birthdate = "1990-02-28"
[user.profile.languages.ja-Hani-JP]
name = "山田 太郎"
given_name = "太郎"
family_name = "山田"
[user.profile.languages.ja-Kana-JP]
family_name = "ヤマダ"
"#;

async fn start() -> Server {
    let server = Server::start().await;
    server.apply(NAMES).await;
    server
}

/// What `UserInfo` says beside the subject.
async fn userinfo(server: &Server, token: &str) -> Value {
    let answer = server.request(Method::GET, "/userinfo").bearer_auth(token);
    let answer = answer.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let mut seen: Value = answer.json().await.expect("JSON");
    let seen_object = seen.as_object_mut().expect("an object");
    assert!(seen_object.remove("sub").is_some());
    seen_object.remove("updated_at");
    seen
}

#[tokio::test]
async fn a_client_is_told_in_the_language_that_it_asks_for_as_long_as_its_grant_lives() {
    let server = start().await;
    // Nobody is signed in: the request waits for that.
    let mut browser = server.browser();
    let asked =
        [("scope", "openid profile offline_access read"), ("claims_locales", "fr ja-KANA-jp")];
    let mut tokens = server.tokens(&mut browser, &asked).await;
    let expected = json!({
        "preferred_username": "alice", "birthdate": "1990-02-28",
        "name": "Taro Yamada", "given_name": "Taro",
        "family_name": "ヤマダ", "family_name#ja-Kana-JP": "ヤマダ",
    });
    for _ in 0..2 {
        assert_eq!(userinfo(&server, &tokens.access).await, expected);
        tokens = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    }
    // Core §5.2: who asks for one language gets no tags. And another grant is another grant.
    for (locales, name, family_name) in [
        ("ja-Kana-JP", "Taro Yamada", "ヤマダ"),
        ("ja", "山田 太郎", "山田"),
        ("de", "Taro Yamada", "Yamada"),
        ("nonsense!", "Taro Yamada", "Yamada"),
        ("", "Taro Yamada", "Yamada"),
    ] {
        let asked = [("scope", "openid profile"), ("claims_locales", locales)];
        let tokens = server.tokens(&mut browser, &asked).await;
        let seen = userinfo(&server, &tokens.access).await;
        assert_eq!(seen["name"], json!(name), "{locales}");
        assert_eq!(seen["family_name"], json!(family_name), "{locales}");
        assert!(!seen.to_string().contains('#'), "{locales}: {seen}");
    }
    let export = browser.get("/account/export").await;
    let export: Value = serde_json::from_str(&export.body).expect("JSON");
    let mut grants = export["grants"].as_array().expect("a list").iter();
    assert!(grants.any(|grant| grant["claims_locales"] == json!(["fr", "ja-Kana-JP"])), "{export}");
}

#[tokio::test]
async fn a_claim_is_asked_for_by_name_in_a_language() {
    let server = start().await;
    let asked = r#"{"id_token":{"family_name#ja-Kana-JP":{"essential":true},"given_name#ja-Kana-JP":null,"birthdate":null},
                     "userinfo":{"family_name":null,"family_name#JA-hani":null,"family_name#":null,"name#ja":null}}"#;
    let mut browser = server.browser();
    for locales in ["", "ja-Kana-JP"] {
        let in_vault = [
            ("claims", asked),
            ("claims_locales", locales),
            ("scope", "openid open"),
            ("resource", VAULT),
        ];
        for changes in [&in_vault[..2], &in_vault[..]] {
            let tokens = server.tokens(&mut browser, changes).await;
            let id = claims(tokens.id.as_ref().expect("an ID token"));
            assert_eq!(id["family_name#ja-Kana-JP"], json!("ヤマダ"));
            assert_eq!(id["birthdate"], json!("1990-02-28"));
            // It is not there in that script, and better so than not at all.
            assert_eq!(id["given_name"], json!("Taro"));
            for absent in ["family_name", "given_name#ja-Kana-JP", "name", "name#ja"] {
                assert!(id.get(absent).is_none(), "{absent}: {id}");
            }
            let family_name = if locales.is_empty() { "Yamada" } else { "ヤマダ" };
            let expected = json!({
                "family_name": family_name, "family_name#JA-hani": "山田", "name#ja": "山田 太郎",
            });
            assert_eq!(userinfo(&server, &tokens.access).await, expected);
        }
    }
}

#[tokio::test]
async fn consent_to_a_claim_is_consent_to_it_in_every_language() {
    let server = start().await;
    let mut browser = server.browser();
    server.tokens(&mut browser, &[]).await;
    let asked = |name: &str| json!({ "userinfo": { name: null } }).to_string();
    let kana = asked("family_name#ja-Kana-JP");
    let silently = [("claims", kana.as_str()), ("prompt", "none")];
    let refused = browser.get(&authorize_path(&silently)).await.callback().1;
    assert_eq!(refused["error"], "consent_required");
    let page = browser.get(&authorize_path(&[("claims", &kana)])).await;
    let page = browser.follow(page).await;
    assert!(page.body.contains("See your family name"), "{}", page.body);
    browser.submit(&page, &[("decision", "allow")]).await;
    for name in ["family_name", "family_name#de"] {
        let asked = asked(name);
        let silently = [("claims", asked.as_str()), ("prompt", "none")];
        let answer = browser.get(&authorize_path(&silently)).await.callback().1;
        assert!(answer.contains_key("code"), "{name}: {answer:?}");
    }
    server.tokens(&mut browser, &[("claims", &kana)]).await;
    let page = browser.get("/account/applications").await.body;
    assert_eq!(page.matches("See your family name").count(), 1, "{page}");
}

#[tokio::test]
async fn people_say_what_they_are_called_in_other_languages() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = browser.get("/account/profile").await;
    assert!(page.body.contains("Your name in other languages or scripts"), "{}", page.body);
    assert!(page.body.contains("<details class=\"more\" id=\"languages\">"), "it is folded");
    let name = ("name", "Taro Yamada");
    let kana = [("languages.0.tag", "ja-kana-jp"), ("languages.0.family_name", " ヤマダ ")];
    browser.submit(&page, &[&[name][..], &kana].concat()).await;
    let page = browser.get("/account/profile").await;
    assert_eq!(page.field("languages.0.tag").as_deref(), Some("ja-Kana-JP"));
    assert_eq!(page.field("languages.0.family_name").as_deref(), Some("ヤマダ"));
    assert_eq!(page.field("languages.1.tag").as_deref(), Some(""), "another one");
    assert!(page.body.contains("日本語（カタカナ）</bdi></legend>"), "{}", page.body);

    let tokens = async |browser: &mut _| {
        let asked = [("scope", "openid profile"), ("claims_locales", "ja")];
        userinfo(&server, &server.tokens(browser, &asked).await.access).await
    };
    assert_eq!(tokens(&mut browser).await["family_name"], json!("ヤマダ"));

    // What is wrong changes nothing, and what was typed is there again, unfolded.
    let twice = [("languages.1.tag", "JA-Kana-JP"), ("languages.1.nickname", "<b>")];
    let answer = browser.submit(&page, &[&[name][..], &kana, &twice].concat()).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("This language is there already."), "{}", answer.body);
    assert!(answer.body.contains("id=\"languages\" open"), "{}", answer.body);
    assert!(!answer.body.contains("<b>"));
    assert_eq!(tokens(&mut browser).await["family_name"], json!("ヤマダ"));
    assert!(tokens(&mut browser).await.get("nickname").is_none());

    let emptied = [name, ("languages.0.tag", "ja-Kana-JP"), ("languages.0.family_name", "")];
    browser.submit(&page, &emptied).await;
    assert!(tokens(&mut browser).await.get("family_name").is_none(), "taken away");
}

#[tokio::test]
async fn operators_say_it_by_the_names_of_the_claims_or_in_a_manifest() {
    use signet::admin::{manifest, manifest::Manifest, users};
    let server = start().await;
    let user = signet::storage::users::find(&server.db, EMAIL).await.expect("read").expect("her");
    let change = async |key: &str, value: &str| {
        users::change_profile(&server.app, user.id, &[(key.to_owned(), value.to_owned())]).await
    };
    let stored = async || {
        let row = signet::storage::profiles::get(&server.db, user.id).await;
        row.expect("read").expect("her").profile["languages"].clone()
    };
    change("given_name#JA-kana-JP", "タロウ").await.expect("fine");
    change("name#de", "Taro Jamada").await.expect("fine");
    change("family_name#ja-Kana-JP", "").await.expect("fine");
    let hani = json!({ "name": "山田 太郎", "given_name": "太郎", "family_name": "山田" });
    let expected = json!({
        "ja-Hani-JP": hani, "ja-Kana-JP": { "given_name": "タロウ" }, "de": { "name": "Taro Jamada" },
    });
    assert_eq!(stored().await, expected);
    for (key, problem) in [
        ("name#German, please", "must be a language tag"),
        ("name#", "must be a language tag"),
        ("birthdate#de", "is no part"),
    ] {
        let error = change(key, "x").await.expect_err(problem).to_string();
        assert!(error.contains(problem), "{error}");
    }
    for number in 0..5 {
        change(&format!("name#a{}", ('a'..='e').nth(number).expect("one")), "x")
            .await
            .expect("fine");
    }
    let error = change("name#zu", "x").await.expect_err("too many").to_string();
    assert!(error.contains("at most 8"), "{error}");

    let plan = async |text: &str| {
        let manifest = Manifest::parse(text)?;
        manifest::plan(&server.db, &manifest).await
    };
    server.apply(NAMES).await;
    assert_eq!(stored().await["ja-Kana-JP"], json!({ "family_name": "ヤマダ" }), "all of it");
    let again = plan(NAMES).await.expect("a plan");
    assert!(again[0].to_string().starts_with('='), "{}", again[0]);
    for (from, to, problem) in [
        ("ja-Kana-JP]", "\"Japanese, please\"]", "is no language tag"),
        ("ja-Kana-JP]\nfamily_name", "ja-Kana-JP]\nsurname", "unknown key"),
        ("\"ヤマダ\"", "\"\"", "family_name#ja-Kana-JP is empty"),
    ] {
        let error = plan(&NAMES.replace(from, to)).await.expect_err(problem).to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[tokio::test]
async fn no_list_of_languages_is_promised() {
    let server = Server::start().await;
    let metadata = server.get("/.well-known/openid-configuration").await;
    let metadata: Value = metadata.json().await.expect("JSON");
    assert_eq!(metadata["claims_parameter_supported"], json!(true));
    assert!(metadata.get("claims_locales_supported").is_none());
}
