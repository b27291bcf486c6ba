//! What the environment says: the one place of xtask that reads it.

use std::path::PathBuf;

#[expect(
    clippy::disallowed_methods,
    reason = "a tool is told by its environment what the machine has"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The first of these programs on the search path.
pub(crate) fn program(names: &[&str]) -> Option<PathBuf> {
    let path = variable("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}
