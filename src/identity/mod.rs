//! People: who they are, how they prove it, and where they are signed in.

pub mod device;
pub mod hashing;
pub mod pages;
pub mod session;
pub mod sign_in;
pub mod sign_in_form;
pub mod text;
mod throttle;
