//! What the page of the second step asks for, of all that a person has.

use crate::storage::factors::Standing;

/// What the second step asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A one-time password.
    Totp,
    /// A passkey, by script; where there is another factor too, its page offers the passkey as well.
    Passkey,
    /// A recovery code.
    RecoveryCode,
}

impl Asked {
    /// What this person can be asked for, the first of it unless they ask for another one.
    #[must_use]
    pub fn ways(standing: &Standing) -> Vec<Self> {
        let ways = [
            (standing.totp, Self::Totp),
            (standing.passkeys && !standing.totp, Self::Passkey),
            (standing.recovery_codes > 0, Self::RecoveryCode),
        ];
        ways.into_iter().filter_map(|(there, way)| there.then_some(way)).collect()
    }

    /// Its name in a query and in a form.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Passkey => "passkey",
            Self::RecoveryCode => "recovery-code",
        }
    }

    /// The one of `ways` with this name, or the first one.
    #[must_use]
    pub fn among(ways: &[Self], name: Option<&str>) -> Self {
        let named = ways.iter().find(|way| Some(way.name()) == name);
        named.or(ways.first()).copied().unwrap_or(Self::RecoveryCode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_asks_for_what_the_person_has_and_chose() {
        use Asked::{Passkey, RecoveryCode, Totp};
        let ways = |totp, passkeys, recovery_codes| {
            Asked::ways(&Standing {
                leaving: false,
                mfa: None,
                administrator: false,
                password_expired: false,
                password: true,
                totp,
                passkeys,
                recovery_codes,
                roles: Vec::new(),
            })
        };
        assert_eq!(ways(true, false, 0), [Totp]);
        assert_eq!(ways(true, true, 3), [Totp, RecoveryCode], "the passkey is on the same page");
        assert_eq!(ways(false, true, 3), [Passkey, RecoveryCode]);
        let all = ways(false, true, 3);
        assert_eq!(Asked::among(&all, None), Passkey);
        assert_eq!(Asked::among(&all, Some("recovery-code")), RecoveryCode);
        assert_eq!(Asked::among(&all, Some("totp")), Passkey, "there is none");
        assert_eq!(Asked::among(&[], Some("totp")), RecoveryCode);
    }
}
