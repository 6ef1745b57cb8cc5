//! What messages say, in the language that they are written in. Nothing in them that a stranger chose but an address that was
//! checked.

use std::time::Duration;

use askama::Template;

use crate::{
    identity::{
        links::{Drawn, Term},
        watch::News,
    },
    web::{
        language::Language,
        pages::LinkView,
        words::{text, with},
    },
};

/// A message in words.
#[derive(Clone, Debug)]
pub struct Letter {
    /// What it is written in.
    pub language: Language,
    /// What about.
    pub subject: String,
    /// Its paragraphs.
    pub lines: Vec<String>,
    /// The circumstances: what, and in which words.
    pub facts: Vec<(String, String)>,
    /// What can be done.
    pub action: Option<LinkView>,
    /// What else is to be known.
    pub small: Vec<String>,
    /// The time of the link that can be followed.
    pub term: Option<Term>,
}

#[derive(Template)]
#[template(path = "email/letter.txt")]
struct Text<'a> {
    language: Language,
    lines: &'a [String],
    facts: &'a [(String, String)],
    action: &'a Option<LinkView>,
    small: &'a [String],
    product: &'a str,
}

#[derive(Template)]
#[template(path = "email/letter.html")]
struct Html<'a> {
    language: Language,
    subject: &'a str,
    lines: &'a [String],
    facts: &'a [(String, String)],
    action: &'a Option<LinkView>,
    small: &'a [String],
    product: &'a str,
}

impl Letter {
    fn new(subject: String, line: String) -> Self {
        Self {
            language: Language::current(),
            subject,
            lines: vec![line],
            facts: Vec::new(),
            action: None,
            small: Vec::new(),
            term: None,
        }
    }

    fn lines(mut self, more: impl IntoIterator<Item = String>) -> Self {
        self.lines.extend(more);
        self
    }

    fn action(mut self, label: String, href: &str) -> Self {
        self.action = Some(LinkView { href: href.to_owned(), label });
        self
    }

    fn facts(mut self, facts: Vec<(String, String)>) -> Self {
        self.facts = facts;
        self
    }

    /// What can be done by a link that is good for a while.
    fn link(mut self, label: String, link: &Drawn) -> Self {
        self.term = Some(link.term);
        self.action(label, &link.url).small(good_for(link.term.lifetime))
    }

    fn small(mut self, line: String) -> Self {
        self.small.push(line);
        self
    }

    /// As text and as HTML.
    ///
    /// # Panics
    /// Templates only write to memory.
    #[must_use]
    pub fn render(&self, product: &str) -> (String, String) {
        let Self { language, subject, lines, facts, action, small, .. } = self;
        let language = *language;
        let text = Text { language, lines, facts, action, small, product };
        let html = Html { language, subject, lines, facts, action, small, product };
        let expect = "templates render to memory";
        (text.render().expect(expect), html.render().expect(expect))
    }
}

/// How long a link is good, in minutes, hours or days.
fn good_for(lifetime: Duration) -> String {
    let (name, count) = match lifetime.as_secs() {
        seconds if seconds >= 172_800 => ("mail-link-days", seconds / 86_400),
        seconds if seconds >= 3_600 => ("mail-link-hours", seconds / 3_600),
        seconds => ("mail-link-minutes", seconds / 60),
    };
    with(name, &[("count", usize::try_from(count).unwrap_or(usize::MAX))])
}

/// A link to set a new password.
#[must_use]
pub fn reset_password(product: &str, link: &Drawn) -> Letter {
    let product = [("product", product)];
    Letter::new(with("mail-reset-subject", &product), with("mail-reset", &product))
        .link(text("mail-reset-action"), link)
        .small(text("mail-reset-not-you"))
}

/// Something that concerns the safety of an account.
#[must_use]
pub fn security(
    product: &str,
    news: &News,
    facts: Vec<(String, String)>,
    not_me: &Drawn,
) -> Letter {
    let (subject, line, more) = news.words(product);
    Letter::new(subject, line)
        .lines(more)
        .facts(facts)
        .link(text("mail-not-me-action"), not_me)
        .small(text("mail-not-me"))
}

