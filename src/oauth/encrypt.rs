//! What is encrypted for a client, by a key of its own (OpenID Connect Core §10.2).

use super::{Code, Error};
use crate::{
    app::App,
    registry::client::Client,
    tokens::jwe::{ContentAlg, KeyAlg},
};

/// Encrypts a JWT for a client, or other text. What cannot be encrypted is not told at all.
pub async fn encrypt(
    app: &App,
    client: &Client,
    (alg, enc): (KeyAlg, ContentAlg),
    is_jwt: bool,
    content: &str,
) -> Result<String, Error> {
    let key = app.replica.client_encryption_key(&app.fetch, &app.clock, client, alg).await;
    let content_type = is_jwt.then_some("JWT");
    key.and_then(|key| key.encrypt(alg, enc, content_type, content.as_bytes(), &app.entropy))
        .ok_or_else(|| {
            tracing::warn!(client_id = %client.id, alg = alg.name(), "no key to encrypt for");
            Error::new(
                Code::TemporarilyUnavailable,
                format!("the client has no key for {} that can be read", alg.name()),
            )
        })
}
