//! Token exchange (RFC 8693), of API keys for access tokens. The key is the credential: a client need not authenticate
//! beside it, and other exchanges there are none.

use std::sync::Arc;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header};
use metrics::counter;
use serde::Serialize;
use serde_json::{Map, json};

use super::no_store;
use crate::{
    access::{
        Flow,
        api_key::{Allowed, ApiKey, LONGEST_TOKEN, Refusal},
        engine::Thing,
        principal::Subject,
    },
    app::App,
    audit::{Event, Kind},
    clock::Timestamp,
    keys::signing::Type,
    oauth::{
        Code, Error,
        api_key::{self, Presented},
        client_auth, entitled,
        inquiry::{self, Inquiry, Object, Ruling},
        target::Shape,
    },
    registry::{client::Client, resource::TokenFormat, scope},
    storage::{self, opaque_tokens::OpaqueRow},
    tokens::{
        access::{AccessClaims, Holds, TokenId},
        api_key::ApiKeySecret,
        handle::{Access, Handle},
        jws,
    },
    web::{RequestContext, params::Params},
};

/// Its name as a grant type (§2.1).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// What is issued (§3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A successful answer (§2.2.1).
#[derive(Debug, Serialize)]
struct Exchanged {
    access_token: String,
    issued_token_type: &'static str,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    scope: String,
}

/// Exchanges a key for an access token.
pub(super) async fn exchange(
    app: &App,
    headers: &HeaderMap,
    params: &Params,
    context: &RequestContext,
) -> Result<Response, Error> {
    let client = if names_client(headers, params) {
        Some(client_auth::authenticate(app, headers, params, context).await?)
    } else {
        None
    };
    let text = subject_token(params)?;
    let scopes = params.get("scope").map(scope::parse).transpose()?;
    let (key, allowed) = present(app, text, scopes.as_deref(), context).await?;
    let issued = match allowed {
        Ok(allowed) => issue(app, params, client.as_deref(), &key, &allowed, context).await,
        Err(refused) => Err(refused),
    };
    let mut response = issued.unwrap_or_else(IntoResponse::into_response);
    api_key::announce(&mut response, key.deprecated_until);
    Ok(response)
}

/// Issues a token for a key that is good.
async fn issue(
    app: &App,
    params: &Params,
    client: Option<&Client>,
    key: &ApiKey,
    allowed: &Allowed,
    context: &RequestContext,
) -> Result<Response, Error> {
    if let (Some(client), Subject::Client(owner)) = (client, &key.owner)
        && *client.id != **owner
    {
        return Err(Error::new(Code::UnauthorizedClient, "the key is another client's"));
    }
    check_target(params, &key.resource)?;
    let issuer = app.config.server.issuer.as_str();
    let resources = [key.resource.clone()];
    let catalogue = app.replica.resources();
    let owner = || key.owner.clone();
    let entitled = entitled::of(app, &catalogue, owner, &allowed.scopes, &resources).await?;
    if entitled.resources.is_empty() {
        return Err(Error::invalid_scope("the roles of the API key's owner permit nothing of it"));
    }
    check_policies(app, params, key, client, &entitled.scopes, context).await?;
    let shape = Shape::of(&catalogue, &app.config.tokens, issuer, &entitled.scopes, &resources)?;
    drop(catalogue);
    let now = app.clock.now();
    let token = Token {
        subject: api_key::subject(key),
        client_id: api_key::client_id(key),
        of: api_key::claim(key),
        seconds: lifetime(&shape, allowed.until, now),
        now,
        shape: &shape,
    };
    let access_token = match shape.format {
        TokenFormat::Jwt => token.jwt(app, entitled.for_jwt()?),
        TokenFormat::Opaque => token.opaque(app, &resources).await?,
    };
    let scope = shape.scopes.join(" ");
    let detail = json!({ "grant_type": GRANT_TYPE, "api_key": key.id, "scope": scope });
    let event = match &key.owner {
        Subject::User(id) => Event::new(Kind::TokenIssued).user(*id),
        Subject::Client(id) => Event::new(Kind::TokenIssued).client(id),
    };
    app.audit.note(event.detail(detail), &context.origin).await;
    counter!("signet_tokens_issued_total", "grant_type" => GRANT_TYPE).increment(1);
    let answer = Exchanged {
        access_token,
        issued_token_type: ACCESS_TOKEN,
        token_type: "Bearer",
        expires_in: token.seconds,
        scope,
    };
    Ok(no_store(Json(answer).into_response()))
}

/// Whether a request says anything of a client: then that has to be right.
fn names_client(headers: &HeaderMap, params: &Params) -> bool {
    let names = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];
    headers.contains_key(header::AUTHORIZATION)
        || names.into_iter().any(|name| params.get(name).is_some())
}

/// The key of a request that asks for what there is (§2.1).
fn subject_token(params: &Params) -> Result<&str, Error> {
    let text = params.require("subject_token")?;
    if params.require("subject_token_type")? != api_key::TOKEN_TYPE {
        let description = format!("subject_token_type has to be {}", api_key::TOKEN_TYPE);
        return Err(Error::invalid_request(description));
    }
    if params.get("actor_token").is_some() || params.get("actor_token_type").is_some() {
        return Err(Error::invalid_request("no one acts on behalf of an API key"));
    }
    if params.get("requested_token_type").is_some_and(|asked| asked != ACCESS_TOKEN) {
        let description = format!("requested_token_type has to be {ACCESS_TOKEN}");
        return Err(Error::invalid_request(description));
    }
    Ok(text)
}

