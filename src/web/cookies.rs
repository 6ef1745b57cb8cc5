//! Cookies (RFC 6265bis): `__Host-`, `Secure`, `HttpOnly`, `SameSite=Lax`, for the whole origin.
//!
//! On an `http` issuer, which is loopback, the prefix and `Secure` are left out: not every browser takes them there.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};

/// A cookie that Signet sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Tells one browser from another; authorization requests and page tokens are bound to it.
    Browser,
    /// The session of the person who is signed in.
    Session,
    /// A sign-in between its steps.
    SignIn,
    /// Who signed in from this browser before.
    Device,
    /// What was wrong with the form that was just submitted.
    Notice,
    /// Recovery codes that were just made, sealed.
    RecoveryCodes,
    /// An API key that was just made, sealed.
    ApiKey,
    /// The language that was chosen.
    Language,
    /// The session of the person who is signed in at a site behind the gate: set under the site's origin.
    GateSession,
    /// Tells one browser from another at such a site while it signs in.
    GateBrowser,
    /// Tells the scripts of applications whether who is signed in here has changed (Session Management 1.0 §3.2): the one
    /// cookie that a script reads, in a frame of other sites too. It opens nothing.
    BrowserState,
}

/// How cookies are set.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Whether browsers reach Signet over TLS.
    pub secure: bool,
}

impl Policy {
    /// The value of a cookie in a request.
    #[must_use]
    pub fn get(self, headers: &HeaderMap, cookie: Cookie) -> Option<&str> {
        let name = self.name(cookie);
        headers
            .get_all(header::COOKIE)
            .iter()
            // Bytes: one cookie that is no text, which any site of the domain can set, must not hide the others.
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
            .filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='))
            .find_map(|(other, value)| (other == name).then_some(value))
    }

    /// A `Set-Cookie`. Without a `max_age` it ends with the browser.
    ///
    /// # Panics
    /// Values are of Signet's own making: visible ASCII.
    #[must_use]
    pub fn set(self, cookie: Cookie, value: &str, max_age: Option<Duration>) -> HeaderValue {
        let max_age = max_age.map(|age| format!("; Max-Age={}", age.as_secs())).unwrap_or_default();
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name(cookie);
        let access = match (cookie, self.secure) {
            (Cookie::BrowserState, true) => "SameSite=None",
            // Browsers take SameSite=None with Secure only. Other ports of loopback are the same site.
            (Cookie::BrowserState, false) => "SameSite=Lax",
            _ => "HttpOnly; SameSite=Lax",
        };
        let line = format!("{name}={value}; Path=/; {access}{secure}{max_age}");
        let mut value = HeaderValue::from_str(&line).expect("cookie values are visible ASCII");
        value.set_sensitive(true);
        value
    }

    /// A `Set-Cookie` that removes it.
    #[must_use]
    pub fn remove(self, cookie: Cookie) -> HeaderValue {
        self.set(cookie, "", Some(Duration::ZERO))
    }

    /// What it is called.
    #[must_use]
    pub const fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.secure) {
            (Cookie::Browser, true) => "__Host-signet_browser",
            (Cookie::Session, true) => "__Host-signet_session",
            (Cookie::SignIn, true) => "__Host-signet_sign_in",
            (Cookie::SignIn, false) => "signet_sign_in",
            (Cookie::Device, true) => "__Host-signet_device",
            (Cookie::RecoveryCodes, true) => "__Host-signet_recovery_codes",
            (Cookie::RecoveryCodes, false) => "signet_recovery_codes",
            (Cookie::ApiKey, true) => "__Host-signet_api_key",
            (Cookie::ApiKey, false) => "signet_api_key",
            (Cookie::Language, true) => "__Host-signet_language",
            (Cookie::Language, false) => "signet_language",
            (Cookie::BrowserState, true) => "__Host-signet_browser_state",
            (Cookie::BrowserState, false) => "signet_browser_state",
            (Cookie::GateSession, true) => "__Host-signet_gate",
            (Cookie::GateSession, false) => "signet_gate",
            (Cookie::GateBrowser, true) => "__Host-signet_gate_browser",
            (Cookie::GateBrowser, false) => "signet_gate_browser",
            (Cookie::Notice, true) => "__Host-signet_notice",
            (Cookie::Notice, false) => "signet_notice",
            (Cookie::Browser, false) => "signet_browser",
            (Cookie::Session, false) => "signet_session",
            (Cookie::Device, false) => "signet_device",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_bound_to_the_host_over_tls() {
        let secure = Policy { secure: true };
        assert_eq!(
            secure.set(Cookie::Session, "v", None),
            "__Host-signet_session=v; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            secure.remove(Cookie::Session),
            "__Host-signet_session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0"
        );
    }

    #[test]
    fn one_cookie_alone_is_read_by_scripts_and_sent_from_other_sites() {
        let secure = Policy { secure: true };
        let state = "__Host-signet_browser_state=v; Path=/; SameSite=None; Secure";
        assert_eq!(secure.set(Cookie::BrowserState, "v", None), state);
        let plain = Policy { secure: false }.set(Cookie::BrowserState, "v", None);
        assert_eq!(plain, "signet_browser_state=v; Path=/; SameSite=Lax");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; signet_session=v=1; b"));
        let policy = Policy { secure: false };
        assert_eq!(policy.get(&headers, Cookie::Session), Some("v=1"));
        assert_eq!(policy.get(&headers, Cookie::Device), None);
        assert_eq!(Policy { secure: true }.get(&headers, Cookie::Session), None);
    }
}
