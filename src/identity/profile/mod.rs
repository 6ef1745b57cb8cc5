//! What people say of themselves beyond their name (OpenID Connect Core §5.1), as it is stored and checked.

mod kind;
mod languages;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use kind::{Kind, LINE, LINES, URL, Wrong, check_name};
pub use languages::{Languages, MOST_LANGUAGES, NAMES, Names};

use crate::registry::language_tag::LanguageTag;

/// A person's profile. What is not said is absent. `name`, the user name and the e-mail address are kept beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "the names of the claims")]
pub struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birthdate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zoneinfo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    phone_number_verified: bool,
    #[serde(skip_serializing_if = "Address::is_empty")]
    address: Address,
    /// Their names in further languages and scripts.
    #[serde(skip_serializing_if = "Languages::is_empty")]
    languages: Languages,
}

/// A postal address (Core §5.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "the names of the claims")]
pub struct Address {
    #[serde(skip_serializing_if = "Option::is_none")]
    formatted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
}

impl Address {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A text of the profile.
struct Field {
    key: &'static str,
    kind: Kind,
    get: fn(&Profile) -> &Option<String>,
    get_mut: fn(&mut Profile) -> &mut Option<String>,
}

macro_rules! field {
    ($key:literal, $kind:ident, $($member:ident).+) => {
        Field {
            key: $key,
            kind: Kind::$kind,
            get: |profile| &profile.$($member).+,
            get_mut: |profile| &mut profile.$($member).+,
        }
    };
}

const FIELDS: [Field; 18] = [
    field!("given_name", Line, given_name),
    field!("family_name", Line, family_name),
    field!("middle_name", Line, middle_name),
    field!("nickname", Line, nickname),
    field!("profile", Url, profile),
    field!("picture", Url, picture),
    field!("website", Url, website),
    field!("gender", Line, gender),
    field!("birthdate", Birthdate, birthdate),
    field!("zoneinfo", Zone, zoneinfo),
    field!("locale", Locale, locale),
    field!("phone_number", Phone, phone_number),
    field!("address.formatted", Lines, address.formatted),
    field!("address.street_address", Lines, address.street_address),
    field!("address.locality", Line, address.locality),
    field!("address.region", Line, address.region),
    field!("address.postal_code", Line, address.postal_code),
    field!("address.country", Line, address.country),
];

/// The one key that is no text.
pub const VERIFIED: &str = "phone_number_verified";

/// The members of a profile and of its address, for those who check what else is there.
pub const MEMBERS: [&str; 15] = [
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    VERIFIED,
    "address",
    "languages",
];
/// The members of an address.
pub const ADDRESS_MEMBERS: [&str; 6] =
    ["formatted", "street_address", "locality", "region", "postal_code", "country"];

impl Profile {
    /// Reads what is stored. What is not understood counts as not said.
    #[must_use]
    pub fn read(stored: &Value) -> Self {
        Self::deserialize(stored).unwrap_or_default()
    }

    /// As it is stored.
    #[must_use]
    pub fn stored(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// What they are called in other languages and scripts.
    #[must_use]
    pub fn languages(&self) -> &Languages {
        &self.languages
    }

    /// Replaces all that they are called in other languages and scripts.
    pub fn set_languages(&mut self, languages: Languages) {
        self.languages = languages;
    }

    /// A text by its key; those of the address have `address.` before their name.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let field = FIELDS.iter().find(|field| field.key == key)?;
        (field.get)(self).as_deref()
    }

    /// Whether the telephone number is confirmed.
    #[must_use]
    pub fn phone_number_verified(&self) -> bool {
        self.phone_number_verified
    }

    /// Changes a text, or takes it away if what is typed is empty. Another telephone number is not confirmed. A name in
    /// another language has `#` and its tag behind it (Core §5.2).
    pub fn set(&mut self, key: &str, typed: &str) -> Result<(), Wrong> {
        if let Some((name, tag)) = key.split_once('#') {
            let tag = LanguageTag::parse(tag).ok_or(Wrong::Kind(Kind::Tag))?;
            return self.languages.set(&tag, name, typed);
        }
        if key == VERIFIED {
            self.phone_number_verified = match typed {
                "true" => true,
                "false" | "" => false,
                _ => return Err(Wrong::Flag),
            };
            return Ok(());
        }
        let field = FIELDS.iter().find(|field| field.key == key);
        let field = field.ok_or(Wrong::Unknown)?;
        let text = typed.replace("\r\n", "\n");
        let text = text.trim();
        if !text.is_empty() {
            field.kind.check(text)?;
        }
        let new = (!text.is_empty()).then(|| text.to_owned());
        if key == "phone_number" && new != self.phone_number {
            self.phone_number_verified = false;
        }
        *(field.get_mut)(self) = new;
        Ok(())
    }

