//! `cargo xtask codegen`: the committed files that are written from the catalogue of steps.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{Outcome, repository, shell};

pub(crate) const HELP: &str = "\
cargo xtask codegen [--check]

Writes what is derived from the catalogue of steps (crates/steps):
  plugins/workflow-plugin-auth/plugin.json
  plugins/workflow-plugin-auth/plugin.contracts.json
  docs/steps.md

--check writes nothing and fails if one of them differs; it is part of `cargo xtask lint`.

Examples:
  cargo xtask codegen            after a change of crates/steps or of the version
  cargo xtask codegen --check";

/// What to do with files that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// They are written.
    Write,
    /// They are complained about.
    Check,
}

pub(crate) fn run(arguments: &[String]) -> Result<Outcome> {
    let mode = match arguments {
        [] => Mode::Write,
        [word] if word == "--check" => Mode::Check,
        _ => bail!("codegen takes nothing but --check; see `cargo xtask codegen --help`"),
    };
    bring_up_to_date(mode)
}

/// Compares every generated file with the committed one.
pub(crate) fn bring_up_to_date(mode: Mode) -> Result<Outcome> {
    let root = repository::root()?;
    let mut generate = shell::cargo(&root);
    generate.args([
        "run",
        "--quiet",
        "--locked",
        "-p",
        "gatefold-steps",
        "--example",
        "generated",
    ]);
    let files = parse(&shell::output(&mut generate)?)?;
    let mut outcome = Outcome::Passed;
    for (path, text) in &files {
        if is_same(&root, path, text) {
            continue;
        }
        match mode {
            Mode::Write => {
                write(&root, path, text)?;
                println!("{path}: written");
            }
            Mode::Check => {
                println!("{path}: differs from the catalogue (repair: cargo xtask codegen)");
                outcome = Outcome::Failed;
            }
        }
    }
    let state = match outcome {
        Outcome::Passed => "up to date",
        Outcome::Failed => "not up to date",
    };
    println!("codegen: {} files, {state}", files.len());
    Ok(outcome)
}

/// Reads what the generator prints: path below the root, and text.
pub(crate) fn parse(json: &str) -> Result<BTreeMap<String, String>> {
    serde_json::from_str(json).context("the generator printed no map of files")
}

fn is_same(root: &Path, path: &str, text: &str) -> bool {
    std::fs::read_to_string(root.join(path)).is_ok_and(|committed| committed == text)
}

fn write(root: &Path, path: &str, text: &str) -> Result<()> {
    let file = root.join(path);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("creating {}", folder.display()))?;
    }
    std::fs::write(&file, text).with_context(|| format!("writing {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_map_of_texts_is_files() {
        assert_eq!(parse(r#"{"a/b": "c\n"}"#).unwrap()["a/b"], "c\n");
        for bad in ["", "[]", r#"{"a": 1}"#] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_missing_file_differs() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(!is_same(root, "src/there-is-none.rs", ""));
        assert!(is_same(root, "src/codegen.rs", include_str!("codegen.rs")));
    }
}
