//! A validated authorization request.

use super::claims::ClaimsRequest;
use crate::{identity::proof::Assurance, registry::redirect_uri::Matched};
use serde::{Deserialize, Serialize};

/// How the response reaches the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI (RFC 6749 §4.1.2).
    #[default]
    Query,
    /// In its fragment, which browsers keep to themselves (OAuth 2.0 Multiple Response Types §2.1).
    Fragment,
    /// Posted by the browser (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

/// What the client wants the person to be asked (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Nothing: an error is wanted instead.
    None,
    /// Who they are, also if that is known.
    Login,
    /// What is allowed, also if that is known.
    Consent,
    /// Which account.
    SelectAccount,
}

/// Where a response can safely be sent: the part of a request that was checked first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnAddress {
    /// The client.
    pub client_id: String,
    /// One of its redirect URIs.
    pub redirect_uri: Matched,
    /// How.
    pub response_mode: ResponseMode,
    /// The client's own memory, given back as it came.
    pub state: Option<String>,
}

/// A request that is right in every respect and waits for nothing but the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Where the response goes.
    pub return_address: ReturnAddress,
    /// Whether the request named the redirect URI (RFC 6749 §4.1.3 then wants it again).
    pub redirect_uri_named: bool,
    /// Each once, in the order asked.
    pub scopes: Vec<String>,
    /// Each once, in the order asked.
    pub resources: Vec<String>,
    /// The S256 challenge (RFC 7636 §4.3).
    pub code_challenge: Option<String>,
    /// OpenID Connect's nonce.
    pub nonce: Option<String>,
    /// What the person is to be asked.
    pub prompts: Vec<Prompt>,
    /// The oldest sign-in that will do, in seconds.
    pub max_age: Option<i64>,
    /// How surely the person has to prove who they are (`acr_values`, `claims`): the first of the values asked for that is known
    /// here. None if none is.
    #[serde(default)]
    pub acr: Option<Assurance>,
    /// Who will probably sign in.
    pub login_hint: Option<String>,
    /// The one person whom the answer may be about: the `sub` of the `id_token_hint`.
    pub subject_hint: Option<String>,
    /// What is asked for by `claims` and `claims_locales`.
    #[serde(default)]
    pub claims: ClaimsRequest,
}

impl AuthorizationRequest {
    /// Whether the client wants this asked.
    #[must_use]
    pub fn prompts_for(&self, prompt: Prompt) -> bool {
        self.prompts.contains(&prompt)
    }

    /// Whether the answer may be about the person with this subject at the client.
    #[must_use]
    pub fn accepts(&self, subject: &str) -> bool {
        let asked = &self.claims.subjects;
        self.subject_hint.as_ref().is_none_or(|hinted| hinted == subject)
            && (asked.is_empty() || asked.iter().any(|asked| asked == subject))
    }

    /// Whether the answer may be about one person alone.
    #[must_use]
    pub fn is_about_someone(&self) -> bool {
        self.subject_hint.is_some() || !self.claims.subjects.is_empty()
    }
}
