//! The code flow in a few words.

use openidconnect::{reqwest::Response, url::form_urlencoded};
use serde_json::Value;

use super::{
    Browser, CALLBACK, CHALLENGE, EMAIL, PASSWORD, SPA, Server, VERIFIER, browser::Answer,
};

/// What the token endpoint gave.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token, if there is one.
    pub refresh: Option<String>,
    /// The ID token, if there is one.
    pub id: Option<String>,
    /// The whole answer.
    pub body: Value,
}

impl Tokens {
    /// Reads a successful answer.
    pub async fn from(answer: Response) -> Self {
        let status = answer.status();
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(status, 200, "{body}");
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        Self {
            access: text("access_token").expect("an access token"),
            refresh: text("refresh_token"),
            id: text("id_token"),
            body: body.clone(),
        }
    }

    /// The refresh token.
    pub fn refresh(&self) -> &str {
        self.refresh.as_deref().expect("a refresh token")
    }
}

/// An authorization request of [`SPA`] with some parameters replaced, left out (empty) or added.
pub fn authorize_path(changes: &[(&str, &str)]) -> String {
    let usual = [
        ("client_id", SPA),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid read"),
        ("state", "the state"),
        ("nonce", "the nonce"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    let all = kept.chain(changes).filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    format!("/authorize?{query}")
}

impl Server {
    /// A browser in which Alice signed in.
    pub async fn signed_in(&self) -> Browser {
        let mut browser = self.browser();
        let page = browser.get("/sign-in").await;
        let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.contains("Alice Example"), "{}", page.body);
        browser
    }

    /// Goes through whatever pages a request of the usual client needs, allowing everything.
    pub async fn authorize(&self, browser: &mut Browser, changes: &[(&str, &str)]) -> Answer {
        let mut answer = browser.get(&authorize_path(changes)).await;
        answer = browser.follow(answer).await;
        for _ in 0..4 {
            if answer.body.contains("id=\"sign-in\"") {
                let fields = [("identifier", EMAIL), ("password", PASSWORD)];
                answer = browser.submit(&answer, &fields).await;
            } else if answer.body.contains("id=\"allow\"") {
                answer = browser.submit(&answer, &[("decision", "allow")]).await;
            } else {
                return answer;
            }
        }
        panic!("still asked: {}", answer.body);
    }

    /// The code that a request of the usual client gets.
    pub async fn code(&self, browser: &mut Browser, changes: &[(&str, &str)]) -> String {
        let (_, parameters) = self.authorize(browser, changes).await.callback();
        parameters.get("code").unwrap_or_else(|| panic!("{parameters:?}")).clone()
    }

    /// Redeems a code of the usual client.
    pub async fn redeem(&self, code: &str) -> Response {
        self.post("/token", &redemption(code)).await
    }

    /// The tokens that a request of the usual client gets.
    pub async fn tokens(&self, browser: &mut Browser, changes: &[(&str, &str)]) -> Tokens {
        let code = self.code(browser, changes).await;
        Tokens::from(self.redeem(&code).await).await
    }

    /// Refreshes as the usual client.
    pub async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> Response {
        let mut form =
            vec![("grant_type", "refresh_token"), ("client_id", SPA), ("refresh_token", token)];
        form.extend_from_slice(more);
        self.post("/token", &form).await
    }
}

/// The usual client's redemption of a code.
pub fn redemption(code: &str) -> [(&str, &str); 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", SPA),
        ("redirect_uri", CALLBACK),
        ("code", code),
        ("code_verifier", VERIFIER),
    ]
}
