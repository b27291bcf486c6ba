//! Running cases.

use gatefold_kernel::Document;
use gatefold_steps::endpoint::Endpoint;
use gatefold_steps::modules::{MODULE_CONFIG, MODULE_TYPE};
use gatefold_steps::schema::Schema;
use gatefold_steps::{Edge, Invocation, Pipeline, Ports, Step, Tree, catalogue};
use serde_json::{Map, Value, json};

use crate::case::{Case, Mode, Module};
use crate::host::{self, Refused};
use crate::judge::{Answer, Report, Verdict, judge};
use crate::matching::{Context, Mismatch};
use crate::meta;
use crate::placeholder::Placeholders;
use crate::world::World;

/// Through which edges a case of mode `map` is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edges {
    /// The JSON edge.
    Json,
    /// The JSON edge, and the wire where its messages can say the same.
    Both,
}

/// Steps whose two edges read different things by contract, so that a case of the one says nothing
/// of the other.
const EDGES_DIFFER: &[&str] = &["step.auth_policy_gate", "step.auth_admin_config_describe"];

/// Runs a case and judges it. A case that cannot be run at all fails.
pub async fn conform(case: &Case, base: &Ports, edges: Edges) -> Report {
    let (verdict, reason) = match prepare(case, base, edges).await {
        Ok(judged) => judged,
        Err(error) => (Verdict::Fail, format!("{error:#}")),
    };
    Report {
        id: case.id.clone(),
        verdict,
        reason,
    }
}

async fn prepare(case: &Case, base: &Ports, edges: Edges) -> anyhow::Result<(Verdict, String)> {
    let mut judged = once(case, base, edge_of(case)).await?;
    let too = edges == Edges::Both && case.mode == Mode::Map && is_said_by_wire(case);
    if too && judged.0 != Verdict::Fail && judged.0 != Verdict::NotApplicable {
        let over_wire = once(case, base, Edge::Wire).await?;
        if over_wire.0 == Verdict::Fail {
            judged = (Verdict::Fail, format!("over the wire: {}", over_wire.1));
        }
    }
    Ok(judged)
}

fn edge_of(case: &Case) -> Edge {
    if case.mode == Mode::Typed {
        Edge::Wire
    } else {
        Edge::Json
    }
}

/// One run in a world of its own.
async fn once(case: &Case, base: &Ports, edge: Edge) -> anyhow::Result<(Verdict, String)> {
    judged(case, base, async |world, placeholders| {
        let endpoint = Endpoint::new(world.runtime.clone());
        in_process(case, edge, &endpoint, world, placeholders).await
    })
    .await
}

/// Runs a case by any means in the world it asks for, and judges the answer.
///
/// # Errors
/// The world cannot be made, or the means fail before there is an answer.
pub async fn judged(
    case: &Case,
    base: &Ports,
    run: impl AsyncFnOnce(&World, &mut Placeholders) -> anyhow::Result<Answer>,
) -> anyhow::Result<(Verdict, String)> {
    let world = World::of(case, base).await?;
    let mut placeholders = Placeholders {
        now: world.now().get(),
        ..Placeholders::default()
    };
    placeholders.stubs = world
        .stubs
        .iter()
        .map(|(name, stub)| (name.clone(), stub.url.clone()))
        .collect();
    let answer = run(&world, &mut placeholders).await?;
    let context = Context {
        now: placeholders.now,
    };
    Ok(judge(
        case,
        context,
        &answer,
        requests(case, context, &world),
    ))
}

/// Why a case does not concern a step plugin, if so.
pub fn not_ours(case: &Case) -> Option<&'static str> {
    match case.step.as_str() {
        "step.auth_anthropic_exchange" => Some("this step is not served"),
        _ if case.mode == Mode::Http => Some("HTTP routes are no part of the plugin"),
        _ => None,
    }
}

async fn in_process(
    case: &Case,
    edge: Edge,
    endpoint: &Endpoint,
    world: &World,
    placeholders: &mut Placeholders,
) -> anyhow::Result<Answer> {
    if let Some(reason) = not_ours(case) {
        return Ok(Answer::NotApplicable(reason));
    }
    let modules: Vec<Value> = case
        .modules
        .iter()
        .map(|module| set_up(module, endpoint))
        .collect();
    for setup in &case.setup {
        let output = setup_step(setup, world, placeholders).await?;
        placeholders.saved.insert(setup.save.clone(), output);
    }
    Ok(match case.step.as_str() {
        MODULE => Answer::Output(Map::from_iter([(
            "modules".to_owned(),
            Value::Array(modules),
        )])),
        _ if case.mode == Mode::Meta => match meta::answer(case, endpoint).await {
            Some(Value::Object(members)) => Answer::Output(members),
            _ => Answer::NotApplicable("nothing of ours is asked here"),
        },
        name => match catalogue::find(name) {
            None => Answer::Error("host-config", format!("unknown typed step type: {name}")),
            Some(step) => execute(case, step, edge, endpoint, placeholders).await,
        },
    })
}

/// What cases about modules say they are about.
pub const MODULE: &str = "module.auth.credential";

/// Creates a module instance as the case says, and tells what became of it.
fn set_up(module: &Module, endpoint: &Endpoint) -> Value {
    let modules = &endpoint.runtime().modules;
    let mut config = module.config.clone();
    if let Some(disabled) = module.bare_disable {
        config = Map::from_iter([
            ("disable_password_auth".into(), disabled.into()),
            ("optional".into(), true.into()),
        ]);
    }
    if module.typed {
        let encoded = host::encode_config(Schema::named(MODULE_CONFIG), &config);
        let made = encoded.and_then(|any| {
            endpoint
                .create_module(MODULE_TYPE, &module.name, Some(&any))
                .map_err(|error| error.to_string())
        });
        return match made {
            Err(error) => json!({"name": module.name, "error": error, "where": "host-config"}),
            Ok(handle) => finish(module, endpoint.init_module(&handle), endpoint),
        };
    }
    let id = modules.create(&module.name, Document::new(config));
    if module.no_init {
        return json!({"name": module.name, "registered": false});
    }
    let ready = modules.init(id);
    if module.stop {
        modules.stop(id);
    }
    finish(module, ready, endpoint)
}

