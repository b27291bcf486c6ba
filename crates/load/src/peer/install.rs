//! Getting the peer's programs onto this machine: Node is expected, the packages are installed once and kept.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use tokio::process::Command;

/// The packages, each in one exact version: those that we use, and those that they expect to find beside them. The
/// passkey plug-in asks for older versions of three libraries than the server itself, which npm refuses; `overrides`
/// gives it the server's, so that there is one of each.
const PACKAGES: &str = include_str!("../../peer/better-auth/package.json");
/// The program that serves.
const SERVER: &str = include_str!("../../peer/better-auth/server.mjs");
/// The oldest Node that the packages run on.
const OLDEST_NODE: u32 = 20;
/// The source tree that this program was built from.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The peer, ready to start.
#[derive(Debug)]
pub(super) struct Installed {
    /// Node's own program.
    pub(super) node: PathBuf,
    /// The script, beside the packages it needs.
    pub(super) script: PathBuf,
    /// Name and version of the peer.
    pub(super) title: String,
}

/// Puts the script into this folder and the packages where the next run finds them again.
///
/// # Errors
/// When Node or npm is missing or too old, or npm cannot install, with what it said.
pub(super) async fn install(folder: &Path) -> anyhow::Result<Installed> {
    let node = node().await?;
    let title = format!("better-auth {}", version_of("better-auth")?);
    std::fs::create_dir_all(folder)?;
    let folder = folder.canonicalize()?;
    let packages = packages(&folder, &title).await?;
    let link = folder.join("node_modules");
    if !link.exists() {
        std::os::unix::fs::symlink(packages.join("node_modules"), &link)
            .with_context(|| format!("linking the packages into {}", folder.display()))?;
    }
    let script = folder.join("server.mjs");
    std::fs::write(&script, SERVER)?;
    Ok(Installed {
        node,
        script,
        title,
    })
}

/// The folder that holds the packages; installs them unless a run before has done it. They are kept in `target/tools`
/// of the source tree, or in the folder of this run where the program has left its source tree.
async fn packages(folder: &Path, title: &str) -> anyhow::Result<PathBuf> {
    let sources = Path::new(SOURCES);
    let tools = if sources.join("Cargo.toml").is_file() {
        sources.join("target/tools")
    } else {
        folder.to_owned()
    };
    std::fs::create_dir_all(&tools)?;
    let tools = tools.canonicalize()?;
    let kept = tools.join(format!(
        "better-auth-{}-{}",
        version_of("better-auth")?,
        version_of("@better-auth/passkey")?
    ));
    if is_complete(&kept) {
        return Ok(kept);
    }
    eprintln!("Installing {title} with npm into {}.", kept.display());
    let fresh = tempfile::Builder::new()
        .prefix("better-auth-")
        .tempdir_in(&tools)?;
    npm_install(fresh.path()).await?;
    if kept.exists() && !is_complete(&kept) {
        std::fs::remove_dir_all(&kept)?;
    }
    // Somebody else may have been faster; then theirs is as good.
    match std::fs::rename(fresh.path(), &kept) {
        Ok(()) => {
            let _gone = fresh.keep();
        }
        Err(_) if is_complete(&kept) => {}
        Err(error) => return Err(error).context("keeping the installed packages"),
    }
    Ok(kept)
}

/// Whether the folder holds exactly the packages we name. Only finished installations get their final name.
fn is_complete(kept: &Path) -> bool {
    let named = std::fs::read_to_string(kept.join("package.json"));
    named.is_ok_and(|named| named == PACKAGES) && kept.join("node_modules").is_dir()
}

async fn npm_install(folder: &Path) -> anyhow::Result<()> {
    std::fs::write(folder.join("package.json"), PACKAGES)?;
    let mut npm = Command::new("npm");
    npm.current_dir(folder).args([
        "install",
        "--no-audit",
        "--no-fund",
        "--omit=dev",
        "--ignore-scripts",
        "--no-package-lock",
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=1000",
        "--fetch-retry-maxtimeout=5000",
    ]);
    let ended = output_of(npm, "npm").await?;
    ensure!(
        ended.status.success(),
        "npm could not install the peer; it needs the network the first time. It said:\n{}",
        complaint(&String::from_utf8_lossy(&ended.stderr))
    );
    Ok(())
}

/// What npm says is wrong, without its warnings and without where in its own code it noticed.
fn complaint(said: &str) -> String {
    let errors = said.lines().filter(|line| line.starts_with("npm error"));
    let lines: Vec<&str> = errors.take(5).collect();
    if lines.is_empty() {
        said.trim().to_owned()
    } else {
        lines.join("\n")
    }
}

/// Node's own program, not a wrapper around it: its process is the one that is measured.
async fn node() -> anyhow::Result<PathBuf> {
    let mut node = Command::new("node");
    node.args(["-p", "`${process.versions.node}\\n${process.execPath}`"]);
    let ended = output_of(node, "node").await?;
    let said = String::from_utf8_lossy(&ended.stdout);
    let Some((version, path)) = said.trim().split_once('\n') else {
        bail!("`node` does not say which version it is; install Node {OLDEST_NODE} or later");
    };
    let major = version.split('.').next().and_then(|it| it.parse().ok());
    ensure!(
        major.is_some_and(|major: u32| major >= OLDEST_NODE),
        "the peer needs Node {OLDEST_NODE} or later; this is {version}"
    );
    Ok(PathBuf::from(path))
}

async fn output_of(mut command: Command, name: &str) -> anyhow::Result<Output> {
    let ended = command.stdin(Stdio::null()).kill_on_drop(true).output();
    ended.await.map_err(|error| match error.kind() {
        ErrorKind::NotFound => anyhow::anyhow!(
            "`{name}` is not installed; the peer needs Node {OLDEST_NODE} or later with npm"
        ),
        _ => anyhow::Error::new(error).context(format!("starting `{name}`")),
    })
}

/// The exact version of a package that we name.
fn version_of(package: &str) -> anyhow::Result<String> {
    let named: Value = serde_json::from_str(PACKAGES)?;
    let version = named["dependencies"][package].as_str();
    let version = version.with_context(|| format!("package.json does not name {package}"))?;
    Ok(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_named_in_one_exact_version() {
        let named: Value = serde_json::from_str(PACKAGES).unwrap();
        let packages = named["dependencies"].as_object().unwrap();
        assert!(packages.contains_key("better-auth") && packages.contains_key("pg"));
        for (name, version) in packages {
            let parts: Vec<&str> = version.as_str().unwrap().split('.').collect();
            let exact = parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok());
            assert!(exact, "{name} {version}");
        }
    }

    #[test]
    fn npms_errors_are_told_without_its_warnings() {
        let said = "npm warn old setting\nnpm error code ECONNREFUSED\n";
        assert_eq!(complaint(said), "npm error code ECONNREFUSED");
        assert_eq!(complaint("it fell over\n"), "it fell over");
    }

    #[test]
    fn an_installation_of_other_versions_is_not_used() {
        let kept = tempfile::tempdir().unwrap();
        std::fs::create_dir(kept.path().join("node_modules")).unwrap();
        assert!(!is_complete(kept.path()));
        std::fs::write(kept.path().join("package.json"), PACKAGES).unwrap();
        assert!(is_complete(kept.path()));
        std::fs::write(kept.path().join("package.json"), "{}").unwrap();
        assert!(!is_complete(kept.path()));
    }
}
