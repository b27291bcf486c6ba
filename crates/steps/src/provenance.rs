//! Where an input value came from.
//!
//! The engine fills a step's input by field name from everything the pipeline has seen, and its
//! HTTP trigger puts each query and path parameter at the top of that. So a client can name a field
//! that the pipeline forgot to set: the hash it is compared with, the secret it is signed with. The
//! trigger's data and the outputs of all earlier steps come with each call, and tell.

use gatefold_kernel::Document;
use gatefold_kernel::document::printed;
use serde_json::Value;

use crate::call::{Pipeline, Tree};
use crate::catalogue::Guard;
use crate::reply::StepError;
use crate::schema::Message;

/// Removes guarded fields from an input message where the request itself set them: for the step they are
/// absent. Only HTTP triggers have a request; they are known by `method` and `path`.
///
/// # Errors
/// When the pipeline's state cannot be read, or a field comes under two names at once.
pub(crate) fn refuse(
    message: &'static Message,
    guard: &Guard,
    input: &mut Document,
    pipeline: &Pipeline,
) -> Result<(), StepError> {
    if !is_http(&pipeline.trigger_data)? {
        return Ok(());
    }
    for field in &message.fields {
        Found::new(message, &field.name, input, pipeline).unambiguous()?;
    }
    for field in guard.looked_up(message) {
        if Found::new(message, field, input, pipeline).is_the_requests()? {
            input.remove(field);
        }
    }
    for field in guard.secrets {
        let found = Found::new(message, field, input, pipeline);
        if found.at_top()? || found.in_a_body()? {
            input.remove(field);
        }
    }
    Ok(())
}

fn is_http(trigger: &Tree) -> Result<bool, StepError> {
    Ok(trigger.get("method")?.is_some() && trigger.get("path")?.is_some())
}

/// Where the value of one input field stands in the pipeline.
struct Found<'a> {
    field: &'a str,
    /// The field's name in lowerCamelCase where that is another: the host takes it first.
    alias: Option<&'a str>,
    value: Option<&'a Value>,
    pipeline: &'a Pipeline,
}

impl<'a> Found<'a> {
    fn new(
        message: &'a Message,
        field: &'a str,
        input: &'a Document,
        pipeline: &'a Pipeline,
    ) -> Self {
        let alias = message.field(field).map(|field| field.json_name.as_str());
        Self {
            field,
            alias: alias.filter(|alias| *alias != field),
            value: input.value(field),
            pipeline,
        }
    }

    /// The host prefers the lowerCamelCase name, so whoever sends that one hides what an earlier step
    /// has produced under the other, also with a blank, which does not even arrive here.
    fn unambiguous(&self) -> Result<(), StepError> {
        let field = self.field;
        let Some(alias) = self.alias else {
            return Ok(());
        };
        if !self.is_named(alias)? {
            return Ok(());
        }
        for output in self.pipeline.step_outputs.values() {
            if let Some(produced) = output.get(field)?
                && self
                    .value
                    .map_or(!is_blank(&produced), |value| !same(value, &produced))
            {
                let text = format!("{field} is ambiguous: the pipeline has it as {alias} too");
                return Err(StepError::new(text));
            }
        }
        Ok(())
    }

