//! What people are called in further languages and scripts (OpenID Connect Core §5.2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kind::{Kind, Wrong};
use crate::registry::language_tag::LanguageTag;

/// The claims that are kept in further languages.
pub const NAMES: [&str; 5] = ["name", "given_name", "middle_name", "family_name", "nickname"];

/// The most languages that one is called something in.
pub const MOST_LANGUAGES: usize = 8;

/// What a person is called in one language and script, as far as it is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Names {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
}

impl Names {
    /// One of [`NAMES`].
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        match key {
            "name" => self.name.as_deref(),
            "given_name" => self.given_name.as_deref(),
            "middle_name" => self.middle_name.as_deref(),
            "family_name" => self.family_name.as_deref(),
            "nickname" => self.nickname.as_deref(),
            _ => None,
        }
    }

    fn get_mut(&mut self, key: &str) -> Option<&mut Option<String>> {
        Some(match key {
            "name" => &mut self.name,
            "given_name" => &mut self.given_name,
            "middle_name" => &mut self.middle_name,
            "family_name" => &mut self.family_name,
            "nickname" => &mut self.nickname,
            _ => return None,
        })
    }

    /// Changes one, or takes it away if what is typed is empty.
    pub fn set(&mut self, key: &str, typed: &str) -> Result<(), Wrong> {
        let name = self.get_mut(key).ok_or(Wrong::Unknown)?;
        let text = typed.trim();
        if !text.is_empty() {
            Kind::Line.check(text)?;
        }
        *name = (!text.is_empty()).then(|| text.to_owned());
        Ok(())
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a person is called, by language and script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Languages(BTreeMap<LanguageTag, Names>);

impl Languages {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, in the order of their tags.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&LanguageTag, &Names)> {
        self.0.iter()
    }

    /// Adds one. What says nothing is not kept.
    pub fn add(&mut self, tag: LanguageTag, names: Names) -> Result<(), Wrong> {
        if names.is_empty() {
            return Ok(());
        }
        if self.0.contains_key(&tag) {
            return Err(Wrong::Twice);
        }
        if self.0.len() == MOST_LANGUAGES {
            return Err(Wrong::Many(MOST_LANGUAGES));
        }
        self.0.insert(tag, names);
        Ok(())
    }

    /// Changes one name in one of them, or takes it away if what is typed is empty.
    pub(super) fn set(&mut self, tag: &LanguageTag, key: &str, typed: &str) -> Result<(), Wrong> {
        let mut names = self.0.get(tag).cloned().unwrap_or_default();
        names.set(key, typed)?;
        let mut others = self.clone();
        others.0.remove(tag);
        others.add(tag.clone(), names)?;
        *self = others;
        Ok(())
    }

    /// A name in the language and script that is asked for, or in what is there of it.
    pub(super) fn choose(&self, tag: &LanguageTag, key: &str) -> Option<&str> {
        let said = |(tag, names)| Some((tag, Names::get(names, key)?));
        let there: Vec<(&LanguageTag, &str)> = self.0.iter().filter_map(said).collect();
        tag.choose(&there)
    }

    /// Checks those that were written by hand.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.0.len() > MOST_LANGUAGES {
            return Err(format!("languages are more than {MOST_LANGUAGES}"));
        }
        for (tag, names) in &self.0 {
            if names.is_empty() {
                return Err(format!("languages.{tag} says nothing"));
            }
            for key in NAMES {
                let Some(text) = names.get(key) else { continue };
                let space = text.trim() != text || text.is_empty();
                let checked = if space { Err(Wrong::Space) } else { Kind::Line.check(text) };
                checked.map_err(|problem| format!("{key}#{tag} {problem}"))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::parse(text).expect("a tag")
    }

    fn languages(stored: Value) -> Languages {
        serde_json::from_value(stored).expect("languages")
    }

    #[test]
    fn each_name_is_found_for_itself() {
        let all = languages(json!({
            "ja-Hani-JP": { "name": "山田 太郎", "family_name": "山田" },
            "ja-Kana-JP": { "family_name": "ヤマダ", "given_name": "タロウ" },
        }));
        for (asked, key, found) in [
            ("ja", "family_name", Some("山田")),
            ("ja", "given_name", Some("タロウ")),
            ("ja-Kana-JP", "name", None),
            ("ja-Kana", "family_name", Some("ヤマダ")),
            ("de", "name", None),
            ("ja", "birthdate", None),
        ] {
            assert_eq!(all.choose(&tag(asked), key), found, "{key} in {asked}");
        }
    }

    #[test]
    fn there_are_only_so_many_and_none_that_say_nothing() {
        let mut all = Languages::default();
        for region in ["AT", "CH", "DE", "LI", "LU", "BE", "IT", "DK"] {
            all.set(&tag(&format!("de-{region}")), "name", "x").expect("one of them");
        }
        assert_eq!(all.check(), Ok(()));
        let before = all.clone();
        assert_eq!(all.set(&tag("fr"), "name", "x"), Err(Wrong::Many(MOST_LANGUAGES)));
        assert_eq!(all.set(&tag("de-AT"), "name", "a\nb"), Err(Wrong::Character));
        assert_eq!(all, before);
        all.set(&tag("de-AT"), "nickname", "y").expect("more of the same");
        all.set(&tag("DE-ch"), "name", " ").expect("taken away");
        all.set(&tag("fr"), "name", "x").expect("in its place");
        assert_eq!(all.iter().len(), MOST_LANGUAGES);
        let twice = Names { name: Some("z".to_owned()), ..Names::default() };
        assert_eq!(all.add(tag("fr"), twice), Err(Wrong::Twice));
        assert_eq!(all.add(tag("fr"), Names::default()), Ok(()));
        assert_eq!(all.choose(&tag("fr"), "name"), Some("x"));
    }

    #[test]
    fn what_is_written_by_hand_is_checked() {
        for (bad, problem) in [
            (json!({ "de": {} }), "says nothing"),
            (json!({ "de": { "name": " x" } }), "name#de is empty or has space"),
            (json!({ "de": { "nickname": "a\tb" } }), "nickname#de has a character"),
            (json!({ "de": { "nickname": "a".repeat(121) } }), "at most 120"),
        ] {
            let checked = languages(bad.clone()).check().expect_err(problem);
            assert!(checked.contains(problem), "{checked}");
        }
        let bad = json!({ "German, please": { "name": "x" } });
        assert!(serde_json::from_value::<Languages>(bad).is_err());
    }
}
