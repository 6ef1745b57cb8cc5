//! What a client says of itself, and what it wants of every authorization (RFC 7591 §2, OpenID Connect Registration §2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The most contacts, and the most values of `default_acr_values`.
const MOST: usize = 10;
/// The longest of either, and of what names a piece of software, in bytes.
const LONGEST: usize = 255;

/// The kind of application, which says what redirect URIs it may register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// It runs on a server.
    #[default]
    Web,
    /// It runs on a person's device.
    Native,
}

impl ApplicationType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Web, Self::Native];

    /// The registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Native => "native",
        }
    }
}

/// Who answers for what a client says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisteredBy {
    /// An operator.
    #[default]
    Operator,
    /// No one: it registered itself.
    Itself,
}

/// Whether people are asked again for what they allowed before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// What they allowed is remembered.
    #[default]
    Remembered,
    /// They are asked each time.
    EachTime,
}

/// The part of a client's metadata that this file is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// What kind of application it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub application_type: ApplicationType,
    /// E-mail addresses and the like of those who are responsible.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// What it does with people's data, shown where they are asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service, shown beside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// The same for every installation of a piece of software.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// Which version of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// The signed statement that it came with, as it came (RFC 7591 §2.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_statement: Option<String>,
    /// Members in other languages by their whole name, such as `client_name#de` (RFC 7591 §2.2).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub localized: BTreeMap<String, String>,
    /// The `max_age` of requests that have none, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    /// It relies on `auth_time` in ID tokens, which is always there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_auth_time: bool,
    /// The `acr_values` of requests that have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub registered_by: RegisteredBy,
    /// Whether people are asked each time.
    #[serde(default, skip_serializing_if = "is_default")]
    pub consent: Consent,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl About {
    /// Checks all but the URLs.
    pub(super) fn validate(&self) -> Result<(), String> {
        for (name, texts) in
            [("contacts", &self.contacts), ("default_acr_values", &self.default_acr_values)]
        {
            let fine = |text: &String| !text.is_empty() && text.len() <= LONGEST;
            if texts.len() > MOST || !texts.iter().all(fine) {
                return Err(format!("{name} must be at most {MOST}, each of 1 to {LONGEST} bytes"));
            }
        }
        if self.default_acr_values.iter().any(|value| value.contains(char::is_whitespace)) {
            return Err("default_acr_values are words".to_owned());
        }
        for (name, text) in
            [("software_id", &self.software_id), ("software_version", &self.software_version)]
        {
            if text.as_ref().is_some_and(|text| text.is_empty() || text.len() > LONGEST) {
                return Err(format!("{name} must be 1 to {LONGEST} bytes"));
            }
        }
        Ok(())
    }
}
