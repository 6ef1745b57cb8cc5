//! Keys: the master key that seals, the keys that sign and those that others encrypt for, with their rotation, and the
//! server's own secrets.

pub mod encryption;
mod encryption_set;
mod jwks;
pub mod master;
pub mod ring;
pub mod secrets;
mod set;
pub mod signing;

pub use encryption_set::{EncryptionEntry, EncryptionSet};
pub use jwks::Document;
pub use master::MasterKeys;
pub use ring::KeyRing;
pub use set::{Entry, KeySet, Lifetimes};
