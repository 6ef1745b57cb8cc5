//! What a token may be for: the scopes and resources of a request held against those of the client (RFC 6749 §3.3,
//! RFC 8707), and the form of the token that follows from them.

use super::Error;
use crate::{
    app::App,
    config::Tokens,
    keys::signing::Algorithm,
    registry::{
        client::{Client, GrantType},
        resource::{Resource, TokenFormat},
        scope,
    },
    replica::Catalogue,
    storage::opaque_tokens::OpaqueRow,
};

/// Scopes and resources that a client may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Each once, in the order asked.
    pub scopes: Vec<String>,
    /// Each once, in the order asked; none if only Signet itself is meant.
    pub resources: Vec<String>,
}

impl Target {
    /// What a request that names these means.
    ///
    /// For a person's grant unknown scopes are left out, as OpenID Connect Core §3.1.2.1 wants; for client
    /// credentials they are an error, as is a request of which nothing is left. Known scopes that are not the client's are an error in both.
    pub fn resolve<'a>(
        client: &Client,
        catalogue: &Catalogue,
        scope: Option<&str>,
        resources: impl Iterator<Item = &'a str>,
        grant_type: GrantType,
    ) -> Result<Self, Error> {
        let resources = resolve_resources(client, catalogue, resources)?;
        let known: Vec<&Resource> =
            resources.iter().filter_map(|name| catalogue.get(name)).collect();
        let personal = grant_type == GrantType::AuthorizationCode;
        let Some(scope) = scope else {
            // RFC 6749 §3.3: the default is all that the client is registered for at these resources.
            let registered = client.metadata.scopes.iter();
            let scopes = registered
                .filter(|name| known.iter().any(|resource| resource.has_scope(name)))
                .cloned()
                .collect();
            return Ok(Self { scopes, resources });
        };
        let mut scopes = scope::parse(scope)?;
        let mut refused = None;
        scopes.retain(|name| {
            let understood = (personal && scope::is_identity(name))
                || known.iter().any(|resource| resource.has_scope(name));
            let elsewhere = !understood
                && (scope::is_identity(name)
                    || catalogue.iter().any(|other| other.has_scope(name)));
            let allowed = client.metadata.scopes.contains(name);
            if (understood && !allowed) || elsewhere || !(understood || personal) {
                refused.get_or_insert_with(|| name.clone());
            }
            understood
        });
        if let Some(name) = refused {
            return Err(Error::invalid_scope(format!(
                "the client may not ask for {name} at these resources"
            )));
        }
        // Core §11: it means something only where there will be a refresh token.
        if !client.may(GrantType::RefreshToken) {
            scopes.retain(|name| name != scope::OFFLINE_ACCESS);
        }
        // An answer that grants nothing says nothing either: it would look like one that granted everything.
        if scopes.is_empty() {
            return Err(Error::invalid_scope("none of the scopes asked for can be granted here"));
        }
        Ok(Self { scopes, resources })
    }
}

fn resolve_resources<'a>(
    client: &Client,
    catalogue: &Catalogue,
    asked: impl Iterator<Item = &'a str>,
) -> Result<Vec<String>, Error> {
    let allowed = |name: &str| {
        client.metadata.resources.iter().any(|own| own == name) && catalogue.get(name).is_some()
    };
    let mut resources: Vec<String> = Vec::new();
    for name in asked {
        if !allowed(name) {
            return Err(Error::invalid_target("the client may not ask for this resource"));
        }
        if !resources.iter().any(|other| other == name) {
            resources.push(name.to_owned());
        }
    }
    if resources.is_empty() {
        let default = client.metadata.resources.first().filter(|name| allowed(name));
        resources.extend(default.cloned());
    }
    Ok(resources)
}

/// Resources that a token request narrows a grant to (RFC 8707 §2.2); none if it names none.
#[must_use]
pub fn narrowed<'a>(asked: impl Iterator<Item = &'a str>) -> Option<Vec<String>> {
    let resources: Vec<String> = asked.map(str::to_owned).collect();
    (!resources.is_empty()).then_some(resources)
}

