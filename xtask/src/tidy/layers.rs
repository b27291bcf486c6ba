//! Arrows point inward only: which crate of ours may depend on which.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::repository::{Finding, Repository, SourceFile};
use crate::shell;

/// May depend on all of ours: it exists for tests only.
const ANY: &[&str] = &["*"];

/// The map. A new crate is added here, with its reason, and in ARCHITECTURE.md.
const LAYERS: &[(&str, &[&str])] = &[
    ("gatefold-webauthn", &[]),
    ("gatefold-soft-authenticator", &[]),
    ("gatefold-kernel", &["gatefold-webauthn"]),
    ("gatefold-ports", &["gatefold-kernel"]),
    ("gatefold-steps", &["gatefold-kernel"]),
    ("gatefold-goplugin", &[]),
    ("gatefold-engine", &[]),
    (
        "gatefold-conformance",
        &["gatefold-kernel", "gatefold-steps"],
    ),
    (
        "gatefold-auth-plugin",
        &[
            "gatefold-engine",
            "gatefold-goplugin",
            "gatefold-kernel",
            "gatefold-ports",
            "gatefold-steps",
        ],
    ),
    ("gatefold-store", &["gatefold-kernel"]),
    ("gatefold-identity", &["gatefold-kernel", "gatefold-store"]),
    ("gatefold-pages", &[]),
    (
        "gatefold-web",
        &["gatefold-identity", "gatefold-kernel", "gatefold-pages"],
    ),
    (
        "gatefold",
        &[
            "gatefold-conformance",
            "gatefold-identity",
            "gatefold-kernel",
            "gatefold-pages",
            "gatefold-ports",
            "gatefold-steps",
            "gatefold-store",
            "gatefold-web",
        ],
    ),
    ("gatefold-testkit", ANY),
    ("gatefold-engine-host", &["gatefold-engine"]),
    ("gatefold-load", ANY),
    ("xtask", &[]),
];

/// Every crate may have these as dev-dependencies, whatever the map says: the tools of tests, and the
/// store, behind whose back a test looks at what a request left.
const FOR_TESTS: &[&str] = &[
    "gatefold-conformance",
    "gatefold-engine-host",
    "gatefold-ports",
    "gatefold-testkit",
    "gatefold-soft-authenticator",
    "gatefold-store",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `None` for a normal one.
    kind: Option<String>,
    /// `Some` for ours.
    path: Option<String>,
}

pub(super) fn check(repository: &Repository) -> Result<Vec<Finding>> {
    let mut command = shell::cargo(&repository.root);
    let answer = shell::output(command.args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Metadata =
        serde_json::from_str(&answer).context("the answer of `cargo metadata`")?;
    let mut findings = Vec::new();
    for package in &metadata.packages {
        let manifest = package
            .manifest_path
            .strip_prefix(&*repository.root.to_string_lossy());
        let manifest = manifest
            .unwrap_or(&package.manifest_path)
            .trim_start_matches('/');
        let file = repository
            .file(manifest)
            .with_context(|| format!("{manifest} is unknown to git"))?;
        findings.extend(check_package(package, file));
    }
    Ok(findings)
}

fn check_package(package: &Package, manifest: &SourceFile) -> Vec<Finding> {
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == package.name) else {
        let what = format!(
            "{} is not on the map of layers: add it, and its reason, to LAYERS in xtask/src/tidy/layers.rs",
            package.name
        );
        return vec![manifest.finding(1, what)];
    };
    let ours = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.path.is_some());
    ours.filter(|dependency| !is_allowed(allowed, dependency))
        .map(|dependency| {
            let line = manifest
                .lines()
                .find(|(_, line)| line.starts_with(&dependency.name));
            let may = if allowed.is_empty() {
                "none of our crates".to_owned()
            } else {
                allowed.join(", ")
            };
            let what = format!(
                "{} may not depend on {}, only on {may}: move the code to where it belongs, \
                 or change LAYERS in xtask/src/tidy/layers.rs and say why in docs/adr/",
                package.name, dependency.name
            );
            manifest.finding(line.map_or(1, |(number, _)| number), what)
        })
        .collect()
}

fn is_allowed(allowed: &[&str], dependency: &Dependency) -> bool {
    let name = dependency.name.as_str();
    let for_tests = dependency.kind.as_deref() == Some("dev") && FOR_TESTS.contains(&name);
    for_tests || allowed == ANY || allowed.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependency: &str, kind: Option<&str>) -> Package {
        let dependency = Dependency {
            name: dependency.to_owned(),
            kind: kind.map(str::to_owned),
            path: Some("somewhere".to_owned()),
        };
        Package {
            name: name.to_owned(),
            manifest_path: String::new(),
            dependencies: vec![dependency],
        }
    }

    fn complaints(name: &str, dependency: &str, kind: Option<&str>) -> usize {
        let manifest = SourceFile {
            path: "Cargo.toml".to_owned(),
            text: String::new(),
        };
        check_package(&package(name, dependency, kind), &manifest).len()
    }

    #[test]
    fn arrows_point_inward() {
        assert_eq!(complaints("gatefold-web", "gatefold-identity", None), 0);
        assert_eq!(complaints("gatefold-web", "gatefold-store", None), 1);
        assert_eq!(complaints("gatefold-web", "gatefold-store", Some("dev")), 0);
        assert_eq!(
            complaints("gatefold-web", "gatefold-goplugin", Some("dev")),
            1
        );
        assert_eq!(complaints("gatefold-kernel", "gatefold-identity", None), 1);
    }

    #[test]
    fn test_support_is_for_tests() {
        assert_eq!(
            complaints("gatefold-store", "gatefold-testkit", Some("dev")),
            0
        );
        assert_eq!(complaints("gatefold-store", "gatefold-testkit", None), 1);
        assert_eq!(complaints("gatefold-testkit", "gatefold-web", None), 0);
    }

    #[test]
    fn an_unknown_crate_is_told_where_to_go() {
        assert_eq!(complaints("gatefold-new", "gatefold-kernel", None), 1);
    }
}
