//! The properties that `make fuzz` looks for counter-examples of, for a few seeds and some random input: so that the
//! fuzz targets' bodies compile and hold whenever tests run.

use proptest::{collection::vec, prelude::*, sample::select};

use crate::support::CHALLENGE;

#[path = "../../fuzz/properties/authorize_request.rs"]
mod authorize_request;
#[path = "../../fuzz/properties/jwt.rs"]
mod jwt;
#[path = "../../fuzz/properties/token_request.rs"]
mod token_request;
#[path = "../../fuzz/properties/web_request.rs"]
mod web_request;

/// A request that is right but for these.
fn query(changes: &[(&str, &str)]) -> String {
    let right = [
        ("client_id", "fuzzed"),
        ("redirect_uri", "https://a.example/cb"),
        ("response_type", "code"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = right.iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    openidconnect::url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept.chain(changes))
        .finish()
}

#[test]
fn seeds() {
    assert!(authorize_request::holds(query(&[]).as_bytes()));
    assert!(authorize_request::holds(
        query(&[("redirect_uri", "http://127.0.0.1:5000/cb")]).as_bytes()
    ));
    for bad in [
        &b""[..],
        b"client_id=fuzzed&redirect_uri=https://evil.example/cb",
        b"%ff=%00",
        b"redirect_uri=http://127.0.0.1:80@evil.example/cb",
    ] {
        assert!(!authorize_request::holds(bad));
    }
    for (at, text) in [(0, ""), (3, "A"), (40, "."), (60, "eyJhbGciOiJub25lIn0"), (9999, "é")] {
        jwt::holds(at, text);
    }
    for body in [
        &b""[..],
        b"grant_type=client_credentials&scope=a+b",
        b"Basic c2VydmljZTpzZWNyZXQ=",
        b"sgc_02wtpjACeDSCol0TthELAEBBqq6hER9S7P8hislGhGJ84LXWwGSOmDqV7asmp2B5T0igBrM",
        b"sgx_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf3guMGQ",
        b"sgr_\xff",
    ] {
        token_request::holds(body);
    }
    for (path, read) in [
        ("/", true),
        ("/a/%C3%A9?q", true),
        ("/%EF%BC%A1", true),
        ("/a//b", false),
        ("/%2e%2e/", false),
        ("", false),
    ] {
        assert_eq!(web_request::holds(path, true), read, "{path}");
    }
}

proptest! {
    #[test]
    fn no_redirect_goes_to_a_uri_that_is_not_registered(
        uri in prop_oneof![
            "\\PC{0,60}",
            "(https?|com\\.example\\.app)://?(a\\.example|127\\.0\\.0\\.1|localhost|\\[::1\\])[@:./\\\\?#%0-9a-z]{0,20}/cb",
            "https://a\\.example/cb\\PC{1,10}",
        ],
        name in select(vec!["redirect_uri", "response_type", "response_mode", "scope", "prompt", "resource"]),
        value in "\\PC{0,40}",
    ) {
        authorize_request::holds(query(&[("redirect_uri", &uri), (name, &value)]).as_bytes());
    }

    #[test]
    fn no_parameters_break_the_checks(
        pairs in vec((
            select(vec![
                "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt",
                "max_age", "resource", "code_challenge", "code_challenge_method", "login_hint", "request", "other",
            ]),
            prop_oneof!["\\PC{0,30}", Just("code".to_owned()), Just("none login".to_owned()), Just(CHALLENGE.to_owned())],
        ), 0..12),
    ) {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        authorize_request::holds(query(&pairs).as_bytes());
    }

    #[test]
    fn no_bytes_break_the_readers(bytes: Vec<u8>) {
        authorize_request::holds(&bytes);
        token_request::holds(&bytes);
    }

    #[test]
    fn no_token_but_our_own_verifies(at: usize, text in "[A-Za-z0-9_.\\-]{0,40}|\\PC{0,20}") {
        jwt::holds(at, &text);
    }

    #[test]
    fn no_path_that_is_read_means_something_else(
        parts in vec(select(vec![
            "/", "/", "/", ".", "..", "%2e", "%2F", "\\", "%5c", "a", "A", "admin", "%41", "%", "%25", "2e", "%00", "%0a",
            ";", "%3b", " ", "%20", "+", "?", "&", "=", "_method", "#", "%23", "%3f", "*", ":$", "%c0%af", "%ef%bc%8f",
            "%ef%bc%8e", "%ef%bc%a1", "%c3%a9", "%cc%81", "e", "%c4%b0", "%c4%b1", "%c3%9f", "%e1%ba%9e", "%cd%85",
            "%ce%a3", "%e2%84%aa", "%ef%ac%83", "%e2%80%8b", "%c2%bd", "%e2%81%84", "é",
        ]), 0..12),
        insensitive: bool,
    ) {
        web_request::holds(&format!("/{}", parts.concat()), insensitive);
    }

    #[test]
    fn no_text_as_a_path_does_either(path in "/\\PC{0,12}(/\\PC{0,12}){0,4}", insensitive: bool) {
        web_request::holds(&path, insensitive);
        let encoded = web_request::encoded(&path);
        web_request::holds(&encoded, insensitive);
    }
}
