//! Where people are sent by a link that names a client which registered itself (RFC 9700 §4.11.2).

use serde_json::{Value, json};

use super::{CALLBACK, OPEN, registered, text, with};
use crate::support::{Server, flow::authorize_path};

/// A request of a client that registered itself.
fn request(client: &Value, changes: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("client_id", text(client, "client_id")),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
    ];
    all.retain(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    all.extend(changes);
    authorize_path(&all)
}

async fn confirming(confirms: bool) -> (Server, Value) {
    let server = with(&format!("{OPEN}confirm_redirects = {confirms}\n")).await;
    let public = json!({ "token_endpoint_auth_method": "none" });
    let client = registered(&server, public).await;
    (server, client)
}

const WRONG: (&str, &str) = ("response_type", "token");

#[tokio::test]
async fn errors_are_redirected_unless_an_operator_wants_people_to_choose() {
    let (server, client) = confirming(false).await;
    let answer = server.browser().get(&request(&client, &[WRONG])).await;
    assert_eq!(answer.callback().0, CALLBACK);
    let page =
        server.browser().get(&request(&client, &[WRONG, ("response_mode", "form_post")])).await;
    assert!(page.body.contains("<script"), "{}", page.body);

    let (server, client) = confirming(true).await;
    for changes in [&[WRONG][..], &[("scope", "nonsense")], &[("prompt", "none")]] {
        let page = server.browser().get(&request(&client, changes)).await;
        assert_eq!((page.status, page.location()), (200, None), "{changes:?}");
        assert!(page.body.contains("id=\"continue\" href=\"https://new.example/callback?error="));
        assert!(!page.body.contains("http-equiv=\"refresh\""), "{}", page.body);
    }
    let page =
        server.browser().get(&request(&client, &[WRONG, ("response_mode", "form_post")])).await;
    assert!(
        page.body.contains("id=\"form-post\"") && !page.body.contains("<script"),
        "{}",
        page.body
    );
    // Operators answer for theirs.
    let usual = server.browser().get(&authorize_path(&[WRONG])).await;
    assert_eq!(usual.callback().1["error"], "unsupported_response_type");
}

#[tokio::test]
async fn who_allowed_the_client_something_is_not_stopped_and_who_denies_it_is() {
    let (server, client) = confirming(true).await;
    let mut browser = server.signed_in().await;
    let page = browser.get(&request(&client, &[])).await;
    let page = browser.follow(page).await;
    let denied = browser.submit(&page, &[("decision", "deny")]).await;
    assert!(!denied.body.contains("http-equiv=\"refresh\""), "{}", denied.body);
    assert!(denied.body.contains("error=access_denied"), "{}", denied.body);

    let page = browser.get(&request(&client, &[])).await;
    let page = browser.follow(page).await;
    let allowed = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(allowed.callback().1.contains_key("code"), "what they wanted");
    let more = [("prompt", "none"), ("scope", "openid profile")];
    let answer = browser.get(&request(&client, &more)).await;
    assert_eq!(answer.callback().1["error"], "consent_required");
    let page = browser.get(&request(&client, &[("prompt", "none"), WRONG])).await;
    assert_eq!((page.status, page.location()), (200, None), "whose link it is, no one knows");
    let page = server.browser().get(&request(&client, &more)).await;
    assert_eq!((page.status, page.location()), (200, None), "no one is signed in");
}
