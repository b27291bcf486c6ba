//! What every test here needs.

use gatefold_engine_host::{Execution, Host, Launch, Plugin};
use serde_json::{Map, Value};

/// How the plugin of this build is launched.
pub(crate) fn launch() -> Launch {
    Launch::of(env!("CARGO_BIN_EXE_workflow-plugin-auth"))
}

/// A running plugin after the start calls.
pub(crate) async fn start(launch: &Launch) -> (Plugin, Host) {
    let plugin = Plugin::launch(launch).await.unwrap();
    let host = Host::start(&plugin).await.unwrap();
    (plugin, host)
}

/// The members of a JSON object.
pub(crate) fn members(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// An execution with this configuration and these values in the pipeline.
pub(crate) fn execution(config: Value, current: Value) -> Execution {
    Execution {
        config: members(config),
        current: members(current),
        ..Execution::default()
    }
}
