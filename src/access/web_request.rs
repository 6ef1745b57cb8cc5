//! Requests to sites behind the gate, as policies see them: a method, a path and a query (RFC 9112 §3, RFC 3986 §3.3).
//!
//! A policy that forbids `/admin` is worth nothing if the upstream finds `/admin` in what was read here as another path. What
//! two servers could read differently is therefore refused and not made plain: whoever asks means one thing and can say it.
//! A `?` or `#` that is encoded is part of a name, as RFC 3986 §2.2 has it, and so are characters of all scripts.

use http::HeaderMap;
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The longest path with its query, in bytes.
const LONGEST: usize = 8 << 10;
/// The most segments of a path.
const SEGMENTS: usize = 64;
/// The longest method, in bytes.
const METHOD: usize = 32;

/// What some systems take for a slash or backslash when they bring text into an older character set; others become one by
/// NFKC, which is looked at in any case. The yen and won signs are backslashes of Shift JIS and EUC-KR.
const SLASHES: [char; 8] =
    ['\u{2044}', '\u{2215}', '\u{2216}', '\u{29f5}', '\u{29f8}', '\u{29f9}', '\u{a5}', '\u{20a9}'];

/// By which frameworks take another method than the request's, of headers and parameters, with `_` for `-`.
const OVERRIDES: [&str; 4] =
    ["_method", "x_http_method_override", "x_http_method", "x_method_override"];

/// A request that can be read in one way only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebRequest {
    /// The method, as it was sent.
    pub method: String,
    /// The path, decoded once, NFC, without a slash at its end; folded where the site does not tell cases apart.
    pub path: String,
    /// The path, and those above it by whole segments: `/`, `/a`, `/a/b`.
    pub prefixes: Vec<String>,
    /// The query as it was sent.
    pub query: Option<String>,
    case_insensitive: bool,
}

/// Why a request is not looked at. Its text is for whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ambiguous {
    /// No token of RFC 9110 §9.1 in upper case: some upstreams take `get` for `GET`.
    #[error("the method is no token in upper case")]
    Method,
    /// Another method is named in the query.
    #[error("the query names another method")]
    Override,
    /// Neither whole URLs nor `*`: RFC 9112 §3.2.
    #[error("it does not begin with a slash")]
    Form,
    /// More than anyone needs.
    #[error("it is too long")]
    Long,
    /// What should have been encoded; also the fragment of a URL, which is never sent.
    #[error("there are characters in it that have to be encoded")]
    Raw,
    /// A `%` without two hexadecimal digits.
    #[error("there is an incomplete percent-encoding in the path")]
    Escape,
    /// What decodes to something encoded.
    #[error("the path is encoded twice")]
    Twice,
    /// Bytes that are no text, such as longer encodings of a slash.
    #[error("the path is not UTF-8")]
    Utf8,
    /// `%2f`.
    #[error("there is an encoded slash in the path")]
    Slash,
    /// `\` or `%5c`.
    #[error("there is a backslash in the path")]
    Backslash,
    /// Line ends, NUL and what else has no shape.
    #[error("there are control characters in the path")]
    Control,
    /// `//`.
    #[error("there is an empty segment in the path")]
    Empty,
    /// `.` or `..`, encoded or not.
    #[error("there is a dot segment in the path")]
    Dots,
    /// A segment that ends in a dot, or begins or ends with a space: Windows drops both.
    #[error("a segment of the path ends in a dot, or begins or ends with a space")]
    Trailing,
    /// `;`, behind which some servers see a segment's parameters.
    #[error("there is a semicolon in the path")]
    Parameters,
    /// `:$`, as in the streams of NTFS.
    #[error("a segment of the path names a stream of a file")]
    Stream,
    /// Characters that some systems take for others of these.
    #[error("there are characters in the path that look like a slash, dot or other sign")]
    LookAlike,
}

