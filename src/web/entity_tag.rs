//! Conditional requests by entity tag (RFC 9110 §13.1.2).

use http::{HeaderMap, HeaderValue, header};

/// Whether the client says that it has what this tag stands for. The comparison is weak: proxies that compress mark tags
/// so.
#[must_use]
pub fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    headers.get_all(header::IF_NONE_MATCH).iter().any(|line| {
        line.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii).any(|known| {
            known == b"*" || known.strip_prefix(b"W/").unwrap_or(known) == tag.as_bytes()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_may_know_several_weakly() {
        let tag = HeaderValue::from_static("\"a\"");
        let cases = [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", W/\"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ];
        for (line, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(line));
            assert_eq!(is_known(&headers, &tag), expected, "{line}");
        }
        assert!(!is_known(&HeaderMap::new(), &tag));
    }
}
