//! `/logout` (OpenID Connect RP-Initiated Logout 1.0): read, check, find out who is signed in; sign them out if the client
//! has shown that it means them, ask them if not; and lead on.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};

use super::{
    frontchannel,
    request::{self, Known, Step},
};
use crate::{
    app::{App, AppState},
    identity::{
        ended::{Ended, Onward},
        pages::{check_origin, check_post, read_form, see_other, with_cookies},
        session::{self, Current},
    },
    oauth::{Error, authorize, id_token_hint::Own, metadata::path, subject, token},
    registry::{about::RegisteredBy, client::Client},
    web::{
        RequestContext, csrf,
        pages::{self, Continue, FieldView, Freedom, Logout},
        params::Params,
        problem::Problem,
        words::text,
    },
};

/// Where the answer to the question goes.
pub const CONFIRM: &str = "/logout/confirm";
/// The longest request that is taken by POST: it goes on as a GET.
const LONGEST: usize = 16 * 1024;
/// What is kept of a request while its person is asked. The hint has done its part by then.
const KEPT: [&str; 3] = ["client_id", "post_logout_redirect_uri", "state"];

/// `GET /logout`.
pub async fn get(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let params = Params::parse_unique(query.unwrap_or_default().as_bytes())
            .map_err(|error| refused(&error.into()))?;
        let hint = {
            let keys = app.keys.set();
            let own = Own::of(&app, &keys);
            request::hint(&params, own).map_err(|error| refused(&error))?
        };
        let client_id = request::client_id(&params, hint.as_ref()).map_err(|e| refused(&e))?;
        let asked = Asked::read(&app, &params, client_id).await?;
        let current = session::current(&app, &headers).await?;
        let handle = session::handle(&app, &headers).map(|handle| handle.id);
        let sid = asked.client.as_ref().zip(handle).map(|(it, id)| subject::sid(&app, it, id));
        let over = session::forget(&app, &headers);
        let known = current.as_ref().map(|current| Known {
            sid: asked.client.as_ref().map(|it| subject::sid(&app, it, current.row.id)),
            subject: asked.client.as_ref().map(|it| subject::of(&app, it, current.row.user_id)),
        });
        match (request::step(hint.as_ref(), known.as_ref()), current) {
            (Step::Ask, Some(current)) => Ok(asked.ask(&app, &params, &current)),
            (Step::SignOut, Some(current)) => {
                session::end(&app, &current.row, &context).await?;
                let session = current.row.id;
                // Nothing but to go on: at once, if no one waits to be told.
                if frontchannel::frames(&app, session).await?.is_empty() {
                    return Ok(with_cookies(asked.go_on(&app, &headers), over));
                }
                let ended = Ended { session: Some(session), onward: asked.onward };
                Ok(with_cookies(ended.lead_on(&app, &headers), over))
            }
            // Its session has ended, but was this browser's.
            (_, _) if request::was_here(hint.as_ref(), sid.as_deref()) => {
                Ok(with_cookies(asked.go_on(&app, &headers), over))
            }
            (_, _) => Ok(with_cookies(asked.offer(&app, &headers), over)),
        }
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// `POST /logout`, from a client's page. Browsers send no `SameSite=Lax` cookie with it, so it goes on as a GET, which has
/// them.
pub async fn post(
    State(_): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if body.len() > LONGEST {
        return refused(&Error::invalid_request("the request is too long")).respond(&context);
    }
    match token::check_media_type(&headers).and_then(|()| Ok(Params::parse_unique(&body)?)) {
        Ok(params) => see_other(&format!("{}?{}", path::END_SESSION, params.encode())),
        Err(error) => refused(&error).respond(&context),
    }
}

/// `GET /logout/confirm`: where someone reloads the answer to the form.
pub async fn show_confirm() -> Response {
    see_other("/sign-out")
}

/// `POST /logout/confirm`: the person wants to.
pub async fn confirm(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let params = read_form(&body)?;
        check_origin(&app, &headers, "/sign-out")?;
        // The page had them checked, but anyone can write a form.
        let asked = Asked::read(&app, &params, params.get("client_id")).await?;
        let current = session::current(&app, &headers).await?;
        if let Some(Current { row, digest }) = &current {
            check_post(&app, &headers, &params, digest, "/sign-out")?;
            session::end(&app, row, &context).await?;
        }
        let session = current.map(|current| current.row.id);
        let ended = Ended { session, onward: asked.onward };
        Ok(with_cookies(ended.lead_on(&app, &headers), session::forget(&app, &headers)))
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// What was asked, as far as it was checked.
struct Asked {
    client: Option<Arc<Client>>,
    onward: Option<Onward>,
}

impl Asked {
    async fn read(app: &App, params: &Params, client_id: Option<&str>) -> Result<Self, Problem> {
        let client = match client_id {
            Some(client_id) => {
                let client = app.replica.client(client_id).await?;
                let client = client.filter(|client| !client.metadata.disabled);
                Some(client.ok_or_else(|| {
                    refused(&Error::invalid_request("the client is unknown or disabled"))
                })?)
            }
            None => None,
        };
        let to = request::destination(params, client.as_deref()).map_err(|e| refused(&e))?;
        let onward = to.zip(client.as_ref()).map(|(to, client)| {
            let state = params.get("state").map(|state| ("state", state.to_owned()));
            let state: Vec<_> = state.into_iter().collect();
            Onward { client_id: client.id.to_string(), url: to.with_query(&state) }
        });
        Ok(Self { client, onward })
    }

    /// No one is signed in any more: back to the client, or to our own page.
    fn go_on(&self, app: &App, headers: &HeaderMap) -> Response {
        match &self.onward {
            Some(onward) => see_other(&onward.url),
            None => Ended::default().lead_on(app, headers),
        }
    }

    /// No one is signed in, and nothing shows that anyone was at the client: a hint does not, since whoever registered it has
    /// ID tokens of their own. They could have this server lead people anywhere by a link that looks like ours: to a client
    /// that registered itself people go by their own choice.
    fn offer(&self, app: &App, headers: &HeaderMap) -> Response {
        let client = self.client.as_ref();
        let client = client.filter(|it| it.metadata.about.registered_by == RegisteredBy::Itself);
        match client.zip(self.onward.as_ref()) {
            Some((client, onward)) => {
                let page = Continue::new(authorize::view(app, client), onward.url.clone(), false);
                pages::respond(StatusCode::OK, &page, &Freedom::Usual)
            }
            None => self.go_on(app, headers),
        }
    }

    /// The page that asks.
    fn ask(&self, app: &App, params: &Params, current: &Current) -> Response {
        let mut fields: Vec<FieldView> = KEPT
            .into_iter()
            .filter_map(|name| Some(FieldView { name, value: params.get(name)?.to_owned() }))
            .collect();
        // Known by the hint alone.
        if params.get("client_id").is_none()
            && let Some(client) = &self.client
        {
            fields.push(FieldView { name: "client_id", value: client.id.to_string() });
        }
        let page = Logout::new(
            self.client.as_deref().map(|client| authorize::view(app, client)),
            session::view(&current.row),
            CONFIRM,
            csrf::token(&app.secrets.pages, &current.digest),
            fields,
        );
        let scheme = self.onward.as_ref().and_then(|onward| frontchannel::scheme(&onward.url));
        let freedom = scheme.map_or(Freedom::Usual, Freedom::OpenScheme);
        pages::respond(StatusCode::OK, &page, &freedom)
    }
}

/// §4: what fails to be valid is not acted upon, and no one is sent anywhere. Who wants to sign out can do it here.
fn refused(error: &Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, text("logout-refused"), text("logout-refused-message"))
        .details(error.to_string())
        .back("/sign-out", text("logout-here"))
}
