//! A plugin's process, as the engine launches it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tonic::transport::{Channel, Endpoint, Uri};

use crate::go_plugin::grpc_broker_client::GrpcBrokerClient;
use crate::go_plugin::grpc_controller_client::GrpcControllerClient;
use crate::go_plugin::grpc_stdio_client::GrpcStdioClient;
use crate::go_plugin::{ConnInfo, Empty};

/// How long the engine waits for the handshake.
const HANDSHAKE: Duration = Duration::from_secs(60);
/// How long it waits for the process to end before it kills it.
const GRACE: Duration = Duration::from_secs(2);

/// How a plugin is launched.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The binary.
    pub binary: PathBuf,
    /// Variables besides the engine's own; nothing else is inherited.
    pub environment: BTreeMap<String, String>,
    /// The folder it runs in.
    pub folder: PathBuf,
}

impl Launch {
    /// A binary, in the temporary folder, with the variables of the engine.
    pub fn of(binary: impl Into<PathBuf>) -> Self {
        Self {
            binary: binary.into(),
            environment: BTreeMap::new(),
            folder: std::env::temp_dir(),
        }
    }

    /// With one more variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The command, with the cookie and what go-plugin sets.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .env_clear()
            .env("WORKFLOW_PLUGIN", "workflow-external-plugin-v1")
            .env("PLUGIN_PROTOCOL_VERSIONS", "1")
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000")
            .envs(&self.environment)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

/// A running plugin with its connection and both streams open. Dropping it kills the process.
pub struct Plugin {
    child: Child,
    channel: Channel,
    socket: PathBuf,
    stderr: JoinHandle<String>,
    stdout: JoinHandle<String>,
    broker: tokio::sync::mpsc::Sender<ConnInfo>,
    streams: Vec<JoinHandle<()>>,
    handshake_at: Instant,
}

impl Plugin {
    /// Launches a plugin and does the handshake.
    ///
    /// # Errors
    /// It does not start, or its first line is no handshake; with what it wrote on stderr.
    pub async fn launch(launch: &Launch) -> Result<Self> {
        let mut child = launch
            .command()
            .spawn()
            .with_context(|| format!("{}", launch.binary.display()))?;
        let stderr = drain(child.stderr.take().context("stderr is piped")?);
        let mut stdout = BufReader::new(child.stdout.take().context("stdout is piped")?);
        let mut line = String::new();
        timeout(HANDSHAKE, stdout.read_line(&mut line))
            .await
            .context("no handshake in a minute")??;
        #[expect(
            clippy::disallowed_methods,
            reason = "benches measure how long a start takes"
        )]
        let handshake_at = Instant::now();
        let socket = match handshake(&line) {
            Ok(socket) => socket,
            Err(error) => {
                child.wait().await?;
                bail!("{error:#}; stderr: {}", stderr.await?);
            }
        };
        let channel = connect(&socket).await?;
        let (broker, streams) = open_streams(&channel).await?;
        let stdout = drain_text(stdout);
        Ok(Self {
            child,
            channel,
            socket,
            stderr,
            stdout,
            broker,
            streams,
            handshake_at,
        })
    }

    /// The connection: one for the whole process, as the engine has it.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// When the handshake line had been read.
    pub fn handshake_at(&self) -> Instant {
        self.handshake_at
    }

    /// The socket's path.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The process' number, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// The system does not say.
    pub fn is_running(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Asks it to end, as `Client.Kill()` does: shutdown, two seconds of grace, SIGKILL. Gives how
    /// it ended, whether it had to be killed, and what it wrote on stdout after the handshake and
    /// on stderr.
    ///
    /// # Errors
    /// The system does not let us wait.
    pub async fn stop(mut self) -> Result<Ended> {
        drop(self.broker);
        // The answer may be lost with the connection.
        let _ = GrpcControllerClient::new(self.channel.clone())
            .shutdown(Empty {})
            .await;
        let (status, killed) = match timeout(GRACE, self.child.wait()).await {
            Ok(status) => (status?, false),
            Err(_) => {
                self.child.start_kill()?;
                (self.child.wait().await?, true)
            }
        };
        for stream in self.streams {
            stream.await?;
        }
        Ok(Ended {
            status,
            killed,
            stdout: self.stdout.await?,
            stderr: self.stderr.await?,
        })
    }
}

/// How a plugin ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// Whether it outlived the grace.
    pub killed: bool,
    /// What it wrote on stdout after the handshake.
    pub stdout: String,
    /// What it wrote on stderr.
    pub stderr: String,
}

/// Reads `CORE|APP|NETWORK|ADDRESS|PROTOCOL|…`.
fn handshake(line: &str) -> Result<PathBuf> {
    ensure!(
        line.ends_with('\n'),
        "the process ended without a handshake"
    );
    let fields: Vec<&str> = line.trim_end().split('|').collect();
    let ["1", "1", "unix", address, "grpc", ..] = fields[..] else {
        bail!("not a handshake: {line:?}");
    };
    Ok(PathBuf::from(address))
}

async fn connect(socket: &Path) -> Result<Channel> {
    let socket = socket.to_owned();
    let connector = tower::service_fn(move |_: Uri| {
        let socket = socket.clone();
        async move { UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    // The engine's connection says `:authority: unused`.
    Ok(Endpoint::from_static("http://unused")
        .connect_with_connector(connector)
        .await?)
}

/// Opens the broker's and the standard streams at once, and names the callback address.
async fn open_streams(
    channel: &Channel,
) -> Result<(tokio::sync::mpsc::Sender<ConnInfo>, Vec<JoinHandle<()>>)> {
    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    sender
        .send(ConnInfo {
            service_id: 1,
            network: "unix".into(),
            address: "/nowhere".into(),
            knock: None,
        })
        .await?;
    let outgoing = tokio_stream::wrappers::ReceiverStream::new(receiver);
    let mut incoming = GrpcBrokerClient::new(channel.clone())
        .start_stream(outgoing)
        .await?
        .into_inner();
    let mut stdio = GrpcStdioClient::new(channel.clone())
        .stream_stdio(())
        .await?
        .into_inner();
    let tasks = vec![
        tokio::spawn(async move { while let Ok(Some(_)) = incoming.message().await {} }),
        tokio::spawn(async move { while let Ok(Some(_)) = stdio.message().await {} }),
    ];
    Ok((sender, tasks))
}

fn drain(mut pipe: impl tokio::io::AsyncRead + Unpin + Send + 'static) -> JoinHandle<String> {
    tokio::spawn(async move {
        let mut bytes = Vec::new();
        // What was read before the pipe broke counts.
        let _ = pipe.read_to_end(&mut bytes).await;
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn drain_text(pipe: BufReader<ChildStdout>) -> JoinHandle<String> {
    drain(pipe)
}
