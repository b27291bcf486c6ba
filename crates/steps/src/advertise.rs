//! What we say we are, all of it derived from the catalogue: types, contracts, `plugin.json` and
//! `plugin.contracts.json`.

use serde_json::{Value, json};

use crate::catalogue::STEPS;
use crate::modules::{MODULE_CONFIG, MODULE_TYPE};
use crate::schema::PACKAGE;

/// The plugin's name; hosts look steps and files up by it.
pub const NAME: &str = "workflow-plugin-auth";
/// Who it is by, as pipelines know it.
pub const AUTHOR: &str = "GoCodeAlone";
/// What it is, as pipelines know it.
pub const DESCRIPTION: &str =
    "Passwordless authentication plugin: WebAuthn/passkeys, TOTP, email magic links";
/// The release: three whole numbers, as the engine demands.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The oldest engine that loads it.
const MIN_ENGINE_VERSION: &str = "0.57.2";
/// Where releases are, for `plugin.json`.
const RELEASES: &str = "https://github.com/gatefold/gatefold/releases/download";

/// One contract: what is called, and with which messages. All are strict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Whether a module or a step.
    pub kind: ContractKind,
    /// The type's name.
    pub type_name: String,
    /// The full name of the configuration message.
    pub config: String,
    /// The full names of input and output message; modules have none.
    pub messages: Option<(String, String)>,
}

/// What a contract is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractKind {
    /// A module type.
    Module,
    /// A step type.
    Step,
}

impl ContractKind {
    /// The word for it in `plugin.contracts.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Step => "step",
        }
    }
}

/// The module types, in order.
pub fn module_types() -> Vec<String> {
    vec![MODULE_TYPE.to_owned()]
}

/// The step types, in order.
pub fn step_types() -> Vec<String> {
    STEPS.iter().map(crate::Step::name).collect()
}

/// Every contract: the module's, then the steps' in their order.
pub fn contracts() -> Vec<Contract> {
    let full = |name: &str| format!("{PACKAGE}.{name}");
    let module = Contract {
        kind: ContractKind::Module,
        type_name: MODULE_TYPE.to_owned(),
        config: full(MODULE_CONFIG),
        messages: None,
    };
    let steps = STEPS.iter().map(|step| Contract {
        kind: ContractKind::Step,
        type_name: step.name(),
        config: full(step.config),
        messages: Some((full(step.input), full(step.output))),
    });
    std::iter::once(module).chain(steps).collect()
}

/// `plugin.contracts.json`.
pub fn contracts_json() -> Value {
    let contracts: Vec<Value> = contracts()
        .into_iter()
        .map(|contract| {
            let mut entry = json!({
                "kind": contract.kind.as_str(),
                "type": contract.type_name,
                "mode": "strict",
                "config": contract.config,
            });
            if let Some((input, output)) = contract.messages {
                entry["input"] = input.into();
                entry["output"] = output.into();
            }
            entry
        })
        .collect();
    json!({"version": "v1", "contracts": contracts})
}

/// `plugin.json`. Its version is the binary's own, and types stand only under `capabilities`, as
/// the strict audit of the engine's tool wants them.
pub fn plugin_json() -> Value {
    let downloads: Vec<Value> = [("linux", "amd64"), ("linux", "arm64"), ("darwin", "amd64"), ("darwin", "arm64")]
        .into_iter()
        .map(|(os, arch)| {
            json!({"os": os, "arch": arch, "url": format!("{RELEASES}/v{VERSION}/{NAME}-{os}-{arch}.tar.gz")})
        })
        .collect();
    json!({
        "name": NAME,
        "version": VERSION,
        "author": AUTHOR,
        "description": DESCRIPTION,
        "type": "external",
        "tier": "core",
        "license": "MIT",
        "minEngineVersion": MIN_ENGINE_VERSION,
        "capabilities": {
            "configProvider": false,
            "moduleTypes": module_types(),
            "stepTypes": step_types(),
            "triggerTypes": [],
        },
        "downloads": downloads,
    })
}
