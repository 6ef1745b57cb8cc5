//! `client_secret_jwt` (OpenID Connect Core §9): an assertion under the client's secret. Its HMAC is checked with the
//! secret itself, which is sealed in the database for clients of this method alone.

use super::assertion::Assertion;
use crate::{
    app::App,
    oauth::client_jwt::{self, Verdict},
    registry::client::Client,
    storage,
};

/// Checks who signed.
pub async fn check(app: &App, client: &Client, assertion: &Assertion) -> storage::Result<Verdict> {
    client_jwt::check_secret(app, client, &assertion.text, assertion.alg).await
}
