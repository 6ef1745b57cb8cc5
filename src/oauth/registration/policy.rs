//! What a client that registers itself may be, by `[dynamic_registration]`.

use url::Host;

use crate::{
    config::{ConsentRule, DynamicRegistration},
    registry::{
        about::{ApplicationType, Consent},
        client::{AuthMethod, GrantType},
        scope,
    },
};

/// The operator's settings in the server's own words.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What it may do at the token endpoint.
    pub grant_types: Vec<GrantType>,
    /// How it may authenticate.
    pub auth_methods: Vec<AuthMethod>,
    /// What it may be.
    pub application_types: Vec<ApplicationType>,
    /// Hosts of https redirect URIs; none for any.
    pub redirect_hosts: Vec<HostPattern>,
    /// What it may ask for.
    pub scopes: Vec<String>,
    /// Where.
    pub resources: Vec<String>,
    /// Whether people are asked each time.
    pub consent: Consent,
    /// Whether web applications may be on the machine that the browser runs on.
    pub loopback_web: bool,
    /// Whether confidential clients may leave PKCE out.
    pub without_pkce: bool,
    /// Whether assertions may name an endpoint as their audience.
    pub endpoint_audience: bool,
}

/// A setting that the server does not understand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("configuration: dynamic_registration.{key}: {word:?} is none of {known}")]
pub struct PolicyError {
    key: &'static str,
    word: String,
    known: String,
}

/// A host, or all hosts below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostPattern {
    /// This one.
    Host(String),
    /// Those that end in this, which begins with a dot.
    Below(String),
}

impl HostPattern {
    fn parse(text: &str) -> Option<Self> {
        let (below, name) = match text.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if name.contains('*') {
            return None;
        }
        // As URLs write it: in lower case, and in Punycode.
        let host = match Host::parse(name).ok()? {
            Host::Domain(host) => host,
            address if !below => address.to_string(),
            _ => return None,
        };
        Some(if below { Self::Below(format!(".{host}")) } else { Self::Host(host) })
    }

    /// Whether a URL's host is one of them.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        match self {
            Self::Host(own) => host == own,
            Self::Below(end) => host.len() > end.len() && host.ends_with(end.as_str()),
        }
    }
}

impl Policy {
    /// Reads the settings.
    pub fn of(config: &DynamicRegistration) -> Result<Self, PolicyError> {
        let auth_methods = if config.allowed_auth_methods.is_empty() {
            AuthMethod::ALL.to_vec()
        } else {
            let key = "allowed_auth_methods";
            words(key, &config.allowed_auth_methods, &AuthMethod::ALL, AuthMethod::name)?
        };
        let grant_types = words(
            "allowed_grant_types",
            &config.allowed_grant_types,
            &GrantType::ALL,
            GrantType::name,
        )?;
        let application_types = words(
            "allowed_application_types",
            &config.allowed_application_types,
            &ApplicationType::ALL,
            ApplicationType::name,
        )?;
        let redirect_hosts = config.allowed_redirect_hosts.iter().map(|text| {
            HostPattern::parse(text).ok_or_else(|| PolicyError {
                key: "allowed_redirect_hosts",
                word: text.clone(),
                known: "hosts such as app.example.com or *.example.com".to_owned(),
            })
        });
        if let Some(bad) = config.allowed_scopes.iter().find(|name| !scope::is_token(name)) {
            return Err(PolicyError {
                key: "allowed_scopes",
                word: bad.clone(),
                known: "what scopes can be".to_owned(),
            });
        }
        Ok(Self {
            grant_types,
            auth_methods,
            application_types,
            redirect_hosts: redirect_hosts.collect::<Result<_, _>>()?,
            scopes: config.allowed_scopes.clone(),
            resources: config.allowed_resources.clone(),
            consent: match config.consent {
                ConsentRule::Remembered => Consent::Remembered,
                ConsentRule::EachTime => Consent::EachTime,
            },
            loopback_web: config.insecure_loopback_web,
            without_pkce: config.unsafe_confidential_without_pkce,
            endpoint_audience: config.unsafe_endpoint_audience,
        })
    }

    /// Says in the log what is unsafe.
    pub fn warn(&self) {
        if self.without_pkce {
            tracing::warn!(
                "dynamic_registration.unsafe_confidential_without_pkce: clients that register themselves as confidential \
                 need not use PKCE, so a stolen code can be injected into another session"
            );
        }
        if self.endpoint_audience {
            tracing::warn!(
                "dynamic_registration.unsafe_endpoint_audience: assertions of clients that register themselves are good \
                 here if they were made for another server that claims these endpoints"
            );
        }
        if self.loopback_web {
            tracing::warn!(
                "dynamic_registration.insecure_loopback_web: web applications may be redirected to the browser's machine"
            );
        }
    }
}

fn words<T: Copy>(
    key: &'static str,
    texts: &[String],
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<Vec<T>, PolicyError> {
    texts
        .iter()
        .map(|word| {
            all.iter().copied().find(|own| name(*own) == word).ok_or_else(|| {
                let known: Vec<&str> = all.iter().map(|own| name(*own)).collect();
                PolicyError { key, word: word.clone(), known: known.join(", ") }
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_understood() {
        let policy = Policy::of(&DynamicRegistration::default()).expect("understood");
        assert_eq!(policy.auth_methods, AuthMethod::ALL);
        assert_eq!(policy.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
        assert!(!policy.without_pkce && !policy.loopback_web);
    }

    #[test]
    fn a_word_that_the_server_does_not_know_is_named() {
        let word = || vec!["implicit".to_owned()];
        let default = DynamicRegistration::default;
        for (config, key) in [
            (DynamicRegistration { allowed_grant_types: word(), ..default() }, "grant_types"),
            (DynamicRegistration { allowed_auth_methods: word(), ..default() }, "auth_methods"),
            (
                DynamicRegistration { allowed_application_types: word(), ..default() },
                "application_types",
            ),
            (
                DynamicRegistration { allowed_scopes: vec!["a b".to_owned()], ..default() },
                "allowed_scopes",
            ),
            (
                DynamicRegistration {
                    allowed_redirect_hosts: vec!["https://a.example".to_owned()],
                    ..default()
                },
                "redirect_hosts",
            ),
        ] {
            let error = Policy::of(&config).expect_err(key).to_string();
            assert!(error.contains(key), "{error}");
        }
    }

    #[test]
    fn hosts_match_as_a_whole_or_below_one() {
        let matches = |pattern: &str, host: &str| {
            HostPattern::parse(pattern).expect("a pattern").matches(host)
        };
        assert!(matches("App.example", "app.example"));
        assert!(!matches("app.example", "x.app.example"));
        assert!(matches("*.example.com", "a.example.com"));
        assert!(matches("*.example.com", "b.a.example.com"));
        assert!(!matches("*.example.com", "example.com"));
        assert!(!matches("*.example.com", "evilexample.com"));
        assert!(!matches("*.example.com", ".example.com"));
        assert!(matches("bücher.example", "xn--bcher-kva.example"));
        for bad in ["", "*", "*.", "*.*.example", "a b", "*.127.0.0.1", "a/b"] {
            assert_eq!(HostPattern::parse(bad), None, "{bad}");
        }
    }
}
