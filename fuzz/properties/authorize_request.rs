//! Authorization requests: whatever the query, a redirect goes to a registered URI alone.

use std::{sync::LazyLock, time::Duration};

use serde_json::json;
use signet::{
    keys::{KeySet, Lifetimes},
    oauth::{
        authorize::{Failure, check},
        id_token_hint::Own,
    },
    registry::{client::Client, resource::Resource},
    replica::Catalogue,
    storage::{clients::ClientRow, resources::ResourceRow},
    web::params::Params,
};

const DAY: Duration = Duration::from_hours(24);

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let metadata = json!({
        "client_name": "Fuzzed", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": ["https://a.example/cb", "http://127.0.0.1/cb", "com.example.app:/cb"],
        "scopes": ["openid", "read"], "resources": ["https://api"],
    });
    let row = ClientRow { client_id: "fuzzed".to_owned(), metadata, secrets: Vec::new() };
    Client::from_row(row).expect("a client")
});

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let metadata = json!({ "name": "API", "scopes": [{ "name": "read" }] });
    let row = ResourceRow { identifier: "https://api".to_owned(), metadata };
    Catalogue::new(vec![Resource::from_row(row).expect("a resource")])
});

/// Panics if the property does not hold for this query. Whether the request is one that goes on.
pub fn holds(query: &[u8]) -> bool {
    let Ok(params) = Params::parse(query) else { return false };
    let lifetimes = Lifetimes { rotation: DAY, lead: DAY, token: DAY };
    let own = Own { keys: &KeySet::default(), lifetimes, issuer: "https://id.example" };
    let outcome = check(&params, Some(&CLIENT), &CATALOGUE, own);
    let accepted = outcome.is_ok();
    let to = match outcome {
        Ok(request) => {
            assert!(request.code_challenge.is_some(), "a public client without PKCE");
            request.return_address.redirect_uri
        }
        Err(Failure::Safe(to, _)) => to.redirect_uri,
        Err(Failure::Unsafe(_)) => return false,
    };
    let known = ["https://a.example/cb", "http://127.0.0.1/cb", "com.example.app:/cb"];
    let loopback = to.as_str().strip_prefix("http://127.0.0.1:").and_then(|rest| {
        let port = rest.strip_suffix("/cb")?;
        port.parse::<u16>().ok()
    });
    assert!(known.contains(&to.as_str()) || loopback.is_some(), "{}", to.as_str());
    accepted
}
