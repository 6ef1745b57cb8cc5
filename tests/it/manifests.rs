//! What a manifest may not say: everything is checked before anything is done.

use signet::admin::manifest::{self, Manifest};

use crate::support::Server;

/// Why a manifest is refused.
async fn refusal(server: &Server, text: &str) -> String {
    match Manifest::parse(text) {
        Err(error) => error.to_string(),
        Ok(manifest) => manifest::plan(&server.db, &manifest).await.expect_err(text).to_string(),
    }
}

fn client(id: &str, more: &str) -> String {
    format!(
        "[[client]]\nclient_id = \"{id}\"\nclient_name = \"New\"\ntoken_endpoint_auth_method = \"none\"\n{more}\n"
    )
}

#[tokio::test]
async fn a_client_with_an_unsafe_redirect_uri_is_refused() {
    let server = Server::start().await;
    for uri in [
        "http://evil.example/cb",
        "https://app.example/cb#fragment",
        "https://*.app.example/cb",
        "https://user@app.example/cb",
        "javascript:alert(1)",
        "app:/cb",
        "",
    ] {
        let more = format!("grant_types = [\"authorization_code\"]\nredirect_uris = [\"{uri}\"]");
        let problem = refusal(&server, &client("new", &more)).await;
        assert!(problem.contains("client new: redirect_uris"), "{uri}: {problem}");
    }
}

#[tokio::test]
async fn one_wrong_entry_is_enough_for_nothing_to_be_done() {
    let server = Server::start().await;
    let fine = client("fine", "grant_types = []");
    let text = format!("{fine}{}", client("wrong", "grant_types = [\"client_credentials\"]"));
    assert!(refusal(&server, &text).await.contains("client wrong"));
    let stored = signet::storage::clients::get(&server.db, "fine").await.expect("read");
    assert!(stored.is_none());
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let server = Server::start().await;
    let confidential = "[[client]]\nclient_id = \"c\"\nclient_name = \"C\"\n\
                        token_endpoint_auth_method = \"client_secret_basic\"\ngrant_types = []\n";
    let resource = "[[resource]]\nidentifier = \"https://api\"\nname = \"API\"\n";
    for (text, named) in [
        ("nonsense".to_owned(), "nonsense"),
        ("[[clients]]\nclient_id = \"c\"".to_owned(), "clients"),
        (client("c", "grant_types = [\"password\"]"), "client_credentials"),
        (client("c", "grant_types = []\nsecret = \"sgx_x\""), "public client has no secret"),
        (format!("{confidential}secret = \"too-short\""), "client c: a client secret has the form"),
        (format!("{confidential}secret_env = \"SIGNET_TEST_NO_SUCH\""), "SIGNET_TEST_NO_SUCH"),
        (format!("{resource}format = \"jwt\""), "resource.format"),
        (format!("{resource}access_token_format = \"saml\""), "saml"),
        (format!("{resource}access_token_lifetime = 10"), "access_token_lifetime"),
        (format!("{resource}scopes = [{{ name = \"openid\" }}]"), "openid"),
        ("[[user]]\nemail = \"nobody\"".to_owned(), "e-mail"),
        ("[[user]]\nemail = \"a@b.example\"\npassword = \"short\"".to_owned(), "user a@b.example"),
        ("[[user]]\nemail = \"a@b.example\"\nage = 7".to_owned(), "age"),
    ] {
        let problem = refusal(&server, &text).await;
        assert!(problem.contains(named), "{text}: {problem}");
    }
}
