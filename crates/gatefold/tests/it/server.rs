//! Sockets: http, https, a silent client, a new certificate, and stopping.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use gatefold::config::TlsFiles;
use gatefold::server::Server;
use gatefold::shutdown::Shutdown;
use gatefold::tls::TlsError;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

/// A copy of the certificate and key of this name, which a test may overwrite.
fn files(test: &str, name: &str) -> TlsFiles {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).unwrap();
    let copy = |kind: &str| {
        let path = folder.join(format!("{kind}.pem"));
        std::fs::copy(data(&format!("{name}.{kind}.pem")), &path).unwrap();
        path
    };
    TlsFiles {
        cert: copy("cert"),
        key: copy("key"),
    }
}

async fn bind(tls: Option<TlsFiles>) -> Server {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    Server::bind("listen", any, tls).await.unwrap()
}

/// Answers with the client's port, in the background.
fn answer(server: Server, shutdown: &Shutdown) -> JoinHandle<()> {
    let peer = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
    let router = Router::new().route("/", get(peer));
    let shutdown = shutdown.clone();
    tokio::spawn(async move { server.answer(router, &shutdown).await.unwrap() })
}

async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> String {
    stream.write_all(REQUEST).await.unwrap();
    let mut answer = Vec::new();
    // A server that closes without a TLS farewell has answered all the same.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// Shakes hands with a server that holds the certificate of this name.
async fn connect(address: SocketAddr, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let trusted = CertificateDer::from_pem_file(data(&format!("{name}.cert.pem"))).unwrap();
    roots.add(trusted).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let localhost = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(localhost, stream)
        .await
}

#[tokio::test]
async fn plain_http_names_the_client_and_stops_when_asked() {
    let shutdown = Shutdown::new();
    let server = bind(None).await;
    let address = server.local_addr().unwrap();
    let running = answer(server, &shutdown);

    let stream = TcpStream::connect(address).await.unwrap();
    let client = stream.local_addr().unwrap().to_string();
    assert!(ask(stream).await.ends_with(&client));

    shutdown.begin();
    running.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn https_answers_while_a_silent_client_holds_a_handshake() {
    let server = bind(Some(files("silent", "localhost"))).await;
    let address = server.local_addr().unwrap();
    answer(server, &Shutdown::new());

    let _silent = TcpStream::connect(address).await.unwrap();
    let mut garbage = TcpStream::connect(address).await.unwrap();
    garbage.write_all(REQUEST).await.unwrap();
    let stream = connect(address, "localhost").await.unwrap();
    let client = stream.get_ref().0.local_addr().unwrap().to_string();
    assert!(ask(stream).await.ends_with(&client));
}

#[tokio::test]
async fn a_reloaded_certificate_serves_new_connections_and_a_broken_one_does_not() {
    let files = files("reload", "localhost");
    let server = bind(Some(files.clone())).await;
    let certificate = server.certificate().unwrap();
    let address = server.local_addr().unwrap();
    answer(server, &Shutdown::new());
    assert!(connect(address, "localhost").await.is_ok());
    assert!(connect(address, "other").await.is_err());

    std::fs::copy(data("other.cert.pem"), &files.cert).unwrap();
    let error = certificate.reload().unwrap_err();
    assert!(matches!(error, TlsError::Mismatch(_)), "{error}");
    assert!(
        connect(address, "localhost").await.is_ok(),
        "what was in use stays"
    );

    std::fs::copy(data("other.key.pem"), &files.key).unwrap();
    certificate.reload().unwrap();
    assert!(connect(address, "other").await.is_ok());
    assert!(connect(address, "localhost").await.is_err());
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_server_stops() {
    let shutdown = Shutdown::new();
    let server = bind(None).await;
    let address = server.local_addr().unwrap();
    let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (entered, leave) = (Arc::clone(&entered), Arc::clone(&leave));
        move || async move {
            entered.notify_one();
            leave.notified().await;
            "done"
        }
    };
    let router = Router::new().route("/", get(slow));
    let running = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { server.answer(router, &shutdown).await.unwrap() }
    });
    let asked = tokio::spawn(async move { ask(TcpStream::connect(address).await.unwrap()).await });

    entered.notified().await;
    shutdown.begin();
    tokio::task::yield_now().await;
    assert!(!running.is_finished());
    leave.notify_one();
    assert!(asked.await.unwrap().ends_with("done"));
    running.await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_served_names_its_setting() {
    let taken = bind(None).await.local_addr();
    let holder = tokio::net::TcpListener::bind(taken.unwrap()).await.unwrap();
    let address = holder.local_addr().unwrap();
    let error = Server::bind("metrics_listen", address, None)
        .await
        .unwrap_err();
    let expected = format!("metrics_listen: cannot listen on {address}; end what uses it");
    assert!(error.to_string().starts_with(&expected), "{error}");

    let swapped = TlsFiles {
        cert: data("localhost.key.pem"),
        key: data("localhost.cert.pem"),
    };
    let error = Server::bind(
        "listen",
        SocketAddr::from(([127, 0, 0, 1], 0)),
        Some(swapped),
    )
    .await;
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("tls_cert: ") && error.contains("localhost.key.pem"),
        "{error}"
    );
}
