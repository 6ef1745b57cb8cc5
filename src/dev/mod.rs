//! Development mode: a private Postgres, demonstration data, the playground, and messages that were caught.

pub mod cluster;
pub mod demo;
pub mod mail;
pub mod playground;