/// The form of a token for these resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What it allows: of the scopes granted, those that these resources or Signet itself understand.
    pub scopes: Vec<String>,
    /// For whom it is (RFC 9700 §2.3, RFC 8725 §3.9): the resources, and Signet itself where it opens `UserInfo` or
    /// nothing else is meant.
    pub audience: Vec<String>,
    /// A JWT or a reference.
    pub format: TokenFormat,
    /// What signs it.
    pub alg: Algorithm,
    /// How long it lives, in seconds.
    pub lifetime: i64,
}

impl Shape {
    /// The form of a token with these scopes for these resources. Where resources differ, the shortest life counts,
    /// and one that wants opaque tokens gets one.
    pub fn of(
        catalogue: &Catalogue,
        defaults: &Tokens,
        issuer: &str,
        scopes: &[String],
        resources: &[String],
    ) -> Result<Self, Error> {
        let known: Vec<&Resource> = resources
            .iter()
            .map(|name| {
                catalogue
                    .get(name)
                    .ok_or_else(|| Error::invalid_target("this resource is no longer known"))
            })
            .collect::<Result<_, _>>()?;
        let opaque =
            |resource: &&&Resource| resource.metadata.access_token_format == TokenFormat::Opaque;
        let format = match known.iter().find(opaque) {
            Some(_) => TokenFormat::Opaque,
            None => TokenFormat::Jwt,
        };
        let seconds = |resource: &Resource| {
            resource.metadata.access_token_lifetime.map_or(default_seconds(defaults), i64::from)
        };
        let lifetime = known
            .iter()
            .filter(|resource| resource.metadata.access_token_format == format)
            .map(|resource| seconds(resource))
            .min()
            .unwrap_or(default_seconds(defaults));
        let alg = known.iter().find_map(|resource| resource.metadata.access_token_alg);
        let scopes: Vec<String> = scopes
            .iter()
            .filter(|name| {
                scope::is_identity(name) || known.iter().any(|resource| resource.has_scope(name))
            })
            .cloned()
            .collect();
        let mut audience = resources.to_vec();
        if audience.is_empty() || scopes.iter().any(|name| name == scope::OPENID) {
            audience.push(issuer.to_owned());
        }
        let alg = alg.unwrap_or(defaults.access_token_alg);
        Ok(Self { scopes, audience, format, alg, lifetime })
    }
}

impl Shape {
    /// The form of an opaque token that was issued before; `None` if a resource of it is no longer known.
    #[must_use]
    pub fn of_opaque(app: &App, row: &OpaqueRow) -> Option<Self> {
        let issuer = app.config.server.issuer.as_str();
        let catalogue = app.replica.resources();
        Self::of(&catalogue, &app.config.tokens, issuer, &row.scopes, &row.audience).ok()
    }
}

