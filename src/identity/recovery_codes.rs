//! Recovery codes: what is left when a phone is lost. Ten of 80 random bits each, shown once, good once.
//!
//! What is stored is a digest keyed by a secret that is not in the database, bound to the person.

use aws_lc_rs::hmac;
use uuid::Uuid;

use crate::{app::App, entropy::Entropy, storage};

/// How many there are.
pub const COUNT: usize = 10;
/// Left of them, this few are worth a warning.
pub const FEW: i64 = 3;

/// Crockford's base 32: no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code, in groups of four.
const LENGTH: usize = 16;
const GROUP: usize = 4;

/// Replaces a person's codes by new ones, and returns them.
pub async fn renew(app: &App, user: Uuid) -> storage::Result<Vec<String>> {
    let codes: Vec<String> = (0..COUNT).map(|_| draw(&app.entropy)).collect();
    let hashes: Vec<Vec<u8>> = codes
        .iter()
        .filter_map(|code| normal(code))
        .map(|code| digest(&app.secrets.pages, user, &code))
        .collect();
    storage::factors::replace_recovery_codes(&app.db, user, &hashes, app.clock.now()).await?;
    Ok(codes)
}

/// Uses a code up: how many are left, or none if it is not an unused one of this person.
pub async fn spend(app: &App, user: Uuid, code: &str) -> storage::Result<Option<i64>> {
    let Some(code) = normal(code) else { return Ok(None) };
    let hash = digest(&app.secrets.pages, user, &code);
    storage::factors::use_recovery_code(&app.db, user, &hash, app.clock.now()).await
}

fn draw(entropy: &Entropy) -> String {
    let bytes: [u8; LENGTH] = entropy.bytes();
    let mut code = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % GROUP == 0 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    code
}

/// A code as it is compared: whatever people make of letters that look like digits, and of dashes and case.
fn normal(code: &str) -> Option<String> {
    let mut normal = String::with_capacity(LENGTH);
    for character in code.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let character = match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        if normal.len() == LENGTH || !ALPHABET.contains(&u8::try_from(character).ok()?) {
            return None;
        }
        normal.push(character);
    }
    (normal.len() == LENGTH).then_some(normal)
}

fn digest(key: &hmac::Key, user: Uuid, code: &str) -> Vec<u8> {
    let mut context = hmac::Context::with_key(key);
    context.update(b"recovery");
    context.update(user.as_bytes());
    context.update(code.as_bytes());
    context.sign().as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_may_be_written_as_people_do() {
        let expected = Some("0123456789ABCDEF".to_owned());
        for code in [
            "0123-4567-89AB-CDEF",
            "0123 4567 89ab cdef",
            "oi23-4567-89ab-cdef",
            "0L23456789ABCDEF",
        ] {
            assert_eq!(normal(code), expected, "{code}");
        }
        for code in [
            "",
            "0123-4567-89AB-CDE",
            "0123-4567-89AB-CDEF0",
            "U123-4567-89AB-CDEF",
            "é123-4567-89AB-CDEF",
        ] {
            assert_eq!(normal(code), None, "{code}");
        }
    }

    #[test]
    fn a_digest_is_one_persons() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        let of = |user| digest(&key, Uuid::from_u128(user), "0123456789ABCDEF");
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    proptest! {
        #[test]
        fn what_is_drawn_is_read_and_nothing_breaks_the_reader(text in "\\PC{0,40}") {
            let _ = normal(&text);
            let code = draw(&Entropy::system());
            prop_assert_eq!(code.len(), 19);
            prop_assert_eq!(normal(&code), Some(code.replace('-', "")));
        }
    }
}
