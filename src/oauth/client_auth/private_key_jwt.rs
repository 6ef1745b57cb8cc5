//! `private_key_jwt` (OpenID Connect Core §9): an assertion under a key whose public half the client registered or
//! publishes.

use super::assertion::{Assertion, Verdict};
use crate::{app::App, registry::client::Client};

/// Checks who signed.
pub async fn check(app: &App, client: &Client, assertion: &Assertion) -> Verdict {
    let kid = assertion.kid.as_deref();
    let key = app.replica.client_key(&app.fetch, &app.clock, client, kid, assertion.alg).await;
    let key = key.ok_or("there is no such key of the client")?;
    if assertion.is_signed_by(key.verifier()) {
        Ok(())
    } else {
        Err("the signature is not by the client's key")
    }
}
