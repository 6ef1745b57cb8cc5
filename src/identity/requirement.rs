//! Which factor comes next. Decided from values alone: what is asked for, what the person has, what they proved.

use super::proof::{Assurance, Factor, Proofs};
pub use crate::config::Mfa;

/// What a person can prove who they are with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, one a factor")]
pub struct Enrolled {
    /// A password.
    pub password: bool,
    /// A confirmed authenticator of one-time passwords.
    pub totp: bool,
    /// Recovery codes that are left.
    pub recovery_codes: bool,
    /// At least one passkey.
    pub passkeys: bool,
}

impl Enrolled {
    /// Whether there is a second factor. Recovery codes are none by themselves: they stand in for one that was lost.
    #[must_use]
    pub const fn has_second(self) -> bool {
        self.totp || self.passkeys
    }
}

/// How surely someone has to prove who they are, by the strictest of the policies that concern them.
#[must_use]
pub fn level(policies: impl IntoIterator<Item = Mfa>, enrolled: Enrolled) -> Assurance {
    match policies.into_iter().max() {
        Some(Mfa::Always) => Assurance::Aal2,
        Some(Mfa::WhenEnrolled) if enrolled.has_second() => Assurance::Aal2,
        _ => Assurance::Aal1,
    }
}

/// What a person has to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Prove who they are by a password or a passkey.
    First,
    /// Prove it by one of the second factors they have.
    Second,
    /// Set up a second factor: one is demanded, and there is none.
    Enrol,
    /// Replace a password that is another's choice.
    ReplacePassword,
    /// Nothing.
    Done,
}

/// Decides what comes next, on the way to `level`.
#[must_use]
pub fn next(level: Assurance, enrolled: Enrolled, password_expired: bool, proofs: &Proofs) -> Step {
    let Some(reached) = proofs.assurance() else { return Step::First };
    if reached < level {
        return if enrolled.has_second() { Step::Second } else { Step::Enrol };
    }
    if password_expired && proofs.has(Factor::Password) {
        return Step::ReplacePassword;
    }
    Step::Done
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Enrolled =
        Enrolled { password: true, totp: false, recovery_codes: false, passkeys: false };
    const TOTP: Enrolled = Enrolled { totp: true, ..NOTHING };
    const PASSKEY: Enrolled = Enrolled { passkeys: true, ..NOTHING };
    const CODES: Enrolled = Enrolled { recovery_codes: true, ..NOTHING };

    #[test]
    fn the_strictest_policy_counts() {
        use Assurance::{Aal1, Aal2};
        use Mfa::{Always, Never, WhenEnrolled};
        let cases: [(&[Mfa], Enrolled, Assurance); 9] = [
            (&[], TOTP, Aal1),
            (&[Never], TOTP, Aal1),
            (&[WhenEnrolled], TOTP, Aal2),
            (&[WhenEnrolled], PASSKEY, Aal2),
            (&[WhenEnrolled], NOTHING, Aal1),
            (&[WhenEnrolled], CODES, Aal1),
            (&[Always], NOTHING, Aal2),
            (&[Never, WhenEnrolled], TOTP, Aal2),
            (&[Always, Never], NOTHING, Aal2),
        ];
        for (policies, enrolled, expected) in cases {
            let decided = level(policies.iter().copied(), enrolled);
            assert_eq!(decided, expected, "{policies:?} {enrolled:?}");
        }
    }

    #[test]
    fn the_missing_factor_comes_next_and_no_other() {
        use Assurance::{Aal1, Aal2};
        let proven = |factors: &[Factor]| {
            factors.iter().fold(Proofs::default(), |proofs, factor| proofs.with(*factor, 1))
        };
        let (none, password) = (proven(&[]), proven(&[Factor::Password]));
        let both = proven(&[Factor::Password, Factor::Totp]);
        let passkey = proven(&[Factor::Passkey]);
        let cases = [
            (Aal1, NOTHING, false, &none, Step::First),
            (Aal1, NOTHING, false, &password, Step::Done),
            (Aal1, TOTP, false, &password, Step::Done),
            (Aal2, TOTP, false, &none, Step::First),
            (Aal2, TOTP, false, &password, Step::Second),
            (Aal2, PASSKEY, false, &password, Step::Second),
            (Aal2, NOTHING, false, &password, Step::Enrol),
            (Aal2, CODES, false, &password, Step::Enrol),
            (Aal2, TOTP, false, &both, Step::Done),
            (Aal2, PASSKEY, false, &passkey, Step::Done),
            (Aal1, NOTHING, true, &password, Step::ReplacePassword),
            (Aal2, TOTP, true, &password, Step::Second),
            (Aal2, TOTP, true, &both, Step::ReplacePassword),
            // Who comes by passkey need not know the password that someone chose for them.
            (Aal2, PASSKEY, true, &passkey, Step::Done),
        ];
        for (at, (level, enrolled, expired, proofs, expected)) in cases.into_iter().enumerate() {
            assert_eq!(next(level, enrolled, expired, proofs), expected, "case {at}");
        }
        let only = proven(&[Factor::Totp]);
        assert_eq!(next(Aal1, TOTP, false, &only), Step::First, "a phone that was found");
    }
}
