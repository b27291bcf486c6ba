//! As much of the engine's templates as the examples use; anything else is an error.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, bail};
use serde_json::{Map, Value};

/// The value with every template in it replaced. A template that finds nothing gives `<no value>`,
/// as in the engine.
pub(super) fn resolved(value: &Value, data: &Value) -> Result<Value> {
    Ok(match value {
        Value::String(text) => Value::String(text_of(text, data)?),
        Value::Array(items) => {
            let items = items.iter().map(|item| resolved(item, data));
            Value::Array(items.collect::<Result<_>>()?)
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, member)| Ok((name.clone(), resolved(member, data)?)));
            Value::Object(members.collect::<Result<_>>()?)
        }
        other => other.clone(),
    })
}

fn text_of(text: &str, data: &Value) -> Result<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((expression, after)) = after.split_once("}}") else {
            bail!("a template without an end: {text}");
        };
        out += before;
        out += &evaluated(expression.trim(), data)?;
        rest = after;
    }
    Ok(out + rest)
}

fn evaluated(expression: &str, data: &Value) -> Result<String> {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    if expression == "uuidv4" {
        let number = DRAWN.fetch_add(1, Ordering::Relaxed);
        return Ok(format!("00000000-0000-4000-8000-{number:012}"));
    }
    let Some(path) = expression.strip_prefix('.') else {
        bail!("a template that this test does not know: {expression}");
    };
    Ok(match looked_up(path, data) {
        None => "<no value>".to_owned(),
        Some(Value::Null) => "<nil>".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(on)) => on.to_string(),
        Some(Value::Number(number)) => number.to_string(),
        Some(other) => bail!("{expression} is no text: {other}"),
    })
}

/// What a dotted path names.
pub(super) fn looked_up<'a>(path: &str, data: &'a Value) -> Option<&'a Value> {
    path.split('.')
        .try_fold(data, |value, name| value.get(name))
}

/// Every path that templates in this value name.
pub(super) fn paths(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => text
            .split("{{")
            .skip(1)
            .filter_map(|after| after.split_once("}}")?.0.trim().strip_prefix('.'))
            .map(str::to_owned)
            .collect(),
        Value::Array(items) => items.iter().flat_map(paths).collect(),
        Value::Object(members) => members.values().flat_map(paths).collect(),
        _ => Vec::new(),
    }
}

/// Members as the engine hands them to a module: `${NAME}` is an environment variable.
pub(super) fn expanded(value: &Value, variables: &Map<String, Value>) -> Result<Value> {
    Ok(match value {
        Value::String(text) => match text.strip_prefix("${").and_then(|t| t.strip_suffix('}')) {
            None => value.clone(),
            Some(name) => match variables.get(name) {
                Some(value) => value.clone(),
                None => bail!("the example does not say that it needs {name}"),
            },
        },
        Value::Array(items) => {
            let items = items.iter().map(|item| expanded(item, variables));
            Value::Array(items.collect::<Result<_>>()?)
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, member)| Ok((name.clone(), expanded(member, variables)?)));
            Value::Object(members.collect::<Result<_>>()?)
        }
        other => other.clone(),
    })
}
