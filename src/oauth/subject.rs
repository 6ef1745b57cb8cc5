//! The `sub` of a person, as a client knows them (OpenID Connect Core §8): their id, or for clients with pairwise subjects
//! a digest of sector and id under a key that stays here (§8.1).

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
}
