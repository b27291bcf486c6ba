//! The host's half of the wire: what the engine does with a step's configuration and input before
//! a plugin sees them, and with its output afterwards.
//!
//! Configuration is strict: unknown keys are refused, keys that begin with `_` are the engine's own.
//! Input is picked by field name from everything the pipeline has. Texts are coerced for fields
//! that are no texts, as query parameters and templates are always texts.

use gatefold_steps::endpoint::{Any, Endpoint, Execution};
use gatefold_steps::schema::{Field, Kind, Message, Schema};
use gatefold_steps::wire::{self, EncodeError};
use gatefold_steps::{Pipeline, Step, StepError, Tree};
use serde_json::{Map, Value};

/// Encodes a configuration.
///
/// # Errors
/// What the message cannot hold.
pub fn encode_config(message: &Message, config: &Map<String, Value>) -> Result<Any, String> {
    let kept = config.iter().filter(|(key, _)| !key.starts_with('_'));
    encode(message, kept.map(|(key, value)| (key.as_str(), value)))
}

/// Encodes an input: the members that are fields of the message.
///
/// # Errors
/// What the message cannot hold.
pub fn encode_input(message: &Message, current: &Map<String, Value>) -> Result<Any, String> {
    let picked = message.fields.iter().filter_map(|field| {
        let value = current
            .get(&field.json_name)
            .or_else(|| current.get(&field.name))?;
        Some((field.name.as_str(), value))
    });
    encode(message, picked)
}

/// Decodes an output as the engine stores it: fields without presence that hold their default are
/// not there.
///
/// # Errors
/// The bytes are no such message.
pub fn decode_output(message: &Message, bytes: &[u8]) -> Result<Map<String, Value>, String> {
    wire::decode(message, bytes).map_err(|error| error.to_string())
}

/// What an execution gave the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Executed {
    /// The output as the pipeline stores it.
    pub output: Map<String, Value>,
    /// Whether the pipeline ends here.
    pub stop: bool,
}

/// Why an execution gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The host refuses the configuration.
    Config(String),
    /// The host refuses the input.
    Input(String),
    /// The step failed.
    Step(StepError),
    /// The host cannot read the output.
    Output(String),
}

/// Creates a step and executes it once, as the host does: both halves of the wire.
///
/// # Errors
/// See [`Refused`].
pub async fn execute(
    endpoint: &Endpoint,
    step: &Step,
    config: &Map<String, Value>,
    input: &Map<String, Value>,
    pipeline: Pipeline,
) -> Result<Executed, Refused> {
    let config = encode_config(Schema::named(step.config), config).map_err(Refused::Config)?;
    let input = encode_input(Schema::named(step.input), input).map_err(Refused::Input)?;
    let handle = endpoint
        .create_step(&step.name(), Some(&config))
        .map_err(Refused::Step)?;
    let execution = Execution {
        handle,
        typed_config: Some(config),
        typed_input: Some(input),
        current: Tree::Absent,
        pipeline,
    };
    let executed = endpoint.execute(execution).await.map_err(Refused::Step)?;
    let output = decode_output(Schema::named(step.output), &executed.output.value)
        .map_err(Refused::Output)?;
    Ok(Executed {
        output,
        stop: executed.stop,
    })
}

/// Whether the message says exactly this: nothing would be lost or coerced.
pub fn can_say(message: &Message, members: &Map<String, Value>) -> bool {
    wire::encode(message, members)
        .ok()
        .and_then(|bytes| wire::decode(message, &bytes).ok())
        .is_some_and(|back| back == *members)
}

fn encode<'a>(
    message: &Message,
    members: impl Iterator<Item = (&'a str, &'a Value)>,
) -> Result<Any, String> {
    let failed = |error: EncodeError| {
        format!(
            "decode {} input as protobuf JSON: proto: {error}",
            message.full_name()
        )
    };
    let mut coerced = Map::new();
    for (key, value) in members {
        let Some(field) = message.field(key) else {
            return Err(failed(EncodeError::Unknown(key.to_owned())));
        };
        if let Some(value) = coerce(field, value) {
            coerced.insert(field.name.clone(), value);
        }
    }
    let value = wire::encode(message, &coerced).map_err(failed)?.into();
    let type_url = format!("type.googleapis.com/{}", message.full_name());
    Ok(Any { type_url, value })
}

/// A text for a field that is none becomes what it says; an empty one, nothing at all.
fn coerce(field: &Field, value: &Value) -> Option<Value> {
    let Value::String(text) = value else {
        return Some(value.clone());
    };
    if field.repeated
        || matches!(
            field.kind,
            Kind::Text | Kind::Struct | Kind::Message(_) | Kind::Map(_)
        )
    {
        return Some(value.clone());
    }
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let coerced = match field.kind {
        Kind::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(Value::Bool(true)),
            "false" | "0" | "no" | "off" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => text.parse::<i64>().ok().map(Value::from),
    };
    Some(coerced.unwrap_or_else(|| value.clone()))
}

#[cfg(test)]
mod tests {
    use gatefold_steps::schema::Schema;
    use serde_json::{Value, json};

    use super::{can_say, encode_config, encode_input};

    fn members(value: Value) -> serde_json::Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn configuration_is_strict_and_texts_are_coerced() {
        let message = Schema::get().message("CredentialModuleConfig").unwrap();
        for (config, accepted) in [
            (
                json!({"rpDisplayName": "X", "optional": "yes", "_config_dir": "/x"}),
                true,
            ),
            (json!({"optional": ""}), true),
            (json!({"optional": 1}), false),
            (json!({"rp_id": 5}), false),
            (json!({"rpID": "x"}), false),
        ] {
            assert_eq!(
                encode_config(message, &members(config.clone())).is_ok(),
                accepted,
                "{config}"
            );
        }
    }

    #[test]
    fn input_is_picked_by_field_name() {
        let message = Schema::get().message("TOTPVerifyInput").unwrap();
        let current = members(json!({"code": "1", "method": "GET", "secret": "s"}));
        assert_eq!(encode_input(message, &current).unwrap().value.len(), 6);
        assert!(encode_input(message, &members(json!({"code": 1}))).is_err());
        assert!(!can_say(message, &current), "`method` would be lost");
    }
}
