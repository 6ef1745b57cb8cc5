//! Languages: the same messages in each, every one of them used, and a person answered in theirs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use openidconnect::reqwest::{Method, header};
use signet::web::language::Language;

use crate::{
    support::{Browser, EMAIL, Options, PASSWORD, Server, browser::Answer, flow::authorize_path},
    unavailable::lock,
};

const TAGS: [&str; 6] = ["en", "de", "fr", "es", "ja", "ar"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The messages of a language: file and name, with their text.
fn messages(tag: &str) -> BTreeMap<(String, String), String> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(root().join("locales").join(tag)).expect("a folder") {
        let path = entry.expect("an entry").path();
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        let mut name = String::new();
        for line in fs::read_to_string(&path).expect("UTF-8").lines() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            if let Some((head, text)) =
                line.split_once('=').filter(|_| !line.starts_with([' ', '}']))
            {
                head.trim().clone_into(&mut name);
                let key = (file.clone(), name.clone());
                let twice = all.insert(key, text.to_owned());
                assert!(twice.is_none(), "{}: {name} is there twice", path.display());
            } else {
                let text = all.get_mut(&(file.clone(), name.clone())).expect("a message before");
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    all
}

/// What a message is filled in with.
fn fills(text: &str) -> BTreeSet<String> {
    let name =
        |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    text.split('$').skip(1).map(name).collect()
}

fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "html" || end == "txt") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            into.push_str(text.split("#[cfg(test)]").next().unwrap_or_default());
        }
    }
}

#[test]
fn every_language_has_every_message_filled_in_with_the_same() {
    let english = messages("en");
    for tag in TAGS {
        let other = messages(tag);
        let missing: Vec<_> = english.keys().filter(|key| !other.contains_key(*key)).collect();
        assert!(missing.is_empty(), "{tag} lacks {missing:?}");
        let unknown: Vec<_> = other.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(unknown.is_empty(), "{tag} has {unknown:?}, which English has not");
        for (key, text) in &other {
            assert!(!text.trim().is_empty(), "{tag}: {key:?} says nothing");
            assert_eq!(fills(text), fills(&english[key]), "{tag}: {key:?}");
            assert!(
                !text.replace("->", "").contains(['<', '>', '&', '"']),
                "{tag}: {key:?} has what HTML gives a meaning to"
            );
        }
    }
}

#[test]
fn every_language_is_translated() {
    let english = messages("en");
    for tag in TAGS.into_iter().skip(1) {
        let other = messages(tag);
        let same = english.iter().filter(|(key, text)| other[*key] == **text && text.len() > 16);
        let same: Vec<_> = same.map(|((_, name), _)| name).collect();
        assert!(same.len() * 50 < english.len(), "{tag} says in English: {same:?}");
    }
}

#[test]
fn every_message_that_is_named_exists_and_every_one_is_used() {
    let mut code = String::new();
    sources(&root().join("src"), &mut code);
    sources(&root().join("templates"), &mut code);
    let mut names = BTreeSet::new();
    for (file, name) in messages("en").into_keys() {
        // The later one would be said everywhere.
        assert!(names.insert(name.clone()), "{name}, which is in {file}, is in another file too");
    }
    // Names that are put together of a beginning and what is found out.
    let built = ["month-", "scope-", "claim-", "profile-"];
    for name in &names {
        let quoted = format!("\"{name}\"");
        let of_problem = name.strip_suffix("-message").map(|name| format!("\"{name}\""));
        let used = code.contains(&quoted)
            || of_problem.is_some_and(|quoted| code.contains(&quoted))
            || built.iter().any(|built| name.starts_with(built));
        assert!(used, "nothing says {name}");
    }
    for call in ["text(\"", "with(\"", "html(\"", "::with(name, \"", "Problem::named(\""] {
        for rest in code.split(call).skip(1) {
            let name = rest.split('"').next().unwrap_or_default();
            let plain = name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
            let ours = plain && name.contains('-') || names.contains(name);
            assert!(
                !ours || names.contains(name) || built.contains(&name),
                "no message is called {name:?}"
            );
        }
    }
}

/// A browser whose person reads these languages.
fn reader(server: &Server, languages: &'static str) -> Browser {
    let mut browser = server.browser();
    browser.languages = Some(languages);
    browser
}

/// The page is in this language, and says the message.
fn assert_says(page: &Answer, language: Language, name: &str) {
    let root = format!("<html lang=\"{}\" dir=\"{}\">", language.tag(), language.direction());
    assert!(page.body.contains(&root), "{root}: {}", page.body);
    let message = language.text(name).replace('\'', "&#39;");
    assert!(page.body.contains(&message), "{message}: {}", page.body);
}

