//! What people say of themselves beyond their name (OpenID Connect Core §5.1), as it is stored and checked.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Date, Month};
use url::Url;

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

/// What a text may be.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A line.
    Line,
    /// Several lines.
    Lines,
    /// `https` or `http`.
    Url,
    /// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    Birthdate,
    /// A name of the IANA time zone database.
    Zone,
    /// BCP 47, also with underscores.
    Locale,
    /// E.164, as people write it, or with an extension (`;ext=`).
    Phone,
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
pub const MEMBERS: [&str; 14] = [
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
];
/// The members of an address.
pub const ADDRESS_MEMBERS: [&str; 6] =
    ["formatted", "street_address", "locality", "region", "postal_code", "country"];

/// The longest line, in characters.
pub const LINE: usize = 120;
/// The longest text of several lines, in characters.
pub const LINES: usize = 500;
/// The longest URL, in characters.
pub const URL: usize = 1024;

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

    /// Changes a text, or takes it away if what is typed is empty. Another telephone number is not confirmed.
    pub fn set(&mut self, key: &str, typed: &str) -> Result<(), String> {
        if key == VERIFIED {
            self.phone_number_verified = match typed {
                "true" => true,
                "false" | "" => false,
                _ => return Err("must be true or false".to_owned()),
            };
            return Ok(());
        }
        let field = FIELDS.iter().find(|field| field.key == key);
        let field = field.ok_or_else(|| "is no part of a profile".to_owned())?;
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
                    Err("is empty or has space around it".to_owned())
                };
                checked.map_err(|problem| format!("{} {problem}", field.key))?;
            }
        }
        if self.phone_number_verified && self.phone_number.is_none() {
            return Err("phone_number_verified is there without phone_number".to_owned());
        }
        Ok(())
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
}

/// Checks what a person is called.
pub fn check_name(name: &str) -> Result<(), String> {
    Kind::Line.check(name)
}

impl Kind {
    /// Checks a text that is not empty and has no space around it.
    fn check(self, text: &str) -> Result<(), String> {
        let most = match self {
            Self::Line => LINE,
            Self::Lines => LINES,
            Self::Url => URL,
            Self::Birthdate => 10,
            Self::Zone | Self::Phone => 64,
            Self::Locale => 35,
        };
        if text.chars().count() > most {
            return Err(format!("must be at most {most} characters"));
        }
        let several = matches!(self, Self::Lines);
        if text.chars().any(|c| c.is_control() && !(several && c == '\n')) {
            return Err("has a character that cannot be there".to_owned());
        }
        let (fine, problem) = match self {
            Self::Line | Self::Lines => (true, ""),
            Self::Url => (is_url(text), "must be the address of a page, with https://"),
            Self::Birthdate => {
                (is_birthdate(text), "must be YYYY-MM-DD, a year, or 0000-MM-DD without the year")
            }
            Self::Zone => (is_zone(text), "must be the name of a time zone, like Europe/Berlin"),
            Self::Locale => (is_locale(text), "must be a language tag, like de or en-GB"),
            Self::Phone => (is_phone(text), "must be a telephone number, like +1 555 0100"),
        };
        if fine { Ok(()) } else { Err(problem.to_owned()) }
    }
}

/// `https` or `http`, on a host, without a password in it.
fn is_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    }) && !text.contains(char::is_whitespace)
}

/// Core §5.1: ISO 8601-1 `YYYY-MM-DD`, the year 0000 if it is left out, or the year alone.
fn is_birthdate(text: &str) -> bool {
    let number = |text: &str, digits: usize| {
        let plain = text.len() == digits && text.bytes().all(|c| c.is_ascii_digit());
        plain.then(|| text.parse::<u16>().ok()).flatten()
    };
    let parts: Vec<&str> = text.split('-').collect();
    match parts[..] {
        [year] => number(year, 4).is_some_and(|year| year > 0),
        [year, month, day] => {
            let date = || {
                // A leap year, where it is not said: anyone's birthday may be the 29th of February.
                let year = number(year, 4).map(|year| if year == 0 { 2000 } else { year })?;
                let month = Month::try_from(u8::try_from(number(month, 2)?).ok()?).ok()?;
                let day = u8::try_from(number(day, 2)?).ok()?;
                Date::from_calendar_date(year.into(), month, day).ok()
            };
            date().is_some()
        }
        _ => false,
    }
}

