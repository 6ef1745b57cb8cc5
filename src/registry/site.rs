//! Sites: what a client is registered with whose pages a reverse proxy serves, asking the gate about each request.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    client::{GrantType, Metadata},
    redirect_uri::{Matched, Registered},
    scope,
};

/// Where answers to authorization requests arrive, below each origin of a site.
pub const CALLBACK: &str = "/.signet/callback";

/// How a site is protected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent choices, each named in manifests")]
pub struct Site {
    /// Where browsers reach it: `scheme://host[:port]`.
    pub origins: Vec<String>,
    /// The resource whose access tokens and API keys are taken; none are if it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The scopes of the resource, one of which lets an access token or API key read (GET, HEAD, OPTIONS).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_scopes: Vec<String>,
    /// The same for all else. What a token or key has no such scope for takes a policy that permits it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub write_scopes: Vec<String>,
    /// Whether what is behind the proxy is handed a fresh JWT for the resource with each request.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub upstream_token: bool,
    /// Whether a policy has to permit what is asked for; otherwise whoever is known may do all that none forbids.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deny_by_default: bool,
    /// Paths that anyone may read, with all that is below them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public: Vec<String>,
    /// Whether questions that browsers ask ahead of requests from other origins go through, by no one (the Fetch standard's
    /// CORS-preflight requests, which carry no credentials): what is behind the proxy answers them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cors_preflight: bool,
    /// Whether HTTP Basic is taken (RFC 7617): API keys, and the secrets of clients. It takes `resource`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub basic: bool,
    /// How requests by cookie that may change something are held to be the site's own.
    #[serde(default, skip_serializing_if = "Csrf::is_origin")]
    pub csrf: Csrf,
    /// Whether what is behind the proxy takes `/Admin` for `/admin`: then policies are told all paths in lower case.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub case_insensitive: bool,
    /// What `Remote-User` says.
    #[serde(default, skip_serializing_if = "RemoteUser::is_sub")]
    pub remote_user: RemoteUser,
}

/// How a request by cookie that may change something is held to be the site's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Csrf {
    /// The browser says that it comes from the site (`Origin`, `Sec-Fetch-Site`).
    #[default]
    Origin,
    /// Besides, it carries the token that the site's scripts read at `/.signet/csrf`.
    Token,
}

impl Csrf {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
    fn is_origin(&self) -> bool {
        *self == Self::Origin
    }
}

/// By which name a site knows people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemoteUser {
    /// Their subject, which no one else ever has.
    #[default]
    Sub,
    /// Their user name, which they may change.
    Username,
    /// Their e-mail address, once it is verified; they may change it.
    Email,
}

impl RemoteUser {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
    fn is_sub(&self) -> bool {
        *self == Self::Sub
    }
}

impl Site {
    /// The redirect URI of a site that `presented` is.
    #[must_use]
    pub fn match_callback(&self, presented: &str) -> Option<Matched> {
        let origin = presented.strip_suffix(CALLBACK)?;
        self.has_origin(origin).then(|| Registered::parse(presented).ok()?.is(presented)).flatten()
    }

    /// Whether one of these scopes lets a token or key do that.
    #[must_use]
    pub fn is_in_scope(&self, reads: bool, scopes: &[String]) -> bool {
        let names = if reads { &self.read_scopes } else { &self.write_scopes };
        names.iter().any(|name| scopes.contains(name))
    }

    /// The first page of a site that `presented` is.
    #[must_use]
    pub fn match_first_page(&self, presented: &str) -> Option<Matched> {
        let origin = presented.strip_suffix('/')?;
        self.has_origin(origin).then(|| Registered::parse(presented).ok()?.is(presented)).flatten()
    }

    /// Whether browsers reach it there.
    #[must_use]
    pub fn has_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own == origin)
    }

    /// Checks what an operator wants to register.
    pub(super) fn validate(&self, metadata: &Metadata) -> Result<(), String> {
        if self.origins.is_empty() {
            return Err("gate.origins: a site has one at least".to_owned());
        }
        for origin in &self.origins {
            check_origin(origin)?;
        }
        if !metadata.grant_types.contains(&GrantType::AuthorizationCode)
            || !metadata.scopes.iter().any(|name| name == scope::OPENID)
        {
            return Err(
                "gate: people sign in to a site by the grant type authorization_code with the scope openid".to_owned()
            );
        }
        match &self.resource {
            Some(resource) if !metadata.resources.contains(resource) => {
                return Err(format!(
                    "gate.resource: {resource} is not among the client's resources"
                ));
            }
            None if self.upstream_token => {
                return Err(
                    "gate.upstream_token needs gate.resource, which the token is for".to_owned()
                );
            }
            None if !self.read_scopes.is_empty() || !self.write_scopes.is_empty() => {
                return Err(
                    "gate.read_scopes and gate.write_scopes need gate.resource, whose they are"
                        .to_owned(),
                );
            }
            None if self.basic => {
                return Err("gate.basic needs gate.resource, whose API keys are taken".to_owned());
            }
            _ => {}
        }
        let needed = match self.remote_user {
            RemoteUser::Sub => None,
            RemoteUser::Username => Some("profile"),
            RemoteUser::Email => Some("email"),
        };
        if let Some(name) = needed.filter(|name| !metadata.scopes.iter().any(|own| own == name)) {
            return Err(format!("gate.remote_user: it takes the scope {name}, which opens that"));
        }
        for path in &self.public {
            let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
            let segments = path.strip_prefix('/').map(|rest| rest.split('/').collect::<Vec<_>>());
            let fine = path == "/"
                || segments.is_some_and(|segments| {
                    segments.iter().all(|segment| !segment.is_empty() && !segment.ends_with('.'))
                });
            if !fine || !path.chars().all(plain) || path.starts_with("/.signet") {
                return Err(format!(
                    "gate.public: {path:?} must be a path such as \"/assets\", without a slash at its end"
                ));
            }
        }
        Ok(())
    }
}