#[tokio::test]
async fn a_browser_is_answered_in_the_language_that_its_person_likes_best() {
    let server = Server::catching("").await;
    for (languages, language) in [
        ("de-AT,de;q=0.9,en;q=0.8", Language::German),
        ("tlh, ar-EG;q=0.9, en;q=0.2", Language::Arabic),
        ("ja", Language::Japanese),
        ("tlh", Language::English),
    ] {
        let mut browser = reader(&server, languages);
        let page = browser.get("/sign-in").await;
        assert_says(&page, language, "sign-in");
        assert_says(&browser.get("/").await, language, "home-lead");
        let fields = [("identifier", EMAIL), ("password", PASSWORD)];
        browser.submit(&page, &fields).await;
        assert_says(&browser.get("/account").await, language, "account-signing-in");
        assert_says(&browser.get("/account/sessions").await, language, "sessions-lead");
        assert_says(&browser.get("/account/email").await, language, "email-hint-both");
        assert!(!browser.cookies.contains_key("signet_language"), "nothing was chosen");
    }
    assert_says(&server.browser().get("/sign-in").await, Language::English, "sign-in");
}

#[tokio::test]
async fn ui_locales_come_before_what_the_browser_likes_on_every_page_that_follows() {
    let server = Server::start().await;
    let mut browser = reader(&server, "de");
    let answer = browser.get(&authorize_path(&[("ui_locales", "tlh ja-JP fr")])).await;
    let cookies = answer.headers.get_all(header::SET_COOKIE).into_iter();
    let cookies = cookies.filter_map(|line| line.to_str().ok());
    let chosen: Vec<_> = cookies.filter(|line| line.starts_with("signet_language=")).collect();
    assert_eq!(chosen.len(), 1, "{:?}", answer.headers);
    assert!(!chosen[0].contains("Max-Age"), "it ends with the browser: {chosen:?}");
    let page = browser.follow(answer).await;
    assert_says(&page, Language::Japanese, "sign-in");
    let fields = [("identifier", EMAIL), ("password", PASSWORD)];
    let consent = browser.submit(&page, &fields).await;
    assert_says(&consent, Language::Japanese, "allow");
}

#[tokio::test]
async fn a_language_that_is_chosen_stays_for_a_year_and_leads_back() {
    let server = Server::start().await;
    let mut browser = reader(&server, "de");
    let sign_in = browser.get("/sign-in?next=%2Faccount").await;
    let link = sign_in.body.split("id=\"choose-language\" href=\"").nth(1).expect("a link");
    let link = link.split('"').next().expect("an address").replace("&#38;", "&");
    assert_eq!(link, "/language?next=%2Fsign-in%3Fnext%3D%252Faccount");
    let page = browser.get(&link).await;
    assert_says(&page, Language::German, "language-lead");
    for language in Language::ALL {
        assert!(page.body.contains(language.name()), "{language:?}");
    }
    let csrf = page.field("csrf").expect("a page token");
    let action = page.action().expect("a form");
    let answer = browser.post(&action, &[("csrf", &csrf), ("language", "fr")]).await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.location().as_deref(), Some("/sign-in?next=%2Faccount"));
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("signet_language=fr; "), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("Max-Age=31536000"), "{cookie}");
    let page = browser.follow(answer).await;
    assert_says(&page, Language::French, "sign-in");
}

#[tokio::test]
async fn no_one_else_chooses_a_language_and_none_leads_elsewhere() {
    let server = Server::start().await;
    let mut browser = reader(&server, "de");
    let page = browser.get("/language").await;
    let csrf = page.field("csrf").expect("a page token");
    let other = server.browser().get("/language").await.field("csrf").expect("a page token");
    let own = [("csrf", csrf.as_str()), ("language", "fr")];
    for (origin, form) in [
        ("https://evil.example", own),
        ("null", own),
        (server.issuer.as_str(), [("csrf", other.as_str()), own[1]]),
        (server.issuer.as_str(), [("csrf", ""), own[1]]),
    ] {
        let answer = browser.post_from(Some(origin), "/language", &form).await;
        assert_eq!(answer.status, 403, "{origin}");
        assert_says(&answer, Language::German, "problem-stale");
        assert!(!browser.cookies.contains_key("signet_language"));
    }

    for elsewhere in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example"] {
        let path = format!("/language?next={elsewhere}");
        let page = browser.get(&path).await;
        assert_eq!(page.action().as_deref(), Some("/language"));
        let answer = browser.post(&path, &own).await;
        assert_eq!(answer.location().as_deref(), Some("/"), "{elsewhere}");
    }

    browser.cookies.remove("signet_language");
    for unknown in ["tlh", "", "de; Path=/x"] {
        let answer = browser.post("/language", &[own[0], ("language", unknown)]).await;
        let known = Language::of_tag(unknown).is_some();
        assert_eq!(answer.status, 303);
        assert_eq!(answer.headers.contains_key(header::SET_COOKIE), known, "{unknown}");
    }
}

