//! `/interaction/{id}`: the pages of a request that waits for a person (Core §3.1.2.3). Each GET shows what is owed
//! next, or answers the client; each POST does one thing and leads back to the GET, so that reloading, going back and
//! a second tab find the request where it is.

use std::borrow::Cow;

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::{
    issue::{self, Standing},
    owed::{Owed, Progress, needed},
    request::AuthorizationRequest,
    respond::{self, After, Outcome},
};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    identity::{
        attempt::{self, Goal},
        pages::{Browser, check_post, read_form, see_other, with_cookies},
        proof::Assurance,
        session::{self, Current},
        throttle,
    },
    oauth::{Code, Error},
    registry::client::Client,
    storage::{self, authorization_requests::RequestRow},
    tokens::digest::Digest,
    web::{RequestContext, params::Params, problem::Problem, words::text},
};

const NOT_ALLOWED: &str = "the person did not allow it";
const FORBIDDEN: &str = "the person may not sign in to this client";

/// Where a request's pages are.
pub(super) fn path(id: Uuid) -> String {
    format!("/interaction/{id}")
}

/// The query of the page on which another account can sign in than the one that is to prove itself again. That one's
/// session goes on until the other one has signed in.
pub(super) const OTHER: &str = "account=other";

/// Keeps a request for the browser that made it.
pub(super) async fn keep(
    app: &App,
    request: &AuthorizationRequest,
    browser: &Digest,
) -> storage::Result<Uuid> {
    let now = app.clock.now();
    let id = app.uuid();
    let expires_at = now + app.config.tokens.authorization_lifetime.0;
    let client_id = &request.return_address.client_id;
    let json = serde_json::to_value(request)
        .map_err(|source| storage::Error::Unreadable { what: "request".to_owned(), source })?;
    let browser = browser.bytes();
    storage::authorization_requests::insert(
        &app.db, id, browser, client_id, &json, now, expires_at,
    )
    .await?;
    Ok(id)
}

/// A request that waits, with its client.
pub(super) struct Waiting {
    pub row: RequestRow,
    pub request: AuthorizationRequest,
    pub client: std::sync::Arc<Client>,
    pub browser: Browser,
    /// Whether its page is the one for another account.
    pub other: bool,
}