/// A link to make an account.
#[must_use]
pub fn register(product: &str, link: &Drawn) -> Letter {
    let product = [("product", product)];
    Letter::new(with("mail-register-subject", &product), with("mail-register", &product))
        .link(text("mail-register-action"), link)
        .small(text("mail-register-not-you"))
}

/// There is an account already.
#[must_use]
pub fn already_registered(product: &str, sign_in: &str, forgot: &str) -> Letter {
    let product = [("product", product)];
    Letter::new(with("mail-registered-subject", &product), with("mail-registered", &product))
        .action(text("mail-registered-action"), sign_in)
        .small(with("mail-registered-forgot", &[("url", forgot)]))
        .small(text("mail-registered-not-you"))
}

/// An invitation to make an account.
#[must_use]
pub fn invitation(product: &str, link: &Drawn) -> Letter {
    let product = [("product", product)];
    Letter::new(with("mail-invitation-subject", &product), with("mail-invitation", &product))
        .link(text("mail-register-action"), link)
}

/// A link by which an address is proven.
#[must_use]
pub fn verify_email(product: &str, link: &Drawn) -> Letter {
    let product = [("product", product)];
    Letter::new(with("mail-verify-subject", &product), with("mail-verify", &product))
        .link(text("mail-verify-action"), link)
        .small(text("mail-verify-not-you"))
}

/// A link to the address that someone has, by which they confirm another one.
#[must_use]
pub fn confirm_leaving(product: &str, to: &str, link: &Drawn) -> Letter {
    let asked = with("mail-leaving", &[("product", product), ("to", to)]);
    Letter::new(with("mail-change-subject", &[("product", product)]), asked)
        .lines([text("mail-leaving-both")])
        .link(text("mail-leaving-action"), link)
        .small(text("mail-leaving-not-you"))
}

/// A link to the address that someone wants.
#[must_use]
pub fn confirm_arriving(product: &str, link: &Drawn) -> Letter {
    let product = [("product", product)];
    Letter::new(with("mail-change-subject", &product), with("mail-arriving", &product))
        .link(text("mail-arriving-action"), link)
        .small(text("mail-arriving-not-you"))
}

/// To an address that another person wants and someone has.
#[must_use]
pub fn address_in_use(product: &str) -> Letter {
    let product = [("product", product)];
    Letter::new(with("mail-in-use-subject", &product), with("mail-in-use", &product))
        .small(text("mail-in-use-you"))
}

