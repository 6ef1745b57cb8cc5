//! Pages that say what happened and what comes next. Forms lead here by a redirect, so that no page in the history is the
//! answer to a form.

use axum::{Router, extract::State, response::Response, routing::get};
use http::{StatusCode, Uri};

use crate::{
    app::AppState,
    web::pages::{self, Freedom, LinkView, page},
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
        title: &'static str,
        /// In a sentence or two.
        message: &'static str,
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

/// What a page says: title, message, whether a message is on its way, and where it leads.
const fn words(path: &str) -> (&'static str, &'static str, bool, (&'static str, &'static str)) {
    const SENT: &str = "Check your mail";
    match path.as_bytes() {
        b"/forgot/sent" => (
            SENT,
            "If there is an account for what you entered, a message with a link is on its way. The link works once, \
             within an hour. If nothing comes, look into the folder for spam.",
            true,
            ("/sign-in", "Back to sign-in"),
        ),
        b"/register/sent" => (
            SENT,
            "A message is on its way to the address that you entered. Open its link to go on. If nothing comes, look \
             into the folder for spam.",
            true,
            ("/sign-in", "Back to sign-in"),
        ),
        b"/account/email/sent" => (
            SENT,
            "Messages are on their way to the address that you entered and, if you have confirmed it before, to the one \
             that you have. Your address changes once the links in all of them were used.",
            true,
            ("/account/email", "Back"),
        ),
        b"/account/email/verification-sent" => (
            SENT,
            "A message is on its way to your address. Open its link to confirm it.",
            true,
            ("/account/email", "Back"),
        ),
        b"/change-email/half" => (
            "Half done",
            "You have confirmed it here. Now open the link in the message to the other address.",
            false,
            ("/", "To the first page"),
        ),
        b"/change-email/done" => (
            "Your address was changed",
            "Messages go to your new address from now on, and you sign in with it.",
            false,
            ("/", "To the first page"),
        ),
        _ => (
            "Your address is confirmed",
            "Thank you. There is nothing else to do.",
            false,
            ("/", "To the first page"),
        ),
    }
}

async fn show(State(app): State<AppState>, uri: Uri) -> Response {
    let (title, message, sent, (href, label)) = words(uri.path());
    let on = LinkView { href: href.to_owned(), label: label.to_owned() };
    let page = Notice::new(title, message, sent && app.mail.catches(), on);
    pages::respond(StatusCode::OK, &page, &Freedom::Usual)
}
