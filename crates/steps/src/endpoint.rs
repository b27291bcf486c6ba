//! The wire edge as a host talks to it: handles for modules and steps, `Any`s in and out.
//!
//! Errors are texts, as the engine's protocol has them: a host shows them to operators and, for
//! steps, to clients. Nothing here knows gRPC.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use gatefold_kernel::Document;
use prost::bytes::Bytes;

use crate::call::{Edge, Pipeline, Tree};
use crate::catalogue::{self, Step};
use crate::modules::{MODULE_CONFIG, MODULE_TYPE, ModuleId};
use crate::reply::StepError;
use crate::runtime::{Invocation, OnDenied, Runtime};
use crate::schema::{Message, Schema};
use crate::wire;

/// What the type URL of every `Any` of ours begins with.
const URL_PREFIX: &str = "type.googleapis.com/";

/// A `google.protobuf.Any`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Any {
    /// The type's URL; what stands after its last slash is the message's full name.
    pub type_url: String,
    /// The message.
    pub value: Bytes,
}

/// One execution as it comes over the wire.
#[derive(Debug, Clone, Default)]
pub struct Execution {
    /// The step's handle.
    pub handle: String,
    /// The configuration with templates resolved; absent, that of the creation counts.
    pub typed_config: Option<Any>,
    /// The input.
    pub typed_input: Option<Any>,
    /// Legacy input, overlaid by the typed one; hosts leave it out in strict mode.
    pub current: Tree,
    /// The pipeline so far.
    pub pipeline: Pipeline,
}

/// What an execution gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// The output message.
    pub output: Any,
    /// Whether the pipeline ends here.
    pub stop: bool,
}

/// The modules and steps that a host has created in this process.
pub struct Endpoint {
    runtime: Runtime,
    modules: RwLock<HashMap<String, ModuleId>>,
    steps: RwLock<HashMap<String, Created>>,
}

/// A step that was created: what it is, and its configuration at that time.
#[derive(Clone)]
struct Created {
    step: &'static Step,
    config: Document,
}

impl Endpoint {
    /// An endpoint with nothing created.
    pub fn new(runtime: Runtime) -> Self {
        Self {
            runtime,
            modules: RwLock::default(),
            steps: RwLock::default(),
        }
    }

    /// Where its steps run.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Creates a module instance and gives its handle.
    ///
    /// # Errors
    /// The type is unknown or the configuration is not its message.
    pub fn create_module(
        &self,
        module_type: &str,
        name: &str,
        config: Option<&Any>,
    ) -> Result<String, StepError> {
        if module_type != MODULE_TYPE {
            return Err(StepError::new(format!(
                "unknown typed module type: {module_type}"
            )));
        }
        let config = unpack("config", Schema::named(MODULE_CONFIG), config)?.unwrap_or_default();
        let id = self.runtime.modules.create(name, config);
        let handle = self.draw_handle();
        write(&self.modules).insert(handle.clone(), id);
        Ok(handle)
    }

    /// Makes a module instance ready.
    ///
    /// # Errors
    /// The handle is unknown or the configuration does not fit.
    pub fn init_module(&self, handle: &str) -> Result<(), StepError> {
        self.runtime.modules.init(self.module(handle)?)
    }

    /// Starts a module instance, which is nothing to do.
    ///
    /// # Errors
    /// The handle is unknown.
    pub fn start_module(&self, handle: &str) -> Result<(), StepError> {
        self.module(handle).map(drop)
    }

    /// Takes a module instance out of use.
    ///
    /// # Errors
    /// The handle is unknown.
    pub fn stop_module(&self, handle: &str) -> Result<(), StepError> {
        self.runtime.modules.stop(self.module(handle)?);
        Ok(())
    }

    /// Forgets a module instance.
    ///
    /// # Errors
    /// The handle is unknown.
    pub fn destroy_module(&self, handle: &str) -> Result<(), StepError> {
        let id = self.module(handle)?;
        write(&self.modules).remove(handle);
        self.runtime.modules.destroy(id);
        Ok(())
    }

