//! The gate: a thousand people's API keys at a site, with the policies and role assignments of decisions.

use ipnet::IpNet;
use signet::{
    clock::Clock,
    entropy::Entropy,
    storage::{self, api_keys::ApiKeyRow},
    tokens::api_key::{ApiKeySecret, Environment},
};
use sqlx::PgPool;

use super::{
    decisions::{ASKED, person},
    load::{self, Connection, Flows, Repeat},
    signet::{ES256, SCOPE, SITE, Server},
};

/// Gives each of the people a key, and asks about a request by each.
pub async fn questions(server: &Server, url: &str) -> anyhow::Result<Flows> {
    let db = PgPool::connect(url).await?;
    let entropy = Entropy::system();
    let mut requests = Vec::with_capacity(ASKED);
    for number in 0..ASKED {
        let now = Clock::System.now();
        let secret = ApiKeySecret::draw(Clock::System.uuid(&entropy), Environment::Live, &entropy);
        let row = ApiKeyRow {
            id: secret.id(),
            secret_hash: secret.digest().bytes().to_vec(),
            user_id: Some(person(number).parse()?),
            client_id: None,
            name: "bench".to_owned(),
            environment: Environment::Live.name().to_owned(),
            resource: ES256.to_owned(),
            scopes: vec![SCOPE.to_owned()],
            addresses: Vec::<IpNet>::new(),
            created_at: now,
            expires_at: None,
            last_used_at: None,
            last_used_address: None,
            revoked_at: None,
            replaced_by: None,
            deprecated_until: None,
        };
        storage::api_keys::insert(&db, &row, 10).await?;
        let headers = format!(
            "X-Forwarded-Method: GET\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: site.example\r\n\
             X-Forwarded-Uri: /documents/{number}\r\nX-Forwarded-For: 192.0.2.1\r\nX-API-Key: {}\r\n",
            secret.expose()
        );
        requests.push(load::get("/gate/auth", &headers));
    }
    db.close().await;
    let mut connection = Connection::open(server.gate).await?;
    // Who asks is remembered before anything is measured.
    for request in &requests {
        connection.exchange(request).await?.expect(200, "")?;
    }
    Ok(Repeat::flows(requests, ""))
}

/// The site, for the manifest.
pub fn client() -> String {
    format!(
        "[[client]]\nclient_id = \"{SITE}\"\nclient_name = \"Site\"\ntoken_endpoint_auth_method = \"none\"\n\
         grant_types = [\"authorization_code\"]\nscopes = [\"openid\", \"{SCOPE}\"]\nresources = [\"{ES256}\"]\n\
         [client.gate]\norigins = [\"https://site.example\"]\nresource = \"{ES256}\"\nread_scopes = [\"{SCOPE}\"]\n\
         upstream_token = true\n"
    )
}
