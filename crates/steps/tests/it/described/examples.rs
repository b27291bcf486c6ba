//! What people read about the steps: examples do what they say, and sentences are sentences.

use gatefold_kernel::Document;
use gatefold_steps::catalogue::{About, Example};
use gatefold_steps::describe::{self, Subject};
use gatefold_steps::schema::Schema;
use gatefold_steps::{Invocation, STEPS, Step};
use serde_json::{Map, Value};

use super::world;

#[tokio::test]
async fn every_example_gives_what_it_says() {
    let mut wrong = Vec::new();
    for step in STEPS {
        for example in step.body.about.examples {
            let place = format!("{}, {:?}", step.name(), example.title);
            match run(step, example).await {
                Err(error) => wrong.push(format!("{place}: {error}")),
                Ok(output) => {
                    let expected = Value::Object(object(example.output));
                    if let Some(difference) = lacks(&expected, &Value::Object(output)) {
                        wrong.push(format!("{place}: {difference}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_says_only_what_messages_hold() {
    for step in STEPS {
        for example in step.body.about.examples {
            for (name, text) in [
                (step.config, example.config),
                (step.input, example.input),
                (step.output, example.output),
            ] {
                let message = Schema::get().message(name).unwrap();
                for key in object(text).keys() {
                    let place = format!("{}, {:?}", step.name(), example.title);
                    assert!(message.field(key).is_some(), "{place}: {name} has no {key}");
                }
            }
        }
    }
}

#[test]
fn every_step_has_a_summary_and_an_example() {
    for step in STEPS {
        let About {
            summary, examples, ..
        } = &step.body.about;
        assert!(is_sentence(summary), "{}: summary {summary:?}", step.name());
        assert!(!examples.is_empty(), "{} has no example", step.name());
    }
}

#[test]
fn every_sentence_is_one() {
    for subject in Subject::all() {
        let (guards, denials) = (subject.guards(), subject.denials());
        let duties = subject.duties().iter().copied();
        let others = guards.iter().chain(&denials).map(String::as_str);
        for sentence in duties.chain(others) {
            assert!(is_sentence(sentence), "{}: {sentence:?}", subject.name());
        }
    }
}

async fn run(step: &'static Step, example: &Example) -> Result<Map<String, Value>, String> {
    let runtime = world::runtime();
    if let Some(module) = describe::module_of(example) {
        let config = Document::new(object(describe::EXAMPLE_MODULE));
        let id = runtime.modules.create(&module, config);
        runtime
            .modules
            .init(id)
            .map_err(|error| error.to_string())?;
    }
    let invocation = Invocation {
        config: Document::new(object(example.config)),
        input: Document::new(object(example.input)),
        ..Invocation::default()
    };
    let outcome = runtime.run(step, invocation).await;
    outcome
        .map(|outcome| outcome.output.into_members())
        .map_err(|error| error.to_string())
}

fn object(text: &str) -> Map<String, Value> {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    match value {
        Value::Object(members) => members,
        other => panic!("an example is a JSON object, not {other}"),
    }
}

fn is_sentence(text: &str) -> bool {
    text.len() > 1 && text.trim() == text && text.ends_with('.') && !text.ends_with("..")
}

/// What of the expected is not there. Objects may hold more; numbers are compared by value.
fn lacks(expected: &Value, found: &Value) -> Option<String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected
                .iter()
                .find_map(|(key, value)| match found.get(key) {
                    None => Some(format!("{key} is missing")),
                    Some(found) => lacks(value, found).map(|what| format!("{key}: {what}")),
                })
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            let mut pairs = expected.iter().zip(found);
            pairs.find_map(|(expected, found)| lacks(expected, found))
        }
        (Value::Number(expected), Value::Number(found)) if expected.as_f64() == found.as_f64() => {
            None
        }
        _ if expected == found => None,
        _ => Some(format!("expected {expected}, found {found}")),
    }
}

#[test]
fn comparing_finds_what_is_missing() {
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    for (expected, found, same) in [
        (r#"{"a": 1}"#, r#"{"a": 1.0, "b": 2}"#, true),
        (
            r#"{"a": {"b": [1, {"c": 2}]}}"#,
            r#"{"a": {"b": [1, {"c": 2, "d": 3}]}}"#,
            true,
        ),
        (r#"{"a": 1}"#, r#"{}"#, false),
        (r#"{"a": 1}"#, r#"{"a": "1"}"#, false),
        (r#"{"a": [1]}"#, r#"{"a": [1, 2]}"#, false),
        (r#"{"a": false}"#, r#"{"a": true}"#, false),
    ] {
        let difference = lacks(&value(expected), &value(found));
        assert_eq!(difference.is_none(), same, "{expected} {found}");
    }
}
