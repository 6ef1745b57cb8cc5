//! What a grant's answer is made of: access token, refresh token, ID token.

use serde_json::json;
use uuid::Uuid;

use super::{TokenResponse, allowed::Less};
use crate::{
    access::principal::Subject,
    app::App,
    audit::{Event, Kind},
    clock::Timestamp,
    keys::signing::{Algorithm, Type},
    oauth::{Error, claims, encrypt, entitled, subject, target::Shape},
    registry::{client::Client, resource::TokenFormat, scope},
    replica::Catalogue,
    storage::{
        self,
        grants::{Granted, Minting},
        opaque_tokens::OpaqueRow,
    },
    tokens::{
        access::{AccessClaims, Holds, TokenId},
        digest::Digest,
        handle::{Access, Handle},
        id::{self, IdClaims},
        jws,
    },
    web::RequestContext,
};

/// An opaque token drawn ahead, which the grant's statement writes if a resource of the grant wants one.
pub struct OpaqueDraw {
    handle: Handle<Access>,
    digest: Digest,
    seconds: Vec<f64>,
}

impl OpaqueDraw {
    pub fn new(app: &App, catalogue: &Catalogue) -> Self {
        let handle = Handle::draw(app.uuid(), &app.entropy);
        let digest = handle.digest();
        let default = app.config.tokens.access_token_lifetime.0.as_secs_f64();
        let lifetimes = catalogue.opaque_lifetimes.iter();
        let seconds = lifetimes.map(|lifetime| lifetime.unwrap_or(default)).collect();
        Self { handle, digest, seconds }
    }

    pub fn minting<'a>(&'a self, catalogue: &'a Catalogue) -> Minting<'a> {
        Minting {
            id: self.handle.id,
            secret_hash: self.digest.bytes(),
            resources: &catalogue.opaque,
            seconds: &self.seconds,
        }
    }
}

/// What tokens say of the person, and when.
struct Authentication<'a> {
    subject: String,
    grant: Option<Uuid>,
    person: Option<&'a Granted>,
    holds: Holds,
}

/// What an answer is about.
pub struct Answer<'a> {
    /// The grant, whose row is written.
    pub granted: &'a Granted,
    /// What policies leave of it, if that is not all.
    pub less: Option<Less>,
    /// The opaque token that was written along, if one was wanted.
    pub opaque: &'a OpaqueDraw,
    /// The refresh token to come.
    pub refresh_token: Option<String>,
}

/// The answer to a grant that a person made.
pub async fn for_grant(
    app: &App,
    client: &Client,
    catalogue: &Catalogue,
    answer: Answer<'_>,
    context: &RequestContext,
) -> Result<TokenResponse, Error> {
    let Answer { granted, less, opaque, refresh_token } = answer;
    let now = app.clock.now();
    let issuer = app.config.server.issuer.as_str();
    // Another replica may know a resource that this one has not heard of yet. A code was not spent before it had; a refresh
    // token is, and is answered again within its window should this fail.
    let late = !granted.resources.iter().all(|name| catalogue.get(name).is_some());
    let reloaded = if late { Some(app.replica.reload_resources().await?) } else { None };
    let catalogue = reloaded.as_deref().map_or(catalogue, |newer| newer);
    // Each time anew: what someone held when they allowed it may be theirs no more.
    let person = || Subject::User(granted.user_id);
    let (scopes, resources) = match &less {
        Some(less) => (&less.scopes, &less.resources),
        None => (&granted.scopes, &granted.resources),
    };
    let entitled = entitled::of(app, catalogue, person, scopes, resources).await?;
    let shape =
        Shape::of(catalogue, &app.config.tokens, issuer, &entitled.scopes, &entitled.resources)?;
    let access_token = match shape.format {
        // The grant's statement did not know that an opaque token was wanted, or that it is to be good for less.
        TokenFormat::Opaque if late || less.is_some() => {
            let (subject, grant) = (granted.user_id.to_string(), Some(granted.id));
            write_opaque(app, client, &shape, subject, grant, resources).await?
        }
        TokenFormat::Opaque => opaque.handle.expose(),
        TokenFormat::Jwt => {
            let authentication = Authentication {
                subject: subject::of(app, client, granted.user_id),
                grant: Some(granted.id),
                person: Some(granted),
                holds: entitled.for_jwt()?,
            };
            jwt(app, client, &shape, authentication, now)
        }
    };
    let id_token = if shape.scopes.iter().any(|name| name == scope::OPENID) {
        Some(id_token(app, client, granted, &access_token, now).await?)
    } else {
        None
    };
    let event = Event::new(Kind::TokenIssued)
        .user(granted.user_id)
        .client(&client.id)
        .session(granted.session_id)
        .grant(granted.id)
        .detail(json!({
            "scope": shape.scopes.join(" "),
            "audience": shape.audience,
            "refresh_token": refresh_token.is_some(),
        }));
    app.audit.note(event, &context.origin).await;
    Ok(TokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in: shape.lifetime,
        scope: scope(&shape, less.is_some() || entitled.is_cut()),
        refresh_token,
        id_token,
    })
}

