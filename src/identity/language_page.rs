//! `/language`: where someone chooses the language that they are answered in, in this browser.

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    response::Response,
    routing::get,
};
use http::{HeaderMap, StatusCode};

use super::{
    device, local,
    pages::{Browser, check_post, read_form, see_other, with_cookies},
};
use crate::{
    app::AppState,
    web::{
        RequestContext,
        cookies::Cookie,
        language::{Language, PATH},
        pages::{self, Freedom, page},
        problem::Problem,
    },
};

page! {
    /// Asks for a language.
    LanguagePage("language.html") {
        /// Those that there are.
        languages: [Language; 6],
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
    }
}

/// The page.
pub fn routes() -> Router<AppState> {
    Router::new().route(PATH, get(show).post(choose))
}

/// The page, with the one that it leads back to.
fn own(query: Option<&str>) -> String {
    local::next(query).map_or_else(|| PATH.to_owned(), |next| local::with_next(PATH, &next))
}

/// `GET /language`.
async fn show(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let browser = Browser::of(&app, &headers);
    let page = LanguagePage::new(Language::ALL, own(query.as_deref()), browser.csrf(&app));
    browser.remember(pages::respond(StatusCode::OK, &page, &Freedom::Usual))
}

/// `POST /language`.
async fn choose(
    State(app): State<AppState>,
    RawQuery(query): RawQuery,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = || {
        let params = read_form(&body)?;
        let browser = Browser::of(&app, &headers);
        let own = own(query.as_deref());
        check_post(&app, &headers, &params, &browser.digest, &own)?;
        let Some(language) = params.get("language").and_then(Language::of_tag) else {
            return Ok(see_other(&own));
        };
        let age = Some(device::MAX_AGE);
        let cookie = app.cookies().set(Cookie::Language, language.tag(), age);
        let next = local::next(query.as_deref()).unwrap_or_else(|| "/".to_owned());
        Ok(with_cookies(see_other(&next), [cookie]))
    };
    outcome().unwrap_or_else(|problem: Problem| problem.respond(&context))
}
