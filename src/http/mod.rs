//! The outside: the router, what surrounds every request, and the listeners.

mod address;
pub mod listener;
pub mod management;
mod router;
mod service;
mod tls;

pub use service::Service;
