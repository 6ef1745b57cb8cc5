//! People: who they are, how they prove it, and where they are signed in.

pub mod account;
pub mod asked;
pub mod attempt;
pub mod breached;
pub mod device;
pub mod email_address;
pub mod forgot;
pub mod hashing;
pub mod links;
pub mod local;
pub mod mail;
pub mod notices;
pub mod pages;
pub mod passkeys;
pub mod passwords;
pub mod proof;
pub mod recovery_codes;
pub mod registration;
pub mod requirement;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod sign_in_form;
pub mod text;
mod throttle;
pub mod totp;
mod user_agent;
