//! Pipelines' maps to messages and back, by the descriptors that the plugin ships.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use gatefold_engine::{Any, ContractKind, ContractRegistry};
use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor,
    SerializeOptions,
};
use serde_json::{Map, Value};

const URL_PREFIX: &str = "type.googleapis.com/";

/// The messages of each type that the registry names.
#[derive(Debug, Clone)]
pub struct Codec {
    modules: HashMap<String, MessageDescriptor>,
    steps: HashMap<String, [MessageDescriptor; 3]>,
}

impl Codec {
    /// Reads a registry.
    ///
    /// # Errors
    /// The descriptor set is not closed, or lacks a message that a contract names.
    pub fn of(registry: &ContractRegistry) -> Result<Self> {
        let pool = DescriptorPool::decode(registry.file_descriptor_set.clone())
            .context("the descriptor set")?;
        let message = |name: &str| {
            pool.get_message_by_name(name)
                .with_context(|| format!("no message {name:?} in the descriptor set"))
        };
        let (mut modules, mut steps) = (HashMap::new(), HashMap::new());
        for contract in &registry.contracts {
            match contract.kind() {
                ContractKind::Module => {
                    modules.insert(
                        contract.module_type.clone(),
                        message(&contract.config_message)?,
                    );
                }
                ContractKind::Step => {
                    let names = [
                        &contract.config_message,
                        &contract.input_message,
                        &contract.output_message,
                    ];
                    let [config, input, output] = names.map(|name| message(name));
                    steps.insert(contract.step_type.clone(), [config?, input?, output?]);
                }
                _ => {}
            }
        }
        Ok(Self { modules, steps })
    }

    /// A module's configuration.
    ///
    /// # Errors
    /// The text the engine would show.
    pub fn module_config(
        &self,
        module_type: &str,
        config: &Map<String, Value>,
    ) -> Result<Any, String> {
        let message = self.modules.get(module_type).ok_or("unknown module type")?;
        config_of(message, config)
    }

    /// A step's configuration.
    ///
    /// # Errors
    /// The text the engine would show.
    pub fn step_config(&self, step_type: &str, config: &Map<String, Value>) -> Result<Any, String> {
        let [message, ..] = self.steps.get(step_type).ok_or("unknown step type")?;
        config_of(message, config)
    }

    /// A step's input: what the pipeline has under the names of its fields.
    ///
    /// # Errors
    /// The text the engine would show.
    pub fn step_input(&self, step_type: &str, current: &Map<String, Value>) -> Result<Any, String> {
        let [_, message, _] = self.steps.get(step_type).ok_or("unknown step type")?;
        let mut picked = Map::new();
        for field in message.fields() {
            let value = current
                .get(field.json_name())
                .or_else(|| current.get(field.name()));
            if let Some(value) = value {
                picked.insert(field.name().to_owned(), value.clone());
            }
        }
        encode(message, &picked)
    }

    /// A step's output as the pipeline stores it: defaults are dropped unless the field has
    /// presence, `int64` is text.
    ///
    /// # Errors
    /// It is another message, or none.
    pub fn step_output(&self, step_type: &str, output: &Any) -> Result<Map<String, Value>, String> {
        let [_, _, message] = self.steps.get(step_type).ok_or("unknown step type")?;
        let found = output.type_url.rsplit('/').next().unwrap_or_default();
        if found != message.full_name() {
            return Err(format!(
                "typed output is {found}, not {}",
                message.full_name()
            ));
        }
        let decoded = DynamicMessage::decode(message.clone(), output.value.clone())
            .map_err(|error| error.to_string())?;
        let options = SerializeOptions::new()
            .use_proto_field_name(true)
            .skip_default_fields(true);
        match decoded.serialize_with_options(serde_json::value::Serializer, &options) {
            Ok(Value::Object(members)) => Ok(members),
            Ok(_) => Err("the output is no object".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn config_of(message: &MessageDescriptor, config: &Map<String, Value>) -> Result<Any, String> {
    let kept = config.iter().filter(|(key, _)| !key.starts_with('_'));
    encode(
        message,
        &kept
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    )
}

fn encode(message: &MessageDescriptor, members: &Map<String, Value>) -> Result<Any, String> {
    let mut coerced = Map::new();
    for (key, value) in members {
        let field = message
            .get_field_by_json_name(key)
            .or_else(|| message.get_field_by_name(key));
        if let Some(value) =
            field.map_or_else(|| Some(value.clone()), |field| coerce(&field, value))
        {
            coerced.insert(key.clone(), value);
        }
    }
    let text = Value::Object(coerced).to_string();
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let decoded =
        DynamicMessage::deserialize_with_options(message.clone(), &mut deserializer, &options)
            .map_err(|error| {
                format!(
                    "decode {} input as protobuf JSON: {error}",
                    message.full_name()
                )
            })?;
    let type_url = format!("{URL_PREFIX}{}", message.full_name());
    Ok(Any {
        type_url,
        value: decoded.encode_to_vec().into(),
    })
}

/// The engine's coercion of texts for scalar fields; an empty text drops the field.
fn coerce(field: &FieldDescriptor, value: &Value) -> Option<Value> {
    let Value::String(text) = value else {
        return Some(value.clone());
    };
    let is_scalar = !field.is_list() && !field.is_map();
    let text = text.trim();
    match field.kind() {
        Kind::String | Kind::Message(_) => Some(value.clone()),
        _ if !is_scalar => Some(value.clone()),
        _ if text.is_empty() => None,
        Kind::Bool => Some(match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true.into(),
            "false" | "0" | "no" | "off" => false.into(),
            _ => value.clone(),
        }),
        _ => Some(
            text.parse::<i64>()
                .map_or_else(|_| value.clone(), Value::from),
        ),
    }
}
