//! The master keys: what must be decrypted or keyed alike on every instance.
//!
//! The file holds one key on each line, `ID HEX`: an id of up to 32 lower-case letters, digits,
//! dots and dashes, then 32 bytes in hexadecimal. Empty lines and lines that begin with `#` are
//! skipped. The first key is the current one; the others still open what they once closed.
//!
//! To rotate: add the new key as the last line on every instance and restart them; then move it to
//! the first line everywhere. That way no instance meets a key it does not know.
//!
//! ```text
//! # made by gatefold, keep a copy in a safe place
//! k1 6c1f0f4b1c0c6e0c9d5b1c7b9a8f7e6d5c4b3a29181706f5e4d3c2b1a0f9e8d7
//! ```

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use gatefold_kernel::{Entropy, Secret};

use crate::config::MasterKeyFile;

/// Bytes in one key.
pub const KEY_BYTES: usize = 32;
/// Most characters in the id of a key.
const MAX_ID: usize = 32;

/// Why there are no master keys; each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// The file is there, but this process may not read it, or it is not text.
    #[error("the master key file {path} cannot be read; let this user read it")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file, or the folder around it, could not be made.
    #[error("the master key file {path} cannot be made; let this user write to data_dir")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is neither empty, a comment nor a key.
    #[error(
        "{path} line {line} is no key; write `ID HEX`, an id and {KEY_BYTES} bytes in hexadecimal"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from one.
        line: usize,
    },
    /// Two keys have the same id.
    #[error("{path} line {line} repeats the id of a key above; give each key its own")]
    Repeated {
        /// The file.
        path: PathBuf,
        /// The line, counted from one.
        line: usize,
    },
    /// No line holds a key.
    #[error("{path} holds no key; write one with `echo \"k1 $(openssl rand -hex 32)\"`")]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

/// One key and the name under which it is remembered beside what it closed.
#[derive(Debug)]
pub struct MasterKey {
    id: String,
    bytes: Secret<[u8; KEY_BYTES]>,
}

impl MasterKey {
    /// The name, for storage beside what this key closes.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key itself.
    #[must_use]
    pub fn bytes(&self) -> &Secret<[u8; KEY_BYTES]> {
        &self.bytes
    }
}

/// The keys of this system; there is always a current one.
#[derive(Debug)]
pub struct MasterKeys {
    current: MasterKey,
    former: Vec<MasterKey>,
}

impl MasterKeys {
    /// Reads the keys, after making the file if it is ours to make and missing.
    ///
    /// # Errors
    /// See [`MasterKeyError`].
    pub fn obtain(file: &MasterKeyFile, entropy: &dyn Entropy) -> Result<Self, MasterKeyError> {
        match file {
            MasterKeyFile::Provided(path) => Self::read(path),
            MasterKeyFile::Generated(path) => {
                if !path.exists() {
                    generate(path, entropy).map_err(|source| MasterKeyError::Unwritable {
                        path: path.clone(),
                        source,
                    })?;
                }
                Self::read(path)
            }
        }
    }

    /// The key for what is closed from now on.
    #[must_use]
    pub fn current(&self) -> &MasterKey {
        &self.current
    }

    /// The key that closed something, if it is still known.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&MasterKey> {
        std::iter::once(&self.current)
            .chain(&self.former)
            .find(|key| key.id == id)
    }

    fn read(path: &Path) -> Result<Self, MasterKeyError> {
        let unreadable = |source| MasterKeyError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
        if mode & 0o007 != 0 {
            tracing::warn!(path = %path.display(), "everyone on this machine may read the master keys; run chmod o= on the file");
        }
        let text = Secret::new(fs::read_to_string(path).map_err(unreadable)?);
        parse(path, text.expose())
    }
}

fn parse(path: &Path, text: &str) -> Result<MasterKeys, MasterKeyError> {
    let mut keys: Vec<MasterKey> = Vec::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let path = || path.to_owned();
        let key = parse_line(line).ok_or_else(|| MasterKeyError::Malformed {
            path: path(),
            line: number,
        })?;
        if keys.iter().any(|known| known.id == key.id) {
            return Err(MasterKeyError::Repeated {
                path: path(),
                line: number,
            });
        }
        keys.push(key);
    }
    let mut keys = keys.into_iter();
    let current = keys.next().ok_or_else(|| MasterKeyError::Empty {
        path: path.to_owned(),
    })?;
    Ok(MasterKeys {
        current,
        former: keys.collect(),
    })
}

fn parse_line(line: &str) -> Option<MasterKey> {
    let (id, hex) = line.split_once(char::is_whitespace)?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    if id.len() > MAX_ID || !id.chars().all(allowed) {
        return None;
    }
    Some(MasterKey {
        id: id.to_owned(),
        bytes: Secret::new(from_hex(hex.trim())?),
    })
}

fn from_hex(hex: &str) -> Option<[u8; KEY_BYTES]> {
    if hex.len() != 2 * KEY_BYTES {
        return None;
    }
    let mut bytes = [0; KEY_BYTES];
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        let digit = |c: &u8| char::from(*c).to_digit(16);
        let value = pair
            .iter()
            .try_fold(0, |high, c| Some(high * 16 + digit(c)?));
        *byte = u8::try_from(value?).ok()?;
    }
    Some(bytes)
}

/// Makes the file whole or not at all: two processes that start together end up with one key.
fn generate(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    let written = file
        .write_all(new_file(entropy).expose().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match written {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

fn new_file(entropy: &dyn Entropy) -> Secret<String> {
    let mut key = [0; KEY_BYTES];
    entropy.fill(&mut key);
    let key = Secret::new(key);
    let hex = key.expose().iter().map(|byte| format!("{byte:02x}"));
    let hex = Secret::new(hex.collect::<String>());
    Secret::new(format!(
        "# Master keys of Gatefold. Keep a copy in a safe place: without them, what they closed is lost.\nk1 {}\n",
        hex.expose()
    ))
}

#[cfg(test)]
mod tests;
