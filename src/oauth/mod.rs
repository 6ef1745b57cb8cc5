//! The protocol: OAuth 2.0 (RFC 6749 and kin) and OpenID Connect, an endpoint a module.

pub mod api_key;
pub mod authorize;
pub mod bearer;
pub mod claims;
pub mod client_auth;
pub mod client_jwt;
mod encrypt;
pub mod entitled;
mod error;
mod granting;
pub mod id_token_hint;
pub mod inquiry;
pub mod introspect;
pub mod jwks;
pub mod logos;
pub mod logout;
pub mod metadata;
pub mod opened;
pub mod registration;
pub mod revoke;
pub mod subject;
pub mod target;
pub mod token;
pub mod userinfo;
pub mod webfinger;

pub use error::{Code, Error};
