//! Redirect URIs of clients that register themselves, by application type (OpenID Connect Registration §2, RFC 8252 §7).

use url::{Host, Url};

use super::policy::Policy;
use crate::{
    oauth::{Code, Error},
    registry::{about::ApplicationType, redirect_uri::Registered},
};

/// The most redirect URIs.
const MOST: usize = 20;
/// The longest, in bytes.
const LONGEST: usize = 1024;

/// `invalid_redirect_uri` (RFC 7591 §3.2.2).
pub fn invalid(description: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::InvalidRedirectUri, description)
}

/// Checks those of a client.
pub fn check(
    texts: &[String],
    application_type: ApplicationType,
    policy: &Policy,
) -> Result<Vec<Registered>, Error> {
    if texts.len() > MOST {
        return Err(invalid(format!("there are more than {MOST} redirect_uris")));
    }
    texts.iter().map(|text| one(text, application_type, policy).map_err(invalid)).collect()
}

/// Checks one: by what every client is held to, and by what kind of application it is.
pub fn one(
    text: &str,
    application_type: ApplicationType,
    policy: &Policy,
) -> Result<Registered, String> {
    if text.len() > LONGEST {
        return Err(format!("a redirect URI has more than {LONGEST} bytes"));
    }
    let registered = Registered::parse(text)?;
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    match (url.scheme(), application_type) {
        ("https", _) if !is_local(&url) => {
            let host = url.host_str().unwrap_or_default();
            let hosts = &policy.redirect_hosts;
            if !hosts.is_empty() && !hosts.iter().any(|pattern| pattern.matches(host)) {
                return Err(format!("{host} is no host that clients may register here"));
            }
        }
        // RFC 8252 §7.3: an application waits for its answer on the person's own machine.
        ("http", ApplicationType::Native) => {}
        ("http" | "https", _) if policy.loopback_web => {}
        ("http" | "https", ApplicationType::Web) => {
            return Err(format!(
                "{text:?} leads to the person's own machine: a web application must not register it"
            ));
        }
        ("https", ApplicationType::Native) => {
            return Err(format!("{text:?}: on the person's own machine it is http"));
        }
        // RFC 8252 §7.1.
        (_, ApplicationType::Native) => {}
        (_, ApplicationType::Web) => {
            return Err(format!("{text:?} must be https: the application_type is web"));
        }
    }
    Ok(registered)
}

/// Whether a URL leads to the machine it is opened on.
fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => {
            let address = address.to_canonical();
            address.is_loopback() || address.is_unspecified()
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DynamicRegistration;

    #[test]
    fn each_kind_of_application_has_its_redirect_uris() {
        let strict = Policy::of(&DynamicRegistration::default()).expect("a policy");
        let lax = Policy { loopback_web: true, ..strict.clone() };
        // Web, native, and web for development.
        for (uri, web, native, development) in [
            ("https://app.example/cb", true, true, true),
            ("https://app.example:8443/cb?a=b", true, true, true),
            ("https://localhost.app.example/cb", true, true, true),
            ("https://localhost/cb", false, false, true),
            ("https://localhost./cb", false, false, true),
            ("https://app.localhost/cb", false, false, true),
            ("https://127.0.0.1/cb", false, false, true),
            ("https://127.1/cb", false, false, true),
            ("https://0.0.0.0/cb", false, false, true),
            ("https://[::1]/cb", false, false, true),
            ("https://[::ffff:127.0.0.1]/cb", false, false, true),
            ("http://localhost:3000/cb", false, true, true),
            ("http://127.0.0.1/cb", false, true, true),
            ("http://[::1]:8080/cb", false, true, true),
            ("com.example.app:/cb", false, true, false),
            ("com.example.app://cb", false, true, false),
            ("http://app.example/cb", false, false, false),
            ("myapp:/cb", false, false, false),
            ("https://app.example/cb#f", false, false, false),
            ("https://app.example/cb#", false, false, false),
            ("com.example.app:/cb#f", false, false, false),
            ("https://*.example/cb", false, false, false),
            ("https://user:password@app.example/cb", false, false, false),
            ("javascript:alert(1)", false, false, false),
            ("data:text/html,x", false, false, false),
            ("file:///etc/passwd", false, false, false),
            ("/cb", false, false, false),
            ("", false, false, false),
        ] {
            let allows = |kind, policy| one(uri, kind, policy).is_ok();
            assert_eq!(allows(ApplicationType::Web, &strict), web, "web {uri}");
            assert_eq!(allows(ApplicationType::Native, &strict), native, "native {uri}");
            assert_eq!(allows(ApplicationType::Web, &lax), development, "development {uri}");
        }
        let long = format!("https://app.example/{}", "x".repeat(LONGEST));
        assert!(one(&long, ApplicationType::Web, &strict).is_err());
    }

    #[test]
    fn hosts_are_those_that_the_operator_allows() {
        let config = DynamicRegistration {
            allowed_redirect_hosts: vec!["*.example.com".to_owned()],
            ..DynamicRegistration::default()
        };
        let policy = Policy::of(&config).expect("a policy");
        let allows = |uri| one(uri, ApplicationType::Native, &policy).is_ok();
        assert!(allows("https://a.example.com/cb"));
        assert!(allows("com.example.app:/cb") && allows("http://127.0.0.1/cb"));
        assert!(!allows("https://example.com/cb"));
        assert!(!allows("https://a.example.com.evil.example/cb"));
        assert!(!allows("https://evil.example/?a.example.com"));
    }

    #[test]
    fn there_are_not_too_many() {
        let policy = Policy::of(&DynamicRegistration::default()).expect("a policy");
        let uris: Vec<String> = (0..=MOST).map(|n| format!("https://app.example/{n}")).collect();
        assert!(check(&uris[1..], ApplicationType::Web, &policy).is_ok());
        let error = check(&uris, ApplicationType::Web, &policy).expect_err("too many");
        assert_eq!(error.code, Code::InvalidRedirectUri);
    }
}