/// Checks that browsers write an origin like this (RFC 6454 §6.1), and that a session there is safe on the way.
fn check_origin(text: &str) -> Result<(), String> {
    let url =
        Url::parse(text).map_err(|error| format!("gate.origins: {text:?} is no URL: {error}"))?;
    if url.origin().ascii_serialization() != text {
        return Err(format!(
            "gate.origins: {text:?} must be a scheme, a host and no more, such as \"https://wiki.example.com\""
        ));
    }
    Registered::parse(&format!("{text}{CALLBACK}"))
        .map(drop)
        .map_err(|_| format!("gate.origins: {text:?} must be https, or http on loopback"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::registry::client::Client;

    fn validate(gate: &Value, changes: &Value) -> Result<(), String> {
        let mut metadata = json!({
            "client_name": "Wiki", "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
            "scopes": ["openid", "email"], "resources": ["https://api.example"], "gate": gate,
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            metadata[name] = value.clone();
        }
        let metadata = serde_json::from_value(metadata).map_err(|error| error.to_string())?;
        Client::validate("wiki", &metadata)
    }

    #[test]
    fn what_a_site_may_be() {
        for gate in [
            json!({ "origins": ["https://wiki.example"] }),
            json!({ "origins": ["https://wiki.example:8443", "http://localhost:3000", "http://127.0.0.1:81"] }),
            json!({ "origins": ["https://w.example"], "resource": "https://api.example", "upstream_token": true,
                    "basic": true, "csrf": "token", "remote_user": "email", "public": ["/", "/assets/v1.2"],
                    "case_insensitive": true, "deny_by_default": true, "cors_preflight": true,
                    "read_scopes": ["read"], "write_scopes": ["write"] }),
        ] {
            assert_eq!(validate(&gate, &json!({})), Ok(()), "{gate}");
        }
    }

    #[test]
    fn what_no_site_may_be_is_named() {
        let site = |more: Value| {
            let mut gate = json!({ "origins": ["https://wiki.example"] });
            for (name, value) in more.as_object().into_iter().flatten() {
                gate[name] = value.clone();
            }
            gate
        };
        for (gate, changes, named) in [
            (site(json!({ "origins": [] })), json!({}), "origins"),
            (site(json!({ "origins": ["https://wiki.example/"] })), json!({}), "no more"),
            (site(json!({ "origins": ["https://Wiki.example"] })), json!({}), "no more"),
            (site(json!({ "origins": ["https://wiki.example:443"] })), json!({}), "no more"),
            (
                site(json!({ "origins": ["http://wiki.example"] })),
                json!({}),
                "https, or http on loopback",
            ),
            (site(json!({ "origins": ["com.example.app://x"] })), json!({}), "no more"),
            (site(json!({})), json!({ "scopes": [] }), "openid"),
            (site(json!({})), json!({ "grant_types": [] }), "authorization_code"),
            (site(json!({ "resource": "https://other.example" })), json!({}), "resources"),
            (site(json!({ "upstream_token": true })), json!({}), "upstream_token"),
            (site(json!({ "basic": true })), json!({}), "basic"),
            (site(json!({ "public": ["assets"] })), json!({}), "public"),
            (site(json!({ "public": ["/assets/"] })), json!({}), "public"),
            (site(json!({ "public": ["/a/../b"] })), json!({}), "public"),
            (site(json!({ "public": ["/a%2fb"] })), json!({}), "public"),
            (site(json!({ "public": ["/.signet"] })), json!({}), "public"),
            (site(json!({ "read_scopes": ["read"] })), json!({}), "read_scopes"),
            (site(json!({ "remote_user": "username" })), json!({}), "profile"),
            (site(json!({ "sorigins": [] })), json!({}), "sorigins"),
        ] {
            let problem = validate(&gate, &changes).expect_err(&gate.to_string());
            assert!(problem.contains(named), "{gate}: {problem}");
        }
    }

    #[test]
    fn answers_go_to_the_callback_of_an_origin_alone() {
        let site = Site { origins: vec!["https://wiki.example".to_owned()], ..Site::default() };
        assert!(site.match_callback("https://wiki.example/.signet/callback").is_some());
        for other in [
            "https://wiki.example",
            "https://wiki.example/.signet/callback/",
            "https://wiki.example/.signet/callback?x",
            "https://wiki.example.evil.example/.signet/callback",
            "https://evil.example/.signet/callback",
            "/.signet/callback",
        ] {
            assert!(site.match_callback(other).is_none(), "{other}");
        }
    }
}
