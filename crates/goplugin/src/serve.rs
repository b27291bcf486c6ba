//! From the handshake to the end.

use std::io;
use std::time::Duration;

use rustix::process::geteuid;
use tokio::net::UnixListener;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic_health::ServingStatus;

use crate::broker::{Broker, BrokerService};
use crate::catch_panic::CatchPanicLayer;
use crate::connections::{Admission, accept};
use crate::controller::Controller;
use crate::environment::Environment;
use crate::error::ServeError;
use crate::handshake::Handshake;
use crate::host::Host;
use crate::proto::grpc_broker_server::GrpcBrokerServer;
use crate::proto::grpc_controller_server::GrpcControllerServer;
use crate::proto::grpc_stdio_server::GrpcStdioServer;
use crate::signals::Signals;
use crate::socket::PluginSocket;
use crate::stderr::{Level, stderr_line};
use crate::stdio::Stdio;
use crate::stop::{Ending, Phase, Stop};

/// How long calls in flight may take once the end has begun. The host kills after two seconds.
const GRACE: Duration = Duration::from_millis(150);
/// The name under which go-plugin's hosts ask for health.
const HEALTH_SERVICE: &str = "plugin";
/// How much of one message may be on its way. HTTP/2's 64 KiB would make large ones wait for each other's windows.
const STREAM_WINDOW_BYTES: u32 = 1024 * 1024;
/// The same for all calls of a connection: a host has one.
const CONNECTION_WINDOW_BYTES: u32 = 4 * 1024 * 1024;
/// Calls that were cancelled before we looked at them. The default, 20, is meant against strangers and would end
/// the connection of a host whose clients go away together.
const MOST_PENDING_CANCELLATIONS: usize = 100_000;

/// Serves the application's `routes` to the host that started this process, until the host asks for the end, a
/// SIGTERM comes or the host is gone. Connections are cut and the socket is removed when it returns, at most 150 ms
/// after the end was asked for, and also when the future is dropped.
///
/// It writes exactly one line to stdout, installs handlers for SIGTERM, SIGINT and SIGHUP for the life of the
/// process, and runs on the caller's tokio runtime, of either kind, which needs I/O and time. The address book of
/// `broker` is filled with what the host tells.
///
/// # Errors
///
/// Nobody launched this process as a plugin, the host asks for what we do not speak, or the socket cannot be made.
/// The binary prints the error to stderr and ends with status 1.
pub async fn serve(
    handshake: &Handshake,
    environment: &Environment,
    routes: Routes,
    broker: &Broker,
) -> Result<Ending, ServeError> {
    handshake.check(environment)?;
    let signals = Signals::install().map_err(ServeError::Signals)?;
    let host = Host::watch()?;
    let (socket, listener) = PluginSocket::bind(environment)?;
    if environment.wants_multiplexing {
        // The handshake line says so too, and what follows from it is the host's decision.
        let _ = stderr_line(
            Level::Warn,
            "the host asks for multiplexing (PLUGIN_MULTIPLEX_GRPC), which this plugin does not offer",
        );
    }
    handshake
        .announce(socket.address(), io::stdout().lock())
        .map_err(ServeError::Announcement)?;
    let stop = Stop::new();
    let _closing = stop.close_on_drop();
    let routes = with_plugin_services(routes, broker, &stop).await;
    until_end(
        Serving {
            socket,
            listener,
            signals,
            host,
        },
        routes,
        stop,
    )
    .await
}

/// What lives as long as the plugin serves.
struct Serving {
    socket: PluginSocket,
    listener: UnixListener,
    signals: Signals,
    host: Host,
}

/// Adds the services of every plugin.
async fn with_plugin_services(routes: Routes, broker: &Broker, stop: &Stop) -> Routes {
    // The reporter begins with the whole server, "", as serving.
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter
        .set_service_status(HEALTH_SERVICE, ServingStatus::Serving)
        .await;
    let controller = Controller { stop: stop.clone() };
    let broker = BrokerService {
        broker: broker.clone(),
        stop: stop.clone(),
    };
    let stdio = Stdio { stop: stop.clone() };
    routes
        .add_service(health)
        .add_service(GrpcControllerServer::new(controller))
        .add_service(GrpcBrokerServer::new(broker))
        .add_service(GrpcStdioServer::new(stdio))
}

async fn until_end(mut serving: Serving, routes: Routes, stop: Stop) -> Result<Ending, ServeError> {
    let admission = if serving.socket.is_shared() {
        Admission::ByPermissions
    } else {
        Admission::User(geteuid().as_raw())
    };
    let (connections, accepted) = mpsc::channel(1);
    let accepting = accept(serving.listener, admission, stop.clone(), connections);
    let server = Server::builder()
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_max_pending_accept_reset_streams(Some(MOST_PENDING_CANCELLATIONS))
        .layer(CatchPanicLayer)
        .add_routes(routes)
        .serve_with_incoming_shutdown(ReceiverStream::new(accepted), stop.reached(Phase::Draining));
    let mut server = std::pin::pin!(server);

    // Dropping `accepting` with this block closes the listener.
    let ending = {
        let mut accepting = std::pin::pin!(accepting);
        tokio::select! {
            biased;
            ending = stop.begun() => ending,
            () = serving.signals.terminated() => Ending::Terminated,
            () = serving.host.gone() => Ending::HostGone,
            ended = &mut server => return Err(ended.err().map_or(ServeError::ServerEnded, Into::into)),
            () = &mut accepting => return Err(ServeError::ServerEnded),
        }
    };
    stop.begin(ending);
    drop(serving.socket);
    // Endless calls are cut by the caller's guard; what the server says at its end no longer matters.
    let _ = timeout(GRACE, server).await;
    Ok(ending)
}
