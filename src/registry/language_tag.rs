//! Languages and scripts by their tags (BCP 47: RFC 5646), and which of those that there are is what someone asks for (RFC
//! 4647). A tag is read in any case and written as the registry of subtags has it.

use std::{cmp::Ordering, fmt};

use icu_locale_core::{LanguageIdentifier, subtags::Variants};
use serde::{Deserialize, Serialize};

/// The longest tag, in characters (RFC 5646 §4.4.1).
const LONGEST: usize = 35;

/// A language, perhaps in a script, as in a region.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageTag(LanguageIdentifier);

impl LanguageTag {
    /// Reads a tag; none if it is none, or says no language.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let short = Some(text).filter(|text| text.len() <= LONGEST);
        let tag = LanguageIdentifier::try_from_str(short?).ok()?;
        (!tag.language.is_unknown()).then_some(Self(tag))
    }

    /// What is there in the language and script that is asked for: exactly in it, else in one that is more specific, else in
    /// one that is less (RFC 4647 §3.4). Never in another script, if one is asked for: what is not written in Katakana is of
    /// no use where that is needed. Of several that are more specific it is the first one.
    #[must_use]
    pub fn choose<T: Copy>(&self, there: &[(&Self, T)]) -> Option<T> {
        let exactly = |wanted: &LanguageIdentifier| {
            there.iter().find(|(tag, _)| tag.0 == *wanted).map(|(_, value)| *value)
        };
        let within = || there.iter().find(|(tag, _)| tag.is_within(self)).map(|(_, value)| *value);
        let wider = || {
            let mut wider = self.0.clone();
            wider.variants = Variants::new();
            exactly(&wider).or_else(|| {
                wider.region = None;
                exactly(&wider)
            })
        };
        exactly(&self.0).or_else(within).or_else(wider)
    }

    /// Whether it has all that a range says (RFC 4647 §3.3.2).
    fn is_within(&self, range: &Self) -> bool {
        let (own, range) = (&self.0, &range.0);
        own.language == range.language
            && (range.script.is_none() || own.script == range.script)
            && (range.region.is_none() || own.region == range.region)
            && range.variants.iter().all(|variant| own.variants.contains(variant))
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for LanguageTag {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is no language tag, like ja-Kana-JP"))
    }
}

impl From<LanguageTag> for String {
    fn from(tag: LanguageTag) -> Self {
        tag.to_string()
    }
}

/// By subtags, in the order of the alphabet.
impl Ord for LanguageTag {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for LanguageTag {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn tags_are_read_in_any_case_and_written_as_they_are_registered() {
        for (text, written) in [
            ("de", "de"),
            ("EN-us", "en-US"),
            ("JA-kana-jp", "ja-Kana-JP"),
            ("zh-hant", "zh-Hant"),
            ("es-419", "es-419"),
            ("ja-Latn-HEPBURN", "ja-Latn-hepburn"),
        ] {
            assert_eq!(tag(text).to_string(), written);
            assert_eq!(tag(text), tag(written));
        }
        let long = format!("de-{}", "abcde-".repeat(6));
        for text in [
            "", "d", "und", "und-Latn", "de_CH", "de-", "de--CH", "de CH", "d€", "x-own",
            "Deutsch!", &long,
        ] {
            assert_eq!(LanguageTag::parse(text), None, "{text}");
        }
        assert!(serde_json::from_str::<LanguageTag>("\"ja-Kana-JP\"").is_ok());
        assert!(serde_json::from_str::<LanguageTag>("\"Japanese, please\"").is_err());
    }

    #[test]
    fn what_is_asked_for_is_found_among_what_is_there() {
        for (asked, there, chosen) in [
            ("de", &["de", "de-CH"][..], Some("de")),
            // Core §5.2: its own example.
            ("de", &["de-CH", "fr"], Some("de-CH")),
            ("fr-CA", &["de", "fr"], Some("fr")),
            ("fr-CA", &["fr-FR"], None),
            ("ja-Kana-JP", &["ja-Hani-JP", "ja-Kana-JP"], Some("ja-Kana-JP")),
            ("ja-Kana-JP", &["ja", "ja-Hani-JP", "ja-Kana"], Some("ja-Kana")),
            ("ja-Kana", &["ja", "ja-Hani-JP"], None),
            ("ja", &["ja-Hani-JP", "ja-Kana-JP"], Some("ja-Hani-JP")),
            ("ja-JP", &["ja-Hani-JP", "ja-Kana-JP"], Some("ja-Hani-JP")),
            ("zh-TW", &["zh-Hans-CN", "zh-Hant-TW"], Some("zh-Hant-TW")),
            ("zh-TW", &["zh", "zh-Hans-CN"], Some("zh")),
            ("ja-Latn-hepburn", &["ja-Latn"], Some("ja-Latn")),
            ("ja-Latn", &["ja-Latn-hepburn"], Some("ja-Latn-hepburn")),
            ("de-CH-1996", &["de", "de-CH"], Some("de-CH")),
            ("en", &["de"], None),
            ("en", &[], None),
        ] {
            let tags: Vec<LanguageTag> = there.iter().map(|text| tag(text)).collect();
            let there: Vec<(&LanguageTag, &str)> = tags.iter().zip(there.iter().copied()).collect();
            assert_eq!(tag(asked).choose(&there), chosen, "{asked} among {there:?}");
        }
    }

    #[test]
    fn they_are_in_the_order_of_the_alphabet() {
        let mut tags = ["ja-Kana-JP", "ja", "de-CH", "ja-Hani-JP", "de"].map(tag);
        tags.sort();
        assert_eq!(tags, ["de", "de-CH", "ja", "ja-Hani-JP", "ja-Kana-JP"].map(tag));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_the_same(text in "[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-[a-zA-Z]{2})?") {
            if let Some(tag) = LanguageTag::parse(&text) {
                prop_assert_eq!(LanguageTag::parse(&tag.to_string()), Some(tag));
            }
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,40}") {
            let _ = LanguageTag::parse(&text);
        }
    }
}
