//! What the tests stand on.

pub mod apache;
pub mod arrival;
pub mod authenticator;
pub mod authority;
pub mod browser;
pub mod database;
pub mod elsewhere;
pub mod flow;
pub mod jwe;
pub mod jwt;
pub mod mmdb;
pub mod party;
pub mod process;
pub mod proxy;
pub mod server;

pub use authenticator::Authenticator;
pub use authority::Authority;
pub use browser::Browser;
pub use flow::Tokens;
pub use server::{Options, Server};

/// The person of the tests.
pub const EMAIL: &str = "alice@example.com";
/// Her user name.
pub const USERNAME: &str = "alice";
/// Her password.
pub const PASSWORD: &str = "correct horse battery staple";
/// A public client with refresh tokens.
pub const SPA: &str = "spa";
/// A first-party confidential client of the code flow, by `client_secret_post`.
pub const WEB: &str = "web";
/// A confidential client of client credentials, by `client_secret_basic`.
pub const SERVICE: &str = "service";
/// A resource server of [`API`] and [`VAULT`].
pub const RESOURCE_SERVER: &str = "resource-server";
/// A resource server of neither.
pub const STRANGER: &str = "stranger";
/// A resource with JWTs.
pub const API: &str = "https://api.example.com";
/// A resource with opaque tokens.
pub const VAULT: &str = "https://vault.example.com";
/// Where [`SPA`] gets its answers.
pub const CALLBACK: &str = "https://app.example/callback";
/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its challenge.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The manifest of the tests.
pub const MANIFEST: &str = r#"
[[resource]]
identifier = "https://api.example.com"
name = "Example API"
scopes = [{ name = "read", description = "See things" }, { name = "write", description = "Change things" }]

[[resource]]
identifier = "https://vault.example.com"
name = "Vault"
access_token_format = "opaque"
access_token_lifetime = 300
scopes = [{ name = "open", description = "Open the vault" }]

[[client]]
client_id = "spa"
client_name = "Single-page application"
token_endpoint_auth_method = "none"
grant_types = ["authorization_code", "refresh_token"]
redirect_uris = ["https://app.example/callback", "http://127.0.0.1/callback"]
scopes = ["openid", "profile", "email", "offline_access", "read", "write", "open"]
resources = ["https://api.example.com", "https://vault.example.com"]

[[client]]
client_id = "web"
client_name = "Web shop"
token_endpoint_auth_method = "client_secret_post"
grant_types = ["authorization_code", "refresh_token"]
redirect_uris = ["https://shop.example/callback"]
scopes = ["openid", "profile", "email", "offline_access", "read"]
resources = ["https://api.example.com"]
first_party = true
id_token_signed_response_alg = "EdDSA"

[[client]]
client_id = "service"
client_name = "Service"
token_endpoint_auth_method = "client_secret_basic"
grant_types = ["client_credentials"]
scopes = ["read", "write", "open"]
resources = ["https://api.example.com", "https://vault.example.com"]

[[client]]
client_id = "resource-server"
client_name = "Resource server"
token_endpoint_auth_method = "client_secret_basic"
grant_types = []
introspects = ["https://api.example.com", "https://vault.example.com"]

[[client]]
client_id = "stranger"
client_name = "Another resource server"
token_endpoint_auth_method = "client_secret_basic"
grant_types = []

[[user]]
email = "alice@example.com"
email_verified = true
username = "alice"
name = "Alice Example"
password = "correct horse battery staple"

[[user]]
email = "bob@example.com"
password = "another good password"
"#;