fn default_seconds(defaults: &Tokens) -> i64 {
    i64::try_from(defaults.access_token_lifetime.0.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        oauth::Code,
        storage::{clients::ClientRow, resources::ResourceRow},
    };

    fn catalogue() -> Catalogue {
        let resource = |identifier: &str, metadata| {
            let row = ResourceRow { identifier: identifier.to_owned(), metadata };
            Resource::from_row(row).expect("a resource")
        };
        Catalogue::new(vec![
            resource(
                "https://a",
                json!({ "name": "A", "scopes": [{ "name": "read" }, { "name": "write" }] }),
            ),
            resource(
                "https://b",
                json!({
                    "name": "B", "scopes": [{ "name": "pay" }], "access_token_format": "opaque",
                    "access_token_lifetime": 120, "access_token_alg": "EdDSA",
                }),
            ),
            resource("https://c", json!({ "name": "C", "scopes": [{ "name": "other" }] })),
        ])
    }

    fn client() -> Client {
        let metadata = json!({
            "client_name": "Test", "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "client_credentials"],
            "redirect_uris": ["https://app.example/cb"],
            "scopes": ["openid", "email", "offline_access", "read", "pay"],
            "resources": ["https://a", "https://b"],
        });
        let row = ClientRow { client_id: "test".to_owned(), metadata, secrets: Vec::new() };
        Client::from_row(row).expect("a client")
    }

    fn resolve(scope: Option<&str>, resources: &[&str], grant: GrantType) -> Result<Target, Code> {
        Target::resolve(&client(), &catalogue(), scope, resources.iter().copied(), grant)
            .map_err(|error| error.code)
    }

    #[test]
    fn a_request_is_held_against_the_registration() {
        use GrantType::{AuthorizationCode as Person, ClientCredentials as Machine};
        let ok = |scopes: &[&str], resources: &[&str]| {
            let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
            Ok(Target { scopes: own(scopes), resources: own(resources) })
        };
        let cases = [
            (None, vec![], Machine, ok(&["read"], &["https://a"])),
            (None, vec!["https://b"], Machine, ok(&["pay"], &["https://b"])),
            (
                None,
                vec!["https://a", "https://b"],
                Person,
                ok(&["read", "pay"], &["https://a", "https://b"]),
            ),
            (Some("read"), vec![], Machine, ok(&["read"], &["https://a"])),
            (Some("read"), vec!["https://a", "https://a"], Machine, ok(&["read"], &["https://a"])),
            (Some("openid read"), vec![], Person, ok(&["openid", "read"], &["https://a"])),
            // Understood at the resource, but not the client's.
            (Some("write"), vec![], Machine, Err(Code::InvalidScope)),
            (Some("write"), vec![], Person, Err(Code::InvalidScope)),
            (Some("openid profile"), vec![], Person, Err(Code::InvalidScope)),
            // The client's, but of another resource.
            (Some("pay"), vec!["https://a"], Machine, Err(Code::InvalidScope)),
            (Some("pay"), vec!["https://a"], Person, Err(Code::InvalidScope)),
            // Not known at all.
            (Some("read nonsense"), vec![], Person, ok(&["read"], &["https://a"])),
            (Some("read nonsense"), vec![], Machine, Err(Code::InvalidScope)),
            (Some("nonsense"), vec![], Person, Err(Code::InvalidScope)),
            (Some("offline_access"), vec![], Person, Err(Code::InvalidScope)),
            (Some(" "), vec![], Person, Err(Code::InvalidScope)),
            // A machine is no person.
            (Some("openid"), vec![], Machine, Err(Code::InvalidScope)),
            // Without refresh tokens there is nothing to outlive the session.
            (Some("openid offline_access"), vec![], Person, ok(&["openid"], &["https://a"])),
            (None, vec!["https://c"], Machine, Err(Code::InvalidTarget)),
            (None, vec!["https://nowhere"], Machine, Err(Code::InvalidTarget)),
            (Some("a\"b"), vec![], Person, Err(Code::InvalidScope)),
        ];
        for (scope, resources, grant, expected) in cases {
            assert_eq!(
                resolve(scope, &resources, grant),
                expected,
                "{scope:?} {resources:?} {grant:?}"
            );
        }
    }

    fn shape(scopes: &[&str], resources: &[&str]) -> Shape {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        Shape::of(&catalogue(), &Tokens::default(), "https://id", &own(scopes), &own(resources))
            .expect("known resources")
    }

    #[test]
    fn the_form_follows_from_the_resources() {
        let plain = shape(&["openid", "read"], &["https://a"]);
        assert_eq!(plain.format, TokenFormat::Jwt);
        assert_eq!(plain.audience, ["https://a", "https://id"]);
        assert_eq!((plain.lifetime, plain.alg), (900, Algorithm::Es256));

        let mixed = shape(&["read", "pay"], &["https://a", "https://b"]);
        assert_eq!(mixed.format, TokenFormat::Opaque);
        assert_eq!(mixed.audience, ["https://a", "https://b"]);
        assert_eq!((mixed.lifetime, mixed.alg), (120, Algorithm::EdDsa));
    }

    #[test]
    fn a_token_for_fewer_resources_has_fewer_scopes() {
        assert_eq!(shape(&["openid", "read", "pay"], &["https://a"]).scopes, ["openid", "read"]);
        assert_eq!(shape(&["openid"], &[]).audience, ["https://id"]);
    }
}
