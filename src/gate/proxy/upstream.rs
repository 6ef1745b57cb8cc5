//! The token for what is behind the proxy (RFC 9068): short-lived, for the site's resource alone, whatever the request itself
//! came with (Browser-Based Apps §6.1.2.2). It is signed anew once a minute, or when something of what it says has changed.

use std::sync::Arc;

use quick_cache::sync::Cache;

use super::{
    identity::{Credential, Identity},
    question::Question,
};
use crate::{
    access::principal::Principal,
    app::App,
    clock::Timestamp,
    keys::signing::Type,
    oauth::{Error, api_key, entitled::MOST_IN_JWT, target::Shape},
    replica::Authority,
    tokens::{
        access::{AccessClaims, Holds, TokenId},
        digest::Digest,
        jws,
    },
};

/// The longest that it lives, in seconds.
const LONGEST: i64 = 300;
/// For how long of that it is handed out, in seconds: whoever gets it has some time left to use it.
const HANDED_OUT: i64 = 60;
/// How many are remembered.
const CAPACITY: usize = 16 * 1024;

/// Tokens that were signed a moment ago.
pub struct UpstreamTokens(Cache<[u8; 32], Arc<Signed>>);

impl Default for UpstreamTokens {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

struct Signed {
    token: String,
    until: Timestamp,
    /// Whom it speaks of, with what they held then, and by which roles: others are other objects.
    principal: Arc<Principal>,
    authority: Arc<Authority>,
}

/// The token for a request, if the site wants one.
pub fn token(app: &App, question: &Question, identity: &Identity) -> Result<Option<String>, Error> {
    let Some(resource) = question.site().resource.as_deref() else { return Ok(None) };
    if !question.site().upstream_token || !identity.is_entitled {
        return Ok(None);
    }
    let now = app.clock.now();
    let authority = Arc::clone(&app.replica.authority());
    let of = key(question, identity);
    let fits = |signed: &Arc<Signed>| {
        signed.until > now
            && Arc::ptr_eq(&signed.principal, &identity.principal)
            && Arc::ptr_eq(&signed.authority, &authority)
    };
    if let Some(signed) = app.upstream.0.get(&of).filter(fits) {
        return Ok(Some(signed.token.clone()));
    }
    let token = sign(app, resource, identity, now)?;
    let principal = Arc::clone(&identity.principal);
    let until = now + time::Duration::seconds(HANDED_OUT);
    let signed = Signed { token: token.clone(), until, principal, authority };
    app.upstream.0.insert(of, Arc::new(signed));
    Ok(Some(token))
}

/// What tells one token from another, beside what someone holds.
fn key(question: &Question, identity: &Identity) -> [u8; 32] {
    let grant = identity.grant.map(uuid::Uuid::into_bytes).unwrap_or_default();
    let scopes = identity.scopes.join(" ");
    let time = identity.authentication.as_ref().map_or(0, |proof| proof.time.unix_timestamp());
    let until = identity.until.map_or(0, Timestamp::unix_timestamp);
    // No part but the last has a NUL.
    Digest::of_parts(&[
        question.client.id.as_bytes(),
        b"\0",
        identity.credential.name().as_bytes(),
        b"\0",
        identity.sub.as_bytes(),
        b"\0",
        identity.client_id.as_bytes(),
        b"\0",
        scopes.as_bytes(),
        b"\0",
        &time.to_be_bytes(),
        &until.to_be_bytes(),
        &grant,
    ])
    .0
}

fn sign(app: &App, resource: &str, identity: &Identity, now: Timestamp) -> Result<String, Error> {
    let catalogue = app.replica.resources();
    let issuer = app.config.server.issuer.as_str();
    let resources = [resource.to_owned()];
    let shape = Shape::of(&catalogue, &app.config.tokens, issuer, &identity.scopes, &resources)?;
    let at = catalogue.get(resource);
    let scopes: Vec<&str> = shape
        .scopes
        .iter()
        .map(String::as_str)
        .filter(|name| at.is_some_and(|at| at.has_scope(name)))
        .collect();
    let iat = now.unix_timestamp();
    let left = identity.until.map_or(i64::MAX, |until| (until - now).whole_seconds());
    if identity.holds.count() > MOST_IN_JWT {
        tracing::error!(resource, "there are too many roles, groups and permissions for a JWT");
        return Err(Error::server_error());
    }
    let Holds { roles, groups, permissions, entitlements } = identity.holds.clone();
    let authentication = identity.authentication.as_ref();
    let claims = AccessClaims {
        iss: issuer.to_owned(),
        sub: identity.sub.clone(),
        aud: resources.to_vec().into(),
        exp: iat + shape.lifetime.min(LONGEST).min(left),
        iat,
        jti: TokenId::draw(identity.grant, &app.entropy),
        client_id: identity.client_id.clone(),
        scope: scopes.join(" "),
        auth_time: authentication.map(|proof| proof.time.unix_timestamp()),
        acr: authentication.map(|proof| proof.acr.clone()),
        amr: authentication.map(|proof| proof.amr.clone()).unwrap_or_default(),
        roles,
        groups,
        permissions,
        entitlements,
        api_key: match &identity.credential {
            Credential::ApiKey(key, _) => Some(api_key::claim(key)),
            _ => None,
        },
    };
    Ok(jws::sign(&app.keys.signing(shape.alg, now), Type::Access, &claims))
}
