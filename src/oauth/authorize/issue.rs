//! From a request to what is owed and, if that is nothing, to a code: one statement.

use http::{HeaderMap, HeaderValue};
use serde_json::json;

use super::{
    owed::{Consents, Owed, Progress, owed},
    request::AuthorizationRequest,
    ruling::{self, Ruling},
};
use crate::{
    app::App,
    audit::{Event, Kind},
    identity::{
        browser_state,
        session::{self, Current},
    },
    oauth::{logout::session_state, subject},
    registry::{client::Client, scope},
    storage::{self, codes::NewCode},
    tokens::handle::{Code, Handle},
    web::RequestContext,
};

/// How far a request has come.
#[derive(Debug)]
pub struct Standing {
    /// What the person owes.
    pub owed: Owed,
    /// Who is signed in.
    pub session: Option<Current>,
    /// Whether that person allowed the client something before.
    pub known: bool,
    /// What policies say of their signing in to it.
    pub ruling: Ruling,
    code: Handle<Code>,
}

/// Finds out what is owed. A code is written along, so that a request which owes nothing costs one statement; unless
/// [`Standing::issue`] hands it out, no one ever has its secret.
pub async fn assess(
    app: &App,
    client: &Client,
    request: &AuthorizationRequest,
    progress: Progress,
    headers: &HeaderMap,
    context: &RequestContext,
) -> storage::Result<Standing> {
    let now = app.clock.now();
    let code = Handle::<Code>::draw(app.uuid(), &app.entropy);
    let Some(cookie) = session::handle(app, headers) else {
        let (owed, ruling) = (Owed::SignIn, Ruling::Permitted);
        return Ok(Standing { owed, session: None, known: false, ruling, code });
    };
    let (secret, digest) = (code.digest(), cookie.digest());
    let essential_acr = request.claims.essential_acr();
    let locales = request.claims.locales_asked();
    let new = NewCode {
        id: code.id,
        secret_hash: secret.bytes(),
        client_id: &client.id,
        redirect_uri: request.return_address.redirect_uri.as_str(),
        redirect_uri_named: request.redirect_uri_named,
        code_challenge: request.code_challenge.as_deref(),
        scopes: &request.scopes,
        resources: &request.resources,
        nonce: request.nonce.as_deref(),
        essential_acr: essential_acr.as_deref(),
        id_token_claims: &request.claims.id_token,
        userinfo_claims: &request.claims.userinfo,
        claims_locales: locales.as_deref(),
        expires_at: now + app.config.tokens.code_lifetime.0,
    };
    let found =
        storage::codes::prepare(&app.db, (cookie.id, digest.bytes()), &new, app.cutoffs(now))
            .await?;
    let (row, consents) = match found {
        Some(prepared) => (Some(prepared.session), read_consents(prepared.consents)),
        None => (None, Consents::new()),
    };
    let subject = row.as_ref().map(|row| subject::of(app, client, row.user_id));
    let session = row.as_ref().zip(subject.as_deref());
    let catalogue = app.replica.resources();
    let mut owed = owed(request, client, &catalogue, session, &consents, progress, now);
    drop(catalogue);
    let mut ruling = Ruling::Permitted;
    if let Some(row) = row.as_ref().filter(|_| Ruling::matters(&owed)) {
        ruling = ruling::of(app, client, row, &context.origin, now).await?;
        owed = ruling.apply(owed, row, now);
    }
    let known = !consents.is_empty();
    let session = row.map(|row| Current { row, digest });
    Ok(Standing { owed, session, known, ruling, code })
}

impl Standing {
    /// Hands the code out, if nothing is owed.
    pub async fn issue(
        &self,
        app: &App,
        client: &Client,
        request: &AuthorizationRequest,
        context: &RequestContext,
    ) -> Option<String> {
        let (Owed::Nothing, Some(session)) = (&self.owed, &self.session) else { return None };
        let event = Event::new(Kind::CodeIssued)
            .user(session.row.user_id)
            .client(&client.id)
            .session(session.row.id)
            .grant(self.code.id)
            .detail(json!({ "scope": request.scopes.join(" "), "resource": request.resources }));
        app.audit.note(event, &context.origin).await;
        Some(self.code.expose())
    }
}

impl Standing {
    /// The `session_state` for the client, if it can watch the session (Session Management 1.0 §2), and the cookie that goes
    /// with it, if the browser does not have it.
    pub fn session_state(
        &self,
        app: &App,
        request: &AuthorizationRequest,
        headers: &HeaderMap,
    ) -> (Option<String>, Option<HeaderValue>) {
        let digest = self.session.as_ref().map(|session| &session.digest);
        let cookie = browser_state::mended(app, headers, digest);
        let watched = request.scopes.iter().any(|name| name == scope::OPENID);
        let state = digest.filter(|_| watched).and_then(|digest| {
            let to = &request.return_address;
            let origin = to.redirect_uri.origin()?;
            Some(session_state::of(app, &to.client_id, &origin, digest))
        });
        (state, cookie)
    }
}

/// An unreadable consent is none: the person is asked again.
fn read_consents(stored: serde_json::Value) -> Consents {
    serde_json::from_value(stored).unwrap_or_default()
}
