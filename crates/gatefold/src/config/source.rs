//! Where a value came from.

use std::fmt;
use std::path::PathBuf;

/// The layer that gave a value, weakest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The catalogue's default.
    Default,
    /// Computed from what the text names.
    Derived(&'static str),
    /// A line of the configuration file, counted from one.
    File {
        /// The file as it was named.
        path: PathBuf,
        /// The line of the value.
        line: usize,
    },
    /// An environment variable.
    Environment(&'static str),
    /// An option of the command line.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Derived(from) => write!(f, "derived from {from}"),
            Self::File { path, line } => write!(f, "{} line {line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag --{name}"),
        }
    }
}

/// A value as written, with the layer that won and those it overrides.
#[derive(Clone)]
pub struct Sourced {
    /// The value as text; the items of a list are joined by commas.
    pub text: String,
    /// The layer it came from.
    pub source: Source,
    /// Weaker layers that also set it, strongest first; the default is not counted.
    pub overridden: Vec<Source>,
}

impl Sourced {
    /// A value no other layer set.
    #[must_use]
    pub fn new(text: impl Into<String>, source: Source) -> Self {
        Self {
            text: text.into(),
            source,
            overridden: Vec::new(),
        }
    }

    /// A stronger layer takes the place of this one.
    #[must_use]
    pub fn overridden_by(mut self, text: impl Into<String>, source: Source) -> Self {
        if self.source != Source::Default {
            self.overridden.insert(0, self.source);
        }
        self.source = source;
        self.text = text.into();
        self
    }
}

impl fmt::Debug for Sourced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sourced({self})")
    }
}

impl fmt::Display for Sourced {
    /// Says the source, not the value, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        for (n, weaker) in self.overridden.iter().enumerate() {
            f.write_str(if n == 0 { ", over " } else { " and " })?;
            write!(f, "{weaker}")?;
        }
        Ok(())
    }
}
