//! Lays defaults, file, environment and flags over each other, each value with its source.

use std::collections::BTreeMap;

use super::catalogue::CATALOGUE;
use super::file;
use super::inputs::{CONFIG_VARIABLE, FileInput, Inputs};
use super::problem::{Problem, Warning, Wrong};
use super::setting::{Fallback, Setting};
use super::source::{Source, Sourced};
use super::suggest::nearest;

/// The prefix of every variable of ours.
const PREFIX: &str = "GATEFOLD_";

/// The winning text of each key that has one, not yet parsed.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) values: BTreeMap<&'static str, Sourced>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Warning>,
}

/// Lays the layers over each other, weakest first.
pub(super) fn lay(inputs: &Inputs) -> Layers {
    let mut layers = Layers::default();
    layers.defaults();
    layers.file(&inputs.file);
    layers.environment(&inputs.environment);
    for setting in CATALOGUE {
        if let Some(text) = inputs.flags.get(setting) {
            layers.put(setting, text, Source::Flag(setting.flag));
        }
    }
    layers
}

impl Layers {
    fn put(&mut self, setting: &'static Setting, text: &str, source: Source) {
        let value = match self.values.remove(setting.key) {
            Some(weaker) => weaker.overridden_by(text, source),
            None => Sourced::new(text, source),
        };
        self.values.insert(setting.key, value);
    }

    fn defaults(&mut self) {
        for setting in CATALOGUE {
            if let Fallback::Value(text) = setting.fallback {
                self.put(setting, text, Source::Default);
            }
        }
    }

    fn file(&mut self, input: &FileInput) {
        match input {
            FileInput::Absent => {}
            FileInput::Text { path, text } => {
                let read = file::parse(path, text);
                self.problems.extend(read.problems);
                for (setting, text, source) in read.values {
                    self.put(setting, &text, source);
                }
            }
            FileInput::Unreadable {
                path,
                reason,
                named_by,
            } => self.problems.push(Problem::new(
                path.display().to_string(),
                Wrong::new(
                    format!("cannot be read: {reason}"),
                    "name a readable file, or none",
                ),
                Some(named_by.clone()),
            )),
        }
    }

    /// An empty variable counts as not set: compose files and charts leave such behind.
    fn environment(&mut self, variables: &[(String, String)]) {
        let given = |name: &str| {
            variables
                .iter()
                .find(|(n, value)| n == name && !value.is_empty())
                .map(|(_, value)| value.as_str())
        };
        for setting in CATALOGUE {
            for name in setting.env.iter().rev() {
                if let Some(text) = given(name) {
                    self.put(setting, text, Source::Environment(name));
                }
            }
        }
        let unknown = variables.iter().filter(|(name, _)| is_unknown(name));
        self.warnings
            .extend(unknown.map(|(name, _)| Warning::named(name, advice(name))));
    }
}

fn known_variables() -> impl Iterator<Item = &'static str> {
    let of_settings = CATALOGUE.iter().flat_map(|s| s.env.iter().copied());
    of_settings.chain([CONFIG_VARIABLE])
}

fn is_unknown(name: &str) -> bool {
    name.starts_with(PREFIX) && !known_variables().any(|known| known == name)
}

fn advice(name: &str) -> String {
    match nearest(name, known_variables()) {
        Some(known) => format!("is not a setting and is ignored; did you mean {known}?"),
        None => "is not a setting and is ignored".to_owned(),
    }
}
