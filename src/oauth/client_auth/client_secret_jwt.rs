//! `client_secret_jwt` (OpenID Connect Core §9): an assertion under the client's secret. Its HMAC is checked with the
//! secret itself, which is sealed in the database for clients of this method alone.

use jsonwebtoken::DecodingKey;

use super::assertion::{Assertion, Verdict};
use crate::{app::App, keys::secrets::client_secret_place, registry::client::Client, storage};

/// Checks who signed: one of the client's secrets is enough, so that they can be replaced.
pub async fn check(app: &App, client: &Client, assertion: &Assertion) -> storage::Result<Verdict> {
    let secrets = storage::client_secrets::sealed(&app.db, &client.id).await?;
    for (id, sealed) in &secrets {
        match app.keys.master().open(&client_secret_place(*id), sealed) {
            Ok(secret) if assertion.is_signed_by(&DecodingKey::from_secret(&secret)) => {
                return Ok(Ok(()));
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(client_id = &*client.id, %error, "a client's secret does not open");
            }
        }
    }
    Ok(Err(if secrets.is_empty() {
        "the client has no secret to sign with: add one"
    } else {
        "the signature is not by the client's secret"
    }))
}
