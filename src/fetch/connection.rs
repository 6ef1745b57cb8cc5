//! One connection for one request: the name is resolved, what it leads to is checked, and exactly that is connected to.

use std::{
    future::Future,
    io,
    net::{SocketAddr, ToSocketAddrs},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

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
    sync::Semaphore,
    task::JoinSet,
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::{FetchError, guard::Guard};

/// The most that the head of an answer may take up, in bytes.
const HEAD: usize = 32 * 1024;

/// How many addresses of a host are tried.
const ADDRESSES: usize = 3;

/// Where the addresses of a host are from.
pub trait Resolve: Send + Sync {
    /// The addresses of `host`.
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>>;
}

/// How many names are looked up at a time.
const LOOKUPS: usize = 32;

/// The system's own resolver. It blocks a thread for as long as it likes, also when no one waits for it any more; whoever
/// may name hosts could have all threads wait for name servers of their own that never answer, those that hash passwords
/// and read files too. So only so many names are looked up at a time, and what comes beside is told so at once.
pub(super) struct System {
    places: Arc<Semaphore>,
}

impl System {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(LOOKUPS)) }
    }

    async fn run<F>(&self, look_up: F) -> io::Result<Vec<SocketAddr>>
    where
        F: FnOnce() -> io::Result<Vec<SocketAddr>> + Send + 'static,
    {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            io::Error::new(io::ErrorKind::WouldBlock, "too many names are being looked up")
        })?;
        let looked_up = tokio::task::spawn_blocking(move || {
            // Until it really ends, and not until whoever asked has gone.
            let _place = place;
            look_up()
        });
        looked_up.await.map_err(io::Error::other)?
    }
}

impl Resolve for System {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        let host = host.to_owned();
        Box::pin(self.run(move || Ok((host.as_str(), port).to_socket_addrs()?.collect())))
    }
}

/// A connection, which is closed when this is dropped.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    _driver: JoinSet<()>,
}

impl Connection {
    /// Opens one to where `url` leads, if the guard lets it.
    pub(super) async fn open(
        url: &Url,
        guard: &Guard,
        resolver: &dyn Resolve,
        tls: &Arc<ClientConfig>,
        patience: Duration,
    ) -> Result<Self, FetchError> {
        guard.check_url(url)?;
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(FetchError::Url("it has no host"));
        };
        let opened = async {
            let addresses = match &host {
                Host::Domain(name) => {
                    resolver.resolve(name, port).await.map_err(FetchError::Resolving)?
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

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};

    use super::*;

    #[tokio::test]
    async fn look_ups_that_do_not_end_keep_their_places_and_others_are_refused_at_once() {
        let system = System::new();
        let (end, ended) = mpsc::channel::<()>();
        let ended = Arc::new(Mutex::new(ended));
        for _ in 0..LOOKUPS {
            let ended = Arc::clone(&ended);
            let stalled = system.run(move || {
                // Until the sender is dropped.
                drop(ended.lock().map(|ended| ended.recv()));
                Ok(Vec::new())
            });
            // Whoever asked goes away.
            tokio::select! {
                biased;
                _ = stalled => panic!("it cannot have ended"),
                () = std::future::ready(()) => {}
            }
        }
        let error = system.run(|| Ok(Vec::new())).await.expect_err("no place");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        let error = system.resolve("localhost", 443).await.expect_err("no place");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        drop(end);
        let all = u32::try_from(LOOKUPS).expect("a few");
        drop(system.places.acquire_many(all).await.expect("open"));
        assert!(!system.resolve("localhost", 443).await.expect("found").is_empty());
    }
}
