//! What is asked of Signet: where its endpoints are, what its keys are, about tokens, and for decisions.

use std::{collections::HashMap, error::Error, fmt, time::Duration};

use reqwest::{Client, RequestBuilder, StatusCode, Url, redirect::Policy};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::{
    sync::{Mutex, OnceCell},
    time::Instant,
};

use crate::settings::{Settings, is_loopback};

/// Signet as a resource that decisions are asked of.
const AUTHORIZATION_API: &str = "urn:signet:authorization-api";

/// Signet, over HTTP.
pub struct Signet {
    /// How it is reached.
    pub settings: Settings,
    http: Client,
    endpoints: OnceCell<Endpoints>,
    own_token: Mutex<Option<(String, Instant)>>,
}

/// From RFC 8414 and `AuthZEN` metadata.
struct Endpoints {
    jwks: Url,
    introspection: Url,
    token: Url,
    evaluation: Url,
}

/// Signet cannot be asked, or says what makes no sense.
#[derive(Debug)]
pub struct Unavailable(String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<reqwest::Error> for Unavailable {
    fn from(error: reqwest::Error) -> Self {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        Self(format!("{error}{cause}"))
    }
}

/// What Signet decided.
#[derive(Deserialize)]
pub struct Decision {
    /// Whether it may be done.
    pub decision: bool,
    /// What goes with it.
    #[serde(default)]
    pub context: Context,
}

/// What goes with a decision.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Context {
    /// What Signet's log calls it.
    pub id: String,
    /// What the person may be told, by status.
    pub reason_user: HashMap<String, String>,
    /// What would let it be permitted.
    pub step_up: Option<StepUp>,
    /// What has to be done besides.
    pub obligations: Vec<String>,
}

/// See RFC 9470 §3.
#[derive(Deserialize)]
pub struct StepUp {
    /// How surely the person has to prove who they are.
    pub acr_values: Option<String>,
    /// How long ago at most, in seconds.
    pub max_age: Option<u64>,
}

impl Signet {
    /// Nothing is asked yet: the API starts without Signet, and refuses until it is there.
    pub fn new(settings: Settings) -> reqwest::Result<Self> {
        let beyond = Url::parse(&settings.issuer).is_ok_and(|issuer| !is_loopback(&issuer));
        let http = Client::builder()
            .timeout(Duration::from_secs(5))
            .redirect(Policy::none())
            .https_only(beyond)
            .build()?;
        Ok(Self { settings, http, endpoints: OnceCell::new(), own_token: Mutex::default() })
    }

    /// Asked for when first needed, and again until it succeeds once.
    async fn endpoints(&self) -> Result<&Endpoints, Unavailable> {
        let fetch = async || {
            let server = self.metadata("oauth-authorization-server", "issuer").await?;
            let decisions = self.metadata("authzen-configuration", "policy_decision_point").await?;
            Ok(Endpoints {
                jwks: endpoint(&server, "jwks_uri")?,
                introspection: endpoint(&server, "introspection_endpoint")?,
                token: endpoint(&server, "token_endpoint")?,
                evaluation: endpoint(&decisions, "access_evaluation_endpoint")?,
            })
        };
        self.endpoints.get_or_try_init(fetch).await
    }

    /// A document of metadata, which says whose it is (RFC 8414 §3.3).
    async fn metadata(&self, name: &str, own: &str) -> Result<Value, Unavailable> {
        let issuer = &self.settings.issuer;
        let url = Url::parse(issuer).map_err(|error| Unavailable(error.to_string()))?;
        let document: Value = json(self.http.get(well_known(&url, name))).await?;
        if document[own] != *issuer {
            return Err(Unavailable(format!("{name} is not that of {issuer}")));
        }
        Ok(document)
    }

    /// The keys that Signet signs with (RFC 7517).
    pub async fn keys(&self) -> Result<Vec<Value>, Unavailable> {
        #[derive(Deserialize)]
        struct Answer {
            keys: Vec<Value>,
        }
        let url = self.endpoints().await?.jwks.clone();
        Ok(json::<Answer>(self.http.get(url)).await?.keys)
    }

    /// What Signet says of a token (RFC 7662).
    pub async fn introspect(&self, token: &str) -> Result<Value, Unavailable> {
        let url = self.endpoints().await?.introspection.clone();
        json(self.authenticated(url, &[("token", token)])).await
    }

    /// Whether a subject may do something with a resource (`AuthZEN` 1.0).
    pub async fn decide(&self, question: &Value) -> Result<Decision, Unavailable> {
        let url = &self.endpoints().await?.evaluation;
        let ask = async |token: String| {
            self.http.post(url.clone()).bearer_auth(token).json(question).send().await
        };
        let mut answer = ask(self.own_token().await?).await?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            // The token was revoked, or Signet's keys are others: a new one may do.
            *self.own_token.lock().await = None;
            answer = ask(self.own_token().await?).await?;
        }
        Ok(answer.error_for_status()?.json().await?)
    }

    /// The API's own access token, by client credentials, kept until shortly before it ends.
    async fn own_token(&self) -> Result<String, Unavailable> {
        #[derive(Deserialize)]
        struct Answer {
            access_token: String,
            expires_in: u64,
        }
        let mut kept = self.own_token.lock().await;
        if let Some((token, until)) = &*kept
            && *until > Instant::now()
        {
            return Ok(token.clone());
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("resource", AUTHORIZATION_API),
            ("scope", "decide"),
        ];
        let request = self.authenticated(self.endpoints().await?.token.clone(), &form);
        let Answer { access_token, expires_in } = json(request).await?;
        let until = Instant::now() + Duration::from_secs(expires_in.saturating_sub(30));
        *kept = Some((access_token.clone(), until));
        Ok(access_token)
    }

    /// A form by `client_secret_basic` (RFC 6749 §2.3.1: both halves are form-encoded first).
    fn authenticated(&self, url: Url, form: &[(&str, &str)]) -> RequestBuilder {
        let encode =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let Settings { client_id, client_secret, .. } = &self.settings;
        self.http.post(url).basic_auth(encode(client_id), Some(encode(client_secret))).form(form)
    }
}

async fn json<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Unavailable> {
    Ok(request.send().await?.error_for_status()?.json().await?)
}

fn endpoint(document: &Value, name: &str) -> Result<Url, Unavailable> {
    let url = document[name].as_str().and_then(|text| Url::parse(text).ok());
    url.ok_or_else(|| Unavailable(format!("metadata has no {name}")))
}

/// Where metadata is: before the path of what it is about (RFC 8414 §3.1, RFC 9728 §3.1).
pub fn well_known(of: &Url, name: &str) -> Url {
    let mut url = of.clone();
    url.set_path(&format!("/.well-known/{name}{}", of.path().trim_end_matches('/')));
    url
}
