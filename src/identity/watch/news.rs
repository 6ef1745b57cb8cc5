//! What people are told, in words.

use crate::config::Concern;

/// A kind of second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorKind {
    /// An authenticator.
    Authenticator,
    /// A passkey.
    Passkey,
    /// All of them, by an operator.
    All,
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
        match self {
            Self::Device => "You had not signed in from this browser before.".to_owned(),
            Self::Place => "You had not signed in from this country before.".to_owned(),
            Self::Travel { from, kilometres, minutes } => {
                let from = from.as_deref().map(|from| format!(" ({from})")).unwrap_or_default();
                let time = match minutes {
                    ..120 => format!("{} minutes", minutes.max(&2)),
                    _ => format!("{} hours", minutes / 60),
                };
                format!(
                    "It is about {kilometres:.0} km from where you had signed in before{from}, no more than {time} \
                     earlier: too far to travel in that time."
                )
            }
        }
    }
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
    /// Recovery codes were replaced.
    RecoveryCodesRenewed,
    /// A recovery code was used; as many are left.
    RecoveryCodeUsed(i64),
    /// There may be a copy of a passkey.
    PasskeyCloned,
    /// The password was changed.
    PasswordChanged,
}

impl News {
    /// Of what kind it is. That of an unusual sign-in is of its first oddity: there are none in it that are not told.
    #[must_use]
    pub fn concern(&self) -> Concern {
        match self {
            Self::SignIn(unusual) => unusual.first().map_or(Concern::NewDevice, Unusual::concern),
            Self::WrongPasswords(_) | Self::WrongCodes(_) => Concern::Failures,
            Self::FactorAdded(_) => Concern::FactorAdded,
            Self::FactorRemoved(_) => Concern::FactorRemoved,
            Self::RecoveryCodesRenewed => Concern::RecoveryCodesRenewed,
            Self::RecoveryCodeUsed(_) => Concern::RecoveryCodeUsed,
            Self::PasskeyCloned => Concern::PasskeyCloned,
            Self::PasswordChanged => Concern::PasswordChanged,
        }
    }

    /// The subject, and the paragraphs.
    #[must_use]
    pub fn words(&self, product: &str) -> (String, Vec<String>) {
        let one = |subject: String, line: String| (subject, vec![line]);
        match self {
            Self::SignIn(unusual) => {
                let mut lines = vec![format!("Someone signed in to your account at {product}.")];
                lines.extend(unusual.iter().map(Unusual::words));
                (format!("A new sign-in at {product}"), lines)
            }
            Self::WrongPasswords(count) => one(
                format!("Failed attempts to sign in at {product}"),
                format!(
                    "There were {count} failed attempts to sign in to your account within a short time. Further ones \
                     may have to wait. Your password was not guessed; this is the last of them:"
                ),
            ),
            Self::WrongCodes(count) => one(
                format!("Failed attempts to sign in at {product}"),
                format!(
                    "Someone who knows your password failed {count} times within a short time to prove who they are by \
                     your second factor. Further attempts have to wait. This is the last of them:"
                ),
            ),
            Self::FactorAdded(kind) => one(
                format!("{} was added to your account at {product}", kind.name()),
                format!("{} was added to your account. It can be used to sign in.", kind.name()),
            ),
            Self::FactorRemoved(FactorKind::All) => one(
                format!("Your second factors at {product} were removed"),
                "Whoever runs the service removed your authenticator, passkeys and recovery codes, and signed you out. A \
                 password is enough to sign in now, until you set a second factor up."
                    .to_owned(),
            ),
            Self::FactorRemoved(kind) => one(
                format!("{} was removed from your account at {product}", kind.name()),
                format!("{} was removed from your account and opens it no more.", kind.name()),
            ),
            Self::RecoveryCodesRenewed => one(
                format!("New recovery codes at {product}"),
                "New recovery codes were made for your account. The former ones do not work any more.".to_owned(),
            ),
            Self::RecoveryCodeUsed(left) => one(
                format!("A recovery code was used at {product}"),
                match left {
                    0 => "A recovery code of your account was used. None is left: make new ones.".to_owned(),
                    1 => "A recovery code of your account was used. One is left.".to_owned(),
                    left => format!("A recovery code of your account was used. {left} are left."),
                },
            ),
            Self::PasskeyCloned => one(
                format!("A passkey at {product} may have been copied"),
                "Someone tried to sign in with a passkey of yours that counts its uses, and its count went back. There \
                 may be a copy of it. The attempt was refused. Remove that passkey from your account, and add a new one."
                    .to_owned(),
            ),
            Self::PasswordChanged => one(
                format!("Your password at {product} was changed"),
                "Your password was changed. You were signed out everywhere else, and applications have to ask you again."
                    .to_owned(),
            ),
        }
    }
}

impl FactorKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Authenticator => "An authenticator",
            Self::Passkey => "A passkey",
            Self::All => "Every second factor",
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
        assert!(words(0).contains("no more than 2 minutes"));
        assert!(words(119).contains("119 minutes"));
        assert!(words(200).contains("3 hours"));
    }

    #[test]
    fn what_is_left_of_recovery_codes_is_said() {
        let words = |left| News::RecoveryCodeUsed(left).words("Signet").1.concat();
        assert!(words(0).contains("None is left"));
        assert!(words(1).contains("One is left"));
        assert!(words(9).contains("9 are left"));
    }
}
