//! What messages say. Nothing in them that a stranger chose but an address that was checked.

use std::time::Duration;

use askama::Template;

use crate::{
    identity::{
        links::{Drawn, Term},
        watch::News,
    },
    web::pages::{LANG, LinkView},
};

/// A message in words.
#[derive(Clone, Debug)]
pub struct Letter {
    /// What about.
    pub subject: String,
    /// Its paragraphs.
    pub lines: Vec<String>,
    /// The circumstances: what, and in which words.
    pub facts: Vec<(&'static str, String)>,
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
    lines: &'a [String],
    facts: &'a [(&'static str, String)],
    action: &'a Option<LinkView>,
    small: &'a [String],
    product: &'a str,
}

#[derive(Template)]
#[template(path = "email/letter.html")]
struct Html<'a> {
    lang: &'a str,
    subject: &'a str,
    lines: &'a [String],
    facts: &'a [(&'static str, String)],
    action: &'a Option<LinkView>,
    small: &'a [String],
    product: &'a str,
}

impl Letter {
    fn new(subject: impl Into<String>, lines: &[&str]) -> Self {
        let lines = lines.iter().map(|&line| line.to_owned()).collect();
        let facts = Vec::new();
        Self { subject: subject.into(), lines, facts, action: None, small: Vec::new(), term: None }
    }

    fn action(mut self, label: &str, href: &str) -> Self {
        self.action = Some(LinkView { href: href.to_owned(), label: label.to_owned() });
        self
    }

