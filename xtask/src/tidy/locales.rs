//! Every locale has the files that English has, and no others.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::repository::{Finding, Repository};

pub(super) fn check(repository: &Repository) -> Result<Vec<Finding>> {
    Ok(differences(
        repository.files.iter().map(|file| file.path.as_str()),
    ))
}

fn differences<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<Finding> {
    let mut locales: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (locale, name) in paths.filter_map(|path| path.strip_prefix("locales/")?.split_once('/')) {
        locales.entry(locale).or_default().insert(name);
    }
    let english = locales.remove("en").unwrap_or_default();
    let finding = |locale: &str, name: &str, what: &str| Finding {
        path: format!("locales/{locale}/{name}"),
        line: 1,
        what: what.to_owned(),
    };
    let mut findings = Vec::new();
    for (locale, names) in &locales {
        let missing = english.difference(names);
        findings.extend(
            missing
                .map(|name| finding(locale, name, "is missing: English has it, so translate it")),
        );
        let extra = names.difference(&english);
        findings.extend(extra.map(|name| {
            finding(
                locale,
                name,
                "English has no such file: rename or remove it",
            )
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_and_an_extra_file_are_found() {
        let paths = [
            "locales/en/login.ftl",
            "locales/de/login.ftl",
            "locales/ar/logon.ftl",
            "README.md",
        ];
        let found: Vec<String> = differences(paths.into_iter())
            .into_iter()
            .map(|finding| finding.path)
            .collect();
        assert_eq!(found, ["locales/ar/login.ftl", "locales/ar/logon.ftl"]);
    }
}
