//! What people type, made comparable.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The longest e-mail address or user name, in characters (RFC 5321 §4.5.3.1 allows 254 for the former).
pub const IDENTIFIER: usize = 320;
/// The longest password, in bytes. More is not hashed: it is no password but an attack.
pub const PASSWORD: usize = 1024;
/// The shortest password that can be set, in characters (NIST SP 800-63B-4 §3.1.1.2).
pub const SHORTEST_PASSWORD: usize = 8;

/// An e-mail address or user name as look-ups compare it: NFKC, lower case, without space around it.
#[must_use]
pub fn identifier_key(text: &str) -> String {
    let mut key: String = text.chars().take(IDENTIFIER).collect();
    // Each step can make work for another one: a compatibility form may decompose to a space, or to upper case.
    loop {
        let next: String = key.nfkc().flat_map(char::to_lowercase).nfkc().collect();
        let next = next.trim();
        if next == key {
            return key;
        }
        next.clone_into(&mut key);
    }
}

/// A password as it is hashed: NFC (NIST SP 800-63B-4 §3.1.1.2). `None` if it is too long to be one.
#[must_use]
pub fn password(text: &str) -> Option<Zeroizing<String>> {
    if text.len() > PASSWORD {
        return None;
    }
    Some(Zeroizing::new(text.nfc().collect()))
}

/// Checks an e-mail address that is to be stored: enough to catch a slip, since only sending mail can tell.
pub fn check_email(text: &str) -> Result<(), String> {
    let problem = || format!("{text:?} is no e-mail address");
    let (local, domain) = text.rsplit_once('@').ok_or_else(problem)?;
    let plain = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
    if local.is_empty() || domain.is_empty() || !plain || text.len() > 254 {
        return Err(problem());
    }
    Ok(())
}

/// Checks a user name that is to be stored. Without an `@`, it can never be taken for someone's e-mail.
pub fn check_username(text: &str) -> Result<(), String> {
    let plain = text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '@');
    if text.is_empty() || text.chars().count() > 64 || !plain {
        return Err(format!("{text:?} must be 1 to 64 characters without spaces and @"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn identifiers_compare_without_case_width_and_composition() {
        for same in [" Alice@Example.com", "ＡＬＩＣＥ@example.com", "alice@EXAMPLE.COM "] {
            assert_eq!(identifier_key(same), "alice@example.com", "{same}");
        }
        assert_eq!(identifier_key("Re\u{301}mi"), identifier_key("r\u{e9}mi"));
    }

    #[test]
    fn passwords_compare_without_composition_but_with_case_and_spaces() {
        let plain = |text: &str| password(text).expect("short").to_string();
        assert_eq!(plain("e\u{301}"), plain("\u{e9}"));
        assert_eq!(plain(" A "), " A ");
        assert!(password(&"a".repeat(PASSWORD + 1)).is_none());
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in "\\PC{0,100}") {
            let key = identifier_key(&text);
            prop_assert_eq!(identifier_key(&key), key);
        }
    }
}
