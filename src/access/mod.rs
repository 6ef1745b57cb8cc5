//! Who may do what: roles, policies, and decisions made of them. Values alone; what is remembered of the database is in
//! `replica`.

pub mod api_key;
pub mod asked;
pub mod circumstances;
pub mod engine;
pub mod expected;
mod flows;
mod place;
pub mod principal;
pub mod roles;
pub mod schema;
pub mod source;
pub mod store;
pub mod web_request;

pub use flows::Flow;
