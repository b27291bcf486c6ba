//! Sockets: bind, answer, and finish what is under way before stopping.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::{Listener, ListenerExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::config::TlsFiles;
use crate::shutdown::Shutdown;
use crate::tls::{Certificate, TlsError, TlsListener};

/// Longest that requests under way may take once the server is asked to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Why the server does not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address cannot be had.
    #[error("{key}: cannot listen on {address}; end what uses it, or give another address")]
    Bind {
        /// The setting that names the address.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The socket failed while it was in use.
    #[error("the listening socket failed")]
    Socket(#[from] io::Error),
}

/// A socket that holds its address but answers nobody yet.
#[derive(Debug)]
pub struct Server {
    tcp: TcpListener,
    certificate: Option<Arc<Certificate>>,
}

impl Server {
    /// Takes the address; `key` is the setting that names it, for messages.
    ///
    /// # Errors
    /// The address is taken or not ours, or the certificate cannot be used.
    pub async fn bind(
        key: &'static str,
        address: SocketAddr,
        tls: Option<TlsFiles>,
    ) -> Result<Self, ServeError> {
        let certificate = tls.map(Certificate::read).transpose()?.map(Arc::new);
        let tcp = TcpListener::bind(address)
            .await
            .map_err(|source| ServeError::Bind {
                key,
                address,
                source,
            })?;
        Ok(Self { tcp, certificate })
    }

    /// The address, with the port the system chose if it was 0.
    ///
    /// # Errors
    /// The socket does not know its own address.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// The certificate in use, to reload at SIGHUP.
    #[must_use]
    pub fn certificate(&self) -> Option<Arc<Certificate>> {
        self.certificate.clone()
    }

    /// Answers until asked to stop, then until the requests under way are done, 20 s at most.
    ///
    /// Handlers find the client's address as `ConnectInfo<SocketAddr>`.
    ///
    /// # Errors
    /// The socket failed while it was in use.
    pub async fn answer(self, router: Router, shutdown: &Shutdown) -> Result<(), ServeError> {
        match &self.certificate {
            None => run(self.tcp.tap_io(no_delay), router, shutdown).await?,
            Some(certificate) => {
                let tls = TlsListener::new(self.tcp, certificate)?;
                run(tls.tap_io(|io| no_delay(io.get_mut().0)), router, shutdown).await?;
            }
        }
        Ok(())
    }
}

/// Small answers leave at once instead of waiting for more (Nagle's algorithm).
fn no_delay(stream: &mut TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
}

async fn run<L, F>(
    listener: axum::serve::TapIo<L, F>,
    router: Router,
    shutdown: &Shutdown,
) -> io::Result<()>
where
    L: Listener<Addr = SocketAddr>,
    F: FnMut(&mut L::Io) + Send + 'static,
{
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stop = shutdown.clone();
    let serving =
        axum::serve(listener, service).with_graceful_shutdown(async move { stop.begun().await });
    let overdue = async {
        shutdown.begun().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        done = serving => done,
        () = overdue => {
            tracing::warn!(seconds = DRAIN.as_secs(), "requests still under way are cut");
            Ok(())
        }
    }
}
