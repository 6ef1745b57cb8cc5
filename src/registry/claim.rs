//! The claims about a person that OpenID Connect defines (Core §5.1), the scopes that open them (§5.4), and how a person
//! is told of one that is asked for by itself (§5.5).

/// A claim about a person.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Its name.
    pub name: &'static str,
    /// The scope that opens it.
    pub scope: &'static str,
    /// What is allowed with it.
    pub words: &'static str,
}

const fn claim(name: &'static str, scope: &'static str, words: &'static str) -> Claim {
    Claim { name, scope, words }
}

/// Every claim about a person, but for `sub`.
pub const STANDARD: [Claim; 19] = [
    claim("name", "profile", "See your name"),
    claim("given_name", "profile", "See your given name"),
    claim("family_name", "profile", "See your family name"),
    claim("middle_name", "profile", "See your middle name"),
    claim("nickname", "profile", "See your nickname"),
    claim("preferred_username", "profile", "See your user name"),
    claim("profile", "profile", "See the address of your profile page"),
    claim("picture", "profile", "See your picture"),
    claim("website", "profile", "See the address of your website"),
    claim("gender", "profile", "See your gender"),
    claim("birthdate", "profile", "See your date of birth"),
    claim("zoneinfo", "profile", "See your time zone"),
    claim("locale", "profile", "See your language"),
    claim("updated_at", "profile", "See when your profile last changed"),
    claim("email", "email", "See your e-mail address"),
    claim("email_verified", "email", "See whether your e-mail address is confirmed"),
    claim("address", "address", "See your postal address"),
    claim("phone_number", "phone", "See your telephone number"),
    claim("phone_number_verified", "phone", "See whether your telephone number is confirmed"),
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

/// The claim of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Claim> {
    STANDARD.iter().find(|claim| claim.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::scope;

    #[test]
    fn each_claim_has_a_scope_that_people_are_told_of() {
        for claim in STANDARD {
            assert!(scope::is_identity(claim.scope), "{}", claim.name);
            assert_eq!(STANDARD.iter().filter(|other| other.name == claim.name).count(), 1);
        }
    }
}
