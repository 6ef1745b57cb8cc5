//! Signing out: a client asks for it (RP-Initiated Logout 1.0), clients are told of it through the browser (Front-Channel
//! Logout 1.0) and behind it (Back-Channel Logout 1.0), and their scripts notice it (Session Management 1.0).

mod backchannel;
mod courier;
mod endpoint;
mod frontchannel;
mod request;
pub mod session_state;
mod signed_out;

pub use courier::{deliver_due, deliver_forever};
pub use endpoint::{CONFIRM, confirm, get, post, show_confirm};
pub use signed_out::show as show_signed_out;
