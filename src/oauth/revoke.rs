//! Token revocation (RFC 7009), and what else ends a grant.

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Error, client_auth, token};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    storage,
    tokens::{
        handle::{Access, Handle},
        refresh::RefreshToken,
    },
    web::{RequestContext, params::Params},
};

/// `POST /revoke`. A token that is unknown, ended or another client's is answered like one that was revoked (RFC 7009
/// §2.2); only its own client's request has an effect, and
/// only what had an effect is put on record.
pub async fn revoke(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let params = token::form(&headers, &body)?;
    let client = client_auth::authenticate(&app, &headers, &params, &context).await?;
    // token_type_hint may be wrong (§2.1) and is not needed: a token says what it is.
    let subject = Subject::find(&app, &params, &client.id).await?;
    let revoked = match subject {
        Some(Subject::Grant { grant, user }) => {
            let event = Event::new(Kind::Revoked).user(user).grant(grant);
            self::grant(&app, grant).await?.then_some(event)
        }
        Some(Subject::Token { id, grant, user }) => {
            let now = app.clock.now();
            let until = app.tokens_end(now);
            let was_live = storage::revocations::insert(&app.db, id, now, until).await?;
            app.replica.revoked(id, until);
            let detail = json!({ "token": id.simple().to_string() });
            let event = Event::new(Kind::Revoked).user(user).grant(grant).detail(detail);
            was_live.then_some(event)
        }
        None => None,
    };
    if let Some(event) = revoked {
        app.audit.record(event.client(&client.id), &context.origin).await?;
    }
    Ok(token::no_store(StatusCode::OK.into_response()))
}

/// What a revocation is about.
enum Subject {
    /// A refresh token stands for its grant and all of its tokens (§2.1).
    Grant { grant: Uuid, user: Uuid },
    /// An access token for itself. A client's own has neither grant nor person.
    Token { id: Uuid, grant: Option<Uuid>, user: Option<Uuid> },
}

impl Subject {
    /// What the token of a request is, if it is live and its own client's.
    async fn find(app: &App, params: &Params, client_id: &str) -> Result<Option<Self>, Error> {
        let text = params.require("token")?;
        let now = app.clock.now();
        if let Some(token) = RefreshToken::parse(&app.secrets.refresh, text) {
            let digest = token.digest();
            let cutoffs = app.cutoffs(now);
            let row = storage::grants::find_refresh(&app.db, token.grant, digest.bytes(), cutoffs)
                .await?;
            // A former token means the grant as much as the current one does.
            return Ok(row
                .filter(|row| row.client_id == client_id)
                .map(|row| Self::Grant { grant: token.grant, user: row.user_id }));
        }
        if let Some(token) = Handle::<Access>::parse(text) {
            let digest = token.digest();
            let row = storage::opaque_tokens::find(&app.db, token.id, digest.bytes(), now).await?;
            return Ok(row.filter(|row| row.client_id == client_id).map(|row| Self::Token {
                id: row.id,
                grant: row.grant_id,
                user: row.grant_id.and(row.subject.parse().ok()),
            }));
        }
        let issuer = app.config.server.issuer.as_str();
        let claims = app.verified.verify(&app.keys, issuer, text, now);
        let Some(claims) = claims.filter(|claims| claims.client_id == client_id) else {
            return Ok(None);
        };
        let Some(id) = claims.jti.unique() else { return Ok(None) };
        // By itself, or with its grant.
        if app.replica.is_revoked(&claims.jti).await? {
            return Ok(None);
        }
        // Its `sub` is the client's name for the person (OpenID Connect Core §8), which is not always their id.
        let grant = claims.jti.grant();
        let user = match grant {
            Some(grant) => storage::grants::person(&app.db, grant).await?,
            None => None,
        };
        Ok(Some(Self::Token { id, grant, user }))
    }
}

/// Revokes a grant and everything issued under it, here at once and on every replica soon.
pub async fn grant(app: &App, grant: Uuid) -> storage::Result<bool> {
    let now = app.clock.now();
    let until = app.tokens_end(now);
    let revoked = storage::grants::revoke(&app.db, grant, now, until).await?;
    app.replica.revoked(grant, until);
    Ok(revoked)
}

/// Revokes a grant whose code or refresh token was used twice, and puts that on record.
pub async fn reuse(
    app: &App,
    grant: Uuid,
    user: Option<Uuid>,
    client_id: &str,
    detail: Value,
    context: &RequestContext,
) -> storage::Result<()> {
    if self::grant(app, grant).await? {
        tracing::warn!(%grant, client_id, "reuse detected; the grant is revoked");
        metrics::counter!("signet_reuse_detected_total").increment(1);
        let event = Event::new(Kind::ReuseDetected)
            .user(user)
            .client(client_id)
            .grant(grant)
            .detail(detail);
        app.audit.record(event, &context.origin).await?;
    }
    Ok(())
}
