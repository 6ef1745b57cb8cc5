//! Pages that say what happened and what comes next. Forms lead here by a redirect, so that no page in the history is the
//! answer to a form.

use axum::{Router, extract::State, response::Response, routing::get};
use http::{StatusCode, Uri};

use crate::{
    app::AppState,
    web::{
        pages::{self, Freedom, LinkView, page},
        words::text,
    },
};

/// After a link for a new password was asked for.
pub const FORGOT: &str = "/forgot/sent";
/// After a link for an account was asked for.
pub const REGISTER: &str = "/register/sent";
/// After links for another address were asked for.
pub const CHANGE: &str = "/account/email/sent";
/// After one of them was used.
pub const HALF: &str = "/change-email/half";
/// After both were.
pub const CHANGED: &str = "/change-email/done";
/// After a link to prove an address was asked for.
pub const VERIFY: &str = "/account/email/verification-sent";
/// After it was used.
pub const VERIFIED: &str = "/verify-email/done";

page! {
    /// Says something.
    Notice("notice.html") {
        /// In a few words.
        title: String,
        /// In a sentence or two.
        message: String,
        /// Where messages are shown, in development mode.
        caught: bool,
        /// The way on.
        on: LinkView,
    }
}

/// The pages.
pub fn routes() -> Router<AppState> {
    let paths = [FORGOT, REGISTER, CHANGE, HALF, CHANGED, VERIFY, VERIFIED];
    paths.into_iter().fold(Router::new(), |router, path| router.route(path, get(show)))
}

/// What a page says, as names of messages: title and message; whether a message is on its way, and where it leads.
const fn words(path: &str) -> (&'static str, &'static str, bool, (&'static str, &'static str)) {
    const SENT: &str = "sent-title";
    const SIGN_IN: (&str, &str) = ("/sign-in", "back-to-sign-in");
    const ADDRESS: (&str, &str) = ("/account/email", "back");
    const FIRST: (&str, &str) = ("/", "to-first-page");
    match path.as_bytes() {
        b"/forgot/sent" => (SENT, "sent-forgot", true, SIGN_IN),
        b"/register/sent" => (SENT, "sent-register", true, SIGN_IN),
        b"/account/email/sent" => (SENT, "sent-change", true, ADDRESS),
        b"/account/email/verification-sent" => (SENT, "sent-verify", true, ADDRESS),
        b"/change-email/half" => ("change-half", "change-half-message", false, FIRST),
        b"/change-email/done" => ("change-done", "change-done-message", false, FIRST),
        _ => ("verify-done", "verify-done-message", false, FIRST),
    }
}

async fn show(State(app): State<AppState>, uri: Uri) -> Response {
    let (title, message, sent, (href, label)) = words(uri.path());
    let on = LinkView { href: href.to_owned(), label: text(label) };
    let page = Notice::new(text(title), text(message), sent && app.mail.catches(), on);
    pages::respond(StatusCode::OK, &page, &Freedom::Usual)
}
