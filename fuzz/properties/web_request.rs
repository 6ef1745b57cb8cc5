//! Requests to sites behind the gate: what was read is plain, and is read again as the same.

use std::fmt::Write;

use signet::access::web_request::WebRequest;

/// A path with all but its slashes encoded.
pub fn encoded(path: &str) -> String {
    let mut encoded = String::new();
    for byte in path.bytes() {
        if byte == b'/' {
            encoded.push('/');
        } else {
            write!(encoded, "%{byte:02X}").expect("a string takes it");
        }
    }
    encoded
}

/// Panics if a path that was read is none that can be read in one way only. Whether it was read.
pub fn holds(text: &str, case_insensitive: bool) -> bool {
    let Ok(read) = WebRequest::read("GET", text, case_insensitive) else { return false };
    let path = &read.path;
    assert!(path.starts_with('/') && (path == "/" || !path.ends_with('/')), "{path:?}");
    assert!(!path.contains("//") && !path.contains(['\\', ';']), "{path:?}");
    assert!(!path.contains(char::is_control), "{path:?}");
    assert!(path.split('/').all(|part| part != "." && part != ".."), "{path:?}");
    assert!(read.prefixes.iter().all(|prefix| read.is_under(prefix)), "{read:?}");
    assert_eq!(read.prefixes.last(), Some(path));
    let again = WebRequest::read("GET", &encoded(path), case_insensitive);
    assert_eq!(again.as_ref().map(|again| &again.path), Ok(path), "{text:?}");
    true
}
