//! What other services ask Signet about access, over HTTP, and what they tell it. What they are told is decided in `access`.

pub mod authzen;
pub mod proxy;
pub mod secret_scanning;
