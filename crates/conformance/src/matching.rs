//! Matchers: what a case says of a value.
//!
//! An object whose keys begin with `$` is a matcher; every other object names members that the
//! value must have, every list and scalar must be equal. Absent, null, false, 0, "" and [] are one
//! thing to a member, because the wire cannot tell them apart.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use gatefold_kernel::UnixMillis;
use serde_json::{Map, Value};

/// Where and why a value is not what a case says; nothing if it is.
pub type Mismatch = Option<String>;

/// What matchers need besides the value.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// The present, in milliseconds.
    pub now: i64,
}

impl Context {
    /// Compares a value with what a case says of it.
    pub fn compare(&self, path: &str, expected: &Value, found: Option<&Value>) -> Mismatch {
        let null = Value::Null;
        let value = found.unwrap_or(&null);
        match expected {
            Value::Object(matchers) if is_matcher(matchers) => matchers
                .iter()
                .find_map(|(name, argument)| self.matcher(path, name, argument, value)),
            Value::Object(members) if !value.is_object() && !members.is_empty() => Some(format!(
                "{path}: expected an object, found {}",
                short(value)
            )),
            Value::Object(members) => members.iter().find_map(|(key, expected)| {
                self.compare(&format!("{path}.{key}"), expected, value.get(key))
            }),
            Value::Array(items) if items.is_empty() && is_default(value) => None,
            Value::Array(items) => self.list(path, items, value),
            scalar if equal(scalar, value) => None,
            scalar => Some(format!(
                "{path}: expected {}, found {}",
                short(scalar),
                short(value)
            )),
        }
    }

    fn list(&self, path: &str, items: &[Value], value: &Value) -> Mismatch {
        let found = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if found.len() != items.len() {
            return Some(format!(
                "{path}: expected {} elements, found {}",
                items.len(),
                short(value)
            ));
        }
        let mut pairs = items.iter().zip(found).enumerate();
        pairs.find_map(|(at, (expected, found))| {
            self.compare(&format!("{path}[{at}]"), expected, Some(found))
        })
    }

    fn matcher(&self, path: &str, name: &str, argument: &Value, value: &Value) -> Mismatch {
        let text = value.as_str().unwrap_or_default();
        let wanted = argument.as_str().unwrap_or_default();
        let holds = match name {
            "$regex" => regex::Regex::new(wanted)
                .is_ok_and(|regex| value.is_string() && regex.is_match(text)),
            "$nonempty" => is_default(value) == (argument == &Value::Bool(false)),
            "$len" => length(value) == argument.as_u64(),
            "$contains" => contains(value, argument),
            "$contains_all" => argument
                .as_array()
                .is_some_and(|all| all.iter().all(|one| contains(value, one))),
            "$not_contains" => !value.to_string().contains(wanted),
            "$starts" => value.is_string() && text.starts_with(wanted),
            "$any" => {
                let found = value.as_array().map(Vec::as_slice).unwrap_or_default();
                found
                    .iter()
                    .any(|element| self.compare(path, argument, Some(element)).is_none())
            }
            "$json" => return self.parsed(path, argument, serde_json::from_str(text).ok()),
            "$b64json" => {
                let bytes = STANDARD.decode(text).ok();
                return self.parsed(
                    path,
                    argument,
                    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()),
                );
            }
            "$jwt" => return self.token(path, argument, text),
            "$bcrypt_of" => bcrypt::verify(wanted, text).unwrap_or(false),
            "$url_query" => return self.query(path, argument, text),
            "$in_seconds" => UnixMillis::parse_rfc3339(text).is_some_and(|moment| {
                let due = self.now + argument.as_i64().unwrap_or_default() * 1000;
                (moment.get() - due).abs() <= 5000
            }),
            "$type" => kind(value) == wanted,
            unknown => return Some(format!("{path}: the matcher {unknown} is not known")),
        };
        (!holds).then(|| {
            format!(
                "{path}: {name} {} does not hold for {}",
                short(argument),
                short(value)
            )
        })
    }

    fn parsed(&self, path: &str, argument: &Value, parsed: Option<Value>) -> Mismatch {
        match parsed {
            Some(value) => self.compare(path, argument, Some(&value)),
            None => Some(format!("{path}: not the JSON text it should be")),
        }
    }

    fn query(&self, path: &str, argument: &Value, text: &str) -> Mismatch {
        let Ok(url) = url::Url::parse(text) else {
            return Some(format!("{path}: {text:?} is no address"));
        };
        let query: Map<String, Value> = url
            .query_pairs()
            .map(|(key, value)| (key.into_owned(), Value::String(value.into_owned())))
            .collect();
        self.compare(&format!("{path}?"), argument, Some(&Value::Object(query)))
    }

    /// A compact JWS (RFC 7515 section 7.1), its header and claims, and its HS256 if a secret is given.
    fn token(&self, path: &str, argument: &Value, text: &str) -> Mismatch {
        let parts: Vec<&str> = text.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            return Some(format!("{path}: no signed token"));
        };
        if let Some(secret) = argument.get("secret").and_then(Value::as_str) {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            let tag = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
            if hmac::verify(&key, format!("{header}.{claims}").as_bytes(), &tag).is_err() {
                return Some(format!("{path}: the signature is not that of the secret"));
            }
        }
        [("header", header), ("claims", claims)]
            .into_iter()
            .find_map(|(name, part)| {
                let expected = argument.get(name)?;
                let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
                self.parsed(
                    &format!("{path}.{name}"),
                    expected,
                    serde_json::from_slice(&bytes).ok(),
                )
            })
    }
}

