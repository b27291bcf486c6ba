//! What the host says to a plugin through the environment of its process.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::handshake::Handshake;

/// The variables of go-plugin, read once. A variable that is set to nothing counts as unset, but for the cookie.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub(crate) cookie: Option<OsString>,
    /// Versions of the application's protocol that the host knows. `None` where it does not say.
    pub(crate) protocol_versions: Option<Vec<u32>>,
    /// Where the host wants the socket.
    pub(crate) socket_folder: Option<PathBuf>,
    /// Name or number of the group that may connect as well.
    pub(crate) socket_group: Option<OsString>,
    /// The certificate, in PEM, of a host that asks for TLS.
    pub(crate) client_certificate: Option<OsString>,
    /// Whether the host would like several connections in one.
    pub(crate) wants_multiplexing: bool,
    /// The folder for temporary files.
    pub(crate) temporary_folder: PathBuf,
}

impl Environment {
    /// Reads what concerns a plugin: the cookie of `handshake`, `PLUGIN_PROTOCOL_VERSIONS`,
    /// `PLUGIN_UNIX_SOCKET_DIR`, `PLUGIN_UNIX_SOCKET_GROUP`, `PLUGIN_CLIENT_CERT`, `PLUGIN_MULTIPLEX_GRPC` and
    /// `TMPDIR`.
    ///
    /// `lookup` gives the value of a variable; in a binary it is `std::env::var_os`.
    pub fn read(handshake: &Handshake, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let not_empty = |name| lookup(name).filter(|value| !value.is_empty());
        Self {
            cookie: lookup(&handshake.cookie_key),
            protocol_versions: not_empty("PLUGIN_PROTOCOL_VERSIONS").map(|list| {
                let list = list.to_string_lossy();
                list.split(',')
                    .filter_map(|version| version.trim().parse().ok())
                    .collect()
            }),
            socket_folder: not_empty("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group: not_empty("PLUGIN_UNIX_SOCKET_GROUP"),
            client_certificate: not_empty("PLUGIN_CLIENT_CERT"),
            wants_multiplexing: not_empty("PLUGIN_MULTIPLEX_GRPC").is_some_and(|wish| {
                // Go's reading of a truth value.
                ["1", "t", "T", "TRUE", "true", "True"]
                    .iter()
                    .any(|yes| wish == *yes)
            }),
            temporary_folder: not_empty("TMPDIR").map_or_else(|| "/tmp".into(), PathBuf::from),
        }
    }
}
