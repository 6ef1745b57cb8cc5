//! `/account/applications`: what one allowed to whom, and taking it back.

use std::collections::{BTreeMap, BTreeSet};

use axum::{body::Bytes, extract::State, response::Response};
use http::{HeaderMap, StatusCode};

use super::{APPLICATIONS, present, token};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    clock::{self, Timestamp},
    identity::{
        instead::Instead,
        pages::{read_post, see_other},
        session,
    },
    registry::{
        claim::{self, Claim},
        redirect_uri::with_query,
        scope,
    },
    storage::{
        self,
        applications::{ConsentRow, GrantsRow},
    },
    web::{
        RequestContext,
        moment::MomentView,
        pages::{self, Freedom, ResourceView, ScopeView, page},
    },
};

/// An application as its page shows it.
#[derive(Clone, Debug)]
pub(super) struct ApplicationView {
    client_id: String,
    name: String,
    /// Its home page.
    uri: Option<String>,
    /// Where one signs in to it (OpenID Connect Core §4).
    login: Option<String>,
    /// What it knows.
    identity: Vec<ScopeView>,
    /// What it may do.
    resources: Vec<ResourceView>,
    /// Whether also while one is away.
    offline: bool,
    since: MomentView,
    /// None if it has no live grant.
    used: Option<MomentView>,
}

page! {
    /// Shows the applications that a person allowed something.
    AccountApplications("account_applications.html") {
        /// Where the form goes.
        action: &'static str,
        /// The page token.
        csrf: String,
        /// Each of them.
        applications: Vec<ApplicationView>,
    }
}

/// What a person allowed a client, as far as that can be said of any.
#[derive(Debug, PartialEq, Eq)]
struct Allowed {
    /// By resource, the empty one for Signet itself.
    scopes: BTreeMap<String, BTreeSet<String>>,
    since: Timestamp,
    used: Option<Timestamp>,
}

/// Brings together what was allowed and what is in use: an application of whoever runs Signet has grants without
/// consent, and one that was allowed something may have no grant left.
fn gather(
    consents: Vec<ConsentRow>,
    grants: Vec<GrantsRow>,
    has_scope: impl Fn(&str, &str) -> bool,
) -> BTreeMap<String, Allowed> {
    let mut all: BTreeMap<String, Allowed> = BTreeMap::new();
    let new = |since| Allowed { scopes: BTreeMap::new(), since, used: None };
    for consent in consents {
        let allowed = all.entry(consent.client_id).or_insert_with(|| new(consent.granted_at));
        allowed.since = allowed.since.min(consent.granted_at);
        // The empty one stands for a token that is accepted there, with nothing allowed in particular.
        let scopes = consent.scopes.into_iter().filter(|scope| !scope.is_empty());
        allowed.scopes.entry(consent.resource).or_default().extend(scopes);
    }
    for grant in grants {
        let allowed = all.entry(grant.client_id).or_insert_with(|| new(grant.since));
        allowed.used = allowed.used.max(Some(grant.used_at));
        let claims = grant.claims.iter().filter_map(|name| claim::find(name));
        let claims: Vec<String> = claims.map(Claim::consent).collect();
        if !claims.is_empty() {
            allowed.scopes.entry(String::new()).or_default().extend(claims);
        }
        for scope in grant.scopes {
            if scope::is_identity(&scope) {
                allowed.scopes.entry(String::new()).or_default().insert(scope);
                continue;
            }
            for resource in grant.resources.iter().filter(|resource| has_scope(resource, &scope)) {
                allowed.scopes.entry(resource.clone()).or_default().insert(scope.clone());
            }
        }
    }
    all
}

