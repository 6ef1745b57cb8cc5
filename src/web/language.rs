//! The language that a person is answered in (OpenID Connect Core §3.1.2.1 `ui_locales`, RFC 9110 §12.5.4).
//!
//! It is part of what surrounds a request: whatever is said while the request is handled is said in it.

use http::{HeaderMap, Uri, header};

use super::{
    cookies::{Cookie, Policy},
    surroundings::Surroundings,
};

/// Where a language is chosen.
pub const PATH: &str = "/language";
/// The longest list of languages that is read, in bytes.
const LONGEST_LIST: usize = 512;

/// A language that pages and messages are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English: what is said where nothing else is asked for.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Japanese.
    Japanese,
    /// Arabic, from right to left.
    Arabic,
}

impl Language {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::English, Self::German, Self::French, Self::Spanish, Self::Japanese, Self::Arabic];

    /// Its tag (RFC 5646).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Japanese => "ja",
            Self::Arabic => "ar",
        }
    }

    /// Its name in itself, by which its speakers find it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Japanese => "日本語",
            Self::Arabic => "العربية",
        }
    }

    /// In which direction it is written, as HTML's `dir` has it.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        match self {
            Self::Arabic => "rtl",
            _ => "ltr",
        }
    }

    /// The language of a tag: its first part decides, since there is one of each language (RFC 4647 §3.4).
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first language of a `ui_locales` parameter that there is.
    #[must_use]
    pub fn of_ui_locales(list: &str) -> Option<Self> {
        if list.len() > LONGEST_LIST {
            return None;
        }
        list.split(' ').find_map(Self::of_tag)
    }

    /// The language of an `Accept-Language` that is liked best of those that there are.
    #[must_use]
    pub fn of_accept_language(list: &str) -> Option<Self> {
        if list.len() > LONGEST_LIST {
            return None;
        }
        let mut best: Option<(f32, Self)> = None;
        for item in list.split(',') {
            let mut parts = item.split(';').map(str::trim);
            let Some(language) = parts.next().and_then(Self::of_tag) else { continue };
            let quality = parts.find_map(|part| part.strip_prefix("q="));
            let quality = quality.map_or(Some(1.0), |text| text.parse().ok()).unwrap_or(0.0);
            // Of equals the first one; a quality of 0 says that it is not wanted.
            if quality > best.map_or(0.0, |(quality, _)| quality) {
                best = Some((quality, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// The language that a request names in its query.
    #[must_use]
    pub fn asked_for(uri: &Uri) -> Option<Self> {
        let query = uri.query().filter(|query| query.contains("ui_locales="))?;
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(name, _)| name == "ui_locales")
            .and_then(|(_, list)| Self::of_ui_locales(&list))
    }

    /// The language that a browser is answered in: the one that was chosen in it, else the one that it likes best.
    #[must_use]
    pub fn of_browser(cookies: Policy, headers: &HeaderMap) -> Self {
        let chosen = cookies.get(headers, Cookie::Language).and_then(Self::of_tag);
        let liked = || {
            let list = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
            Self::of_accept_language(list)
        };
        chosen.or_else(liked).unwrap_or_default()
    }

    /// The language of the request that is being handled.
    #[must_use]
    pub fn current() -> Self {
        Surroundings::read(Surroundings::language)
    }

    /// The page where another language is chosen, which leads back to the page that is being shown.
    #[must_use]
    pub fn page() -> String {
        let here: String = Surroundings::read(|surroundings| {
            form_urlencoded::byte_serialize(surroundings.here.as_bytes()).collect()
        });
        format!("{PATH}?next={here}")
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_language_of_ui_locales_that_there_is_is_taken() {
        for (list, language) in [
            ("de", Some(Language::German)),
            ("nl fr-CA de", Some(Language::French)),
            ("AR-eg", Some(Language::Arabic)),
            ("pt_BR es_MX", Some(Language::Spanish)),
            ("tlh", None),
            ("", None),
            ("deu", None),
            ("de,fr", None),
        ] {
            assert_eq!(Language::of_ui_locales(list), language, "{list:?}");
        }
        assert_eq!(Language::of_ui_locales(&"nl ".repeat(1000)), None);
    }

    #[test]
    fn what_a_browser_likes_best_is_taken_of_what_there_is() {
        for (list, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
            ("en;q=0.5, ja;q=0.9", Some(Language::Japanese)),
            ("nl, fr;q=0.3, es;q=0.3", Some(Language::French)),
            ("de;q=0", None),
            ("de;q=x, en;q=0.1", Some(Language::English)),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(Language::of_accept_language(list), language, "{list:?}");
        }
    }

    #[test]
    fn what_was_chosen_comes_before_what_the_browser_likes() {
        let policy = Policy { secure: false };
        let mut headers = HeaderMap::new();
        assert_eq!(Language::of_browser(policy, &headers), Language::English);
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("fr"));
        assert_eq!(Language::of_browser(policy, &headers), Language::French);
        headers.insert(header::COOKIE, HeaderValue::from_static("signet_language=ar"));
        assert_eq!(Language::of_browser(policy, &headers), Language::Arabic);
        headers.insert(header::COOKIE, HeaderValue::from_static("signet_language=<x>"));
        assert_eq!(Language::of_browser(policy, &headers), Language::French);
    }

    proptest! {
        #[test]
        fn no_list_breaks_the_reader(list in "\\PC{0,80}") {
            let _ = (Language::of_ui_locales(&list), Language::of_accept_language(&list));
        }
    }
}
