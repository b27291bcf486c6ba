//! A small host: starts the plugin of `examples/echo.rs` and talks to it.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gatefold_goplugin::MAX_MESSAGE_BYTES;
use hyper_util::rt::TokioIo;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStdout, Command};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use crate::proto::echo::Payload;
use crate::proto::echo::echo_client::EchoClient;
use crate::proto::plugin::Empty;
use crate::proto::plugin::grpc_controller_client::GrpcControllerClient;

/// Nothing here takes this long; it ends a test that would hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for an event that must come.
pub(crate) async fn within<F: Future>(event: F) -> F::Output {
    let event = tokio::time::timeout(PATIENCE, event).await;
    event.expect("what the test waits for does not happen")
}

/// The command that starts the plugin as a host does, with its socket in `folder`.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(binary());
    as_by_a_host(&mut command, folder);
    command
}

/// The environment, streams and end of a process that a host starts.
pub(crate) fn as_by_a_host(command: &mut Command, folder: &Path) {
    command
        .env("ECHO_PLUGIN", "echo-v1")
        .env("PLUGIN_PROTOCOL_VERSIONS", "1")
        .env("PLUGIN_UNIX_SOCKET_DIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
}

/// The example stands beside the folder of the tests' own binary.
pub(crate) fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let binary = folder.join("examples/echo");
    assert!(
        binary.exists(),
        "{} is missing: `cargo build --examples` makes it",
        binary.display()
    );
    binary
}

/// Reads the handshake line, and gives it with the path of the socket.
pub(crate) async fn handshake(stdout: &mut BufReader<ChildStdout>) -> (String, PathBuf) {
    let mut line = String::new();
    within(stdout.read_line(&mut line)).await.unwrap();
    let socket = line.split('|').nth(3);
    let socket = PathBuf::from(socket.unwrap_or_else(|| panic!("no handshake: {line:?}")));
    (line, socket)
}

/// A plugin that runs.
pub(crate) struct Plugin {
    pub(crate) child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) line: String,
    pub(crate) socket: PathBuf,
    /// Where the plugin made its own folder.
    pub(crate) folder: Arc<TempDir>,
}

/// What a plugin left when it ended.
pub(crate) struct Leftover {
    pub(crate) status: ExitStatus,
    /// Everything on stdout after the handshake line.
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Entries in the folder of the sockets.
    pub(crate) files: usize,
}

impl Plugin {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts one after `change` has had its way with the command.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Command)) -> Self {
        Self::start_in(Arc::new(TempDir::new().unwrap()), change).await
    }

    pub(crate) async fn start_in(folder: Arc<TempDir>, change: impl FnOnce(&mut Command)) -> Self {
        let mut command = command(folder.path());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (line, socket) = handshake(&mut stdout).await;
        Self {
            child,
            stdout,
            line,
            socket,
            folder,
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let number = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(number).unwrap(), signal).unwrap();
    }

    pub(crate) async fn connect(&self) -> Connection {
        connect(&self.socket).await
    }

    /// Asks for the end over a connection of its own, and waits for it.
    pub(crate) async fn shut_down(self) -> Leftover {
        let connection = self.connect().await;
        let mut controller = GrpcControllerClient::new(connection.channel);
        within(controller.shutdown(Empty {})).await.unwrap();
        self.ended().await
    }

    /// Waits until the process has ended.
    pub(crate) async fn ended(mut self) -> Leftover {
        let status = within(self.child.wait()).await.unwrap();
        let (mut stdout, mut stderr) = (String::new(), String::new());
        within(self.stdout.read_to_string(&mut stdout))
            .await
            .unwrap();
        if let Some(mut pipe) = self.child.stderr.take() {
            within(pipe.read_to_string(&mut stderr)).await.unwrap();
        }
        Leftover {
            status,
            stdout,
            stderr,
            files: entries(self.folder.path()),
        }
    }
}

/// How many entries a folder has.
pub(crate) fn entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

/// A channel that tells how often it had to connect.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) channel: Channel,
    times: Arc<AtomicUsize>,
}

pub(crate) async fn connect(socket: &Path) -> Connection {
    let times = Arc::new(AtomicUsize::new(0));
    let connector = {
        let (socket, times) = (socket.to_owned(), Arc::clone(&times));
        tower::service_fn(move |_| {
            times.fetch_add(1, Ordering::SeqCst);
            let socket = socket.clone();
            async move { UnixStream::connect(socket).await.map(TokioIo::new) }
        })
    };
    // The authority that go-plugin's hosts send.
    let endpoint = Endpoint::from_static("http://unused");
    let channel = within(endpoint.connect_with_connector(connector)).await;
    Connection {
        channel: channel.unwrap(),
        times,
    }
}

impl Connection {
    pub(crate) fn echo(&self) -> EchoClient<Channel> {
        EchoClient::new(self.channel.clone())
            .max_decoding_message_size(2 * MAX_MESSAGE_BYTES)
            .max_encoding_message_size(2 * MAX_MESSAGE_BYTES)
    }

    /// One call that must come back as it went.
    pub(crate) async fn assert_echoes(&self, data: Vec<u8>) {
        let payload = Payload { data };
        let answer = within(self.echo().echo(payload.clone())).await;
        assert!(answer.unwrap().into_inner() == payload, "another echo");
    }

    /// One call that must fail with this code.
    pub(crate) async fn assert_refused(&self, data: Vec<u8>, code: Code) -> Status {
        let answer = within(self.echo().echo(Payload { data })).await;
        let status = answer.expect_err("the call was answered");
        assert_eq!(status.code(), code, "{status}");
        status
    }

    /// The connection that was made first is still the one.
    pub(crate) fn assert_never_lost(&self) {
        assert_eq!(self.times.load(Ordering::SeqCst), 1);
    }
}
