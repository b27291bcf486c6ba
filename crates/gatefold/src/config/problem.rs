//! What is wrong with the configuration, in words for the operator.

use std::fmt;

use super::setting::Setting;
use super::source::Source;

/// Why a text is no value of its setting, and what would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong, as the rest of a sentence that begins with the key.
    pub wrong: String,
    /// What would be right, as an order.
    pub right: String,
}

impl Wrong {
    /// Both halves of the sentence.
    #[must_use]
    pub fn new(wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self {
            wrong: wrong.into(),
            right: right.into(),
        }
    }
}

/// One thing the operator must change before Gatefold starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key of the setting, or the file that could not be read.
    pub key: String,
    /// What is wrong and what would be right.
    pub wrong: Wrong,
    /// Where the value came from; nothing if nobody set it.
    pub source: Option<Source>,
}

impl Problem {
    /// A value that does not do.
    #[must_use]
    pub fn new(key: impl Into<String>, wrong: Wrong, source: Option<Source>) -> Self {
        Self {
            key: key.into(),
            wrong,
            source,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wrong { wrong, right } = &self.wrong;
        write!(f, "{}: {wrong}; {right} ", self.key)?;
        match &self.source {
            Some(source) => write!(f, "({source})"),
            None => f.write_str("(not set)"),
        }
    }
}

/// Something odd that does not keep Gatefold from starting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The key of the setting or the name of the variable.
    pub key: String,
    /// What is odd, and what would be better.
    pub text: String,
}

impl Warning {
    /// A remark on a setting.
    #[must_use]
    pub fn on(setting: &Setting, text: impl Into<String>) -> Self {
        Self::named(setting.key, text)
    }

    /// A remark on a name that is not in the catalogue.
    #[must_use]
    pub fn named(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            text: text.into(),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.text)
    }
}
