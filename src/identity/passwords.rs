//! What a password has to be like (NIST SP 800-63B-4 §3.1.1.2).

use zeroize::Zeroizing;

use super::{hashing::HashError, text};
use crate::{app::App, web::problem::Problem};

/// The longest password, in characters.
pub const LONGEST: usize = 256;

/// Checks a password that a person chose, and returns it as it is hashed. What is wrong is said to them.
pub fn check(password: &str) -> Result<Zeroizing<String>, String> {
    let shortest = text::SHORTEST_PASSWORD;
    let normal = text::password(password);
    let length = normal.as_ref().map_or(usize::MAX, |normal| normal.chars().count());
    match normal {
        Some(normal) if (shortest..=LONGEST).contains(&length) => Ok(normal),
        _ if length < shortest => {
            Err(format!("Choose a password of at least {shortest} characters."))
        }
        _ => Err(format!("Choose a password of at most {LONGEST} characters.")),
    }
}

/// Hashes a password that was checked; the page that says to come back if too many are being hashed.
pub async fn hash(app: &App, password: Zeroizing<String>) -> Result<String, Problem> {
    app.hasher.hash(password).await.map_err(|error| match error {
        HashError::Busy(seconds) => Problem::busy(seconds),
        HashError::Unreadable => Problem::busy(1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_8_to_256_characters_as_they_are_composed() {
        for fine in ["12345678", &"ä".repeat(8), &"😀".repeat(256), "        "] {
            assert!(check(fine).is_ok(), "{fine}");
        }
        // Sixteen code points that compose to eight characters, and fourteen that compose to seven.
        assert!(check(&"e\u{301}".repeat(8)).is_ok());
        for wrong in ["", "1234567", &"e\u{301}".repeat(7), &"a".repeat(257), &"a".repeat(100_000)]
        {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
