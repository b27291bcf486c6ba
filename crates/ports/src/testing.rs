//! A TLS server's identity for tests: the certificate of `localhost` that nobody vouches for.

use std::sync::Arc;

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;

/// The certificate, in PEM.
pub(crate) const CERTIFICATE: &[u8] =
    include_bytes!("../../gatefold/tests/data/localhost.cert.pem");

const KEY: &[u8] = include_bytes!("../../gatefold/tests/data/localhost.key.pem");

/// The certificate.
pub(crate) fn certificate() -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(CERTIFICATE).unwrap()
}

/// Who shakes hands as the server.
pub(crate) fn acceptor() -> TlsAcceptor {
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate()],
            PrivateKeyDer::from_pem_slice(KEY).unwrap(),
        );
    TlsAcceptor::from(Arc::new(config.unwrap()))
}
