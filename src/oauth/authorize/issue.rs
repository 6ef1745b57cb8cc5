//! From a request to what is owed and, if that is nothing, to a code: one statement, and one more if the person's roles or
//! policies permit only a part of the request.

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue};
use serde_json::json;

use super::{
    owed::{Consents, Owed, Progress, owed},
    request::AuthorizationRequest,
    ruling,
};
use crate::{
    access::principal::Subject,
    app::App,
    audit::{Event, Kind, Origin},
    clock::Timestamp,
    identity::{
        browser_state,
        session::{self, Current},
    },
    oauth::{
        entitled,
        granting::{self, Asking},
        inquiry::{self, Ruling},
        logout::session_state,
        subject,
    },
    registry::{client::Client, scope},
    storage::{
        self,
        codes::{NewCode, Prepared},
        sessions::SessionRow,
    },
    tokens::{
        digest::Digest,
        handle::{Code, Handle, Session},
    },
    web::RequestContext,
};

/// What a client is told whose request is refused for the person's roles, or by policies.
pub const NOT_PERMITTED: &str = "the person's roles and policies permit nothing of it";

/// How far a request has come.
#[derive(Debug)]
pub struct Standing {
    /// What the person owes.
    pub owed: Owed,
    /// Who is signed in.
    pub session: Option<Current>,
    /// Whether that person allowed the client something before.
    pub known: bool,
    /// What of the request is theirs to grant, where that is not all of it.
    pub permitted: Option<Box<AuthorizationRequest>>,
    /// What policies say of their signing in to it, and of the scopes.
    pub ruling: Ruling,
    code: Handle<Code>,
}

/// A code that was written for the session of a browser.
struct Written {
    code: Handle<Code>,
    digest: Digest,
    prepared: Option<Prepared>,
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
    let Some(cookie) = session::handle(app, headers) else {
        let code = Handle::<Code>::draw(app.uuid(), &app.entropy);
        let (owed, ruling) = (Owed::SignIn, Ruling::Permitted);
        return Ok(Standing { owed, session: None, known: false, permitted: None, ruling, code });
    };
    let mut written = write(app, client, request, &cookie).await?;
    let now = app.clock.now();
    let (mut permitted, mut ruling) = (None, Ruling::Permitted);
    if let Some(prepared) = &written.prepared {
        let asking = (client, &prepared.session);
        let (theirs, said) = permit(app, asking, request, &context.origin, now).await?;
        ruling = said;
        if let Cow::Owned(less) = theirs {
            // Nothing that is not theirs may be in a grant: they may come to hold it later, and were never asked.
            written = write(app, client, &less, &cookie).await?;
            permitted = Some(Box::new(less));
        }
    }
    let Written { code, digest, prepared } = written;
    let (row, consents) = match prepared {
        Some(prepared) => (Some(prepared.session), read_consents(prepared.consents)),
        None => (None, Consents::new()),
    };
    let catalogue = app.replica.resources();
    let subject = row.as_ref().map(|row| subject::of(app, client, row.user_id));
    let session = row.as_ref().zip(subject.as_deref());
    let asked = permitted.as_deref().unwrap_or(request);
    let owed = owed(asked, client, &catalogue, session, &consents, progress, now);
    drop(catalogue);
    let is_empty = permitted.as_ref().is_some_and(|less| opens_nothing(less));
    let mut owed = match owed {
        Owed::Consent | Owed::Nothing if is_empty => Owed::NotPermitted,
        owed => owed,
    };
    if let Some(row) = row.as_ref().filter(|_| Ruling::matters(&owed)) {
        ruling = ruling::of(app, client, row, &context.origin, now).await?.and(ruling);
        owed = ruling.apply(owed, row, now);
    }
    let known = !consents.is_empty();
    let session = row.map(|row| Current { row, digest });
    Ok(Standing { owed, session, known, permitted, ruling, code })
}

/// What of a request this person's roles and policies permit: all of it, unless a resource enforces permissions, or a policy
/// forbids a scope. What they would permit once the person has proved something is left, and they owe that.
pub async fn permit<'a>(
    app: &App,
    (client, session): (&Client, &SessionRow),
    request: &'a AuthorizationRequest,
    origin: &Origin,
    now: Timestamp,
) -> storage::Result<(Cow<'a, AuthorizationRequest>, Ruling)> {
    let catalogue = app.replica.resources();
    let person = || Subject::User(session.user_id);
    let AuthorizationRequest { scopes, resources, .. } = request;
    // What tokens tell is of no interest yet.
    let entitled = if entitled::is_enforced(&catalogue, resources) {
        Some(entitled::of(app, &catalogue, person, scopes, resources).await?)
    } else {
        None
    };
    let left = entitled.as_ref();
    let scopes = left.map_or(scopes.as_slice(), |entitled| &entitled.scopes[..]);
    let resources = left.map_or(resources.as_slice(), |entitled| &entitled.resources[..]);
    let asking = || {
        let mut told = inquiry::proof(&session.acr, &session.amr, session.auth_time, now);
        inquiry::tell_address(&mut told, origin.address);
        Asking { subject: person(), client, told, now }
    };
    let lacks = |step_up: &_| ruling::lacks(step_up, session, now).is_some();
    let granting = granting::of(app, &catalogue, &asking, scopes, resources, lacks).await?;
    // A claim is not to be had by its name where the scope that opens it is not.
    let behind = request.claims.scopes_but(scopes);
    let claims = granting::of(app, &catalogue, &asking, &behind, &[], lacks).await?;
    let is_cut = granting.is_cut() || left.is_some_and(entitled::Entitled::is_cut);
    if !is_cut && !claims.is_cut() {
        return Ok((Cow::Borrowed(request), granting.ruling.and(claims.ruling)));
    }
    let ruling = granting.ruling.and(claims.ruling);
    let opened = [&granting.scopes[..], &claims.scopes[..]].concat();
    let (scopes, resources) = (granting.scopes.into_owned(), granting.resources.into_owned());
    let claims = request.claims.opened_by(&opened);
    let less = AuthorizationRequest { scopes, resources, claims, ..request.clone() };
    Ok((Cow::Owned(less), ruling))
}

/// Whether so little of a request is permitted that its tokens would be good for nothing.
fn opens_nothing(permitted: &AuthorizationRequest) -> bool {
    permitted.resources.is_empty() && !permitted.scopes.iter().any(|name| name == scope::OPENID)
}

/// Writes a code for the live session of a browser, if there is one.
async fn write(
    app: &App,
    client: &Client,
    request: &AuthorizationRequest,
    cookie: &Handle<Session>,
) -> storage::Result<Written> {
    let now = app.clock.now();
    let code = Handle::<Code>::draw(app.uuid(), &app.entropy);
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
    let prepared =
        storage::codes::prepare(&app.db, (cookie.id, digest.bytes()), &new, app.cutoffs(now))
            .await?;
    Ok(Written { code, digest, prepared })
}

impl Standing {
    /// The request, as far as the person may grant it.
    fn granted<'a>(&'a self, request: &'a AuthorizationRequest) -> &'a AuthorizationRequest {
        self.permitted.as_deref().unwrap_or(request)
    }

    /// Hands the code out, if nothing is owed.
    pub async fn issue(
        &self,
        app: &App,
        client: &Client,
        request: &AuthorizationRequest,
        context: &RequestContext,
    ) -> Option<String> {
        let (Owed::Nothing, Some(session)) = (&self.owed, &self.session) else { return None };
        let request = self.granted(request);
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
