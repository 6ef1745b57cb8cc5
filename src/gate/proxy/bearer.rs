//! Access tokens that are presented to a site (RFC 6750, RFC 9068 §4): JWTs without a round trip, opaque ones by one.

use time::OffsetDateTime;

use super::{
    identity::{Authentication, Credential, Identity, Known, Unknown},
    question::Question,
};
use crate::{
    access::principal::Subject,
    app::App,
    oauth::{Code, Error, api_key, opened, target::Shape},
    storage,
    tokens::handle::{Access, Handle},
};

/// Who a token is about, if it is good for the site's resource.
pub(super) async fn identity(
    app: &App,
    question: &Question,
    text: &str,
) -> Result<Identity, Unknown> {
    match Handle::<Access>::parse(text) {
        Some(handle) => of_opaque(app, question, &handle).await,
        None => of_jwt(app, question, text).await,
    }
}

fn invalid() -> Unknown {
    let description = "the token is malformed, has ended, was revoked, or is for someone else";
    Unknown::Invalid(Error::new(Code::InvalidToken, description))
}

/// Whether a token is for the site.
fn is_for(question: &Question, audience: &[String]) -> bool {
    question.site().resource.as_ref().is_some_and(|resource| audience.contains(resource))
}

async fn of_jwt(app: &App, question: &Question, text: &str) -> Result<Identity, Unknown> {
    let (issuer, now) = (app.config.server.issuer.as_str(), app.clock.now());
    let claims = app.verified.verify(&app.keys, issuer, text, now).ok_or_else(invalid)?;
    if !is_for(question, claims.aud.names()) || app.replica.is_revoked(&claims.jti).await? {
        return Err(invalid());
    }
    let behind = match &claims.api_key {
        Some(of) => api_key::is_behind(app, of).await?,
        None => app.replica.is_enabled(&claims.client_id).await?,
    };
    let subject = opened::whom(app, &claims).await?.filter(|_| behind).ok_or_else(invalid)?;
    let authentication = claims.auth_time.and_then(|time| {
        let time = OffsetDateTime::from_unix_timestamp(time).ok()?;
        let acr = claims.acr.clone().unwrap_or_default();
        Some(Authentication { time, acr, amr: claims.amr.clone() })
    });
    let known = Known {
        subject,
        credential: Credential::Token,
        client_id: claims.client_id.clone(),
        grant: claims.jti.grant(),
        authentication,
        until: OffsetDateTime::from_unix_timestamp(claims.exp).ok(),
    };
    let scopes = claims.scope.split_ascii_whitespace().map(str::to_owned).collect();
    known.with(app, question, scopes).await
}

async fn of_opaque(
    app: &App,
    question: &Question,
    handle: &Handle<Access>,
) -> Result<Identity, Unknown> {
    let (digest, now) = (handle.digest(), app.clock.now());
    let row = storage::opaque_tokens::find(&app.db, handle.id, digest.bytes(), now).await?;
    let row = row.filter(|row| is_for(question, &row.audience)).ok_or_else(invalid)?;
    let shape = Shape::of_opaque(app, &row).ok_or_else(invalid)?;
    let (subject, grant) = if let Some(id) = row.api_key {
        let key = app.replica.api_key(id).await?.ok_or_else(invalid)?;
        if !api_key::is_behind(app, &api_key::claim(&key)).await? {
            return Err(invalid());
        }
        (key.owner.clone(), Some(id))
    } else {
        let client = app.replica.client(&row.client_id).await?;
        let client = client.filter(|client| !client.metadata.disabled).ok_or_else(invalid)?;
        match row.grant_id.and_then(|_| row.subject.parse().ok()) {
            Some(person) => (Subject::User(person), row.grant_id),
            None => (Subject::Client(client.id.to_string()), None),
        }
    };
    let known = Known {
        subject,
        credential: Credential::Token,
        client_id: row.client_id.clone(),
        grant,
        authentication: None,
        until: Some(row.expires_at),
    };
    known.with(app, question, shape.scopes).await
}
