//! The refresh token grant (RFC 6749 §6, Core §12): rotation on one row, exact detection of reuse (RFC 9700 §4.14.2), and no one
//! signed out by a lost response. See `tokens::refresh` for the derivation.

use std::time::Duration;

use serde_json::json;

use super::{
    TokenResponse,
    allowed::{self, Less},
    issue::{self, Answer},
};
use crate::{
    app::App,
    audit::{Event, Kind},
    config::Tokens,
    oauth::{Code, Error, client_auth::AuthenticatedClient, encrypt, revoke, target},
    registry::scope,
    replica::Catalogue,
    storage::{
        self,
        grants::{Autopsy, Rotation},
    },
    tokens::refresh::RefreshToken,
    web::{RequestContext, params::Params},
};

/// Rotates a refresh token, or answers the former one again within its window: one statement in either case.
pub(super) async fn grant(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    context: &RequestContext,
) -> Result<TokenResponse, Error> {
    let key = &app.secrets.refresh;
    let presented = params.require("refresh_token")?;
    let scopes = params.get("scope").map(scope::parse).transpose()?;
    let resources = target::narrowed(params.all("resource"));
    let Some(presented) = RefreshToken::parse(key, presented) else {
        return Err(Error::invalid_grant("the refresh token is malformed or was never issued"));
    };
    let successor = presented.successor(key);
    let (presented_digest, successor_digest) = (presented.digest(), successor.digest());
    let now = app.clock.now();
    let tokens = &app.config.tokens;
    let window = client
        .metadata
        .refresh_retry_window
        .map_or(tokens.refresh_retry_window.0, |seconds| Duration::from_secs(seconds.into()));
    let rotation = Rotation {
        id: presented.grant,
        presented: presented_digest.bytes(),
        successor: successor_digest.bytes(),
        client_id: &client.id,
        scopes: scopes.as_deref(),
        resources: resources.as_deref(),
        idle_expires_at: now + tokens.refresh_idle_lifetime.0,
        window: now - window,
        race: now - window.min(Tokens::REFRESH_RACE.0),
        retries: tokens.refresh_retries,
    };
    let catalogue = app.replica.resources();
    let opaque = issue::OpaqueDraw::new(app, &catalogue);
    let minting = opaque.minting(&catalogue);
    let cutoffs = app.cutoffs(now);
    encrypt::is_ready(app, client).await?;
    let less = allowed(app, client, &catalogue, &rotation, context).await?;
    let Some(granted) = storage::grants::rotate(&app.db, &rotation, &minting, cutoffs).await?
    else {
        let found = storage::grants::examine(&app.db, &rotation, cutoffs).await?;
        let refusal = judge(found.as_ref());
        if refusal == Refusal::Reuse {
            let detail = json!({ "what": "refresh token" });
            let user = found.map(|grant| grant.user_id);
            revoke::reuse(app, rotation.id, user, &client.id, detail, context).await?;
        }
        return Err(refusal.error());
    };
    if granted.retried {
        let event = Event::new(Kind::RefreshRetried)
            .user(granted.user_id)
            .client(&client.id)
            .grant(granted.id);
        app.audit.note(event, &context.origin).await;
    }
    let refresh_token = Some(successor.expose(key));
    let answer = Answer { granted: &granted, less, opaque: &opaque, refresh_token };
    issue::for_grant(app, client, &catalogue, answer, context).await
}

/// What policies leave of what would be refreshed, if that is not all. They are asked before: a token that is not taken is
/// not spent, and is good again once they permit it.
async fn allowed(
    app: &App,
    client: &AuthenticatedClient,
    catalogue: &Catalogue,
    rotation: &Rotation<'_>,
    context: &RequestContext,
) -> Result<Option<Less>, Error> {
    if !allowed::is_asked(app) {
        return Ok(None);
    }
    let found = storage::grants::examine(&app.db, rotation, app.cutoffs(app.clock.now())).await?;
    // One that would not be taken is told why as ever.
    let Some(found) = found.filter(|found| judge(Some(found)) == Refusal::Again) else {
        return Ok(None);
    };
    let theirs = allowed::Theirs {
        user: found.user_id,
        session: found.session_id,
        auth_time: found.auth_time,
        amr: &found.amr,
        acr: &found.acr,
        scopes: rotation.scopes.unwrap_or(&found.scopes),
        resources: rotation.resources.unwrap_or(&found.resources),
    };
    allowed::of(app, client, catalogue, theirs, context).await
}

/// Why a refresh token was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Over,
    Scope,
    Resource,
    Reuse,
    /// It would be accepted now: its grant changed between two looks.
    Again,
}

/// Decides what a refresh token that was not accepted means. It was issued by this server, its tag says so; whoever
/// presents it otherwise than as the current one of its own client's live grant has it from somewhere else.
fn judge(found: Option<&Autopsy>) -> Refusal {
    match found {
        None => Refusal::Over,
        Some(grant) if grant.over => Refusal::Over,
        Some(grant) if !grant.own || !grant.acceptable => Refusal::Reuse,
        Some(grant) if !grant.scopes_fit => Refusal::Scope,
        Some(grant) if !grant.resources_fit => Refusal::Resource,
        Some(_) => Refusal::Again,
    }
}

impl Refusal {
    fn error(self) -> Error {
        match self {
            Self::Over => Error::invalid_grant("the grant has ended or was revoked"),
            Self::Scope => Error::invalid_scope("a scope was not granted"),
            Self::Resource => Error::invalid_target("a resource was not granted"),
            Self::Reuse => {
                Error::invalid_grant("the refresh token was used before; its grant is revoked")
            }
            Self::Again => Error::new(Code::TemporarilyUnavailable, "try again in a moment"),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn only_a_token_in_the_wrong_hands_is_reuse() {
        let fine = Autopsy {
            user_id: Uuid::nil(),
            session_id: Uuid::nil(),
            over: false,
            own: true,
            acceptable: true,
            scopes_fit: true,
            resources_fit: true,
            scopes: Vec::new(),
            resources: Vec::new(),
            auth_time: Timestamp::UNIX_EPOCH,
            amr: Vec::new(),
            acr: String::new(),
        };
        let cases = [
            (Autopsy { over: true, acceptable: false, ..fine.clone() }, Refusal::Over),
            (Autopsy { own: false, ..fine.clone() }, Refusal::Reuse),
            (Autopsy { acceptable: false, ..fine.clone() }, Refusal::Reuse),
            (Autopsy { scopes_fit: false, ..fine.clone() }, Refusal::Scope),
            (Autopsy { scopes_fit: false, acceptable: false, ..fine.clone() }, Refusal::Reuse),
            (Autopsy { resources_fit: false, ..fine.clone() }, Refusal::Resource),
            (fine, Refusal::Again),
        ];
        for (found, expected) in cases {
            assert_eq!(judge(Some(&found)), expected, "{found:?}");
        }
        assert_eq!(judge(None), Refusal::Over);
    }
}
