//! A text to show, as a key and its arguments.

use std::collections::BTreeMap;

use serde::Serialize;

/// A value inside a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Arg {
    /// Text that is inserted as it is, for example a name.
    Text(String),
    /// A whole number; plurals follow it.
    Number(i64),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Self::Number(i64::from(number))
    }
}

/// A text by its key in `locales/`, with the values it needs. Never English.
///
/// The key must exist; rendering an unknown key is a fault. [`crate::Pages::knows`]
/// lets a test of the caller check its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// `area-page-element`, as in the `.ftl` files.
    pub key: String,
    /// Values by the name the text uses, without the `$`.
    pub args: BTreeMap<String, Arg>,
}

impl Message {
    /// The text with this key.
    pub fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            args: BTreeMap::new(),
        }
    }

    /// The same text with one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Arg>) -> Self {
        self.args.insert(name.to_owned(), value.into());
        self
    }
}
