//! Demonstration data: a person, a public and two confidential clients, a resource. Made once; a second start finds it.

use std::{fs, os::unix::fs::OpenOptionsExt, path::Path};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::playground;
use crate::{
    admin::manifest::{self, Manifest},
    app::{AppState, Demo},
    tokens::secret::ClientSecret,
};

/// The public client of the playground.
pub const SPA: &str = "demo-spa";
/// The confidential client.
pub const SERVICE: &str = "demo-service";
/// The resource server, as a client that introspects.
pub const API: &str = "demo-api";
/// The resource.
pub const RESOURCE: &str = "https://api.example.com";
/// What the playground asks for.
pub const SCOPES: &str = "openid profile email offline_access orders:read";
const LOGIN: &str = "alice@example.com";

/// The secrets of the demonstration data, kept beside the cluster so that every start can show them.
#[derive(Serialize, Deserialize)]
pub struct Credentials {
    /// Alice's password.
    pub password: String,
    /// The secret of [`SERVICE`].
    pub service_secret: String,
    /// The secret of [`API`].
    pub api_secret: String,
}

impl Credentials {
    /// Reads them from `file`, or draws and writes them.
    pub fn load(file: &Path, entropy: &crate::entropy::Entropy) -> anyhow::Result<Self> {
        if let Ok(text) = fs::read_to_string(file) {
            return toml::from_str(&text).with_context(|| file.display().to_string());
        }
        let secret = || ClientSecret::draw(entropy).expose();
        // 16 characters of base 62 are 95 bits.
        let password = secret()[4..20].to_owned();
        let drawn = Self { password, service_secret: secret(), api_secret: secret() };
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(file)?;
        std::io::Write::write_all(&mut file, toml::to_string(&drawn)?.as_bytes())?;
        Ok(drawn)
    }

    /// What the playground shows.
    #[must_use]
    pub fn demo(&self) -> Demo {
        Demo { login: LOGIN.to_owned(), password: self.password.clone() }
    }
}

/// Brings the database to the demonstration data.
pub async fn apply(app: &AppState, credentials: &Credentials) -> anyhow::Result<()> {
    let issuer = &app.config.server.issuer;
    let document = json!({
        "resource": [{
            "identifier": RESOURCE,
            "name": "Example API",
            "api_keys": "people",
            "scopes": [
                { "name": "orders:read", "description": "See your orders" },
                { "name": "orders:write", "description": "Place and change orders for you" },
            ],
        }],
        "client": [
            {
                "client_id": SPA,
                "client_name": "Demo single-page application",
                "token_endpoint_auth_method": "none",
                "grant_types": ["authorization_code", "refresh_token"],
                "redirect_uris": [issuer.join(playground::PATH), "http://127.0.0.1/callback"],
                "scopes": ["openid", "profile", "email", "offline_access", "orders:read", "orders:write"],
                "resources": [RESOURCE],
                // The playground is a page of this server's own, which is on loopback here.
                "unsafe_silent_native": true,
            },
            {
                "client_id": SERVICE,
                "client_name": "Demo backend service",
                "token_endpoint_auth_method": "client_secret_basic",
                "grant_types": ["client_credentials"],
                "scopes": ["orders:read", "orders:write"],
                "resources": [RESOURCE],
                "secret": credentials.service_secret,
            },
            {
                "client_id": API,
                "client_name": "Demo resource server",
                "token_endpoint_auth_method": "client_secret_basic",
                "grant_types": [],
                "introspects": [RESOURCE],
                "secret": credentials.api_secret,
            },
        ],
        "user": [{
            "email": LOGIN,
            "email_verified": true,
            "username": "alice",
            "name": "Alice Example",
            "password": credentials.password,
        }],
    });
    let manifest: Manifest = serde_json::from_value(document)?;
    let plan = manifest::plan(&app.db, &manifest).await?;
    manifest::apply(app, plan).await?;
    Ok(())
}
