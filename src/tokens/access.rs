//! JWT access tokens (RFC 9068).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::api_key::Environment;
use crate::{clock::Timestamp, entropy::Entropy};

/// `aud`: a string when there is one, a list when there are several (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One recipient.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Audience {
    /// Every recipient.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}

impl From<Vec<String>> for Audience {
    fn from(mut names: Vec<String>) -> Self {
        match names.len() {
            1 => Self::One(names.swap_remove(0)),
            _ => Self::Many(names),
        }
    }
}

/// The claims of an access token (RFC 9068 §2.2). Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Signet's issuer identifier.
    pub iss: String,
    /// The user's id, or the client's for client credentials.
    pub sub: String,
    /// The resources it is meant for.
    pub aud: Audience,
    /// When it ends.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// Identifies the token, and the grant before the dot.
    pub jti: TokenId,
    /// The client it was issued to.
    pub client_id: String,
    /// Granted scopes, space-separated.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub scope: String,
    /// When the person proved who they are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auth_time: Option<i64>,
    /// How surely.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acr: Option<String>,
    /// By which means (RFC 8176).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub amr: Vec<String>,
    /// See [`Holds`], whose members these are: `flatten` would have every claim read twice.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub roles: Option<Vec<String>>,
    /// As above.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub groups: Option<Vec<String>>,
    /// As above.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub permissions: Option<Vec<String>>,
    /// As above.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub entitlements: Option<Vec<String>>,
    /// The API key that it was exchanged for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub api_key: Option<OfApiKey>,
}

/// The API key behind a token. A claim of our own: it tells resource servers that no one signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfApiKey {
    /// Its id.
    pub id: Uuid,
    /// What it is for.
    pub environment: Environment,
}

/// What whoever a token is about holds, as far as the token's resources want to be told (RFC 9068 §2.2.3.1). What is wanted is
/// there, even if it is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Holds {
    /// Their roles, with those that these inherit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// The groups that they are in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<String>>,
    /// What their roles permit at these resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
    /// The same, each with its resource: `https://api.example#orders:read`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entitlements: Option<Vec<String>>,
}

impl Holds {
    /// How many there are of all kinds together.
    #[must_use]
    pub fn count(&self) -> usize {
        let all = [&self.roles, &self.groups, &self.permissions, &self.entitlements];
        all.into_iter().flatten().map(Vec::len).sum()
    }
}

impl AccessClaims {
    /// Whether the token has ended at `now`.
    #[must_use]
    pub fn expired(&self, now: Timestamp) -> bool {
        self.exp <= now.unix_timestamp()
    }
}

/// A `jti`: `grant.unique` for a token of a grant, `unique` otherwise, both in hexadecimal. Revoking a grant thereby
/// needs no list of its tokens. Of a token that an API key was exchanged for, the key's id is in the grant's place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenId(String);

impl TokenId {
    /// Draws one for a token of `grant`, or of none.
    #[must_use]
    pub fn draw(grant: Option<Uuid>, entropy: &Entropy) -> Self {
        // Not a UUID, but as long as one, and so written.
        let unique = Uuid::from_bytes(entropy.bytes()).simple();
        let mut buffer = Uuid::encode_buffer();
        let unique = unique.encode_lower(&mut buffer);
        Self(match grant {
            Some(grant) => format!("{}.{unique}", grant.simple()),
            None => unique.to_owned(),
        })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The grant it names.
    #[must_use]
    pub fn grant(&self) -> Option<Uuid> {
        Uuid::try_parse(self.0.split_once('.')?.0).ok()
    }

    /// What a revocation of this token alone is filed under.
    #[must_use]
    pub fn unique(&self) -> Option<Uuid> {
        Uuid::try_parse(self.0.split_once('.').map_or(self.0.as_str(), |(_, unique)| unique)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_id_starts_with_its_grant() {
        let grant = Uuid::from_u128(7);
        let id = TokenId::draw(Some(grant), &Entropy::system());
        assert_eq!(id.grant(), Some(grant));
        assert_eq!(TokenId::draw(None, &Entropy::system()).grant(), None);
    }

    #[test]
    fn one_recipient_is_a_string_and_two_are_a_list() {
        let one = serde_json::to_value(Audience::from(vec!["a".to_owned()])).expect("json");
        let two = serde_json::to_value(Audience::from(vec!["a".to_owned(), "b".to_owned()]))
            .expect("json");
        assert_eq!(one, serde_json::json!("a"));
        assert_eq!(two, serde_json::json!(["a", "b"]));
    }
}
