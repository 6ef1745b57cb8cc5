//! Keys: the master key that seals, the signing keys and their rotation, and the server's own secrets.

mod jwks;
pub mod master;
pub mod ring;
pub mod secrets;
mod set;
pub mod signing;

pub use jwks::Document;
pub use master::MasterKeys;
pub use ring::KeyRing;
pub use set::{Entry, KeySet, Lifetimes};
