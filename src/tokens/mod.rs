//! What Signet mints and reads: bearer secrets in one format, JWTs, and the claims inside them.

pub mod access;
pub mod api_key;
mod base62;
pub mod digest;
pub mod handle;
pub mod id;
pub mod jwe;
pub mod jws;
pub mod logout;
pub mod refresh;
pub mod secret;
pub mod verified;
