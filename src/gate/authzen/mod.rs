//! The OpenID `AuthZEN` Authorization API 1.0: services that enforce access ask whether it is to be given.

mod action;
mod answer;
mod caller;
mod decide;
mod evaluation;
mod evaluations;
pub mod metadata;
mod refusal;
mod request;
mod resource;
mod search;
mod subject;

use axum::{Router, routing::post};

use crate::app::AppState;

/// Paths below the issuer (§ HTTPS JSON Binding).
pub mod path {
    /// Access Evaluation.
    pub const EVALUATION: &str = "/access/v1/evaluation";
    /// Access Evaluations.
    pub const EVALUATIONS: &str = "/access/v1/evaluations";
    /// Subject Search.
    pub const SUBJECTS: &str = "/access/v1/search/subject";
    /// Resource Search.
    pub const RESOURCES: &str = "/access/v1/search/resource";
    /// Action Search.
    pub const ACTIONS: &str = "/access/v1/search/action";
    /// § Obtaining Policy Decision Point Metadata.
    pub const METADATA: &str = "/.well-known/authzen-configuration";
}

/// Whether this path is one of the API's, whose callers name their requests themselves.
#[must_use]
pub fn answers(path: &str) -> bool {
    [path::EVALUATION, path::EVALUATIONS, path::SUBJECTS, path::RESOURCES, path::ACTIONS]
        .contains(&path)
}

/// What services ask.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(path::EVALUATION, post(evaluation::evaluation))
        .route(path::EVALUATIONS, post(evaluations::evaluations))
        .route(path::SUBJECTS, post(search::subjects))
        .route(path::RESOURCES, post(search::resources))
        .route(path::ACTIONS, post(search::actions))
}
