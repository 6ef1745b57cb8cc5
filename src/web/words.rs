//! What is said, in each language: messages of Project Fluent, by name. `locales/` has a folder for each language with the
//! same files and the same messages in each (`tests/it/languages.rs`).

use std::{fmt, sync::LazyLock};

use askama::filters::{HtmlSafe, escape};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

use super::language::Language;

type Bundle = FluentBundle<FluentResource>;

/// The files of each language.
macro_rules! files {
    ($tag:literal) => {
        [
            include_str!(concat!("../../locales/", $tag, "/common.ftl")),
            include_str!(concat!("../../locales/", $tag, "/authorize.ftl")),
            include_str!(concat!("../../locales/", $tag, "/sign_in.ftl")),
            include_str!(concat!("../../locales/", $tag, "/account.ftl")),
            include_str!(concat!("../../locales/", $tag, "/links.ftl")),
            include_str!(concat!("../../locales/", $tag, "/mail.ftl")),
        ]
    };
}

static BUNDLES: LazyLock<[Bundle; 6]> = LazyLock::new(|| {
    Language::ALL.map(|language| {
        let files = match language {
            Language::English => files!("en"),
            Language::German => files!("de"),
            Language::French => files!("fr"),
            Language::Spanish => files!("es"),
            Language::Japanese => files!("ja"),
            Language::Arabic => files!("ar"),
        };
        bundle(language, &files)
    })
});

fn bundle(language: Language, files: &[&str]) -> Bundle {
    let tag = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Names of people and applications are set apart by `<bdi>` on pages, and stand on lines of their own in messages.
    bundle.set_use_isolating(false);
    for file in files {
        // A file with a mistake in it still has its other messages; a test looks for mistakes.
        let resource = match FluentResource::try_new((*file).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// Something that a message is filled in with.
#[derive(Clone, Debug)]
pub enum Fill {
    /// Text, as it is.
    Text(String),
    /// A number, by which the message chooses its form.
    Number(usize),
}

impl From<&str> for Fill {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Fill {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Fill {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Fill {
    fn from(number: usize) -> Self {
        Self::Number(number)
    }
}

impl Language {
    /// A message by its name, without anything to fill in.
    #[must_use]
    pub fn text(self, name: &str) -> String {
        self.format(name, None)
    }

    /// A message filled in with what it names.
    #[must_use]
    pub fn with<F: Clone + Into<Fill>>(self, name: &str, fills: &[(&str, F)]) -> String {
        let mut args = FluentArgs::with_capacity(fills.len());
        for (key, fill) in fills {
            match fill.clone().into() {
                Fill::Text(text) => args.set((*key).to_owned(), text),
                Fill::Number(number) => args.set((*key).to_owned(), FluentValue::from(number)),
            }
        }
        self.format(name, Some(&args))
    }

    /// A message as HTML. What fills it in is escaped and set apart as a name; the messages themselves have no character that
    /// HTML gives a meaning to (`tests/it/languages.rs`).
    #[must_use]
    pub fn html<'a, F: Clone + Into<Fill>>(self, name: &str, fills: &[(&'a str, F)]) -> Html {
        let apart = |(key, fill): &(&'a str, F)| match fill.clone().into() {
            Fill::Text(text) => {
                let escaped = escape(text, askama::filters::Html)
                    .map_or_else(|never| match never {}, |escaped| escaped.to_string());
                (*key, Fill::Text(format!("<bdi class=\"name\">{escaped}</bdi>")))
            }
            number @ Fill::Number(_) => (*key, number),
        };
        let fills: Vec<(&str, Fill)> = fills.iter().map(apart).collect();
        Html(self.with(name, &fills))
    }

    fn format(self, name: &str, args: Option<&FluentArgs<'_>>) -> String {
        let find = |language: Self| {
            let bundle = &BUNDLES[language as usize];
            let pattern = bundle.get_message(name)?.value()?;
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, args, &mut errors);
            if !errors.is_empty() {
                tracing::error!(name, ?errors, language = language.tag(), "a message is not right");
            }
            Some(text.into_owned())
        };
        find(self).or_else(|| find(Self::English)).unwrap_or_else(|| {
            tracing::error!(name, "there is no such message");
            name.to_owned()
        })
    }
}

/// A message in the language of the request.
#[must_use]
pub fn text(name: &str) -> String {
    Language::current().text(name)
}

/// A message in the language of the request, filled in.
#[must_use]
pub fn with<F: Clone + Into<Fill>>(name: &str, fills: &[(&str, F)]) -> String {
    Language::current().with(name, fills)
}

/// HTML of our own making.
#[derive(Clone, Debug)]
pub struct Html(String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::surroundings::Surroundings;

    #[tokio::test]
    async fn a_message_is_said_in_the_language_of_the_request() {
        assert_eq!(text("sign-out"), "Sign out");
        let german = {
            let german = Surroundings { language: Language::German, ..Surroundings::default() };
            german.surround(async { text("sign-out") }).await
        };
        assert_eq!(german, "Abmelden");
    }

    #[test]
    fn names_are_escaped_and_set_apart() {
        let html = Language::English.html("consent-heading", &[("client", "<b>&\"")]).to_string();
        assert!(html.contains("<bdi class=\"name\">&#60;b&#62;&#38;&#34;</bdi>"), "{html}");
    }

    #[test]
    fn numbers_choose_the_form() {
        let ago = |number: usize| Language::English.with("minutes-ago", &[("count", number)]);
        assert_eq!(ago(1), "1 minute ago");
        assert_eq!(ago(2), "2 minutes ago");
        let arabic: Vec<String> = [1, 2, 3, 11, 100]
            .map(|n: usize| {
                Language::Arabic.with("minutes-ago", &[("count", n)]).replace(char::is_numeric, "")
            })
            .to_vec();
        let distinct: std::collections::BTreeSet<&String> = arabic.iter().collect();
        assert_eq!(distinct.len(), arabic.len(), "{arabic:?}");
    }

    #[test]
    fn a_message_that_is_missing_shows_its_name_and_breaks_nothing() {
        assert_eq!(text("there-is-no-such-message"), "there-is-no-such-message");
    }
}
