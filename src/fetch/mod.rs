//! Fetching what others name: one guarded HTTP client for every address that comes from outside.
//!
//! A client that registers a `jwks_uri` chooses what Signet connects to, from within the operator's network. So nothing
//! but https to the internet is fetched, and what a name leads to is checked on the very address that is connected to,
//! at each step of a redirect: a name that leads elsewhere a moment later (DNS rebinding) gains nothing. Each request has
//! a connection of its own, which knows no proxy, cookie or credential of the environment. What is fetched is limited in
//! size and time. What failed is for the log: the difference between errors would map the operator's network.

mod address;
mod connection;
mod freshness;
mod guard;
mod lookup;

use std::{fmt, io, path::Path, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use url::{Position, Url};

use self::{connection::Connection, lookup::System};
pub use self::{connection::Resolve, guard::Guard, lookup::Owner};
use crate::config::Fetch;

/// How Signet calls itself.
const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("Signet/", env!("CARGO_PKG_VERSION")));

/// What one fetch may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest body, in bytes.
    pub bytes: usize,
    /// The longest until a connection stands, name resolution and TLS included.
    pub connect: Duration,
    /// The longest that all of it may take.
    pub total: Duration,
    /// How many redirects are followed.
    pub redirects: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            connect: Duration::from_secs(3),
            total: Duration::from_secs(6),
            redirects: 3,
        }
    }
}

/// What was fetched.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The body.
    pub body: Bytes,
    /// The media type, as it was named.
    pub content_type: Option<String>,
    /// The entity tag.
    pub etag: Option<String>,
    /// How long it stays fresh, if the answer says (RFC 9111).
    pub fresh_for: Option<Duration>,
}

