//! The playground: a page that runs the code flow with PKCE in the browser, step by step. Development mode only.

use axum::{extract::State, response::Response};
use http::StatusCode;

use super::demo;
use crate::{
    app::AppState,
    web::{
        RequestContext, assets,
        pages::{self, Freedom, Playground},
        problem::Problem,
    },
};

/// Where it is.
pub const PATH: &str = "/dev/playground";

/// `GET /dev/playground`.
pub async fn show(State(app): State<AppState>, context: RequestContext) -> Response {
    let Some(demo) = &app.demo else {
        return Problem::new(StatusCode::NOT_FOUND, "There is no such page", "").respond(&context);
    };
    let issuer = &app.config.server.issuer;
    let page = Playground::new(
        &assets::PLAYGROUND.url,
        issuer.as_str().to_owned(),
        demo::SPA.to_owned(),
        issuer.join(PATH),
        demo::RESOURCE.to_owned(),
        demo::SCOPES.to_owned(),
        demo.login.clone(),
        demo.password.clone(),
    );
    pages::respond(StatusCode::OK, &page, &Freedom::Script)
}
