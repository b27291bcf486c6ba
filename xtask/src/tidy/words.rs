//! Words that must not be in the repository.

use anyhow::Result;

use crate::repository::{Finding, Repository};

/// Each is written in two parts, so that this table does not find itself.
const FORBIDDEN: &[(&str, &str)] = &[
    (
        concat!("/wo", "rk/"),
        "a path of one machine: make it relative to the repository or to a temporary folder",
    ),
    (
        concat!("/ho", "me/"),
        "a path of one machine: make it relative to the repository or to a temporary folder",
    ),
    (
        concat!("/ro", "ot/"),
        "a path of one machine: make it relative to the repository or to a temporary folder",
    ),
    (
        concat!("index.cra", "tes.io"),
        "the host of a package registry: name the package, not where it came from",
    ),
    (
        concat!("static.cra", "tes.io"),
        "the host of a package registry: name the package, not where it came from",
    ),
    (
        concat!("registry.np", "mjs.org"),
        "the host of a package registry: name the package, not where it came from",
    ),
    (
        concat!("proxy.gol", "ang.org"),
        "the host of a package registry: name the package, not where it came from",
    ),
    (
        concat!("sum.gol", "ang.org"),
        "the host of a package registry: name the package, not where it came from",
    ),
    (
        concat!("pypi", ".org"),
        "the host of a package registry: name the package, not where it came from",
    ),
    (
        concat!("pythonho", "sted.org"),
        "the host of a package registry: name the package, not where it came from",
    ),
    (
        concat!("repo1.ma", "ven.org"),
        "the host of a package registry: name the package, not where it came from",
    ),
    (
        concat!("repo.maven.ap", "ache.org"),
        "the host of a package registry: name the package, not where it came from",
    ),
    (
        concat!("deb.deb", "ian.org"),
        "the host of a package registry: name the package, not where it came from",
    ),
];

pub(super) fn check(repository: &Repository) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in &repository.files {
        for (number, line) in file.lines() {
            for (word, why) in FORBIDDEN.iter().filter(|(word, _)| line.contains(word)) {
                findings.push(file.finding(number, format!("`{word}`: {why}")));
            }
        }
    }
    Ok(findings)
}
