//! Clients that register themselves (RFC 7591, OpenID Connect Dynamic Client Registration 1.0) and manage their
//! registration (RFC 7592).

mod access;
mod answer;
mod fetched;
mod manage;
mod members;
mod metadata;
mod policy;
mod redirects;
mod register;
mod statement;
mod sweep;

pub use manage::{get, put, remove};
pub use policy::{Policy, PolicyError};
pub use register::register;
pub use sweep::sweep;