    /// Creates a step and gives its handle. The configuration may still hold templates.
    ///
    /// # Errors
    /// The type is unknown, or the configuration is not its message or says something impossible.
    pub fn create_step(&self, step_type: &str, config: Option<&Any>) -> Result<String, StepError> {
        let step = step_type
            .starts_with(catalogue::PREFIX)
            .then(|| catalogue::find(step_type))
            .flatten()
            .ok_or_else(|| StepError::new(format!("unknown typed step type: {step_type}")))?;
        let config = unpack("config", Schema::named(step.config), config)?.unwrap_or_default();
        if !config.text("on_denied").contains("{{") {
            OnDenied::parse(&config)?;
        }
        let handle = self.draw_handle();
        write(&self.steps).insert(handle.clone(), Created { step, config });
        Ok(handle)
    }

    /// Forgets a step.
    ///
    /// # Errors
    /// The handle is unknown.
    pub fn destroy_step(&self, handle: &str) -> Result<(), StepError> {
        write(&self.steps)
            .remove(handle)
            .map(drop)
            .ok_or_else(|| unknown_step(handle))
    }

    /// Executes a step.
    ///
    /// # Errors
    /// The handle is unknown, the messages are not its own, or the step failed.
    pub async fn execute(&self, execution: Execution) -> Result<Executed, StepError> {
        let Execution {
            handle,
            typed_config,
            typed_input,
            current,
            pipeline,
        } = execution;
        let Created { step, config } = self.step(&handle)?;
        let config =
            unpack("config", Schema::named(step.config), typed_config.as_ref())?.unwrap_or(config);
        let expected = Schema::named(step.input);
        let input = unpack("input", expected, typed_input.as_ref())?.ok_or_else(|| {
            StepError::new(format!(
                "typed input is required; expected {}",
                expected.full_name()
            ))
        })?;
        let input = match current {
            Tree::Absent => input,
            legacy => legacy.object()?.overlaid(&input),
        };
        let invocation = Invocation {
            edge: Edge::Wire,
            config,
            input,
            pipeline,
        };
        let outcome = self.runtime.run(step, invocation).await?;
        let output = pack(Schema::named(step.output), &outcome.output.into_members())?;
        Ok(Executed {
            output,
            stop: outcome.stop,
        })
    }

    fn module(&self, handle: &str) -> Result<ModuleId, StepError> {
        let modules = self.modules.read().unwrap_or_else(PoisonError::into_inner);
        modules
            .get(handle)
            .copied()
            .ok_or_else(|| StepError::new(format!("unknown module handle: {handle}")))
    }

    fn step(&self, handle: &str) -> Result<Created, StepError> {
        let steps = self.steps.read().unwrap_or_else(PoisonError::into_inner);
        steps
            .get(handle)
            .cloned()
            .ok_or_else(|| unknown_step(handle))
    }

    /// A random UUID (RFC 9562, version 4).
    fn draw_handle(&self) -> String {
        let mut bytes = [0; 16];
        self.runtime.ports.entropy.fill(&mut bytes);
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

fn unknown_step(handle: &str) -> StepError {
    StepError::new(format!("unknown step handle: {handle}"))
}

/// Reads an `Any` as this message; nothing if there is none.
fn unpack(
    what: &str,
    expected: &Message,
    any: Option<&Any>,
) -> Result<Option<Document>, StepError> {
    let Some(any) = any else { return Ok(None) };
    let found = any.type_url.rsplit('/').next().unwrap_or_default();
    let wanted = expected.full_name();
    if found != wanted {
        return Err(StepError::new(format!(
            "typed {what} type mismatch: expected {wanted}, got {found}"
        )));
    }
    let members = wire::decode(expected, &any.value)
        .map_err(|error| StepError::new(format!("unpack typed {what} as {wanted}: {error}")))?;
    Ok(Some(Document::new(members)))
}

/// Writes an output as an `Any`.
fn pack(
    message: &Message,
    members: &serde_json::Map<String, serde_json::Value>,
) -> Result<Any, StepError> {
    let value = wire::encode(message, members)
        .map_err(|error| StepError::new(format!("decode typed protobuf output: proto: {error}")))?;
    Ok(Any {
        type_url: format!("{URL_PREFIX}{}", message.full_name()),
        value: value.into(),
    })
}
