//! A person's way through redirects and pages, from one application to another.

use openidconnect::url::Url;

use super::{Browser, EMAIL, PASSWORD, Server, browser::Answer};

/// Where a browser came to.
pub struct Arrival {
    /// The last URL.
    pub at: Url,
    /// What was there.
    pub answer: Answer,
    /// The URLs that it went through.
    pub through: Vec<Url>,
}

impl Arrival {
    /// Whether it came to an endpoint or page of Signet on the way.
    pub fn saw(&self, server: &Server, path: &str) -> bool {
        let url = server.url(path);
        self.through.iter().any(|at| at.as_str().split('?').next() == Some(url.as_str()))
    }
}

/// Goes to a URL, and on through all redirects and pages, as a person who signs in and allows all.
pub async fn go(server: &Server, browser: &mut Browser, url: &str) -> Arrival {
    let at = Url::parse(url).expect("a URL");
    let answer = browser.get(url).await;
    go_on(server, browser, at, answer).await
}

/// The same from an answer.
pub async fn go_on(server: &Server, browser: &mut Browser, at: Url, answer: Answer) -> Arrival {
    let (mut at, mut answer, mut through) = (at, answer, Vec::new());
    for _ in 0..20 {
        through.push(at.clone());
        if let Some(to) = answer.leads_to() {
            at = at.join(&to).expect("a URL");
            answer = browser.get(at.as_str()).await;
            continue;
        }
        let fields: &[(&str, &str)] = if answer.action().is_none() {
            return Arrival { at, answer, through };
        } else if answer.body.contains("id=\"sign-in\"") {
            &[("identifier", EMAIL), ("password", PASSWORD)]
        } else if answer.body.contains("id=\"allow\"") {
            &[("decision", "allow")]
        } else {
            return Arrival { at, answer, through };
        };
        at = Url::parse(&server.issuer).expect("a URL");
        answer = browser.submit(&answer, fields).await;
    }
    panic!("led in a circle: {through:?}");
}