/// To the former address.
#[must_use]
pub fn email_changed(product: &str, to: &str, facts: Vec<(String, String)>) -> Letter {
    let changed = with("mail-changed", &[("product", product), ("to", to)]);
    Letter::new(with("mail-changed-subject", &[("product", product)]), changed)
        .facts(facts)
        .small(text("mail-changed-not-you"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identity::watch::{FactorKind, Unusual},
        web::surroundings::Surroundings,
    };

    const LINK: &str = "https://id.example/reset-password?link=sgl_a&next=%2F";
    const TO: &str = "new@example.org";

    fn drawn() -> Drawn {
        let term = Term { id: uuid::Uuid::nil(), lifetime: Duration::from_hours(1) };
        Drawn { url: LINK.to_owned(), term }
    }

    fn facts() -> Vec<(String, String)> {
        let fact = |name, value: &str| (text(name), value.to_owned());
        vec![fact("mail-browser", "Firefox on Linux"), fact("mail-address", "192.0.2.1")]
    }

    /// One of each kind, with what has to be in it.
    fn all(product: &str) -> Vec<(Letter, Vec<&'static str>)> {
        let link = drawn();
        let travel = |from: Option<&str>, minutes| Unusual::Travel {
            from: from.map(str::to_owned),
            kilometres: 5836.7,
            minutes,
        };
        let unusual = vec![
            Unusual::Device,
            Unusual::Place,
            travel(Some("Lyon"), 90),
            travel(None, 90),
            travel(Some("Lyon"), 540),
            travel(None, 540),
        ];
        let news = [
            (News::SignIn(unusual), vec!["5837", "Lyon", "90", "9"]),
            (News::WrongPasswords(20), vec!["20"]),
            (News::WrongCodes(20), vec!["20"]),
            (News::FactorAdded(FactorKind::Authenticator), Vec::new()),
            (News::FactorAdded(FactorKind::Passkey), Vec::new()),
            (News::FactorRemoved(FactorKind::Authenticator), Vec::new()),
            (News::FactorRemoved(FactorKind::Passkey), Vec::new()),
            (News::FactorsRemoved, Vec::new()),
            (News::RecoveryCodesRenewed, Vec::new()),
            (News::RecoveryCodeUsed(7), vec!["7"]),
            (News::PasskeyCloned, Vec::new()),
            (News::PasswordChanged, Vec::new()),
            (News::ApiKeyAdded("backup".to_owned()), vec!["backup"]),
            (News::ApiKeyLeaked("backup".to_owned()), vec!["backup"]),
        ];
        let news = news.into_iter().map(|(news, mut said)| {
            said.extend(["sgl_a", "Firefox on Linux", "192.0.2.1"]);
            (security(product, &news, facts(), &link), said)
        });
        let changed = vec![TO, "Firefox on Linux", "192.0.2.1"];
        let others = [
            (reset_password(product, &link), vec!["sgl_a"]),
            (register(product, &link), vec!["sgl_a"]),
            (already_registered(product, "https://a.example/", LINK), vec!["a.example/", "sgl_a"]),
            (invitation(product, &link), vec!["sgl_a"]),
            (verify_email(product, &link), vec!["sgl_a"]),
            (confirm_leaving(product, TO, &link), vec!["sgl_a", TO]),
            (confirm_arriving(product, &link), vec!["sgl_a"]),
            (address_in_use(product), Vec::new()),
            (email_changed(product, TO, facts()), changed),
        ];
        others.into_iter().chain(news).collect()
    }

    #[test]
    fn letters_of_each_kind_say_in_every_language_what_they_have_to() {
        for language in Language::ALL {
            let letters = Surroundings::speak(language, || all("Market"));
            for (letter, said) in letters {
                // Rendered outside of what surrounds them, as all that is said in them is.
                let (text, html) = letter.render("Market");
                let subject = &letter.subject;
                assert!(subject.contains("Market"), "{language:?}: {subject}");
                for said in said {
                    assert!(text.contains(said), "{language:?}, {said}: {text}");
                    assert!(html.contains(said), "{language:?}, {said}: {html}");
                }
                // A message that is missing says its name, and one that lacks something says what.
                for part in [subject, &text, &html] {
                    assert!(!part.contains("mail-"), "{language:?}: {part}");
                    assert!(!part.contains('$') && !part.contains("{ "), "{language:?}: {part}");
                }
                let (tag, direction) = (language.tag(), language.direction());
                let root = format!("<html lang=\"{tag}\" dir=\"{direction}\">");
                assert!(html.contains(&root), "{html}");
            }
        }
    }

    #[test]
    fn nothing_in_letters_is_bound_to_one_side() {
        let (_, html) = security("Signet", &News::PasswordChanged, facts(), &drawn()).render("S");
        assert!(!html.contains("left") && !html.contains("right"), "{html}");
        assert!(html.contains("text-align:start"), "{html}");
    }

    #[test]
    fn both_parts_have_the_link_and_html_is_escaped() {
        let letter = reset_password("A & B <x>", &drawn());
        assert_eq!(letter.term, Some(drawn().term));
        let (text, html) = letter.render("A & B <x>");
        assert!(text.contains(LINK) && text.contains("A & B <x>"), "{text}");
        assert!(
            html.contains("href=\"https://id.example/reset-password?link=sgl_a&#38;next=%2F\"")
        );
        assert!(!html.contains("<x>"), "{html}");
        assert!(text.contains("once, within 1 hour."), "{text}");
    }

    #[test]
    fn times_are_said_in_words() {
        for (seconds, words) in [
            (60, "1 minute."),
            (1_800, "30 minutes."),
            (3_600, "1 hour."),
            (86_400, "24 hours."),
            (604_800, "7 days."),
        ] {
            let said = good_for(Duration::from_secs(seconds));
            assert_eq!(said, format!("The link works once, within {words}"));
        }
    }
}
