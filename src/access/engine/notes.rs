//! What the annotations of a policy say.

use std::fmt;

use cedar_policy::Policy;
use serde::{Deserialize, Serialize};

use crate::access::source::Problem;

/// What a policy's annotations say, see [`Outcome`](super::Outcome).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Notes {
    pub step_up: Option<StepUp>,
    pub reason: Option<String>,
    pub obligations: Vec<String>,
}

/// What to prove, so that the answer may be another one (RFC 9470 §3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    /// The authentication context class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// How long ago the sign-in may be, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
}

impl Notes {
    pub(super) fn of(policy: &Policy) -> Result<Self, Problem> {
        let mut step_up = None;
        if let Some(text) = policy.annotation("step_up") {
            let read = StepUp::parse(text);
            step_up = Some(read.ok_or_else(|| {
                Problem(format!(
                    "policy {}: @step_up(\"{text}\") is not like \"acr=aal2 max_age=300\"",
                    policy.id()
                ))
            })?);
        }
        let words = policy.annotation("obligations").unwrap_or_default().split_whitespace();
        Ok(Self {
            step_up,
            reason: policy.annotation("reason").map(str::to_owned),
            obligations: words.map(str::to_owned).collect(),
        })
    }
}

impl StepUp {
    /// Reads `acr=aal2 max_age=300`, or either of the two.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut read = Self::default();
        for word in text.split_whitespace() {
            match word.split_once('=')? {
                ("acr", acr) if !acr.is_empty() => read.acr = Some(acr.to_owned()),
                ("max_age", seconds) => read.max_age = Some(seconds.parse().ok()?),
                _ => return None,
            }
        }
        (read != Self::default()).then_some(read)
    }

    /// What satisfies both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            // The classes that Signet knows are in the order of their names: aal1, aal2, aal3.
            acr: self.acr.max(other.acr),
            max_age: [self.max_age, other.max_age].into_iter().flatten().min(),
        }
    }
}

impl fmt::Display for StepUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let acr = self.acr.as_ref().map(|acr| format!("acr={acr}"));
        let max_age = self.max_age.map(|seconds| format!("max_age={seconds}"));
        f.write_str(&acr.into_iter().chain(max_age).collect::<Vec<_>>().join(" "))
    }
}
