//! `[watch]`: what people are told of by e-mail, and from when on something is worth telling.

use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;

/// What people are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concern {
    /// A sign-in from a browser that they never had signed in from.
    NewDevice,
    /// A sign-in from a country that they never had signed in from.
    NewPlace,
    /// A sign-in too far from the one before to have come there meanwhile.
    ImpossibleTravel,
    /// Many failed attempts on their account.
    Failures,
    /// A second factor that was added.
    FactorAdded,
    /// A second factor that was removed.
    FactorRemoved,
    /// Recovery codes that were replaced by new ones.
    RecoveryCodesRenewed,
    /// A recovery code that was used.
    RecoveryCodeUsed,
    /// A passkey of which there may be a copy.
    PasskeyCloned,
    /// A password that was changed.
    PasswordChanged,
    /// An e-mail address that was changed: the former one is told.
    EmailChanged,
    /// An API key that was made.
    ApiKeyAdded,
    /// An API key that was found where others can read it.
    ApiKeyLeaked,
}

impl Concern {
    /// Every one.
    pub const ALL: [Self; 13] = [
        Self::NewDevice,
        Self::NewPlace,
        Self::ImpossibleTravel,
        Self::Failures,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::RecoveryCodesRenewed,
        Self::RecoveryCodeUsed,
        Self::PasskeyCloned,
        Self::PasswordChanged,
        Self::EmailChanged,
        Self::ApiKeyAdded,
        Self::ApiKeyLeaked,
    ];
}

/// `[watch]`. Whatever is told, it is in the audit log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Watch {
    /// What people are told of by e-mail.
    pub letters: Vec<Concern>,
    /// With which failed attempt on an account within `sign_in.window` its person is told, once a day at most.
    pub failures: i32,
    /// Faster than this no one travels, in km/h.
    pub travel_speed: u32,
    /// Sign-ins that are less far apart than this are no travel, in km: places of addresses are not exact.
    pub travel_distance: u32,
    /// A MaxMind database of cities or countries.
    pub places: Option<PathBuf>,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            letters: Concern::ALL.to_vec(),
            failures: 10,
            travel_speed: 1000,
            travel_distance: 500,
            places: None,
        }
    }
}

impl Watch {
    /// Whether people are told of it.
    #[must_use]
    pub fn tells(&self, concern: Concern) -> bool {
        self.letters.contains(&concern)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if !(1..=1000).contains(&self.failures) {
            let problem = format!("{} must be between 1 and 1000", self.failures);
            return Err(ConfigError::invalid("watch.failures", problem));
        }
        // Half the Earth's circumference is as far as two places can be apart.
        for (key, value, least, most) in [
            ("watch.travel_speed", self.travel_speed, 100, 100_000),
            ("watch.travel_distance", self.travel_distance, 1, 20_000),
        ] {
            if !(least..=most).contains(&value) {
                let problem = format!("{value} must be between {least} and {most}");
                return Err(ConfigError::invalid(key, problem));
            }
        }
        Ok(())
    }
}
