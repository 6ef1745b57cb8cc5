//! The claims about a person that OpenID Connect defines (Core §5.1), and the scopes that open them (§5.4). How a person is
//! told of one that is asked for by itself (§5.5) is the message `claim-` and its name.

use super::language_tag::LanguageTag;

/// A claim about a person.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Its name.
    pub name: &'static str,
    /// The scope that opens it.
    pub scope: &'static str,
}

const fn claim(name: &'static str, scope: &'static str) -> Claim {
    Claim { name, scope }
}

/// Every claim about a person, but for `sub`.
pub const STANDARD: [Claim; 19] = [
    claim("name", "profile"),
    claim("given_name", "profile"),
    claim("family_name", "profile"),
    claim("middle_name", "profile"),
    claim("nickname", "profile"),
    claim("preferred_username", "profile"),
    claim("profile", "profile"),
    claim("picture", "profile"),
    claim("website", "profile"),
    claim("gender", "profile"),
    claim("birthdate", "profile"),
    claim("zoneinfo", "profile"),
    claim("locale", "profile"),
    claim("updated_at", "profile"),
    claim("email", "email"),
    claim("email_verified", "email"),
    claim("address", "address"),
    claim("phone_number", "phone"),
    claim("phone_number_verified", "phone"),
];

/// How the consent to one claim is kept among those to scopes: no scope that this server gives meaning to has this name.
const CONSENT: &str = "claim:";

impl Claim {
    /// Its name among the scopes that a person allowed.
    #[must_use]
    pub fn consent(&self) -> String {
        format!("{CONSENT}{}", self.name)
    }
}

/// The claim that a name among the scopes which a person allowed stands for.
#[must_use]
pub fn of_consent(name: &str) -> Option<&'static Claim> {
    find(name.strip_prefix(CONSENT)?)
}

/// The claim of that name, in whatever language it is asked for (Core §5.2).
#[must_use]
pub fn find(name: &str) -> Option<&'static Claim> {
    let (name, tag) = split(name);
    let known = tag.is_none_or(|tag| LanguageTag::parse(tag).is_some());
    STANDARD.iter().find(|claim| known && claim.name == name)
}

/// The name of a claim without a language, and the tag of that if there is one (Core §5.2).
#[must_use]
pub fn split(name: &str) -> (&str, Option<&str>) {
    name.split_once('#').map_or((name, None), |(name, tag)| (name, Some(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::scope;

    #[test]
    fn a_claim_is_the_same_in_every_language() {
        for name in ["family_name", "family_name#ja-Kana-JP", "family_name#DE"] {
            assert_eq!(find(name).map(|claim| claim.name), Some("family_name"), "{name}");
        }
        for name in ["surname", "surname#de", "family_name#", "family_name#de#fr", "#de"] {
            assert!(find(name).is_none(), "{name}");
        }
    }

    #[test]
    fn each_claim_has_a_scope_that_people_are_told_of() {
        for claim in STANDARD {
            assert!(scope::is_identity(claim.scope), "{}", claim.name);
            assert_eq!(STANDARD.iter().filter(|other| other.name == claim.name).count(), 1);
        }
    }
}