    /// Checks one that was written by hand.
    pub fn check(&self) -> Result<(), String> {
        for field in &FIELDS {
            if let Some(text) = (field.get)(self) {
                let checked = if text.trim() == text && !text.is_empty() {
                    field.kind.check(text)
                } else {
                    Err(Wrong::Space)
                };
                checked.map_err(|problem| format!("{} {problem}", field.key))?;
            }
        }
        if self.phone_number_verified && self.phone_number.is_none() {
            return Err("phone_number_verified is there without phone_number".to_owned());
        }
        self.languages.check()
    }

    /// A claim by its name, as its JSON type (Core §5.1); none if it is not said.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<Value> {
        match name {
            "address" => {
                let known = !self.address.is_empty();
                known.then(|| serde_json::to_value(&self.address).unwrap_or_default())
            }
            VERIFIED => self.phone_number.as_ref().map(|_| self.phone_number_verified.into()),
            _ => self.get(name).map(Into::into),
        }
    }

    /// A claim in the language and script that is asked for (Core §5.2); none if it is not said in that.
    #[must_use]
    pub fn claim_in(&self, tag: &LanguageTag, name: &str) -> Option<Value> {
        self.languages.choose(tag, name).map(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn another_number_is_not_confirmed() {
        let mut profile = Profile::default();
        profile.set("phone_number", "+1 555 0100").expect("a number");
        profile.set(VERIFIED, "true").expect("a fact");
        profile.set("phone_number", "+1 555 0100").expect("the same");
        assert_eq!(profile.claim(VERIFIED), Some(json!(true)));
        profile.set("phone_number", "+1 555 0101").expect("another");
        assert_eq!(profile.claim(VERIFIED), Some(json!(false)));
        profile.set("phone_number", "").expect("none");
        assert_eq!(profile.claim(VERIFIED), None);
        profile.set(VERIFIED, "true").expect("a fact");
        assert!(profile.check().is_err(), "confirmed without a number");
        assert!(profile.set("password", "x").is_err());
    }

    #[test]
    fn what_is_stored_is_what_was_said() {
        assert_eq!(Profile::default().stored(), json!({}));
        let mut profile = Profile::default();
        profile.set("address.locality", "Berlin").expect("a town");
        profile.set("nickname", "Al").expect("a name");
        let stored = json!({ "nickname": "Al", "address": { "locality": "Berlin" } });
        assert_eq!(profile.stored(), stored);
        assert_eq!(Profile::read(&stored), profile);
        assert_eq!(profile.claim("address"), Some(json!({ "locality": "Berlin" })));
        assert_eq!(Profile::read(&json!({ "nickname": 7 })), Profile::default());
        profile.set("family_name#JA-kana-jp", " ヤマダ ").expect("a name");
        assert_eq!(
            profile.stored()["languages"],
            json!({ "ja-Kana-JP": { "family_name": "ヤマダ" } })
        );
        assert_eq!(Profile::read(&profile.stored()), profile);
        for (key, problem) in [
            ("family_name#", Wrong::Kind(Kind::Tag)),
            ("family_name#Japanese, please", Wrong::Kind(Kind::Tag)),
            ("birthdate#ja", Wrong::Unknown),
            ("#ja", Wrong::Unknown),
        ] {
            assert_eq!(profile.set(key, "x"), Err(problem), "{key}");
        }
    }

    #[test]
    fn members_are_those_of_the_struct() {
        let mut profile = Profile::default();
        for field in &FIELDS {
            *(field.get_mut)(&mut profile) = Some("x".to_owned());
        }
        profile.phone_number_verified = true;
        profile.set("nickname#de", "x").expect("a name");
        let names = |value: &Value| -> std::collections::BTreeSet<String> {
            value.as_object().expect("an object").keys().cloned().collect()
        };
        let stored = profile.stored();
        assert_eq!(names(&stored), MEMBERS.iter().map(|name| (*name).to_owned()).collect());
        let address = names(&stored["address"]);
        assert_eq!(address, ADDRESS_MEMBERS.iter().map(|name| (*name).to_owned()).collect());
    }
}
