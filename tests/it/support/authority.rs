//! A certificate authority of the tests' own, with a certificate of `localhost`.

use std::{fs, path::PathBuf};

use openidconnect::reqwest;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tempfile::TempDir;

/// Its files. They are gone when this is dropped.
pub struct Authority {
    folder: TempDir,
}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut own = CertificateParams::default();
        // Both would have the same name, and the one would be taken to have signed itself.
        own.distinguished_name.push(DnType::CommonName, "Authority of the tests");
        own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        own.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let certificate = own.self_signed(&key).expect("a certificate");
        fs::write(folder.path().join("ca.pem"), certificate.pem()).expect("written");
        let issuer = Issuer::new(own, key);
        let mut server = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        server.distinguished_name.push(DnType::CommonName, "localhost");
        server.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().expect("a key");
        let certificate = server.signed_by(&key, &issuer).expect("a certificate");
        fs::write(folder.path().join("cert.pem"), certificate.pem()).expect("written");
        fs::write(folder.path().join("key.pem"), key.serialize_pem()).expect("written");
        Self { folder }
    }

    /// What is to be trusted, as a file of PEM.
    pub fn own(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The server's certificate and key, as files of PEM.
    pub fn server(&self) -> [PathBuf; 2] {
        ["cert.pem", "key.pem"].map(|name| self.folder.path().join(name))
    }

    /// What is to be trusted, for clients in this process.
    pub fn root(&self) -> reqwest::Certificate {
        let pem = fs::read(self.own()).expect("it was written");
        reqwest::Certificate::from_pem(&pem).expect("PEM")
    }
}
