//! The `sub` of a person, as a client knows them (OpenID Connect Core §8): their id, or for clients with pairwise subjects
//! a digest of sector and id under a key that stays here (§8.1). And the `sid` of a session, likewise: the same one at every
//! client would undo what different subjects are for.

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{app::App, registry::client::Client};

/// The `sub` of a person at a client.
#[must_use]
pub fn of(app: &App, client: &Client, user: Uuid) -> String {
    match client.sector() {
        None => user.to_string(),
        Some(sector) => pairwise(&app.secrets.pairwise, sector, user),
    }
}

/// The `sid` of a session at a client (OpenID Connect Front-Channel Logout 1.0 §3, Back-Channel Logout 1.0 §2.1).
#[must_use]
pub fn sid(app: &App, client: &Client, session: Uuid) -> String {
    match client.sector() {
        None => session.to_string(),
        Some(sector) => pairwise_sid(&app.secrets.pairwise, sector, session),
    }
}

/// No sector has a NUL in it, so that no session is the same text as a person.
fn pairwise_sid(key: &hmac::Key, sector: &str, session: Uuid) -> String {
    pairwise(key, &format!("sid\0{sector}"), session)
}

/// All ids are equally long, so that no two pairs of sector and id are the same text.
fn pairwise(key: &hmac::Key, sector: &str, user: Uuid) -> String {
    let mut context = hmac::Context::with_key(key);
    context.update(sector.as_bytes());
    context.update(user.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(context.sign())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pairwise_subject_depends_on_key_sector_and_person() {
        let key = |byte| hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32]);
        let (alice, bob) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let subject = pairwise(&key(1), "a.example", alice);
        assert_eq!(subject, pairwise(&key(1), "a.example", alice));
        assert_eq!(subject.len(), 43);
        for other in [
            pairwise(&key(2), "a.example", alice),
            pairwise(&key(1), "b.example", alice),
            pairwise(&key(1), "a.example", bob),
        ] {
            assert_ne!(subject, other);
        }
    }

    #[test]
    fn a_pairwise_session_depends_on_key_sector_and_session_and_is_no_subject() {
        let key = |byte| hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32]);
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sid = pairwise_sid(&key(1), "a.example", one);
        assert_eq!(sid, pairwise_sid(&key(1), "a.example", one));
        for other in [
            pairwise_sid(&key(2), "a.example", one),
            pairwise_sid(&key(1), "b.example", one),
            pairwise_sid(&key(1), "a.example", two),
            pairwise(&key(1), "a.example", one),
        ] {
            assert_ne!(sid, other);
        }
    }
}
