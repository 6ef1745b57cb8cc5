//! What may become a password, by NIST SP 800-63B-4 §3.1.1: 8 to 256 characters, whichever they are, but none that is
//! known from breaches, and none that is soon guessed. Nothing is asked for beyond that: no digits, no capitals.

use zeroize::Zeroizing;
use zxcvbn::{
    feedback::{Feedback, Warning},
    matching::patterns::MatchPattern,
};

use crate::{identity::text, storage::users::UserRow, web::language::Language};

/// The shortest password, in characters.
pub const SHORTEST: usize = text::SHORTEST_PASSWORD;
/// The longest.
pub const LONGEST: usize = 256;

/// A password that was found fit to be one: what [`super::set`] takes.
pub struct NewPassword(pub(super) Zeroizing<String>);

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Why something will not do as a password.
#[derive(Clone, Debug, PartialEq)]
pub enum Weakness {
    /// It has fewer than [`SHORTEST`] characters.
    Short,
    /// It has more than [`LONGEST`].
    Long,
    /// Others use it, and whoever guesses tries it first.
    Breached,
    /// It is soon guessed, for a reason that may be known.
    Guessable(Option<Warning>),
    /// The person has it, or had it before.
    Used,
}

impl Weakness {
    /// In words for whoever chose it.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Short => language.with("password-short", &[("count", SHORTEST)]),
            Self::Long => language.with("password-long", &[("count", LONGEST)]),
            Self::Breached => language.text("password-breached"),
            Self::Guessable(None) => language.text("password-guessable"),
            Self::Guessable(Some(why)) => {
                let why = language.text(message(*why));
                language.with("password-guessable-because", &[("why", why)])
            }
            Self::Used => language.text("password-used"),
        }
    }
}

/// In English, for whoever runs Signet and sets it for someone else.
impl std::fmt::Display for Weakness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for Weakness {}

/// The message that says why something is soon guessed.
const fn message(why: Warning) -> &'static str {
    match why {
        Warning::StraightRowsOfKeysAreEasyToGuess => "guessable-straight-rows",
        Warning::ShortKeyboardPatternsAreEasyToGuess => "guessable-keyboard-patterns",
        Warning::RepeatsLikeAaaAreEasyToGuess => "guessable-repeated-characters",
        Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => "guessable-repeated-groups",
        Warning::ThisIsATop10Password => "guessable-top-10",
        Warning::ThisIsATop100Password => "guessable-top-100",
        Warning::ThisIsACommonPassword => "guessable-common",
        Warning::ThisIsSimilarToACommonlyUsedPassword => "guessable-similar",
        Warning::SequencesLikeAbcAreEasyToGuess => "guessable-sequences",
        Warning::RecentYearsAreEasyToGuess => "guessable-years",
        Warning::AWordByItselfIsEasyToGuess => "guessable-word",
        Warning::DatesAreOftenEasyToGuess => "guessable-dates",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess => "guessable-names",
        Warning::CommonNamesAndSurnamesAreEasyToGuess => "guessable-common-names",
    }
}

/// What a password is held against beside the lists: what anyone knows of its person.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// E-mail address.
    pub email: String,
    /// User name.
    pub username: Option<String>,
    /// What they are called.
    pub name: Option<String>,
}

