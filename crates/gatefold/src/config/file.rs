//! Reads `gatefold.toml` into texts with their lines. Unknown keys are refused.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::catalogue::CATALOGUE;
use super::problem::{Problem, Wrong};
use super::setting::{Kind, Setting};
use super::source::Source;
use super::suggest::nearest;

/// What one file says: values in the order of its keys, and what is wrong with the others.
#[derive(Debug, Default)]
pub(super) struct FileValues {
    pub(super) values: Vec<(&'static Setting, String, Source)>,
    pub(super) problems: Vec<Problem>,
}

/// Parses the text of the file at `path`, which is only named in messages.
pub(super) fn parse(path: &Path, text: &str) -> FileValues {
    let mut reading = Reading {
        path,
        text,
        out: FileValues::default(),
    };
    match DeTable::parse(text) {
        Ok(table) => reading.table("", table.get_ref()),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let wrong = Wrong::new(
                format!("is not valid TOML: {}", error.message()),
                "correct this line",
            );
            reading.problem(path.display().to_string(), wrong, at);
        }
    }
    reading.out
}

struct Reading<'a> {
    path: &'a Path,
    text: &'a str,
    out: FileValues,
}

impl Reading<'_> {
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let key = format!("{prefix}{}", name.get_ref());
            let at = name.span().start;
            let group = format!("{key}.");
            match CATALOGUE.iter().find(|setting| setting.key == key) {
                Some(setting) => self.value(setting, value),
                None if is_group(&group) => match value.get_ref() {
                    DeValue::Table(inner) => self.table(&group, inner),
                    _ => {
                        let wrong = Wrong::new(
                            "is a group of settings",
                            format!("write its keys below a line [{key}]"),
                        );
                        self.problem(key, wrong, at);
                    }
                },
                None => {
                    let wrong = Wrong::new("is not a setting", suggestion(&key));
                    self.problem(key, wrong, at);
                }
            }
        }
    }

    fn value(&mut self, setting: &'static Setting, value: &Spanned<DeValue<'_>>) {
        let at = value.span().start;
        match as_text(setting.kind, value.get_ref()) {
            Some(text) => {
                let source = self.source(at);
                self.out.values.push((setting, text, source));
            }
            None => {
                let wrong = Wrong::new(
                    format!("is of the TOML type {}", value.get_ref().type_str()),
                    format!(
                        "write {}, such as {}",
                        setting.kind.in_toml(),
                        setting.kind.as_toml(setting.example)
                    ),
                );
                self.problem(setting.key.to_owned(), wrong, at);
            }
        }
    }

    fn problem(&mut self, key: String, wrong: Wrong, at: usize) {
        let source = self.source(at);
        self.out
            .problems
            .push(Problem::new(key, wrong, Some(source)));
    }

    fn source(&self, at: usize) -> Source {
        let before = self.text.as_bytes().iter().take(at);
        Source::File {
            path: self.path.to_owned(),
            line: before.filter(|byte| **byte == b'\n').count() + 1,
        }
    }
}

fn as_text(kind: Kind, value: &DeValue<'_>) -> Option<String> {
    match (kind, value) {
        (Kind::Number(..), DeValue::Integer(number)) if number.radix() == 10 => {
            Some(number.as_str().to_owned())
        }
        (Kind::Number(..), _) => None,
        (Kind::List, DeValue::Array(items)) => {
            let items: Option<Vec<_>> = items.iter().map(|i| i.get_ref().as_str()).collect();
            items.map(|items| items.join(","))
        }
        (Kind::List, _) => None,
        (_, value) => value.as_str().map(str::to_owned),
    }
}

/// Whether some key begins with this table's name and a dot.
fn is_group(prefix: &str) -> bool {
    CATALOGUE.iter().any(|s| s.key.starts_with(prefix))
}

fn suggestion(key: &str) -> String {
    match nearest(key, CATALOGUE.iter().map(|setting| setting.key)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "remove it, or see `gatefold config explain` for every name".to_owned(),
    }
}
