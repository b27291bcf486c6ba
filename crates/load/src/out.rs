//! The folder that a command leaves its report in.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// A folder that can be written to. It is removed with the value if it was made for it and stayed empty.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    is_ours: bool,
}

impl Folder {
    /// Finds or makes the folder that was named, or else a new one of this kind in `target`: its name is the moment, and
    /// what the run was about. Tries to write there, so that nothing is started whose report had no place.
    ///
    /// # Errors
    /// When it cannot be made or written to.
    pub(crate) fn prepare(
        named: Option<&Path>,
        kind: &str,
        began_at: jiff::Timestamp,
        about: &str,
    ) -> anyhow::Result<Self> {
        let path = named.map_or_else(
            || {
                let moment = began_at.strftime("%Y%m%dT%H%M%SZ");
                PathBuf::from(format!("target/{kind}/{moment}-{about}"))
            },
            Path::to_owned,
        );
        let is_ours = !path.exists();
        let writable = std::fs::create_dir_all(&path).and_then(|()| tempfile::tempfile_in(&path));
        writable.with_context(|| {
            format!(
                "the report cannot be written to {}: name another folder with --out",
                path.display()
            )
        })?;
        Ok(Self { path, is_ours })
    }

    /// Writes a file. Gives its path.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.path.join(name);
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_ours {
            // Fails for a folder with a report in it, which is meant to stay.
            let _ = std::fs::remove_dir(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepare(path: &Path) -> anyhow::Result<Folder> {
        Folder::prepare(Some(path), "load", jiff::Timestamp::UNIX_EPOCH, "smoke")
    }

    #[test]
    fn a_new_folder_stays_only_with_something_in_it() -> anyhow::Result<()> {
        let around = tempfile::tempdir()?;
        let path = around.path().join("deep/down");
        drop(prepare(&path)?);
        assert!(!path.exists());
        let written = prepare(&path)?.write("summary.json", "{}")?;
        assert_eq!(std::fs::read_to_string(written)?, "{}");
        Ok(())
    }

    #[test]
    fn a_folder_of_somebody_else_stays() -> anyhow::Result<()> {
        let around = tempfile::tempdir()?;
        drop(prepare(around.path())?);
        assert!(around.path().exists());
        Ok(())
    }

    #[test]
    fn a_folder_that_cannot_be_is_an_error_that_names_it() -> anyhow::Result<()> {
        let file = tempfile::NamedTempFile::new()?;
        let error = prepare(&file.path().join("below")).expect_err("a file holds no folder");
        let said = format!("{error:#}");
        assert!(said.contains("below") && said.contains("--out"), "{said}");
        Ok(())
    }
}
