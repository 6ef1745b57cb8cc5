//! What the pages of a waiting request show.

use axum::response::Response;
use http::StatusCode;

use super::{
    interaction::{OTHER, Waiting, path},
    request::Prompt,
    respond,
};
use crate::{
    app::App,
    identity::{
        session::{self, Current},
        sign_in_form::SignInForm,
    },
    oauth::{inquiry::Ruling, subject},
    registry::scope,
    web::{
        csrf,
        pages::{
            self, ClientView, Completed, Consent, Freedom, ResourceView, ScopeView, SelectAccount,
            UserView, page,
        },
        words,
    },
};

page! {
    /// Says that a person may not sign in to a client.
    Refused("refusal.html") {
        /// The client.
        client: ClientView,
        /// The account that is signed in.
        user: UserView,
        /// Why, as policies have it.
        reasons: Vec<String>,
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
    }
}

impl Waiting {
    /// What the pages of this request may do: the answer to their forms may open the client's own scheme.
    fn freedom(&self) -> Freedom {
        let scheme = self.request.return_address.redirect_uri.private_use_scheme();
        scheme.map_or(Freedom::Usual, Freedom::OpenScheme)
    }

    pub(super) fn sign_in_page(&self, app: &App, session: Option<Current>) -> SignInForm {
        let hint = self.request.login_hint.as_deref().filter(|_| !self.other).unwrap_or_default();
        let accepted = |current: &Current| {
            self.request.accepts(&subject::of(app, &self.client, current.row.user_id))
        };
        let expected = session.as_ref().is_none_or(accepted);
        let notice = (!expected).then(|| words::text("sign-in-other-account"));
        // Whoever wants to choose an account, or has to, is not held to the one that is there.
        let account = session.filter(|_| {
            expected && !self.other && !self.request.prompts_for(Prompt::SelectAccount)
        });
        let query = if self.other { format!("?{OTHER}") } else { String::new() };
        SignInForm {
            client: Some(respond::view(app, &self.client)),
            page: format!("{}{query}", path(self.row.id)),
            action: format!("{}{query}", self.step("sign-in")),
            switch: account.is_some() && !self.request.is_about_someone(),
            identifier: hint.chars().take(320).collect(),
            account,
            notice,
            cancel: true,
            freedom: self.freedom(),
        }
    }

    pub(super) fn account_page(&self, app: &App, session: &Current) -> Response {
        let page = SelectAccount::new(
            Some(respond::view(app, &self.client)),
            session::view(&session.row),
            self.step("account"),
            csrf::token(&app.secrets.pages, &session.digest),
        );
        pages::respond(StatusCode::OK, &page, &self.freedom())
    }

    pub(super) fn refusal_page(&self, app: &App, session: &Current, ruling: &Ruling) -> Response {
        let page = Refused::new(
            respond::view(app, &self.client),
            session::view(&session.row),
            ruling.reasons().map(str::to_owned).collect(),
            self.step("refusal"),
            csrf::token(&app.secrets.pages, &session.digest),
        );
        pages::respond(StatusCode::FORBIDDEN, &page, &self.freedom())
    }

    pub(super) fn consent_page(&self, app: &App, session: &Current) -> Response {
        let catalogue = app.replica.resources();
        let asked = |name: &str| self.request.scopes.iter().any(|scope| scope == name);
        let identity = scope::IDENTITY
            .iter()
            .filter(|name| asked(name) && **name != scope::OFFLINE_ACCESS)
            .map(|name| ScopeView {
                name: (*name).to_owned(),
                description: words::text(&format!("scope-{name}")),
            })
            .chain(self.claims_asked());
        let resources = self.request.resources.iter().filter_map(|identifier| {
            let resource = catalogue.get(identifier)?;
            let scopes: Vec<ScopeView> = resource
                .metadata
                .scopes
                .iter()
                .filter(|scope| asked(&scope.name))
                .map(|scope| ScopeView {
                    name: scope.name.clone(),
                    description: scope.description.clone(),
                })
                .collect();
            let name = resource.metadata.name.clone();
            Some(ResourceView { name, identifier: identifier.clone(), scopes })
        });
        let page = Consent::new(
            respond::view(app, &self.client),
            session::view(&session.row),
            identity.collect(),
            resources.collect(),
            asked(scope::OFFLINE_ACCESS),
            self.request.return_address.redirect_uri.destination(),
            self.step("consent"),
            csrf::token(&app.secrets.pages, &session.digest),
        );
        pages::respond(StatusCode::OK, &page, &self.freedom())
    }

    /// Claims that are asked for by themselves, and that no scope of the request opens anyway.
    fn claims_asked(&self) -> impl Iterator<Item = ScopeView> {
        let scopes = &self.request.scopes;
        let claims = self.request.claims.about_person();
        claims.filter(|claim| !scopes.iter().any(|scope| scope == claim.scope)).map(|claim| {
            ScopeView {
                name: claim.name.to_owned(),
                description: words::text(&format!("claim-{}", claim.name)),
            }
        })
    }

    pub(super) fn completed(self, app: &App) -> Response {
        let csrf = self.browser.csrf(app);
        let page = Completed::new(respond::view(app, &self.client), self.step("continue"), csrf);
        pages::respond(StatusCode::OK, &page, &self.freedom())
    }
}
