//! One client's connection to one server: HTTP/1.1, kept alive, opened again when the server closed it.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// More than any page or answer of a server that is what we think it is.
const LONGEST: usize = 4 * 1024 * 1024;

/// A connection, opened when it is first used.
#[derive(Debug)]
pub(crate) struct Connection {
    server: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its whole body.
    pub(crate) body: Bytes,
}

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// Nobody accepted the connection: the server never saw the request.
    Connect,
    /// The connection broke: the server may or may not have done what was asked.
    Reset,
    /// No answer within 30 seconds.
    Timeout,
    /// An answer that is no HTTP, or is longer than 4 MiB.
    NotUnderstood,
}

impl Unanswered {
    /// The stable code under which it is counted.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::NotUnderstood => "not-understood",
        }
    }
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connect => "nobody accepts the connection",
            Self::Reset => "the connection broke",
            Self::Timeout => "no answer within 30 seconds",
            Self::NotUnderstood => "the answer is not what Gatefold would say",
        })
    }
}

impl std::error::Error for Unanswered {}

impl Connection {
    /// A connection to this server, not opened yet.
    pub(crate) fn to(server: SocketAddr) -> Self {
        Self {
            server,
            sender: None,
        }
    }

    /// The server.
    pub(crate) fn server(&self) -> SocketAddr {
        self.server
    }

    /// Sends a request and waits for the whole answer. The request's address must be a path.
    ///
    /// # Errors
    /// [`Unanswered`]; the connection is opened anew for the next request. Nothing is sent twice.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Reply, Unanswered> {
        match timeout(PATIENCE, self.exchange(request)).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => {
                self.sender = None;
                Err(error)
            }
            Err(_) => {
                self.sender = None;
                Err(Unanswered::Timeout)
            }
        }
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Reply, Unanswered> {
        let sender = self.ready().await?;
        let response = sender.send_request(request).await.map_err(kind)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, LONGEST).collect().await;
        let body = body.map_err(|error| match error.downcast::<hyper::Error>() {
            Ok(error) => kind(*error),
            Err(_) => Unanswered::NotUnderstood,
        })?;
        Ok(Reply {
            status: parts.status,
            headers: parts.headers,
            body: body.to_bytes(),
        })
    }

    /// The open connection; a new one if the server has closed the last.
    async fn ready(&mut self) -> Result<&mut SendRequest<Full<Bytes>>, Unanswered> {
        let usable = match &mut self.sender {
            Some(sender) => sender.ready().await.is_ok(),
            None => false,
        };
        if !usable {
            let stream = TcpStream::connect(self.server)
                .await
                .map_err(|_| Unanswered::Connect)?;
            stream.set_nodelay(true).map_err(|_| Unanswered::Connect)?;
            let (sender, connection) = http1::handshake(TokioIo::new(stream))
                .await
                .map_err(|_| Unanswered::Connect)?;
            // It ends with its sender; whatever breaks it, the sender says so.
            tokio::spawn(connection);
            self.sender = Some(sender);
        }
        self.sender.as_mut().ok_or(Unanswered::Connect)
    }
}

fn kind(error: hyper::Error) -> Unanswered {
    if error.is_parse() {
        Unanswered::NotUnderstood
    } else {
        Unanswered::Reset
    }
}
