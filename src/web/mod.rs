//! What pages are made of: the request's context, cookies, page tokens, templates, static files.
//!
//! Below `oauth` and `identity`, whose handlers answer with pages; the router and the listeners are in `http`.

pub mod assets;
pub mod context;
pub mod cookies;
pub mod csrf;
pub mod entity_tag;
pub mod json;
pub mod language;
pub mod moment;
pub mod pages;
pub mod params;
pub mod problem;
pub mod surroundings;
pub mod words;

pub use context::RequestContext;
