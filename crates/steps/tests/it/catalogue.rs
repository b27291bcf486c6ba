//! The catalogue is sound: every line names messages that exist, and what depends on convention
//! holds for each of them.

use std::collections::BTreeSet;

use gatefold_steps::advertise;
use gatefold_steps::catalogue::{STEPS, find};
use gatefold_steps::schema::{Kind, Schema};

/// Members that only the JSON edge can bring.
const JSON_ONLY: &[&str] = &["identity"];

#[test]
fn every_line_names_messages_with_the_fields_the_runtime_relies_on() {
    let schema = Schema::get();
    for step in STEPS {
        let [config, input, output] = [step.config, step.input, step.output].map(|name| {
            schema
                .message(name)
                .unwrap_or_else(|| panic!("{}: no message {name}", step.name()))
        });
        assert!(config.field("on_denied").is_some(), "{}", step.name());
        for (name, kind) in [
            ("error", Kind::Text),
            ("response_status", Kind::Int32),
            ("response_body", Kind::Text),
        ] {
            assert_eq!(
                output.field(name).map(|field| field.kind),
                Some(kind),
                "{} {name}",
                step.name()
            );
        }
        if let Some(verdict) = step.body.verdict {
            let field = output
                .field(verdict)
                .unwrap_or_else(|| panic!("{}: no {verdict}", step.name()));
            assert_eq!(
                (field.kind, field.presence),
                (Kind::Bool, true),
                "{} {verdict}",
                step.name()
            );
        }
        let looked_up = step.body.guard.looked_up(input);
        for guarded in looked_up.iter().chain(step.body.guard.secrets) {
            assert!(
                input.field(guarded).is_some() || JSON_ONLY.contains(guarded),
                "{} guards {guarded}, which its input lacks",
                step.name()
            );
        }
    }
}

#[test]
fn booleans_of_outputs_are_explicit() {
    for step in STEPS {
        let output = Schema::get().message(step.output).unwrap();
        for field in output
            .fields
            .iter()
            .filter(|field| field.kind == Kind::Bool && !field.repeated)
        {
            assert!(
                field.presence,
                "{}.{} must be optional",
                output.name, field.name
            );
        }
    }
}

#[test]
fn names_are_unique_and_found_with_and_without_prefix() {
    let names: BTreeSet<String> = STEPS.iter().map(gatefold_steps::Step::name).collect();
    assert_eq!(names.len(), STEPS.len());
    for step in STEPS {
        assert!(find(&step.name()).is_some_and(|found| found.name() == step.name()));
        assert!(find(step.short()).is_some());
    }
    assert!(find("step.auth_anthropic_exchange").is_none());
}

#[test]
fn both_files_list_exactly_what_is_served() {
    let plugin = advertise::plugin_json();
    let contracts = advertise::contracts_json();
    let listed: BTreeSet<String> = contracts["contracts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|contract| {
            format!(
                "{}:{}",
                contract["kind"].as_str().unwrap(),
                contract["type"].as_str().unwrap()
            )
        })
        .collect();
    let capabilities = &plugin["capabilities"];
    let kinds = [("module", "moduleTypes"), ("step", "stepTypes")];
    let advertised: BTreeSet<String> = kinds
        .into_iter()
        .flat_map(|(kind, list)| {
            let types = capabilities[list].as_array().unwrap().iter();
            types.map(move |name| format!("{kind}:{}", name.as_str().unwrap()))
        })
        .collect();
    assert_eq!(listed, advertised);
    assert!(
        plugin.get("stepTypes").is_none(),
        "the strict audit wants types under capabilities only"
    );
}
