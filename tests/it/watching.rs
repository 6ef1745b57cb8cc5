//! What people are told of their accounts, how they say that it was not them, and where addresses are.

mod failures;
mod letters;
mod not_me;
mod places;

use signet::identity::mail::Message;

use crate::support::{Browser, EMAIL, PASSWORD, Server, browser::Answer};

/// Any address may be said to be that of a browser.
const PROXY: &str = "[server]\ntrusted_proxies = [\"127.0.0.0/8\"]\n";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const PARIS: &str = "192.0.2.7";
const LYON: &str = "203.0.113.7";
const NEW_YORK: &str = "198.51.100.7";

/// A browser elsewhere.
fn at(server: &Server, address: &str) -> Browser {
    let mut browser = server.browser();
    browser.address = Some(address.to_owned());
    browser.user_agent = Some(FIREFOX);
    browser
}

async fn attempt(browser: &mut Browser, identifier: &str, password: &str) -> Answer {
    let page = browser.get("/sign-in").await;
    browser.submit(&page, &[("identifier", identifier), ("password", password)]).await
}

/// Signs Alice in.
async fn sign_in(browser: &mut Browser) {
    let home = attempt(browser, EMAIL, PASSWORD).await;
    assert!(home.body.contains("Alice Example"), "{}", home.body);
}

/// Signs Alice in again in a browser that knows her.
async fn again(browser: &mut Browser) {
    browser.cookies.remove("signet_session");
    sign_in(browser).await;
}

/// The subjects of all letters to Alice so far, in order.
async fn subjects(server: &Server) -> Vec<String> {
    let mine = server.mail().await.into_iter().rev();
    mine.filter(|letter| letter.to.as_deref() == Some(EMAIL)).map(|letter| letter.subject).collect()
}

/// The latest letter to Alice.
async fn letter(server: &Server) -> Message {
    let mut letters = server.mail().await.into_iter();
    letters.find(|letter| letter.to.as_deref() == Some(EMAIL)).expect("a letter")
}

/// How often something is on record.
async fn recorded(server: &Server, kind: &str) -> usize {
    server.events().await.into_iter().filter(|event| event == kind).count()
}
