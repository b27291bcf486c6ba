//! Each dependency of the workspace says why it is there.

use anyhow::{Context, Result};

use crate::repository::{Finding, Repository, SourceFile};

pub(super) fn check(repository: &Repository) -> Result<Vec<Finding>> {
    Ok(undocumented(
        repository
            .file("Cargo.toml")
            .context("there is no Cargo.toml")?,
    ))
}

/// A comment covers the lines below it, up to the next empty line.
fn undocumented(manifest: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut among_dependencies = false;
    let mut covered = false;
    for (number, line) in manifest.lines() {
        if line.starts_with('[') {
            among_dependencies = line == "[workspace.dependencies]";
        } else if line.trim().is_empty() {
            covered = false;
        } else if line.starts_with('#') {
            covered = true;
        } else if let Some((name, _)) = line
            .split_once(" = ")
            .filter(|_| among_dependencies && !covered)
        {
            let what = format!(
                "`{name}` does not say why it is there: write a comment above it or above its group"
            );
            findings.push(manifest.finding(number, what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_covers_its_group_and_no_more() {
        let text = "[package]\na = 1\n[workspace.dependencies]\n# Why.\nb = 1\nc = 1\n\nd = 1\n[profile.dev]\ne = 1\n";
        let manifest = SourceFile {
            path: "Cargo.toml".to_owned(),
            text: text.to_owned(),
        };
        let lines: Vec<usize> = undocumented(&manifest)
            .iter()
            .map(|finding| finding.line)
            .collect();
        assert_eq!(lines, [8]);
    }
}
