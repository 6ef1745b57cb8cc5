//! One question (`AuthZEN` § Access Evaluation API).

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderMap;

use super::{
    caller,
    decide::Judge,
    refusal::Refusal,
    request::{Asked, Defaults},
};
use crate::{app::AppState, oauth::token::no_store};

/// `POST /access/v1/evaluation`.
pub async fn evaluation(
    State(app): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (caller, mut object) = caller::open(&app, &headers, &body).await?;
    let asked = Defaults::take(&mut object).and_then(Defaults::only);
    one(&Judge::new(&app, caller), asked.map_err(Refusal::Malformed)?).await
}

/// The answer to a question that is the whole of a request.
pub async fn one(judge: &Judge<'_>, asked: Asked) -> Result<Response, Refusal> {
    let decision = judge.decide(Ok(asked)).await?;
    Ok(no_store(Json(decision).into_response()))
}