/// Why something was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The URL is none that is fetched.
    #[error("the URL is not fetched: {0}")]
    Url(&'static str),
    /// It leads to an address that is not the internet's.
    #[error(
        "the URL is not fetched: its host is at a private or reserved address (fetch.insecure_allow_hosts lets one through)"
    )]
    Address,
    /// Its host has no address.
    #[error("its host was not found: {0}")]
    Resolving(#[source] io::Error),
    /// There is no connection, or no TLS.
    #[error("there is no connection: {0}")]
    Connecting(#[source] io::Error),
    /// The answer is not HTTP, or broke off.
    #[error("the answer cannot be read: {0}")]
    Unreadable(#[from] hyper::Error),
    /// It is encoded although that was not asked for.
    #[error("the answer has a content coding")]
    Encoded,
    /// It is larger than allowed.
    #[error("the answer is too large")]
    Large,
    /// It took longer than allowed.
    #[error("it took too long")]
    Slow,
    /// There were more redirects than are followed, or one without a place to go.
    #[error("it redirects too often or nowhere")]
    Redirects,
    /// The answer is none of success.
    #[error("the answer is {0}")]
    Status(StatusCode),
}

/// Why nothing can be fetched at all.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The file with certificate authorities.
    #[error("fetch.ca_certificate: {0}: {1}")]
    Certificate(String, String),
    /// TLS.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// The guarded client.
pub struct Client {
    guard: Guard,
    resolver: Box<dyn Resolve>,
    tls: Arc<ClientConfig>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("guard", &self.guard).finish_non_exhaustive()
    }
}

impl Client {
    /// A client by the operator's settings.
    pub fn new(config: &Fetch) -> Result<Self, SetUpError> {
        Self::with_resolver(config, Box::new(System::new()))
    }

    /// A client that is told by someone else where hosts are.
    pub fn with_resolver(config: &Fetch, resolver: Box<dyn Resolve>) -> Result<Self, SetUpError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = &config.ca_certificate {
            add_authorities(&mut roots, path)?;
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        if !config.insecure_allow_hosts.is_empty() {
            let hosts = &config.insecure_allow_hosts;
            tracing::warn!(
                ?hosts,
                "fetch.insecure_allow_hosts: whoever may name an address reaches these"
            );
        }
        Ok(Self { guard: Guard::new(config), resolver, tls: Arc::new(tls) })
    }

    /// What decides about URLs, for those who take one in.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Fetches what is at `url`, which `owner` named, following redirects.
    pub async fn get(
        &self,
        owner: &Owner,
        url: &Url,
        limits: Limits,
    ) -> Result<Fetched, FetchError> {
        self.get_with(owner, url, &[], limits).await
    }

    /// Fetches with headers beside those that every request has.
    pub async fn get_with(
        &self,
        owner: &Owner,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        limits: Limits,
    ) -> Result<Fetched, FetchError> {
        let fetched = self.follow(owner, url, headers, limits);
        tokio::time::timeout(limits.total, fetched).await.map_err(|_| FetchError::Slow)?
    }

    /// Posts an `application/x-www-form-urlencoded` body and returns the status of the answer, whichever it is. Nothing
    /// is redirected: the form is for the one that was named.
    pub async fn post_form(
        &self,
        owner: &Owner,
        url: &Url,
        form: &[(&str, &str)],
        limits: Limits,
    ) -> Result<StatusCode, FetchError> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        let headers = [(header::CONTENT_TYPE, kind)];
        let posted = async {
            let (_open, answer) =
                self.ask(owner, Method::POST, url, &headers, body.into(), limits).await?;
            Ok(answer.status())
        };
        tokio::time::timeout(limits.total, posted).await.map_err(|_| FetchError::Slow)?
    }

    async fn follow(
        &self,
        owner: &Owner,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        limits: Limits,
    ) -> Result<Fetched, FetchError> {
        let mut url = url.clone();
        for _ in 0..=limits.redirects {
            // The connection has to stay until the body is read.
            let (_open, answer) =
                self.ask(owner, Method::GET, &url, headers, Bytes::new(), limits).await?;
            match answer.status() {
                StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT => {
                    let to = answer.headers().get(header::LOCATION);
                    let to = to.and_then(|to| to.to_str().ok()).and_then(|to| url.join(to).ok());
                    url = to.ok_or(FetchError::Redirects)?;
                }
                StatusCode::OK => return read(answer, limits.bytes).await,
                other => return Err(FetchError::Status(other)),
            }
        }
        Err(FetchError::Redirects)
    }

    async fn ask(
        &self,
        owner: &Owner,
        method: Method,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        body: Bytes,
        limits: Limits,
    ) -> Result<(Connection, http::Response<Incoming>), FetchError> {
        let (resolver, tls) = (self.resolver.as_ref(), &self.tls);
        let mut connection =
            Connection::open(owner, url, &self.guard, resolver, tls, limits.connect).await?;
        let mut request = Request::builder()
            .method(method)
            .uri(&url[Position::BeforePath..Position::AfterQuery])
            .header(header::HOST, &url[Position::BeforeHost..Position::AfterPort])
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::ACCEPT, "*/*")
            .header(header::ACCEPT_ENCODING, "identity")
            .header(header::CONNECTION, "close");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(body));
        let request = request.map_err(|_| FetchError::Url("it cannot be written as a request"))?;
        let answer = connection.send(request).await?;
        Ok((connection, answer))
    }
}

/// Reads the body, no further than the limit, whatever its announced length.
async fn read(answer: http::Response<Incoming>, limit: usize) -> Result<Fetched, FetchError> {
    let (head, mut body) = answer.into_parts();
    let text = |name| head.headers.get(name)?.to_str().ok().map(str::to_owned);
    if text(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(FetchError::Encoded);
    }
    if body.size_hint().lower() > limit as u64 {
        return Err(FetchError::Large);
    }
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if read.len() + data.len() > limit {
            return Err(FetchError::Large);
        }
        read.extend_from_slice(&data);
    }
    Ok(Fetched {
        body: read.freeze(),
        content_type: text(header::CONTENT_TYPE),
        etag: text(header::ETAG),
        fresh_for: freshness::fresh_for(&head.headers),
    })
}

fn add_authorities(roots: &mut RootCertStore, path: &Path) -> Result<(), SetUpError> {
    let wrong = |why: String| SetUpError::Certificate(path.display().to_string(), why);
    let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let mut found = false;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
        found = true;
    }
    if found { Ok(()) } else { Err(wrong("there is no certificate in it".to_owned())) }
}
