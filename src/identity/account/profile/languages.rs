//! The fields of the form where people say what they are called in other languages and scripts (OpenID Connect Core §5.2):
//! those that there are, and one more that is empty.

use super::fields::FieldView;
use crate::{
    identity::profile::{self, Languages, MOST_LANGUAGES, NAMES, Names, Profile, Wrong},
    registry::language_tag::LanguageTag,
    web::{params::Params, words},
};

/// Languages and scripts that are often meant, by which their readers find them.
pub(super) const SUGGESTED: &[(&str, &str)] = &[
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("ja-Hani-JP", "日本語（漢字）"),
    ("ja-Kana-JP", "日本語（カタカナ）"),
    ("ja-Latn-JP", "日本語（ローマ字）"),
    ("ko-Hang", "한국어（한글）"),
    ("ko-Hani", "한국어（漢字）"),
    ("ru", "Русский"),
    ("sr-Cyrl", "Српски (ћирилица)"),
    ("sr-Latn", "Srpski (latinica)"),
    ("uk", "Українська"),
    ("zh-Hans", "简体中文"),
    ("zh-Hant", "繁體中文"),
];

/// The element that suggests them.
const LIST: &str = "language-tags";

/// One language, with the fields of it.
#[derive(Clone, Debug)]
pub(in crate::identity::account) struct LanguageView {
    pub(super) title: String,
    /// The language that the title is in, if it is not the page's; else empty.
    pub(super) lang: String,
    pub(super) fields: Vec<FieldView>,
}

/// What is in the fields of one language, and what is wrong with that.
#[derive(Default)]
struct Typed {
    tag: String,
    wrong_tag: Option<Wrong>,
    names: [(String, Option<Wrong>); NAMES.len()],
}

/// The form, with what is stored.
pub(super) fn stored(languages: &Languages) -> Vec<LanguageView> {
    let typed = languages.iter().map(|(tag, names)| Typed {
        tag: tag.to_string(),
        names: NAMES.map(|key| (names.get(key).unwrap_or_default().to_owned(), None)),
        ..Typed::default()
    });
    views(typed.collect())
}

/// Changes a profile by what was typed; the form again, with what is wrong.
pub(super) fn apply(params: &Params, profile: &mut Profile) -> Vec<LanguageView> {
    // The first one is on every page that has them. A page of a release before has none of them, and changes none.
    if params.get(&key(0, "tag")).is_none() {
        return stored(profile.languages());
    }
    let mut languages = Languages::default();
    let mut all = Vec::new();
    for at in 0..MOST_LANGUAGES {
        let text = |name| params.get(&key(at, name)).unwrap_or_default();
        let mut names = Names::default();
        let read = NAMES.map(|name| (text(name).to_owned(), names.set(name, text(name)).err()));
        // One that says nothing is taken away.
        if read.iter().all(|(text, _)| text.trim().is_empty()) {
            continue;
        }
        let mut typed = Typed { tag: text("tag").trim().to_owned(), wrong_tag: None, names: read };
        typed.wrong_tag = match LanguageTag::parse(&typed.tag) {
            _ if typed.tag.is_empty() => Some(Wrong::Empty),
            None => Some(Wrong::Kind(profile::Kind::Tag)),
            Some(tag) => languages.add(tag, names).err(),
        };
        all.push(typed);
    }
    profile.set_languages(languages);
    views(all)
}

fn views(mut all: Vec<Typed>) -> Vec<LanguageView> {
    let there = all.len();
    if there < MOST_LANGUAGES {
        all.push(Typed::default());
    }
    all.into_iter().enumerate().map(|(at, typed)| view(at, at == there, typed)).collect()
}