    /// Whether the trigger or an earlier step has this name at all.
    fn is_named(&self, name: &str) -> Result<bool, StepError> {
        let outputs = self.pipeline.step_outputs.values();
        for holder in outputs.chain([&self.pipeline.trigger_data]) {
            if holder.may_have(name) && holder.get(name)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// At the top of the trigger's data: query and path parameters, under either name.
    fn at_top(&self) -> Result<bool, StepError> {
        self.is_in(&self.pipeline.trigger_data)
    }

    /// Whether the request set it: its query or path has the name, and no earlier step, which would
    /// have replaced it. Values are not compared, because the host reads some leniently (`1e3`).
    fn is_the_requests(&self) -> Result<bool, StepError> {
        if self.value.is_none() || self.values(&self.pipeline.trigger_data)?.is_empty() {
            return Ok(false);
        }
        for output in self.pipeline.step_outputs.values() {
            if !self.values(output)?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// In the request's body: as the trigger parsed it, or as a step did, whose output has it.
    fn in_a_body(&self) -> Result<bool, StepError> {
        let outputs = self.pipeline.step_outputs.values();
        for holder in outputs.chain([&self.pipeline.trigger_data]) {
            if let Some(Value::Object(body)) = holder.get("body")?
                && self.is_in(&Tree::Json(body))?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_in(&self, tree: &Tree) -> Result<bool, StepError> {
        let Some(value) = self.value else {
            return Ok(false);
        };
        Ok(self.values(tree)?.iter().any(|found| same(value, found)))
    }

    /// What stands under the field's names there.
    fn values(&self, tree: &Tree) -> Result<Vec<Value>, StepError> {
        let names = self.alias.into_iter().chain([self.field]);
        let found = names.map(|name| tree.get(name));
        Ok(found
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect())
    }
}

/// Whether a value is one that the host leaves out of a message.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(on) => !on,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) => false,
    }
}

/// Whether two values are the same after the host's coercion of texts to the field's type. Lists
/// and objects do not come from a query.
fn same(input: &Value, found: &Value) -> bool {
    input == found
        || printed(input).trim() == printed(found).trim()
        || number(input).is_some_and(|number| Some(number) == self::number(found))
        || switch(input).is_some_and(|on| Some(on) == switch(found))
}

/// What the host makes of a text for a field that is a number: `007` and `+7` are 7.
fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
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
    use crate::catalogue::find;
    use crate::schema::Schema;
    use crate::structs;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    /// What is left of the input, with the pipeline as JSON and as it comes over the wire.
    fn left(trigger: Value, outputs: Value, input: Value) -> Value {
        let name = if input.get("passkey_enabled").is_some() {
            "methods_policy"
        } else {
            "challenge_verify"
        };
        let step = find(name).unwrap();
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
            match refuse(
                Schema::named(step.input),
                &step.body.guard,
                &mut input,
                &pipeline,
            ) {
                Ok(()) => Value::Object(input.into_members()),
                Err(error) => Value::String(error.to_string()),
            }
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
                http(json!({"code_hash": "h"})),
                json!({}),
                json!({"code_hash": "h", "code": "1"}),
                json!({"code": "1"}),
            ),
            (
                http(json!({"code_hash": "h"})),
                json!({"row": {"code_hash": "h"}}),
                json!({"code_hash": "h"}),
                json!({"code_hash": "h"}),
            ),
            (
                http(json!({"code_hash": "h"})),
                json!({"row": {"code_hash": "g"}}),
                json!({"code_hash": "g"}),
                json!({"code_hash": "g"}),
            ),
            (
                http(json!({"attempts": "3"})),
                json!({}),
                json!({"attempts": 3}),
                json!({}),
            ),
            // The host takes the other spelling first, and reads numbers leniently.
            (
                http(json!({"codeHash": "h", "maxAttempts": "+0999", "attempts": "1e3"})),
                json!({}),
                json!({"code_hash": "h", "max_attempts": 999, "attempts": 1000}),
                json!({}),
            ),
            (
                http(json!({"passkey_enabled": "yes"})),
                json!({}),
                json!({"passkey_enabled": true}),
                json!({}),
            ),
            (
                json!({"code_hash": "h"}),
                json!({}),
                json!({"code_hash": "h"}),
                json!({"code_hash": "h"}),
            ),
            (
                http(json!({"body": {"code_hash": "h"}})),
                json!({"parse": {"code_hash": "h"}}),
                json!({"code_hash": "h"}),
                json!({"code_hash": "h"}),
            ),
            (
                http(json!({"body": {"signing_secret": "s"}})),
                json!({"parse": {"signing_secret": "s"}}),
                json!({"signing_secret": "s"}),
                json!({}),
            ),
            // A form: only the step that parsed it has the body.
            (
                http(json!({})),
                json!({"parse": {"signing_secret": "s", "body": {"signing_secret": "s"}}}),
                json!({"signing_secret": "s"}),
                json!({}),
            ),
            (
                http(json!({})),
                json!({"vault": {"signing_secret": "s"}}),
                json!({"signing_secret": "s"}),
                json!({"signing_secret": "s"}),
            ),
        ] {
            assert_eq!(
                left(trigger.clone(), outputs.clone(), input.clone()),
                expected,
                "{trigger} {outputs} {input}"
            );
        }
    }

    #[test]
    fn a_second_spelling_cannot_hide_what_a_step_has_looked_up() {
        let trigger = |more: Value| {
            let mut trigger = object(json!({"method": "POST", "path": "/verify"}));
            trigger.extend(object(more));
            Value::Object(trigger)
        };
        let ambiguous = json!("code_hash is ambiguous: the pipeline has it as codeHash too");
        for (trigger, outputs, input, expected) in [
            // The other value arrives.
            (
                trigger(json!({"codeHash": "h"})),
                json!({"row": {"code_hash": "g"}}),
                json!({"code_hash": "h"}),
                ambiguous.clone(),
            ),
            // A blank: nothing arrives.
            (
                trigger(json!({"codeHash": ""})),
                json!({"row": {"code_hash": "g"}}),
                json!({}),
                ambiguous.clone(),
            ),
            // A body that a step has merged.
            (
                trigger(json!({})),
                json!({"row": {"code_hash": "g"}, "parse": {"codeHash": "h"}}),
                json!({"code_hash": "h"}),
                ambiguous,
            ),
            // Blank under both names, as a form that was left empty.
            (
                trigger(json!({})),
                json!({"row": {"code_hash": ""}, "parse": {"codeHash": ""}}),
                json!({}),
                json!({}),
            ),
            // The same under both names is no conflict.
            (
                trigger(json!({})),
                json!({"row": {"code_hash": "g"}, "more": {"codeHash": "g"}}),
                json!({"code_hash": "g"}),
                json!({"code_hash": "g"}),
            ),
        ] {
            assert_eq!(left(trigger, outputs, input), expected);
        }
    }
}
