//! Listeners: HTTP/1.1 and HTTP/2 over TCP or TLS, with limits on how slow a peer may be, and a shutdown that finishes
//! what is in flight.

use std::{convert::Infallible, future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::response::Response;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{
    body::{Body, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::{
        conn::auto,
        graceful::{GracefulShutdown, Watcher},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_rustls::TlsAcceptor;

use super::{pulse::Pulse, tls};
use crate::config::{self, Tls};

pub use super::tls::TlsError;

/// How long a peer may take for the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The largest head of a request, in bytes, give or take what is read at once: one whose URI is as long as any is taken
/// (64 KiB), with its headers. Each connection may take up that much memory for as long as it may be idle.
const HEAD: usize = 80 * 1024;
/// Requests that an HTTP/2 connection may have open at once.
const STREAMS: u32 = 128;

/// Why a request's body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is larger than the limit.
    TooLarge,
    /// It ended before its end, or is not what its headers say.
    Broken,
}

/// A request that has arrived as a whole.
pub type Arrived = Request<Result<Bytes, Unread>>;

/// What answers a listener's requests. A clone is made for each connection.
pub trait Answer: Clone + Send + Sync + 'static {
    /// The largest body, in bytes, of a request for this path, where others have `usual` at most.
    fn longest_body(&self, _path: &str, usual: usize) -> usize {
        usual
    }

    /// Answers a request that `peer`, the connection's other end, sent.
    fn answer(&self, peer: SocketAddr, request: Arrived) -> impl Future<Output = Response> + Send;
}

/// What a listener puts up with.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; more wait to be accepted.
    pub connections: usize,
    /// How long a connection may take until its next request has arrived as a whole.
    pub idle: Duration,
    /// The largest request body, in bytes.
    pub body: usize,
}

impl Limits {
    /// The configured ones.
    #[must_use]
    pub fn of(server: &config::Server) -> Self {
        Self {
            connections: server.max_connections,
            idle: server.idle_timeout.0,
            body: server.body_limit,
        }
    }
}

/// A bound listener.
pub struct Listener {
    tcp: TcpListener,
    tls: Option<TlsAcceptor>,
    limits: Limits,
}

impl Listener {
    /// Binds to `address`, with TLS if so configured.
    pub async fn bind(
        address: SocketAddr,
        tls: Option<&Tls>,
        limits: Limits,
    ) -> Result<Self, TlsError> {
        let failed = |error| TlsError::File(address.to_string(), error);
        let acceptor = tls.map(tls::acceptor).transpose()?;
        let tcp = TcpListener::bind(address).await.map_err(failed)?;
        Ok(Self { tcp, tls: acceptor, limits })
    }

    /// Where it listens, the port chosen by the system included.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Serves until `shutdown`, then finishes requests in flight for at most `grace`.
    pub async fn serve(
        self,
        answer: impl Answer,
        shutdown: impl Future<Output = ()>,
        grace: Duration,
    ) {
        let graceful = GracefulShutdown::new();
        let mut shutdown = std::pin::pin!(shutdown);
        let places = Arc::new(Semaphore::new(self.limits.connections));
        loop {
            let accept = async {
                let place = Arc::clone(&places).acquire_owned().await;
                self.tcp.accept().await.map(|(stream, peer)| (stream, peer, place))
            };
            let (stream, peer, place) = tokio::select! {
                accepted = accept => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file descriptors, say: let some go.
                        tracing::warn!(%error, "no connection was accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                },
                () = &mut shutdown => break,
            };
            let _ = stream.set_nodelay(true);
            let pulse = Pulse::default();
            let connection =
                Arc::new(Connection { peer, answer: answer.clone(), limits: self.limits, pulse });
            let watcher = graceful.watcher();
            let acceptor = self.tls.clone();
            tokio::spawn(async move {
                let _place = place;
                match acceptor {
                    None => connection.serve(stream, watcher).await,
                    Some(acceptor) => {
                        if let Some(stream) = handshake(&acceptor, stream).await {
                            connection.serve(stream, watcher).await;
                        }
                    }
                }
            });
        }
        drop(self.tcp);
        if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
            tracing::warn!("requests in flight were cut off");
        }
    }
}

async fn handshake(
    acceptor: &TlsAcceptor,
    stream: TcpStream,
) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Some(stream),
        Ok(Err(error)) => {
            tracing::debug!(%error, "TLS handshake failed");
            None
        }
        Err(_) => None,
    }
}

/// What the requests of a connection share.
struct Connection<A> {
    peer: SocketAddr,
    answer: A,
    limits: Limits,
    pulse: Pulse,
}

impl<A: Answer> Connection<A> {
    /// Serves until the peer closes, falls silent for too long, or the server shuts down.
    async fn serve(
        self: Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        watcher: Watcher,
    ) {
        let connection = Arc::clone(&self);
        let service = service_fn(move |request: Request<Incoming>| {
            let connection = Arc::clone(&connection);
            async move { Ok::<_, Infallible>(connection.answer(request).await) }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().max_buf_size(HEAD);
        builder.http2().max_concurrent_streams(STREAMS);
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        tokio::select! {
            biased;
            served = watcher.watch(connection) => if let Err(error) = served {
                tracing::debug!(%error, "a connection ended badly");
            },
            () = self.pulse.quiet_for(self.limits.idle) => {
                tracing::debug!(peer = %self.peer, "a connection that brought no request was closed");
            }
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response {
        let (head, body) = request.into_parts();
        let longest = self.answer.longest_body(head.uri.path(), self.limits.body);
        let body = read(body, longest).await;
        let _answering = self.pulse.answering();
        self.answer.answer(self.peer, Request::from_parts(head, body)).await
    }
}

/// Reads a body as a whole, so that nothing that is done about a request waits for its peer.
async fn read(body: Incoming, limit: usize) -> Result<Bytes, Unread> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLarge);
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Err(_) => Err(Unread::Broken),
    }
}
