//! Scopes (RFC 6749 §3.3) and those that OpenID Connect defines (Core §5.4, §11).

/// Asks for an ID token.
pub const OPENID: &str = "openid";
/// Asks for a grant that outlives the browser session.
pub const OFFLINE_ACCESS: &str = "offline_access";

/// The scopes that Signet itself gives meaning to, with how a person is told.
pub const IDENTITY: [(&str, &str); 6] = [
    (OPENID, "Know who you are"),
    ("profile", "See your profile: your names, user name, picture, date of birth, and the like"),
    ("email", "See your e-mail address"),
    ("address", "See your postal address"),
    ("phone", "See your telephone number"),
    (OFFLINE_ACCESS, "Stay connected while you are away"),
];

/// Whether Signet itself gives this scope its meaning.
#[must_use]
pub fn is_identity(scope: &str) -> bool {
    IDENTITY.iter().any(|(name, _)| *name == scope)
}

/// A `scope` parameter with a character that no scope can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scope has a character that scopes cannot have")]
pub struct NotAScope;

/// Splits a `scope` parameter; each scope once, in the order given.
pub fn parse(text: &str) -> Result<Vec<String>, NotAScope> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
        if !is_token(scope) {
            return Err(NotAScope);
        }
        if !scopes.iter().any(|other| other == scope) {
            scopes.push(scope.to_owned());
        }
    }
    Ok(scopes)
}

/// `scope-token` of RFC 6749 appendix A.4.
#[must_use]
pub fn is_token(scope: &str) -> bool {
    !scope.is_empty() && scope.bytes().all(|c| matches!(c, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    #[test]
    fn each_scope_counts_once() {
        assert_eq!(super::parse("b  a b ").expect("fine"), ["b", "a"]);
        for bad in ["a\"b", "a\\b", "ä", "a\nb"] {
            assert!(super::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_parsed_is_made_of_scope_tokens(text in "\\PC{0,200}") {
            if let Ok(scopes) = super::parse(&text) {
                prop_assert!(scopes.iter().all(|scope| super::is_token(scope)));
                prop_assert_eq!(super::parse(&scopes.join(" ")).expect("its own text"), scopes);
            }
        }
    }
}
