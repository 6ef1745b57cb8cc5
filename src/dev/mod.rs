//! Development mode: a private Postgres, demonstration data, and the playground.

pub mod cluster;
pub mod demo;
pub mod playground;
