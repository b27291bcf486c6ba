//! `gatefold step run`: run a step once and print its output as JSON.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use gatefold_kernel::Document;
use gatefold_steps::modules::MODULE_CONFIG;
use gatefold_steps::runtime::is_denial;
use gatefold_steps::schema::{Message, Schema};
use gatefold_steps::{Edge, Invocation, Modules, Pipeline, Reply, Runtime, Step, Tree};
use serde_json::{Map, Value};

use super::given::{self, Given, NamedGiven};
use super::{NamedStep, step, wire, wrong};
use crate::commands::output;
use crate::config::suggest::nearest;

/// The exit code of a denial with `--fail-on-denied`.
const DENIED: u8 = 3;

const AFTER_HELP: &str = "\
Every JSON may stand in a file (@PATH) or on standard input (-), 16 MiB at most. Give secrets this
way: other people on this machine can read your command lines.

Without --wire the step is given the JSON as it is, as an embedding program does it. With --wire it
is encoded and decoded as the workflow engine does it: unknown keys of the configuration are
refused, the input is picked by field name, and fields that hold their default are not there.

Environment variables, other servers and mail are real. With --trigger-data that has `method` and
`path`, fields are guarded as in a pipeline behind HTTP.

Exit codes:
  0   the step answered; a denial is an answer
  1   the step failed; the reason is on standard error
  2   the command line or a document is wrong
  3   the step denied, and --fail-on-denied was given

Examples:
  gatefold step run normalize_phone --input '{\"phone\": \"+1 (555) 010-0000\"}'
  gatefold step run totp_verify --input @attempt.json --fail-on-denied
  gatefold step run methods_policy --config '{\"environment\": \"production\"}' --input '{}' --wire
  gatefold step run passkey_begin_login --config '{\"module\": \"staff\"}' --input '{}' \\
    --module staff='{\"origin\": \"https://app.example.com\"}'
  gatefold step show totp_verify          examples of a step, ready to be pasted";

/// Arguments of `gatefold step run`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    /// Name of the step, with or without `step.auth_`.
    #[arg(value_name = "NAME", value_parser = step)]
    pub name: NamedStep,
    /// What the step is given.
    #[arg(long, value_name = "JSON|@FILE|-")]
    pub input: Given,
    /// The step's configuration; none if left out.
    #[arg(long, value_name = "JSON|@FILE|-")]
    pub config: Option<Given>,
    /// An instance of the module auth.credential and its configuration; may be given again.
    #[arg(long = "module", value_name = "NAME=JSON")]
    pub modules: Vec<NamedGiven>,
    /// What triggered the pipeline.
    #[arg(long, value_name = "JSON|@FILE|-")]
    pub trigger_data: Option<Given>,
    /// Outputs of earlier steps, by the names of the steps.
    #[arg(long, value_name = "JSON|@FILE|-")]
    pub step_outputs: Option<Given>,
    /// Encode and decode as the workflow engine does.
    #[arg(long)]
    pub wire: bool,
    /// Exit with 3 if the step denies.
    #[arg(long)]
    pub fail_on_denied: bool,
}

/// Everything the step is given, read.
pub(super) struct Request {
    pub(super) step: &'static Step,
    pub(super) config: Map<String, Value>,
    pub(super) input: Map<String, Value>,
    /// Module instances in order: name and configuration.
    pub(super) modules: Vec<(String, Map<String, Value>)>,
    pub(super) trigger_data: Map<String, Value>,
    pub(super) step_outputs: BTreeMap<String, Map<String, Value>>,
}

/// What the step answered.
pub(super) struct Answered {
    pub(super) output: Map<String, Value>,
    /// Whether the pipeline would end here.
    pub(super) stop: bool,
}

/// Runs the step.
///
/// # Errors
/// Standard output or error cannot be written to, or the runtime does not start.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let request = match Request::read(arguments) {
        Ok(request) => request,
        Err(error) => return wrong(&error),
    };
    output::complain(&request.warnings())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the runtime does not start")?;
    let steps = Runtime {
        ports: gatefold_ports::system(),
        modules: Modules::default(),
    };
    let answered = runtime.block_on(async {
        match arguments.wire {
            true => wire::answer(&request, steps).await,
            false => request.answer(&steps).await,
        }
    });
    match answered {
        Err(error) => {
            output::complain(&format!("gatefold: {}: {error:#}\n", request.step.name()))?;
            Ok(ExitCode::FAILURE)
        }
        Ok(answered) => conclude(arguments, answered),
    }
}

