//! What a client is registered with about the end of sessions (OpenID Connect RP-Initiated Logout 1.0 §3.1, Front-Channel
//! Logout 1.0 §2, Back-Channel Logout 1.0 §2.2), and where others begin a sign-in at it (Dynamic Client Registration 1.0
//! §2).

use serde::{Deserialize, Serialize};

use super::redirect_uri::{Matched, Registered, origin};

/// Client metadata about sessions, by its registered names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionMetadata {
    /// Where people may be sent after they signed out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<Registered>,
    /// A page that signs a person out there, loaded in a frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<Registered>,
    /// Whether that page has to be told the session. It is in any case.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frontchannel_logout_session_required: bool,
    /// Where the client itself is told that a session ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<Registered>,
    /// Whether it has to be told the session. It is in any case.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backchannel_logout_session_required: bool,
    /// Where a sign-in at the client begins (OpenID Connect Core §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<Registered>,
}

impl SessionMetadata {
    /// The registered URI that `presented` is, where a person may be sent after they signed out (RP-Initiated Logout §3).
    #[must_use]
    pub fn match_post_logout_redirect_uri(&self, presented: &str) -> Option<Matched> {
        self.post_logout_redirect_uris.iter().find_map(|registered| registered.is(presented))
    }

    /// Checks what an operator wants to register, beside the client's redirect URIs.
    pub(super) fn validate(&self, redirect_uris: &[Registered]) -> Result<(), String> {
        for uri in &self.post_logout_redirect_uris {
            Registered::parse(uri.as_str())
                .map_err(|problem| format!("post_logout_redirect_uris: {problem}"))?;
        }
        for (name, uri) in [
            ("frontchannel_logout_uri", &self.frontchannel_logout_uri),
            ("backchannel_logout_uri", &self.backchannel_logout_uri),
            ("initiate_login_uri", &self.initiate_login_uri),
        ] {
            let Some(uri) = uri else { continue };
            Registered::parse(uri.as_str()).map_err(|problem| format!("{name}: {problem}"))?;
            if uri.origin().is_none() {
                return Err(format!("{name} must be https, or http on loopback"));
            }
        }
        // Front-Channel Logout §2: a page of the client's own, since it is framed with the person's cookies.
        if let Some(uri) = &self.frontchannel_logout_uri
            && !redirect_uris.iter().any(|own| origin(own.as_str()) == uri.origin())
        {
            return Err(
                "frontchannel_logout_uri must have the scheme, host and port of one of the redirect_uris".to_owned()
            );
        }
        for (required, uri, name) in [
            (
                self.frontchannel_logout_session_required,
                &self.frontchannel_logout_uri,
                "frontchannel_logout",
            ),
            (
                self.backchannel_logout_session_required,
                &self.backchannel_logout_uri,
                "backchannel_logout",
            ),
        ] {
            if required && uri.is_none() {
                return Err(format!("{name}_session_required needs {name}_uri"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn validate(metadata: &Value) -> Result<(), String> {
        let metadata: SessionMetadata =
            serde_json::from_value(metadata.clone()).expect("of the right types");
        let redirect_uris = ["https://app.example/cb", "com.example.app:/cb"]
            .map(|uri| Registered::parse(uri).expect("a redirect URI"));
        metadata.validate(&redirect_uris)
    }

    #[test]
    fn what_a_client_may_register_about_sessions() {
        for fine in [
            json!({}),
            json!({ "post_logout_redirect_uris": ["https://other.example/out?a=1", "com.example.app:/out"] }),
            json!({ "frontchannel_logout_uri": "https://app.example/out?a=1", "frontchannel_logout_session_required": true }),
            json!({ "backchannel_logout_uri": "https://other.example/out", "backchannel_logout_session_required": true }),
            json!({ "backchannel_logout_uri": "http://127.0.0.1:9000/out" }),
            json!({ "initiate_login_uri": "https://app.example/login" }),
        ] {
            assert_eq!(validate(&fine), Ok(()), "{fine}");
        }
        for (wrong, named) in [
            (json!({ "post_logout_redirect_uris": ["http://app.example/out"] }), "https"),
            (json!({ "post_logout_redirect_uris": ["https://app.example/out#f"] }), "fragment"),
            (json!({ "post_logout_redirect_uris": ["javascript:alert(1)"] }), "post_logout"),
            (
                json!({ "frontchannel_logout_uri": "https://other.example/out" }),
                "scheme, host and port",
            ),
            (
                json!({ "frontchannel_logout_uri": "https://app.example:8443/out" }),
                "scheme, host and port",
            ),
            (json!({ "frontchannel_logout_uri": "com.example.app:/out" }), "https"),
            (json!({ "frontchannel_logout_session_required": true }), "frontchannel_logout_uri"),
            (json!({ "backchannel_logout_uri": "http://app.example/out" }), "https"),
            (json!({ "backchannel_logout_uri": "https://app.example/out#f" }), "fragment"),
            (json!({ "backchannel_logout_uri": "com.example.app:/out" }), "backchannel"),
            (json!({ "backchannel_logout_session_required": true }), "backchannel_logout_uri"),
            (json!({ "initiate_login_uri": "http://app.example/login" }), "initiate_login_uri"),
            (json!({ "initiate_login_uri": "com.example.app:/login" }), "initiate_login_uri"),
        ] {
            let problem = validate(&wrong).expect_err(named);
            assert!(problem.contains(named), "{wrong}: {problem}");
        }
    }

    #[test]
    fn a_post_logout_redirect_uri_matches_letter_by_letter() {
        let metadata: SessionMetadata = serde_json::from_value(json!({
            "post_logout_redirect_uris": ["https://app.example/out", "http://127.0.0.1/out"],
        }))
        .expect("metadata");
        let matches = |uri| metadata.match_post_logout_redirect_uri(uri).is_some();
        assert!(matches("https://app.example/out") && matches("http://127.0.0.1/out"));
        for other in [
            "https://app.example/out?a=1",
            "https://app.example/out/",
            "https://APP.example/out",
            "http://127.0.0.1:8080/out",
            "",
        ] {
            assert!(!matches(other), "{other}");
        }
    }
}