impl WebRequest {
    /// Reads a request. A site that is `case_insensitive` takes `/Admin` for `/admin`, and so do its policies.
    pub fn read(
        method: &str,
        path_and_query: &str,
        case_insensitive: bool,
    ) -> Result<Self, Ambiguous> {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let upper = |byte: u8| token(byte) && !byte.is_ascii_lowercase();
        if !(1..=METHOD).contains(&method.len()) || !method.bytes().all(upper) {
            return Err(Ambiguous::Method);
        }
        if path_and_query.len() > LONGEST {
            return Err(Ambiguous::Long);
        }
        if !path_and_query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
            return Err(Ambiguous::Raw);
        }
        let (path, query) = match path_and_query.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path_and_query, None),
        };
        let prefixes = prefixes(path, case_insensitive)?;
        if query.is_some_and(names_a_method) {
            return Err(Ambiguous::Override);
        }
        Ok(Self {
            method: method.to_owned(),
            path: prefixes.last().cloned().unwrap_or_default(),
            prefixes,
            query: query.map(str::to_owned),
            case_insensitive,
        })
    }

    /// Whether its path is that one or below it, by whole segments.
    #[must_use]
    pub fn is_under(&self, prefix: &str) -> bool {
        let canonical = canonical(prefix, self.case_insensitive);
        let prefix = match canonical.trim_end_matches('/') {
            "" => "/",
            prefix => prefix,
        };
        self.prefixes.iter().any(|own| own == prefix)
    }

    /// Adds it to the circumstances.
    pub fn tell(&self, told: &mut Map<String, Value>) {
        told.insert("method".to_owned(), json!(self.method));
        told.insert("path".to_owned(), json!(self.path));
        told.insert("path_prefixes".to_owned(), json!(self.prefixes));
        if let Some(query) = &self.query {
            told.insert("query".to_owned(), json!(query));
        }
    }
}

/// Whether headers ask for another method than the request has. Those that name the same one do too: no one needs them, and
/// what a framework makes of them cannot be known here. Servers that hand headers on as variables do not tell `_` from `-`.
#[must_use]
pub fn method_override(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| OVERRIDES.contains(&name.as_str().replace('-', "_").as_str()))
}

/// By which servers take another path than the request's, likewise.
const REWRITES: [&str; 2] = ["x_original_url", "x_rewrite_url"];

/// Whether headers name another path than the request has, as some frameworks and servers take it.
#[must_use]
pub fn path_override(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| REWRITES.contains(&name.as_str().replace('-', "_").as_str()))
}

/// The paths that a path is under, and itself.
fn prefixes(path: &str, case_insensitive: bool) -> Result<Vec<String>, Ambiguous> {
    let path = path.strip_prefix('/').ok_or(Ambiguous::Form)?;
    // A slash at the end says no more: what is there is asked about under the same name.
    let mut prefixes = vec!["/".to_owned()];
    let path = match path.strip_suffix('/') {
        Some("") => return Err(Ambiguous::Empty),
        None if path.is_empty() => return Ok(prefixes),
        Some(shorter) => shorter,
        None => path,
    };
    let mut so_far = String::new();
    for raw in path.split('/') {
        if prefixes.len() > SEGMENTS {
            return Err(Ambiguous::Long);
        }
        so_far.push('/');
        so_far.push_str(&segment(raw, case_insensitive)?);
        prefixes.push(so_far.clone());
    }
    Ok(prefixes)
}

/// Reads one segment.
fn segment(raw: &str, case_insensitive: bool) -> Result<String, Ambiguous> {
    let text = String::from_utf8(decoded(raw)?).map_err(|_| Ambiguous::Utf8)?;
    check(&text)?;
    if text.is_ascii() {
        return Ok(if case_insensitive { text.to_ascii_lowercase() } else { text });
    }
    if text.chars().any(is_shapeless) {
        return Err(Ambiguous::Control);
    }
    let read = canonical(&text, case_insensitive);
    let plain: String = text.nfkc().collect();
    let clear = |text: &str| check(text).is_ok() && !text.contains(SLASHES);
    if [&text, &plain, &read].into_iter().all(|text| clear(text)) {
        Ok(read)
    } else {
        Err(Ambiguous::LookAlike)
    }
}

