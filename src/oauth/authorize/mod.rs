//! The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2): request, checks, what the person still
//! owes, response.

mod checks;
mod claims;
mod endpoint;
mod interaction;
mod issue;
mod owed;
mod pages;
mod request;
mod request_object;
mod respond;
mod ruling;

pub use checks::{Failure, check};
pub use claims::ClaimsRequest;
pub use endpoint::{get, post};
pub use interaction::{show, show_step, submit};
pub use request::{AuthorizationRequest, Prompt, ResponseMode, ReturnAddress};
pub use request_object::{Referenced, places as decrypting_places};
pub use respond::{passing_view, view};
