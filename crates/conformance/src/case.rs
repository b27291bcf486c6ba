//! The file format: a JSON list of cases.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

/// How large a file of cases may be, in bytes (64 MiB).
pub const MAX_FILE_BYTES: usize = 64 << 20;

/// One case.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Its name in reports.
    pub id: String,
    /// The step or thing it is about.
    pub step: String,
    /// What it shows, in words.
    #[serde(default)]
    pub name: String,
    /// How it is run.
    pub mode: Mode,
    /// The step's configuration.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// The step's input.
    #[serde(default)]
    pub input: Map<String, Value>,
    /// Environment variables; null unsets.
    #[serde(default)]
    pub env: Map<String, Value>,
    /// Module instances, made ready in order.
    #[serde(default)]
    pub modules: Vec<Module>,
    /// Outputs of earlier steps of the pipeline.
    #[serde(default)]
    pub step_outputs: Map<String, Value>,
    /// What triggered the pipeline.
    #[serde(default)]
    pub trigger_data: Map<String, Value>,
    /// What the engine says about the run.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// The runtime configuration a host passes beside the input.
    #[serde(default)]
    pub runtime_config: Map<String, Value>,
    /// Steps run before, whose outputs the input may name.
    #[serde(default)]
    pub setup: Vec<Setup>,
    /// Other servers and what they answer.
    #[serde(default)]
    pub http_stubs: Map<String, Value>,
    /// The fixed present, RFC 3339.
    #[serde(default)]
    pub clock: Option<String>,
    /// Members of the answer.
    #[serde(default)]
    pub expect: Option<Value>,
    /// Members the answer must not have.
    #[serde(default)]
    pub expect_absent: Vec<String>,
    /// The error instead of an answer.
    #[serde(default)]
    pub expect_error: Option<Value>,
    /// Where that error comes from: `host-config`, `host-input` or `step-error`.
    #[serde(default)]
    pub error_where: Option<String>,
    /// What the other servers must have been asked; null for nothing.
    #[serde(default)]
    pub expect_requests: Map<String, Value>,
    /// Whether the reference is wrong here and ours must answer better.
    #[serde(default)]
    pub reference_defect: bool,
    /// Remarks; after `wanted:` what a better answer is.
    #[serde(default)]
    pub notes: Option<String>,
}

/// How a case is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Through the JSON edge; also over the wire where its messages can say the same.
    Map,
    /// Over the wire.
    Typed,
    /// About what the plugin says of itself.
    Meta,
    /// About HTTP routes that are no part of the plugin.
    Http,
}

/// A module instance of a case.
#[derive(Debug, Clone, Deserialize)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// Its configuration.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// No relying party, only this password policy.
    #[serde(default)]
    pub bare_disable: Option<bool>,
    /// It is created and not made ready.
    #[serde(default)]
    pub no_init: bool,
    /// It is stopped again.
    #[serde(default)]
    pub stop: bool,
    /// Its configuration goes through the host's encoding.
    #[serde(default)]
    pub typed: bool,
}

/// A step run before the case.
#[derive(Debug, Clone, Deserialize)]
pub struct Setup {
    /// The step.
    pub step: String,
    /// Its configuration.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// Its input.
    #[serde(default)]
    pub input: Map<String, Value>,
    /// The name under which its output is kept.
    pub save: String,
}

impl Case {
    /// What a better answer is, from the notes.
    pub fn wanted(&self) -> Option<&str> {
        self.notes
            .as_deref()?
            .split_once("wanted:")
            .map(|(_, wanted)| wanted.trim())
    }
}

/// Reads a file of cases.
///
/// # Errors
/// It is no JSON list of cases.
pub fn parse(text: &str) -> Result<Vec<Case>> {
    serde_json::from_str(text)
        .context("the file is no JSON list of cases (each with id, step and mode)")
}
