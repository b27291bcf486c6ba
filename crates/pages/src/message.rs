//! A sentence by its key.

use std::collections::BTreeMap;

use serde::Serialize;

/// A value in a sentence.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Arg {
    /// A number, for plurals.
    Number(f64),
    /// Text, shown as it is.
    Text(String),
}

/// A message of the locales with its values: what contexts carry instead of sentences.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Message {
    /// The key, `area-page-element`.
    pub key: String,
    /// The values it names.
    pub args: BTreeMap<String, Arg>,
}

impl Message {
    /// A message without values.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            args: BTreeMap::new(),
        }
    }

    /// Adds a number.
    #[must_use]
    pub fn number(mut self, name: &str, value: f64) -> Self {
        self.args.insert(name.to_owned(), Arg::Number(value));
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text(mut self, name: &str, value: &str) -> Self {
        self.args
            .insert(name.to_owned(), Arg::Text(value.to_owned()));
        self
    }
}
