//! Which pictures are shown: by what they are, and not by what is said of them.

use bytes::Bytes;
use http::HeaderValue;

use crate::tokens::digest::Digest;

/// A picture as it is served.
pub struct Picture {
    /// What it is.
    pub media_type: &'static str,
    /// Itself.
    pub bytes: Bytes,
    /// Stands for it in conditional requests.
    pub etag: HeaderValue,
}

impl Picture {
    /// Reads what was fetched; none if that is no picture of a kind that is shown.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let media_type = media_type(bytes)?;
        let etag = format!("\"{}\"", &Digest::of(bytes).base64url()[..16]);
        let etag = HeaderValue::from_str(&etag).ok()?;
        // A copy: what was read into may be larger.
        Some(Self { media_type, bytes: Bytes::copy_from_slice(bytes), etag })
    }
}

/// The kind of a picture by how it begins (MIME Sniffing §6.1). All are of pixels: an SVG is a document, which can have
/// scripts and links in it.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some("image/png");
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Some("image/jpeg");
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        return Some("image/gif");
    }
    // Its length is between.
    if bytes.starts_with(b"RIFF") && bytes.get(8..14) == Some(b"WEBPVP") {
        return Some("image/webp");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_it_begins_as() {
        for (bytes, expected) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0....", Some("image/jpeg")),
            (b"GIF87a....", Some("image/gif")),
            (b"GIF89a....", Some("image/gif")),
            (b"RIFF\x10\0\0\0WEBPVP8 ....", Some("image/webp")),
            (b"RIFF\x10\0\0\0WAVEfmt ....", None),
            (b"RIFF\x10\0\0\0WEBP", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", None),
            (b"<?xml version=\"1.0\"?><svg/>", None),
            (b"<!doctype html><script>alert(1)</script>", None),
            (b" \x89PNG\r\n\x1a\n....", None),
            (b"\x89PNG", None),
            (b"BM....", None),
            (b"\0\0\x01\0....", None),
            (b"%PDF-1.7", None),
            (b"", None),
        ] {
            let found = Picture::read(bytes).map(|picture| picture.media_type);
            assert_eq!(found, expected, "{}", bytes.escape_ascii());
        }
    }
}
