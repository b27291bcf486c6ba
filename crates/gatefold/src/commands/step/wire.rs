//! A step run as the workflow engine does it: both halves of the wire.

use anyhow::{Context as _, anyhow};
use gatefold_conformance::host::{self, Executed, Refused};
use gatefold_steps::endpoint::Endpoint;
use gatefold_steps::modules::{MODULE_CONFIG, MODULE_TYPE};
use gatefold_steps::schema::Schema;
use gatefold_steps::{Pipeline, Runtime, Tree, structs};

use super::run::{Answered, Request};

/// Runs the step.
///
/// # Errors
/// The engine would refuse the configuration or the input, a module does not become ready, or the
/// step fails.
pub(super) async fn answer(request: &Request, runtime: Runtime) -> anyhow::Result<Answered> {
    let endpoint = Endpoint::new(runtime);
    for (name, config) in &request.modules {
        let config = host::encode_config(Schema::named(MODULE_CONFIG), config)
            .map_err(|error| anyhow!(error))
            .with_context(|| format!("the engine refuses the configuration of module {name:?}"))?;
        let handle = endpoint.create_module(MODULE_TYPE, name, Some(&config))?;
        endpoint.init_module(&handle)?;
        endpoint.start_module(&handle)?;
    }
    let (step, pipeline) = (request.step, pipeline(request)?);
    match host::execute(&endpoint, step, &request.config, &request.input, pipeline).await {
        Ok(Executed { output, stop }) => Ok(Answered { output, stop }),
        Err(Refused::Config(error)) => {
            Err(anyhow!(error).context("the engine refuses the configuration"))
        }
        Err(Refused::Input(error)) => Err(anyhow!(error).context("the engine refuses the input")),
        Err(Refused::Step(error)) => Err(error.into()),
        Err(Refused::Output(error)) => Err(anyhow!("the engine cannot read the output: {error}")),
    }
}

/// The pipeline so far, as serialized `Struct`s.
fn pipeline(request: &Request) -> anyhow::Result<Pipeline> {
    let tree =
        |members| -> anyhow::Result<Tree> { Ok(Tree::Wire(structs::encode(members)?.into())) };
    let outputs = request.step_outputs.iter();
    let outputs = outputs.map(|(name, output)| Ok((name.clone(), tree(output)?)));
    Ok(Pipeline {
        trigger_data: tree(&request.trigger_data)?,
        step_outputs: outputs.collect::<anyhow::Result<_>>()?,
        ..Pipeline::default()
    })
}
