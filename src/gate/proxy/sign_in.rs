//! The beginning of a sign-in at a site: an authorization request to Signet itself (RFC 6749 §4.1.1), whose answer the gate
//! takes (Browser-Based Apps §6.1.2.1).
//!
//! Everything that the answer is held against is in its `state`, sealed, and bound to the browser by a cookie: several tabs may
//! sign in at once, and nothing is kept.

use axum::{extract::State, response::Response};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, Uri};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    answer,
    check::{self, Verdict},
    identity::Unknown,
    path,
    question::{self, Question, Refusal},
    session,
};
use crate::{
    access::engine::StepUp,
    app::{App, AppState},
    identity::pages::with_cookies,
    oauth::{metadata::path as protocol, token::no_store},
    registry::{client::Client, scope, site},
    tokens::{digest::Digest, secret::BrowserSecret},
    web::{RequestContext, cookies::Cookie, params::Params},
};

/// What `state` is sealed for.
const PLACE: &str = "gate sign-in";
/// The longest address that people are led back to.
const LONGEST: usize = 2048;

/// A sign-in that was begun.
#[derive(Debug, Serialize, Deserialize)]
pub struct Begun {
    /// The digest of the browser's secret.
    pub browser: [u8; 32],
    /// The PKCE verifier (RFC 7636 §4.1).
    pub verifier: String,
    /// The site.
    pub client_id: String,
    /// Under which origin.
    pub origin: String,
    /// Where the person goes on.
    pub return_to: String,
    /// When, in seconds since 1970.
    at: i64,
}

impl Begun {
    /// Where the person goes on, as an address that leads there from wherever it is shown.
    #[must_use]
    pub fn page(&self) -> String {
        format!("{}{}", self.origin, self.return_to)
    }

    /// Reads a `state` that is not too old.
    #[must_use]
    pub fn read(app: &App, state: &str) -> Option<Self> {
        let json = app.keys.master().open_text(PLACE, state)?;
        let begun: Self = serde_json::from_slice(&json).ok()?;
        let age = app.clock.now().unix_timestamp() - begun.at;
        let most = app.config.tokens.authorization_lifetime.0.as_secs();
        u64::try_from(age.max(0)).is_ok_and(|age| age <= most).then_some(begun)
    }
}

/// `GET /.signet/sign-in`: by a link of the site, or where a proxy leads a request that was not let through.
pub async fn begin(
    State(app): State<AppState>,
    context: RequestContext,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (client, origin) = question::here(&app, &uri, &headers).await?;
    let forwarded = headers.get("x-forwarded-uri").and_then(|value| value.to_str().ok());
    if forwarded.is_some_and(|asked| !asked.starts_with(path::OWN)) {
        return instead(&app, &headers, &context).await;
    }
    let params = uri.query().and_then(|query| Params::parse(query.as_bytes()).ok());
    let params = params.unwrap_or_default();
    let return_to = params.get("return_to").and_then(local).unwrap_or("/");
    let asked = Question::page(client, origin, return_to)?;
    let wanted = wanted(&params);
    let step_up = match check::decide(&app, &asked, &headers, &context.origin).await {
        // What anyone may read is asked for by someone who wants to be known.
        Verdict::Challenge(_) | Verdict::Through(None, _) => wanted,
        Verdict::StepUp(step_up) => Some(step_up.and(wanted.unwrap_or_default())),
        // To see the page they have proved enough, for what it wants to do they have not.
        Verdict::Through(Some(_), _) if wanted.is_some() => wanted,
        Verdict::Failed(error) => return Ok(answer::failed(error)),
        Verdict::Through(Some(_), _) | Verdict::Forbidden(_) => {
            return Ok(no_store(answer::redirect(return_to)));
        }
    };
    Ok(start(&app, &asked, step_up.as_ref(), &headers))
}

/// What a script was challenged to have proved (RFC 9470 §3), in parameters of the same names.
fn wanted(params: &Params) -> Option<StepUp> {
    // Of several, the first is the one that is preferred.
    let acr = params.get("acr_values").and_then(|values| values.split_whitespace().next());
    let max_age = params.get("max_age").and_then(|seconds| seconds.parse().ok());
    let wanted = StepUp { acr: acr.map(str::to_owned), max_age };
    (wanted != StepUp::default()).then_some(wanted)
}