/// Whether a member that holds this says no more than its absence.
pub fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(true) | Value::Object(_) => false,
    }
}

fn is_matcher(members: &Map<String, Value>) -> bool {
    !members.is_empty() && members.keys().all(|key| key.starts_with('$'))
}

fn equal(expected: &Value, found: &Value) -> bool {
    let numbers = expected.as_f64().zip(found.as_f64());
    expected == found
        || numbers.is_some_and(|(expected, found)| expected.to_bits() == found.to_bits())
        || (is_default(expected) && is_default(found))
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::String(text), Value::String(part)) => text.contains(part),
        (Value::Array(items), wanted) => items.contains(wanted),
        (other, Value::String(part)) => other.to_string().contains(part),
        _ => false,
    }
}

fn length(value: &Value) -> Option<u64> {
    let length = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        Value::Null => 0,
        _ => return None,
    };
    u64::try_from(length).ok()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A value for people, cut.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Context;

    #[test]
    fn matchers_hold_or_say_why_not() {
        let context = Context {
            now: 1_577_836_800_000,
        };
        for (expected, found, holds) in [
            (json!({"a": 1}), json!({"a": 1, "b": 2}), true),
            (json!({"a": 1}), json!({"a": 2}), false),
            (json!({"a": false}), json!({}), true),
            (json!({"a": true}), json!({}), false),
            (json!({"a": []}), json!({"a": null}), true),
            (json!({"a": [1]}), json!({"a": [1, 2]}), false),
            (json!({"a": {"b": 1}}), json!({"a": "text"}), false),
            (json!({"$regex": "^a+$"}), json!("aaa"), true),
            (json!({"$regex": "^a+$"}), json!("b"), false),
            (json!({"$nonempty": true}), json!(""), false),
            (json!({"$len": 2}), json!(["a", "b"]), true),
            (json!({"$contains": "b"}), json!("abc"), true),
            (json!({"$contains": "b"}), json!(["a"]), false),
            (
                json!({"$not_contains": "leak"}),
                json!({"x": {"y": "a leak"}}),
                false,
            ),
            (json!({"$any": {"k": 1}}), json!([{"k": 2}, {"k": 1}]), true),
            (json!({"$any": {"k": 1}}), json!([]), false),
            (json!({"$json": {"a": 1}}), json!("{\"a\":1}"), true),
            (
                json!({"$in_seconds": 60}),
                json!("2020-01-01T00:01:03Z"),
                true,
            ),
            (
                json!({"$in_seconds": 60}),
                json!("2020-01-01T00:01:06Z"),
                false,
            ),
            (
                json!({"$url_query": {"a": "b c"}}),
                json!("https://x.example/?a=b+c"),
                true,
            ),
            (json!({"$type": "string"}), json!(5), false),
            (json!({"$unheard": 1}), json!(5), false),
        ] {
            let mismatch = context.compare("out", &expected, Some(&found));
            assert_eq!(
                mismatch.is_none(),
                holds,
                "{expected} {found}: {mismatch:?}"
            );
        }
    }
}
