//! The authorization code grant (RFC 6749 §4.1.3) with PKCE (RFC 7636 §4.5, §4.6).

use serde_json::json;

use super::{
    TokenResponse, allowed,
    issue::{self, Answer},
};
use crate::{
    app::App,
    audit::{Event, Kind},
    clock::Timestamp,
    oauth::{Error, client_auth::AuthenticatedClient, encrypt, revoke, target},
    registry::{
        client::{Client, GrantType},
        scope,
        site::Site,
    },
    replica::Catalogue,
    storage::{
        self,
        codes::{Autopsy, Redemption},
        grants::{Granted, Minting},
    },
    tokens::{
        digest::Digest,
        handle::{Code, Handle},
        refresh::RefreshToken,
    },
    web::{RequestContext, params::Params},
};

/// Redeems a code: one statement checks everything about it and makes its grant.
pub(super) async fn grant(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    context: &RequestContext,
) -> Result<TokenResponse, Error> {
    let code = params.require("code")?;
    let redirect_uri = params.get("redirect_uri");
    // The code of a sign-in at a site arrives in the address of a page there, and scripts can begin one of their own. Signet
    // itself redeems it and no one else, as a confidential client would (Browser-Based Apps §6.1.3.1).
    let site = client.metadata.gate.as_ref();
    let at_gate = |site: &Site| redirect_uri.is_none_or(|uri| site.match_callback(uri).is_some());
    if site.is_some_and(at_gate) {
        return Err(Error::invalid_grant("Signet itself redeems the codes of sign-ins at a site"));
    }
    let challenge = params.get("code_verifier").map(challenge).transpose()?;
    let resources = target::narrowed(params.all("resource"));
    let Some(code) = Handle::<Code>::parse(code) else {
        return Err(Error::invalid_grant("the code is malformed"));
    };
    let now = app.clock.now();
    let digest = code.digest();
    let refresh =
        client.may(GrantType::RefreshToken).then(|| RefreshToken::draw(code.id, &app.entropy));
    let refresh_digest = refresh.as_ref().map(RefreshToken::digest);
    let ends = Ends::of(app, now, refresh.is_some());
    let catalogue = app.replica.resources();
    let redemption = Redemption {
        id: code.id,
        secret_hash: digest.bytes(),
        client_id: &client.id,
        redirect_uri,
        code_challenge: challenge.as_deref(),
        resources: resources.as_deref(),
        known: &catalogue.identifiers,
        refresh_hash: refresh_digest.as_ref().map(Digest::bytes),
        idle_expires_at: ends.idle,
        expires_at: ends.absolute,
    };
    encrypt::is_ready(app, client).await?;
    let refresh = refresh.map(|token| token.expose(&app.secrets.refresh));
    let answer = redeem(app, client, &catalogue, &redemption, refresh.clone(), context).await?;
    if let Some(answer) = answer {
        return Ok(answer);
    }
    let found = storage::codes::examine(&app.db, &redemption, now).await?;
    if found.resources_known {
        return Err(refuse(app, client, &redemption, found, context).await?);
    }
    // Another replica knows a resource that this one has not heard of yet. The code is not spent before it has.
    let catalogue = app.replica.reload_resources().await?;
    let redemption = Redemption { known: &catalogue.identifiers, ..redemption };
    let answer = redeem(app, client, &catalogue, &redemption, refresh, context).await?;
    if let Some(answer) = answer {
        return Ok(answer);
    }
    let found = storage::codes::examine(&app.db, &redemption, now).await?;
    Err(refuse(app, client, &redemption, found, context).await?)
}

/// The answer to a code, with the resources that are in `catalogue`; none if anything about it is not right.
async fn redeem(
    app: &App,
    client: &AuthenticatedClient,
    catalogue: &Catalogue,
    redemption: &Redemption<'_>,
    refresh: Option<String>,
    context: &RequestContext,
) -> Result<Option<TokenResponse>, Error> {
    let opaque = issue::OpaqueDraw::new(app, catalogue);
    let minting = opaque.minting(catalogue);
    let cutoffs = app.cutoffs(app.clock.now());
    let granted = storage::codes::redeem(&app.db, redemption, &minting, cutoffs).await?;
    let Some(granted) = granted else { return Ok(None) };
    let less = if allowed::is_asked(app) {
        let theirs = allowed::Theirs {
            user: granted.user_id,
            session: granted.session_id,
            auth_time: granted.auth_time,
            amr: &granted.amr,
            acr: &granted.acr,
            scopes: &granted.scopes,
            resources: &granted.resources,
        };
        match allowed::of(app, client, catalogue, theirs, context).await {
            Ok(less) => less,
            Err(error) => {
                // The code is spent, and nothing came of it.
                revoke::grant(app, granted.id).await?;
                return Err(error);
            }
        }
    } else {
        None
    };
    let answer = Answer { granted: &granted, less, opaque: &opaque, refresh_token: refresh };
    issue::for_grant(app, client, catalogue, answer, context).await.map(Some)
}

