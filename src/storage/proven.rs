//! What someone proved who they are by, as far as the database can tell that it is theirs still.

use uuid::Uuid;

use crate::clock::Timestamp;

/// Tells a person's password from those before and after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Password {
    /// When it was set, if that is known.
    pub set_at: Option<Timestamp>,
}

/// What someone proved who they are by just now: no session begins by what was taken from its person meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A password: it has to be theirs still.
    Password(Password),
    /// A passkey, by its id: it has to be there still.
    Passkey(Uuid),
}

impl By {
    /// The password, if it was one.
    #[must_use]
    pub fn password(self) -> Option<Password> {
        match self {
            Self::Password(password) => Some(password),
            Self::Passkey(_) => None,
        }
    }

    /// The passkey, if it was one.
    #[must_use]
    pub fn passkey(self) -> Option<Uuid> {
        match self {
            Self::Password(_) => None,
            Self::Passkey(id) => Some(id),
        }
    }
}
