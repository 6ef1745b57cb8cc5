//! Metadata of the policy decision point (`AuthZEN` § Policy Decision Point Metadata).

use serde_json::json;

use super::path;
use crate::{config::Config, keys::Document};

/// That of this issuer.
#[must_use]
pub fn document(config: &Config) -> Document {
    let issuer = &config.server.issuer;
    let json = json!({
        "policy_decision_point": issuer.as_str(),
        "access_evaluation_endpoint": issuer.join(path::EVALUATION),
        "access_evaluations_endpoint": issuer.join(path::EVALUATIONS),
        "search_subject_endpoint": issuer.join(path::SUBJECTS),
        "search_resource_endpoint": issuer.join(path::RESOURCES),
        "search_action_endpoint": issuer.join(path::ACTIONS),
    });
    Document::new(&json, None)
}
