//! The files of this repository.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// Every file git knows or would take, except binary ones, with its text.
pub(crate) struct Repository {
    pub(crate) root: PathBuf,
    pub(crate) files: Vec<SourceFile>,
}

/// One text file.
pub(crate) struct SourceFile {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Something to repair, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl Repository {
    pub(crate) fn open() -> Result<Self> {
        let root = root()?;
        let mut list = Command::new("git");
        list.current_dir(&root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]);
        let names = crate::shell::output(&mut list)?;
        let mut files: Vec<SourceFile> = names
            .split('\0')
            .filter(|name| !name.is_empty())
            .filter_map(|name| SourceFile::read(&root, name))
            .collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files.dedup_by(|one, other| one.path == other.path);
        Ok(Self { root, files })
    }

    pub(crate) fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }

    pub(crate) fn rust_files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }
}

impl SourceFile {
    /// `None` for what is binary, or was deleted since git looked.
    fn read(root: &Path, path: &str) -> Option<Self> {
        let text = std::fs::read_to_string(root.join(path)).ok()?;
        (!text.contains('\0')).then(|| Self {
            path: path.to_owned(),
            text,
        })
    }

    /// The lines with their numbers, from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// Whether the whole file is tests: integration tests, `tests.rs`, or a folder `tests`.
    pub(crate) fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs")
            || self
                .path
                .split('/')
                .any(|part| part == "tests" || part == "benches")
    }

    /// The number of the line where the trailing test module begins, if there is one.
    pub(crate) fn tests_begin(&self) -> Option<usize> {
        self.lines()
            .find(|(_, line)| line.trim_end() == "#[cfg(test)]")
            .map(|(number, _)| number)
    }

    pub(crate) fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding {
            path: self.path.clone(),
            line,
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// The folder of the workspace. Cargo tells where xtask is at run time; a path
/// fixed at build time would be wrong in a second clone that shares the target folder.
pub(crate) fn root() -> Result<PathBuf> {
    let xtask =
        crate::environment::variable("CARGO_MANIFEST_DIR").context("start me as `cargo xtask`")?;
    Path::new(&xtask)
        .parent()
        .map(Path::to_owned)
        .context("xtask has no parent folder")
}
