//! Client credentials (RFC 6749 §4.4): no person, no refresh token, and for a JWT no round trip to the database.

use serde_json::Map;

use crate::{
    access::principal::Subject,
    app::App,
    audit::Summary,
    oauth::{
        Error,
        client_auth::AuthenticatedClient,
        entitled,
        granting::{self, Asking},
        inquiry,
        target::{Shape, Target},
        token::{TokenResponse, issue},
    },
    registry::{client::GrantType, resource::TokenFormat},
    web::{RequestContext, params::Params},
};

/// Issues a token to the client itself.
pub(super) async fn grant(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    context: &RequestContext,
) -> Result<TokenResponse, Error> {
    let catalogue = app.replica.resources();
    let target = Target::resolve(
        client,
        &catalogue,
        params.get("scope"),
        params.all("resource"),
        GrantType::ClientCredentials,
    )?;
    if target.resources.is_empty() {
        // RFC 8707 §2: a token for no one in particular is a token for everyone.
        return Err(Error::invalid_target("name a resource: the client has no default"));
    }
    let own = || Subject::Client(client.id.to_string());
    let now = app.clock.now();
    let asking = || {
        let mut told = Map::new();
        inquiry::tell_address(&mut told, context.origin.address);
        Asking { subject: own(), client, told, now }
    };
    let (scopes, resources) = (&target.scopes, &target.resources);
    let granting = granting::of(app, &catalogue, asking, scopes, resources, |_: &_| false).await?;
    if granting.is_cut() && (granting.scopes.is_empty() || granting.resources.is_empty()) {
        return Err(Error::invalid_scope("policies permit the client nothing of it"));
    }
    let (scopes, resources) = (&granting.scopes, &granting.resources);
    let entitled = entitled::of(app, &catalogue, own, scopes, resources).await?;
    if entitled.is_cut() && (entitled.scopes.is_empty() || entitled.resources.is_empty()) {
        return Err(Error::invalid_scope("the client's roles permit nothing of it"));
    }
    let issuer = app.config.server.issuer.as_str();
    let (scopes, resources) = (&entitled.scopes, &entitled.resources);
    let shape = Shape::of(&catalogue, &app.config.tokens, issuer, scopes, resources)?;
    let access_token = match shape.format {
        TokenFormat::Jwt => issue::for_client(app, client, &shape, entitled.for_jwt()?, now),
        TokenFormat::Opaque => {
            let subject = client.id.to_string();
            issue::write_opaque(app, client, &shape, subject, None, resources).await?
        }
    };
    let scope = shape.scopes.join(" ");
    let client_id = client.id.clone();
    let address = context.origin.address;
    app.audit.count(Summary { client_id, scope: scope.clone(), address }).await;
    Ok(TokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in: shape.lifetime,
        scope: Some(scope).filter(|scope| !scope.is_empty()),
        refresh_token: None,
        id_token: None,
    })
}