    fn facts(mut self, facts: Vec<(&'static str, String)>) -> Self {
        self.facts = facts;
        self
    }

    /// What can be done by a link that is good for a while.
    fn link(mut self, label: &str, link: &Drawn) -> Self {
        self.term = Some(link.term);
        let lifetime = in_words(link.term.lifetime);
        self.action(label, &link.url).small(format!("The link works once, within {lifetime}."))
    }

    fn small(mut self, line: impl Into<String>) -> Self {
        self.small.push(line.into());
        self
    }

    /// As text and as HTML.
    ///
    /// # Panics
    /// Templates only write to memory.
    #[must_use]
    pub fn render(&self, product: &str) -> (String, String) {
        let Self { subject, lines, facts, action, small, .. } = self;
        let text = Text { lines, facts, action, small, product };
        let html = Html { lang: LANG, subject, lines, facts, action, small, product };
        let expect = "templates render to memory";
        (text.render().expect(expect), html.render().expect(expect))
    }
}

/// A length of time in words: `1 hour`.
#[must_use]
pub fn in_words(time: Duration) -> String {
    let (count, unit) = match time.as_secs() {
        seconds if seconds >= 172_800 => (seconds / 86_400, "day"),
        seconds if seconds >= 3_600 => (seconds / 3_600, "hour"),
        seconds => (seconds / 60, "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A link to set a new password.
#[must_use]
pub fn reset_password(product: &str, link: &Drawn) -> Letter {
    let asked = format!("Someone, most likely you, asked to set a new password at {product}.");
    Letter::new(format!("Set a new password at {product}"), &[&asked])
        .link("Set a new password", link)
        .small("If it was not you, do nothing: your password stays as it is.")
}

/// Something that concerns the safety of an account.
#[must_use]
pub fn security(
    product: &str,
    news: &News,
    facts: Vec<(&'static str, String)>,
    not_me: &Drawn,
) -> Letter {
    let (subject, lines) = news.words(product);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    Letter::new(subject, &lines)
        .facts(facts)
        .link("This was not me", not_me)
        .small("If you know of this, there is nothing to do. If not, open the link: you are shown what can be done.")
}

/// A link to make an account.
#[must_use]
pub fn register(product: &str, link: &Drawn) -> Letter {
    let asked = format!(
        "Someone, most likely you, wants to make an account at {product} with this address."
    );
    Letter::new(format!("Make your account at {product}"), &[&asked])
        .link("Make an account", link)
        .small("If it was not you, do nothing: there will be no account.")
}

/// There is an account already.
#[must_use]
pub fn already_registered(product: &str, sign_in: &str, forgot: &str) -> Letter {
    let asked = format!(
        "Someone, most likely you, wants to make an account at {product} with this address. You have one already."
    );
    Letter::new(format!("You have an account at {product}"), &[&asked])
        .action("Sign in", sign_in)
        .small(format!("If you forgot your password, set a new one: {forgot}"))
        .small("If it was not you, do nothing: nothing was changed.")
}

/// An invitation to make an account.
#[must_use]
pub fn invitation(product: &str, link: &Drawn) -> Letter {
    let invited = format!("You are invited to make an account at {product}.");
    Letter::new(format!("Your invitation to {product}"), &[&invited]).link("Make an account", link)
}

/// A link by which an address is proven.
#[must_use]
pub fn verify_email(product: &str, link: &Drawn) -> Letter {
    let asked = format!("Please confirm that this is your address at {product}.");
    Letter::new(format!("Confirm your address at {product}"), &[&asked])
        .link("Confirm this address", link)
        .small("If you have no account there, do nothing.")
}

/// A link to the address that someone has, by which they confirm another one.
#[must_use]
pub fn confirm_leaving(product: &str, to: &str, link: &Drawn) -> Letter {
    let asked = format!("You asked to change your address at {product} from this one to {to}.");
    Letter::new(
        format!("Confirm your new address at {product}"),
        &[&asked, "It changes once you have confirmed it here and at the new address."],
    )
    .link("Confirm the change", link)
    .small("If it was not you, do not confirm it, and set a new password: someone may know yours.")
}

/// A link to the address that someone wants.
#[must_use]
pub fn confirm_arriving(product: &str, link: &Drawn) -> Letter {
    let asked = format!("Someone, most likely you, wants this to be their address at {product}.");
    Letter::new(format!("Confirm your new address at {product}"), &[&asked])
        .link("Confirm this address", link)
        .small("If it was not you, do nothing: nothing is changed.")
}

/// To an address that another person wants and someone has.
#[must_use]
pub fn address_in_use(product: &str) -> Letter {
    let asked = format!(
        "Someone wants this to be their address at {product}. You have an account with it already, so nothing was \
         changed."
    );
    Letter::new(format!("Your address at {product}"), &[&asked])
        .small("If it was you: an address can be that of one account only.")
}

/// To the former address.
#[must_use]
pub fn email_changed(product: &str, to: &str, facts: Vec<(&'static str, String)>) -> Letter {
    let changed = format!("Your address at {product} is {to} now. Messages go there from now on.");
    Letter::new(format!("Your address at {product} was changed"), &[&changed])
        .facts(facts)
        .small("If you did not do this, tell whoever runs the service.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_have_the_link_and_html_is_escaped() {
        let link = "https://id.example/reset-password?link=sgl_a&next=%2F";
        let term = Term { id: uuid::Uuid::nil(), lifetime: Duration::from_hours(1) };
        let drawn = Drawn { url: link.to_owned(), term };
        let letter = reset_password("A & B <x>", &drawn);
        assert_eq!(letter.term, Some(term));
        let (text, html) = letter.render("A & B <x>");
        assert!(text.contains(link) && text.contains("A & B <x>"), "{text}");
        assert!(
            html.contains("href=\"https://id.example/reset-password?link=sgl_a&#38;next=%2F\"")
        );
        assert!(!html.contains("<x>"), "{html}");
        assert!(text.contains("once, within 1 hour"), "{text}");
    }

    #[test]
    fn times_are_said_in_words() {
        let words = [1_800, 3_600, 86_400, 604_800].map(|s| in_words(Duration::from_secs(s)));
        assert_eq!(words, ["30 minutes", "1 hour", "24 hours", "7 days"]);
    }
}
