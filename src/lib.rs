//! Signet: a standalone OAuth 2.0 and OpenID Connect authorization server.
//!
//! The rooms, from the outside in; arrows between them point down this list only (a test holds them to it).

pub mod clock;
pub mod config;
pub mod entropy;
pub mod keys;
pub mod storage;
pub mod tokens;