/// `GET /interaction/{id}`.
pub async fn show(
    State(app): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let waiting = Waiting::find(&app, &id, query.as_deref(), &headers).await?;
        if waiting.row.completed_at.is_some() {
            return Ok(waiting.completed(&app));
        }
        let standing = waiting.assess(&app, &headers, &context).await?;
        waiting.next(&app, standing, &headers, &context).await
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// `GET /interaction/{id}/{step}`: where someone reloads the answer to a form. The request's own page is the way on.
pub async fn show_step(Path((id, _)): Path<(String, String)>) -> Response {
    match Uuid::try_parse(&id) {
        Ok(id) => see_other(&path(id)),
        Err(_) => see_other("/"),
    }
}

/// `POST /interaction/{id}/{step}`.
pub async fn submit(
    State(app): State<AppState>,
    Path((id, step)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let waiting = Waiting::find(&app, &id, query.as_deref(), &headers).await?;
        let params = read_form(&body)?;
        match step.as_str() {
            "sign-in" => waiting.sign_in(&app, &params, &headers, &context).await,
            "account" => waiting.select_account(&app, &params, &headers, &context).await,
            "consent" => waiting.consent(&app, &params, &headers, &context).await,
            "refusal" => waiting.refusal(&app, &params, &headers, &context).await,
            "continue" => waiting.reopen(&app, &params, &headers).await,
            _ => Err(Problem::new(
                StatusCode::NOT_FOUND,
                text("problem-not-found"),
                text("problem-unread-message"),
            )),
        }
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

impl Waiting {
    async fn find(
        app: &App,
        id: &str,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        let gone = || {
            Problem::new(StatusCode::NOT_FOUND, text("request-gone"), text("request-gone-message"))
        };
        let id = Uuid::try_parse(id).map_err(|_| gone())?;
        let browser = Browser::of(app, headers);
        let now = app.clock.now();
        let row = storage::authorization_requests::get(&app.db, id, browser.digest.bytes(), now);
        let row = row.await?.ok_or_else(gone)?;
        let request: AuthorizationRequest =
            serde_json::from_value(row.request.clone()).map_err(|_| gone())?;
        let client = app.replica.client(&request.return_address.client_id).await?;
        let client = client.filter(|client| !client.metadata.disabled).ok_or_else(gone)?;
        // Registered still, and not only when the request came.
        client.match_redirect_uri(request.return_address.redirect_uri.as_str()).ok_or_else(gone)?;
        Ok(Self { row, request, client, browser, other: query == Some(OTHER) })
    }

    async fn assess(
        &self,
        app: &App,
        headers: &HeaderMap,
        context: &RequestContext,
    ) -> storage::Result<Standing> {
        let progress = Progress {
            started_at: self.row.created_at,
            selected_by: self.row.selected_by,
            consented_by: self.row.consented_by,
        };
        issue::assess(app, &self.client, &self.request, progress, headers, context).await
    }

    /// The page of what is owed, or the client's answer.
    async fn next(
        mut self,
        app: &App,
        standing: Standing,
        headers: &HeaderMap,
        context: &RequestContext,
    ) -> Result<Response, Problem> {
        if let Some(code) = standing.issue(app, &self.client, &self.request, context).await {
            storage::authorization_requests::complete(&app.db, self.row.id, app.clock.now())
                .await?;
            // Whoever has signed in leaves room for others behind their address.
            let counters = throttle::requests(&app.config.sign_in, context.origin.address);
            throttle::forgive(app, &counters).await?;
            let (session_state, cookie) = standing.session_state(app, &self.request, headers);
            return Ok(with_cookies(self.respond(app, Outcome::Code(code, session_state)), cookie));
        }
        // What they cannot grant is not shown.
        if let Some(permitted) = standing.permitted {
            self.request = *permitted;
        }
        let (session, ruling) = (standing.session, standing.ruling);
        Ok(match (standing.owed, session) {
            (Owed::NotPermitted, _) => return self.deny(app, issue::NOT_PERMITTED).await,
            (Owed::SelectAccount, Some(session)) => self.account_page(app, &session),
            (Owed::Consent, Some(session)) => self.consent_page(app, &session),
            (Owed::SecondFactor, Some(session)) => {
                let goal = self.goal(ruling.level());
                return self.strengthen(app, session, &goal, headers, context).await;
            }
            (Owed::Refusal, Some(session)) => self.refusal_page(app, &session, &ruling),
            (_, session) => self.sign_in_page(app, session).show(app, headers, self.browser),
        })
    }

    /// What a sign-in for this request is for, with what a policy demands.
    fn goal(&self, level: Assurance) -> Goal {
        Goal {
            return_to: path(self.row.id),
            policies: self.client.metadata.mfa.into_iter().collect(),
            level: level.max(self.request.acr.unwrap_or(Assurance::Aal1)),
            person: None,
        }
    }

    /// Leads to the second factor that is missing, and to no more than that.
    async fn strengthen(
        self,
        app: &App,
        session: Current,
        goal: &Goal,
        headers: &HeaderMap,
        context: &RequestContext,
    ) -> Result<Response, Problem> {
        let advanced = attempt::strengthen(app, &session, goal, headers, context).await?;
        Ok(match advanced {
            Some(advanced) => with_cookies(see_other(&advanced.to), advanced.cookies),
            None => self.sign_in_page(app, Some(session)).show(app, headers, self.browser),
        })
    }

    fn respond(&self, app: &App, outcome: Outcome) -> Response {
        let to = &self.request.return_address;
        respond::respond(app, &self.client, to, outcome, After::Form)
    }

    pub(super) fn step(&self, step: &str) -> String {
        format!("{}/{step}", path(self.row.id))
    }

    fn back(&self) -> Response {
        see_other(&path(self.row.id))
    }

    async fn deny(&self, app: &App, why: &'static str) -> Result<Response, Problem> {
        storage::authorization_requests::complete(&app.db, self.row.id, app.clock.now()).await?;
        let error = Error::new(Code::AccessDenied, why);
        Ok(self.respond(app, Outcome::Error(error)))
    }

    /// The session whose person posts, if the page was shown to that session.
    async fn poster(
        &self,
        app: &App,
        params: &Params,
        headers: &HeaderMap,
    ) -> Result<Option<Current>, Problem> {
        let Some(current) = session::current(app, headers).await? else { return Ok(None) };
        check_post(app, headers, params, &current.digest, &path(self.row.id))?;
        Ok(Some(current))
    }

    async fn sign_in(
        self,
        app: &App,
        params: &Params,
        headers: &HeaderMap,
        context: &RequestContext,
    ) -> Result<Response, Problem> {
        check_post(app, headers, params, &self.browser.digest, &path(self.row.id))?;
        if params.get("cancel").is_some() {
            return self.deny(app, NOT_ALLOWED).await;
        }
        if params.get("switch").is_some() {
            return Ok(see_other(&format!("{}?{OTHER}", path(self.row.id))));
        }
        let session = session::current(app, headers).await?;
        let form = self.sign_in_page(app, session);
        let goal = self.goal(Assurance::Aal1);
        Ok(match form.submit(app, params, headers, &goal, context).await? {
            Ok(advanced) => with_cookies(see_other(&advanced.to), advanced.cookies),
            Err(page) => page,
        })
    }

    async fn select_account(
        self,
        app: &App,
        params: &Params,
        headers: &HeaderMap,
        context: &RequestContext,
    ) -> Result<Response, Problem> {
        let Some(current) = self.poster(app, params, headers).await? else {
            return Ok(self.back());
        };
        if params.get("decision") == Some("continue") {
            storage::authorization_requests::set_selected(&app.db, self.row.id, current.row.id)
                .await?;
            return Ok(self.back());
        }
        self.switch(app, &current, headers, context).await
    }

    /// Ends the session, so that another account can sign in.
    async fn switch(
        &self,
        app: &App,
        current: &Current,
        headers: &HeaderMap,
        context: &RequestContext,
    ) -> Result<Response, Problem> {
        session::end(app, &current.row, context).await?;
        Ok(with_cookies(self.back(), session::forget(app, headers)))
    }

    async fn consent(
        mut self,
        app: &App,
        params: &Params,
        headers: &HeaderMap,
        context: &RequestContext,
    ) -> Result<Response, Problem> {
        let Some(current) = self.poster(app, params, headers).await? else {
            return Ok(self.back());
        };
        let session = &current.row;
        let (asking, now) = ((&*self.client, session), app.clock.now());
        let permitted = issue::permit(app, asking, &self.request, &context.origin, now).await?;
        if let Cow::Owned(less) = permitted.0 {
            self.request = less;
        }
        let event = |kind| {
            Event::new(kind)
                .user(session.user_id)
                .client(&self.client.id)
                .session(session.id)
                .detail(json!({
                    "scope": self.request.scopes.join(" "), "resource": self.request.resources,
                    "claims": self.request.claims.about_person().map(|claim| claim.name).collect::<Vec<_>>(),
                }))
        };
        match params.get("decision") {
            Some("allow") => {
                let pairs = needed(&self.request, &app.replica.resources());
                let (user, client_id) = (session.user_id, &self.client.id);
                storage::consents::allow(&app.db, user, client_id, &pairs, now).await?;
                storage::authorization_requests::set_consented(&app.db, self.row.id, session.id)
                    .await?;
                app.audit.record(event(Kind::ConsentGiven), &context.origin).await?;
                Ok(self.back())
            }
            Some("deny") => {
                app.audit.record(event(Kind::ConsentDenied), &context.origin).await?;
                self.deny(app, NOT_ALLOWED).await
            }
            Some("switch") => self.switch(app, &current, headers, context).await,
            _ => Ok(self.back()),
        }
    }

    /// What someone does who may not sign in to the client: another account does, or they go back.
    async fn refusal(
        self,
        app: &App,
        params: &Params,
        headers: &HeaderMap,
        context: &RequestContext,
    ) -> Result<Response, Problem> {
        let Some(current) = self.poster(app, params, headers).await? else {
            return Ok(self.back());
        };
        match params.get("decision") {
            Some("switch") => self.switch(app, &current, headers, context).await,
            Some("deny") => self.deny(app, FORBIDDEN).await,
            _ => Ok(self.back()),
        }
    }

    /// Opens a request again, for a person who came back to it after it was answered.
    async fn reopen(
        self,
        app: &App,
        params: &Params,
        headers: &HeaderMap,
    ) -> Result<Response, Problem> {
        check_post(app, headers, params, &self.browser.digest, &path(self.row.id))?;
        storage::authorization_requests::reopen(&app.db, self.row.id).await?;
        Ok(self.back())
    }
}
