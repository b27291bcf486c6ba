//! Why a plugin does not serve.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use crate::socket::LONGEST_PATH;

/// Why a plugin did not start, or stopped without being asked. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The cookie is missing or another one: somebody started the binary by hand.
    #[error(
        "This program is a plugin: the application that uses it starts it, nobody starts it by hand.\n\
         Put it where that application looks for its plugins, and start the application."
    )]
    NotLaunchedByHost,
    /// The host asks for TLS between itself and its plugins.
    #[error(
        "the host asks for TLS (PLUGIN_CLIENT_CERT is set), which this plugin does not speak: \
         switch AutoMTLS off in the host"
    )]
    ClientCertificate,
    /// The host does not know our version of the application's protocol.
    #[error(
        "the host offers the protocol versions {offered:?} (PLUGIN_PROTOCOL_VERSIONS), this plugin speaks {ours}: \
         use a plugin that fits the host"
    )]
    ProtocolVersion {
        /// What the host knows, as far as it can be read.
        offered: Vec<u32>,
        /// What we speak.
        ours: u32,
    },
    /// The folder of the socket cannot be made.
    #[error(
        "no folder for the socket can be made in {}: {source}. \
         Let PLUGIN_UNIX_SOCKET_DIR (or TMPDIR) name an existing folder that this process may write to",
        folder.display()
    )]
    SocketFolder {
        /// Where it was to be.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The path of the socket is longer than a socket's address may be.
    #[error(
        "the path of the socket, {}, has {length} bytes, and the system takes at most {LONGEST_PATH}: \
         let PLUGIN_UNIX_SOCKET_DIR (or TMPDIR) name a folder with a shorter path",
        path.display()
    )]
    SocketPathTooLong {
        /// The path that was too long.
        path: PathBuf,
        /// Its length in bytes.
        length: usize,
    },
    /// The path of the socket cannot be written into the handshake line.
    #[error(
        "the path of the socket, {path:?}, holds a character that the handshake cannot carry: \
         let PLUGIN_UNIX_SOCKET_DIR (or TMPDIR) name a folder without bars, control characters and invalid UTF-8"
    )]
    SocketPathCharacters {
        /// The path.
        path: PathBuf,
    },
    /// The socket cannot be made, or not with the permissions that it needs.
    #[error("the socket {} cannot be opened: {source}", path.display())]
    Socket {
        /// Where it was to be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The group that the host named does not exist.
    #[error(
        "PLUGIN_UNIX_SOCKET_GROUP is {group:?}, which is neither a group's number nor a name in /etc/group: \
         give the number"
    )]
    UnknownGroup {
        /// What the host named.
        group: OsString,
    },
    /// The socket cannot be given to the group that the host named.
    #[error(
        "the socket cannot be given to the group {group} (PLUGIN_UNIX_SOCKET_GROUP): {source}. \
         Run the host as a member of that group"
    )]
    Group {
        /// The group's number.
        group: u32,
        /// What the system said.
        source: io::Error,
    },
    /// Nobody reads the handshake line.
    #[error("the host does not take the handshake line: {0}")]
    Announcement(#[source] io::Error),
    /// The host ended while the plugin started.
    #[error("the host ended while the plugin was starting")]
    HostGone,
    /// The handlers of signals cannot be installed.
    #[error("signals cannot be handled: {0}")]
    Signals(#[source] io::Error),
    /// The server ended by itself.
    #[error("the gRPC server ended: {0}")]
    Server(#[from] tonic::transport::Error),
    /// The server ended by itself and gave no reason.
    #[error("the gRPC server ended without a reason")]
    ServerEnded,
}
