//! Listeners: HTTP/1.1 and HTTP/2 over TCP or TLS, with limits on how slow a peer may be, and a shutdown that finishes
//! what is in flight.

use std::{convert::Infallible, future::Future, io, net::SocketAddr, time::Duration};

use axum::response::Response;
use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::tls;
use crate::config::Tls;

pub use super::tls::TlsError;

/// How long a peer may take for the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long it may take for the head of a request.
const HEAD: Duration = Duration::from_secs(15);

/// What answers a listener's requests. A clone is made for each connection.
pub trait Answer: Clone + Send + Sync + 'static {
    /// Answers a request that `peer`, the connection's other end, sent.
    fn answer(
        &self,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response> + Send;
}

/// A bound listener.
pub struct Listener {
    tcp: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Binds to `address`, with TLS if so configured.
    pub async fn bind(address: SocketAddr, tls: Option<&Tls>) -> Result<Self, TlsError> {
        let failed = |error| TlsError::File(address.to_string(), error);
        let acceptor = tls.map(tls::acceptor).transpose()?;
        Ok(Self { tcp: TcpListener::bind(address).await.map_err(failed)?, tls: acceptor })
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
        loop {
            let (stream, peer) = tokio::select! {
                accepted = self.tcp.accept() => match accepted {
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
            let answer = answer.clone();
            let watcher = graceful.watcher();
            let acceptor = self.tls.clone();
            tokio::spawn(async move {
                match acceptor {
                    None => connection(stream, peer, answer, watcher).await,
                    Some(acceptor) => {
                        if let Some(stream) = handshake(&acceptor, stream).await {
                            connection(stream, peer, answer, watcher).await;
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

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    answer: impl Answer,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(128);
    let service = service_fn(|request| {
        let answer = answer.clone();
        async move { Ok::<_, Infallible>(answer.answer(peer, request).await) }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended badly");
    }
}
