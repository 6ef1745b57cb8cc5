//! How clients know people (OpenID Connect Core §8): by one subject everywhere, or by one for each sector.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::{about::RegisteredBy, client::Metadata};

/// What the `sub` of a person is at a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// The same as at every other client.
    #[default]
    Public,
    /// Another one in each sector, so that clients cannot tell by it whether they know the same person.
    Pairwise,
}

impl SubjectType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Public, Self::Pairwise];

    /// The registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }

    /// Whether it is what clients have that say nothing.
    #[must_use]
    pub fn is_public(&self) -> bool {
        *self == Self::Public
    }
}

/// The sector of a client with pairwise subjects (Core §8.1): the host of its `sector_identifier_uri`, or the one host of
/// its redirect URIs.
///
/// Of a client that registered itself, that one host shows nothing: whoever may register can name a redirect URI that is
/// someone else's, and would be told what that host's own clients call people. So such a client is a sector by itself,
/// which no other has. Several are in one by a `sector_identifier_uri`, whose document is fetched: what is at a host, its
/// owner says.
pub fn of(client_id: &str, metadata: &Metadata) -> Result<String, String> {
    let host = host(metadata)?;
    let shown = metadata.sector_identifier_uri.is_some()
        || metadata.about.registered_by == RegisteredBy::Operator;
    // No host has a space in it.
    Ok(if shown { host } else { format!("{host} {client_id}") })
}

/// The sector that a client has as stored; none if its subjects are public.
#[must_use]
pub fn stored(client_id: &str, metadata: &Metadata) -> Option<String> {
    // Without a sector, which does not pass validation, it is one by itself.
    (!metadata.subject_type.is_public())
        .then(|| of(client_id, metadata).unwrap_or_else(|_| client_id.to_owned()))
}

fn host(metadata: &Metadata) -> Result<String, String> {
    if let Some(uri) = &metadata.sector_identifier_uri {
        return https_host(uri).ok_or("sector_identifier_uri must be an https URL".to_owned());
    }
    // Of those that are no web pages, every application on a device could have the same.
    let mut hosts = metadata.redirect_uris.iter().map(|uri| https_host(uri.as_str()));
    let needed = "subject_type pairwise needs sector_identifier_uri, \
                  unless all redirect_uris are https and on one host";
    let first = hosts.next().flatten().ok_or(needed)?;
    if hosts.all(|host| host.as_ref() == Some(&first)) { Ok(first) } else { Err(needed.to_owned()) }
}

fn https_host(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok().filter(|url| url.scheme() == "https")?;
    match url.host()? {
        Host::Domain("localhost") => None,
        host => Some(host.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sector_is_one_host() {
        // Core §8.1.
        for (redirect_uris, sector, expected) in [
            (&["https://a.example/cb", "https://A.example:8443/x"][..], None, Some("a.example")),
            (&["https://a.example/cb", "https://b.example/cb"], None, None),
            (&["https://a.example/cb", "com.example.app:/cb"], None, None),
            (&["http://127.0.0.1/cb"], None, None),
            (&["http://127.0.0.1/cb"], Some("https://c.example/redirects.json"), Some("c.example")),
            (
                &["https://a.example/cb", "https://b.example/cb"],
                Some("https://c.example"),
                Some("c.example"),
            ),
            (&["https://a.example/cb"], Some("http://c.example"), None),
            (&["https://a.example/cb"], Some("c.example"), None),
            (&["https://localhost/cb"], None, None),
            (&[], None, None),
        ] {
            let metadata = json!({
                "client_name": "Test", "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
                "redirect_uris": redirect_uris, "subject_type": "pairwise", "sector_identifier_uri": sector,
            });
            let metadata = serde_json::from_value(metadata).expect("metadata");
            let sector_of = of("spa", &metadata);
            assert_eq!(sector_of.ok().as_deref(), expected, "{redirect_uris:?} {sector:?}");
        }
    }

    #[test]
    fn who_registers_itself_is_in_no_ones_sector_by_naming_a_host() {
        let sector = |client_id: &str, by: &str, uri: Option<&str>| {
            let metadata = json!({
                "client_name": "Test", "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
                "redirect_uris": ["https://a.example/cb"], "subject_type": "pairwise", "registered_by": by,
                "sector_identifier_uri": uri,
            });
            of(client_id, &serde_json::from_value(metadata).expect("metadata")).expect("a sector")
        };
        let (one, two) = (sector("one", "itself", None), sector("two", "itself", None));
        assert_ne!(one, two);
        assert_ne!(one, sector("spa", "operator", None));
        assert_eq!(one, sector("one", "itself", None));
        let list = Some("https://a.example/list");
        assert_eq!(sector("one", "itself", list), sector("two", "itself", list));
    }
}