/// The key, if it is good here and now, and what it may do, if that is what is asked. One answer for all that may be wrong with
/// it (§2.2.2): whoever presents it need not be its owner.
async fn present(
    app: &App,
    text: &str,
    scopes: Option<&[String]>,
    context: &RequestContext,
) -> Result<(Arc<ApiKey>, Result<Allowed, Error>), Error> {
    let refused = |reason: &'static str| {
        api_key::note_refusal(app, reason, &context.origin);
        Error::invalid_request(
            "the API key is malformed, unknown, over, revoked, or not good from here",
        )
    };
    // What is malformed is not looked up.
    let Some(secret) = ApiKeySecret::parse(text) else { return Err(refused("malformed")) };
    let address = context.origin.address;
    let Some(key) = api_key::find_counted(app, &secret, address).await? else {
        return Err(refused("unknown"));
    };
    let refusal = match api_key::check(app, Arc::clone(&key), address, scopes).await? {
        Ok(Presented { allowed, .. }) => return Ok((key, Ok(allowed))),
        Err(refusal) => refusal,
    };
    let error = match refusal {
        Refusal::Scope(name) => Error::invalid_scope(format!("the API key is not good for {name}")),
        Refusal::Nothing => {
            Error::invalid_scope("nothing is left of what the API key was made for")
        }
        Refusal::Resource => {
            Error::invalid_target("API keys like this one are not taken at its resource")
        }
        refusal => return Err(refused(refusal.name())),
    };
    Ok((key, Err(error)))
}

/// A key is good at one resource (RFC 8707 §2, RFC 8693 §2.1).
fn check_target(params: &Params, resource: &str) -> Result<(), Error> {
    if params.all("resource").chain(params.all("audience")).all(|asked| asked == resource) {
        return Ok(());
    }
    Err(Error::invalid_target("the API key is for another resource"))
}

/// Asks policies (§2.2.2). What they do not accept is not valid, unless it is the target that they do not: one that was
/// named. No one is there to prove anything.
async fn check_policies(
    app: &App,
    params: &Params,
    key: &ApiKey,
    client: Option<&Client>,
    scopes: &[String],
    context: &RequestContext,
) -> Result<(), Error> {
    if !inquiry::is_needed(app, Flow::ExchangeToken) {
        return Ok(());
    }
    let now = app.clock.now();
    let object = Object::Resource(&key.resource);
    let inquiry = Inquiry::open(app, Flow::ExchangeToken, &key.owner, object, now).await?;
    let mut told =
        Map::from_iter([("api_key".to_owned(), key.named()), ("scopes".to_owned(), json!(scopes))]);
    inquiry::tell_address(&mut told, context.origin.address);
    let mut others: Vec<Thing> = key.thing().into_iter().collect();
    if let Some(client) = client {
        told.insert("client".to_owned(), json!({ "type": "Client", "id": client.id }));
        others.extend(inquiry::client(app, &client.id, now).await?);
    }
    let said = inquiry.map(|inquiry| inquiry.ask(app, told, &others));
    if said == Some(Ruling::Permitted) {
        return Ok(());
    }
    let named = params.all("resource").chain(params.all("audience")).next().is_some();
    let description = "policies do not accept the API key for a token there";
    Err(if named {
        Error::invalid_target(description)
    } else {
        Error::invalid_request(description)
    })
}

/// The seconds that a token lives: no longer than its key.
fn lifetime(shape: &Shape, until: Option<Timestamp>, now: Timestamp) -> i64 {
    let longest = i64::try_from(LONGEST_TOKEN.as_secs()).unwrap_or(i64::MAX);
    let left = until.map_or(i64::MAX, |until| (until - now).whole_seconds());
    shape.lifetime.min(longest).min(left)
}

/// What a token says.
struct Token<'a> {
    subject: String,
    client_id: String,
    of: crate::tokens::access::OfApiKey,
    seconds: i64,
    now: Timestamp,
    shape: &'a Shape,
}

impl Token<'_> {
    /// RFC 9068. The key's id begins its `jti`, as a grant's would.
    fn jwt(&self, app: &App, holds: Holds) -> String {
        let iat = self.now.unix_timestamp();
        let claims = AccessClaims {
            iss: app.config.server.issuer.as_str().to_owned(),
            sub: self.subject.clone(),
            aud: self.shape.audience.clone().into(),
            exp: iat + self.seconds,
            iat,
            jti: TokenId::draw(Some(self.of.id), &app.entropy),
            client_id: self.client_id.clone(),
            scope: self.shape.scopes.join(" "),
            auth_time: None,
            acr: None,
            amr: Vec::new(),
            roles: holds.roles,
            groups: holds.groups,
            permissions: holds.permissions,
            entitlements: holds.entitlements,
            api_key: Some(self.of),
        };
        jws::sign(&app.keys.signing(self.shape.alg, self.now), Type::Access, &claims)
    }

    async fn opaque(&self, app: &App, resources: &[String]) -> storage::Result<String> {
        let handle = Handle::<Access>::draw(app.uuid(), &app.entropy);
        let row = OpaqueRow {
            id: handle.id,
            grant_id: None,
            api_key: Some(self.of.id),
            client_id: self.client_id.clone(),
            subject: self.subject.clone(),
            scopes: self.shape.scopes.clone(),
            audience: resources.to_vec(),
            issued_at: self.now,
            expires_at: self.now + time::Duration::seconds(self.seconds),
        };
        storage::opaque_tokens::insert(&app.db, &row, handle.digest().bytes()).await?;
        Ok(handle.expose())
    }
}