fn is_zone(text: &str) -> bool {
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'+');
    text.split('/').count() <= 3
        && text.split('/').all(|part| !part.is_empty() && part.bytes().all(plain))
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn is_locale(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    (2..=8).contains(&language.len())
        && language.bytes().all(|c| c.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric())
        })
}

fn is_phone(text: &str) -> bool {
    let (number, extension) = text.split_once(";ext=").unwrap_or((text, "0"));
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let (first, rest) = number.split_at(number.len().min(1));
    let plain = |c: u8| c.is_ascii_digit() || matches!(c, b' ' | b'-' | b'.' | b'/' | b'(' | b')');
    (2..=20).contains(&digits)
        && (first == "+" || first.bytes().all(plain))
        && rest.bytes().all(plain)
        && (1..=10).contains(&extension.len())
        && extension.bytes().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_text_is_held_to_what_it_is() {
        let long = "a".repeat(LINE + 1);
        let far = format!("https://example.com/{}", "a".repeat(URL));
        for (key, fine, bad) in [
            ("given_name", &["Ana", "Ñandú O'Neill", "蔡"][..], &["a\nb", "a\u{7}b", &long][..]),
            ("gender", &["female", "non-binary"], &["a\tb"]),
            (
                "website",
                &["https://example.com", "http://example.com/~me?x=1#y"],
                &[
                    "example.com",
                    "javascript:alert(1)",
                    "https://",
                    "https://a:b@example.com",
                    "ftp://a.b",
                    &far,
                ],
            ),
            // Core §5.1: each of the three forms.
            (
                "birthdate",
                &["1990-02-28", "2000-02-29", "0000-02-29", "1990"],
                &[
                    "1990-02-30",
                    "1999-02-29",
                    "0000",
                    "90",
                    "1990-2-3",
                    "1990-02",
                    "1990-13-01",
                    "+990",
                    "0000-00-10",
                ],
            ),
            (
                "zoneinfo",
                &["Europe/Berlin", "America/Argentina/Ushuaia", "UTC", "Etc/GMT+1"],
                &["/", "a//b", "Europe/ Berlin", "../etc"],
            ),
            (
                "locale",
                &["de", "en-US", "en_US", "zh-Hant-TW"],
                &["e", "12", "en-", "en--US", "en US"],
            ),
            (
                "phone_number",
                &[
                    "+1 (425) 555-1212",
                    "+56 (2) 687 2400",
                    "+1 (604) 555-1234;ext=5678",
                    "030 1234",
                ],
                &["+", "1", "+1a", "1+2345", "+1 555;ext=", "+1 555;ext=x", "tel:+1555"],
            ),
            ("address.street_address", &["Main St 1\nBack door"], &["a\tb"]),
            ("address.country", &["USA"], &["a\nb"]),
        ] {
            for text in fine {
                let mut profile = Profile::default();
                assert_eq!(profile.set(key, text), Ok(()), "{key}: {text}");
                assert_eq!(profile.get(key), Some(*text), "{key}");
                assert_eq!(profile.check(), Ok(()), "{key}: {text}");
                profile.set(key, "  ").expect("taken away");
                assert_eq!(profile, Profile::default());
            }
            for text in bad {
                let mut profile = Profile::default();
                assert!(profile.set(key, text).is_err(), "{key}: {text}");
                assert_eq!(profile, Profile::default());
            }
        }
    }

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
    }

    #[test]
    fn members_are_those_of_the_struct() {
        let mut profile = Profile::default();
        for field in &FIELDS {
            *(field.get_mut)(&mut profile) = Some("x".to_owned());
        }
        profile.phone_number_verified = true;
        let names = |value: &Value| -> std::collections::BTreeSet<String> {
            value.as_object().expect("an object").keys().cloned().collect()
        };
        let stored = profile.stored();
        assert_eq!(names(&stored), MEMBERS.iter().map(|name| (*name).to_owned()).collect());
        let address = names(&stored["address"]);
        assert_eq!(address, ADDRESS_MEMBERS.iter().map(|name| (*name).to_owned()).collect());
    }
}
