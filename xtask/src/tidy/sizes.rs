//! Files stay within what a person can hold in mind.

use anyhow::Result;

use crate::repository::{Finding, Repository};

/// Lines of a Rust file without its tests (STYLE.md).
const LONGEST: usize = 500;

/// Files that may be longer: path, lines, and the reason, which must be a good one.
const EXCEPTIONS: &[(&str, usize, &str)] = &[];

pub(super) fn check(repository: &Repository) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in repository.rust_files().filter(|file| !file.is_test()) {
        let lines = file
            .tests_begin()
            .map_or_else(|| file.lines().count(), |number| number - 1);
        let exception = EXCEPTIONS.iter().find(|(path, _, _)| *path == file.path);
        let longest = exception.map_or(LONGEST, |(_, lines, _)| *lines);
        if lines > longest {
            let what = format!(
                "{lines} lines without tests, {longest} is the most: split it by subject, \
                 or give a reason in EXCEPTIONS of xtask/src/tidy/sizes.rs"
            );
            findings.push(file.finding(longest + 1, what));
        }
    }
    for (path, _, _) in EXCEPTIONS
        .iter()
        .filter(|(path, _, _)| repository.file(path).is_none())
    {
        let what = format!("the exception for {path} is stale: remove it");
        findings.push(Finding {
            path: "xtask/src/tidy/sizes.rs".to_owned(),
            line: 1,
            what,
        });
    }
    Ok(findings)
}
