//! One connection for one request: the name is resolved, what it leads to is checked, and exactly that is connected to.

use std::{future::Future, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use http::{Request, Response};
use http_body_util::Full;
use hyper::{
    body::{Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinSet,
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::{FetchError, guard::Guard, lookup::Owner};

/// The most that the head of an answer may take up, in bytes.
const HEAD: usize = 32 * 1024;

/// How many addresses of a host are tried.
const ADDRESSES: usize = 3;

/// Where the addresses of a host are from.
pub trait Resolve: Send + Sync {
    /// The addresses of `host`, which `owner` named.
    fn resolve<'a>(
        &'a self,
        owner: &'a Owner,
        host: &'a str,
        port: u16,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>>;
}

/// A connection, which is closed when this is dropped.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    _driver: JoinSet<()>,
}

impl Connection {
    /// Opens one to where `url` leads, if the guard lets it.
    pub(super) async fn open(
        owner: &Owner,
        url: &Url,
        guard: &Guard,
        resolver: &dyn Resolve,
        tls: &Arc<ClientConfig>,
        patience: Duration,
    ) -> Result<Self, FetchError> {
        guard.check_url(url)?;
        // Whoever else has named it, the operator did so first.
        let owner = if guard.allows_name(url) { &Owner::Operator } else { owner };
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(FetchError::Url("it has no host"));
        };
        let opened = async {
            let addresses = match &host {
                Host::Domain(name) => {
                    resolver.resolve(owner, name, port).await.map_err(FetchError::Resolving)?
                }
                Host::Ipv4(address) => vec![SocketAddr::from((*address, port))],
                Host::Ipv6(address) => vec![SocketAddr::from((*address, port))],
            };
            // Checked here and connected to here: whatever the name leads to a moment later is not asked.
            let addresses = guard.permitted(url, addresses)?;
            let stream = connect(&addresses, patience).await?;
            if url.scheme() == "http" {
                return Self::over(stream).await;
            }
            let name = match host {
                Host::Domain(name) => ServerName::try_from(name.to_owned())
                    .map_err(|_| FetchError::Url("its host is no name of a server"))?,
                Host::Ipv4(address) => ServerName::from(std::net::IpAddr::from(address)),
                Host::Ipv6(address) => ServerName::from(std::net::IpAddr::from(address)),
            };
            let connector = TlsConnector::from(Arc::clone(tls));
            Self::over(connector.connect(name, stream).await.map_err(FetchError::Connecting)?).await
        };
        tokio::time::timeout(patience, opened).await.map_err(|_| FetchError::Slow)?
    }

    async fn over<S>(stream: S) -> Result<Self, FetchError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) =
            http1::Builder::new().max_buf_size(HEAD).handshake(TokioIo::new(stream)).await?;
        let mut driver = JoinSet::new();
        // What goes wrong with it, the one request on it is told.
        driver.spawn(async move { drop(connection.await) });
        Ok(Self { sender, _driver: driver })
    }

    /// Sends the one request.
    pub(super) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, FetchError> {
        Ok(self.sender.send_request(request).await?)
    }
}

/// Connects to the first address that answers. Each has its share of the time, so that one that is silent does not keep
/// the others from being tried.
async fn connect(addresses: &[SocketAddr], patience: Duration) -> Result<TcpStream, FetchError> {
    let tried = &addresses[..addresses.len().min(ADDRESSES)];
    let share = patience / u32::try_from(tried.len()).unwrap_or(1).max(1);
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in tried {
        match tokio::time::timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(FetchError::Connecting(last))
}
