//! What other services ask Signet about access, over HTTP. What they are told is decided in `access`.

pub mod authzen;
pub mod proxy;
