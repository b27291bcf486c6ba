//! `cargo xtask tidy`: the rules of this repository that no compiler knows.

mod invariants;
mod layers;
mod locales;
mod manifest;
mod sizes;
mod words;

use anyhow::{Result, bail};

use crate::Outcome;
use crate::repository::{Finding, Repository};

pub(crate) const HELP: &str = "\
cargo xtask tidy

Checks what no compiler knows, on every file git knows or would take:
  layers      which of our crates may depend on which (xtask/src/tidy/layers.rs)
  manifest    each workspace dependency says why it is there
  sizes       files stay within 500 lines without their tests
  invariants  each invariant of ARCHITECTURE.md has code and a test
  words       no paths of one machine, no hosts of package registries
  locales     every locale has the files that English has

Each finding reads `path:line: what is wrong, and what to do`.

Examples:
  cargo xtask tidy
  cargo xtask tidy layers sizes    only these";

type Check = fn(&Repository) -> Result<Vec<Finding>>;

const CHECKS: &[(&str, Check)] = &[
    ("layers", layers::check),
    ("manifest", manifest::check),
    ("sizes", sizes::check),
    ("invariants", invariants::check),
    ("words", words::check),
    ("locales", locales::check),
];

pub(crate) fn run(only: &[String]) -> Result<Outcome> {
    if let Some(unknown) = only
        .iter()
        .find(|name| !CHECKS.iter().any(|(known, _)| known == name))
    {
        bail!("there is no check `{unknown}`; see `cargo xtask tidy --help`");
    }
    let repository = Repository::open()?;
    let mut findings = Vec::new();
    for (name, check) in CHECKS {
        if only.is_empty() || only.iter().any(|wanted| wanted == name) {
            findings.extend(check(&repository)?);
        }
    }
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    println!(
        "tidy: {} files, {} findings",
        repository.files.len(),
        findings.len()
    );
    Ok(if findings.is_empty() {
        Outcome::Passed
    } else {
        Outcome::Failed
    })
}
