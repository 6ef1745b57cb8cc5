//! Who may ask for what: clients, their redirect URIs, resources and scopes, as values without I/O.

pub mod about;
pub mod claim;
pub mod client;
pub mod client_keys;
pub mod language_tag;
pub mod readable;
pub mod redirect_uri;
pub mod request_metadata;
pub mod resource;
pub mod scope;
pub mod sector;
pub mod session_metadata;
pub mod site;
