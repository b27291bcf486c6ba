//! One execution of a step: what it is given, and the world it may ask.

use std::collections::HashMap;

use gatefold_kernel::Document;
pub use gatefold_kernel::ports::Ports;
use prost::bytes::Bytes;
use serde_json::{Map, Value};

use crate::modules::Modules;
use crate::reply::StepError;
use crate::structs;

/// Which edge an execution came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edge {
    /// JSON objects: the caller's own process, `gatefold step run`. A false that is there is seen.
    #[default]
    Json,
    /// Protobuf: fields that hold their default are absent.
    Wire,
}

/// Everything one execution of a step may look at.
pub struct Call {
    /// Which edge it came through. Only a step whose two edges differ by contract may look.
    pub edge: Edge,
    /// The step's configuration, with templates resolved.
    pub config: Document,
    /// The input: over the wire exactly the fields of the input message that are not default;
    /// through the JSON edge whatever the caller gave.
    pub input: Document,
    /// What the pipeline has produced so far. Read only by the few steps that need it.
    pub pipeline: Pipeline,
    /// The outside world.
    pub ports: Ports,
    /// The module instances of this process.
    pub modules: Modules,
}

impl Call {
    /// The runtime configuration: the host's own, else `metadata.runtime_config`, else
    /// `metadata.runtimeConfig`; empty if there is none.
    ///
    /// # Errors
    /// When the metadata cannot be read.
    pub fn runtime_config(&self) -> Result<Document, StepError> {
        if let Some(config) = &self.pipeline.runtime_config {
            return Ok(config.clone());
        }
        for key in ["runtime_config", "runtimeConfig"] {
            if let Some(Value::Object(members)) = self.pipeline.metadata.get(key)? {
                return Ok(Document::new(members));
            }
        }
        Ok(Document::default())
    }
}

/// The state of a pipeline run, decoded only where a step asks.
#[derive(Debug, Clone, Default)]
pub struct Pipeline {
    /// What triggered the run. The HTTP trigger puts every query and path parameter at its top.
    pub trigger_data: Tree,
    /// The outputs of earlier steps, by step name.
    pub step_outputs: HashMap<String, Tree>,
    /// What the engine says about the run.
    pub metadata: Tree,
    /// The runtime configuration of a host that passes one.
    pub runtime_config: Option<Document>,
}

/// A JSON object that may still be a serialized `google.protobuf.Struct`.
#[derive(Debug, Clone, Default)]
pub enum Tree {
    /// There is none.
    #[default]
    Absent,
    /// Decoded.
    Json(Map<String, Value>),
    /// As it came over the wire; not validated.
    Wire(Bytes),
}

impl Tree {
    /// The member of this name, without decoding its siblings.
    ///
    /// # Errors
    /// When the bytes before it, or its own, are no `Struct`.
    pub fn get(&self, key: &str) -> Result<Option<Value>, StepError> {
        match self {
            Self::Absent => Ok(None),
            Self::Json(members) => Ok(members.get(key).cloned()),
            Self::Wire(bytes) => Ok(structs::member(bytes, key)?),
        }
    }

    /// Whether there can be a member of this name: a quick look, for state that is large and rarely
    /// has it.
    pub fn may_have(&self, key: &str) -> bool {
        match self {
            Self::Absent => false,
            Self::Json(members) => members.contains_key(key),
            Self::Wire(bytes) => memchr::memmem::find(bytes, key.as_bytes()).is_some(),
        }
    }

    /// The whole object; empty if there is none.
    ///
    /// # Errors
    /// When the bytes are no `Struct`.
    pub fn object(&self) -> Result<Document, StepError> {
        match self {
            Self::Absent => Ok(Document::default()),
            Self::Json(members) => Ok(Document::new(members.clone())),
            Self::Wire(bytes) => Ok(Document::new(structs::decode(bytes)?)),
        }
    }
}
