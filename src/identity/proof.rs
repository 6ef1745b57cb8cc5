//! What someone proved, and what that amounts to: `amr` (RFC 8176) and `acr`, by the assurance levels of NIST SP
//! 800-63B-4.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A way to prove who one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A password.
    Password,
    /// A time-based one-time password (RFC 6238).
    Totp,
    /// A recovery code.
    RecoveryCode,
    /// A passkey that verified its person, by a PIN or a biometric: two factors in one.
    Passkey,
    /// A passkey that saw someone touch it, and did not look who it was.
    SecurityKey,
}

impl Factor {
    /// Its names in `amr` (RFC 8176 §2). It has no name for codes on paper, which are one-time passwords all the same,
    /// and none for passkeys that a provider synchronises: `hwk` would promise more than is known of a key.
    const fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Password => &["pwd"],
            Self::Totp | Self::RecoveryCode => &["otp"],
            Self::Passkey => &["swk", "user", "mfa"],
            Self::SecurityKey => &["swk", "user"],
        }
    }

    /// Whether it is what one has, beside what one knows.
    #[must_use]
    pub const fn is_second(self) -> bool {
        !matches!(self, Self::Password)
    }

    /// Whether it shows by itself who someone is. A second factor does not: whoever finds a phone or a sheet of paper has it.
    const fn stands_alone(self) -> bool {
        matches!(self, Self::Password | Self::Passkey)
    }
}

/// How surely someone proved who they are: an `acr` value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Assurance {
    /// One factor.
    Aal1,
    /// Two different ones.
    Aal2,
}

impl Assurance {
    /// Every level, from the lowest on.
    pub const ALL: [Self; 2] = [Self::Aal1, Self::Aal2];

    /// That of what was proved by these methods, see [`Proofs::methods`].
    #[must_use]
    pub fn of_methods(methods: &[String]) -> Self {
        if methods.iter().any(|name| name == "mfa") { Self::Aal2 } else { Self::Aal1 }
    }

    /// The `acr` value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
        }
    }
}

impl fmt::Display for Assurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Assurance {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|level| level.name() == name).ok_or(())
    }
}

/// What someone proved, and in which second since 1970 they last did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proofs(BTreeMap<Factor, i64>);

impl Proofs {
    /// With one more.
    #[must_use]
    pub fn with(mut self, factor: Factor, at: i64) -> Self {
        self.0.insert(factor, at);
        self
    }

    /// Whether this was proven.
    #[must_use]
    pub fn has(&self, factor: Factor) -> bool {
        self.0.contains_key(&factor)
    }

    /// When something was proven last that stands by itself. A second factor makes nothing newer.
    #[must_use]
    pub fn alone_at(&self) -> Option<i64> {
        let alone = self.0.iter().filter(|(factor, _)| factor.stands_alone());
        alone.map(|(_, at)| *at).max()
    }

    /// What it amounts to; none if nothing was proven that stands by itself.
    #[must_use]
    pub fn assurance(&self) -> Option<Assurance> {
        if self.has(Factor::Passkey) {
            return Some(Assurance::Aal2);
        }
        if !self.has(Factor::Password) {
            return None;
        }
        let second = self.0.keys().any(|factor| factor.is_second());
        Some(if second { Assurance::Aal2 } else { Assurance::Aal1 })
    }

    /// The `amr` claim (RFC 8176): each name once.
    #[must_use]
    pub fn methods(&self) -> Vec<String> {
        let mut methods: Vec<&str> =
            self.0.keys().flat_map(|factor| factor.methods()).copied().collect();
        if self.assurance() == Some(Assurance::Aal2) {
            methods.push("mfa");
        }
        methods.sort_unstable();
        methods.dedup();
        methods.into_iter().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proofs(factors: &[Factor]) -> Proofs {
        factors.iter().fold(Proofs::default(), |proofs, factor| proofs.with(*factor, 100))
    }

    #[test]
    fn amr_and_acr_say_what_happened() {
        use Assurance::{Aal1, Aal2};
        use Factor::{Passkey, Password, RecoveryCode, SecurityKey, Totp};
        let cases: [(&[Factor], Option<Assurance>, &[&str]); 9] = [
            (&[], None, &[]),
            (&[Password], Some(Aal1), &["pwd"]),
            (&[Password, Totp], Some(Aal2), &["mfa", "otp", "pwd"]),
            (&[Password, RecoveryCode], Some(Aal2), &["mfa", "otp", "pwd"]),
            (&[Password, SecurityKey], Some(Aal2), &["mfa", "pwd", "swk", "user"]),
            (&[Passkey], Some(Aal2), &["mfa", "swk", "user"]),
            (&[Totp], None, &["otp"]),
            (&[SecurityKey], None, &["swk", "user"]),
            (&[Totp, RecoveryCode, SecurityKey], None, &["otp", "swk", "user"]),
        ];
        for (factors, assurance, methods) in cases {
            let proofs = proofs(factors);
            assert_eq!(proofs.assurance(), assurance, "{factors:?}");
            assert_eq!(proofs.methods(), methods, "{factors:?}");
        }
    }

    #[test]
    fn a_second_factor_makes_no_proof_newer() {
        let password = proofs(&[Factor::Password]);
        for factor in [Factor::Totp, Factor::RecoveryCode, Factor::SecurityKey] {
            assert_eq!(password.clone().with(factor, 200).alone_at(), Some(100), "{factor:?}");
            assert_eq!(Proofs::default().with(factor, 200).alone_at(), None, "{factor:?}");
        }
        assert_eq!(password.with(Factor::Passkey, 200).alone_at(), Some(200));
    }

    #[test]
    fn proofs_are_stored_by_name() {
        let json = serde_json::to_value(proofs(&[Factor::RecoveryCode])).expect("JSON");
        assert_eq!(json, serde_json::json!({ "recovery_code": 100 }));
    }
}
