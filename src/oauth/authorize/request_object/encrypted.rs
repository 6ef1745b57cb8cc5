//! Request objects that are encrypted for us (RFC 9101 §6.1, OpenID Connect Core §6.3.1). What is inside is a request object
//! like any other (docs/decisions/0023).

use std::{borrow::Cow, sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use super::{invalid, object::LONGEST};
use crate::{
    app::App,
    keys::encryption::EncryptionAlg,
    oauth::{Code, Error},
    tokens::jwe::Message,
};

/// How many are decrypted at once, each in a millisecond. Whoever can name a client can have it done, so that this is all that
/// it takes of the processors.
const AT_ONCE: usize = 2;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(1);

/// The places for request objects that are decrypted.
#[must_use]
pub fn places() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(AT_ONCE))
}

/// Whatever is wrong with it, the answer is the same: who sends changed ones learns nothing from it.
fn closed() -> Error {
    invalid("the request object cannot be decrypted")
}

/// The request object that is inside, or the text as it is if it is not encrypted.
///
/// What a client registered for this says what it may use. It may use any other, or none (OpenID Connect Registration §2).
pub async fn open<'t>(app: &App, text: &'t str) -> Result<Cow<'t, str>, Error> {
    let text = text.trim_ascii();
    if text.split('.').count() != 5 {
        return Ok(Cow::Borrowed(text));
    }
    if text.len() > LONGEST {
        return Err(invalid("the request object is too long"));
    }
    let message = Message::read(text).filter(is_nested).ok_or_else(closed)?;
    let alg = EncryptionAlg::of(message.alg()).ok_or_else(closed)?;
    let (now, lifetimes) = (app.clock.now(), app.keys.lifetimes);
    let keys = app.keys.encryption().opening(alg, message.kid(), now, lifetimes);
    if keys.is_empty() {
        return Err(closed());
    }
    let place = Arc::clone(&app.decrypting).acquire_owned();
    let Ok(Ok(place)) = tokio::time::timeout(PATIENCE, place).await else {
        return Err(Error::new(Code::TemporarilyUnavailable, "try again in a moment"));
    };
    // Beside the threads that serve requests. The place is taken until the work is done, also where no one waits any more.
    let opened = tokio::task::spawn_blocking(move || {
        let _place = place;
        message.open(keys.iter().map(|key| key.private()))
    });
    let opened = opened.await.ok().flatten();
    opened.and_then(|text| String::from_utf8(text).ok()).map(Cow::Owned).ok_or_else(closed)
}

/// Whether it says that a JWT is inside, or nothing (RFC 7519 §5.2).
fn is_nested(message: &Message) -> bool {
    message.content_type().is_none_or(|name| name.eq_ignore_ascii_case("JWT"))
}
