//! Decisions as they are told (`AuthZEN` § Decision), with what goes besides in their context.

use std::{collections::BTreeMap, fmt::Write};

use serde::Serialize;
use uuid::Uuid;

use crate::access::engine::Outcome;

/// A decision.
#[derive(Debug, Serialize)]
pub struct Decision {
    /// Whether access is given.
    pub decision: bool,
    context: Context,
}

/// What goes besides a decision.
#[derive(Debug, Serialize)]
struct Context {
    /// What the log calls it.
    id: Uuid,
    /// What the person may be told, under the status that they would see.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_user: Option<BTreeMap<&'static str, String>>,
    /// Which policies decided, for callers that may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_admin: Option<BTreeMap<&'static str, String>>,
    /// What would let it be permitted (RFC 9470 §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    step_up: Option<StepUp>,
    /// What the caller has to do besides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    obligations: Vec<String>,
    /// Why it could not be decided, which is a denial.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Trouble>,
}

/// The parameters of RFC 9470's challenge.
#[derive(Debug, Serialize)]
struct StepUp {
    #[serde(skip_serializing_if = "Option::is_none")]
    acr_values: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<u32>,
}

/// Why something could not be decided.
#[derive(Clone, Debug, Serialize)]
pub struct Trouble {
    /// As HTTP would have it.
    status: u16,
    /// For whoever asked.
    pub message: String,
}

impl Trouble {
    /// The question is not one that the schema knows.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self { status: 400, message: message.into() }
    }

    /// It is about someone who is not there, or who is disabled.
    pub fn unknown(message: impl Into<String>) -> Self {
        Self { status: 404, message: message.into() }
    }

    /// The fault is Signet's, or its operator's.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { status: 500, message: message.into() }
    }
}

impl Decision {
    /// What policies decided.
    pub fn of(id: Uuid, outcome: Outcome, explains: bool) -> Self {
        let status = if outcome.permitted { "200" } else { "403" };
        let reasons: Vec<String> = outcome.reasons.into_iter().collect();
        let told = !outcome.permitted && !reasons.is_empty();
        let reason_user = told.then(|| BTreeMap::from([(status, reasons.join(" "))]));
        let explanation = || {
            let policies: Vec<String> = outcome.policies.into_iter().collect();
            let mut text = match (outcome.permitted, policies.is_empty()) {
                (true, _) => format!("permitted by {}", policies.join(", ")),
                (false, true) => "no policy permits it".to_owned(),
                (false, false) => format!("forbidden by {}", policies.join(", ")),
            };
            for (policy, error) in outcome.errors {
                let _ = write!(text, "; {policy} could not be evaluated: {error}");
            }
            BTreeMap::from([(status, text)])
        };
        let reason_admin = explains.then(explanation);
        let step_up = outcome
            .step_up
            .map(|needed| StepUp { acr_values: needed.acr, max_age: needed.max_age });
        let obligations = outcome.obligations.into_iter().collect();
        let context = Context { id, reason_user, reason_admin, step_up, obligations, error: None };
        Self { decision: outcome.permitted, context }
    }

    /// What could not be decided is denied.
    pub fn none(id: Uuid, trouble: Trouble) -> Self {
        let context = Context {
            id,
            reason_user: None,
            reason_admin: None,
            step_up: None,
            obligations: Vec::new(),
            error: Some(trouble),
        };
        Self { decision: false, context }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::access::engine;

    #[test]
    fn only_who_may_know_is_told_which_policies_decided() {
        let id = Uuid::from_u128(1);
        let own = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let outcome = Outcome {
            permitted: false,
            policies: own(&["hours", "mfa"]),
            errors: BTreeMap::from([("odd".to_owned(), "no attribute".to_owned())]),
            step_up: Some(engine::StepUp { acr: Some("aal2".to_owned()), max_age: None }),
            reasons: own(&["Come back in the morning."]),
            obligations: own(&["log"]),
        };
        let told = |explains| {
            let decision = Decision::of(id, outcome.clone(), explains);
            serde_json::to_value(decision).expect("JSON")
        };
        let mut expected = json!({
            "decision": false,
            "context": {
                "id": id,
                "reason_user": { "403": "Come back in the morning." },
                "step_up": { "acr_values": "aal2" },
                "obligations": ["log"],
            },
        });
        assert_eq!(told(false), expected);
        expected["context"]["reason_admin"] =
            json!({ "403": "forbidden by hours, mfa; odd could not be evaluated: no attribute" });
        assert_eq!(told(true), expected);
    }
}
