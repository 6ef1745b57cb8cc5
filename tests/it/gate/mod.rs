//! The gate: what proxies are told about requests, and how people sign in at the sites behind it.

mod requests;
mod sessions;
pub mod site;
