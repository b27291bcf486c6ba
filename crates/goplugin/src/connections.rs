//! Connections to the socket.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tonic::transport::server::Connected;

use crate::stderr::{Level, stderr_line};
use crate::stop::{Phase, Stop};

/// How long nothing is accepted after the system refused to: out of descriptors, for example.
const PAUSE: Duration = Duration::from_millis(50);

/// Who may connect.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Admission {
    /// Our own user and root, whatever the permissions of the socket have become.
    User(u32),
    /// Whom the permissions of the socket let through.
    ByPermissions,
}

impl Admission {
    fn admits(self, stream: &UnixStream) -> bool {
        match self {
            Self::User(ours) => stream
                .peer_cred()
                .is_ok_and(|peer| peer.uid() == ours || peer.uid() == 0),
            Self::ByPermissions => true,
        }
    }
}

/// Hands every admitted connection over, until nobody takes them.
pub(crate) async fn accept(
    listener: UnixListener,
    admission: Admission,
    stop: Stop,
    connections: mpsc::Sender<io::Result<Connection>>,
) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) if admission.admits(&stream) => {
                let connection = Connection::new(stream, &stop);
                if connections.send(Ok(connection)).await.is_err() {
                    return;
                }
            }
            Ok(_) => {
                let _ = stderr_line(Level::Warn, "a connection of another account was dropped");
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// A connection that is cut when the plugin has ended, whatever goes on in it.
pub(crate) struct Connection {
    stream: UnixStream,
    /// `None` once it has completed.
    closed: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Connection {
    fn new(stream: UnixStream, stop: &Stop) -> Self {
        Self {
            stream,
            closed: Some(Box::pin(stop.reached(Phase::Closed))),
        }
    }

    /// Fails once the connection is cut. The task that asks is woken then.
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if let Some(closed) = &mut self.closed {
            if closed.as_mut().poll(context).is_pending() {
                return Ok(());
            }
            self.closed = None;
        }
        Err(io::ErrorKind::ConnectionAborted.into())
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        // A peer that does not read must not keep us: where a write waits, nothing is read.
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;
    use crate::stop::Ending;

    /// Ends a test that would hang.
    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn other_accounts_are_dropped() {
        let (_other_end, stream) = UnixStream::pair().unwrap();
        let ours = stream.peer_cred().unwrap().uid();
        assert!(Admission::User(ours).admits(&stream));
        assert!(Admission::ByPermissions.admits(&stream));
        // Root is let in everywhere, so this says something for other accounts only.
        assert_eq!(Admission::User(ours + 1).admits(&stream), ours == 0);
    }

    /// Runs `work` on a connection whose other end neither speaks nor reads, until the end.
    async fn cut<F>(work: impl FnOnce(Connection) -> F) -> io::ErrorKind
    where
        F: Future<Output = io::Error> + Send + 'static,
    {
        let (_other_end, stream) = UnixStream::pair().unwrap();
        let stop = Stop::new();
        let guard = stop.close_on_drop();
        let working = tokio::spawn(work(Connection::new(stream, &stop)));
        tokio::task::yield_now().await;
        stop.begin(Ending::Terminated);
        tokio::task::yield_now().await;
        assert!(!working.is_finished());
        drop(guard);
        let ended = timeout(PATIENCE, working).await;
        ended.expect("it is not cut").unwrap().kind()
    }

    #[tokio::test]
    async fn whoever_waits_is_cut_at_the_end() {
        let reading = |mut connection: Connection| async move {
            connection.read_u8().await.expect_err("nobody wrote")
        };
        assert_eq!(cut(reading).await, io::ErrorKind::ConnectionAborted);
        let writing = |mut connection: Connection| async move {
            let large = vec![0; 64 * 1024 * 1024];
            let written = connection.write_all(&large).await;
            written.expect_err("nobody read")
        };
        assert_eq!(cut(writing).await, io::ErrorKind::ConnectionAborted);
    }
}
