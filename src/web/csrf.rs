//! Defence against forged form posts: a token in the page that is bound to a cookie, and the browser's own word
//! about where a request comes from.

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, header};

use crate::tokens::digest::Digest;

/// The token of pages shown to whoever holds the secret with this digest.
#[must_use]
pub fn token(key: &hmac::Key, bound_to: &Digest) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(mac(key, bound_to).as_ref())
}

/// Whether a page token belongs to whoever holds the secret with this digest.
#[must_use]
pub fn is_valid(key: &hmac::Key, bound_to: &Digest, token: &str) -> bool {
    let Ok(tag) = BASE64_URL_SAFE_NO_PAD.decode(token) else { return false };
    let mut message = b"csrf".to_vec();
    message.extend_from_slice(bound_to.bytes());
    hmac::verify(key, &message, &tag).is_ok()
}

fn mac(key: &hmac::Key, bound_to: &Digest) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    context.update(b"csrf");
    context.update(bound_to.bytes());
    context.sign()
}

/// Whether the browser says that a post comes from our own pages: `Origin` (RFC 6454 §7) or, where there is none,
/// Fetch Metadata. A client that says neither is no browser of this decade and has the page token alone to show.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap, own: &str) -> bool {
    if let Some(origin) = headers.get(header::ORIGIN) {
        return origin.as_bytes() == own.as_bytes();
    }
    match headers.get("sec-fetch-site") {
        Some(site) => matches!(site.as_bytes(), b"same-origin" | b"none"),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_token_is_good_for_one_secret_only() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        let (mine, other) = (Digest::of(b"mine"), Digest::of(b"other"));
        let token = token(&key, &mine);
        assert!(is_valid(&key, &mine, &token));
        assert!(!is_valid(&key, &other, &token));
        assert!(!is_valid(&key, &mine, ""));
        assert!(!is_valid(&key, &mine, "ä"));
    }

    #[test]
    fn the_browser_is_believed_about_where_a_post_comes_from() {
        let own = "https://id.example";
        let cases = [
            (None, None, true),
            (Some(own), None, true),
            (Some("https://evil.example"), None, false),
            (Some("null"), None, false),
            (Some("https://evil.example"), Some("same-origin"), false),
            (None, Some("same-origin"), true),
            (None, Some("none"), true),
            (None, Some("same-site"), false),
            (None, Some("cross-site"), false),
        ];
        for (origin, site, fine) in cases {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            if let Some(site) = site {
                headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            }
            assert_eq!(is_same_origin(&headers, own), fine, "{origin:?} {site:?}");
        }
    }
}