/// Prints the answer and says how the program ends.
fn conclude(arguments: &Arguments, answered: Answered) -> anyhow::Result<ExitCode> {
    let Answered { output, stop } = answered;
    let text = serde_json::to_string_pretty(&output).context("the output is no JSON")?;
    output::print(&format!("{text}\n"))?;
    if stop {
        output::complain("gatefold: the step denied, and on_denied ends the pipeline here\n")?;
    }
    let reply = output
        .into_iter()
        .fold(Reply::new(), |reply, (name, value)| {
            reply.with(&name, value)
        });
    Ok(
        match arguments.fail_on_denied && is_denial(arguments.name.0, &reply) {
            true => ExitCode::from(DENIED),
            false => ExitCode::SUCCESS,
        },
    )
}

impl Request {
    fn read(arguments: &Arguments) -> anyhow::Result<Self> {
        let options = [
            &arguments.config,
            &arguments.trigger_data,
            &arguments.step_outputs,
        ];
        let modules = arguments.modules.iter().map(|module| &module.given);
        let all = options.into_iter().flatten().chain(modules);
        given::stdin_once(all.chain([&arguments.input]))?;
        let read = |what: &str, given: &Option<Given>| match given {
            Some(given) => given.object(what),
            None => Ok(Map::new()),
        };
        let modules = arguments.modules.iter().map(|module| {
            let config = module
                .given
                .object(&format!("--module {:?}", module.name))?;
            Ok((module.name.clone(), config))
        });
        let modules = modules.collect::<anyhow::Result<_>>()?;
        let outputs = read("--step-outputs", &arguments.step_outputs)?.into_iter();
        let outputs = outputs.map(|(name, output)| {
            let members =
                given::object(&format!("--step-outputs: the output of {name:?}"), output)?;
            Ok((name, members))
        });
        Ok(Self {
            step: arguments.name.0,
            config: read("--config", &arguments.config)?,
            input: arguments.input.object("--input")?,
            modules,
            trigger_data: read("--trigger-data", &arguments.trigger_data)?,
            step_outputs: outputs.collect::<anyhow::Result<_>>()?,
        })
    }

    /// A line for each key that no message knows. Steps ignore such keys, so a mistyped one would
    /// go unnoticed.
    fn warnings(&self) -> String {
        let mut lines = unknown("--config", Schema::named(self.step.config), &self.config);
        lines += &unknown("--input", Schema::named(self.step.input), &self.input);
        for (name, config) in &self.modules {
            lines += &unknown(
                &format!("--module {name:?}"),
                Schema::named(MODULE_CONFIG),
                config,
            );
        }
        lines
    }

    /// Runs the step through the JSON edge.
    async fn answer(&self, runtime: &Runtime) -> anyhow::Result<Answered> {
        for (name, config) in &self.modules {
            let id = runtime.modules.create(name, Document::new(config.clone()));
            runtime.modules.init(id)?;
        }
        let outputs = self.step_outputs.iter();
        let pipeline = Pipeline {
            trigger_data: Tree::Json(self.trigger_data.clone()),
            step_outputs: outputs
                .map(|(name, output)| (name.clone(), Tree::Json(output.clone())))
                .collect(),
            ..Pipeline::default()
        };
        let invocation = Invocation {
            edge: Edge::Json,
            config: Document::new(self.config.clone()),
            input: Document::new(self.input.clone()),
            pipeline,
        };
        let outcome = runtime.run(self.step, invocation).await?;
        Ok(Answered {
            output: outcome.output.into_members(),
            stop: outcome.stop,
        })
    }
}

/// A line for each member that is no field of the message. Keys that begin with `_` are the
/// engine's own.
fn unknown(what: &str, message: &Message, members: &Map<String, Value>) -> String {
    let keys = members.keys().filter(|key| !key.starts_with('_'));
    let strange = keys.filter(|key| message.field(key).is_none());
    let line = |key: &String| {
        let known = message.fields.iter().map(|field| field.name.as_str());
        let meant =
            nearest(key, known).map_or(String::new(), |field| format!("; did you mean {field:?}?"));
        format!(
            "gatefold: {what}: {key:?} is no field of {}{meant}\n",
            message.name
        )
    };
    strange.map(line).collect()
}

#[cfg(test)]
mod tests {
    use gatefold_steps::schema::Schema;
    use serde_json::{Value, json};

    use super::unknown;

    #[test]
    fn unknown_keys_are_named_with_the_nearest_field() {
        for (members, said) in [
            (json!({"code": "1", "secret": "hunter2"}), ""),
            (json!({"_config_dir": "x"}), ""),
            (
                json!({"cod": "hunter2"}),
                "gatefold: --input: \"cod\" is no field of TOTPVerifyInput; did you mean \"code\"?\n",
            ),
            (
                json!({"\u{1b}[2J": 1}),
                "gatefold: --input: \"\\u{1b}[2J\" is no field of TOTPVerifyInput\n",
            ),
        ] {
            let Value::Object(members) = members else {
                unreachable!("the table holds objects")
            };
            assert_eq!(
                unknown("--input", Schema::named("TOTPVerifyInput"), &members),
                said
            );
        }
    }
}
