//! `/dev/mail`: messages that were caught and not sent. Development mode only.

use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use uuid::Uuid;

use crate::{
    app::{App, AppState},
    identity::mail::Caught,
    web::{
        RequestContext,
        pages::{self, Freedom, page},
        problem::Problem,
    },
};

/// The list.
pub const PATH: &str = "/dev/mail";
/// A message.
pub const MESSAGE: &str = "/dev/mail/{id}";
/// Its HTML part.
pub const HTML: &str = "/dev/mail/{id}/html";

/// A message in the list.
pub struct Line {
    /// Its page.
    pub href: String,
    /// To whom.
    pub to: String,
    /// What about.
    pub subject: String,
    /// When.
    pub at: String,
}

/// A piece of a message's text: as it is, or a link.
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it leads somewhere.
    pub link: bool,
}

page! {
    /// Lists messages.
    Mail("dev_mail.html") {
        /// The latest first.
        messages: Vec<Line>,
    }
}

page! {
    /// Shows a message.
    MailMessage("dev_message.html") {
        /// What about.
        message: Line,
        /// Its text part.
        pieces: Vec<Piece>,
        /// Its HTML part.
        html: String,
    }
}

fn line(caught: &Caught) -> Line {
    let at = caught.at.format(&time::format_description::well_known::Rfc3339);
    Line {
        href: format!("{PATH}/{}", caught.id),
        to: caught.message.to.clone().unwrap_or_default(),
        subject: caught.message.subject.clone(),
        at: at.unwrap_or_default(),
    }
}

/// The text, with what leads to Signet itself apart.
fn pieces(text: &str, issuer: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for line in text.split_inclusive('\n') {
        for word in line.split_inclusive(char::is_whitespace) {
            let bare = word.trim_end();
            let link = bare.strip_prefix(issuer).is_some_and(|rest| rest.starts_with('/'));
            pieces.push(Piece { text: bare.to_owned(), link });
            pieces.push(Piece { text: word[bare.len()..].to_owned(), link: false });
        }
    }
    pieces
}

fn find(app: &App, id: Uuid) -> Result<Caught, Problem> {
    let found = app.mail.caught().into_iter().find(|caught| caught.id == id);
    found.ok_or_else(|| {
        let words = "The last hundred are kept, until Signet ends.";
        Problem::new(StatusCode::NOT_FOUND, "There is no such message", words)
            .back(PATH, "To all messages")
    })
}

/// `GET /dev/mail`.
pub async fn list(State(app): State<AppState>) -> Response {
    let messages = app.mail.caught().iter().map(line).collect();
    pages::respond(StatusCode::OK, &Mail::new(messages), &Freedom::Usual)
}

/// `GET /dev/mail/{id}`.
pub async fn show(
    State(app): State<AppState>,
    Path(id): Path<Uuid>,
    context: RequestContext,
) -> Response {
    match find(&app, id) {
        Ok(caught) => {
            let pieces = pieces(&caught.message.text, app.config.server.issuer.as_str());
            let page = MailMessage::new(line(&caught), pieces, format!("{PATH}/{id}/html"));
            pages::respond(StatusCode::OK, &page, &Freedom::Usual)
        }
        Err(problem) => problem.respond(&context),
    }
}

/// `GET /dev/mail/{id}/html`: the HTML part as a page of its own, in a sandbox. It has no origin, runs nothing and loads
/// nothing; its links work.
pub async fn html(
    State(app): State<AppState>,
    Path(id): Path<Uuid>,
    context: RequestContext,
) -> Response {
    const POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; \
                          frame-ancestors 'none'; base-uri 'none'";
    const HEADERS: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    match find(&app, id) {
        Ok(caught) => (HEADERS, Html(caught.message.html)).into_response(),
        Err(problem) => problem.respond(&context),
    }
}
