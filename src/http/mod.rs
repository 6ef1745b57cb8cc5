//! The outside: the router, what surrounds every request, and the listeners.

mod address;
pub mod listener;
pub mod management;
mod middleware;
mod router;
mod tls;

pub use router::router;
