//! `private_key_jwt` (OpenID Connect Core §9): an assertion under a key whose public half the client registered or
//! publishes.

use super::assertion::Assertion;
use crate::{
    app::App,
    oauth::client_jwt::{self, Verdict},
    registry::client::Client,
};

/// Checks who signed.
pub async fn check(app: &App, client: &Client, assertion: &Assertion) -> Verdict {
    let kid = assertion.kid.as_deref();
    client_jwt::check_key(app, client, &assertion.text, kid, assertion.alg).await
}
