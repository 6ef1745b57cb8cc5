//! Messages to people: written, queued in the database, and handed to the mail server by whichever replica comes first.

mod address;
pub mod letters;
mod limit;
mod queue;
mod transport;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use uuid::Uuid;

pub use address::check_address;
pub use letters::Letter;
pub use limit::count_request;
pub use queue::{LONGEST_WAIT, deliver_due, deliver_forever, send};
pub use transport::MailError;

use super::links::Term;
use crate::{
    clock::Timestamp,
    config,
    storage::users::UserRow,
    web::{language::Language, problem::Problem, surroundings::Surroundings, words},
};
use transport::Transport;

/// The language that someone is written to in: the one that their profile names, else that of their last sign-in from a
/// browser that was known, else that of the request. A letter may warn of whoever made the request.
#[must_use]
pub fn language_of(person: Option<&UserRow>) -> Language {
    let known = person.and_then(|person| {
        let tags = [&person.locale, &person.language];
        tags.into_iter().flatten().find_map(|tag| Language::of_tag(tag))
    });
    known.unwrap_or_else(Language::current)
}

/// Writes a letter in the language of whom it is for; whom there is no account of, in that of the request.
pub fn write(person: Option<&UserRow>, letter: impl FnOnce() -> Letter) -> Letter {
    Surroundings::speak(language_of(person), letter)
}

/// Writes a letter that an operator has sent to someone who is not known yet, in no language of the operator's browser.
pub fn write_for_operator(letter: impl FnOnce() -> Letter) -> Letter {
    Surroundings::speak(Language::English, letter)
}

/// A message as it waits and is sent. Only ever stored sealed: it may hold a link.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// To whom; to no one, where only the work of sending was to be the same.
    pub to: Option<String>,
    /// What about.
    pub subject: String,
    /// As text.
    pub text: String,
    /// As HTML.
    pub html: String,
    /// The time of the link in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Term>,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Message[redacted]")
    }
}

/// A message that was caught, in development mode.
#[derive(Clone, Debug)]
pub struct Caught {
    /// Its id.
    pub id: Uuid,
    /// When it was sent.
    pub at: Timestamp,
    /// The message.
    pub message: Message,
}

/// Sends messages, if that was set up.
pub struct Mailer {
    transport: Transport,
    product: String,
    wake: Notify,
}

impl Mailer {
    /// What sends messages by this configuration; in development mode they are caught.
    pub fn new(config: &config::Email, catch: bool) -> Result<Self, MailError> {
        let transport = if catch { Transport::catching() } else { Transport::to_server(config)? };
        Ok(Self { transport, product: config.product_name.clone(), wake: Notify::new() })
    }

    /// Whether messages can be sent.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        !matches!(self.transport, Transport::Off)
    }

    /// What the service is called in messages.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.product
    }

    /// Whether messages are caught.
    #[must_use]
    pub const fn catches(&self) -> bool {
        matches!(self.transport, Transport::Catch(_))
    }

    /// What was caught, the latest first.
    #[must_use]
    pub fn caught(&self) -> Vec<Caught> {
        self.transport.caught()
    }

    /// Refuses a page that takes e-mail where there is none.
    pub fn require(&self) -> Result<(), Problem> {
        if self.is_on() {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::NOT_FOUND,
            words::text("no-mail"),
            words::text("no-mail-message"),
        )
        .back("/", words::text("to-first-page")))
    }
}