/// In place of a request that a proxy did not let through.
async fn instead(
    app: &App,
    headers: &HeaderMap,
    context: &RequestContext,
) -> Result<Response, Refusal> {
    let asked = Question::forwarded(app, headers).await?;
    let verdict = check::decide(app, &asked, headers, &context.origin).await;
    let navigates = answer::navigates(&asked, headers);
    Ok(match &verdict {
        Verdict::Challenge(Unknown::Nothing) if navigates => start(app, &asked, None, headers),
        Verdict::StepUp(step_up) if navigates => start(app, &asked, Some(step_up), headers),
        // Signed in meanwhile.
        Verdict::Through(..) if navigates => {
            no_store(answer::redirect(local(&asked.path_and_query).unwrap_or("/")))
        }
        // What lets a request through is for the proxy, and whoever asks here is none. Nor did it go through.
        Verdict::Through(..) => no_store(answer::challenge(Some(&asked), &Unknown::Nothing)),
        _ => answer::plainly(Some(&asked), verdict, headers),
    })
}

/// An address of the site itself: a path, and nothing that browsers take for more.
#[must_use]
pub fn local(path: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let here = path.starts_with('/') && !path.starts_with("//") && !path.starts_with(path::OWN);
    (here && path.len() <= LONGEST && path.bytes().all(plain)).then_some(path)
}

/// Leads the browser to `/authorize`.
fn start(app: &App, asked: &Question, step_up: Option<&StepUp>, headers: &HeaderMap) -> Response {
    let cookies = session::cookies(&asked.origin);
    let known = cookies.get(headers, Cookie::GateBrowser).and_then(BrowserSecret::parse);
    let secret = known.unwrap_or_else(|| BrowserSecret::draw(&app.entropy));
    // Also one that is there lasts until the answer comes.
    let age = Some(app.config.tokens.authorization_lifetime.0);
    let cookie = cookies.set(Cookie::GateBrowser, &secret.expose(), age);
    let verifier = BASE64_URL_SAFE_NO_PAD.encode(app.entropy.bytes::<32>());
    let challenge = Digest::of(verifier.as_bytes()).base64url();
    let begun = Begun {
        browser: secret.digest().0,
        verifier,
        client_id: asked.client.id.to_string(),
        origin: asked.origin.clone(),
        return_to: local(&asked.path_and_query).unwrap_or("/").to_owned(),
        at: app.clock.now().unix_timestamp(),
    };
    let json = serde_json::to_vec(&begun).unwrap_or_default();
    let state = app.keys.master().seal_text(PLACE, &json);
    let to = authorization(app, &asked.client, &asked.origin, &state, &challenge, step_up);
    with_cookies(no_store(answer::redirect(&to)), [cookie])
}

fn authorization(
    app: &App,
    client: &Client,
    origin: &str,
    state: &str,
    challenge: &str,
    step_up: Option<&StepUp>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let scopes: Vec<&str> = client
        .metadata
        .scopes
        .iter()
        .map(String::as_str)
        // The session ends with the one at Signet.
        .filter(|name| *name != scope::OFFLINE_ACCESS)
        .collect();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &client.id)
        .append_pair("redirect_uri", &format!("{origin}{}", site::CALLBACK))
        .append_pair("scope", &scopes.join(" "))
        .append_pair("state", state)
        .append_pair("code_challenge", challenge)
        .append_pair("code_challenge_method", "S256");
    if let Some(resource) = client.metadata.gate.as_ref().and_then(|site| site.resource.as_deref())
    {
        query.append_pair("resource", resource);
    }
    if let Some(max_age) = step_up.and_then(|step_up| step_up.max_age) {
        query.append_pair("max_age", &max_age.to_string());
    }
    if let Some(acr) = step_up.and_then(|step_up| step_up.acr.as_deref()) {
        // Essential (OpenID Connect Core §5.5.1.1): with less, the person would only be sent here again.
        let claims = json!({ "id_token": { "acr": { "essential": true, "values": [acr] } } });
        query.append_pair("claims", &claims.to_string());
    }
    format!("{}?{}", app.config.server.issuer.join(protocol::AUTHORIZE), query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read_as_it_is_written() {
        for (query, acr, max_age) in [
            ("acr_values=aal2&max_age=600", Some("aal2"), Some(600)),
            ("acr_values=aal3+aal2", Some("aal3"), None),
            ("max_age=0", None, Some(0)),
            ("max_age=600&acr_values=&max_age=x", None, None),
            ("max_age=-1", None, None),
            ("acr_values=+", None, None),
            ("return_to=/", None, None),
        ] {
            let wanted = wanted(&Params::parse(query.as_bytes()).expect("parameters"));
            let expected = StepUp { acr: acr.map(str::to_owned), max_age };
            assert_eq!(wanted.unwrap_or_default(), expected, "{query}");
        }
    }

    #[test]
    fn people_are_led_back_to_the_site_alone() {
        for path in ["/", "/a/b?c=d&e=%2F", "/a//b", "/a:b@c"] {
            assert_eq!(local(path), Some(path));
        }
        for path in [
            "",
            "a",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a b",
            "/ä",
            "/.signet/sign-in",
        ] {
            assert_eq!(local(path), None, "{path}");
        }
        assert_eq!(local(&format!("/{}", "a".repeat(LONGEST))), None);
    }
}
