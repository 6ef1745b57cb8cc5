//! The integration tests: a running Signet on a real Postgres, a database for each test, a clock that stands still.
//! One binary, a module a capability.

mod architecture;
mod audit;
mod authorization_code;
mod authorize;
mod client_auth;
mod client_credentials;
mod command_line;
mod commands;
mod configuration;
mod dev;
mod failures;
mod foreign;
mod forged_posts;
mod fuzzed;
mod http;
mod introspection;
mod keys;
mod libraries;
mod logs;
mod management;
mod manifests;
mod metadata;
mod pkce;
mod properties;
mod queries;
mod races;
mod refresh;
mod replicas;
mod revocation;
mod sign_in;
mod statements;
mod support;
mod tls;
mod unavailable;
mod userinfo;
