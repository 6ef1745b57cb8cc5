//! The outside: the router, what surrounds every request, and the listeners.

mod address;
pub mod gate;
pub mod listener;
pub mod management;
mod pulse;
mod request_id;
mod router;
mod service;
mod tls;

pub use service::Service;
