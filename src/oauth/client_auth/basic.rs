//! `client_secret_basic`: HTTP Basic with both halves form-urlencoded (RFC 6749 §2.3.1, RFC 7617).

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, header};

use super::{Credentials, Proof};
use crate::{oauth::Error, registry::client::AuthMethod};

/// The credentials in the `Authorization` header, none if there is no such header.
pub(super) fn read(headers: &HeaderMap) -> Result<Option<Credentials>, Error> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Error::invalid_request("Authorization is there more than once"));
    }
    let credentials = value.to_str().ok().and_then(decode);
    let malformed = || Error::invalid_client("Authorization is not Basic as RFC 6749 writes it");
    let (client_id, secret) = credentials.ok_or_else(malformed)?;
    let method = AuthMethod::ClientSecretBasic;
    Ok(Some(Credentials { client_id, proof: Proof::Secret(secret), method }))
}

/// The client id and secret in the value of the header, if it is well-formed.
#[must_use]
pub fn decode(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let bytes = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, secret) = text.split_once(':')?;
    let pair = (form_decode(id)?, form_decode(secret)?);
    // RFC 6749 appendix A.1 and A.2 have no control characters; Postgres has no NUL.
    let plain = |text: &str| !text.contains(char::is_control);
    (plain(&pair.0) && plain(&pair.1)).then_some(pair)
}

/// `application/x-www-form-urlencoded` of a single value.
fn form_decode(text: &str) -> Option<String> {
    if text.contains(['&', '=']) && !text.contains('%') {
        // Written by a client that does not encode, as many do not: it means what it says.
        return Some(text.to_owned());
    }
    let (name, value) = form_urlencoded::parse(text.as_bytes()).next()?;
    (value.is_empty() && !name.contains('\u{fffd}')).then(|| name.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(id: &str, secret: &str) -> String {
        let form =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", form(id), form(secret))))
    }

    #[test]
    fn both_halves_are_form_urlencoded() {
        let pair = ("a client:1".to_owned(), "s +%&=/ä".to_owned());
        assert_eq!(decode(&encode(&pair.0, &pair.1)), Some(pair));
    }

    #[test]
    fn other_schemes_and_malformed_ones_are_refused() {
        for header in ["Bearer abc", "Basic", "Basic !", "Basic YQ==", "Basic /zo6"] {
            assert_eq!(decode(header), None, "{header}");
        }
        for control in ["a\0b:x", "a%00b:x", "a:x\n", "a=\0:x", "a:%7f"] {
            let header = format!("Basic {}", BASE64_STANDARD.encode(control));
            assert_eq!(decode(&header), None, "{control:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(id in "[ -~]{1,40}", secret in "[^\u{fffd}\\pC]{1,40}") {
            prop_assert_eq!(decode(&encode(&id, &secret)), Some((id, secret)));
        }

        #[test]
        fn no_header_breaks_the_reader(header in "(Basic )?\\PC{0,100}") {
            let _ = decode(&header);
        }
    }
}
