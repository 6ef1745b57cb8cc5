//! What is encrypted for a client, by a key of its own (OpenID Connect Core §10.2).

use super::{Code, Error};
use crate::{
    app::App,
    registry::client::Client,
    tokens::jwe::{ContentAlg, KeyAlg, PublicKey},
};

/// Sees that ID tokens can be encrypted for a client, if it wants them so: before a code or refresh token is spent, since
/// an error afterwards would cost the person a sign-in. The key is remembered for what follows.
pub async fn is_ready(app: &App, client: &Client) -> Result<(), Error> {
    let Some(alg) = client.metadata.id_token_encrypted_response_alg else { return Ok(()) };
    key(app, client, alg).await.map(drop)
}

async fn key(app: &App, client: &Client, alg: KeyAlg) -> Result<PublicKey, Error> {
    let key = app.replica.client_encryption_key(&app.fetch, &app.clock, client, alg).await;
    key.ok_or_else(|| unreadable(client, alg))
}

fn unreadable(client: &Client, alg: KeyAlg) -> Error {
    tracing::warn!(client_id = %client.id, alg = alg.name(), "no key to encrypt for");
    let description = format!("the client has no key for {} that can be read", alg.name());
    Error::new(Code::TemporarilyUnavailable, description)
}

/// Encrypts a JWT for a client, or other text. What cannot be encrypted is not told at all.
pub async fn encrypt(
    app: &App,
    client: &Client,
    (alg, enc): (KeyAlg, ContentAlg),
    is_jwt: bool,
    content: &str,
) -> Result<String, Error> {
    let content_type = is_jwt.then_some("JWT");
    key(app, client, alg)
        .await?
        .encrypt(alg, enc, content_type, content.as_bytes(), &app.entropy)
        .ok_or_else(|| unreadable(client, alg))
}
