//! What may be said in a part of a profile (OpenID Connect Core §5.1), and what is wrong with what may not.

use time::{Date, Month};
use url::Url;

use crate::{registry::language_tag::LanguageTag, web::words};

/// What is wrong with a part of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// More characters than this.
    #[error("must be at most {0} characters")]
    Long(usize),
    /// A control character.
    #[error("has a character that cannot be there")]
    Character,
    /// Not what it should be.
    #[error("must be {}", .0.words())]
    Kind(Kind),
    /// No `true` or `false`.
    #[error("must be true or false")]
    Flag,
    /// There is no such part.
    #[error("is no part of a profile")]
    Unknown,
    /// Written by hand, and not as it would be stored.
    #[error("is empty or has space around it")]
    Space,
    /// It may not be left empty any more.
    #[error("must not be empty")]
    Empty,
    /// A language that is there already.
    #[error("is there twice")]
    Twice,
    /// More languages than this.
    #[error("is in one language too many: at most {0}")]
    Many(usize),
}

impl Wrong {
    /// In the words of the form.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Long(most) => words::with("profile-wrong-long", &[("count", most)]),
            Self::Empty => words::text("profile-wrong-empty"),
            Self::Twice => words::text("profile-wrong-twice"),
            Self::Kind(Kind::Url) => words::text("profile-wrong-url"),
            Self::Kind(Kind::Birthdate) => words::text("profile-wrong-birthdate"),
            Self::Kind(Kind::Zone) => words::text("profile-wrong-zone"),
            Self::Kind(Kind::Locale) => words::text("profile-wrong-locale"),
            Self::Kind(Kind::Tag) => words::text("profile-wrong-tag"),
            Self::Kind(Kind::Phone) => words::text("profile-wrong-phone"),
            Self::Character
            | Self::Kind(_)
            | Self::Flag
            | Self::Unknown
            | Self::Space
            | Self::Many(_) => words::text("profile-wrong-character"),
        }
    }
}

/// What a text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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
    /// BCP 47: what a name is in.
    Tag,
    /// E.164, as people write it, or with an extension (`;ext=`).
    Phone,
}

/// The longest line, in characters.
pub const LINE: usize = 120;
/// The longest text of several lines, in characters.
pub const LINES: usize = 500;
/// The longest URL, in characters.
pub const URL: usize = 1024;

/// Checks what a person is called.
pub fn check_name(name: &str) -> Result<(), Wrong> {
    Kind::Line.check(name)
}

impl Kind {
    const fn words(self) -> &'static str {
        match self {
            Self::Line | Self::Lines => "text",
            Self::Url => "the address of a page, with https://",
            Self::Birthdate => "YYYY-MM-DD, a year, or 0000-MM-DD without the year",
            Self::Zone => "the name of a time zone, like Europe/Berlin",
            Self::Locale => "a language tag, like de or en-GB",
            Self::Tag => "a language tag, like ja or ja-Kana-JP",
            Self::Phone => "a telephone number, like +1 555 0100",
        }
    }

    /// Checks a text that is not empty and has no space around it.
    pub(super) fn check(self, text: &str) -> Result<(), Wrong> {
        let most = match self {
            Self::Line => LINE,
            Self::Lines => LINES,
            Self::Url => URL,
            Self::Birthdate => 10,
            Self::Zone | Self::Phone => 64,
            Self::Locale | Self::Tag => 35,
        };
        if text.chars().count() > most {
            return Err(Wrong::Long(most));
        }
        let several = matches!(self, Self::Lines);
        if text.chars().any(|c| c.is_control() && !(several && c == '\n')) {
            return Err(Wrong::Character);
        }
        let fine = match self {
            Self::Line | Self::Lines => true,
            Self::Url => is_url(text),
            Self::Birthdate => is_birthdate(text),
            Self::Zone => is_zone(text),
            Self::Locale => is_locale(text),
            Self::Tag => LanguageTag::parse(text).is_some(),
            Self::Phone => is_phone(text),
        };
        if fine { Ok(()) } else { Err(Wrong::Kind(self)) }
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
    use super::*;
    use crate::identity::profile::Profile;

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
}