/// Checks a segment's text.
fn check(text: &str) -> Result<(), Ambiguous> {
    let bytes = text.as_bytes();
    let edge = |c: Option<char>| c.is_some_and(char::is_whitespace);
    let wrong = [
        (text.is_empty(), Ambiguous::Empty),
        (text == "." || text == "..", Ambiguous::Dots),
        (text.contains('/'), Ambiguous::Slash),
        (text.contains('\\'), Ambiguous::Backslash),
        (text.contains(char::is_control), Ambiguous::Control),
        (bytes.windows(3).any(|of| of[0] == b'%' && hex(of).is_some()), Ambiguous::Twice),
        (text.contains(';'), Ambiguous::Parameters),
        (text.contains(":$"), Ambiguous::Stream),
        (text.ends_with('.'), Ambiguous::Trailing),
        (edge(text.chars().next()) || edge(text.chars().next_back()), Ambiguous::Trailing),
    ];
    match wrong.into_iter().find(|(is, _)| *is) {
        Some((_, wrong)) => Err(wrong),
        None => Ok(()),
    }
}

/// What is shown as nothing at all, and dropped by some. The joiners are letters' own in some scripts.
fn is_shapeless(c: char) -> bool {
    use GeneralCategory::{Format, LineSeparator, ParagraphSeparator};
    let joins = matches!(c, '\u{200c}' | '\u{200d}');
    !joins && matches!(c.general_category(), Format | LineSeparator | ParagraphSeparator)
}

/// Text in the one form that it is compared in: NFC, and where cases are not told apart, without case and width.
fn canonical(text: &str, case_insensitive: bool) -> String {
    if !case_insensitive {
        return text.nfc().collect();
    }
    let mut folded = text.to_owned();
    // Each step can make work for another one: a compatibility form may decompose to upper case. Three were never needed.
    for _ in 0..4 {
        let cased = folded.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
        let next: String = cased.nfkc().collect();
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

/// Undoes percent-encoding, once (RFC 3986 §2.1).
fn decoded(raw: &str) -> Result<Vec<u8>, Ambiguous> {
    let mut left = raw.as_bytes();
    let mut decoded = Vec::with_capacity(left.len());
    while let Some((&byte, rest)) = left.split_first() {
        if byte == b'%' {
            decoded.push(hex(left).ok_or(Ambiguous::Escape)?);
            left = &left[3..];
        } else {
            decoded.push(byte);
            left = rest;
        }
    }
    Ok(decoded)
}

/// The byte that `%xy` stands for, at the beginning of this.
fn hex(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(1)? * 16 + digit(2)?).ok()
}

/// Whether a parameter of the query has some frameworks take another method, however it is written. What cannot be decoded
/// stays as it is, as forms are read (URL Standard § 5.1); and as PHP reads names, `.` and a space are `_`, and `[` ends them.
fn names_a_method(query: &str) -> bool {
    query.split(['&', ';']).any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        let mut left = name.as_bytes();
        let mut bytes = Vec::with_capacity(left.len());
        while let Some((&byte, rest)) = left.split_first() {
            let escaped = (byte == b'%').then(|| hex(left)).flatten();
            bytes.push(escaped.unwrap_or(if byte == b'+' { b' ' } else { byte }));
            left = if escaped.is_some() { &left[3..] } else { rest };
        }
        let name = canonical(&String::from_utf8_lossy(&bytes), true);
        let name = name.trim().split('\0').next().unwrap_or_default();
        let name = name.replacen('[', "_", usize::from(name.starts_with('[')));
        let name = name.split('[').next().unwrap_or_default().replace(['.', ' ', '-'], "_");
        OVERRIDES.contains(&name.as_str())
    })
}

#[cfg(test)]
mod tests;
