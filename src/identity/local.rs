//! Where a person goes on to after a step, as an address within Signet: what comes with a request must not lead anywhere
//! else.

/// How the pages begin that steps, or a choice of language, lead back to.
const KNOWN: [&str; 9] = [
    "/account",
    "/change-email",
    "/forgot",
    "/interaction/",
    "/not-me",
    "/register",
    "/reset-password",
    "/sign-in",
    "/verify-email",
];

/// The path, if it is one of Signet's own pages that steps lead to.
#[must_use]
pub fn page(path: &str) -> Option<&str> {
    let known = path == "/" || KNOWN.iter().any(|known| path.starts_with(known));
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.?=&%".contains(c);
    (known && path.len() <= 256 && path.chars().all(plain) && !path.contains("//")).then_some(path)
}

/// The page that a query names as the next one, if it is one of those.
#[must_use]
pub fn next(query: Option<&str>) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query?.as_bytes());
    let (_, next) = pairs.find(|(name, _)| name == "next")?;
    page(&next).map(str::to_owned)
}

/// A page with the next one in its query.
#[must_use]
pub fn with_next(page: &str, next: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{page}?next={next}")
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn nothing_leads_out() {
        for path in ["/", "/account", "/account/authenticator", "/interaction/0192?other=1"] {
            assert_eq!(page(path), Some(path));
        }
        for path in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/account//evil.example",
            "/sign-out",
            "/account\n",
            "/interaction/ä",
            "javascript:alert(1)",
            "/account:80@evil.example",
        ] {
            assert_eq!(page(path), None, "{path}");
        }
    }
}