impl Person {
    /// The words that a guesser would begin with.
    fn words(&self, issuer_host: &str) -> Vec<String> {
        let own = [Some(self.email.as_str()), self.username.as_deref(), self.name.as_deref()];
        let mut words: Vec<String> = Vec::new();
        for text in own.into_iter().flatten().chain([issuer_host]) {
            words.push(text.to_owned());
            // A name within a domain is also told without what is before it.
            words.extend(text.match_indices('.').map(|(at, _)| text[at + 1..].to_owned()));
            words.extend(text.split(['@', ' ']).map(str::to_owned));
            words.extend(text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        }
        words.retain(|word| word.chars().count() > 2);
        words.sort_unstable();
        words.dedup();
        words
    }
}

impl From<UserRow> for Person {
    fn from(row: UserRow) -> Self {
        Self { email: row.email, username: row.username, name: row.name }
    }
}

/// What was found of a text that is to become a password.
#[derive(Debug)]
pub struct Judged {
    /// How hard it is to guess, from 0 to 4 by zxcvbn; 0 for what is refused whatever that says.
    pub score: u8,
    /// The password, or why it will not do.
    pub outcome: Result<NewPassword, Weakness>,
}

impl From<Weakness> for Judged {
    fn from(weakness: Weakness) -> Self {
        Self { score: 0, outcome: Err(weakness) }
    }
}

/// Finds a password fit, or says why not. `listed` says whether it is on the operator's list; the 30,000 that are most
/// common are known without one.
#[must_use]
pub fn check(
    text: &str,
    person: &Person,
    issuer_host: &str,
    minimum_score: u8,
    listed: bool,
) -> Judged {
    let password = match composed(text) {
        Ok(password) => password,
        Err(weakness) => return weakness.into(),
    };
    let words = person.words(issuer_host);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let estimate = zxcvbn::zxcvbn(&password, &words);
    if listed || is_common(&estimate, &password) {
        return Weakness::Breached.into();
    }
    let score = u8::from(estimate.score());
    if score < minimum_score {
        let warning = estimate.feedback().and_then(Feedback::warning);
        return Judged { score, outcome: Err(Weakness::Guessable(warning)) };
    }
    Judged { score, outcome: Ok(NewPassword(password)) }
}

/// The one rule that needs neither a person nor a list. Characters are counted as they are hashed, composed.
pub fn check_length(text: &str) -> Result<(), Weakness> {
    composed(text).map(drop)
}

/// A text of a fitting length, as it is hashed.
fn composed(text: &str) -> Result<Zeroizing<String>, Weakness> {
    let password = text::password(text).ok_or(Weakness::Long)?;
    match password.chars().count() {
        ..SHORTEST => Err(Weakness::Short),
        SHORTEST..=LONGEST => Ok(password),
        _ => Err(Weakness::Long),
    }
}

/// Whether it is one of the common passwords as a whole, whatever its case.
fn is_common(estimate: &zxcvbn::Entropy, password: &str) -> bool {
    let [only] = estimate.sequence() else { return false };
    let MatchPattern::Dictionary(found) = &only.pattern else { return false };
    // The type of dictionaries has no public name; its default is that of passwords.
    is_default(&found.dictionary_name) && !found.reversed && !found.l33t && only.token == password
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn alice() -> Person {
        Person {
            email: "alice.liddell@wonderland.example".to_owned(),
            username: Some("cheshire_cat".to_owned()),
            name: Some("Alice Pleasance Liddell".to_owned()),
        }
    }

    fn judge(text: &str) -> Result<(), Weakness> {
        check(text, &alice(), "login.tea-party.example", 3, false).outcome.map(drop)
    }

    #[test]
    fn any_characters_will_do_if_they_are_not_soon_guessed() {
        for fine in [
            "correct horse battery staple",
            "tqzvkjwmb",
            "   a  few spaces in   it",
            "пароль из нескольких слов",
            "四月は君の嘘だと彼女は言う",
            "🦀🐙🦑🐡🐠🐬🐳🦈🐢",
            &"long and winding ".repeat(16)[..256],
        ] {
            assert_eq!(judge(fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn length_is_counted_in_composed_characters() {
        let crab = |count: usize| check_length(&"🦀".repeat(count));
        assert_eq!(crab(7), Err(Weakness::Short));
        assert_eq!(crab(8), Ok(()));
        assert_eq!(crab(256), Ok(()));
        assert_eq!(crab(257), Err(Weakness::Long));
        assert_eq!(check_length(&"e\u{301}".repeat(7)), Err(Weakness::Short));
        assert_eq!(check_length(&"e\u{301}".repeat(256)), Ok(()));
        assert_eq!(check_length(&"x".repeat(10_000_000)), Err(Weakness::Long));
    }

    #[test]
    fn what_everyone_uses_is_refused_however_low_the_score_may_be() {
        for common in ["password", "12345678", "Password", "iloveyou", "baseball"] {
            let checked = check(common, &alice(), "", 0, false);
            assert_eq!(checked.score, 0, "{common}");
            assert_eq!(checked.outcome.map(drop), Err(Weakness::Breached), "{common}");
        }
        let listed = check("tqzvkjwm vjqk", &alice(), "", 0, true);
        assert_eq!(listed.score, 0, "whatever zxcvbn says");
        assert_eq!(listed.outcome.map(drop), Err(Weakness::Breached));
        assert!(check("password and more", &alice(), "", 0, false).outcome.is_ok());
    }

    #[test]
    fn what_is_soon_guessed_is_refused_and_what_anyone_knows_of_its_person_counts() {
        for weak in [
            "aaaaaaaaaaaa",
            "abcdefghij",
            "qwertyuiop12",
            "drowssap1",
            "p4ssw0rd!",
            "1999-12-31",
            "alice.liddell@wonderland.example",
            "AlicePleasance",
            "cheshire_cat",
            "cheshire_cat1",
            "wonderland1",
            "tea-party.example",
        ] {
            let judged = judge(weak);
            assert!(
                matches!(judged, Err(Weakness::Guessable(_) | Weakness::Breached)),
                "{weak}: {judged:?}"
            );
        }
    }

    #[test]
    fn what_is_refused_says_what_would_do() {
        let judged = check("1999-12-31", &Person::default(), "", 4, false).outcome.map(drop);
        let words = judged.expect_err("a date is soon guessed").to_string();
        assert!(
            words.starts_with(
                "That password is too easy to guess. Dates are often easy to guess. A few"
            ),
            "{words}"
        );
        for weakness in [Weakness::Short, Weakness::Long, Weakness::Breached, Weakness::Used] {
            assert!(weakness.to_string().ends_with('.'), "{weakness:?} has no words: {weakness}");
        }
        assert!(Weakness::Short.to_string().contains("at least 8 characters"));
        assert!(Weakness::Guessable(None).to_string().contains("guess. A few"));
        assert_eq!(format!("{:?}", NewPassword(Zeroizing::new("secret".to_owned()))), "[redacted]");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_text_breaks_the_judge(text in "\\PC{0,60}") {
            let _ = judge(&text);
        }
    }
}
