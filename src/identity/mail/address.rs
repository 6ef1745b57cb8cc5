//! E-mail addresses that messages are sent to.

use lettre::Address;

use crate::{identity::text, web::words};

/// Checks an address that someone typed, and returns it without space around it; else what to say: one mailbox by the grammar of RFC 5321
/// §4.1.2, with a domain that mail can be sent to. What passes has no line break, so that it adds no header.
pub fn check_address(typed: &str) -> Result<String, String> {
    let wrong = || words::text("register-wrong-address");
    let typed = typed.trim();
    text::check_email(typed).map_err(|_| wrong())?;
    let address: Address = typed.parse().map_err(|_| wrong())?;
    let quoted = address.user().contains('"');
    if quoted || address.domain().starts_with('[') || !address.domain().contains('.') {
        return Err(wrong());
    }
    Ok(typed.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_mail_can_be_sent_to_is_an_address() {
        for fine in ["a@example.com", " a.b+c@mail.example.com ", "o'hara@example.ie"] {
            assert_eq!(check_address(fine), Ok(fine.trim().to_owned()));
        }
        for wrong in [
            "",
            "a",
            "a@",
            "@example.com",
            "a@localhost",
            "a@[192.0.2.1]",
            "a@@example.com",
            "a@example.com,b@example.com",
            "a@example.com\r\nBcc: b@example.com",
            "a@example.com\nBcc:b@example.com",
            "a@exam ple.com",
            "A <a@example.com>",
            "\"a b\"@example.com",
            "a@example..com",
        ] {
            assert!(check_address(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_address_breaks_a_line(text in "\\PC{0,20}[\r\n\0]?\\PC{0,5}@[a-z]{1,8}\\.com[\r\n]?\\PC{0,5}") {
            if let Ok(address) = check_address(&text) {
                prop_assert!(!address.contains(['\r', '\n', '\0', ' ', ',', '<', '>']));
            }
        }
    }
}
