//! Reads settings out of the layers and collects every problem instead of stopping at the first.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::layers::Layers;
use super::parse;
use super::problem::{Problem, Warning, Wrong};
use super::setting::Setting;
use super::source::{Source, Sourced};

/// A value could not be had, and the reason is already among the problems.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported;

/// The layers while they are read.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) values: BTreeMap<&'static str, Sourced>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Warning>,
}

impl From<Layers> for Reader {
    fn from(layers: Layers) -> Self {
        Self {
            values: layers.values,
            problems: layers.problems,
            warnings: layers.warnings,
        }
    }
}

impl Reader {
    /// The value, or `None` if nobody set it.
    pub(super) fn optional<T>(
        &mut self,
        setting: &'static Setting,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Result<Option<T>, Reported> {
        match self.values.get(setting.key).map(|value| parse(&value.text)) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(wrong)) => Err(self.refuse(setting, wrong)),
        }
    }

    /// The value; the catalogue's default stands in, so that only an unset one is missing.
    pub(super) fn required<T>(
        &mut self,
        setting: &'static Setting,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Result<T, Reported> {
        match self.optional(setting, parse)? {
            Some(value) => Ok(value),
            None => Err(self.missing(setting, format!("set it, such as {}", setting.example))),
        }
    }

    /// A number in the range that the catalogue names.
    pub(super) fn number(&mut self, setting: &'static Setting) -> Result<NonZeroU32, Reported> {
        let (from, to) = parse::range(setting);
        self.required(setting, |text| parse::number(text, from, to))
    }

    /// Fills a value nobody set; one that is set stays.
    pub(super) fn derive(
        &mut self,
        setting: &'static Setting,
        text: impl Into<String>,
        from: &'static str,
    ) {
        self.values
            .entry(setting.key)
            .or_insert_with(|| Sourced::new(text, Source::Derived(from)));
    }

    /// Whether some layer, or a derivation, gave this setting a value.
    pub(super) fn is_set(&self, setting: &Setting) -> bool {
        self.values.contains_key(setting.key)
    }

    /// Records that the value does not do.
    pub(super) fn refuse(&mut self, setting: &'static Setting, wrong: Wrong) -> Reported {
        let source = self.values.get(setting.key).map(|v| v.source.clone());
        self.problems.push(Problem::new(setting.key, wrong, source));
        Reported
    }

    /// Records that the value is missing.
    pub(super) fn missing(&mut self, setting: &'static Setting, right: String) -> Reported {
        self.refuse(setting, Wrong::new("is missing", right))
    }

    /// Records a remark.
    pub(super) fn warn(&mut self, setting: &'static Setting, text: impl Into<String>) {
        self.warnings.push(Warning::on(setting, text));
    }
}