fn finish(
    module: &Module,
    ready: Result<(), gatefold_steps::StepError>,
    endpoint: &Endpoint,
) -> Value {
    match ready {
        Err(error) => json!({"name": module.name, "error": error.to_string(), "where": "init"}),
        Ok(()) => {
            let registered = endpoint.runtime().modules.is_registered(&module.name);
            json!({"name": module.name, "registered": registered})
        }
    }
}

async fn setup_step(
    setup: &crate::case::Setup,
    world: &World,
    placeholders: &Placeholders,
) -> anyhow::Result<Map<String, Value>> {
    let step = catalogue::find(&setup.step)
        .ok_or_else(|| anyhow::anyhow!("no step is named {}", setup.step))?;
    let invocation = Invocation {
        config: Document::new(placeholders.members(&setup.config)),
        input: Document::new(placeholders.members(&setup.input)),
        ..Invocation::default()
    };
    Ok(world
        .runtime
        .run(step, invocation)
        .await?
        .output
        .into_members())
}

async fn execute(
    case: &Case,
    step: &'static Step,
    edge: Edge,
    endpoint: &Endpoint,
    placeholders: &Placeholders,
) -> Answer {
    let (config, input) = (
        placeholders.members(&case.config),
        placeholders.members(&case.input),
    );
    let pipeline = pipeline(case, placeholders, edge);
    if edge == Edge::Wire {
        return over_wire(step, &config, &input, pipeline, endpoint).await;
    }
    let (config, input) = (Document::new(config), Document::new(input));
    match endpoint
        .runtime()
        .run(
            step,
            Invocation {
                edge,
                config,
                input,
                pipeline,
            },
        )
        .await
    {
        Ok(outcome) => Answer::Output(outcome.output.into_members()),
        Err(error) => Answer::Error("step-error", error.to_string()),
    }
}

/// One execution as the host does it: both sides of the wire.
async fn over_wire(
    step: &'static Step,
    config: &Map<String, Value>,
    input: &Map<String, Value>,
    pipeline: Pipeline,
    endpoint: &Endpoint,
) -> Answer {
    match host::execute(endpoint, step, config, input, pipeline).await {
        Ok(executed) => Answer::Output(executed.output),
        Err(Refused::Config(error)) => Answer::Error("host-config", error),
        Err(Refused::Input(error)) => Answer::Error("host-input", error),
        Err(Refused::Step(error)) => Answer::Error("step-error", error.to_string()),
        Err(Refused::Output(error)) => Answer::Error("step-error", error),
    }
}

/// The pipeline of a case, as an edge sees it.
pub fn pipeline(case: &Case, placeholders: &Placeholders, edge: Edge) -> Pipeline {
    let object = |value: &Value| match placeholders.fill(value) {
        Value::Object(members) => Tree::Json(members),
        _ => Tree::Absent,
    };
    let mut metadata = placeholders.members(&case.metadata);
    let mut runtime_config = None;
    if !case.runtime_config.is_empty() {
        let given = placeholders.members(&case.runtime_config);
        if edge == Edge::Wire {
            metadata.insert("runtime_config".into(), Value::Object(given));
        } else {
            runtime_config = Some(Document::new(given));
        }
    }
    Pipeline {
        trigger_data: Tree::Json(placeholders.members(&case.trigger_data)),
        step_outputs: case
            .step_outputs
            .iter()
            .map(|(name, output)| (name.clone(), object(output)))
            .collect(),
        metadata: Tree::Json(metadata),
        runtime_config,
    }
}

/// Cases whose output the wire writes otherwise than JSON: a number where the message has text.
const JSON_ONLY: &[&str] = &["credential_list/008"];

/// Whether the wire can say what a case of the JSON edge says.
pub fn is_said_by_wire(case: &Case) -> bool {
    if JSON_ONLY.contains(&case.id.as_str()) {
        return false;
    }
    let Some(step) =
        catalogue::find(&case.step).filter(|_| !EDGES_DIFFER.contains(&case.step.as_str()))
    else {
        return false;
    };
    host::can_say(Schema::named(step.config), &case.config)
        && host::can_say(Schema::named(step.input), &case.input)
}

/// What is wrong with what the other servers were asked.
fn requests(case: &Case, context: Context, world: &World) -> Mismatch {
    case.expect_requests.iter().find_map(|(name, expected)| {
        let asked = world.stubs.get(name)?.asked();
        match (expected, asked.last()) {
            (Value::Null, None) => None,
            (Value::Null, Some(_)) => Some(format!("{name} was asked, and must not be")),
            (_, None) => Some(format!("{name} was not asked")),
            (expected, Some(request)) => {
                context.compare(name, &lower_headers(expected), Some(&with_json(request)))
            }
        }
    })
}

/// Header names in lower case, as they are recorded.
fn lower_headers(expected: &Value) -> Value {
    let mut expected = expected.clone();
    if let Some(Value::Object(headers)) = expected.get_mut("headers") {
        *headers = headers
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.clone()))
            .collect();
    }
    expected
}

fn with_json(request: &Value) -> Value {
    let mut request = request.clone();
    let body = request
        .get("body")
        .and_then(Value::as_str)
        .unwrap_or_default();
    request["json"] = serde_json::from_str(body).unwrap_or_default();
    request
}