/// Redeems a code that Signet itself asked for on behalf of a site behind the gate: for a grant until `ends` at most, and no
/// tokens.
pub async fn redeem_for_site(
    app: &App,
    client: &Client,
    (code, verifier): (&str, &str),
    redirect_uri: &str,
    ends: Timestamp,
    context: &RequestContext,
) -> Result<Granted, Error> {
    let Some(code) = Handle::<Code>::parse(code) else {
        return Err(Error::invalid_grant("the code is malformed"));
    };
    let challenge = challenge(verifier)?;
    let (digest, now) = (code.digest(), app.clock.now());
    let site = client.metadata.gate.as_ref();
    let resource = site.and_then(|site| site.resource.as_ref());
    if resource.is_some_and(|name| app.replica.resources().get(name).is_none()) {
        app.replica.reload_resources().await?;
    }
    let catalogue = app.replica.resources();
    let redemption = Redemption {
        id: code.id,
        secret_hash: digest.bytes(),
        client_id: &client.id,
        redirect_uri: Some(redirect_uri),
        code_challenge: Some(&challenge),
        resources: None,
        known: &catalogue.identifiers,
        refresh_hash: None,
        idle_expires_at: ends,
        expires_at: ends,
    };
    let nothing = Minting { id: app.uuid(), secret_hash: &[], resources: &[], seconds: &[] };
    let granted = storage::codes::redeem(&app.db, &redemption, &nothing, app.cutoffs(now)).await?;
    if let Some(granted) = granted {
        // The session at a site ends with the one at Signet: a grant that would not is not what was asked for.
        if granted.scopes.iter().any(|name| name == scope::OFFLINE_ACCESS) {
            revoke::grant(app, granted.id).await?;
            return Err(Error::invalid_grant("offline_access is nothing for a site"));
        }
        return Ok(granted);
    }
    let found = storage::codes::examine(&app.db, &redemption, now).await?;
    // Loaded twice at once, or again after an answer was lost: the verifier has shown that it is the same browser.
    if found.redeemed {
        return Err(Error::invalid_grant("the code was used before"));
    }
    Err(refuse(app, client, &redemption, found, context).await?)
}

/// When a new grant ends.
struct Ends {
    idle: Timestamp,
    absolute: Timestamp,
}

impl Ends {
    fn of(app: &App, now: Timestamp, refreshable: bool) -> Self {
        let tokens = &app.config.tokens;
        if refreshable {
            return Self {
                idle: now + tokens.refresh_idle_lifetime.0,
                absolute: now + tokens.refresh_absolute_lifetime.0,
            };
        }
        // Nothing but its access tokens lives; the row stays that long to know the code again.
        let end = app.tokens_end(now);
        Self { idle: end, absolute: end }
    }
}

/// The S256 challenge of a verifier (RFC 7636 §4.2).
fn challenge(verifier: &str) -> Result<String, Error> {
    let unreserved = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_' | b'~');
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return Err(Error::invalid_grant("code_verifier is malformed"));
    }
    Ok(Digest::of(verifier.as_bytes()).base64url())
}

/// Why a code was not redeemed; a second use revokes what the first one got (RFC 6749 §4.1.2, RFC 9700 §4.5).
async fn refuse(
    app: &App,
    client: &Client,
    redemption: &Redemption<'_>,
    found: Autopsy,
    context: &RequestContext,
) -> Result<Error, Error> {
    let refused = async |what: &str| {
        let event = Event::new(Kind::CodeRefused)
            .user(found.user_id)
            .client(&client.id)
            .grant(redemption.id)
            .detail(json!({ "wrong": what }));
        app.audit.note(event, &context.origin).await;
    };
    if found.redeemed {
        let detail = json!({ "what": "authorization code" });
        revoke::reuse(app, redemption.id, found.user_id, &client.id, detail, context).await?;
        return Ok(Error::invalid_grant("the code was used before; what it got is revoked"));
    }
    let reason = if !found.known || !found.own {
        // Whoever has a code of another client has it from somewhere.
        if found.known {
            refused("client").await;
        }
        "the code is unknown or was issued to another client"
    } else if found.expired {
        "the code has expired"
    } else if !found.challenge_fits {
        refused("code_verifier").await;
        "code_verifier does not fit the code_challenge of the authorization request"
    } else if !found.redirect_uri_fits {
        refused("redirect_uri").await;
        "redirect_uri is not the one of the authorization request"
    } else if !found.resources_fit {
        return Ok(Error::invalid_target("the resource was not asked for at authorization"));
    } else if !found.resources_known {
        return Ok(Error::invalid_target("the resource is not there any more"));
    } else {
        "the person's session has ended"
    };
    Ok(Error::invalid_grant(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_the_specification() {
        // RFC 7636 appendix B.
        let challenge = challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge.as_deref(), Ok("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    }

    #[test]
    fn a_verifier_has_the_form_of_the_specification() {
        for bad in ["", &"a".repeat(42), &"a".repeat(129), &"a b".repeat(20), &"ä".repeat(50)] {
            assert!(challenge(bad).is_err(), "{bad}");
        }
    }
}
