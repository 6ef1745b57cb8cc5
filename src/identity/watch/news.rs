//! What people are told, in words.

use crate::{
    config::Concern,
    web::words::{Fill, text, with},
};

/// A kind of second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorKind {
    /// An authenticator.
    Authenticator,
    /// A passkey.
    Passkey,
}

/// What is unusual in a sign-in.
#[derive(Clone, Debug, PartialEq)]
pub enum Unusual {
    /// The browser.
    Device,
    /// The country.
    Place,
    /// How far it is from the one before, in km, and how much later it was, in minutes.
    Travel {
        /// The place of the one before, if it has a name.
        from: Option<String>,
        /// How far away that is.
        kilometres: f64,
        /// How long ago that was.
        minutes: i64,
    },
}

impl Unusual {
    /// What people are told of, then.
    #[must_use]
    pub const fn concern(&self) -> Concern {
        match self {
            Self::Device => Concern::NewDevice,
            Self::Place => Concern::NewPlace,
            Self::Travel { .. } => Concern::ImpossibleTravel,
        }
    }

    fn words(&self) -> String {
        let (from, kilometres, minutes) = match self {
            Self::Device => return text("mail-new-browser"),
            Self::Place => return text("mail-new-country"),
            Self::Travel { from, kilometres, minutes } => (from, kilometres, *minutes),
        };
        let (hours, count) =
            if minutes < 120 { (false, minutes.max(1)) } else { (true, minutes / 60) };
        let mut fills =
            vec![("kilometres", Fill::from(format!("{kilometres:.0}"))), ("count", number(count))];
        fills.extend(from.as_ref().map(|from| ("place", from.into())));
        let name = match (from, hours) {
            (Some(_), false) => "mail-travel-from-minutes",
            (Some(_), true) => "mail-travel-from-hours",
            (None, false) => "mail-travel-minutes",
            (None, true) => "mail-travel-hours",
        };
        with(name, &fills)
    }
}

fn number(count: i64) -> Fill {
    usize::try_from(count).unwrap_or_default().into()
}

/// What a person is told.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// A sign-in was unusual.
    SignIn(Vec<Unusual>),
    /// There were as many failed attempts to sign in with a password …
    WrongPasswords(i32),
    /// … or, by someone who knows the password, with a second factor.
    WrongCodes(i32),
    /// A second factor was added.
    FactorAdded(FactorKind),
    /// A second factor was removed.
    FactorRemoved(FactorKind),
    /// An operator removed all of them.
    FactorsRemoved,
    /// Recovery codes were replaced.
    RecoveryCodesRenewed,
    /// A recovery code was used; as many are left.
    RecoveryCodeUsed(i64),
    /// There may be a copy of a passkey.
    PasskeyCloned,
    /// The password was changed.
    PasswordChanged,
    /// An API key of that name was made.
    ApiKeyAdded(String),
    /// An API key of that name was found where others can read it, and revoked.
    ApiKeyLeaked(String),
}

impl News {
    /// Of what kind it is. That of an unusual sign-in is of its first oddity: there are none in it that are not told.
    #[must_use]
    pub fn concern(&self) -> Concern {
        match self {
            Self::SignIn(unusual) => unusual.first().map_or(Concern::NewDevice, Unusual::concern),
            Self::WrongPasswords(_) | Self::WrongCodes(_) => Concern::Failures,
            Self::FactorAdded(_) => Concern::FactorAdded,
            Self::FactorRemoved(_) | Self::FactorsRemoved => Concern::FactorRemoved,
            Self::RecoveryCodesRenewed => Concern::RecoveryCodesRenewed,
            Self::RecoveryCodeUsed(_) => Concern::RecoveryCodeUsed,
            Self::PasskeyCloned => Concern::PasskeyCloned,
            Self::PasswordChanged => Concern::PasswordChanged,
            Self::ApiKeyAdded(_) => Concern::ApiKeyAdded,
            Self::ApiKeyLeaked(_) => Concern::ApiKeyLeaked,
        }
    }

    /// The subject, the first paragraph, and what else there is.
    #[must_use]
    pub fn words(&self, product: &str) -> (String, String, Vec<String>) {
        let (subject, line) = self.names();
        let (count, more) = match self {
            Self::SignIn(unusual) => (0, unusual.iter().map(Unusual::words).collect()),
            Self::WrongPasswords(count) | Self::WrongCodes(count) => {
                (i64::from(*count), Vec::new())
            }
            Self::RecoveryCodeUsed(left) => (*left, Vec::new()),
            _ => (0, Vec::new()),
        };
        let key = match self {
            Self::ApiKeyAdded(name) | Self::ApiKeyLeaked(name) => name.as_str(),
            _ => "",
        };
        let fills =
            [("product", Fill::from(product)), ("count", number(count)), ("key", Fill::from(key))];
        (with(subject, &fills), with(line, &fills), more)
    }

    /// The messages of the subject and the first paragraph.
    const fn names(&self) -> (&'static str, &'static str) {
        use FactorKind::{Authenticator, Passkey};
        match self {
            Self::SignIn(_) => ("mail-sign-in-subject", "mail-sign-in"),
            Self::WrongPasswords(_) => ("mail-failures-subject", "mail-wrong-passwords"),
            Self::WrongCodes(_) => ("mail-failures-subject", "mail-wrong-codes"),
            Self::FactorAdded(Authenticator) => {
                ("mail-authenticator-added-subject", "mail-authenticator-added")
            }
            Self::FactorAdded(Passkey) => ("mail-passkey-added-subject", "mail-passkey-added"),
            Self::FactorRemoved(Authenticator) => {
                ("mail-authenticator-removed-subject", "mail-authenticator-removed")
            }
            Self::FactorRemoved(Passkey) => {
                ("mail-passkey-removed-subject", "mail-passkey-removed")
            }
            Self::FactorsRemoved => ("mail-factors-removed-subject", "mail-factors-removed"),
            Self::RecoveryCodesRenewed => ("mail-codes-renewed-subject", "mail-codes-renewed"),
            Self::RecoveryCodeUsed(_) => ("mail-code-used-subject", "mail-code-used"),
            Self::PasskeyCloned => ("mail-passkey-cloned-subject", "mail-passkey-cloned"),
            Self::ApiKeyAdded(_) => ("mail-api-key-added-subject", "mail-api-key-added"),
            Self::ApiKeyLeaked(_) => ("mail-api-key-leaked-subject", "mail-api-key-leaked"),
            Self::PasswordChanged => ("mail-password-changed-subject", "mail-password-changed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journey_is_said_in_minutes_and_hours() {
        let words = |minutes| {
            Unusual::Travel { from: Some("Paris, France".to_owned()), kilometres: 5836.7, minutes }
                .words()
        };
        assert!(
            words(0).contains("5837 km") && words(0).contains("(Paris, France)"),
            "{}",
            words(0)
        );
        assert!(words(0).contains("no more than 1 minute earlier"));
        assert!(words(119).contains("119 minutes earlier"));
        assert!(words(200).contains("3 hours earlier"));
    }

    #[test]
    fn what_is_left_of_recovery_codes_is_said() {
        let words = |left| News::RecoveryCodeUsed(left).words("Signet").1;
        assert!(words(0).contains("None is left"));
        assert!(words(1).contains("One is left"));
        assert!(words(9).contains("9 are left"));
    }
}
