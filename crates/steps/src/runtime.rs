//! Running a step: the one typed call behind both edges.

use std::sync::Arc;

use gatefold_kernel::Document;
use serde_json::Value;

use crate::call::{Call, Edge, Pipeline, Ports};
use crate::catalogue::{Run, Step};
use crate::modules::Modules;
use crate::provenance;
use crate::reply::{Reply, StepError};
use crate::schema::Schema;

/// Where steps run: a world and the module instances in it. Clones share both.
#[derive(Clone)]
pub struct Runtime {
    /// The outside world.
    pub ports: Ports,
    /// The module instances.
    pub modules: Modules,
}

/// One execution as an edge asks for it.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// Which edge it came through.
    pub edge: Edge,
    /// The step's configuration.
    pub config: Document,
    /// Its input.
    pub input: Document,
    /// The pipeline so far.
    pub pipeline: Pipeline,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The output.
    pub output: Reply,
    /// Whether the pipeline ends here, because the step denied and its configuration says so.
    pub stop: bool,
}

/// What a denial does to the pipeline (`on_denied`, ours): B38.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDenied {
    /// The pipeline goes on, and must look at the verdict itself.
    Continue,
    /// The pipeline ends; the client gets 401.
    Stop,
    /// The step fails; the client gets the engine's error answer.
    Error,
}

impl OnDenied {
    /// Reads `on_denied` of a configuration.
    ///
    /// # Errors
    /// It is something else than `continue`, `stop` or `error`.
    pub fn parse(config: &Document) -> Result<Self, StepError> {
        match config.trimmed("on_denied") {
            "" | "continue" => Ok(Self::Continue),
            "stop" => Ok(Self::Stop),
            "error" => Ok(Self::Error),
            other => Err(StepError::new(format!(
                "on_denied is continue, stop or error, not {other:?}"
            ))),
        }
    }
}

impl Runtime {
    /// Runs a step.
    ///
    /// # Errors
    /// A step error: the pipeline cannot go on.
    pub async fn run(
        &self,
        step: &'static Step,
        invocation: Invocation,
    ) -> Result<Outcome, StepError> {
        let on_denied = OnDenied::parse(&invocation.config)?;
        let call = self.call(step, invocation)?;
        let output = match &step.body.run {
            Run::Now(run) => run(&call)?,
            Run::Async(run) => run(&call).await?,
            Run::Blocking(run) => {
                let (run, call) = (*run, Arc::new(call));
                tokio::task::spawn_blocking(move || run(&call))
                    .await
                    .map_err(|_| StepError::new("internal error: the step broke off"))??
            }
        };
        judge(step, on_denied, output)
    }

    fn call(&self, step: &Step, invocation: Invocation) -> Result<Call, StepError> {
        let Invocation {
            edge,
            config,
            mut input,
            pipeline,
        } = invocation;
        provenance::refuse(
            Schema::named(step.input),
            &step.body.guard,
            &mut input,
            &pipeline,
        )?;
        let (ports, modules) = (self.ports.clone(), self.modules.clone());
        Ok(Call {
            edge,
            config,
            input,
            pipeline,
            ports,
            modules,
        })
    }
}

/// The status a client sees when a denial stops the pipeline.
const DENIED_STATUS: i32 = 401;

/// Decides what the verdict does to the pipeline.
fn judge(step: &Step, on_denied: OnDenied, output: Reply) -> Result<Outcome, StepError> {
    if on_denied == OnDenied::Continue || !is_denial(step, &output) {
        return Ok(Outcome {
            output,
            stop: false,
        });
    }
    if on_denied == OnDenied::Error {
        return Err(StepError::new(format!("{} denied", step.name())));
    }
    let output = output
        .with("response_status", DENIED_STATUS)
        .with("response_body", r#"{"error":"denied"}"#);
    Ok(Outcome { output, stop: true })
}

/// Whether an output is a denial: the verdict is not true, or there is a text in `error`.
pub fn is_denial(step: &Step, output: &Reply) -> bool {
    let refused = step
        .body
        .verdict
        .is_some_and(|verdict| output.get(verdict) != Some(&Value::Bool(true)));
    refused
        || output
            .get("error")
            .is_some_and(|error| error.as_str().is_some_and(|text| !text.is_empty()))
}
