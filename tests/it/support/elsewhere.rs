//! A web server of someone else's, over TLS: what Signet fetches from.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use rcgen::generate_simple_self_signed;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_rustls::TlsAcceptor;

/// The names that its certificate is for.
const NAMES: [&str; 4] = ["localhost", "127.0.0.1", "keys.example", "inside.example"];

/// A running one. It ends when this is dropped.
pub struct Elsewhere {
    /// Its port.
    pub port: u16,
    connections: Arc<AtomicUsize>,
    folder: TempDir,
    _task: JoinSet<()>,
}

impl Elsewhere {
    /// Starts one on 127.0.0.1.
    pub async fn start(router: Router) -> Self {
        let certificate = generate_simple_self_signed(NAMES.map(str::to_owned)).expect("rcgen");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("ca.pem"), certificate.cert.pem()).expect("written");
        let key = PrivatePkcs8KeyDer::from(certificate.signing_key.serialize_der());
        let tls = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.cert.der().clone()], PrivateKeyDer::Pkcs8(key))
            .expect("a certificate");
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        let mut task = JoinSet::new();
        task.spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                counter.fetch_add(1, Ordering::SeqCst);
                let (acceptor, router) = (acceptor.clone(), router.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = TowerToHyperService::new(router);
                    let builder = Builder::new(TokioExecutor::new());
                    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { port, connections, folder, _task: task }
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// A URL of it, by the name `localhost`.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// The lines of `[fetch]` that have its certificate trusted, and let something through.
    pub fn config_allowing(&self, hosts: &str) -> String {
        let ca = self.folder.path().join("ca.pem");
        let ca = ca.display();
        format!("[fetch]\nca_certificate = '{ca}'\ninsecure_allow_hosts = {hosts}\n")
    }

    /// Those with which it is reached by [`Self::url`].
    pub fn config(&self) -> String {
        self.config_allowing("[\"localhost\"]")
    }
}
