//! A step run as the workflow engine does it: both halves of the wire.

use anyhow::{Context as _, anyhow};
use gatefold_conformance::host;
use gatefold_steps::endpoint::{Any, Endpoint, Execution};
use gatefold_steps::modules::{MODULE_CONFIG, MODULE_TYPE};
use gatefold_steps::schema::Message;
use gatefold_steps::{Pipeline, Runtime, Tree, structs};
use serde_json::{Map, Value};

use super::run::{Answered, Request, message};

/// Runs the step.
///
/// # Errors
/// The engine would refuse the configuration or the input, a module does not become ready, or the
/// step fails.
pub(super) async fn answer(request: &Request, runtime: Runtime) -> anyhow::Result<Answered> {
    let endpoint = Endpoint::new(runtime);
    for (name, config) in &request.modules {
        let config = encoded(message(MODULE_CONFIG), config, host::encode_config)
            .with_context(|| format!("the engine refuses the configuration of module {name:?}"))?;
        let handle = endpoint.create_module(MODULE_TYPE, name, Some(&config))?;
        endpoint.init_module(&handle)?;
        endpoint.start_module(&handle)?;
    }
    let step = request.step;
    let config = encoded(message(step.config), &request.config, host::encode_config)
        .context("the engine refuses the configuration")?;
    let input = encoded(message(step.input), &request.input, host::encode_input)
        .context("the engine refuses the input")?;
    let handle = endpoint.create_step(&step.name(), Some(&config))?;
    let execution = Execution {
        handle,
        typed_config: Some(config),
        typed_input: Some(input),
        current: Tree::Absent,
        pipeline: pipeline(request)?,
    };
    let executed = endpoint.execute(execution).await?;
    let output = host::decode_output(message(step.output), &executed.output.value)
        .map_err(|error| anyhow!("the engine cannot read the output: {error}"))?;
    Ok(Answered {
        output,
        stop: executed.stop,
    })
}

/// How the host encodes members as a message.
type Encode = fn(&Message, &Map<String, Value>) -> Result<Vec<u8>, String>;

/// The members as the host encodes them, in an `Any`.
fn encoded(message: &Message, members: &Map<String, Value>, encode: Encode) -> anyhow::Result<Any> {
    let bytes = encode(message, members).map_err(|error| anyhow!(error))?;
    Ok(Any {
        type_url: format!("type.googleapis.com/{}", message.full_name()),
        value: bytes.into(),
    })
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