#[tokio::test]
async fn what_cannot_be_shown_is_said_in_the_language_too() {
    let config = "[server]\nrequest_timeout = \"1s\"";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let mut browser = reader(&server, "de");
    let page = browser.get("/nothing").await;
    assert_eq!(page.status, 404);
    assert_says(&page, Language::German, "problem-not-found");
    let page = browser.get(&authorize_path(&[("redirect_uri", "https://evil.example/")])).await;
    assert_eq!(page.status, 400);
    assert_says(&page, Language::German, "request-broken");
    let page = browser.post_from(None, "/", &[]).await;
    assert_eq!(page.status, 405);
    assert_says(&page, Language::German, "problem-method");

    let locked = lock(&server, "authorization_requests").await;
    let page = browser.get(&authorize_path(&[("ui_locales", "ar")])).await;
    assert_eq!(page.status, 503);
    assert_says(&page, Language::Arabic, "problem-slow");
    drop(locked);
}

#[tokio::test]
async fn endpoints_for_clients_speak_english_and_set_no_language() {
    let server = Server::start().await;
    let form = [("grant_type", "authorization_code"), ("client_id", "spa"), ("code", "none")];
    for path in ["/token", "/revoke", "/introspect", "/userinfo"] {
        let mut answers = Vec::new();
        for (language, query) in [("en", ""), ("de", "?ui_locales=ja")] {
            let request = server.request(Method::POST, &format!("{path}{query}"));
            let request = request.header(header::ACCEPT_LANGUAGE, language).form(&form);
            let answer = request.send().await.expect("an answer");
            assert!(!answer.headers().contains_key(header::SET_COOKIE), "{path}");
            answers.push((answer.status(), answer.text().await.expect("text")));
        }
        assert_eq!(answers[0], answers[1], "{path}");
        assert!(answers[0].1.is_ascii(), "{answers:?}");
    }
}

#[tokio::test]
async fn a_message_to_someone_of_whom_no_language_is_known_comes_in_that_of_the_request() {
    let server = Server::catching("").await;
    for (languages, tag) in [("fr", "fr"), ("tlh", "en"), ("ar", "ar")] {
        let mut browser = reader(&server, languages);
        let page = browser.get("/forgot").await;
        browser.submit(&page, &[("identifier", EMAIL)]).await;
        // Sent later, by no request.
        let letter = server.mail().await.into_iter().next().expect("a letter");
        assert_eq!(letter.to.as_deref(), Some(EMAIL));
        assert!(letter.html.contains(&format!(" lang=\"{tag}\"")), "{tag}: {}", letter.html);
        server.advance(time::Duration::hours(1));
    }
}

#[tokio::test]
async fn whoever_got_in_elsewhere_does_not_choose_what_the_person_is_warned_in() {
    let server = Server::catching("").await;
    let written = async |tag: &str| {
        let letter = server.mail().await.into_iter().next().expect("a letter");
        assert_eq!(letter.to.as_deref(), Some(EMAIL));
        assert!(letter.html.contains(&format!(" lang=\"{tag}\"")), "{tag}: {}", letter.html);
    };
    let sign_in = async |browser: &mut Browser| {
        browser.cookies.remove("signet_session");
        let page = browser.get("/sign-in").await;
        let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
        assert!(page.body.contains("Alice Example"), "{}", page.body);
    };
    let ask = async |browser: &mut Browser| {
        server.advance(time::Duration::hours(1));
        let page = browser.get("/forgot").await;
        browser.submit(&page, &[("identifier", EMAIL)]).await;
    };
    let profile = async |locale: &str| {
        let sql = "UPDATE users SET profile = jsonb_build_object('locale', $1::text) WHERE email_key = $2";
        let done = sqlx::query(sql).bind(locale).bind(EMAIL).execute(&server.db).await;
        assert_eq!(done.expect("changed").rows_affected(), 1);
    };
    let mut own = reader(&server, "de");
    sign_in(&mut own).await;
    let mut thief = reader(&server, "ar");
    sign_in(&mut thief).await;
    assert_eq!(server.mail().await.len(), 1, "of the new browser");
    written("de").await;
    ask(&mut thief).await;
    written("de").await;
    own.languages = Some("fr");
    sign_in(&mut own).await;
    ask(&mut thief).await;
    written("fr").await;
    profile("ja-JP").await;
    ask(&mut thief).await;
    written("ja").await;
    profile("tlh").await;
    ask(&mut thief).await;
    written("fr").await;
}

#[tokio::test]
async fn every_language_that_is_advertised_can_be_had() {
    // Discovery §3, OpenID Connect Core §3.1.2.1.
    let server = Server::start().await;
    let metadata: serde_json::Value =
        server.get("/.well-known/openid-configuration").await.json().await.expect("JSON");
    assert_eq!(metadata["ui_locales_supported"], serde_json::json!(TAGS));
    for tag in TAGS {
        let language = Language::of_tag(tag).expect("a language");
        let mut browser = server.browser();
        let answer = browser.get(&authorize_path(&[("ui_locales", tag)])).await;
        let page = browser.follow(answer).await;
        assert_says(&page, language, "sign-in");
        let page = browser.submit(&page, &[("identifier", EMAIL), ("password", "wrong")]).await;
        assert_says(&page, language, "sign-in");
        let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
        assert_says(&page, language, "allow");
    }
}
