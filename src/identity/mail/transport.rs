//! Where messages go: to a mail server (RFC 5321) or, in development mode, nowhere but a list.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use uuid::Uuid;

use super::{Caught, Message};
use crate::{
    clock::Timestamp,
    config::{self, EmailTls},
};

/// As many as are caught.
const CAUGHT: usize = 100;
/// How long a message may take to be handed over.
const PATIENCE: Duration = Duration::from_mins(1);

/// Why messages cannot be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The certificate authority.
    #[error("email.ca_certificate: {0}")]
    Certificate(String),
    /// TLS.
    #[error("email: TLS: {0}")]
    Tls(#[source] lettre::transport::smtp::Error),
    /// The sender.
    #[error("email.from: missing or no address")]
    Sender,
}

/// Why one message was not sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// It cannot be written as the standards want it.
    #[error("the message cannot be written: {0}")]
    Unwritable(String),
    /// The mail server is away, or refused it.
    #[error("{0}")]
    Refused(#[from] lettre::transport::smtp::Error),
    /// The mail server took too long.
    #[error("the mail server took too long")]
    Slow,
    /// There is nowhere to send it to.
    #[error("e-mail was not set up")]
    Off,
}

impl SendError {
    /// Whether the answer will hardly be another one later (RFC 5321 §4.2.1).
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Unwritable(_) => true,
            Self::Refused(error) => error.is_permanent(),
            Self::Slow | Self::Off => false,
        }
    }
}

/// Where messages go.
pub(super) enum Transport {
    /// Nowhere.
    Off,
    /// To this server.
    Server { smtp: Box<AsyncSmtpTransport<Tokio1Executor>>, from: Box<Mailbox> },
    /// Here.
    Catch(Mutex<VecDeque<Caught>>),
}

impl Transport {
    pub(super) fn catching() -> Self {
        Self::Catch(Mutex::new(VecDeque::new()))
    }

    pub(super) fn to_server(config: &config::Email) -> Result<Self, MailError> {
        let Some(host) = &config.host else { return Ok(Self::Off) };
        let from = config.sender().ok_or(MailError::Sender)?;
        let tls = match config.tls {
            EmailTls::InsecurePlaintext => Tls::None,
            EmailTls::Implicit => Tls::Wrapper(parameters(host, config)?),
            EmailTls::Starttls => Tls::Required(parameters(host, config)?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(config.port())
            .tls(tls)
            .timeout(Some(Duration::from_secs(20)));
        if let (Some(user), Some(password)) = (&config.user, &config.password) {
            let password = password.expose().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Self::Server { smtp: Box::new(builder.build()), from: Box::new(from) })
    }

    pub(super) fn caught(&self) -> Vec<Caught> {
        let Self::Catch(caught) = self else { return Vec::new() };
        caught.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Hands a message over.
    pub(super) async fn send(
        &self,
        id: Uuid,
        message: &Message,
        to: &str,
        at: Timestamp,
    ) -> Result<(), SendError> {
        match self {
            Self::Off => Err(SendError::Off),
            Self::Catch(caught) => {
                let mut caught = caught.lock().unwrap_or_else(PoisonError::into_inner);
                caught.push_front(Caught { id, at, message: message.clone() });
                caught.truncate(CAUGHT);
                Ok(())
            }
            Self::Server { smtp, from } => {
                let letter = write(id, message, to, from, at)
                    .map_err(|error| SendError::Unwritable(error.to_string()))?;
                let sent = tokio::time::timeout(PATIENCE, smtp.send(letter)).await;
                sent.map_err(|_| SendError::Slow)??;
                Ok(())
            }
        }
    }
}

fn parameters(host: &str, config: &config::Email) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = &config.ca_certificate {
        let wrong = |error: &dyn std::fmt::Display| {
            MailError::Certificate(format!("{}: {error}", path.display()))
        };
        let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| wrong(&error))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(MailError::Tls)
}

/// The message by RFC 5322 and RFC 2046. Its id is the same whenever it is tried, so that who gets it twice can tell;
/// `Auto-Submitted` (RFC 3834 §5) keeps machines from answering.
fn write(
    id: Uuid,
    message: &Message,
    to: &str,
    from: &Mailbox,
    at: Timestamp,
) -> Result<lettre::Message, Box<dyn std::error::Error + Send + Sync>> {
    let automatic = HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    );
    Ok(lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.parse()?))
        .subject(&message.subject)
        .date(at.into())
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .raw_header(automatic)
        .multipart(MultiPart::alternative_plain_html(message.text.clone(), message.html.clone()))?)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn written(subject: &str, to: &str) -> Option<String> {
        let message = Message {
            to: Some(to.to_owned()),
            subject: subject.to_owned(),
            text: "Hello".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            link: None,
        };
        let from = "Signet <no-reply@example.com>".parse().expect("a mailbox");
        let at = datetime!(2030-01-01 12:00 UTC);
        let message = write(Uuid::from_u128(1), &message, to, &from, at).ok()?;
        Some(String::from_utf8(message.formatted()).expect("ASCII"))
    }

    #[test]
    fn a_message_says_when_it_was_sent_and_that_a_machine_did() {
        let text = written("A link", "alice@example.com").expect("a message");
        for line in [
            "From: Signet <no-reply@example.com>\r\n",
            "To: alice@example.com\r\n",
            "Subject: A link\r\n",
            "Date: Tue, 01 Jan 2030 12:00:00 +0000\r\n",
            "Message-ID: <00000000-0000-0000-0000-000000000001@example.com>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "MIME-Version: 1.0\r\n",
        ] {
            assert!(text.contains(line), "{line}{text}");
        }
    }

    #[test]
    fn no_line_break_makes_a_header() {
        for break_ in ["\r\n", "\n", "\r"] {
            let subject = format!("Hello{break_}Bcc: mallory@example.com");
            let text = written(&subject, "alice@example.com").unwrap_or_default();
            assert!(!text.contains("\nBcc:") && !text.contains("\rBcc:"), "{text}");
            assert!(
                written("Hello", &format!("a@example.com{break_}Bcc: m@example.com")).is_none()
            );
        }
    }
}
