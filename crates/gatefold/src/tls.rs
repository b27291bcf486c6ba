//! HTTPS without a proxy: a listener for `axum::serve` over rustls.
//!
//! Handshakes run beside the accept loop, each under a deadline and at most
//! [`MAX_HANDSHAKES`] at once, so that a client that says nothing keeps nobody waiting.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

use crate::config::TlsFiles;

/// Longest a client may take to complete its handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Most handshakes at once; further connections wait in the system's queue.
const MAX_HANDSHAKES: usize = 1024;
/// Connections that wait for axum to take them.
const READY: usize = 64;

/// Why https cannot be served; each says which setting to look at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file could not be read, or holds no PEM of its kind.
    #[error("{key}: {path} holds no readable PEM; name a {wanted} in PEM")]
    Pem {
        /// The setting that names the file.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What it should hold.
        wanted: &'static str,
        /// What went wrong.
        source: pem::Error,
    },
    /// The certificate cannot be used, or the key is not its key.
    #[error("tls_cert and tls_key do not go together; name the key of this certificate")]
    Mismatch(#[from] rustls::Error),
}

/// The certificate in use; it can be read again while connections are open.
#[derive(Debug)]
pub struct Certificate {
    files: TlsFiles,
    current: watch::Sender<Arc<ServerConfig>>,
}

impl Certificate {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub fn read(files: TlsFiles) -> Result<Self, TlsError> {
        let current = watch::Sender::new(server_config(&files)?);
        Ok(Self { files, current })
    }

    /// Reads the files again; new connections get what they hold now.
    ///
    /// # Errors
    /// See [`TlsError`]; what was in use stays in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.current.send_replace(server_config(&self.files)?);
        Ok(())
    }
}

fn server_config(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let bad_cert = |source| TlsError::Pem {
        key: "tls_cert",
        path: files.cert.clone(),
        wanted: "certificate chain",
        source,
    };
    let chain: Vec<_> = CertificateDer::pem_file_iter(&files.cert)
        .map_err(bad_cert)?
        .collect::<Result<_, _>>()
        .map_err(bad_cert)?;
    if chain.is_empty() {
        return Err(bad_cert(pem::Error::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|source| TlsError::Pem {
        key: "tls_key",
        path: files.key.clone(),
        wanted: "private key",
        source,
    })?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Connections whose handshake is done, for `axum::serve`.
#[derive(Debug)]
pub struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    local: SocketAddr,
    accepting: JoinHandle<()>,
}

impl TlsListener {
    /// Begins to accept; needs a tokio runtime.
    ///
    /// # Errors
    /// The socket does not know its own address.
    pub fn new(tcp: TcpListener, certificate: &Certificate) -> io::Result<Self> {
        let local = tcp.local_addr()?;
        let (sender, ready) = mpsc::channel(READY);
        let accepting = tokio::spawn(accept(tcp, certificate.current.subscribe(), sender));
        Ok(Self {
            ready,
            local,
            accepting,
        })
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // The accept loop never ends by itself; only a panic in it closes the channel.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
    }
}

async fn accept(
    mut tcp: TcpListener,
    config: watch::Receiver<Arc<ServerConfig>>,
    ready: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let slots = Arc::new(Semaphore::new(MAX_HANDSHAKES));
    // The semaphore is never closed.
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        // axum's own accept logs errors and waits after those that last, such as too many files.
        let (stream, peer) = Listener::accept(&mut tcp).await;
        let acceptor = TlsAcceptor::from(Arc::clone(&config.borrow()));
        let ready = ready.clone();
        tokio::spawn(async move {
            let done = handshake(acceptor, stream, peer).await;
            drop(slot);
            if let Some(stream) = done {
                // A closed channel means that the server has stopped.
                let _ = ready.send((stream, peer)).await;
            }
        });
    }
}

async fn handshake(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    peer: SocketAddr,
) -> Option<TlsStream<TcpStream>> {
    match timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Some(stream),
        Ok(Err(error)) => {
            tracing::debug!(%peer, %error, "a TLS handshake failed");
            None
        }
        Err(_) => {
            tracing::debug!(%peer, "a TLS handshake took too long");
            None
        }
    }
}