async fn view(
    app: &App,
    client_id: String,
    allowed: Allowed,
    now: Timestamp,
) -> storage::Result<ApplicationView> {
    // A client that was removed meanwhile has no name any more.
    let client = app.replica.client(&client_id).await?;
    let metadata = client.as_ref().map(|client| &client.metadata);
    let catalogue = app.replica.resources();
    let empty = BTreeSet::new();
    let own = allowed.scopes.get("").unwrap_or(&empty);
    let identity = scope::IDENTITY
        .iter()
        .filter(|(name, _)| *name != scope::OFFLINE_ACCESS && own.contains(*name))
        .map(|(name, words)| view_scope(name, words));
    let claims = claim::STANDARD
        .iter()
        .filter(|claim| own.contains(&claim.consent()) && !own.contains(claim.scope));
    let identity =
        identity.chain(claims.map(|claim| view_scope(claim.name, claim.words))).collect();
    let resources = allowed.scopes.iter().filter(|(resource, _)| !resource.is_empty());
    let resources = resources.map(|(identifier, scopes)| {
        let known = catalogue.get(identifier).map(|resource| &resource.metadata);
        let words = |name: &str| {
            let scopes = known.into_iter().flat_map(|known| &known.scopes);
            scopes.into_iter().find(|scope| scope.name == name)
        };
        ResourceView {
            name: known.map_or_else(|| identifier.clone(), |known| known.name.clone()),
            identifier: identifier.clone(),
            scopes: scopes
                .iter()
                .map(|name| {
                    view_scope(name, words(name).map_or("", |scope| scope.description.as_str()))
                })
                .collect(),
        }
    });
    Ok(ApplicationView {
        name: metadata.map_or_else(|| client_id.clone(), |known| known.client_name.clone()),
        uri: metadata.and_then(|known| known.client_uri.clone()),
        login: metadata.filter(|known| !known.disabled).and_then(|known| {
            // No `login_hint`: an application learns an address by the scope for it alone.
            let issuer = app.config.server.issuer.as_str().to_owned();
            let uri = known.sessions.initiate_login_uri.as_ref()?;
            Some(with_query(uri.as_str(), &[("iss", issuer)]))
        }),
        identity,
        resources: resources.collect(),
        offline: own.contains(scope::OFFLINE_ACCESS),
        since: MomentView::day(allowed.since),
        used: allowed.used.map(|at| MomentView::ago(at, now)),
        client_id,
    })
}

fn view_scope(name: &str, words: &str) -> ScopeView {
    ScopeView { name: name.to_owned(), description: words.to_owned() }
}

/// `GET /account/applications`.
pub(super) async fn show(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = present(&app, &headers, APPLICATIONS).await?;
        let user = current.row.user_id;
        let now = app.clock.now();
        let consents = storage::applications::consents(&app.db, user).await?;
        let grants = storage::applications::grants(&app.db, user, app.cutoffs(now)).await?;
        let all = gather(consents, grants, |resource, scope| {
            app.replica.resources().get(resource).is_some_and(|known| known.has_scope(scope))
        });
        let mut applications = Vec::with_capacity(all.len());
        for (client_id, allowed) in all {
            applications.push(view(&app, client_id, allowed, now).await?);
        }
        let csrf = token(&app, &current);
        let page = AccountApplications::new(APPLICATIONS, csrf, applications);
        Ok(pages::respond(StatusCode::OK, &page, &Freedom::Usual))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// `POST /account/applications`: takes back all that one of them was allowed.
pub(super) async fn change(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let current = present(&app, &headers, APPLICATIONS).await?;
        let params = read_post(&app, &headers, &body, &current.digest, APPLICATIONS)?;
        let user = current.row.user_id;
        let client_id = params.get("revoke").unwrap_or_default();
        let now = app.clock.now();
        let tokens_end = app.tokens_end(now);
        let codes_from = clock::uuid_floor(now - app.config.tokens.code_lifetime.0);
        let forgotten =
            storage::applications::forget(&app.db, user, client_id, codes_from, now, tokens_end)
                .await?;
        if forgotten.consents || !forgotten.grants.is_empty() {
            session::revoked(&app, forgotten.grants, tokens_end);
            let event = Event::new(Kind::ApplicationRevoked).user(user).client(client_id);
            app.audit.record(event, &context.origin).await?;
        }
        Ok(see_other(APPLICATIONS))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn what_was_allowed_and_what_is_in_use_are_one_list() {
        let (early, late) = (datetime!(2030-01-01 12:00 UTC), datetime!(2030-01-05 12:00 UTC));
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let consent = |resource: &str, scopes: &[&str], granted_at| ConsentRow {
            client_id: "spa".to_owned(),
            resource: resource.to_owned(),
            scopes: texts(scopes),
            granted_at,
        };
        let grant = |client_id: &str, scopes: &[&str]| GrantsRow {
            client_id: client_id.to_owned(),
            scopes: texts(scopes),
            resources: texts(&["api", "vault"]),
            claims: texts(&["phone_number"]),
            since: early,
            used_at: late,
        };
        let consents = vec![consent("", &["openid"], late), consent("api", &["", "read"], early)];
        let grants = vec![grant("web", &["email", "read"]), grant("spa", &["openid", "read"])];
        let all = gather(consents, grants, |resource, scope| resource == "api" && scope == "read");
        let scopes = |client: &str, resource: &str| -> Vec<&str> {
            all[client].scopes[resource].iter().map(String::as_str).collect()
        };
        assert_eq!(all.len(), 2);
        assert_eq!(scopes("spa", ""), ["claim:phone_number", "openid"]);
        assert_eq!(scopes("spa", "api"), ["read"]);
        assert_eq!(scopes("web", ""), ["claim:phone_number", "email"]);
        assert_eq!(scopes("web", "api"), ["read"]);
        assert!(!all["web"].scopes.contains_key("vault"), "nothing of the vault's was asked for");
        assert_eq!((all["spa"].since, all["spa"].used), (early, Some(late)));
    }
}
