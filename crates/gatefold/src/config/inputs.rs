//! What the layers above the defaults are made of. Only [`Inputs::gather`] touches the process.

use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::flags::Flags;
use super::source::Source;

/// The variable that names the configuration file.
pub const CONFIG_VARIABLE: &str = "GATEFOLD_CONFIG";
/// The file that is read when none is named.
pub const CONFIG_FILE: &str = "gatefold.toml";

/// Everything from outside that decides about the configuration.
#[derive(Clone)]
pub struct Inputs {
    /// Options of the command line.
    pub flags: Flags,
    /// Variables of the environment, name and value.
    pub environment: Vec<(String, String)>,
    /// The configuration file, read but not parsed.
    pub file: FileInput,
    /// Processors this process may use.
    pub processors: NonZeroUsize,
}

/// The configuration file before it is parsed.
#[derive(Clone)]
pub enum FileInput {
    /// None is named and `./gatefold.toml` does not exist.
    Absent,
    /// Its text.
    Text {
        /// The path as it was named.
        path: PathBuf,
        /// What it holds.
        text: String,
    },
    /// It was named, or exists, but could not be read.
    Unreadable {
        /// The path as it was named.
        path: PathBuf,
        /// What the system said.
        reason: String,
        /// Who named it.
        named_by: Source,
    },
}

impl Inputs {
    /// Reads the environment of this process and the configuration file.
    #[must_use]
    pub fn gather(flags: Flags) -> Self {
        let environment = process_environment();
        let file = find_file(&flags, &environment);
        let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self {
            flags,
            environment,
            file,
            processors,
        }
    }
}

/// The one place that reads the environment; the rest of Gatefold gets a `Config`.
#[expect(
    clippy::disallowed_methods,
    reason = "configuration is where the environment enters; everything else is told"
)]
fn process_environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            (name, value.to_string_lossy().into_owned())
        })
        .collect()
}

fn find_file(flags: &Flags, environment: &[(String, String)]) -> FileInput {
    let variable = environment
        .iter()
        .find(|(name, value)| name == CONFIG_VARIABLE && !value.is_empty());
    match (&flags.config, variable) {
        (Some(path), _) => read_file(path, Some(Source::Flag("config"))),
        (None, Some((_, path))) => {
            read_file(Path::new(path), Some(Source::Environment(CONFIG_VARIABLE)))
        }
        (None, None) => read_file(Path::new(CONFIG_FILE), None),
    }
}

fn read_file(path: &Path, named_by: Option<Source>) -> FileInput {
    match std::fs::read_to_string(path) {
        Ok(text) => FileInput::Text {
            path: path.to_owned(),
            text,
        },
        Err(error) if error.kind() == ErrorKind::NotFound && named_by.is_none() => {
            FileInput::Absent
        }
        Err(error) => FileInput::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
            named_by: named_by.unwrap_or(Source::Default),
        },
    }
}
