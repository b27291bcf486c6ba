//! Each invariant of ARCHITECTURE.md is named where it is kept and where it is tested.
//!
//! The list's lines look like `- **V-B1** Two verdicts …`; an anchor is a comment
//! that contains the id, such as `// V-B1: consumed before it is looked at.`

use anyhow::Result;

use crate::repository::{Finding, Repository, SourceFile};

const LIST: &str = "ARCHITECTURE.md";

pub(super) fn check(repository: &Repository) -> Result<Vec<Finding>> {
    let Some(list) = repository.file(LIST) else {
        println!("tidy: there is no {LIST} yet, so invariants were not checked");
        return Ok(Vec::new());
    };
    let sources: Vec<&SourceFile> = repository
        .rust_files()
        .filter(|file| file.path.starts_with("crates/"))
        .collect();
    let mut findings = Vec::new();
    for (number, id) in list
        .lines()
        .filter_map(|(number, line)| Some((number, listed_id(line)?)))
    {
        let anchors: Vec<Place> = sources.iter().flat_map(|file| anchors(file, id)).collect();
        if !anchors.contains(&Place::Code) {
            let what = format!("{id} has no code: put `// {id}` where it is kept, in crates/*/src");
            findings.push(list.finding(number, what));
        }
        if !anchors.contains(&Place::Test) {
            let what = format!("{id} has no test: put `// {id}` on the test that fails without it");
            findings.push(list.finding(number, what));
        }
    }
    Ok(findings)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Code,
    Test,
}

/// The id in `- **V-B1** …`: capitals, digits and at least one hyphen, or `V` with a number.
fn listed_id(line: &str) -> Option<&str> {
    let (id, _) = line.trim_start().strip_prefix("- **")?.split_once("**")?;
    let numbered = id
        .strip_prefix('V')
        .is_some_and(|number| number.parse::<u8>().is_ok());
    let named = id.contains('-')
        && id
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
    (numbered || named).then_some(id)
}

fn anchors(file: &SourceFile, id: &str) -> Vec<Place> {
    let tests_begin = if file.is_test() {
        0
    } else {
        file.tests_begin().unwrap_or(usize::MAX)
    };
    file.lines()
        .filter(|(_, line)| {
            line.split_once("//")
                .is_some_and(|(_, comment)| mentions(comment, id))
        })
        .map(|(number, _)| {
            if number > tests_begin {
                Place::Test
            } else {
                Place::Code
            }
        })
        .collect()
}

/// Whether the id is there as a whole word: `V-B1` is not in `V-B12`.
fn mentions(comment: &str, id: &str) -> bool {
    comment
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .any(|word| word == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(path: &str, text: &str) -> Vec<Place> {
        anchors(
            &SourceFile {
                path: path.to_owned(),
                text: text.to_owned(),
            },
            "V-B1",
        )
    }

    #[test]
    fn ids_are_recognised() {
        assert_eq!(listed_id("- **V-B1** A passkey …"), Some("V-B1"));
        assert_eq!(listed_id("- **INV-7**: …"), Some("INV-7"));
        assert_eq!(listed_id("- **V12** …"), Some("V12"));
        assert_eq!(listed_id("- **Well-known** things"), None);
        assert_eq!(listed_id("**V-B1**"), None);
    }

    #[test]
    fn anchors_are_whole_words_in_comments_of_code_or_tests() {
        let both =
            "// V-B1: consumed first.\nfn f() {}\n#[cfg(test)]\nmod tests {\n    // V-B1\n}\n";
        assert_eq!(
            places("crates/a/src/f.rs", both),
            [Place::Code, Place::Test]
        );
        assert_eq!(
            places("crates/a/tests/it/f.rs", "/// V-B1, V-B2.\n"),
            [Place::Test]
        );
        assert_eq!(
            places("crates/a/src/f.rs", "// V-B12\nlet id = \"V-B1\";\n"),
            []
        );
    }
}
