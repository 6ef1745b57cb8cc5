//! Passwords are judged by the operator's rules beside the threads that answer requests, hashed, and set: what ends with the
//! former one ends.

mod fit;

use std::sync::Arc;

use uuid::Uuid;
use zeroize::Zeroizing;

pub use self::fit::{
    Judged, LONGEST, NewPassword, Person, SHORTEST, Weakness, check, check_length,
};
use super::{
    breached_range,
    hashing::{HashError, Outcome},
    session, text,
};
use crate::{
    app::App,
    audit::Origin,
    storage::{
        self,
        passwords::{Change, Kept},
    },
    web::{language::Language, problem::Problem},
};

/// Why a password was not set.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It will not do.
    #[error(transparent)]
    Weak(#[from] Weakness),
    /// Passwords cannot be hashed right now.
    #[error(transparent)]
    Hashing(#[from] HashError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// The operator's list.
    #[error("password.breached_file cannot be read: {0}")]
    List(std::io::Error),
}

impl Refused {
    /// What to say to whoever chose it; a page of its own, if it was not the password.
    pub fn explain(self) -> Result<String, Problem> {
        match self {
            Self::Weak(weakness) => Ok(weakness.words(Language::current())),
            Self::Hashing(HashError::Busy(seconds)) => Err(Problem::busy(seconds)),
            Self::Storage(error) => Err(error.into()),
            other @ (Self::Hashing(HashError::Unreadable) | Self::List(_)) => {
                tracing::error!(error = %other, "a password could not be set");
                Err(Problem::ours())
            }
        }
    }
}

/// Checks a password by the rules that the operator set.
pub async fn accept(app: &Arc<App>, text: &str, person: Person) -> Result<NewPassword, Refused> {
    let new = judge(app, text, person).await?.outcome?;
    // Not while it is typed: a service is told of what was chosen alone.
    if breached_range::knows(app, &new.0).await {
        return Err(Weakness::Breached.into());
    }
    Ok(new)
}

/// Judges a password by the rules that the operator set, beside the threads that answer requests.
pub async fn judge(app: &Arc<App>, text: &str, person: Person) -> Result<Judged, Refused> {
    // Before it is copied: it may be anything.
    if let Err(weakness) = check_length(text) {
        return Ok(weakness.into());
    }
    let text = Zeroizing::new(text.to_owned());
    let own = Arc::clone(app);
    let checked = tokio::task::spawn_blocking(move || {
        let composed = text::password(&text).unwrap_or_default();
        let listed = own.breached.contains(&composed).map_err(Refused::List)?;
        let host = own.config.server.issuer.host_and_port().map_or("", |(host, _)| host);
        let minimum = own.config.password.minimum_score;
        Ok(check(&text, &person, host, minimum, listed))
    });
    // What cannot be judged will not do.
    checked.await.unwrap_or_else(|_| Ok(Weakness::Guessable(None).into()))
}

/// Sets a password that was found fit, unless it is the person's present one or one of those they had lately. With it end
/// all sign-ins and sessions of the person, and what was granted in them but for what is to outlive sessions: whoever knew
/// the former password is out. Only what is `kept` goes on.
pub async fn set(
    app: &App,
    user: Uuid,
    new: NewPassword,
    expired: bool,
    kept: Kept,
    origin: &Origin,
) -> Result<(), Refused> {
    let history = i64::from(app.config.password.history);
    let phc = hash(app, Some(user), new).await?;
    let now = app.clock.now();
    let tokens_end = app.tokens_end(now);
    let id = app.uuid();
    let change = Change { id, user, phc: &phc, expired, history, kept, tokens_end };
    let ended = storage::passwords::replace(&app.db, &change, now).await?;
    session::record_ended(app, user, ended, tokens_end, origin).await?;
    Ok(())
}

/// Hashes a password that was found fit, unless its person has it or had it lately.
pub async fn hash(app: &App, user: Option<Uuid>, new: NewPassword) -> Result<String, Refused> {
    let NewPassword(password) = new;
    let former = match user {
        Some(user) => {
            let history = i64::from(app.config.password.history);
            storage::passwords::former(&app.db, user, history).await?
        }
        None => Vec::new(),
    };
    for former in former {
        let place = app.hasher.admit()?;
        match app.hasher.verify(place, password.clone(), Some(&former)).await {
            Ok(Outcome::Wrong) | Err(HashError::Unreadable) => {}
            Ok(_) => return Err(Weakness::Used.into()),
            Err(busy) => return Err(busy.into()),
        }
    }
    Ok(app.hasher.hash(password).await?)
}
