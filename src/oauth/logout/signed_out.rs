//! `/signed-out`: the page after a session ended in this browser. It signs the person out of applications as well, and leads
//! on to the one that asked for it.

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};

use super::frontchannel;
use crate::{
    app::AppState,
    identity::{ended::Ended, pages::see_other},
    oauth::authorize,
    web::{
        RequestContext, assets,
        pages::{self, Continue, Freedom, OnwardView, SignedOut, SigningOut},
        problem::Problem,
    },
};

/// `GET /signed-out`.
pub async fn show(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let Some(ended) = Ended::open(&app, &headers, query.as_deref()) else {
        return see_other("/sign-out");
    };
    let outcome = async {
        let frames = match ended.session {
            Some(session) => frontchannel::frames(&app, session).await?,
            None => Vec::new(),
        };
        let client = match &ended.onward {
            Some(onward) => app.replica.client(&onward.client_id).await?,
            None => None,
        };
        let onward = ended.onward.zip(client);
        if !frames.is_empty() {
            let freedom = Freedom::Frames(frontchannel::origins(&frames));
            let onward = onward.map(|(onward, client)| OnwardView {
                name: client.metadata.client_name.clone(),
                url: onward.url,
            });
            let frames = frames.into_iter().map(|frame| frame.url).collect();
            let page = SigningOut::new(frames, onward, &assets::SIGNED_OUT.url);
            return Ok(pages::respond(StatusCode::OK, &page, &freedom));
        }
        Ok(match onward {
            // An application's own scheme opens only on the heels of what the person did.
            Some((onward, _)) if frontchannel::scheme(&onward.url).is_some() => {
                see_other(&onward.url)
            }
            Some((onward, client)) => {
                let page = Continue::new(authorize::passing_view(&app, &client), onward.url, true);
                pages::respond(StatusCode::OK, &page, &Freedom::Usual)
            }
            None => pages::respond(StatusCode::OK, &SignedOut::new(), &Freedom::Usual),
        })
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}
