//! Redirect URIs: which may be registered, and which match (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1).

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// A registered redirect URI: absolute, without a fragment, and of a scheme that no one else can listen to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Registered(String);

/// A redirect URI that was matched against those of the client: it is safe to send a response there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Matched(String);

impl Registered {
    /// Checks a redirect URI that someone wants to register.
    pub fn parse(text: &str) -> Result<Self, String> {
        // RFC 3986 §2. Parsers of URLs drop tabs and newlines and trim spaces, so that what is checked here would be
        // something else than what is kept.
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!("{text:?} must have visible ASCII characters only"));
        }
        let url = Url::parse(text).map_err(|error| format!("{text:?} is no URI: {error}"))?;
        if !is_plain(text, &url) {
            return Err(format!("{text:?} must begin with scheme://host and have no backslash"));
        }
        if text.contains('#') {
            return Err(format!("{text:?} must have no fragment"));
        }
        if text.contains('*') {
            return Err(format!("{text:?}: wildcards are not supported, URIs match exactly"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(format!("{text:?} must have no user information"));
        }
        match url.scheme() {
            "https" => Ok(()),
            "http" if is_loopback(&url) => Ok(()),
            "http" => Err(format!("{text:?} must be https; http is for loopback only")),
            // RFC 8252 §7.1: a reversed domain name, which its owner alone has a claim to.
            scheme if scheme.contains('.') => Ok(()),
            _ => Err(format!(
                "{text:?} must be https, http on loopback, or a private-use scheme such as com.example.app"
            )),
        }?;
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `presented` is this one: letter by letter, but for the port of a loopback address (RFC 8252 §7.3).
    #[must_use]
    pub fn matches(&self, presented: &str) -> Option<Matched> {
        let same = presented == self.0
            || without_loopback_port(&self.0)
                .is_some_and(|own| without_loopback_port(presented).as_ref() == Some(&own));
        same.then(|| Matched(presented.to_owned()))
    }

    /// Whether `presented` is this one letter by letter, the port included.
    #[must_use]
    pub fn is(&self, presented: &str) -> Option<Matched> {
        (presented == self.0).then(|| self.as_matched())
    }

    /// The origin of web pages there (RFC 6454 §4); none if an application and not a browser handles the URI.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        origin(&self.0)
    }

    /// This one as a target, where a request may leave it out.
    #[must_use]
    pub fn as_matched(&self) -> Matched {
        Matched(self.0.clone())
    }
}

