//! Where an input value came from.
//!
//! The engine fills a step's input by field name from everything the pipeline has seen, and its
//! HTTP trigger puts each query and path parameter at the top of that. So a client can name a field
//! that the pipeline forgot to set: the hash it is compared with, the secret it is signed with. The
//! trigger's data and the outputs of all earlier steps come with each call, and tell.

use gatefold_kernel::Document;
use serde_json::Value;

use crate::call::{Pipeline, Tree};
use crate::catalogue::Guard;
use crate::reply::StepError;

/// Removes guarded fields from the input where the request itself set them: for the step they are
/// absent. Only HTTP triggers have a request; they are known by `method` and `path`.
///
/// # Errors
/// When the trigger's data cannot be read.
pub(crate) fn refuse(
    guard: &Guard,
    input: &mut Document,
    pipeline: &Pipeline,
) -> Result<(), StepError> {
    let asked = |fields: &[&str]| fields.iter().any(|field| input.value(field).is_some());
    if !(asked(guard.looked_up) || asked(guard.secrets)) || !is_http(&pipeline.trigger_data)? {
        return Ok(());
    }
    for field in guard.looked_up {
        if is_from_top(input, field, pipeline)? && !is_from_a_step(input, field, pipeline)? {
            input.remove(field);
        }
    }
    for field in guard.secrets {
        if is_from_top(input, field, pipeline)? || is_from_body(input, field, pipeline)? {
            input.remove(field);
        }
    }
    Ok(())
}

fn is_http(trigger: &Tree) -> Result<bool, StepError> {
    Ok(trigger.get("method")?.is_some() && trigger.get("path")?.is_some())
}

fn is_from_top(input: &Document, field: &str, pipeline: &Pipeline) -> Result<bool, StepError> {
    match input.value(field) {
        Some(value) => Ok(pipeline
            .trigger_data
            .get(field)?
            .is_some_and(|top| same(value, &top))),
        None => Ok(false),
    }
}

fn is_from_a_step(input: &Document, field: &str, pipeline: &Pipeline) -> Result<bool, StepError> {
    let Some(value) = input.value(field) else {
        return Ok(false);
    };
    for output in pipeline.step_outputs.values() {
        if output
            .get(field)?
            .is_some_and(|produced| same(value, &produced))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_from_body(input: &Document, field: &str, pipeline: &Pipeline) -> Result<bool, StepError> {
    let Some(value) = input.value(field) else {
        return Ok(false);
    };
    let body = pipeline.trigger_data.get("body")?;
    Ok(body
        .and_then(|body| body.get(field).cloned())
        .is_some_and(|sent| same(value, &sent)))
}

/// Whether two values are the same after the host's coercion of texts to the field's type. Lists
/// and objects do not come from a query.
fn same(input: &Value, found: &Value) -> bool {
    use gatefold_kernel::document::printed;
    input == found
        || printed(input).trim() == printed(found).trim()
        || switch(input).is_some_and(|on| Some(on) == switch(found))
}

/// What the host makes of a text for a boolean field.
fn switch(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(on) => Some(*on),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use gatefold_kernel::Document;
    use serde_json::{Map, Value, json};

    use super::refuse;
    use crate::call::{Pipeline, Tree};
    use crate::catalogue::Guard;
    use crate::structs;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    /// What is left of the input, with the pipeline as JSON and as it comes over the wire.
    fn left(trigger: Value, outputs: Value, input: Value) -> Value {
        let guard = Guard {
            looked_up: &["hash", "attempts", "on"],
            secrets: &["signing_secret"],
        };
        let wire =
            |value: &Value| Tree::Wire(structs::encode(&object(value.clone())).unwrap().into());
        let json = |value: &Value| Tree::Json(object(value.clone()));
        let [first, second] = [json as fn(&Value) -> Tree, wire].map(|tree| {
            let steps = object(outputs.clone());
            let step_outputs: HashMap<_, _> = steps
                .iter()
                .map(|(name, output)| (name.clone(), tree(output)))
                .collect();
            let pipeline = Pipeline {
                trigger_data: tree(&trigger),
                step_outputs,
                ..Pipeline::default()
            };
            let mut input = Document::new(object(input.clone()));
            refuse(&guard, &mut input, &pipeline).unwrap();
            Value::Object(input.into_members())
        });
        assert_eq!(first, second, "both edges judge alike");
        first
    }

    #[test]
    fn what_only_the_query_says_is_absent() {
        let http = |more: Value| {
            let mut trigger = object(json!({"method": "POST", "path": "/verify"}));
            trigger.extend(object(more));
            Value::Object(trigger)
        };
        for (trigger, outputs, input, expected) in [
            (
                http(json!({"hash": "h"})),
                json!({}),
                json!({"hash": "h", "code": "1"}),
                json!({"code": "1"}),
            ),
            (
                http(json!({"hash": "h"})),
                json!({"row": {"hash": "h"}}),
                json!({"hash": "h"}),
                json!({"hash": "h"}),
            ),
            (
                http(json!({"hash": "h"})),
                json!({"row": {"hash": "g"}}),
                json!({"hash": "g"}),
                json!({"hash": "g"}),
            ),
            (
                http(json!({"attempts": "3"})),
                json!({}),
                json!({"attempts": 3}),
                json!({}),
            ),
            (
                http(json!({"on": "yes"})),
                json!({}),
                json!({"on": true}),
                json!({}),
            ),
            (
                json!({"hash": "h"}),
                json!({}),
                json!({"hash": "h"}),
                json!({"hash": "h"}),
            ),
            (
                http(json!({"body": {"hash": "h"}})),
                json!({"parse": {"hash": "h"}}),
                json!({"hash": "h"}),
                json!({"hash": "h"}),
            ),
            (
                http(json!({"body": {"signing_secret": "s"}})),
                json!({"parse": {"signing_secret": "s"}}),
                json!({"signing_secret": "s"}),
                json!({}),
            ),
        ] {
            assert_eq!(
                left(trigger.clone(), outputs.clone(), input.clone()),
                expected,
                "{trigger} {outputs} {input}"
            );
        }
    }
}
