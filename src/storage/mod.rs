//! SQL, one file a table family: plain functions over a pool, no rule of the protocol.

pub mod accounts;
pub mod applications;
pub mod audit;
pub mod authorization_requests;
pub mod ceremonies;
pub mod changes;
pub mod client_assertions;
pub mod client_secrets;
pub mod clients;
pub mod codes;
pub mod consents;
pub mod deletion;
pub mod devices;
mod error;
pub mod factors;
pub mod grants;
pub mod initial_access_tokens;
pub mod keys;
pub mod links;
pub mod logouts;
pub mod messages;
pub mod opaque_tokens;
pub mod partitions;
pub mod passkeys;
pub mod passwords;
mod pool;
pub mod registrations;
pub mod resources;
pub mod revocations;
pub mod sessions;
pub mod sign_ins;
pub mod throttles;
pub mod users;

pub use error::{Error, Result, retry};
pub use pool::{MIGRATOR, connect, migrate, pending_migrations};
pub use sqlx::PgPool;
