//! Access tokens that are presented to Signet itself (RFC 9068 §4): what they open.

use std::sync::Arc;

use uuid::Uuid;

use super::target::Shape;
use crate::{
    access::principal::Subject,
    app::App,
    registry::client::Client,
    storage,
    tokens::{
        access::AccessClaims,
        handle::{Access, Handle},
    },
};

/// What a token opens. For whom it is, and what for, is for whoever asks to look at.
pub struct Opened {
    /// To whom it was issued.
    pub client: Arc<Client>,
    /// The grant that it belongs to, or the API key that it was exchanged for; none if it is the client's own.
    pub grant: Option<Uuid>,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// For whom it is.
    pub audience: Vec<String>,
}

/// What a live token opens.
pub async fn open(app: &App, text: &str) -> storage::Result<Option<Opened>> {
    let now = app.clock.now();
    if let Some(handle) = Handle::<Access>::parse(text) {
        let digest = handle.digest();
        let row = storage::opaque_tokens::find(&app.db, handle.id, digest.bytes(), now).await?;
        let Some(row) = row else { return Ok(None) };
        let client = enabled(app, &row.client_id).await?;
        let opened = client.zip(Shape::of_opaque(app, &row));
        return Ok(opened.map(|(client, shape)| Opened {
            client,
            grant: row.grant_id.or(row.api_key),
            scopes: shape.scopes,
            audience: shape.audience,
        }));
    }
    let issuer = app.config.server.issuer.as_str();
    let Some(claims) = app.verified.verify(&app.keys, issuer, text, now) else {
        return Ok(None);
    };
    if app.replica.is_revoked(&claims.jti).await? {
        return Ok(None);
    }
    let scopes = claims.scope.split(' ').map(str::to_owned).collect();
    let audience = claims.aud.names().to_vec();
    let client = enabled(app, &claims.client_id).await?;
    Ok(client.map(|client| Opened { client, grant: claims.jti.grant(), scopes, audience }))
}

/// Whose roles decide about a JWT: its person's, its client's, or those of its API key's owner. None if that is not known.
pub async fn whom(app: &App, claims: &AccessClaims) -> storage::Result<Option<Subject>> {
    if let Some(of) = claims.api_key {
        return Ok(app.replica.api_key(of.id).await?.map(|key| key.owner.clone()));
    }
    let Some(grant) = claims.jti.grant() else {
        return Ok(Some(Subject::Client(claims.client_id.clone())));
    };
    let person = match claims.sub.parse() {
        Ok(person) => Some(person),
        // Pairwise: it says nothing without its grant.
        Err(_) => app.replica.person_of(grant).await?,
    };
    Ok(person.map(Subject::User))
}

async fn enabled(app: &App, client_id: &str) -> storage::Result<Option<Arc<Client>>> {
    let client = app.replica.client(client_id).await?;
    Ok(client.filter(|client| !client.metadata.disabled))
}
