//! Several questions at once (`AuthZEN` § Access Evaluations API).

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    answer::Decision,
    caller,
    decide::Judge,
    evaluation,
    refusal::Refusal,
    request::{Defaults, take, take_object},
};
use crate::{app::AppState, oauth::token::no_store};

/// The most questions of a request.
const MOST: usize = 1000;
/// After so many, others have their turn.
pub const PATIENCE: usize = 32;

/// When to stop (§ Evaluations semantics).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Semantic {
    #[default]
    ExecuteAll,
    DenyOnFirstDeny,
    PermitOnFirstPermit,
}

#[derive(Serialize)]
struct Answer {
    evaluations: Vec<Decision>,
}

impl Semantic {
    fn take(object: &mut Map<String, Value>) -> Result<Self, String> {
        let Some(mut options) = take_object(object, "options")? else { return Ok(Self::default()) };
        match take(&mut options, "evaluations_semantic") {
            None => Ok(Self::default()),
            Some(Value::String(name)) => match name.as_str() {
                "execute_all" => Ok(Self::ExecuteAll),
                "deny_on_first_deny" => Ok(Self::DenyOnFirstDeny),
                "permit_on_first_permit" => Ok(Self::PermitOnFirstPermit),
                _ => Err("options.evaluations_semantic is none that is known".to_owned()),
            },
            Some(_) => Err("options.evaluations_semantic must be a string".to_owned()),
        }
    }

    /// Whether nothing more is asked after this decision.
    fn ends_with(self, decision: bool) -> bool {
        match self {
            Self::ExecuteAll => false,
            Self::DenyOnFirstDeny => !decision,
            Self::PermitOnFirstPermit => decision,
        }
    }
}

/// `POST /access/v1/evaluations`.
pub async fn evaluations(
    State(app): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let (caller, mut object) = caller::open(&app, &headers, &body).await?;
    let (defaults, evaluations, semantic) = read(&mut object).map_err(Refusal::Malformed)?;
    let judge = Judge::new(&app, caller);
    if evaluations.is_empty() {
        return evaluation::one(&judge, defaults.only().map_err(Refusal::Malformed)?).await;
    }
    let mut decisions = Vec::with_capacity(evaluations.len());
    for (number, evaluation) in (1..).zip(evaluations) {
        let decision = judge.decide(defaults.of(evaluation)).await?;
        let ends = semantic.ends_with(decision.decision);
        decisions.push(decision);
        if ends {
            break;
        }
        if number % PATIENCE == 0 {
            tokio::task::yield_now().await;
        }
    }
    Ok(no_store(Json(Answer { evaluations: decisions }).into_response()))
}

fn read(object: &mut Map<String, Value>) -> Result<(Defaults, Vec<Value>, Semantic), String> {
    let evaluations = match take(object, "evaluations") {
        None => Vec::new(),
        Some(Value::Array(evaluations)) => evaluations,
        Some(_) => return Err("evaluations must be an array".to_owned()),
    };
    if evaluations.len() > MOST {
        return Err(format!("there are more than {MOST} evaluations"));
    }
    Ok((Defaults::take(object)?, evaluations, Semantic::take(object)?))
}
