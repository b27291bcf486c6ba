//! What a step answers: the members of its output, or a step error.

use serde_json::{Map, Value};

/// The output of a step, built member by member. Only members that the step sets are in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reply(Map<String, Value>);

impl Reply {
    /// An empty output.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Adds a member if there is a value.
    #[must_use]
    pub fn with_some(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds what went wrong, as an ordinary output: the pipeline goes on.
    #[must_use]
    pub fn error(self, text: impl Into<String>) -> Self {
        self.with("error", text.into())
    }

    /// The members.
    pub fn into_members(self) -> Map<String, Value> {
        self.0
    }

    /// One member.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }
}

/// Why a step did not answer at all. The host ends the pipeline and shows the text to the client,
/// so it never holds a secret or says whether somebody exists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StepError(pub String);

impl StepError {
    /// A step error with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// What running a step gives.
pub type StepResult = Result<Reply, StepError>;