impl Matched {
    /// The text, as the client presented it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The origin of web pages there; none if an application and not a browser handles the URI.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        origin(&self.0)
    }

    /// The scheme, if an application and not a browser handles it. As it was parsed: it goes into headers.
    #[must_use]
    pub fn private_use_scheme(&self) -> Option<String> {
        let url = Url::parse(&self.0).ok()?;
        (!matches!(url.scheme(), "http" | "https")).then(|| url.scheme().to_owned())
    }

    /// Whether a program on the person's own machine gets what is sent there, without anyone vouching for which it is: on a
    /// loopback address or by a private-use scheme (RFC 8252 §8.6).
    #[must_use]
    pub fn is_native(&self) -> bool {
        let url = Url::parse(&self.0).ok();
        self.private_use_scheme().is_some() || url.is_some_and(|url| is_loopback(&url))
    }

    /// Where it leads, in words a person can check.
    #[must_use]
    pub fn destination(&self) -> String {
        match Url::parse(&self.0).ok().and_then(|url| url.host_str().map(str::to_owned)) {
            Some(host) => host,
            None => self.private_use_scheme().unwrap_or_default(),
        }
    }

    /// With these parameters added to its query (RFC 6749 §4.1.2).
    #[must_use]
    pub fn with_query(&self, pairs: &[(&'static str, String)]) -> String {
        with_query(&self.0, pairs)
    }

    /// With these parameters as its fragment, which it has none of itself (OAuth 2.0 Multiple Response Types §2.1).
    #[must_use]
    pub fn with_fragment(&self, pairs: &[(&'static str, String)]) -> String {
        let fragment = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{}#{fragment}", self.0)
    }
}

/// A URI with these parameters added to its query, if there are any.
#[must_use]
pub fn with_query(uri: &str, pairs: &[(&'static str, String)]) -> String {
    if pairs.is_empty() {
        return uri.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{uri}{separator}{query}")
}

/// Reads the `https` or `http` URL of something that browsers are to be sent to or load; none if it is another one to
/// someone who reads it otherwise.
#[must_use]
pub fn web_url(text: &str) -> Option<Url> {
    let visible = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    (visible && is_plain(text, &url)).then_some(url)
}

/// Whether a URL is written as RFC 3986 §3 has it. The parser, which knows no page that it stands on, reads
/// `https:host/path` and `https:\host` as `https://host/path`; a browser on a page of ours reads the former as a path
/// here.
fn is_plain(text: &str, url: &Url) -> bool {
    let scheme = url.scheme();
    let rest = text.get(..scheme.len()).filter(|begin| begin.eq_ignore_ascii_case(scheme));
    let rest = rest.and_then(|begin| text[begin.len()..].strip_prefix(':'));
    let Some(rest) = rest.filter(|_| !text.contains('\\')) else { return false };
    let web = matches!(scheme, "http" | "https");
    !web || rest.strip_prefix("//").is_some_and(|authority| !authority.starts_with('/'))
}

/// The origin of web pages at this URI (RFC 6454 §4); none if it is of no web page.
#[must_use]
pub fn origin(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// An `http` URI of the loopback IP literals without its port; none for anything else, `localhost` included (RFC 8252
/// §8.3: that may be resolved elsewhere).
fn without_loopback_port(text: &str) -> Option<String> {
    let rest = text.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]"].into_iter().find(|host| rest.starts_with(host))?;
    let after = &rest[host.len()..];
    let path = match after.strip_prefix(':') {
        None => after,
        Some(port_and_path) => {
            let digits = port_and_path.bytes().take_while(u8::is_ascii_digit).count();
            port_and_path[..digits].parse::<u16>().ok()?;
            &port_and_path[digits..]
        }
    };
    (path.is_empty() || path.starts_with(['/', '?'])).then(|| format!("{host}{path}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_safe_uris_can_be_registered() {
        for fine in [
            "https://app.example/cb",
            "https://app.example/cb?tenant=1",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
            "http://[::1]/cb",
            "com.example.app:/cb",
        ] {
            assert!(Registered::parse(fine).is_ok(), "{fine}");
        }
        for bad in [
            "/cb",
            "app.example/cb",
            "http://app.example/cb",
            "https://app.example/cb#x",
            "https://app.example/cb#",
            "https://*.example/cb",
            "https://user@app.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "myapp:/cb",
            "",
            " https://app.example/cb",
            "https://app.example/cb ",
            "https://app.example/c b",
            "https://app.example/c\tb",
            "https://app.example/cb\n",
            "com.example\n.app:/cb",
            "com.example.app;\n:/cb",
            "\u{1}com.example.app:/cb",
            "https://app.example/cb\u{7f}",
            "https://b\u{fc}cher.example/cb",
            "https://app.example/\u{202e}cb",
            "https:app.example/cb",
            "https:/app.example/cb",
            "https:///app.example/cb",
            "https:\\\\app.example/cb",
            "https:/\\app.example/cb",
            "https://app.example\\@evil.example/cb",
            "https://app.example/c\\b",
            "HTTPS:app.example/cb",
            "http:localhost/cb",
            "http:127.0.0.1/cb",
            "com.example.app:\\cb",
        ] {
            assert!(Registered::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_browsers_load_is_one_place_however_it_is_read() {
        for fine in ["https://a.example", "HTTPS://a.example/x?y#z", "http://localhost/ü"] {
            assert!(web_url(fine).is_some(), "{fine}");
        }
        for bad in [
            "https:a.example",
            "https:/a.example",
            "https:///a.example",
            "https:\\\\a.example",
            "https://a.example\\b",
            "ht\ntps://a.example",
            "https://a.example/\tb",
            " https://a.example",
            "https://a.example ",
            "ftp://a.example",
            "a.example",
            "",
        ] {
            assert!(web_url(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn matching_is_exact_but_for_the_loopback_port() {
        let cases = [
            ("https://a.example/cb", "https://a.example/cb", true),
            ("https://a.example/cb", "https://a.example/cb/", false),
            ("https://a.example/cb", "https://a.example/cb?x", false),
            ("https://a.example/cb", "https://A.example/cb", false),
            ("https://a.example/cb", "https://a.example:443/cb", false),
            ("https://a.example/cb", "https://a.example/%63b", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true),
            ("http://127.0.0.1:8080/cb", "http://127.0.0.1/cb", true),
            ("http://[::1]/cb", "http://[::1]:51004/cb", true),
            ("http://127.0.0.1/cb", "http://[::1]:51004/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004/other", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1@evil.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", false),
            ("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb", false),
            ("http://localhost/cb", "http://localhost:51004/cb", false),
        ];
        for (registered, presented, matches) in cases {
            let registered = Registered::parse(registered).expect("registrable");
            assert_eq!(registered.matches(presented).is_some(), matches, "{presented}");
        }
    }

    #[test]
    fn a_scheme_is_one_word_whatever_was_stored() {
        for (uri, scheme) in [
            ("https://a.example/cb", None),
            (" HTTPS://a.example/cb", None),
            ("com.example.app:/cb", Some("com.example.app")),
            ("\n com.Example\t.app:/cb", Some("com.example.app")),
            ("a b; script-src 'unsafe-inline':/cb", None),
        ] {
            assert_eq!(Matched(uri.to_owned()).private_use_scheme().as_deref(), scheme, "{uri}");
        }
    }

    #[test]
    fn parameters_join_a_query_that_is_there() {
        let with = |uri: &str| Matched(uri.to_owned()).with_query(&[("code", "a b".to_owned())]);
        assert_eq!(with("https://a.example/cb"), "https://a.example/cb?code=a+b");
        assert_eq!(with("https://a.example/cb?"), "https://a.example/cb?code=a+b");
        assert_eq!(with("https://a.example/cb?t=1"), "https://a.example/cb?t=1&code=a+b");
    }

    proptest! {
        #[test]
        fn nothing_presented_leaves_the_registered_host(presented in "http://(127\\.0\\.0\\.1|\\[::1\\])\\PC{0,30}") {
            let registered = Registered::parse("http://127.0.0.1/cb").expect("registrable");
            if registered.matches(&presented).is_some() {
                let url = Url::parse(&presented).expect("a match is a URL");
                prop_assert_eq!(url.host_str(), Some("127.0.0.1"));
                prop_assert_eq!(url.path(), "/cb");
            }
        }
    }

    #[test]
    fn native_targets_are_on_the_persons_own_machine() {
        for (uri, native) in [
            ("http://127.0.0.1:51004/cb", true),
            ("http://[::1]/cb", true),
            ("http://localhost:8080/cb", true),
            ("https://127.0.0.1/cb", true),
            ("https://localhost/cb", true),
            ("com.example.app:/cb", true),
            ("https://app.example/cb", false),
            ("https://127.0.0.1.app.example/cb", false),
        ] {
            let uri = Registered::parse(uri).expect(uri).as_matched();
            assert_eq!(uri.is_native(), native, "{uri:?}");
        }
    }
}
