//! Cases about what the plugin says of itself: manifest, contracts, and errors of its calls.

use gatefold_steps::advertise::{self, Contract, ContractKind};
use gatefold_steps::endpoint::{Any, Endpoint, Execution};
use gatefold_steps::schema::DESCRIPTOR_SET;
use prost::Message as _;
use serde_json::{Map, Value, json};

use crate::case::Case;

/// The answer to a case of mode `meta`; nothing if the case asks for something unknown.
pub async fn answer(case: &Case, endpoint: &Endpoint) -> Option<Value> {
    let input = &case.input;
    match case.step.as_str() {
        "plugin.manifest" => Some(manifest(&case.name)),
        "plugin.contracts" => Some(contracts(input)),
        "plugin.rpc" => rpc(input, endpoint).await,
        _ => None,
    }
}

/// One answer with everything; a case looks at its part. The type lists share a member, so the
/// call that the case's name begins with says which one it means.
fn manifest(name: &str) -> Value {
    let types = match name {
        _ if name.contains("GetModuleTypes") => advertise::module_types(),
        _ if name.contains("GetStepTypes") => advertise::step_types(),
        _ => Vec::new(),
    };
    json!({
        "name": advertise::NAME,
        "version": advertise::VERSION,
        "author": advertise::AUTHOR,
        "description": advertise::DESCRIPTION,
        "config_mutable": false,
        "sample_category": "",
        "types": types,
        "schemas": [],
        "trigger_types": [],
        "yaml_config": "",
    })
}

fn contracts(input: &Map<String, Value>) -> Value {
    let all = advertise::contracts();
    let wanted = |key: &str| input.get(key).and_then(Value::as_str);
    if let (Some(kind), Some(type_name)) = (wanted("kind"), wanted("type")) {
        let found = all
            .iter()
            .find(|contract| contract.kind.as_str() == kind && contract.type_name == type_name);
        return found.map_or_else(|| json!({"listed": false}), described);
    }
    let count = |kind: ContractKind| all.iter().filter(|contract| contract.kind == kind).count();
    let set = prost_types::FileDescriptorSet::decode(DESCRIPTOR_SET).unwrap_or_default();
    let files: Vec<&str> = set
        .file
        .iter()
        .map(prost_types::FileDescriptorProto::name)
        .collect();
    json!({
        "contracts": all.len(),
        "modules": count(ContractKind::Module),
        "steps": count(ContractKind::Step),
        "files": files,
        "mode": "CONTRACT_MODE_STRICT_PROTO",
    })
}

fn described(contract: &Contract) -> Value {
    let (input, output) = contract.messages.clone().unzip();
    json!({"mode": "strict", "config": contract.config, "input": input, "output": output})
}

/// Calls that must fail, each with a text.
async fn rpc(input: &Map<String, Value>, endpoint: &Endpoint) -> Option<Value> {
    let text = |key: &str| input.get(key).and_then(Value::as_str).unwrap_or_default();
    let any = |key: &str| {
        let name = input.get(key)?.as_str()?;
        Some(Any {
            type_url: format!("type.googleapis.com/{name}"),
            value: Default::default(),
        })
    };
    let result = match text("rpc") {
        "CreateModule" => endpoint
            .create_module(text("type"), "case", any("typed_config").as_ref())
            .map(drop),
        "CreateStep" => endpoint
            .create_step(text("type"), any("typed_config").as_ref())
            .map(drop),
        "InitModule" => endpoint.init_module(text("handle_id")),
        "StartModule" => endpoint.start_module(text("handle_id")),
        "StopModule" => endpoint.stop_module(text("handle_id")),
        "DestroyModule" => endpoint.destroy_module(text("handle_id")),
        "DestroyStep" => endpoint.destroy_step(text("handle_id")),
        "ExecuteStep" => {
            let handle = match text("handle_id") {
                "" => endpoint.create_step(text("type"), None).ok()?,
                handle => handle.to_owned(),
            };
            let (typed_config, typed_input) = (any("typed_config"), any("typed_input"));
            let execution = Execution {
                handle,
                typed_config,
                typed_input,
                ..Execution::default()
            };
            endpoint.execute(execution).await.map(drop)
        }
        _ => return None,
    };
    Some(json!({"error": result.err().map(|error| error.to_string())}))
}
