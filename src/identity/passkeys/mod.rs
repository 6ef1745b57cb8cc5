//! Passkeys (WebAuthn Level 3): to sign in without a password, and as a second factor.

mod account;
mod ceremony;
mod challenge;
mod relying_party;

use axum::{Router, routing::post};

pub use ceremony::{prove, sign_in};

use crate::app::AppState;

/// Where people see and change theirs.
pub const PAGE: &str = "/account/passkeys";
/// Where the script of the sign-in form gets its challenge.
const DISCOVER: &str = "/sign-in/passkey";
/// Where the script of the second step gets its challenge.
const VERIFY: &str = "/sign-in/verify/passkey";
/// Where the script of the account page gets its challenge.
const REGISTER: &str = "/account/passkeys/challenge";

/// The pages, and what their script asks.
pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(account::routes())
        .route(DISCOVER, post(challenge::discover))
        .route(VERIFY, post(challenge::verify))
        .route(REGISTER, post(challenge::register))
}
