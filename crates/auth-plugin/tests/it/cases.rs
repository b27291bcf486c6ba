//! Every case that the wire can say, against live processes.

use anyhow::Result;
use gatefold_conformance::case::{self, Mode, Module};
use gatefold_conformance::judge::Answer;
use gatefold_conformance::placeholder::Placeholders;
use gatefold_conformance::run::{self, MODULE};
use gatefold_conformance::world::World;
use gatefold_conformance::{Case, Verdict};
use gatefold_engine_host::{Execution, Failure, Host, Plugin};
use serde_json::{Map, Value, json};

use crate::support::launch;

#[tokio::test(flavor = "multi_thread")]
async fn a_live_plugin_answers_every_case_that_the_wire_can_say() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/auth-steps.json"
    );
    let cases = case::parse(&std::fs::read_to_string(file).unwrap()).unwrap();
    let (base, mut counts) = (gatefold_ports::system(), [0; 4]);
    let mut failed = Vec::new();
    for case in cases.iter().filter(|case| can_be_said(case)) {
        let judged = run::judged(case, &base, async |world, placeholders| {
            answer(case, world, placeholders).await
        });
        let (verdict, reason) = judged
            .await
            .unwrap_or_else(|error| (Verdict::Fail, format!("{error:#}")));
        counts[verdict as usize] += 1;
        if verdict == Verdict::Fail {
            failed.push(format!("{} {}: {reason}", case.id, case.name));
        }
    }
    println!("pass, better, not applicable, fail: {counts:?}");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(counts[0] > 250, "the wire can say most cases: {counts:?}");
}

/// A live process has the present clock, and only what its messages hold.
fn can_be_said(case: &Case) -> bool {
    let modules = case
        .modules
        .iter()
        .all(|module| module.typed || !module.config.contains_key("rpID"));
    // What a host refuses in its own words never reaches the plugin.
    let host_refuses = case
        .error_where
        .as_deref()
        .is_some_and(|place| place.starts_with("host-"));
    match case.mode {
        _ if host_refuses && !case.reference_defect => false,
        _ if case.clock.is_some() || !case.setup.is_empty() || run::not_ours(case).is_some() => {
            false
        }
        Mode::Typed => true,
        Mode::Map => case.step != MODULE && modules && run::is_said_by_wire(case),
        Mode::Meta | Mode::Http => false,
    }
}

/// One case in a process of its own.
async fn answer(case: &Case, _: &World, placeholders: &mut Placeholders) -> Result<Answer> {
    let mut launch = launch();
    for (name, value) in &case.env {
        if let Some(value) = value.as_str() {
            launch = launch.with(name, value);
        }
    }
    let plugin = Plugin::launch(&launch).await?;
    let host = Host::start(&plugin).await?;
    for module in &case.modules {
        set_up(&host, module).await;
    }
    let object = |members: &Map<String, Value>| placeholders.members(members);
    let mut metadata = object(&case.metadata);
    if !case.runtime_config.is_empty() {
        metadata.insert("runtime_config".into(), object(&case.runtime_config).into());
    }
    let execution = Execution {
        config: object(&case.config),
        current: object(&case.input),
        trigger_data: object(&case.trigger_data),
        step_outputs: object(&case.step_outputs),
        metadata,
    };
    let answer = match host.run(&case.step, &execution).await {
        Ok(output) => Answer::Output(output.members),
        Err(Failure::Config(error)) => Answer::Error("host-config", error),
        Err(Failure::Input(error)) => Answer::Error("host-input", error),
        Err(Failure::Step(error)) => Answer::Error("step-error", error),
        Err(Failure::Rpc(code, error)) => anyhow::bail!("{code:?}: {error}"),
    };
    plugin.stop().await?;
    Ok(answer)
}

/// A module of the case; what becomes of it shows in the step.
async fn set_up(host: &Host, module: &Module) {
    let mut config = module.config.clone();
    if let Some(disabled) = module.bare_disable {
        config = json!({"disable_password_auth": disabled, "optional": true})
            .as_object()
            .cloned()
            .unwrap_or_default();
    }
    if let Ok(handle) = host.create_module(&module.name, &config).await
        && module.stop
    {
        host.stop_module(&handle).await.unwrap();
    }
}