fn view(at: usize, another: bool, typed: Typed) -> LanguageView {
    let Typed { tag, wrong_tag, names } = typed;
    let known = SUGGESTED.iter().find(|(suggested, _)| *suggested == tag);
    let lang = LanguageTag::parse(&tag).map(|tag| tag.to_string()).unwrap_or_default();
    let field = |name: &str, label: String, value: String, wrong: Option<Wrong>| FieldView {
        key: key(at, name),
        label,
        input: Some("text"),
        autocomplete: "off",
        list: "",
        lang: String::new(),
        hint: String::new(),
        most: profile::LINE,
        value,
        error: wrong.map(Wrong::words),
    };
    let hint = if another { words::text("profile-languages-tag-hint") } else { String::new() };
    let label = words::text("profile-languages-tag");
    let first =
        FieldView { list: LIST, most: 35, hint, ..field("tag", label, tag.clone(), wrong_tag) };
    let rest = NAMES.into_iter().zip(names).map(|(name, (value, wrong))| {
        let label = words::text(&format!("profile-{}", name.replace('_', "-")));
        FieldView { lang: lang.clone(), ..field(name, label, value, wrong) }
    });
    let fields = std::iter::once(first).chain(rest).collect();
    let (title, lang) = match known {
        _ if another => (words::text("profile-languages-another"), String::new()),
        Some((_, name)) => ((*name).to_owned(), lang),
        None => (tag, String::new()),
    };
    LanguageView { title, lang, fields }
}

fn key(at: usize, name: &str) -> String {
    format!("languages.{at}.{name}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Params {
        let mut text = form_urlencoded::Serializer::new(String::new());
        Params::parse(text.extend_pairs(pairs).finish().as_bytes()).expect("parameters")
    }

    /// The fields that something is wrong with.
    fn wrong(views: &[LanguageView]) -> Vec<&str> {
        let fields = views.iter().flat_map(|view| &view.fields);
        fields.filter(|field| field.error.is_some()).map(|field| field.key.as_str()).collect()
    }

    #[test]
    fn what_is_suggested_is_a_language_as_it_is_registered() {
        for (tag, _) in SUGGESTED {
            assert_eq!(LanguageTag::parse(tag).expect(tag).to_string(), *tag);
        }
    }

    #[test]
    fn languages_are_added_and_taken_away() {
        let mut profile = Profile::default();
        let typed = form(&[
            ("languages.0.tag", " ja-kana-jp "),
            ("languages.0.family_name", "ヤマダ"),
            ("languages.1.tag", "de"),
            ("languages.1.name", " "),
        ]);
        let views = apply(&typed, &mut profile);
        assert_eq!((views.len(), wrong(&views)), (2, vec![]));
        let expected = json!({ "ja-Kana-JP": { "family_name": "ヤマダ" } });
        assert_eq!(profile.stored()["languages"], expected);
        // A form without any of it leaves them.
        apply(&form(&[("name", "x")]), &mut profile);
        assert_eq!(profile.stored()["languages"], expected);
        let views = stored(profile.languages());
        assert_eq!(
            (views[0].title.as_str(), views[0].lang.as_str()),
            ("日本語（カタカナ）", "ja-Kana-JP")
        );
        let typed = form(&[("languages.0.tag", "ja-Kana-JP"), ("languages.0.family_name", "")]);
        apply(&typed, &mut profile);
        assert_eq!(profile, Profile::default());
    }

    #[test]
    fn what_is_wrong_is_said_beside_the_field() {
        let mut profile = Profile::default();
        let typed = form(&[
            ("languages.0.tag", "de"),
            ("languages.0.name", "x"),
            ("languages.1.tag", "DE"),
            ("languages.1.name", "y"),
            ("languages.2.tag", ""),
            ("languages.2.nickname", "z"),
            ("languages.3.tag", "Japanese, please"),
            ("languages.3.nickname", "a\u{7}b"),
            ("languages.3.unknown", "x"),
            ("languages.8.tag", "fr"),
            ("languages.8.name", "too many"),
        ]);
        let views = apply(&typed, &mut profile);
        let expected =
            ["languages.1.tag", "languages.2.tag", "languages.3.tag", "languages.3.nickname"];
        assert_eq!(wrong(&views), expected);
        assert_eq!(views.len(), 5, "what was typed, and another");
    }

    #[test]
    fn there_is_no_other_one_where_there_are_as_many_as_there_may_be() {
        let mut profile = Profile::default();
        for region in ["AT", "CH", "DE", "LI", "LU", "BE", "IT", "DK"] {
            profile.set(&format!("name#de-{region}"), "x").expect("a name");
        }
        assert_eq!(stored(profile.languages()).len(), MOST_LANGUAGES);
    }
}