/// The scope of an answer. One that grants no scope says so if one was asked for: without the word it would mean that all of
/// them are granted (RFC 6749 §3.3).
fn scope(shape: &Shape, is_cut: bool) -> Option<String> {
    let is_told = is_cut || !shape.scopes.is_empty();
    is_told.then(|| shape.scopes.join(" "))
}

/// An access token for the client itself.
pub fn for_client(
    app: &App,
    client: &Client,
    shape: &Shape,
    holds: Holds,
    now: Timestamp,
) -> String {
    let authentication =
        Authentication { subject: client.id.to_string(), grant: None, person: None, holds };
    jwt(app, client, shape, authentication, now)
}

/// An opaque access token, written now. Its subject is the person's id, whatever the client knows them by.
pub async fn write_opaque(
    app: &App,
    client: &Client,
    shape: &Shape,
    subject: String,
    grant_id: Option<Uuid>,
    resources: &[String],
) -> storage::Result<String> {
    let handle = Handle::<Access>::draw(app.uuid(), &app.entropy);
    let now = app.clock.now();
    let row = OpaqueRow {
        id: handle.id,
        grant_id,
        client_id: client.id.to_string(),
        subject,
        api_key: None,
        scopes: shape.scopes.clone(),
        audience: resources.to_vec(),
        issued_at: now,
        expires_at: now + time::Duration::seconds(shape.lifetime),
    };
    storage::opaque_tokens::insert(&app.db, &row, handle.digest().bytes()).await?;
    Ok(handle.expose())
}

/// RFC 9068.
fn jwt(
    app: &App,
    client: &Client,
    shape: &Shape,
    authentication: Authentication<'_>,
    now: Timestamp,
) -> String {
    let iat = now.unix_timestamp();
    let Authentication { subject, grant, person, holds } = authentication;
    let claims = AccessClaims {
        iss: app.config.server.issuer.as_str().to_owned(),
        sub: subject,
        aud: shape.audience.clone().into(),
        exp: iat + shape.lifetime,
        iat,
        jti: TokenId::draw(grant, &app.entropy),
        client_id: client.id.to_string(),
        scope: shape.scopes.join(" "),
        auth_time: person.map(|person| person.auth_time.unix_timestamp()),
        acr: person.map(|person| person.acr.clone()),
        amr: person.map(|person| person.amr.clone()).unwrap_or_default(),
        roles: holds.roles,
        groups: holds.groups,
        permissions: holds.permissions,
        entitlements: holds.entitlements,
        api_key: None,
    };
    jws::sign(&app.keys.signing(shape.alg, now), Type::Access, &claims)
}

/// OpenID Connect Core §2. With a code, claims that scopes open are told by `UserInfo` (§5.4); what is asked for by name is
/// here (§5.5); the grant's statement read it along.
async fn id_token(
    app: &App,
    client: &Client,
    granted: &Granted,
    access_token: &str,
    now: Timestamp,
) -> Result<String, Error> {
    let alg = client.metadata.id_token_signed_response_alg;
    let iat = now.unix_timestamp();
    let lifetime = app.config.tokens.id_token_lifetime.0.as_secs();
    let claims = IdClaims {
        iss: app.config.server.issuer.as_str().to_owned(),
        sub: subject::of(app, client, granted.user_id),
        aud: client.id.to_string(),
        exp: iat + i64::try_from(lifetime).unwrap_or(i64::MAX),
        iat,
        auth_time: granted.auth_time.unix_timestamp(),
        nonce: granted.nonce.clone(),
        acr: granted.acr.clone(),
        amr: granted.amr.clone(),
        sid: subject::sid(app, client, granted.session_id),
        at_hash: match alg {
            Algorithm::EdDsa => id::at_hash_ed25519(access_token),
            Algorithm::Es256 | Algorithm::Rs256 => id::at_hash(access_token),
        },
        more: granted
            .person
            .as_ref()
            .map(|person| claims::of(person, |_| false, &granted.id_token_claims))
            .unwrap_or_default(),
    };
    let signed = jws::sign(&app.keys.signing(alg, now), Type::Id, &claims);
    let Some(alg) = client.metadata.id_token_encrypted_response_alg else { return Ok(signed) };
    let enc = client.metadata.id_token_encrypted_response_enc.unwrap_or_default();
    encrypt::encrypt(app, client, (alg, enc), true, &signed).await
}
