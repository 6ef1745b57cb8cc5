//! The members of a registration, each taken once and of its type. What is null is not there, and what is taken by no one
//! is ignored (RFC 7591 §2).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::oauth::{Code, Error};

/// The longest text, in bytes.
const LONGEST: usize = 2048;
/// The most items of a list.
const MOST: usize = 50;
/// The most members in other languages.
const MOST_LOCALIZED: usize = 60;

/// `invalid_client_metadata` (RFC 7591 §3.2.2).
pub fn invalid(description: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::InvalidClientMetadata, description)
}

/// The members that no one took so far.
#[derive(Clone, Debug)]
pub struct Members(Map<String, Value>);

impl Members {
    /// Those of an object.
    pub fn new(object: Map<String, Value>) -> Self {
        Self(object)
    }

    /// Puts these in the place of those that are there: a software statement has the last word (RFC 7591 §2.3).
    pub fn overrule(&mut self, object: Map<String, Value>) {
        self.0.extend(object);
    }

    /// Any value.
    pub fn value(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    /// Whether it is there.
    pub fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// A string, not empty.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Error> {
        self.value(name).map(|value| text(name, value)).transpose()
    }

    /// A list of strings, each once.
    pub fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Error> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let Value::Array(items) = value else {
            return Err(invalid(format!("{name} must be a list of strings")));
        };
        if items.len() > MOST {
            return Err(invalid(format!("{name} has more than {MOST} items")));
        }
        let mut texts = Vec::new();
        for item in items {
            let item = text(name, item)?;
            if !texts.contains(&item) {
                texts.push(item);
            }
        }
        Ok(Some(texts))
    }

    /// True or false; false if it is not there.
    pub fn flag(&mut self, name: &str) -> Result<bool, Error> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(invalid(format!("{name} must be true or false"))),
        }
    }

    /// A whole number.
    pub fn number(&mut self, name: &str) -> Result<Option<u32>, Error> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.map(Some).ok_or_else(|| invalid(format!("{name} must be a whole number")))
    }

    /// These texts in other languages, by their whole names: `client_name#de` (RFC 7591 §2.2, BCP 47).
    pub fn localized(&mut self, names: &[&str]) -> Result<BTreeMap<String, String>, Error> {
        let tagged: Vec<String> = self
            .0
            .keys()
            .filter(|key| key.split_once('#').is_some_and(|(name, _)| names.contains(&name)))
            .cloned()
            .collect();
        let mut texts = BTreeMap::new();
        for key in tagged {
            let tag = key.split_once('#').map_or("", |(_, tag)| tag);
            let fine = |c: char| c.is_ascii_alphanumeric() || c == '-';
            if tag.is_empty() || tag.len() > 35 || !tag.chars().all(fine) {
                return Err(invalid("a member has a language that is none"));
            }
            if let Some(text) = self.text(&key)? {
                texts.insert(key, text);
            }
        }
        if texts.len() > MOST_LOCALIZED {
            return Err(invalid("there are too many languages"));
        }
        Ok(texts)
    }
}

fn text(name: &str, value: Value) -> Result<String, Error> {
    match value {
        Value::String(text) if text.is_empty() => Err(invalid(format!("{name} must not be empty"))),
        Value::String(text) if text.len() > LONGEST => {
            Err(invalid(format!("{name} has more than {LONGEST} bytes")))
        }
        Value::String(text) => Ok(text),
        _ => Err(invalid(format!("{name} must be text"))),
    }
}
