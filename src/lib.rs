//! Signet: a standalone OAuth 2.0 and OpenID Connect authorization server.
//!
//! The rooms, from the outside in. `http`, `cli` and `dev` are outermost; then come the protocol and the people; below
//! them what they are made of; `storage` knows no room above it. `app` is what handlers are handed and ties all
//! together. A test holds the arrows to this (`tests/it/architecture.rs`).

pub mod access;
pub mod admin;
pub mod app;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod decisions;
pub mod dev;
pub mod entropy;
pub mod fetch;
pub mod gate;
pub mod http;
pub mod identity;
pub mod keys;
pub mod oauth;
pub mod registry;
pub mod replica;
pub mod storage;
pub mod tokens;
pub mod web;
