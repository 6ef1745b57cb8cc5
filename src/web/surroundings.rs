//! What surrounds a request while it is handled, as its span does: the language that its person is answered in, the page
//! that is being shown, and where Signet begins on its origin. It is read where something is said or shown, and nothing is
//! decided by it (docs/decisions/0019).

use std::cell::Cell;

use http::{Uri, uri::PathAndQuery};

use super::language::Language;

/// The attributes of our pages that hold addresses of Signet's own.
const ADDRESSES: [&str; 4] = [" href", " src", " action", " data-challenge"];

/// What surrounds a request.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// What the person is answered in.
    pub language: Language,
    /// The path and query of the page, as the router has them.
    pub here: String,
    /// The path of the issuer, before every path on pages; empty if it has none.
    pub base: String,
    /// The language that the request turned out to name, where it is known only while it is handled.
    pub named: Cell<Option<Language>>,
}

tokio::task_local! {
    static CURRENT: Surroundings;
}

impl Surroundings {
    /// Those of a request for `uri`.
    #[must_use]
    pub fn new(language: Language, uri: &Uri, base: &str) -> Self {
        let here = uri.path_and_query().map_or("/", PathAndQuery::as_str).to_owned();
        Self { language, here, base: base.to_owned(), named: Cell::default() }
    }

    /// The language of what is said from now on.
    pub fn language(&self) -> Language {
        self.named.get().unwrap_or(self.language)
    }

    /// Has what is said from now on in the language that the request turns out to name.
    pub fn name(language: Language) {
        Self::read(|all| all.named.set(Some(language)));
    }

    /// The language that the request turned out to name.
    #[must_use]
    pub fn named() -> Option<Language> {
        Self::read(|all| all.named.get())
    }

    /// Handles a request in them.
    pub async fn surround<F: Future>(self, handled: F) -> F::Output {
        CURRENT.scope(self, handled).await
    }

    /// Says something in a language of its own, such as that of whom a letter is for.
    pub fn speak<T>(language: Language, say: impl FnOnce() -> T) -> T {
        let surroundings =
            Self::read(|all| Self { language, named: Cell::default(), ..all.clone() });
        CURRENT.sync_scope(surroundings, say)
    }

    /// Reads those of the request that is being handled.
    pub fn read<T>(read: impl Fn(&Self) -> T) -> T {
        CURRENT.try_with(&read).unwrap_or_else(|_| read(&Self::default()))
    }

    /// Puts the issuer's path before every address of Signet's own on a page. A value that fills a page in has no quotation
    /// mark that is not escaped, so that none looks like one of these attributes.
    #[must_use]
    pub fn place(html: String) -> String {
        let base = Self::read(|surroundings| surroundings.base.clone());
        if base.is_empty() {
            return html;
        }
        let prefix = |html: String, name: &&str| {
            html.replace(&format!("{name}=\"/"), &format!("{name}=\"{base}/"))
        };
        ADDRESSES.iter().fold(html, prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_is_handled_in_its_surroundings() {
        let look =
            || Surroundings::read(|all| (all.language(), all.here.clone(), all.base.clone()));
        assert_eq!(look(), (Language::English, String::new(), String::new()));
        let uri = Uri::from_static("/forgot?a=b");
        let inside =
            Surroundings::new(Language::Japanese, &uri, "/id").surround(async { look() }).await;
        assert_eq!(inside, (Language::Japanese, "/forgot?a=b".to_owned(), "/id".to_owned()));
        assert_eq!(Surroundings::speak(Language::French, look).0, Language::French);
        let spoken = Surroundings::new(Language::Japanese, &uri, "/id")
            .surround(async { (Surroundings::speak(Language::French, look), look()) });
        let (spoken, after) = spoken.await;
        assert_eq!(spoken, (Language::French, "/forgot?a=b".to_owned(), "/id".to_owned()));
        assert_eq!(after.0, Language::Japanese);
    }

    #[tokio::test]
    async fn a_request_may_turn_out_to_name_a_language() {
        let say = || Surroundings::read(Surroundings::language);
        let uri = Uri::from_static("/authorize");
        let handled = async {
            let before = (say(), Surroundings::named());
            Surroundings::name(Language::German);
            (before, say(), Surroundings::speak(Language::French, say), Surroundings::named())
        };
        let (before, after, spoken, named) =
            Surroundings::new(Language::Japanese, &uri, "").surround(handled).await;
        assert_eq!(before, (Language::Japanese, None));
        assert_eq!((after, spoken), (Language::German, Language::French));
        assert_eq!(named, Some(Language::German));
        Surroundings::name(Language::German);
        assert_eq!(say(), Language::English, "outside of a request nothing is kept");
    }
}
