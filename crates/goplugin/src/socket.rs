//! The socket, in a folder of its own.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::net::UnixListener;

use crate::environment::Environment;
use crate::error::ServeError;

/// The longest path of a socket in bytes: `sun_path` has 108, and one ends it.
pub(crate) const LONGEST_PATH: usize = 107;

/// Where the names of groups stand.
const GROUPS: &str = "/etc/group";

/// The folder with the socket. Both are removed when it is dropped.
#[derive(Debug)]
pub(crate) struct PluginSocket {
    /// Its text goes into the handshake line.
    address: String,
    is_shared: bool,
    _folder: TempDir,
}

impl PluginSocket {
    /// Makes a fresh folder for this process only, and listens in it. Nothing in the path tells what the plugin
    /// is: hosts show it to their own callers in error messages.
    pub(crate) fn bind(environment: &Environment) -> Result<(Self, UnixListener), ServeError> {
        let group = environment.socket_group.as_deref();
        let group = group.map(group_number).transpose()?;
        let parent = environment.socket_folder.as_ref();
        let parent = parent.unwrap_or(&environment.temporary_folder);
        let folder = make_folder(parent).map_err(|source| ServeError::SocketFolder {
            folder: parent.clone(),
            source,
        })?;
        let path = folder.path().join("s");
        let address = checked_address(&path)?;
        let listener = listen(&path).map_err(|source| ServeError::Socket {
            path: path.clone(),
            source,
        })?;
        if let Some(group) = group {
            share(folder.path(), &path, group)
                .map_err(|source| ServeError::Group { group, source })?;
        }
        let socket = Self {
            address,
            is_shared: group.is_some(),
            _folder: folder,
        };
        Ok((socket, listener))
    }

    /// The absolute path of the socket.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Whether the host asked that a group may connect.
    pub(crate) fn is_shared(&self) -> bool {
        self.is_shared
    }
}

fn make_folder(parent: &Path) -> io::Result<TempDir> {
    // Absolute, because the host's working directory is another one.
    let parent = std::path::absolute(parent)?;
    let for_us = Permissions::from_mode(0o700);
    let folder = tempfile::Builder::new()
        .prefix("plugin")
        .permissions(for_us.clone())
        .tempdir_in(parent)?;
    // Again, as the mask may have taken our own bits away.
    fs::set_permissions(folder.path(), for_us)?;
    Ok(folder)
}

/// The path as the handshake line can carry it.
fn checked_address(path: &Path) -> Result<String, ServeError> {
    let length = path.as_os_str().len();
    if length > LONGEST_PATH {
        return Err(ServeError::SocketPathTooLong {
            path: path.to_owned(),
            length,
        });
    }
    path.to_str()
        .filter(|text| !text.contains(|letter: char| letter == '|' || letter.is_control()))
        .map(str::to_owned)
        .ok_or_else(|| ServeError::SocketPathCharacters {
            path: path.to_owned(),
        })
}

fn listen(path: &PathBuf) -> io::Result<UnixListener> {
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Lets the group connect. The folder is opened last.
fn share(folder: &Path, socket: &Path, group: u32) -> io::Result<()> {
    chown(socket, None, Some(group))?;
    fs::set_permissions(socket, Permissions::from_mode(0o660))?;
    chown(folder, None, Some(group))?;
    fs::set_permissions(folder, Permissions::from_mode(0o710))
}

/// The number of a group that is given by number or name.
fn group_number(group: &OsStr) -> Result<u32, ServeError> {
    let by_number = group.to_str().and_then(|text| text.parse().ok());
    by_number
        .or_else(|| named_group(&fs::read(GROUPS).ok()?, group.as_bytes()))
        .ok_or_else(|| ServeError::UnknownGroup {
            group: group.to_owned(),
        })
}

/// Looks a name up in the lines `name:password:number:members` of group(5).
fn named_group(groups: &[u8], name: &[u8]) -> Option<u32> {
    groups.split(|byte| *byte == b'\n').find_map(|line| {
        let mut fields = line.split(|byte| *byte == b':');
        if fields.next()? != name {
            return None;
        }
        std::str::from_utf8(fields.nth(1)?).ok()?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_found_by_name() {
        let groups = b"root:x:0:\nbroken\nadm:x:4:a,b\nodd:x:none:\n";
        assert_eq!(named_group(groups, b"adm"), Some(4));
        assert_eq!(named_group(groups, b"root"), Some(0));
        for absent in [&b"ad"[..], b"", b"broken", b"odd", b"x", b"4"] {
            assert_eq!(named_group(groups, absent), None, "{absent:?}");
        }
        assert_eq!(group_number(OsStr::new("123")).unwrap(), 123);
        let unknown = group_number(OsStr::new("no such group"));
        assert!(matches!(unknown, Err(ServeError::UnknownGroup { .. })));
    }

    #[test]
    fn an_address_fits_the_handshake_line() {
        assert_eq!(
            checked_address(Path::new("/tmp/plugin1/s")).unwrap(),
            "/tmp/plugin1/s"
        );
        for bad in [&b"/tmp/a|b/s"[..], b"/tmp/a\nb/s", b"/tmp/\xff/s"] {
            let refused = checked_address(Path::new(OsStr::from_bytes(bad)));
            assert!(
                matches!(refused, Err(ServeError::SocketPathCharacters { .. })),
                "{refused:?}"
            );
        }
        let longest = format!("/{}", "x".repeat(LONGEST_PATH - 1));
        assert!(checked_address(Path::new(&longest)).is_ok());
        let longer = format!("{longest}x");
        let refused = checked_address(Path::new(&longer));
        assert!(matches!(
            refused,
            Err(ServeError::SocketPathTooLong { length: 108, .. })
        ));
    }
}
