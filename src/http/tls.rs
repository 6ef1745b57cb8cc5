//! TLS 1.2 and 1.3 (RFC 5246, RFC 8446; rustls), with a certificate that is read again when its files change.

use std::{fs, io, path::Path, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio_rustls::TlsAcceptor;

use crate::{config::Tls, tokens::digest::Digest};

/// How often the files are looked at.
const INTERVAL: Duration = Duration::from_secs(5);

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{0}: {1}")]
    File(String, #[source] io::Error),
    /// A file is not PEM, or holds no certificate or key.
    #[error("{0}: {1}")]
    Pem(String, #[source] rustls::pki_types::pem::Error),
    /// The certificate and the key do not go together, or are of no use for TLS.
    #[error("the certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

#[derive(Debug)]
struct Resolver(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Resolver {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

/// Accepts TLS connections, and follows the files from then on.
pub fn acceptor(tls: &Tls) -> Result<TlsAcceptor, TlsError> {
    let (key, seen) = load(tls)?;
    let resolver = Arc::new(Resolver(ArcSwap::from_pointee(key)));
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(Arc::clone(&resolver) as Arc<dyn ResolvesServerCert>);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    tokio::spawn(follow(tls.clone(), resolver, seen));
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Reads the files again when their content changes. Files that do not fit, as while both are being replaced, leave
/// things as they are.
async fn follow(tls: Tls, resolver: Arc<Resolver>, mut seen: Digest) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        match load(&tls) {
            Ok((_, same)) if same == seen => {}
            Ok((key, changed)) => {
                resolver.0.store(Arc::new(key));
                seen = changed;
                tracing::info!("the TLS certificate was read again");
            }
            Err(error) => {
                tracing::warn!(%error, "the TLS certificate cannot be read; the former one stays");
            }
        }
    }
}

fn load(tls: &Tls) -> Result<(CertifiedKey, Digest), TlsError> {
    let certificate = read(&tls.certificate)?;
    let key = read(&tls.key)?;
    let pem = |path: &Path| {
        let name = path.display().to_string();
        move |error| TlsError::Pem(name, error)
    };
    let chain = CertificateDer::pem_slice_iter(&certificate)
        .collect::<Result<Vec<_>, _>>()
        .map_err(pem(&tls.certificate))?;
    let private = PrivateKeyDer::from_pem_slice(&key).map_err(pem(&tls.key))?;
    let provider = aws_lc_rs::default_provider();
    let certified = CertifiedKey::from_der(chain, private, &provider)?;
    Ok((certified, Digest::of_parts(&[&certificate, &key])))
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| TlsError::File(path.display().to_string(), error))
}
